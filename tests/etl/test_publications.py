"""What was published when is kept in a list, and a build that somebody cites is never pruned."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable

import pytest
from tiny_project import Make, Project

from etl import publications
from etl.model import Exit, PublishError
from etl.publish import prune, publish, read_pointer, rollback

Run = Callable[..., subprocess.CompletedProcess[str]]


def builds(tiny: Project) -> list[str]:
    return sorted(path.stem for path in (tiny.data / "builds").glob("*.duckdb"))


def test_every_publication_is_listed_once_in_order(make: Make, tiny: Project) -> None:
    first, second = make(), make(1)
    publish(tiny.data, second)  # nothing new
    rollback(tiny.data)
    told = publications.publications(tiny.data)
    assert [build for _, build in told] == [first.id, second.id, first.id]
    assert [at for at, _ in told] == sorted(at for at, _ in told)
    assert told[-1][0] == (read_pointer(tiny.data) or {})["published"]


def test_a_folder_of_before_there_was_a_list_gets_one(make: Make, tiny: Project) -> None:
    first, second = make(), make(1)
    (tiny.data / "publications.json").unlink()
    third = make(2)
    assert [build for _, build in publications.publications(tiny.data)] == [second.id, third.id]
    assert first.id not in {build for _, build in publications.publications(tiny.data)}


def test_a_build_that_was_never_published_is_not_listed(make: Make, tiny: Project) -> None:
    make()
    sealed = make(1, published=False)
    assert sealed.id not in {build for _, build in publications.publications(tiny.data)}


def test_a_kept_build_is_never_pruned_until_it_is_let_go(make: Make, tiny: Project, run: Run) -> None:
    sealed = [make(number) for number in range(3)]
    for number, one in enumerate(sealed):
        os.utime(one.path, (number, number))
    done = run("keep", sealed[0].id)
    assert done.returncode == Exit.DONE, done.stderr
    assert "kept for good" in done.stdout
    assert prune(tiny.data, kept=1) == []
    assert f"kept for good: {sealed[0].id} since 20" in run("status").stdout
    assert run("keep", "--let-go", sealed[0].id).returncode == Exit.DONE
    assert prune(tiny.data, kept=1) == [sealed[0].id]


def test_keep_refuses_what_is_no_build_and_says_what_no_address_shows(make: Make, tiny: Project, run: Run) -> None:
    make()
    missing = run("keep", "../../nope")
    assert missing.returncode == Exit.PUBLISH
    assert "there is no build" in missing.stderr
    sealed = make(1, published=False)
    assert "never published" in run("keep", sealed.id).stdout


def test_what_cannot_be_read_removes_nothing(make: Make, tiny: Project) -> None:
    make()
    (tiny.data / "kept.json").write_text("{")
    before = builds(tiny)
    with pytest.raises(PublishError, match="nothing is removed"):
        prune(tiny.data, kept=1)
    assert builds(tiny) == before
