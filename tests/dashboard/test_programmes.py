"""The pages of programmes on the real ledger, in three languages: ZaKI.D's facts, filters, deadlines, circles, CSV."""

from __future__ import annotations

import csv
import io
import re
import shutil
from dataclasses import replace
from datetime import date
from html import unescape
from math import hypot
from pathlib import Path
from xml.etree import ElementTree

import polars as pl
import pytest
from flask.testing import FlaskClient

from dashboard import ledger, programmes, urls
from dashboard.app import create
from dashboard.exports import csv as forms
from dashboard.map import circles
from dashboard.programmes import Choice
from dashboard.settings import Settings
from dashboard.store import Build

DAY = date(2026, 11, 21)
ZAKID = {
    "en": ("€16.46m", "€17m", "€800,000", "€18m", "30 jobs", "500 jobs", "no report yet", "3 stars"),
    "de": ("16,46\u00a0Mio.\u00a0€", "17\u00a0Mio.\u00a0€", "800.000\u00a0€", "18\u00a0Mio.\u00a0€",
           "30\u00a0Arbeitsplätze", "500\u00a0Arbeitsplätze", "noch kein Bericht", "3\u00a0Sterne"),
    "fr": ("16,46\u00a0M€", "17\u00a0M€", "800\u202f000\u00a0€", "18\u00a0M€", "30\u00a0emplois", "500\u00a0emplois",
           "pas encore de compte rendu", "3\u00a0étoiles"),
}  # fmt: skip


def page(client: FlaskClient, address: str) -> str:
    answer = client.get(address)
    assert answer.status_code == 200, answer.text[:500]
    return unescape(answer.text)


def rows(text: str) -> list[str]:
    return re.findall(r"<tr[^>]* data-programme=\"([^\"]+)\"", text)


def circles_of(text: str) -> list[str]:
    return re.findall(r"<a class=\"pg-circle[^>]* data-programme=\"([^\"]+)\"", text)


# ── One programme ────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("lang", ["de", "fr", "en"])
def test_zakid_has_all_its_figures_with_sources_and_no_report(client: FlaskClient, opened: Build, lang: str) -> None:
    text = page(client, f"/{lang}/programme/zakid")
    plain = re.sub(r"[\u00a0\u202f]", " ", text)
    for fact in ZAKID[lang]:
        assert re.sub(r"[\u00a0\u202f]", " ", fact) in plain, fact
    one = ledger.programmes(opened)["zakid"]
    for claim in one.claims:
        assert f'id="{claim.id}"' in text
        assert all(source in text for source in claim.sources if source.startswith("http"))
    assert 'lang="de"' in text, "quotations say their language"
    assert text.count('class="pg-bar empty"') == 3, "an empty outline for each kind of promise: direct, indirect, money"
    assert 'class="done"' not in text, "and nothing filled"
    assert f'<text class="nothing" x="120" y="135" dy=".35em">{ZAKID[lang][6]}</text>' in text, "nor on the time axis"
    assert "0 %" not in plain
    assert "0%" not in plain
    assert f"/{lang}/region/DEA" in text


def test_a_realised_side_is_shown_against_the_promise(client: FlaskClient) -> None:
    text = page(client, "/en/programme/by-hta-ki")
    assert "reported: 71 posts (Apr 26, 2023). That is 63% of what was promised last." in text
    assert 'class="done"' in text
    beyond = page(client, "/en/programme/by-hta")
    assert "175% of what was promised last: more than promised" in beyond


def test_a_part_that_is_reported_is_not_passed_over(client: FlaskClient, opened: Build) -> None:
    one = ledger.programmes(opened)["by-hta-ki"]
    (group,) = [group for group in one.progress if group.measure == "money"]
    assert programmes.reported_part(one, group)
    assert "only a part of it is reported" in page(client, "/en/programme/by-hta-ki")


def test_every_programme_has_a_page(client: FlaskClient, opened: Build) -> None:
    for id_, one in ledger.programmes(opened).items():
        text = page(client, f"/fr/programme/{id_}")
        assert one.name("fr") in text
        assert all(f'id="{claim.id}"' in text for claim in one.claims), id_


@pytest.mark.parametrize(("asked", "meant"), [("zakit", "zakid"), ("Zaki.D", "zakid"), ("<b>", ""), ("9" * 9000, "")])
def test_an_unknown_programme_is_a_calm_404(client: FlaskClient, asked: str, meant: str) -> None:
    answer = client.get(f"/de/programme/{asked}")
    assert answer.status_code == 404
    assert "<b>" not in answer.text.split("<main", 1)[-1].split("</h1>", 1)[0]
    assert "/de/programmes" in answer.text, "a way on"
    if meant:
        assert f"/de/programme/{meant}" in answer.text


# ── The list ─────────────────────────────────────────────────────────────────────────────────────────────────────


def test_the_list_has_every_programme_and_counts_them(client: FlaskClient, opened: Build) -> None:
    text = page(client, "/en/programmes")
    known = {one.id for one in ledger.programmes(opened).values() if one.kind != "statistic"}
    assert set(rows(text)) == known
    assert len(rows(text)) == len(known)
    told = sum(any(g.promises and g.reports for g in ledger.programmes(opened)[id_].progress) for id_ in known)
    assert f"Programmes: {len(known)}." in text
    assert f"with a report on what was promised: {told}." in text


@pytest.mark.parametrize(
    ("query", "within", "without"),
    [
        ("region=DEA", {"zakid", "nw-ki-2018"}, {"by-hta"}),
        ("region=DEA12", {"zakid"}, {"nw-ki-2018"}),
        ("area=5-standorte-programm", {"zakid"}, {"by-hta"}),
        ("kind=statistic", set(), {"zakid"}),
        ("kind=centre&state=awarded", {"zakid"}, {"5standorte"}),
        ("fund=bafa", {"zakid", "5standorte"}, {"nw-ki-2018"}),
        ("fund=5standorte", {"zakid"}, {"5standorte"}),
        ("report=overdue", {"by-hta-ki", "nw-ki-2018"}, {"zakid", "edih-aics"}),
        ("report=some", {"by-hta"}, {"zakid"}),
        ("report=none", {"zakid"}, set()),
    ],
)
def test_filters(client: FlaskClient, query: str, within: set[str], without: set[str]) -> None:
    found = set(rows(page(client, f"/de/programmes?{query}")))
    assert found
    assert within <= found
    assert not without & found


@pytest.mark.parametrize(
    "query",
    [
        "region=XX",
        "area=<b>",
        "kind=zzz",
        "state=0",
        "fund=nobody",
        "report=all",
        "show=jobs",
        "sort=--name",
        "kind=" + 9000 * "9",
    ],
)
def test_absurd_choices_are_a_calm_404(client: FlaskClient, query: str) -> None:
    answer = client.get(f"/fr/programmes?{query}")
    assert answer.status_code == 404
    assert "<b>" not in answer.text


def test_a_choice_that_nothing_fits_says_so(client: FlaskClient) -> None:
    assert "No programme fits this choice." in page(client, "/en/programmes?region=DEA&kind=event&report=overdue")


def test_the_heads_sort_and_what_has_nothing_comes_last(client: FlaskClient, opened: Build) -> None:
    known = ledger.programmes(opened)
    found = rows(page(client, "/en/programmes?sort=-amount&show=jobs.indirect.jobs"))
    groups = [programmes.group_of(known[id_], "jobs.indirect.jobs") for id_ in found]
    amounts = [group.latest[1] if group else None for group in groups]
    there = [amount for amount in amounts if amount is not None]
    assert there == sorted(there, reverse=True)
    assert len(there) == 2
    assert amounts[2:] == [None] * (len(found) - 2)
    starts = [known[id_].start for id_ in rows(page(client, "/en/programmes?sort=start")) if known[id_].start]
    assert starts == sorted(starts)


def test_deadlines_are_those_of_the_ledger(opened: Build) -> None:
    found = programmes.shown(opened, Choice(), DAY)
    overdue, soon = programmes.due(opened, found, DAY)
    assert [g.programme for g in overdue][:2] == ["nw-rueckkehr-ki", "idf-ia2021"]
    assert len(overdue) == 12
    assert not {"edih-aics", "edih-suedwest"} & {g.programme for g in overdue}, "what was cancelled is not overdue"
    assert {g.programme for g in soon} == {"hb-tzki", "sn-ki-rz"}
    later = programmes.due(opened, found, date(2027, 1, 1))[0]
    assert {"hb-tzki", "sn-ki-rz"} <= {g.programme for g in later}


# ── The map ──────────────────────────────────────────────────────────────────────────────────────────────────────


def test_circles_show_one_kind_and_lose_no_programme(client: FlaskClient, opened: Build) -> None:
    known = ledger.programmes(opened)
    for measured, count in programmes.measures(opened).items():
        found = programmes.shown(opened, Choice(), DAY)
        drawn, nowhere = programmes.drawn(found, measured, programmes.largest(opened, measured))
        with_amount = {one.id for one in found if (g := programmes.group_of(one, measured)) and g.latest[1] is not None}
        assert {circle.programme.id for circle in drawn} | {one.id for one in nowhere} == with_amount
        assert len(drawn) + len(nowhere) == len(with_amount) <= count
        for a in drawn:
            assert a.radius <= programmes.LARGEST
            assert all(hypot(a.at[0] - b.at[0], a.at[1] - b.at[1]) >= a.radius + b.radius for b in drawn if b is not a)
    text = page(client, "/en/programmes?show=jobs.indirect.jobs")
    assert "zakid" in circles_of(text)
    assert all(programmes.group_of(known[id_], "jobs.indirect.jobs") for id_ in circles_of(text))


def test_the_area_of_a_circle_is_the_amount() -> None:
    assert circles.radius(25, 100, 10) == 5
    assert circles.radius(0, 100, 10, least=2) == 2
    with pytest.raises(ValueError, match="circle"):
        circles.radius(-1, 100, 10)
    assert circles.apart([(0, 0)], [3]) == [(0, 0)], "alone it stays where it belongs"


# ── To take along ────────────────────────────────────────────────────────────────────────────────────────────────


def test_the_csv_has_a_row_for_each_thing_promised(client: FlaskClient, opened: Build) -> None:
    answer = client.get("/de/programmes.csv?region=DEA12")
    assert answer.status_code == 200
    assert "attachment" in answer.headers["Content-Disposition"]
    lines = list(csv.DictReader(io.StringIO(answer.data.decode("utf-8-sig"))))
    mine = [line for line in lines if line["programme"] == "zakid"]
    assert len(mine) == len(ledger.programmes(opened)["zakid"].progress)
    (direct,) = [line for line in mine if line["promised_last_high"] == "30"]
    assert (direct["reported_high"], direct["share_low_pct"]) == ("", ""), "no report is no zero"
    assert direct["standing"] == "noch kein Bericht"


def test_a_name_that_begins_like_a_formula_is_text() -> None:
    text = forms.text([{"name": "=HYPERLINK(1)", "value": -3.0}], ("name", "value")).decode("utf-8-sig")
    assert text.splitlines() == ["name,value", "'=HYPERLINK(1),-3"]


# ── Edits and feed ───────────────────────────────────────────────────────────────────────────────────────────────


def edited(folder: Path) -> None:
    """What a publication leaves when a claim was opened, one is new and one was taken out (tests/etl holds to it)."""
    rows_ = [
        ("gone", "claim", "zakid", "zakid-jobs-0", "", "", ""),
        ("changed", "claim", "zakid", "zakid-jobs-1", "verified", "False", "<b>True</b>"),
        ("new", "claim", "zakid", "zakid-jobs-2", "", "", ""),
        ("new", "claim", "by-hta", "by-hta-money-1", "", "", ""),
    ]
    path = folder / "changes" / "ledger" / "20260102T030405.000006Z-aaa-bbb.parquet"
    path.parent.mkdir(parents=True)
    columns = ("change", "table", "programme", "id", "column", "old", "new")
    pl.DataFrame(rows_, schema=dict.fromkeys(columns, pl.String), orient="row").write_parquet(path)


def test_edits_stand_on_the_page_and_in_the_feed(settings: Settings, tmp_path: Path) -> None:
    shutil.copytree(settings.data, tmp_path / "data")
    there = create(replace(settings, data=tmp_path / "data")).server.test_client()
    assert "No publication kept here has changed this entry." in page(there, "/en/programme/zakid")
    edited(tmp_path / "data")
    text = page(there, "/en/programme/zakid")
    assert "Statement, added: Jobs and posts, indirect: 500 jobs" in text, "drawn anew, though the build is the same"
    assert "<b>True" not in there.get("/en/programme/zakid").text
    assert "zakid-jobs-0" in text
    answer = there.get("/fr/feeds/programme/zakid.xml")
    assert answer.content_type == "application/atom+xml; charset=utf-8"
    (entry,) = ElementTree.fromstring(answer.data).findall("{*}entry")
    assert entry.findtext("{*}title", "").endswith("(ajout\u00a0: 1, modification\u00a0: 1, retrait\u00a0: 1)")
    assert entry.findtext("{*}updated") == "2026-01-02T03:04:05Z"
    assert "500" in (entry.findtext("{*}content") or "")
    assert "by-hta" not in answer.text
    assert there.get("/fr/feeds/programme/zakit.xml").status_code == 404
    assert f'href="{urls.feed("fr", "programme", "zakid")}"' in there.get("/fr/programme/zakid").text


def test_regions_and_hubs_lead_to_their_programmes(client: FlaskClient) -> None:
    for address, wanted in (
        ("/fr/region/DEA12", "/fr/programmes?region=DEA12"),
        ("/fr/hub/5-standorte-programm", "/fr/programmes?area=5-standorte-programm"),
    ):
        text = page(client, address)
        assert "/fr/programme/zakid" in text
        assert f'href="{wanted}"' in text
        assert "zakid" in rows(page(client, wanted))


def test_at_least_is_said_wherever_the_amount_is(client: FlaskClient) -> None:
    assert "Jobs and posts, direct: at least 400 jobs" in page(client, "/en/programmes?region=DE2")
