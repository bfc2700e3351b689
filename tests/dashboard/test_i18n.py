"""Numbers, signs, units, periods and days as each language writes them (CLDR), and which language a browser gets."""

from __future__ import annotations

from datetime import date

import pytest

from dashboard.i18n import Words, catalogue, languages, negotiate, words

NB, NNB, MINUS = "\u00a0", "\u202f", "\u2212"


def test_the_languages_german_first() -> None:
    assert languages() == ("de", "fr", "en")
    with pytest.raises(KeyError):
        words("xx")


@pytest.mark.parametrize(
    ("lang", "value", "decimals", "sign", "expected"),
    [
        ("de", 1234567.891, 1, False, "1.234.567,9"),
        ("fr", 1234567.891, 1, False, f"1{NNB}234{NNB}567,9"),
        ("en", 1234567.891, 1, False, "1,234,567.9"),
        ("de", 1234.0, 0, False, "1.234"),
        ("de", -0.04, 1, False, "0,0"),
        ("de", -0.04, 1, True, "0,0"),
        ("de", 0.0, 1, True, "0,0"),
        ("fr", -12.35, 1, False, f"{MINUS}12,4"),
        ("en", -1.5, 1, True, f"{MINUS}1.5"),
        ("en", 1.25, 1, True, "+1.3"),
        ("de", 0.06, 1, True, "+0,1"),
        ("de", 12.0, 2, False, "12,00"),
        ("de", 2.5, 0, False, "3"),
    ],
)
def test_numbers(lang: str, value: float, decimals: int, sign: bool, expected: str) -> None:
    assert words(lang).number(value, decimals, sign=sign) == expected


@pytest.mark.parametrize(
    ("value", "unit", "decimals", "de", "fr", "en"),
    [
        (12.44, "pct", 1, f"12,4{NB}%", f"12,4{NNB}%", "12.4%"),
        (-3.0, "pct", 1, f"{MINUS}3,0{NB}%", f"{MINUS}3,0{NNB}%", f"{MINUS}3.0%"),
        (1.3, "pp", 1, f"+1,3{NB}%-Punkte", f"+1,3{NB}pt", f"+1.3{NB}pp"),
        (58_212_937, "eur", 0, f"58,2{NB}Mio.{NB}€", f"58,2{NNB}M€", "€58.2m"),
        (100_000, "eur", 0, f"0,1{NB}Mio.{NB}€", f"0,1{NNB}M€", "€0.1m"),
        (99_999, "eur", 0, f"99.999{NB}€", f"99{NNB}999{NB}€", f"99,999{NB}€"),
        (43_210.5, "eur_per_inhabitant", 2, f"43.210,50{NB}€", f"43{NNB}210,50{NB}€", f"43,210.50{NB}€"),
        (232_490, "persons", 0, "232.490", f"232{NNB}490", "232,490"),
        (17.25, "per_1000", 1, "17,3", "17,3", "17.3"),
    ],
)
def test_figures_with_their_unit(value: float, unit: str, decimals: int, de: str, fr: str, en: str) -> None:
    found = [words(lang).value(value, unit, decimals, sign=unit == "pp") for lang in ("de", "fr", "en")]
    assert found == [de, fr, en]


@pytest.mark.parametrize(
    ("period", "de", "fr", "en"),
    [
        ("2024", "2024", "2024", "2024"),
        ("2024-Q2", "2. Quartal 2024", "T2 2024", "Q2 2024"),
        ("2024-03", "März 2024", "mars 2024", "March 2024"),
        ("2026-12", "Dezember 2026", "décembre 2026", "December 2026"),
    ],
)
def test_periods(period: str, de: str, fr: str, en: str) -> None:
    assert [words(lang).period(period) for lang in ("de", "fr", "en")] == [de, fr, en]


def test_days() -> None:
    found = [words(lang).day(date(2026, 11, 2)) for lang in ("de", "fr", "en")]
    assert found == ["02.11.2026", "2 nov. 2026", "Nov 2, 2026"]


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        ("", "de"),
        ("fr", "fr"),
        ("fr-CA", "fr"),
        ("FR-fr, de;q=0.9", "fr"),
        ("en-GB,en;q=0.9,de;q=0.8", "en"),
        ("es,fr;q=0.8,de;q=0.9", "de"),
        ("de;q=0.1, fr;q=0.2, en;q=0.15", "fr"),
        ("es, pt", "de"),
        ("*", "de"),
        ("fr;q=abc, en", "en"),
        ("de;q=0, fr;q=0.5", "fr"),
        ("fr; q=0.9, en; q=0.5", "fr"),
        (";q=;;,,,", "de"),
        ("x" * 10_000, "de"),
        ("a," * 5_000 + "fr", "de"),
        ("en;q=nan, fr", "fr"),
        ("fr;q=0, es", "de"),
    ],
)
def test_the_language_a_browser_gets(header: str, expected: str) -> None:
    assert negotiate(header) == expected


def test_equal_preferences_go_by_their_order() -> None:
    assert negotiate("fr, en") == "fr"
    assert negotiate("en, fr") == "en"
    assert negotiate("fr, de") == "fr"


def test_a_sentence_without_a_translation_is_the_english_one() -> None:
    assert [Words(lang).colon for lang in ("de", "fr", "en")] == [": ", "\u00a0: ", ": "]
    assert Words("de")("No such sentence") == "No such sentence"
    assert Words("en")("{a} and {b}", a=1, b="<x>") == "1 and <x>"
    assert catalogue("en") == {}
