"""Every sentence of the dashboard exists in German and French, none is left over, and all places are filled."""

from __future__ import annotations

import ast
import re
from pathlib import Path
from string import Formatter

import msgids
import pytest
from babel.messages.catalog import Catalog, Message
from babel.messages.pofile import read_po

LOCALES = Path(__file__).parents[2] / "dashboard" / "locales"
LANGUAGES = ("de", "fr")
#: Texts that rightly are the same as in English.
SAME = {
    "de": {
        *("Definition", "Kreise", "Region", "Zoom"),
        *("Cluster", "Code", "Hub", "Name", "Partner", "national"),
    },
    "fr": {
        *("Adoption", "Classes", "France", "Kreise", "Licence", "Länder", "Pause"),
        *("Source", "Sources", "Zoom", "départements", "régions"),
        *("Alliance", "Centre", "Cluster", "Code", "Consortium", "Hub", "Places", "Programme", "Programmes", "source"),
        *("diagnostics", "jury", "national", "participant", "site", "{number} places"),
    },
}


def read(lang: str) -> Catalog:
    with (LOCALES / f"{lang}.po").open("rb") as file:
        return read_po(file, locale=lang, abort_invalid=True)


def messages(lang: str) -> dict[str, Message]:
    return {str(message.id): message for message in read(lang) if message.id}


def places(text: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(text) if name is not None}


def test_there_is_one_catalogue_per_language_besides_english() -> None:
    assert {path.stem for path in LOCALES.glob("*.po")} == set(LANGUAGES)


@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_sentence_is_translated_and_none_is_left_over(lang: str) -> None:
    wanted, have = msgids.collect(), messages(lang)
    assert len(wanted) > 100
    assert not wanted - set(have), "not translated"
    assert not set(have) - wanted, "no longer in the code"
    assert not read(lang).obsolete


@pytest.mark.parametrize("lang", LANGUAGES)
def test_no_translation_is_empty_or_a_guess(lang: str) -> None:
    for msgid, message in messages(lang).items():
        assert isinstance(message.string, str)
        assert message.string.strip(), msgid
        assert not message.fuzzy, msgid
        assert message.string == message.string.strip(" \n"), msgid


@pytest.mark.parametrize("lang", LANGUAGES)
def test_a_translation_fills_the_same_places(lang: str) -> None:
    for msgid, message in messages(lang).items():
        assert places(str(message.string)) == places(msgid), msgid


@pytest.mark.parametrize("lang", LANGUAGES)
def test_a_translation_is_not_the_english_text(lang: str) -> None:
    """What rightly is the same stands in SAME, or has no words of its own (only places and signs)."""
    same = {msgid for msgid, message in messages(lang).items() if message.string == msgid}
    wordless = {m for m in same if not "".join(text for text, *_ in Formatter().parse(m)).strip(" ,.:;()–-")}
    assert same - wordless <= SAME[lang]


def test_quotes_and_apostrophes_are_typographic() -> None:
    for lang in LANGUAGES:
        for msgid, message in messages(lang).items():
            assert not {'"', "'"} & set(str(message.string)), msgid


def test_french_marks_cannot_fall_on_the_next_line() -> None:
    """; : ! ? and » stand behind a space that does not break, as « stands before one."""
    for msgid, message in messages("fr").items():
        assert not re.search(r"[ ][;:!?»%€]|« ", str(message.string)), msgid


def test_no_text_for_readers_escapes_the_catalogue() -> None:
    """Every call of a speaker has a literal text or a name from the three tables that msgids reads."""
    allowed = {"label", "name", "THEMES[theme]", "THEMES[known[state.indicator]['theme']]"}
    for path in msgids.DASHBOARD.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if not isinstance(node, ast.Call) or not node.args or isinstance(node.args[0], ast.Constant):
                continue
            called = getattr(node.func, "id", getattr(node.func, "attr", ""))
            if called in {"t", "self"} or (called == "words" and isinstance(node.func, ast.Attribute)):
                assert ast.unparse(node.args[0]) in allowed, f"{path.name}:{node.lineno}"
