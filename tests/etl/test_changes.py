"""What publications leave for the feeds: one file each, with every changed cell, kept through kills and rollbacks."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest
from tiny_project import Make, Project

from etl import changes, diff
from etl.model import PublishError
from etl.publish import publish, read_pointer, rollback


def files(data: Path) -> list[Path]:
    return sorted((data / "changes").glob("*.parquet"))


def test_a_publication_leaves_exactly_the_cells_that_diff_finds(make: Make, tiny: Project) -> None:
    first = make()
    assert files(tiny.data) == [], "the first has nothing to be compared with"
    second = make(1)
    [path] = files(tiny.data)
    published = (read_pointer(tiny.data) or {})["published"].replace("-", "").replace(":", "").replace("+0000", "Z")
    assert path.stem == f"{published}-{first.id}-{second.id}"
    kept = pl.read_parquet(path)
    assert kept.equals(diff.changes(first.path, second.path))
    row = kept.row(by_predicate=pl.col("indicator") == "adoption_share_pct", named=True)
    assert (row["change"], row["region"], row["period"], row["old"], row["new"]) == ("revised", "DE", "2023", 5.0, 6.0)


def test_publishing_the_same_again_leaves_nothing_more(make: Make, tiny: Project) -> None:
    make()
    make(1)
    make(1)
    assert len(files(tiny.data)) == 1


def test_going_back_is_told_the_other_way_round(make: Make, tiny: Project) -> None:
    first, second = make(), make(1)
    rollback(tiny.data)
    assert [path.stem.split("-")[1:] for path in files(tiny.data)] == [[first.id, second.id], [second.id, first.id]]
    there, back = (pl.read_parquet(path) for path in files(tiny.data))
    assert there.select("old", "new").rows() == back.select("new", "old").rows()


def test_other_words_and_the_same_figures_are_no_change(make: Make, tiny: Project) -> None:
    first = make()
    path = tiny.root / "indicators" / "adoption_share_pct.toml"
    path.write_text(path.read_text(encoding="utf-8").replace("title de", "Titel"), encoding="utf-8")
    assert make().id != first.id
    assert files(tiny.data) == []


def test_what_a_killed_publication_left_out_the_next_one_adds(make: Make, tiny: Project) -> None:
    make()
    make(1)
    [lost] = files(tiny.data)
    content = lost.read_bytes()
    lost.unlink()  # killed between the pointer and the changes
    make(2)
    assert files(tiny.data)[0] == lost
    assert lost.read_bytes() == content
    assert len(files(tiny.data)) == 2


def test_only_the_newest_publications_are_kept(make: Make, tiny: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(changes, "KEPT", 2)
    builds = [make(number) for number in range(4)]
    assert [path.stem.split("-")[2] for path in files(tiny.data)] == [builds[2].id, builds[3].id]


def test_a_folder_that_cannot_be_written_is_said_and_the_build_is_published(make: Make, tiny: Project) -> None:
    make()
    (tiny.data / "changes").write_text("in the way")
    sealed = make(1, published=False)
    with pytest.raises(PublishError, match="is published, but what it changed could not be kept"):
        publish(tiny.data, sealed)
    assert (read_pointer(tiny.data) or {})["build"] == sealed.id
    (tiny.data / "changes").unlink()
    make(2)
    assert len(files(tiny.data)) == 2, "the next publication makes up for it"
