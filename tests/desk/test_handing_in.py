"""Handing in at the desk on a real server: template, file, check, draft, release, and what the pipeline reads then."""

from __future__ import annotations

import json
import re
from concurrent.futures import ThreadPoolExecutor
from html import escape

import handing
import pytest
from desking import Atlas
from handing import CLAIM, FIGURE, INDICATOR, as_csv, checked, entered, hand_in, release_token, step

from dashboard.desk import problems, rules, schemas
from dashboard.desk.releasing import OBSERVATIONS
from dashboard.i18n import languages
from dashboard.i18n import words as translate
from etl import desk as reading
from etl import ledger_tables


@pytest.fixture(scope="module")
def words(pilot: Atlas) -> str:
    """An indicator of the desk's own, released; its id."""
    with entered(pilot, "conny") as conny, entered(pilot, "rolf") as rolf:
        released(conny, rolf, "indicator", as_csv(INDICATOR))
    return INDICATOR["id"]


def released(contributor: object, releaser: object, kind: str, content: bytes) -> str:
    """Hand in, accept all, release; the address."""
    where, page = checked(contributor, kind, content)  # type: ignore[arg-type]
    assert ", 0 refused" in page, re.sub("<[^>]+>", " ", page)
    assert step(contributor, where, "accept", mode="all").status_code == 303  # type: ignore[arg-type]
    token = release_token(releaser.get(where).text)  # type: ignore[attr-defined]
    assert step(releaser, where, "release", token=token).status_code == 303  # type: ignore[arg-type]
    return where


def audited(pilot: Atlas) -> list[dict[str, object]]:
    return [json.loads(line) for line in pilot.audit().splitlines()]


def test_from_the_template_to_the_file_that_the_pipeline_reads(pilot: Atlas, words: str) -> None:
    with entered(pilot, "conny") as conny, entered(pilot, "rolf") as rolf:
        template = conny.get("/de/desk/template/figure.csv")
        assert template.text.startswith("\ufeffIndikator;Region;Zeitraum;Wert")
        where = released(conny, rolf, "figure", as_csv(FIGURE, FIGURE | {"region": "ags:14", "value": "30"}))
        assert "waits for the next build" in conny.get(where).text
    id_ = where.rsplit("/", 1)[1]
    (found,) = [one for one in reading.read(pilot.data) if one.id == id_]
    assert found.rows["region"].to_list() == ["DED2", "DED"]
    assert found.rows["value"].to_list() == [31.5, 30.0]
    assert set(found.rows["audience"]) == {"internal"}
    assert set(found.indicators) == {words}
    assert found.indicators[words].words["fr"].short == INDICATOR["short_fr"]
    steps = [one["what"] for one in audited(pilot) if one["detail"].get("sha256") == found.sha256]  # type: ignore[attr-defined]
    assert steps == ["handed in", "draft", "release begun", "released"]
    whole = pilot.command("verify-audit")
    assert whole.returncode == 0, whole.stderr


def test_a_value_that_is_released_again_is_shown_as_revised_and_the_same_file_is_refused(
    pilot: Atlas, words: str
) -> None:
    one = FIGURE | {"region": "DED4", "value": "10"}
    with entered(pilot, "conny") as conny, entered(pilot, "rolf") as rolf:
        released(conny, rolf, "figure", as_csv(one))
        _, page = checked(conny, "figure", as_csv(one | {"value": "11"}, one | {"region": "DED5"}))
        assert "(1 new, 1 revised, 0 as before)" in page
        _, page = checked(conny, "figure", as_csv(one))
        assert "released already" in page


WRONG = [
    ({"value": "3,5"}, "value", "comma"),
    ({"value": "many"}, "value", "number"),
    ({"value": ""}, "value", "no_value"),
    ({"value": "1", "flag": "m"}, "flag", "flag_value"),
    ({"unit": "jobs"}, "unit", "unit"),
    ({"region": "Saxen"}, "region", "region"),
    ({"region": "01"}, "region", "region_which"),
    ({"region": "DEG0"}, "region", "scope"),
    ({"period": "June 2026"}, "period", "form"),
    ({"note": "=HYPERLINK(1)"}, "note", "formula"),
    ({"note": "<script>alert(1)</script>"}, "note", "line"),
    ({"audience": ""}, "audience", "required"),
    ({"audience": "all"}, "audience", "enum"),
    ({"audience": "public", "embargo_until": "2020-01-01 09:00"}, "embargo_until", "past"),
    ({"audience": "public", "embargo_until": "2027-03-28 02:30"}, "embargo_until", "clock"),
    ({"embargo_until": "2031-01-01 09:00"}, "embargo_until", "internal_embargo"),
    ({"indicator": "desk_survy"}, "indicator", "indicator"),
    ({"n": "-3"}, "n", "range"),
]


def test_what_is_wrong_is_told_by_line_column_and_remedy_in_three_languages(pilot: Atlas, words: str) -> None:
    with entered(pilot, "conny") as conny:
        lines = [FIGURE | change for change, _, _ in WRONG]
        where, _ = checked(conny, "figure", as_csv(FIGURE | {"region": "DED51"}, *lines))
        pages = {lang: conny.get(f"/{lang}{where[3:]}").text for lang in languages()}
        told = conny.get(f"{where}/refused.csv").text
    found = handing.refused(pilot, where)
    assert [(one["line"], [(each["column"], each["what"]) for each in one["problems"]]) for one in found] == [
        (number, [(column, what)]) for number, (_, column, what) in enumerate(WRONG, 3)
    ]
    assert told.count("\r\n") == 1 + len(WRONG)
    assert ";'=HYPERLINK(1);" in told, "a formula in the export is none any more"
    for lang, page in pages.items():
        assert "<script>alert" not in page
        t = translate(lang)
        for one in found:
            for each in one["problems"]:
                problem, _ = problems.sentences(t, each["what"], {"meaning": "", **each["hint"]})
                assert escape(problem, quote=False) in page, (lang, problem)
    assert "Sachsen" in pages["de"].split("Saxen")[1][:300], "the nearest region"
    assert "3.5" in pages["fr"].split("3,5")[1][:300], "the number with a point"


def test_a_claim_is_released_as_the_ledger_reads_it(pilot: Atlas) -> None:
    row = CLAIM | {"programme": "sn-ki-2021"}
    with entered(pilot, "conny") as conny, entered(pilot, "rosa") as rosa:
        where = released(conny, rosa, "claim", as_csv(row, separator=","))
    (folder,) = [one for one in reading.ledgers(pilot.data) if where.rsplit("/", 1)[1] in str(one)]
    wrong: list[object] = []
    table = ledger_tables.TABLES["claim"]
    from etl.ledger import read_rows

    rows = list(read_rows(table, (folder / "claim.csv").read_text(), lambda *a: wrong.append(a)))
    assert wrong == []
    assert rows[0][1]["id"] == "desk-test-claim"
    assert rows[0][1]["verified"] is False


# ── Who may, and once only ──


def test_nobody_releases_what_they_handed_in_nor_twice_nor_outside_of_their_scope(pilot: Atlas, words: str) -> None:
    content = as_csv(FIGURE | {"region": "DED21", "value": "7"})
    with entered(pilot, "rolf") as rolf, entered(pilot, "rosa") as rosa, entered(pilot, "rita") as rita:
        where, _ = checked(rolf, "figure", content)
        step(rolf, where, "accept", mode="all")
        token = release_token(rosa.get(where).text)
        assert 'name="token"' not in rolf.get(where).text
        assert step(rolf, where, "release", token=token).status_code == 403
        assert rita.get(where).status_code == 403
        assert step(rosa, where, "release", token="forged").status_code == 409
        assert step(rosa, where, "release", token=token).status_code == 303
        assert step(rosa, where, "release", token=token).status_code == 409, "replayed"
        assert rosa.post(f"{where}/release", data={"token": token}).status_code == 403, "no CSRF token"
    assert (
        sum(one["what"] == "released" and where.endswith(str(one["detail"]["upload"])) for one in audited(pilot)) == 1
    )  # type: ignore[index]
    assert {"denied", "step refused"} <= {one["what"] for one in audited(pilot)}


def test_two_releasers_at_once_make_one_release(pilot: Atlas, words: str) -> None:
    with entered(pilot, "conny") as conny, entered(pilot, "rolf") as rolf, entered(pilot, "rosa") as rosa:
        where, _ = checked(conny, "figure", as_csv(FIGURE | {"region": "DED2C", "value": "8"}))
        step(conny, where, "accept", mode="all")
        token = release_token(rosa.get(where).text)
        with ThreadPoolExecutor(2) as both:
            asked = [both.submit(step, one, where, "release", token=token) for one in (rolf, rosa)]
        assert sorted(one.result().status_code for one in asked) == [303, 409]


def test_a_release_is_taken_back_as_a_whole_and_a_draft_sent_back_or_withdrawn(pilot: Atlas, words: str) -> None:
    with entered(pilot, "conny") as conny, entered(pilot, "rosa") as rosa:
        where = released(conny, rosa, "figure", as_csv(FIGURE | {"region": "DED2D", "value": "9"}))
        folder = pilot.data / "internal/desk/released" / where.rsplit("/", 1)[1]
        assert folder.is_dir()
        assert step(rosa, where, "take-back").status_code == 409, "needs a reason"
        assert step(rosa, where, "take-back", reason="wrong base").status_code == 303
        assert not folder.exists()
        assert "wrong base" in rosa.get(where).text
        other, _ = checked(conny, "figure", as_csv(FIGURE | {"region": "DED2E", "value": "9"}))
        step(conny, other, "accept", mode="all")
        assert step(rosa, other, "reject", reason="n is missing").status_code == 303
        assert "n is missing" in conny.get(other).text


# ── The contract ──


def test_the_schemas_say_what_the_pipeline_says() -> None:
    claim = schemas.schema("claim").descriptor
    assert claim["units"] == {
        name: {"kinds": list(ledger_tables.KINDS[name]), "units": list(ledger_tables.UNITS[name])}
        for name in ledger_tables.KINDS
    }
    assert tuple(column.name for column in ledger_tables.TABLES["claim"].columns) == rules.CLAIM
    assert OBSERVATIONS == reading.DESK


@pytest.mark.parametrize("kind", schemas.KINDS)
def test_every_column_has_its_words_in_three_languages(kind: str) -> None:
    for field in schemas.schema(kind).fields:
        for words_ in (field.titles, field.descriptions):
            assert set(words_) == {"de", "fr", "en"}
            assert all(words_.values())


def test_a_path_in_a_file_name_is_a_name_only_and_what_is_no_kind_is_refused(pilot: Atlas) -> None:
    with entered(pilot, "conny") as conny:
        answer = hand_in(conny, "figure", as_csv(FIGURE), name="../../../../etc/passwd.csv")
        assert answer.status_code == 303
        assert "<h1>passwd.csv</h1>" in conny.get(answer.headers["Location"]).text
        assert hand_in(conny, "figures", as_csv(FIGURE)).status_code == 400
        assert conny.get("/de/desk/draft/..%2F..%2Froles").status_code == 404
    with entered(pilot, "rita") as rita:
        assert rita.get("/de/desk/upload").status_code == 403
