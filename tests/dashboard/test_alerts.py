"""Alerts: each rule at its edge, on the real build and ledger; the feed by the rules of Atom."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from statistics import median
from typing import Any
from xml.etree import ElementTree

import pytest
from flask.testing import FlaskClient
from revisions import revised

from dashboard import alerts, ledger, places, programmes, queries
from dashboard.alerts import BEHIND, DECLINE, OVERDUE, REVISION, Alert
from dashboard.components import alerts as said
from dashboard.i18n import languages, words
from dashboard.store import Build

DAY = date(2026, 11, 21)
ATOM = "{http://www.w3.org/2005/Atom}"
UP = {"id": "x", "unit": "pct", "interval": "wilson", "direction": "up", "decimals": 1, "derive_kind": None}


def of(found: list[Alert], kind: str) -> list[Alert]:
    return [alert for alert in found if alert.kind == kind]


def row(opened: Build, region: str, period: str, value: float | None, half: float | None, status: str = "") -> Any:
    """A row of slice.sql: value ± half."""
    known = value is not None and half is not None
    limits = {"ci_low": value - half if known else None, "ci_high": value + half if known else None}
    delivery = queries.deliveries(opened)[0]
    more = {"source": delivery["source"], "delivery": delivery["sha256"], "status": status}
    return {"region": region, "period": period, "value": value, **limits, **more}


def rows(*each: Any) -> dict[tuple[str, str], Any]:
    return {(one["region"], one["period"]): one for one in each}


# ── overdue ──


def test_a_promise_is_overdue_from_the_day_after_it_was_due_and_only_without_a_report(opened: Build) -> None:
    due = [(one.id, group) for one in ledger.programmes(opened).values() for group in one.progress if group.due_by]
    id_, group = next((id_, g) for id_, g in due if g.open)
    for day, there in ((group.due_by, False), (group.due_by + timedelta(days=1), True), (DAY, group.due_by < DAY)):
        found = [a for a in of(alerts.alerts(opened, day), OVERDUE) if (a.subject, a.group) == (id_, group)]
        assert bool(found) == there, day
    wanted = {(id_, g) for id_, g in due if g.reports == 0 and g.promises and g.state != "cancelled" and g.due_by < DAY}
    assert {(a.subject, a.group) for a in of(alerts.alerts(opened, DAY), OVERDUE)} == wanted
    assert len(wanted) >= 10


def test_an_alert_keeps_its_id_from_day_to_day_and_no_two_have_the_same(opened: Build) -> None:
    today, later = ({a.id for a in alerts.alerts(opened, day)} for day in (DAY, DAY + timedelta(days=30)))
    assert today <= later
    assert len(today) == len(alerts.alerts(opened, DAY))


# ── decline ──


@pytest.mark.parametrize(
    ("before", "now", "told"),
    [
        ((20.0, 2.0, ""), (15.0, 2.0, ""), True),
        ((20.0, 4.0, ""), (15.0, 4.0, ""), False),  # inside the interval of the difference
        ((15.0, 2.0, ""), (20.0, 2.0, ""), False),
        ((20.0, 2.0, ""), (15.0, 2.0, "b"), False),  # the series breaks in between
        ((20.0, 2.0, "a"), (15.0, 2.0, ""), False),
        ((20.0, 2.0, ""), (15.0, 2.0, "a"), False),
        ((20.0, 2.0, ""), (15.0, 2.0, "u"), False),  # a small sample
        ((20.0, 2.0, ""), (None, None, "c"), False),  # suppressed
        ((None, None, "c"), (15.0, 2.0, ""), False),
        ((20.0, None, ""), (5.0, None, ""), False),  # no interval known
    ],
)
def test_a_decline_counts_beyond_its_interval_only(opened: Build, before: Any, now: Any, told: bool) -> None:
    given = rows(row(opened, "DED", "2023", *before), row(opened, "DED", "2024", *now))
    found = list(alerts.declines(opened, UP, given, ("2023", "2024")))
    assert [(a.region, a.about, a.period, a.old, a.new) for a in found] == [
        ("DED", "2023", "2024", before[0], now[0])
    ] * told
    turned = {**UP, "direction": "down"}
    swapped = rows(row(opened, "DED", "2023", *now), row(opened, "DED", "2024", *before))
    assert bool(list(alerts.declines(opened, turned, swapped, ("2023", "2024")))) == (told or "b" in now)


def test_a_decline_is_against_the_update_before_not_an_older_one(opened: Build) -> None:
    given = rows(row(opened, "DED", "2022", 20.0, 2.0), row(opened, "DED", "2024", 15.0, 2.0))
    assert not list(alerts.declines(opened, UP, given, ("2022", "2023", "2024")))


# ── behind ──


def test_far_behind_is_what_an_own_count_finds(opened: Build) -> None:
    found = of(alerts.alerts(opened, DAY), BEHIND)
    known, counted = queries.regions(opened), set()
    for indicator in queries.indicators(opened, "en").values():
        if not indicator["interval"] or indicator["direction"] != "up" or indicator["derive_kind"]:
            continue
        for level in ("land", "nuts3"):
            slice_ = queries.slice_rows(opened, indicator["id"], level, "")
            last = max((r["period"] for r in slice_), default="")
            latest = {r["region"]: r for r in slice_ if r["period"] == last and r["value"] is not None}
            for code, one in latest.items():
                kin = [latest[k] for k in places.same_kind(opened, known[code]) if k in latest]
                values = [r["value"] for r in kin if r["status"] not in ("a", "u") and r["ci_low"] is not None]
                if one["status"] in ("a", "u") or one["ci_high"] is None or len(values) < 5:
                    continue
                gap = median(values) - one["value"]
                if one["ci_high"] < median(values) and (gap >= 10 or gap >= median(values) / 4):
                    counted.add((indicator["id"], code, one["value"], len(values)))
    assert {(a.subject, a.region, a.new, a.count) for a in found} == counted
    assert any(known[a.region].adm == "land" for a in found)
    assert any(a.since < a.period for a in found)


def test_the_course_ends_where_it_was_not_so_or_the_series_breaks(opened: Build) -> None:
    kin = places.same_kind(opened, queries.regions(opened)["DED"])
    periods = ("2021", "2022", "2023", "2024")
    others = [row(opened, code, p, 20.0, 1.0) for code in kin if code != "DED" for p in periods]

    def since(*own: Any) -> list[str]:
        mine = [row(opened, "DED", p, *each) for p, each in zip(periods, own, strict=True)]
        return [a.since for a in alerts.behind(opened, UP, rows(*others, *mine), periods) if a.region == "DED"]

    far, near = (10.0, 1.0, ""), (19.0, 1.0, "")
    assert since(far, far, far, far) == ["2021"]
    assert since(far, near, far, far) == ["2023"]
    assert since(far, far, (10.0, 1.0, "b"), far) == ["2023"]
    assert since(far, far, (10.0, 1.0, "a"), far) == ["2024"]
    assert since(far, far, far, (10.0, 11.0, "")) == [], "its interval reaches the median"
    assert since(far, far, far, (15.1, 0.1, "")) == [], "less than a quarter and less than ten points"
    assert since(far, far, far, (None, None, "c")) == []


# ── revision ──


def test_a_revision_counts_from_a_hundredth_and_for_a_quarter(opened: Build, tmp_path: Path) -> None:
    cells = [
        ("revised", "DED2", 10.0, 10.5, ""),
        ("revised", "DEG", 10.0, 12.0, ""),
        ("revised", "DE1", 10.0, 10.09, ""),
        ("revised", "DE2", 10.0, 20.0, "a"),
        ("new", "DE3", 10.0, 20.0, ""),
    ]
    build = revised(opened, tmp_path, DAY, *cells)
    (alert,) = of(alerts.alerts(build, DAY), REVISION)
    assert (alert.count, alert.region, alert.old, alert.new) == (2, "DEG", 10.0, 12.0)
    assert alert.regions == {"DED2", "DEG"}
    assert alerts.select(build, [alert], regions=["DED"]) == [alert], "what lies in a region concerns it"
    assert not alerts.select(build, [alert], regions=["DE1"])
    assert of(alerts.alerts(build, DAY + timedelta(days=alerts.REVISED_DAYS)), REVISION)
    assert not of(alerts.alerts(build, DAY + timedelta(days=alerts.REVISED_DAYS + 1)), REVISION)


# ── whom it concerns ──


def test_alerts_are_chosen_by_region_programme_and_indicator(opened: Build) -> None:
    found = alerts.alerts(opened, DAY)
    behind, overdue = of(found, BEHIND), of(found, OVERDUE)
    assert alerts.select(opened, found) == found
    one = overdue[0]
    assert {a.subject for a in alerts.select(opened, found, programmes=[one.subject])} == {one.subject}
    assert alerts.select(opened, found, indicators=[behind[0].subject]) == behind
    land = queries.regions(opened)[next(a for a in behind if len(a.region) == 5).region].land
    here = alerts.select(opened, found, regions=[land])
    inside = queries.inside(opened, [land])
    assert {a.id for a in here if a.kind == BEHIND} == {a.id for a in behind if a.region in inside}
    assert {a.subject for a in here if a.kind == OVERDUE} == {
        a.subject for a in overdue if any(code in inside for code in ledger.programmes(opened)[a.subject].regions)
    }
    assert alerts.select(opened, found, regions=[land], indicators=["other"]) == of(here, OVERDUE)


# ── words and feed ──


def test_every_alert_speaks_each_language_with_its_figures(opened: Build, tmp_path: Path) -> None:
    build = revised(opened, tmp_path, DAY, ("revised", "DEG", 10.0, 12.0, ""))
    behind = of(alerts.alerts(build, DAY), BEHIND)[0]
    decline = replace(behind, kind=DECLINE, about="2023")
    for lang in languages():
        t = words(lang)
        told = [said.sentence(build, t, a) for a in (*alerts.alerts(build, DAY), decline)]
        assert all("{" not in text for text in told)
        revision = of(alerts.alerts(build, DAY), REVISION)[0]
        assert t.value(12.0, "pct", 1) in said.sentence(build, t, revision)
        assert t.value(behind.new or 0.0, "pct", 1) in said.sentence(build, t, behind)
        assert t.period("2023") in said.sentence(build, t, decline)


def test_what_a_licence_keeps_here_does_not_leave_the_site(opened: Build) -> None:
    alert = of(alerts.alerts(opened, DAY), BEHIND)[0]
    kept = replace(opened, _cache=dict(opened._cache), _recent=type(opened._recent)())
    source = {**queries.sources(opened)[alert.source], "redistribute": False}
    kept._cache["sources"] = {**queries.sources(opened), alert.source: source}
    value = words("en").value(alert.new or 0.0, "pct", 1)
    assert value in said.sentence(kept, words("en"), alert)
    assert value not in said.sentence(kept, words("en"), alert, handed_on=True)


@pytest.mark.parametrize("lang", languages())
def test_the_feed_is_valid_atom_in_its_language_and_leads_to_pages(
    client: FlaskClient, opened: Build, lang: str
) -> None:
    answer = client.get(f"/{lang}/feeds/alerts.xml")
    assert (answer.status_code, answer.content_type) == (200, "application/atom+xml; charset=utf-8")
    feed = ElementTree.fromstring(answer.text)
    assert feed.get("{http://www.w3.org/XML/1998/namespace}lang") == lang
    entries = feed.findall(f"{ATOM}entry")
    found = alerts.alerts(opened, programmes.today())[:100]
    assert [entry.findtext(f"{ATOM}title") for entry in entries] == [said.title(opened, words(lang), a) for a in found]
    ids = [entry.findtext(f"{ATOM}id") or "" for entry in entries]
    assert len(set(ids)) == len(ids) == len(found)
    assert all(each.startswith("urn:uuid:") for each in ids)
    assert feed.findtext(f"{ATOM}updated") == max(e.findtext(f"{ATOM}updated") or "" for e in entries)
    for entry in (entries[0], entries[-1]):
        link = entry.find(f"{ATOM}link")
        assert link is not None
        assert client.get(link.get("href", "")).status_code == 200


def test_there_is_no_feed_in_a_language_there_is_not(client: FlaskClient) -> None:
    assert client.get("/xx/feeds/alerts.xml").status_code == 404
