"""Identity, sealing, the pointer, rollback and pruning."""

from __future__ import annotations

import json
import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

import duckdb
import pytest
from tiny_project import Make, Project

from etl.identity import content_hash
from etl.model import Exit, PublishError
from etl.publish import prune, publish, read_pointer, rollback, verify


def test_same_inputs_give_the_same_id_and_content(make: Make, tmp_path: Path) -> None:
    first, second = make(data=tmp_path / "one"), make(data=tmp_path / "two")
    assert (first.id, first.content) == (second.id, second.content)
    assert first.path != second.path


def test_other_figures_or_other_code_give_another_id(make: Make, tiny: Project) -> None:
    first = make()
    assert make(1).id != first.id
    path = tiny.root / "indicators" / "adoption_share_pct.toml"
    path.write_text(path.read_text(encoding="utf-8").replace("title de", "Titel"), encoding="utf-8")
    other = make()
    assert other.id != first.id
    assert other.content != first.content


def test_the_content_hash_sees_every_table_and_not_the_order_of_rows(make: Make, tmp_path: Path) -> None:
    sealed = make()
    connection = duckdb.connect(str(sealed.path), read_only=True)
    tables = [row[0] for row in connection.execute("select table_name from information_schema.tables").fetchall()]
    connection.close()
    for table in sorted(set(tables) - {"build"}):
        copy = tmp_path / f"{table}.duckdb"
        copy.write_bytes(sealed.path.read_bytes())
        connection = duckdb.connect(str(copy))
        frame = connection.table(table).pl()
        if frame.is_empty():  # the tiny project has neither a ledger nor an embargo
            connection.close()
            continue
        for change, same in ((frame.reverse(), True), (frame.head(frame.height - 1), False)):
            connection.register("frame", change)
            connection.execute(f"delete from {table}")
            connection.execute(f"insert into {table} from frame")
            connection.unregister("frame")
            assert (content_hash(connection) == sealed.content) is same, table
        connection.close()


def test_the_pointer_names_the_build_its_content_and_the_one_before(make: Make, tiny: Project) -> None:
    first, second = make(), make(1)
    pointer = json.loads((tiny.data / "current.json").read_text())
    age = datetime.now(UTC) - datetime.fromisoformat(pointer.pop("published"))
    assert timedelta(0) <= age < timedelta(minutes=5)
    assert pointer == {
        "build": second.id,
        "file": f"builds/{second.id}.duckdb",
        "content": second.content,
        "observations": second.observations,
        "previous": first.id,
    }
    connection = duckdb.connect(str(tiny.data / "builds" / f"{second.id}.duckdb"), read_only=True)
    assert connection.execute("select count(*) from observation").fetchall() == [(second.observations,)]
    assert connection.execute("select id from build").fetchall() == [(second.id,)]
    connection.close()


def test_an_intact_build_is_used_again_and_a_damaged_one_made_anew(make: Make) -> None:
    first = make()
    before = first.path.stat().st_mtime_ns
    assert make().path.stat().st_mtime_ns == before
    first.path.write_bytes(first.path.read_bytes()[:5000])
    again = make()
    assert again == first
    assert verify(first.path).content == first.content


def test_a_build_that_was_changed_after_sealing_is_refused(make: Make, tiny: Project) -> None:
    sealed = make()
    connection = duckdb.connect(str(sealed.path))
    connection.execute("update observation set value = value + 1 where value is not null")
    connection.close()
    with pytest.raises(PublishError, match="changed after it was sealed") as caught:
        verify(sealed.path)
    assert caught.value.exit_code == Exit.PUBLISH


def test_rollback_goes_to_the_build_before_and_back(make: Make, tiny: Project) -> None:
    first = make()
    with pytest.raises(PublishError, match="no earlier build"):
        rollback(tiny.data)
    second = make(1)
    assert rollback(tiny.data) == first
    pointer = read_pointer(tiny.data)
    assert pointer is not None
    assert (pointer["build"], pointer["previous"]) == (first.id, second.id)
    assert rollback(tiny.data) == second


def test_pruning_keeps_the_last_builds_the_published_and_the_one_before(make: Make, tiny: Project) -> None:
    sealed = [make(number) for number in range(4)]
    for number, one in enumerate(sealed):
        os.utime(one.path, (number, number))
    publish(tiny.data, sealed[0])  # the oldest is published, and the newest is the one before
    assert set(prune(tiny.data, kept=1)) == {sealed[1].id, sealed[2].id}
    assert sorted(path.stem for path in (tiny.data / "builds").glob("*.duckdb")) == sorted((sealed[0].id, sealed[3].id))


def test_a_broken_pointer_is_named_and_replaced_by_the_next_publication(make: Make, tiny: Project) -> None:
    sealed = make()
    (tiny.data / "current.json").write_text("{")
    with pytest.raises(PublishError, match="is broken"):
        read_pointer(tiny.data)
    assert publish(tiny.data, sealed)
    assert (read_pointer(tiny.data) or {})["build"] == sealed.id
