"""The list of AI terms on constructed titles, in Python and in the engine."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import ibis
import pytest

from etl.microdata import terms
from etl.microdata.terms import pattern
from etl.model import CatalogueError

TITLES = tomllib.loads((Path(__file__).parent / "titles.toml").read_text(encoding="utf-8"))
SAMPLES = [(title, kind in ("ai", "found_wrongly")) for kind in TITLES for title in TITLES[kind]]


def test_the_terms_find_what_they_mean_and_no_parts_of_words() -> None:
    found = re.compile(pattern("ai_jobs"))
    wrong = {title for title, ai in SAMPLES if bool(found.search(title.lower())) != ai}
    assert wrong == set()


def test_the_engine_reads_the_pattern_as_python_does() -> None:
    table = ibis.memtable({"title": [title for title, _ in SAMPLES]})
    hits = table.mutate(hit=table.title.lower().re_search(pattern("ai_jobs")))
    found = dict(ibis.duckdb.connect().to_pyarrow(hits).to_pandas().itertuples(index=False))
    assert found == dict(SAMPLES)


def test_a_wrong_list_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(terms, "FOLDER", tmp_path)
    (tmp_path / "caps.toml").write_text('word = ["KI"]\nstart = ["a"]', "utf-8")
    (tmp_path / "twice.toml").write_text('word = ["ki", "ki"]\nstart = ["a"]', "utf-8")
    for name, message in (
        ("caps", "'KI' is not a text in lower case"),
        ("twice", "stands twice"),
        ("no", "no list of"),
    ):
        with pytest.raises(CatalogueError, match=message):
            pattern(name)
