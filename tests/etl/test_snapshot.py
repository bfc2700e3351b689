"""Deliveries in folders, fetched snapshots that are never overwritten, and shipped figures."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from tiny_project import Project, people_rows, survey_rows, write_csv

from etl import catalogue
from etl.figures import from_delivery, gather, read_shipped, ship
from etl.model import AtlasError, DeliveryError, Exit, File, Licence, Source
from etl.snapshot import Record, find_deliveries, keep, sha256_of, snapshot


@pytest.fixture
def source(tiny: Project) -> Source:
    """The tiny project's source."""
    return catalogue.load(tiny.root).sources["office_survey"].source


# ── Folders ──────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("folder", ["office_survey", "survey"])
@pytest.mark.parametrize("name", ["survey.csv", "survey_old_name.csv"])
def test_a_delivery_is_found_under_each_folder_and_file_name(
    tmp_path: Path, source: Source, folder: str, name: str
) -> None:
    path = write_csv(tmp_path / "x" / folder / name, survey_rows())
    found = find_deliveries(tmp_path / "x", [source], date(2026, 1, 2))["office_survey"]
    assert (found.path("table"), found.files["table"].sha256) == (path, sha256_of(path))
    assert found.files["table"].retrieved == date(2026, 1, 2)
    assert not found.has("people")


def test_a_folder_without_any_delivery_is_a_usage_error_that_lists_the_names_tried(
    tmp_path: Path, source: Source
) -> None:
    with pytest.raises(AtlasError, match="office_survey, survey") as caught:
        find_deliveries(tmp_path, [source])
    assert caught.value.exit_code == Exit.USAGE
    with pytest.raises(AtlasError, match="no such folder"):
        find_deliveries(tmp_path / "nowhere", [source])


def test_a_delivery_without_a_required_file_is_refused_with_its_names_and_address(
    tmp_path: Path, source: Source
) -> None:
    write_csv(tmp_path / "survey" / "people.csv", people_rows())
    with pytest.raises(
        DeliveryError, match=r"survey\.csv or survey_old_name\.csv there, from https://example\.org/survey\.csv"
    ):
        find_deliveries(tmp_path, [source])
    (tmp_path / "empty" / "office_survey").mkdir(parents=True)
    with pytest.raises(DeliveryError, match="lacks a required file"):
        find_deliveries(tmp_path / "empty", [source])


def test_a_folder_shared_by_two_sources_may_hold_only_one_of_them(tmp_path: Path, source: Source) -> None:
    other = replace(source, id="office_other", files=(File("other", ("other.csv",), ""),))
    write_csv(tmp_path / "survey" / "other.csv", survey_rows())
    assert list(find_deliveries(tmp_path, [source, other])) == ["office_other"]


def test_the_day_of_known_bytes_is_that_of_their_first_retrieval(tmp_path: Path, source: Source) -> None:
    path = write_csv(tmp_path / "survey" / "survey.csv", survey_rows())
    found = find_deliveries(tmp_path, [source], None, {sha256_of(path): date(2020, 5, 4)})
    assert found["office_survey"].files["table"].retrieved == date(2020, 5, 4)


# ── Snapshots ───────────────────────────────────────────────────────────────────────────────────────────────────────


def kept(data: Path, body: bytes, day: int, key: str = "table") -> Record:
    """A snapshot as a fetch on that day of January 2026 leaves it."""
    part = data / "part"
    part.parent.mkdir(parents=True, exist_ok=True)
    part.write_bytes(body)
    record = Record(
        "office_survey",
        key,
        f"{key}.csv",
        "https://example.org",
        sha256_of(part),
        len(body),
        datetime(2026, 1, day, tzinfo=UTC),
    )
    keep(data, record.source, {record: part})
    return record


def test_the_newest_record_counts_even_when_old_bytes_came_back(tmp_path: Path, source: Source) -> None:
    for day, body in enumerate((b"a", b"b", b"a"), 1):
        kept(tmp_path, body, day)
    found = snapshot(tmp_path, source)
    assert found is not None
    assert found.path("table").read_bytes() == b"a"
    assert found.files["table"].retrieved == date(2026, 1, 3)


def test_a_changed_snapshot_is_refused(tmp_path: Path, source: Source) -> None:
    kept(tmp_path, b"a", 1).path(tmp_path).write_bytes(b"tampered")
    with pytest.raises(DeliveryError, match="changed after it was fetched"):
        snapshot(tmp_path, source)


def test_an_incomplete_snapshot_is_none(tmp_path: Path, source: Source) -> None:
    assert snapshot(tmp_path, source) is None
    kept(tmp_path, b"a", 1, key="people")
    assert snapshot(tmp_path, source) is None


# ── Which figures a build takes ──────────────────────────────────────────────────────────────────────────────────


@pytest.fixture
def shipped(tiny: Project) -> Project:
    """The tiny project with its figures shipped on 10 January 2026."""
    found = catalogue.load(tiny.root)
    source = found.sources["office_survey"].source
    delivery = find_deliveries(tiny.delivery, [source], date(2026, 1, 10))["office_survey"]
    assert ship(found, tiny.data, from_delivery(found, delivery, "delivery"))
    return tiny


def way(project: Project, folder: Path | None = None) -> str:
    return gather(catalogue.load(project.root), project.data, folder)[0]["office_survey"].way


def test_delivery_before_newer_snapshot_before_shipped(shipped: Project) -> None:
    body = (shipped.delivery / "office_survey" / "survey.csv").read_bytes()
    assert way(shipped) == "shipped"
    kept(shipped.data, body.replace(b"5.0", b"5.5"), 9)
    assert way(shipped) == "shipped"  # the snapshot is older
    kept(shipped.data, body, 11)
    assert way(shipped) == "shipped"  # newer, but the very bytes the shipped figures were taken from
    kept(shipped.data, body.replace(b"5.0", b"5.6"), 12)
    assert way(shipped) == "snapshot"
    assert way(shipped, shipped.delivery) == "delivery"


def test_an_optional_file_that_was_not_delivered_leaves_the_shipped_figures_with_their_origin(shipped: Project) -> None:
    people = shipped.delivery / "office_survey" / "people.csv"
    hash_ = sha256_of(people)
    people.unlink()
    figures = gather(catalogue.load(shipped.root), shipped.data, shipped.delivery)[0]["office_survey"]
    assert figures.way == "delivery"
    kept_rows = figures.rows.filter(indicator="context_people_persons")
    assert kept_rows["delivery"].unique().to_list() == [hash_]
    assert {origin.file: origin.retrieved for origin in figures.origins}["people.csv"] == date(2026, 1, 10)


def test_shipping_twice_writes_the_same_bytes(shipped: Project) -> None:
    found = catalogue.load(shipped.root)
    files = sorted((shipped.data / "figures").iterdir())
    before = [path.read_bytes() for path in files]
    figures = read_shipped(shipped.data, "office_survey")
    assert figures is not None
    assert not ship(found, shipped.data, figures)
    for path in files:
        path.unlink()
    assert ship(found, shipped.data, figures)
    assert [path.read_bytes() for path in files] == before
    assert [path.name for path in files] == ["office_survey.json", "office_survey.parquet"]


def test_shipped_figures_that_were_edited_are_refused(shipped: Project) -> None:
    figures = read_shipped(shipped.data, "office_survey")
    assert figures is not None
    path = shipped.data / "figures" / "office_survey.parquet"
    figures.rows.with_columns(value=figures.rows["value"] + 1).write_parquet(path)
    with pytest.raises(DeliveryError, match="shipped figures were changed"):
        read_shipped(shipped.data, "office_survey")
    path.write_bytes(b"PAR1")
    with pytest.raises(DeliveryError, match="unreadable"):
        read_shipped(shipped.data, "office_survey")


def test_the_record_says_where_the_figures_are_from(shipped: Project) -> None:
    record = json.loads((shipped.data / "figures" / "office_survey.json").read_text(encoding="utf-8"))
    table = shipped.delivery / "office_survey" / "survey.csv"
    assert record["licence"]["name"] == "CC BY 4.0"
    assert {
        "sha256": sha256_of(table),
        "file": "survey.csv",
        "url": "https://example.org/survey.csv",
        "retrieved": "2026-01-10",
    } in record["deliveries"]


def test_a_nested_folder_that_sources_share_may_hold_only_another_ones_files(tmp_path: Path) -> None:
    licence = Licence("CC BY 4.0", "https://creativecommons.org/licenses/by/4.0/", "Office")
    title = {"de": "A", "fr": "A", "en": "A"}
    one, other = (
        Source(
            id=f"office_{name}",
            publisher="Office",
            title=title,
            licence=licence,
            url="https://example.org",
            files=(File("table", (f"{name}.csv",), "https://example.org/table.csv"),),
            folders=("office", "office/inner"),
        )
        for name in ("one", "other")
    )
    (tmp_path / "office" / "inner").mkdir(parents=True)
    (tmp_path / "office" / "inner" / "one.csv").write_text("a\n1\n", encoding="utf-8")
    assert set(find_deliveries(tmp_path, [one, other])) == {"office_one"}
    (tmp_path / "office_other").mkdir()
    with pytest.raises(DeliveryError, match="lacks a required file"):
        find_deliveries(tmp_path, [one, other])


SHARED = Path(__file__).parents[3] / "shared" / "sources"


@pytest.mark.skipif(not SHARED.is_dir(), reason="the deliveries as published are not beside this checkout")
def test_the_folder_of_published_deliveries_is_found_as_it_is() -> None:
    sources = [module.source for module in catalogue.load().sources.values()]
    shipped = {path.stem for path in (Path(__file__).parents[2] / "data" / "figures").glob("*.json")}
    elsewhere = {"eurostat_isoc_eb_ai_size"}  # shipped from a copy that does not lie among the shared deliveries
    assert set(find_deliveries(SHARED, sources)) == shipped - elsewhere
