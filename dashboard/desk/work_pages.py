"""The pages of the desk's work: handing in, an upload with what was found in it, the audit log."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from html import escape
from itertools import islice
from typing import Any

from dash import html
from dash.development.base_component import Component
from flask import Response

from dashboard import queries, urls
from dashboard.components.attributes import attrs
from dashboard.desk import checking, problems, schemas
from dashboard.desk.answers import Body, form, page
from dashboard.desk.audit import Audit
from dashboard.desk.permissions import User, may_somewhere
from dashboard.desk.uploads import CHECKED, DRAFT, RECEIVED, RELEASED, UNREADABLE, Upload, Uploads
from dashboard.errors import page as error_page
from dashboard.exports.csv import cell
from dashboard.firstpaint import Raw
from dashboard.i18n import Words
from dashboard.store import Build

SHOWN = 100
RECORDS = 100


def table(t: Words, label: str, heads: Sequence[str], rows: Iterable[Sequence[Any]]) -> html.Div:
    """A table that scrolls in itself where it is wider than the page."""
    drawn = html.Table(
        [
            html.Thead(html.Tr([html.Th(head, scope="col") for head in heads])),
            html.Tbody([html.Tr([html.Td(one) for one in row]) for row in rows]),
        ],
        className="figures",
    )
    return html.Div(drawn, className="table", tabIndex=0, role="region", lang=t.lang, **attrs(aria_label=label))


def state_word(t: Words, state: str) -> str:
    """How far an upload has come."""
    return {
        "received": t("being checked"),
        "checked": t("checked"),
        "unreadable": t("cannot be read"),
        "draft": t("draft, waits for its release"),
        "released": t("released"),
        "withdrawn": t("withdrawn"),
        "rejected": t("sent back"),
        "taken back": t("taken back"),
    }[state]


def first(t: Words, asking: User, uploads: Uploads) -> list[Component]:
    """For the desk's first page: the ways to hand in and to the log, and what was handed in, newest first."""
    ways = [("desk/upload", t("Hand in data"), "contribute"), ("desk/audit", t("Audit log"), "audit")]
    links = [html.Li(html.A(label, href=urls.page(t.lang, path))) for path, label, action in ways
             if may_somewhere(asking, action)]  # fmt: skip
    if not links:
        return []
    found = [one for one in uploads.all() if visible(one, asking)]
    return [html.Ul(links), html.H2(t("Handed in")), *_listed(t, found)]


def visible(upload: Upload, asking: User) -> bool:
    """Whether somebody may see an upload: who handed it in, and those who may release it or hand in the same."""
    return upload.who == asking.key or upload.within(asking, "contribute")


def _listed(t: Words, found: Sequence[Upload]) -> list[Component]:
    if not found:
        return [html.P(t("Nothing has been handed in yet."))]
    rows = [
        (
            html.A(one.file, href=urls.draft(t.lang, one.id)),
            schemas.schema(one.kind).titles[t.lang],
            one.name,
            t.moment(datetime.fromisoformat(one.received)),
            state_word(t, one.state),
        )
        for one in found[:SHOWN]
    ]
    heads = (t("File"), t("What it is"), t("Handed in by"), t("When"), t("State"))
    return [table(t, t("Handed in"), heads, rows)]


def hand_in(t: Words, *, failed: str = "", status: int = 200) -> Response:
    """Templates, and the form for a file."""
    known = [schemas.schema(kind) for kind in schemas.KINDS]
    forms = [
        (one, [html.A(form_.upper(), href=urls.template(t.lang, one.kind, form_)) for form_ in FORMS]) for one in known
    ]
    listed = html.Ul([html.Li([one.titles[t.lang], *(part for link in links for part in (" · ", link))])
                      for one, links in forms])  # fmt: skip
    options = "".join(f'<option value="{one.kind}">{escape(one.titles[t.lang])}</option>' for one in known)
    inside: list[Component | Raw] = [
        html.Label(t("What it is"), htmlFor="kind"),
        Raw(f'<select id="kind" name="kind" required>{options}</select>'),
        html.Label(_file_label(t), htmlFor="file"),
        Raw(f'<input id="file" type="file" name="file" accept="{ACCEPT}" required>'),
        html.Label(t("Sheet, if the workbook has several"), htmlFor="sheet"),
        Raw('<input id="sheet" name="sheet" maxlength="60">'),
    ]
    sent = form(t, urls.page(t.lang, "desk/upload"), inside, t("Check"), multipart=True)
    return page(
        t,
        t("Hand in data"),
        [
            html.P(failed, className="alert", role="alert") if failed else None,
            html.P(
                t(
                    "First every line is checked, and nothing is published. Then you "
                    "make a draft of it, and somebody else releases it."
                )
            ),
            html.H2(t("Templates")),
            listed,
            html.H2(t("Your file")),
            sent,
            html.H2(t("The columns")),
            *(part for one in known for part in _columns(t, one)),
        ],
        status,
    )


def _file_label(t: Words) -> str:
    return t("CSV or XLSX file, at most 50\u00a0MB")


ACCEPT = ".csv,.txt,.tsv,.xlsx"
FORMS = ("csv", "xlsx")


def _columns(t: Words, one: schemas.Schema) -> list[Component]:
    rows = [
        (
            field.titles[t.lang],
            html.Code(field.name),
            field.descriptions[t.lang],
            field.example,
            t("yes") if field.required else "",
        )
        for field in one.fields
    ]
    title = one.titles[t.lang]
    heads = (t("Column"), t("Name"), t("What stands in it"), t("Example"), t("Needed"))
    return [html.Details([html.Summary(title), table(t, title, heads, rows)])]


# ── one upload ──


def draft(t: Words, uploads: Uploads, upload: Upload, asking: User, build: Build) -> Response:
    """An upload: how far it is, what was found, what would change, and the steps that this person may take."""
    about: list[Any] = [
        *(html.Dt(t("State")), html.Dd(state_word(t, upload.state))),
        *(html.Dt(t("What it is")), html.Dd(schemas.schema(upload.kind).titles[t.lang])),
        *(html.Dt(t("Handed in by")), html.Dd(upload.name)),
        *(html.Dt("SHA-256"), html.Dd(html.Code(upload.sha256))),
    ]
    if upload.state == RELEASED:
        there = _built(uploads, upload, build)
        built = t("in build {build}", build=build.id) if there else t("waits for the next build")
        if upload.kind == "indicator" and not there:
            built = t("waits for its first figures")
        about += [html.Dt(t("Published")), html.Dd(built)]
    body: list[Any] = [html.Dl(about, className="states")]
    headers = None
    if upload.state == RECEIVED:
        lines = checking.progress(uploads, upload.id)
        body += [
            html.P(
                t("The file is being checked; {count} lines so far. This page renews itself.", count=t.number(lines)),
                role="status",
            )
        ]
        headers = {"Refresh": "2"}
    elif upload.state == UNREADABLE:
        problem, remedy = problems.sentences(t, upload.result["what"], upload.result["hint"])
        body += [
            html.P(
                [t("The file cannot be taken: {problem}.", problem=problem), " ", remedy],
                className="alert",
                role="alert",
            )
        ]
    if upload.result and upload.state != RECEIVED and "accepted" in upload.result:
        body += _found(t, uploads, upload)
    body += _ways(t, uploads, upload, asking, build)
    body += [html.H2(t("What happened")), _history(t, upload)]
    body += [html.P(html.A(t("To the desk"), href=urls.page(t.lang, "desk")))]
    return page(t, upload.file, body, headers=headers)


def _built(uploads: Uploads, upload: Upload, build: Build) -> bool:
    if upload.kind == "indicator":
        return {one["row"]["id"] for one in uploads.rows(upload.id)} <= queries.indicators(build, "en").keys()
    if upload.kind in ("claim", "report"):
        return any(row["origin"] == upload.id for row in build.rows("ledger_claims"))
    return any(upload.sha256 in row.values() for row in queries.deliveries(build))


def _found(t: Words, uploads: Uploads, upload: Upload) -> list[Any]:
    result = upload.result
    changes = result["changes"]
    said = t(
        "{accepted} lines accepted ({new} new, {revised} revised, {same} as before), {refused} refused.",
        accepted=t.number(result["accepted"]),
        refused=t.number(result["refused"]),
        **{key: t.number(changes.get(key, 0)) for key in ("new", "revised", "same")},
    )
    body: list[Any] = [html.H2(t("What was found")), html.P(said)]
    if result["refused"]:
        rows = list(islice(_refusals(t, uploads, upload), SHOWN))
        body += [table(t, t("Refused lines"), _heads(t), rows)]
        body += [html.P(html.A(t("All refused lines as CSV"), href=urls.draft(t.lang, upload.id, "refused.csv")))]
    if result["accepted"]:
        shown = list(islice(uploads.rows(upload.id), SHOWN))
        rows = [
            (t.number(one["line"]), _change(t, one["change"]), _names(one["row"]), one["before"], _value(one["row"]))
            for one in shown
        ]
        heads = (t("Line"), t("Change"), t("What"), t("Before"), t("Now"))
        body += [html.H2(t("What would change")), table(t, t("What would change"), heads, rows)]
        if result["accepted"] > SHOWN:
            body += [html.P(t("The first {count} lines are shown.", count=SHOWN), className="small")]
    return body


def _change(t: Words, change: str) -> str:
    return {"new": t("new"), "revised": t("revised"), "same": t("as before")}[change]


def _names(row: dict[str, Any]) -> str:
    return " · ".join(str(row[key]) for key in ("indicator", "region", "period", "programme", "id") if row.get(key))


def _value(row: dict[str, Any]) -> str:
    if "value" in row:
        return " ".join(str(row[key]) for key in ("value", "flag", "unit") if row[key])
    if "title_en" in row:
        return str(row["title_en"])
    amounts = dict.fromkeys(str(row[key]) for key in ("amount_min", "amount_max") if row[key])
    return f"{'–'.join(amounts)} {row['unit']}"


def _heads(t: Words) -> tuple[str, ...]:
    return t("Line"), t("Column"), t("Value"), t("Problem"), t("Remedy")


def _refusals(t: Words, uploads: Uploads, upload: Upload) -> Iterable[tuple[str, ...]]:
    fields = {one.name: one for one in schemas.schema(upload.kind).fields}
    for line in uploads.rows(upload.id, "refused"):
        for one in line["problems"]:
            field = fields.get(one["column"])
            hint = {"meaning": field.descriptions[t.lang] if field else "", **one["hint"]}
            problem, remedy = problems.sentences(t, one["what"], hint)
            column = field.titles[t.lang] if field else one["column"]
            yield str(one["line"]), column, one["value"], problem, remedy


def refused_csv(t: Words, uploads: Uploads, upload: Upload) -> bytes:
    """The refused lines as a file; what a spreadsheet would take for a formula is made harmless."""
    out = io.StringIO()
    writer = csv.writer(out, delimiter=";", lineterminator="\r\n")
    writer.writerow(_heads(t))
    writer.writerows([cell(one) for one in row] for row in _refusals(t, uploads, upload))
    return ("\ufeff" + out.getvalue()).encode()


def _ways(t: Words, uploads: Uploads, upload: Upload, asking: User, build: Build) -> list[Any]:
    """The steps that this person may take now."""
    own, releaser = upload.who == asking.key, upload.within(asking, "release")
    ways: list[Any] = []

    def way(deed: str, button: str, inside: Sequence[Component | Raw] = (), **hidden: str) -> None:
        ways.append(form(t, urls.draft(t.lang, upload.id, deed), inside, button, multipart=False, **hidden))

    if own and upload.state == CHECKED and upload.result["accepted"]:
        if upload.result["refused"]:
            way("accept", t("Make a draft of the accepted lines only"), mode="accepted")
        else:
            way("accept", t("Make a draft of all lines"), mode="all")
    if upload.state == DRAFT:
        if upload.basis != checking.basis(uploads, build):
            ways.append(
                html.P(t("Something was published since the check. It must be checked again before it is released."))
            )
            way("recheck", t("Check again"))
        elif releaser and not own:
            way("release", t("Release"), token=upload.token)
        else:
            ways.append(html.P(t("Somebody else, with the role “Releaser” for all of it, must release it.")))
        if releaser:
            way("reject", t("Send back"), _why(t, "reject"))
    if own and upload.state in (CHECKED, DRAFT, UNREADABLE):
        way("withdraw", t("Withdraw"))
    if releaser and upload.state == RELEASED:
        way("take-back", t("Take back"), _why(t, "take-back"))
    return [html.H2(t("What you can do")), html.Div(ways, className="ways")] if ways else []


def _why(t: Words, name: str) -> list[Component | Raw]:
    return [
        html.Label(t("Why"), htmlFor=f"why-{name}"),
        Raw(f'<input id="why-{name}" name="reason" maxlength="1000" required>'),
    ]


def _history(t: Words, upload: Upload) -> Component:
    rows = [
        (
            t.moment(datetime.fromisoformat(one["at"])),
            one["name"] or t("the desk itself"),
            state_word(t, one["what"]),
            one["reason"],
        )
        for one in upload.steps
    ]
    return table(t, t("What happened"), (t("When"), t("Who"), t("State"), t("Why")), rows)


# ── audit log and refusals ──


def audit(t: Words, log: Audit, before: int, sees: Callable[[Mapping[str, Any]], bool]) -> Response:
    """The newest records of the log, or those before one, as far as the reader may see them."""
    kept = [one for one in log.records() if (not before or one["n"] < before) and sees(one)][-RECORDS:]
    rows = [
        (
            str(one["n"]),
            t.moment(datetime.fromisoformat(one["at"])),
            one["who"],
            one["what"],
            " · ".join(f"{key}: {value}" for key, value in one["detail"].items()),
        )
        for one in reversed(kept)
    ]
    heads = (t("No."), t("When"), t("Who"), t("Step"), t("Details"))
    more = kept and kept[0]["n"] > 1
    older = html.A(t("Older ones"), href=urls.page(t.lang, "desk/audit") + f"?before={kept[0]['n']}") if more else None
    note = t(
        "Each line holds the hash of the one before. On the server, "
        "“python -m dashboard.desk verify-audit” proves the chain."
    )
    body: Body = [html.P(note), table(t, t("Audit log"), heads, rows), html.P(older), _back(t)]
    return page(t, t("Audit log"), body)


def _back(t: Words) -> Component:
    return html.P(html.A(t("To the desk"), href=urls.page(t.lang, "desk")))


def gone_on(t: Words) -> Response:
    """409: the step does not fit how far the upload is."""
    text = t(
        "This step does not fit any more: somebody was quicker, something was "
        "published meanwhile, or the page is an old one. Nothing was changed."
    )
    return error_page(409, t("Not accepted"), text, ((t("To the desk"), urls.page(t.lang, "desk")),))


def too_large(t: Words, most: int) -> Response:
    """413."""
    text = t("The file is larger than {size}\u00a0MB. Nothing was stored. Divide it.", size=most // 1024 // 1024)
    return error_page(413, t("Not accepted"), text, ((t("Hand in data"), urls.page(t.lang, "desk/upload")),))


def too_many(t: Words, most: int, seconds: int) -> Response:
    """429."""
    minutes = t.number(-(-seconds // 60))
    text = t(
        "One person may hand in {most} files an hour. Nothing was stored. Please try again in {minutes}\u00a0min.",
        most=t.number(most),
        minutes=minutes,
    )
    answer = error_page(429, t("Not accepted"), text, ((t("Hand in data"), urls.page(t.lang, "desk/upload")),))
    answer.headers["Retry-After"] = str(seconds)
    return answer


def no_disk(t: Words) -> Response:
    """507: the disk did not take it."""
    text = t("The disk cannot take it at the moment. Nothing was changed; what you handed in before is still there.")
    return error_page(507, t("Not possible now"), f"{text} {t('Please tell the operator.')}")
