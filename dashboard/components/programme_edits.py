"""What publications changed in a programme's rows of the ledger: for its page and its feed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from dash import html
from dash.development.base_component import Component

from dashboard import ledger_changes
from dashboard.components import ledger as said
from dashboard.components import programme_words as speak
from dashboard.i18n import Words
from dashboard.ledger_changes import Edit
from dashboard.ledger_model import Programme
from dashboard.pages import Request

#: Publications on the page; the feed has more.
SHOWN = 20


def history(request: Request, one: Programme) -> list[Component]:
    """The publications that changed it, the newest first, each with its rows; a sentence where there is none."""
    t, found = request.words, ledger_changes.by_publication(request.build.data, one.id, SHOWN)
    note = t(
        "Told is what publications on this server changed; what is older stands in the history of the ledger’s files."
    )
    if not found:
        return [html.P([t("No publication kept here has changed this entry."), " ", note], className="small")]
    parts: list[Component] = []
    for publication, edits in found:
        parts += [html.H3(f"{t.moment(publication.published)} ({counts(t, edits)})"), lines(t, one, edits)]
    return [*parts, html.P(note, className="small")]


def counts(t: Words, edits: Sequence[Edit]) -> str:
    """new: 2, changed: 1."""
    counted = Counter(edit.change for edit in edits)
    return ", ".join(t("{what}: {n}", what=word, n=counted[key]) for key, word in _changes(t).items() if counted[key])


def _changes(t: Words) -> dict[str, str]:
    return {"new": t("added"), "changed": t("changed"), "gone": t("taken out")}


def _tables(t: Words) -> dict[str, str]:
    return {
        "programme": t("The programme itself"),
        "claim": t("Statement"),
        "membership": t("Partner"),
        "location": t("Place"),
    }


def lines(t: Words, one: Programme, edits: Sequence[Edit]) -> html.Ul:
    """One entry for each row of the ledger; changed cells with their names in the ledger's files, old and new."""
    return html.Ul([_line(t, one, edit) for edit in edits])


def _line(t: Words, one: Programme, edit: Edit) -> html.Li:
    claim = next((claim for claim in one.claims if edit.table == "claim" and claim.id == edit.id), None)
    what = speak.stated(t, claim, said.claimed(t, claim)) if claim else edit.id
    parts: list[Component | str] = [f"{_tables(t)[edit.table]}, {_changes(t)[edit.change]}{t.colon}{what}"]
    cells = [html.Li([html.Code(name), f"{t.colon}{old or '–'} → {new or '–'}"]) for name, old, new in edit.cells]
    return html.Li([*parts, html.Ul(cells)] if cells else parts)
