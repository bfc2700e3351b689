"""Every form of a view read back with another program's reader: the same numbers, flags, ranges of rank and sources."""

from __future__ import annotations

import csv as reader
import io
import re
import zipfile
from collections.abc import Iterator
from datetime import date, datetime
from html import unescape
from itertools import product
from math import prod
from pathlib import Path
from typing import Any

import openpyxl
import orjson
import polars as pl
import pytest
from flask.testing import FlaskClient
from frictionless import Package
from pyarrow import parquet as pq

from dashboard import queries
from dashboard.exports import columns, csv, forms, package, sheet
from dashboard.exports.forms import FORMS, Asked
from dashboard.exports.parcel import Parcel
from dashboard.i18n import words
from dashboard.store import Build
from dashboard.urls import NotFoundError
from dashboard.view import rank_text

WEB, SURVEY, WITHHELD = "adoption_firms_ai_web_pct", "adoption_firms_ai_survey_pct", "jobs_it_employment_fap_count"
BASE = "https://atlas.example"
#: Views of figures: language, page, item, parameters.
FIGURES = {
    "map": ("fr", "map", "", {"indicator": WEB, "level": "nuts3", "within": "DED"}),
    "map of gaps": ("de", "map", "", {"indicator": WEB, "level": "land", "view": "gap"}),
    "counts": ("en", "map", "", {"indicator": "jobs_it_employees_count", "level": "land"}),
    "indicator": ("de", "indicator", SURVEY, {}),
    "region": ("de", "region", "DED", {}),
    "hub": ("fr", "hub", "ki-hub-sachsen-thueringen", {}),
    "compare": ("en", "compare", "DED+FRF", {}),
    "firms": ("de", "firms", "", {}),
}
#: Tables that are no cubes.
TABLES = {
    "programmes": ("de", "programmes", "", {"region": "DEA12"}),
    "programme": ("fr", "programme", "zakid", {}),
    "partnerships": ("en", "partnerships", "", {}),
    "data": ("fr", "data", "", {}),
}
EVERY = FIGURES | TABLES


def asked(name: str, form: str = "csv") -> Asked:
    lang, page, item, query = EVERY[name]
    return Asked(form, lang, page, item, tuple(query.items()), BASE)


@pytest.fixture(scope="module")
def parcels(opened: Build) -> dict[str, Parcel]:
    return {name: forms.parcel(opened, asked(name)) for name in EVERY}


def lines(content: bytes, encoding: str = "utf-8-sig") -> list[dict[str, str]]:
    return list(reader.DictReader(io.StringIO(content.decode(encoding), newline="")))


def told(parcel: Parcel) -> list[dict[str, str]]:
    """The CSV, which everything else is held to."""
    found = lines(FORMS["csv"].make(parcel))
    assert found
    return found


def test_the_files_say_what_the_page_says(client: FlaskClient) -> None:
    """Regions, order, values, flags and ranges of rank of the table on screen."""
    t, query = words("fr"), f"?indicator={WEB}&level=nuts3"
    rows = lines(client.get(f"/fr/map.csv{query}").data)
    text = client.get(f"/fr/map{query}").text
    page = re.findall(r'<tr[^>]*data-c="(\w+)".*?</tr>', text, re.S)
    assert [row["code"] for row in rows] == page
    assert len(rows) == 501
    for row, line in zip(rows, re.findall(r"<tr[^>]*data-c=.*?</tr>", text, re.S), strict=True):
        said = unescape(re.sub(r"<[^>]+>", "|", line))
        if row["value"]:
            assert f"|{t.value(float(row['value']), 'pct', 1)}|" in said, row
            ranks = {name: int(row[name]) if row[name] else None for name in ("rank_low", "rank_high")}
            assert f"|{rank_text(t, ranks)}|" in said, row
            assert (not row["rank"]) or int(row["rank_low"]) <= int(row["rank"]) <= int(row["rank_high"])
        else:
            assert f"|{row['status_text']}|" in said, row
    assert any(row["rank_low"] != row["rank_high"] for row in rows), "ranges of rank"


# ── Parquet ──────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("name", EVERY)
def test_parquet_has_the_same_rows_typed_and_says_whose_they_are(parcels: dict[str, Parcel], name: str) -> None:
    parcel = parcels[name]
    content = FORMS["parquet"].make(parcel)
    frame = pl.read_parquet(io.BytesIO(content))
    assert [{key: csv.cell(value) for key, value in row.items()} for row in frame.to_dicts()] == told(parcel)
    kinds = {columns.TEXT: pl.String, columns.NUMBER: pl.Float64, columns.INTEGER: pl.Int64, columns.DATE: pl.Date}
    assert dict(frame.schema) == {one.name: kinds[one.kind] for one in parcel.columns}
    meta = {key.decode(): value.decode() for key, value in pq.read_schema(io.BytesIO(content)).metadata.items()}
    assert (meta["title"], meta["build"]) == (parcel.title, parcel.build.id)
    assert meta["address"].startswith(BASE)
    assert meta["address"].endswith(f"asof={parcel.build.id}")
    assert meta["licence"]
    assert [one["title"] for one in orjson.loads(meta["sources"])] == [one.title for one in parcel.sources]
    group = pq.ParquetFile(io.BytesIO(content)).metadata.row_group(0)
    assert {group.column(at).compression for at in range(group.num_columns)} == {"ZSTD"}


# ── XLSX ─────────────────────────────────────────────────────────────────────────────────────────────────────────


def plain(value: object) -> str:
    """A cell as openpyxl gives it, as the CSV writes it."""
    return csv.cell(value.date() if isinstance(value, datetime) else value)


@pytest.mark.parametrize("name", EVERY)
def test_the_workbook_has_the_same_rows_formatted(parcels: dict[str, Parcel], name: str) -> None:
    parcel = parcels[name]
    t = parcel.words
    book = openpyxl.load_workbook(io.BytesIO(FORMS["xlsx"].make(parcel)))
    assert book.sheetnames == [t("Table"), t("Sources and licences"), t("Flags and notes")]
    table, sources, notes = (book[each] for each in book.sheetnames)
    shown = [one for one in parcel.columns if not (parcel.is_figures and one.name in sheet._ELSEWHERE)]
    assert [cell.value for cell in table[1]] == [one.title for one in shown]
    rows = told(parcel)
    assert table.freeze_panes == ("B2" if parcel.is_figures else "C2")
    assert table.auto_filter.ref == f"A1:{table.cell(1, len(shown)).column_letter}{len(rows) + 1}"
    assert table.max_row == len(rows) + 1
    for at, row in enumerate(rows, 2):
        for place, one in enumerate(shown, 1):
            want = BASE + row[one.name] if one.name == "page" else row[one.name]
            assert plain(table.cell(at, place).value) == want, (one.name, at)
    assert not [c.coordinate for page in book for line in page for c in line if c.data_type == "f"], "no formula"
    links = [cell.hyperlink.target for page in book for line in page for cell in line if cell.hyperlink]
    assert links
    assert all(link.startswith(("https://", "http://")) for link in links)
    told_sources = [tuple(plain(cell.value) for cell in line) for line in sources.iter_rows(min_row=2)]
    assert [line[0] for line in told_sources] == [csv.cell(one.title) for one in parcel.sources]
    assert [line[3] for line in told_sources] == [one.licence for one in parcel.sources]
    said = {cell.value for line in notes for cell in line}
    assert {parcel.title, parcel.address, *parcel.notes, *parcel.flags.values()} <= said
    assert (book.properties.title, book.properties.subject) == (parcel.title, parcel.address)
    assert all(licence in book.properties.description for licence in parcel.licences)


def test_numbers_have_their_decimals_and_flags_a_ground(parcels: dict[str, Parcel], opened: Build) -> None:
    parcel = parcels["region"]
    table = openpyxl.load_workbook(io.BytesIO(FORMS["xlsx"].make(parcel))).worksheets[0]
    place = {cell.value: cell.column for cell in table[1]}
    t, known = parcel.words, queries.indicators(opened, "de")
    seen = set()
    for at, row in enumerate(parcel.table.rows, 2):
        value, flag = (table.cell(at, place[t(head)]) for head in ("Value", "Flag in words"))
        if row.get("value") is not None:
            decimals = known[row["indicator"]]["decimals"]
            assert value.number_format == "#,##0" + ("." + "0" * decimals if decimals else "")
        flagged = bool(row.get("status"))
        assert (flag.fill.fgColor.rgb != "00000000") == flagged, at
        assert (flag.value or "") == row.get("status_text", "")
        seen.add(flagged)
    assert seen == {True, False}


def test_a_text_that_looks_like_a_formula_or_an_address_stays_a_text(parcels: dict[str, Parcel]) -> None:
    wild = ["=1+1", "+cmd|' /C calc'!A0", "@SUM(A1)", "javascript:alert(1)", "file:///x", "internal:A1", "http://a b",
            "x" * 40_000]  # fmt: skip
    rows = [{"entity": text, "indicator": WEB, "code": "X", "period": "2024", "title": text} for text in wild]
    was = parcels["map"]
    parcel = Parcel(csv.Table("wild", rows), was.words, was.build, "=cmd()", was.address)
    table = openpyxl.load_workbook(io.BytesIO(FORMS["xlsx"].make(parcel))).worksheets[0]
    cells = [table.cell(at, 1) for at in range(2, len(wild) + 2)]
    assert [cell.value for cell in cells] == [text[:32_767] for text in wild]
    assert {cell.data_type for cell in cells} == {"s"}
    assert not [cell for cell in cells if cell.hyperlink]


# ── JSON-stat ────────────────────────────────────────────────────────────────────────────────────────────────────


def cells(cube: dict[str, Any]) -> Iterator[tuple[tuple[str, ...], float | None, str | None]]:
    """A reader of JSON-stat 2.0 of our own: every cell that exists, its categories, value and status."""
    axes = []
    for name in cube["id"]:
        index = cube["dimension"][name]["category"]["index"]
        axes.append(index if isinstance(index, list) else sorted(index, key=index.get))
    assert [len(axis) for axis in axes] == cube["size"]
    for at, keys in enumerate(product(*axes)):
        value, status = cube["value"].get(str(at)), cube.get("status", {}).get(str(at))
        if value is not None or status is not None:
            yield keys, value, status


@pytest.mark.parametrize("name", [name for name in FIGURES if name != "region"])
def test_the_cube_has_every_figure_at_its_place(parcels: dict[str, Parcel], name: str) -> None:
    parcel = parcels[name]
    found = {keys: (value, status) for keys, value, status in cells(orjson.loads(FORMS["json"].make(parcel)))}
    alone, want = len(parcel.indicators) == 1, dict[tuple[str, ...], tuple[float | None, str | None]]()
    for row in parcel.table.rows:
        if row["indicator"] not in parcel.indicators or not row["period"]:
            continue
        member = row["member"] and (row["member"] if alone else f"{row['indicator']}.{row['member']}")
        rest = (row["code"], member or "_T", row["period"])
        want[row["indicator"], *rest] = (row.get("value"), row["status"] or None)
        for beside in ("shown", "n", "ci_low", "ci_high", "rank", "rank_low", "rank_high", "of", "difference",
                       "difference_low", "difference_high"):  # fmt: skip
            if row.get(beside) is not None:
                want[f"{row['indicator']}.{beside}", *rest] = (row[beside], None)
    assert found == want
    assert any(value is not None for value, _ in found.values())


@pytest.mark.parametrize("name", FIGURES)
def test_the_cube_keeps_to_the_rules_of_the_format(parcels: dict[str, Parcel], name: str) -> None:
    """JSON-stat 2.0: roles name dimensions, every category has an index and a label, metrics have units."""
    parcel = parcels[name]
    cube = orjson.loads(FORMS["json"].make(parcel))
    assert (cube["version"], cube["class"], cube["label"]) == ("2.0", "dataset", parcel.title)
    assert list(cube["dimension"]) == cube["id"]
    assert {key for keys in cube["role"].values() for key in keys} <= set(cube["id"])
    assert set(cube["role"]) == {"time", "geo", "metric"}
    for dimension in cube["dimension"].values():
        index, labels = dimension["category"]["index"], dimension["category"]["label"]
        assert len(set(index)) == len(index)
        assert set(labels) == set(index)
        assert all(isinstance(label, str) and label for label in [dimension["label"], *labels.values()])
    assert prod(cube["size"]) > max(map(int, [*cube["value"], *cube.get("status", {})]))
    units = cube["dimension"]["figure"]["category"]["unit"]
    assert set(units) == set(cube["dimension"]["figure"]["category"]["index"])
    assert all(isinstance(unit["decimals"], int) for unit in units.values())
    assert set(cube.get("status", {}).values()) <= {*cube["extension"]["status"]["label"], "refused"}
    assert date.fromisoformat(cube["updated"])
    assert all(one.title in cube["source"] for one in parcel.sources)
    assert cube["extension"]["licence"]
    remarks = {row["recipe"] for row in parcel.table.rows if row.get("recipe") and row.get("status") != csv.WITHHELD}
    assert set(cube["extension"]["remarks"]) <= remarks


# ── Data package ─────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("name", EVERY)
def test_the_package_is_valid_and_complete(parcels: dict[str, Parcel], name: str, tmp_path: Path) -> None:
    parcel = parcels[name]
    content = FORMS["zip"].make(parcel)
    assert content == package.package(parcel), "the same bytes again"
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        archive.extractall(tmp_path)
        assert {entry.date_time for entry in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}
    assert {path.name for path in tmp_path.iterdir()} == {
        "datapackage.json", "data.csv", "README.md", "LICENCES.txt", "CITATION.txt",
    }  # fmt: skip
    report = Package(str(tmp_path / "datapackage.json")).validate()
    assert report.valid, report.flatten(["rowNumber", "fieldName", "type", "message"])[:5]
    assert lines((tmp_path / "data.csv").read_bytes(), "utf-8") == told(parcel)
    known = orjson.loads((tmp_path / "datapackage.json").read_bytes())
    assert (known["version"], known["title"], known["homepage"]) == (parcel.build.id, parcel.title, parcel.address)
    assert [one["title"] for one in known["sources"]] == [one.title for one in parcel.sources]
    assert known["licenses"]
    t, readme = parcel.words, (tmp_path / "README.md").read_text()
    assert f"## {t('Columns')}" in readme
    assert all(f"`{one.name}`" in readme for one in parcel.columns)
    licences = (tmp_path / "LICENCES.txt").read_text()
    assert all(one.title in licences and one.credit in licences for one in parcel.sources)
    assert parcel.address in (tmp_path / "CITATION.txt").read_text()


# ── What a licence keeps here, limits, addresses ─────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("form", FORMS)
def test_a_licence_keeps_figures_out_of_every_form(client: FlaskClient, form: str) -> None:
    for address in (f"/fr/map.{form}?indicator={WITHHELD}", f"/fr/indicator/{WITHHELD}.{form}"):
        answer = client.get(address)
        assert answer.status_code == 403
        assert "Consultation seulement" in unescape(answer.text)


def test_a_mixed_table_leaves_out_what_must_stay_and_says_so(opened: Build) -> None:
    mixed = forms.parcel(opened, Asked("xlsx", "fr", "region", "FRF", (), BASE))
    assert mixed.left_out
    assert any(all(name in note for name in mixed.left_out) for note in mixed.notes), "the file says what it lacks"
    assert all(row.get("value") is None for row in mixed.table.rows if row["title"] in mixed.left_out)
    closed = {row["publisher"] for row in queries.sources(opened).values() if not row["redistribute"]}
    assert not closed & {one.publisher for one in mixed.sources}
    cube = orjson.loads(FORMS["json"].make(mixed))
    assert WITHHELD not in cube["dimension"]["figure"]["category"]["label"]


@pytest.mark.parametrize("form", FORMS)
def test_every_form_is_there_under_the_page_s_address(client: FlaskClient, form: str) -> None:
    address = f"/de/map.{form}?indicator={WEB}&level=land"
    answer = client.get(address)
    assert answer.status_code == 200
    assert answer.content_type == FORMS[form].content_type
    name = f'attachment; filename="ki-auf-firmenwebsites-land-2024.{form}"'
    assert answer.headers["Content-Disposition"] == name
    assert client.get(address, headers={"If-None-Match": answer.headers["ETag"]}).status_code == 304
    head = client.head(address)
    assert (head.status_code, head.data) == (200, b"")
    packed = client.get(address, headers={"Accept-Encoding": "gzip"}).headers.get("Content-Encoding")
    assert packed == ("gzip" if form in ("csv", "json") else None), "only where it helps"
    links = re.findall(r'data-take="(\w+)"', client.get(f"/de/map?indicator={WEB}&level=land").text)
    assert links.count(form) == 1
    assert client.get(f"/de/map.{form}?rows=evil").status_code == 400
    assert client.get(f"/de/region/DE-SN.{form}").headers["Location"] == f"/de/region/DED.{form}"


def test_all_rows_of_a_map_are_the_whole_indicator(client: FlaskClient, opened: Build) -> None:
    rows = lines(client.get(f"/en/map.csv?indicator={SURVEY}&rows=all").data)
    assert rows == lines(client.get(f"/en/indicator/{SURVEY}.csv").data)
    have = opened.rows("indicator_figures", indicator=SURVEY)
    assert [(row["level"], row["code"], row["period"]) for row in rows] == [
        (row["level"], row["region"], row["period"]) for row in have
    ]
    covered = [row for row in queries.coverage(opened) if row["indicator"] == SURVEY]
    assert len(rows) == sum(row["observed"] + row["missing"] for row in covered)


def test_what_is_no_cube_is_not_offered_as_one(client: FlaskClient) -> None:
    for page in ("programmes", "programme/zakid", "partnerships", "data"):
        text = client.get(f"/de/{page}").text
        assert f'href="/de/{page}.xlsx"' in text
        assert f"/de/{page}.json" not in text
        answer = client.get(f"/de/{page}.json")
        assert answer.status_code == 404
        assert "Datenwürfel" in answer.text


def test_a_table_that_is_too_long_is_refused_with_a_way_on(opened: Build, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(csv, "WORKBOOK", 20)
    with pytest.raises(NotFoundError) as refused:
        forms.made(opened, asked("map of gaps", "xlsx"))
    assert refused.value.status == 413
    assert "20" in refused.value.text
    assert [address.partition("?")[0] for _, address in refused.value.links] == [
        "/de/map.csv", "/de/map.parquet", "/de/map.zip", "/de/map",
    ]  # fmt: skip
    assert forms.made(opened, asked("map of gaps", "csv")).packed.plain
