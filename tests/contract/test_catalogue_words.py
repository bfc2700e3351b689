"""Every indicator and source of the real build is documented in three languages, down to each reason that occurs."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import duckdb
import pytest

from etl import catalogue
from etl.model import LANGUAGES, THEMES

FOLDER = Path(__file__).parents[2] / "etl" / "indicators"
REGISTERS = Path(__file__).parents[2] / "data" / "registers"
FOUND = catalogue.load()
#: A source whose publisher could not be reached yet has a module and words, but no figures and no place in the build.
FIGURES = Path(__file__).parents[2] / "data" / "figures"
SHIPPED = {id_ for id_ in FOUND.sources if (FIGURES / f"{id_}.parquet").exists()}
IN_BUILD = {id_ for id_ in FOUND.indicators if FOUND.origins(id_) <= SHIPPED}
VERDICTS = {"same", "similar", "none", "single"}

Database = duckdb.DuckDBPyConnection


def test_there_are_enough_indicators_under_all_five_themes(database: Database) -> None:
    counted = dict(database.execute("select theme, count(*) from indicator group by theme").fetchall())
    assert set(counted) == set(THEMES)
    assert sum(counted.values()) >= 20
    assert sum(counted.values()) == len(IN_BUILD)


@pytest.mark.parametrize("path", sorted(FOLDER.glob("*.toml")), ids=lambda path: path.stem)
def test_an_indicators_file_is_named_and_checked(path: Path) -> None:
    indicator = FOUND.indicators[path.stem]
    assert re.fullmatch(r"[a-z0-9_]+", indicator.id)
    assert indicator.id.startswith(indicator.theme + "_")
    assert indicator.verdict in VERDICTS
    assert indicator.checked_by
    assert set(tomllib.loads(path.read_text(encoding="utf-8"))["words"]) == set(LANGUAGES)


@pytest.mark.parametrize("id_", FOUND.indicators)
@pytest.mark.parametrize("lang", LANGUAGES)
def test_an_indicator_has_all_its_words(id_: str, lang: str) -> None:
    words = FOUND.indicators[id_].words[lang]
    for field in ("title", "short", "unit", "definition", "method", "comparability"):
        assert getattr(words, field).strip(), field
    assert words.caveats
    assert all(text.strip() for text in words.caveats)
    assert len(words.short) <= len(words.title) + 10
    assert not words.title.endswith(".")
    for text in (words.definition, words.method, words.comparability, *words.caveats):
        assert text.rstrip().endswith((".", "!", "?", ")")), text[-60:]


@pytest.mark.parametrize("id_", FOUND.indicators)
def test_languages_have_the_same_keys_and_other_sentences(id_: str) -> None:
    words = FOUND.indicators[id_].words
    for field in ("gaps", "reasons", "members"):
        assert len({frozenset(getattr(words[lang], field)) for lang in LANGUAGES}) == 1, field
    for field in ("definition", "method", "comparability"):
        assert len({getattr(words[lang], field) for lang in LANGUAGES}) == len(LANGUAGES), field
    for key in words["en"].reasons:
        assert len({words[lang].reasons[key] for lang in LANGUAGES}) == len(LANGUAGES), key


def test_a_country_without_figures_has_its_sentence_and_only_such_a_country(database: Database) -> None:
    rows = database.execute("""
        select i.id, w.lang, list_filter(['DE', 'FR'], lambda c: not list_contains(i.countries, c)) as absent,
               map_keys(w.gaps) as explained, map_values(w.gaps) as sentences
        from indicator i join indicator_words w on w.indicator = i.id
    """).fetchall()
    assert len(rows) == 3 * len(IN_BUILD)
    for id_, lang, absent, explained, sentences in rows:
        assert set(absent) == set(explained), (id_, lang)
        assert all(sentence.strip() for sentence in sentences), (id_, lang)


def test_one_country_means_the_verdict_single(database: Database) -> None:
    rows = database.execute("select id, verdict, len(countries) from indicator").fetchall()
    assert [row for row in rows if (row[1] == "single") != (row[2] == 1)] == []


def test_every_reason_and_member_that_occurs_has_a_sentence_in_each_language(database: Database) -> None:
    silent = database.execute("""
        select distinct o.indicator, o.reason, w.lang from observation o
        join indicator_words w on w.indicator = o.indicator
        where o.reason <> '' and coalesce(w.reasons[o.reason], '') = ''
    """).fetchall()
    assert silent == []
    members = database.execute("""
        select o.indicator, o.member from (select distinct indicator, member from observation where member <> '') o
        left join member_words m on m.indicator = o.indicator and m.member = o.member and m.label <> ''
        group by all having count(distinct m.lang) <> 3
    """).fetchall()
    assert members == []


def test_every_flag_that_needs_a_reason_has_one(database: Database) -> None:
    """A suspected artefact and an estimate are the atlas's or the publisher's judgement: the reader is told whose."""
    bare = database.execute("""
        select indicator, status, count(*) from observation where status = 'a' and reason = '' group by all
    """).fetchall()
    assert bare == []


def test_a_breakdown_has_a_name_in_each_language(database: Database) -> None:
    rows = database.execute("""
        select i.id, w.lang from indicator i join indicator_words w on w.indicator = i.id
        where (i.dimension <> '') <> (w.dimension <> '')
    """).fetchall()
    assert rows == []


@pytest.mark.parametrize("id_", FOUND.sources)
def test_a_source_says_who_where_and_under_which_licence(id_: str) -> None:
    source = FOUND.sources[id_].source
    assert source.id == id_
    assert source.publisher
    assert {lang for lang in LANGUAGES if source.title.get(lang, "").strip()} == set(LANGUAGES)
    assert source.licence.name
    assert source.licence.credit
    assert source.url.startswith("https://")
    assert source.licence.url == "" or source.licence.url.startswith("https://")
    assert source.rhythm
    # A register the project keeps itself has the address of each figure in its rows.
    assert all(file.url.startswith("https://") for file in source.files) or (REGISTERS / f"{id_}.csv").exists()


def test_every_source_is_in_the_build_with_figures(database: Database) -> None:
    rows = database.execute("select source, count(*) from observation group by source").fetchall()
    assert {source for source, count in rows if count} == SHIPPED
