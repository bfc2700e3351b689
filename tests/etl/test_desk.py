"""Releases of the desk: what a view shows of them, and what is refused. Their format: docs/desk-format.md."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from tiny_project import indicator

from etl import desk
from etl.audience import Audience, View
from etl.desk import DESK
from etl.model import DeliveryError

NOW = datetime(2026, 12, 1, tzinfo=UTC)
LATER = NOW + timedelta(days=1)
PUBLIC, TOMORROW, INSIDE = (
    *(View(Audience.PUBLIC, NOW), View(Audience.PUBLIC, LATER)),
    View(Audience.INTERNAL, NOW),
)
ID = "adoption_saxon_pct"
DECLARED = indicator(origin='[source]\nid = "desk_saxony"\nmeasure = "x"\ndimension = "sex"')


def row(value: float | None, region: str = "DED2", member: str = "", **more: str) -> dict[str, Any]:
    """A row of observations.parquet."""
    return {
        **{"indicator": ID, "region": region, "period": "2026", "dimension": "sex" if member else "", "member": member},
        **{"value": value, "status": "" if value is not None else "c", "n": None},
        **{"note": "", "audience": "", "embargo_until": "", **more},
    }


@pytest.fixture
def release(tmp_path: Path) -> Callable[..., Path]:
    """Write a release as the desk does."""

    def write(name: str, *rows: dict[str, Any], title: str = "Survey", hours: int = 0, **terms: object) -> Path:
        folder = desk.folder_of(tmp_path) / name
        (folder / "indicators").mkdir(parents=True)
        pl.DataFrame(list(rows), schema=DESK).write_parquet(folder / "observations.parquet")
        (folder / "indicators" / f"{ID}.toml").write_text(DECLARED.replace("title de", title), encoding="utf-8")
        record = {
            **{"format": 1, "id": name, "released": (NOW - timedelta(days=1, hours=-hours)).isoformat()},
            **{"file": f"{name}.xlsx", "sha256": hashlib.sha256(name.encode()).hexdigest()},
            "observations_sha256": hashlib.sha256((folder / "observations.parquet").read_bytes()).hexdigest(),
            "source": {
                **{"id": "desk_saxony", "publisher": "Saxony", "url": "https://example.org"},
                **{"title": dict.fromkeys(("de", "fr", "en"), "Survey")},
                "licence": {"name": "CC0", "url": "https://example.org", "credit": "Saxony"},
            },
            **terms,
        }
        (folder / "release.json").write_text(json.dumps(record), encoding="utf-8")
        return folder

    return write


def values(tmp_path: Path, view: View) -> dict[tuple[str, str], float | None]:
    """Region and member → value, as a view shows them."""
    figures = desk.seen(desk.read(tmp_path), view)[2].get("desk_saxony")
    rows = figures.rows.iter_rows(named=True) if figures else []
    return {(one["region"], one["member"]): one["value"] for one in rows}


def test_a_release_is_shown_on_its_terms(release: Callable[..., Path], tmp_path: Path) -> None:
    release("a", row(1), embargo_until=LATER.isoformat())
    assert desk.seen(desk.read(tmp_path), PUBLIC) == ({}, {}, {}), "no source, no words, no figures"
    assert values(tmp_path, TOMORROW) == values(tmp_path, INSIDE) == {("DED2", ""): 1}
    assert desk.moments(desk.read(tmp_path)) == {LATER}


def test_a_row_may_be_stricter_and_never_looser(release: Callable[..., Path], tmp_path: Path) -> None:
    release("a", row(1), row(2, "DED4", audience="internal"), row(3, "DED5", embargo_until=LATER.isoformat()))
    release("b", row(4, "DE4", audience="public"), audience="internal", hours=1)
    assert values(tmp_path, PUBLIC) == {("DED2", ""): 1}
    assert values(tmp_path, TOMORROW) == {("DED2", ""): 1, ("DED5", ""): 3}
    assert len(values(tmp_path, INSIDE)) == 4


def test_a_revision_under_embargo_leaves_the_earlier_value(release: Callable[..., Path], tmp_path: Path) -> None:
    release("z", row(1), title="Old")
    release("a", row(2), title="New", hours=1, embargo_until=LATER.isoformat())
    for view, value, title, files in ((PUBLIC, 1, "Old", {"z.xlsx"}), (TOMORROW, 2, "New", {"a.xlsx"})):
        _, indicators, figures = desk.seen(desk.read(tmp_path), view)
        assert values(tmp_path, view) == {("DED2", ""): value}
        assert indicators[ID].words["de"].title == title
        assert {origin.file for origin in figures["desk_saxony"].origins} == files


def test_labels_and_notes_of_withheld_rows_are_withheld(release: Callable[..., Path], tmp_path: Path) -> None:
    hidden = row(2, member="f", note="Nobody knows this", embargo_until=LATER.isoformat())
    release("a", row(1, note="Known"), hidden)
    words = desk.seen(desk.read(tmp_path), PUBLIC)[1][ID].words["de"]
    assert (list(words.members), list(words.reasons.values())) == ([], ["Known"])
    words = desk.seen(desk.read(tmp_path), TOMORROW)[1][ID].words["de"]
    assert (list(words.members), sorted(words.reasons.values())) == (["f"], ["Known", "Nobody knows this"])


def test_the_figures_are_others_when_only_the_words_are(release: Callable[..., Path], tmp_path: Path) -> None:
    folder = release("a", row(1))
    before = desk.seen(desk.read(tmp_path), PUBLIC)[2]["desk_saxony"].sha256
    path = folder / "indicators" / f"{ID}.toml"
    path.write_text(path.read_text().replace("method de", "another method"))
    assert desk.seen(desk.read(tmp_path), PUBLIC)[2]["desk_saxony"].sha256 != before


def test_what_is_still_being_written_is_not_read(release: Callable[..., Path], tmp_path: Path) -> None:
    release(".half", row(1))
    assert desk.read(tmp_path) == []


def edited(**changes: object) -> Callable[[Path], object]:
    def edit(folder: Path) -> None:
        path = folder / "release.json"
        path.write_text(json.dumps({**json.loads(path.read_text()), **changes}))

    return edit


BROKEN: dict[str, Callable[[Path], object]] = {
    "no record": lambda folder: (folder / "release.json").unlink(),
    "half a record": lambda folder: (folder / "release.json").write_text("{"),
    "other format": edited(format=2),
    "other id": edited(id="b"),
    "naive time": edited(released="2026-11-21T14:00"),
    "naive embargo": edited(embargo_until="2026-12-02T09:00"),
    "unknown audience": edited(audience="intern"),
    "no source": edited(source=None),
    "changed rows": lambda folder: (folder / "observations.parquet").write_bytes(b"PAR1"),
    "words missing": lambda folder: (folder / "indicators" / f"{ID}.toml").unlink(),
    "words broken": lambda folder: (folder / "indicators" / f"{ID}.toml").write_text("x"),
    "words of another source": lambda folder: (folder / "indicators" / f"{ID}.toml").write_text(
        DECLARED.replace("desk_saxony", "desk_bavaria")
    ),
}


@pytest.mark.parametrize("harm", BROKEN.values(), ids=BROKEN)
def test_a_damaged_release_stops_the_build_by_name(
    release: Callable[..., Path], tmp_path: Path, harm: Callable[[Path], object]
) -> None:
    harm(release("a", row(1), embargo_until=LATER.isoformat()))
    with pytest.raises(DeliveryError, match=r"released/a: "):
        desk.read(tmp_path)


@pytest.mark.parametrize("terms", [{"audience": "intern"}, {"embargo_until": "2026-12-02"}])
def test_wrong_terms_of_a_row_stop_the_build(
    release: Callable[..., Path], tmp_path: Path, terms: dict[str, str]
) -> None:
    release("a", row(1, **terms))
    with pytest.raises(DeliveryError, match=r"released/a: "):
        desk.read(tmp_path)
