"""`etl new` writes one file and a test that fails, saying what to fill in; both pass the linters as they are."""

from __future__ import annotations

from pathlib import Path

import pytest
from checkout import copy_project, in_project

from etl.model import AtlasError
from etl.skeleton import KINDS, write_skeleton

STARTED = {
    "source": ("office_new", "etl/sources/office_new.py", "tests/golden/test_office_new.py"),
    "indicator": ("context_new_pct", "etl/indicators/context_new_pct.toml", "tests/golden/test_context_new_pct.py"),
    "page": ("new_page", "dashboard/pages/new_page.py", "tests/dashboard/test_page_new_page.py"),
}
#: Kind → what its test says as long as nothing is filled in.
SAID = {
    "source": [
        "etl/sources/office_new.py, SOURCE: fill in publisher, url, vintage, citation, rhythm, licence.name",
        "test_office_new.py: put the head of the delivery into TABLE, as published",
        "test_office_new.py: write into REFUSED what must not pass",
        "3 failed",
    ],
    "indicator": [
        "context_new_pct.toml: key 'checked.by': empty",
        "test_context_new_pct.py: look up a few figures in the publication and write them into FIGURES",
        "2 failed",
    ],
    "page": ["test_page_new_page.py: write into HEADINGS what a reader must see, in de, fr, en", "1 failed"],
}


@pytest.fixture(scope="module")
def checkout(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the project with one of each started in it."""
    folder = copy_project(tmp_path_factory.mktemp("checkout"))
    for kind, (id_, path, test) in STARTED.items():
        done = in_project(folder, f".venv/bin/python -m etl new {kind} {id_}")
        assert done.returncode == 0, done.stderr
        assert path in done.stdout
        assert test in done.stdout
    return folder


def test_there_is_a_skeleton_of_each_kind() -> None:
    assert set(STARTED) == set(KINDS) == set(SAID)


def test_what_is_written_passes_the_linters(checkout: Path) -> None:
    written = " ".join(path for _, *paths in STARTED.values() for path in paths if path.endswith(".py"))
    for check in ("check", "format --check"):
        done = in_project(checkout, f".venv/bin/python -m ruff {check} {written}")
        assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("kind", KINDS)
def test_its_test_fails_and_says_what_to_fill_in(checkout: Path, kind: str) -> None:
    done = in_project(checkout, f".venv/bin/python -m pytest -q -p no:cacheprovider {STARTED[kind][2]}")
    assert done.returncode == 1, done.stdout + done.stderr
    for words in SAID[kind]:
        assert words in done.stdout.replace("\n", " "), done.stdout


def test_a_build_says_that_a_started_source_is_not_filled_in(checkout: Path) -> None:
    done = in_project(checkout, ".venv/bin/python -m etl build")
    assert done.returncode == 13
    assert "sources/office_new.py: title needs de, fr and en" in done.stderr


@pytest.fixture
def folders(tmp_path: Path) -> Path:
    """The folders that a checkout has, empty; returns the one of the ETL."""
    for name in ("etl/sources", "etl/indicators", "dashboard/pages", "tests/golden", "tests/dashboard"):
        (tmp_path / name).mkdir(parents=True)
    return tmp_path / "etl"


@pytest.mark.parametrize("kind", KINDS)
def test_nothing_is_written_over_nor_half(folders: Path, kind: str) -> None:
    id_, _, test = STARTED[kind]
    (folders.parent / test).write_text("mine", encoding="utf-8")
    with pytest.raises(AtlasError, match="is there already"):
        write_skeleton(folders, kind, id_)
    assert [path.read_text(encoding="utf-8") for path in folders.parent.rglob("*") if path.is_file()] == ["mine"]


@pytest.mark.parametrize("id_", ["", "Office", "office-new", "../office", "office__new", "1office", "office_"])
def test_an_id_that_is_none_is_refused(folders: Path, id_: str) -> None:
    with pytest.raises(AtlasError, match="an id is lower-case words"):
        write_skeleton(folders, "source", id_)
    assert not [path for path in folders.parent.rglob("*") if path.is_file()]


def test_without_tests_there_is_nothing_to_start_in(folders: Path) -> None:
    """An installed package has no tests: a file without one is not left behind there."""
    (folders.parent / "tests/golden").rmdir()
    with pytest.raises(AtlasError, match="a checkout of the project"):
        write_skeleton(folders, "source", "office_new")
    assert not list((folders / "sources").iterdir())
