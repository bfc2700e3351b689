"""How far a promise has come: below nothing, beyond everything, and where nothing can be said."""

from __future__ import annotations

from datetime import date

import pytest

from dashboard.attainment import Attained, attained, share
from dashboard.components import programme_words as speak
from dashboard.i18n import words
from dashboard.ledger_model import Progress
from dashboard.programmes import quarter

NOTHING = (None, None)
SAID = {
    "behind": "less than at the start",
    "reached": "reached",
    "beyond": "more than promised",
    "between": "depending",
}


def group(
    promised: tuple[float | None, float | None], reported: tuple[float | None, float | None], kind: str = "direct"
) -> Progress:
    return Progress(
        *("programme", "jobs", kind, "jobs", "announced"),
        *(int(promised != NOTHING), promised, False, promised, "2020", "announced"),
        *(int(reported != NOTHING), reported, "2024", "2020", "2024", "", None),
    )


@pytest.mark.parametrize(
    ("initial", "current", "target", "wanted"),
    [
        (0, 15, 30, 0.5),
        (0, 0, 30, 0.0),
        (0, 45, 30, 1.5),
        (100, 90, 200, -0.1),
        (100, 70, 40, 0.5),
        (100, 120, 40, -1 / 3),
        (30, 30, 30, 1.0),
        (30, 31, 30, None),
    ],
)
def test_the_way_from_start_to_aim(initial: float, current: float, target: float, wanted: float | None) -> None:
    assert share(initial, current, target) == pytest.approx(wanted)


@pytest.mark.parametrize("bad", [float("nan"), float("inf")])
def test_figures_that_are_none_are_refused(bad: float) -> None:
    with pytest.raises(ValueError, match="finite"):
        share(0, bad, 1)


@pytest.mark.parametrize(
    ("found", "standing"),
    [
        (Attained(-0.5, -0.1), "behind"),
        (Attained(0.0, 0.3), "part"),
        (Attained(1.0, 1.0), "reached"),
        (Attained(1.0, 1.4), "reached"),
        (Attained(1.2, 1.4), "beyond"),
        (Attained(0.8, 1.4), "between"),
    ],
)
def test_what_is_said_of_it(found: Attained, standing: str) -> None:
    assert found.standing == standing
    text = speak.share_words(words("en"), found)
    assert SAID.get(standing, "That is") in text
    assert text.count("%") == 1


def test_ranges_run_from_the_worst_comparison_to_the_best() -> None:
    found = attained(group((100, 112), (71, 71)))
    assert found == Attained(71 / 112, 0.71)
    assert speak.percent(words("de"), Attained(0.63, 0.71)) == "63 bis 71\u00a0%"


def test_no_report_is_no_share_and_neither_is_what_is_no_promise() -> None:
    assert attained(group((30, 30), NOTHING)) is None
    assert attained(group(NOTHING, (30, 30))) is None
    assert attained(group((30, None), (15, 15))) is None, "an open range has no end to compare with"
    assert attained(group((30, 30), (15, 15), kind="stock")) is None
    assert attained(group((30, 30), (0, 0))) == Attained(0.0, 0.0), "a reported zero is 0 per cent"


def test_bars_tell_no_report_from_nothing_reached() -> None:
    assert 'class="pg-bar empty"' in speak.bar(group((30, 30), NOTHING))
    zero = speak.bar(group((30, 30), (0, 0)))
    assert "empty" not in zero
    assert 'class="done" x=".5" y=".5" width="0.0"' in zero
    beyond = speak.bar(group((30, 30), (60, 60)))
    assert 'class="done" x=".5" y=".5" width="119.0"' in beyond
    assert 'class="aim" x=".5" y=".5" width="59.5"' in beyond, "the mark of the promise stays visible"


@pytest.mark.parametrize(
    ("day", "first", "last"),
    [
        (date(2026, 11, 21), date(2026, 10, 1), date(2026, 12, 31)),
        (date(2024, 2, 29), date(2024, 1, 1), date(2024, 3, 31)),
        (date(2025, 6, 30), date(2025, 4, 1), date(2025, 6, 30)),
    ],
)
def test_quarters(day: date, first: date, last: date) -> None:
    assert quarter(day) == (first, last)
