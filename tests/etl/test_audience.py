"""Terms: how they are written, what is refused, and who sees what when."""

from __future__ import annotations

import tomllib
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from etl.audience import Audience, Terms, View, delivery_terms, read_moment, read_terms
from etl.model import AtlasError, DeliveryError

NOON = datetime(2026, 12, 2, 12, tzinfo=UTC)
SECOND = timedelta(seconds=1)


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2026-12-02T09:00+01:00", "2026-12-02T08:00"),
        ("2026-12-02T09:00:30+0100", "2026-12-02T08:00:30"),
        ("2026-12-02T08:00Z", "2026-12-02T08:00"),
        ("2026-12-02T09:00 Europe/Berlin", "2026-12-02T08:00"),
        ("2026-12-02T09:00[Europe/Paris]", "2026-12-02T08:00"),
        ("2026-07-02T09:00 Europe/Paris", "2026-07-02T07:00"),
        ("2026-10-25T01:59 Europe/Berlin", "2026-10-24T23:59"),  # before the clock is put back
        ("2026-10-25T03:00 Europe/Berlin", "2026-10-25T02:00"),  # after it
        ("2026-10-25T02:30+02:00", "2026-10-25T00:30"),  # the first half past two, said by its offset
        ("2026-10-25T02:30+01:00", "2026-10-25T01:30"),  # the second
        ("2026-03-29T03:00 Europe/Paris", "2026-03-29T01:00"),
    ],
)
def test_a_moment_is_read_with_its_offset_or_zone(text: str, moment: str) -> None:
    assert read_moment(text) == datetime.fromisoformat(moment).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("2026-12-02T09:00", "no time zone"),
        ("2026-12-02", "no time zone"),
        ("2026-12-02T09:00 Europe/Berlino", "none of the zones"),
        ("2026-12-02T09:00 America/Chicago", "none of the zones"),
        ("2026-12-02T09:00+01:00 Europe/Berlin", "an offset and a zone"),
        ("2 December 2026, 9 am", "not a moment"),
        ("2026-13-02T09:00Z", "not a moment"),
        ("", "not a moment"),
        ("2026-03-29T02:30 Europe/Berlin", "does not exist"),
        ("2026-10-25T02:30 Europe/Paris", "happens twice"),
    ],
)
def test_a_moment_that_is_none_is_refused(text: str, problem: str) -> None:
    with pytest.raises(AtlasError, match=problem):
        read_moment(text)


def test_the_hour_that_happens_twice_is_named_in_both_spellings() -> None:
    with pytest.raises(AtlasError, match=r"2026-10-25T02:30\+02:00 or 2026-10-25T02:30\+01:00"):
        read_moment("2026-10-25T02:30 Europe/Berlin")


def test_a_naive_time_of_toml_is_refused_too() -> None:
    for text in ("2026-12-02T09:00:00", "2026-12-02"):
        with pytest.raises(AtlasError, match="no time zone"):
            read_terms(tomllib.loads(f"embargo_until = {text}"))
    assert read_terms(tomllib.loads("embargo_until = 2026-12-02T09:00:00+01:00")).until == NOON - timedelta(hours=4)


def test_an_embargo_ends_in_its_second_and_an_internal_thing_is_never_public() -> None:
    under, inside = Terms(until=NOON), Terms(Audience.INTERNAL, NOON)
    for terms, moment, public in (
        (Terms(), NOON, True),
        (under, NOON - SECOND, False),
        (under, NOON, True),
        (inside, NOON + SECOND, False),
    ):
        assert View(Audience.PUBLIC, moment).shows(terms) is public
        assert View(Audience.INTERNAL, moment).shows(terms) is True


@pytest.mark.parametrize(
    "raw",
    [
        {"audience": "Internal"},
        {"audience": "all"},
        {"announce": "yes", "embargo_until": NOON},
        {"announce": True},
        {"announce": True, "audience": "internal", "embargo_until": NOON},
    ],
)
def test_wrong_terms_are_refused(raw: dict[str, object]) -> None:
    with pytest.raises(AtlasError):
        read_terms(raw)


def test_terms_are_read_back_as_written() -> None:
    for terms in (Terms(), Terms(until=NOON, announce=True), Terms(Audience.INTERNAL), Terms(Audience.INTERNAL, NOON)):
        assert read_terms(terms.plain()) == terms


def test_a_delivery_without_the_file_is_free_and_with_it_on_its_terms(tmp_path: Path) -> None:
    assert delivery_terms([tmp_path, tmp_path / "nowhere"]).free
    (tmp_path / "embargo.toml").write_text('embargo_until = "2026-12-02T13:00 Europe/Berlin"\nannounce = true\n')
    assert delivery_terms([tmp_path]) == Terms(until=NOON, announce=True)


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("embargo.toml", ""),
        ("embargo.toml", 'audience = "public"\n'),
        ("embargo.toml", 'embargo_untill = "2026-12-02T13:00Z"\n'),
        ("embargo.toml", "embargo_until = 2 December\n"),
        ("embargo.toml", 'audience = "intern"\n'),
        ("Embargo.toml", 'audience = "internal"\n'),
        ("embargo.txt", 'audience = "internal"\n'),
        ("Sperrfrist.docx", ""),
    ],
)
def test_a_file_that_was_meant_to_hold_terms_and_does_not_publishes_nothing(
    tmp_path: Path, name: str, text: str
) -> None:
    (tmp_path / name).write_text(text)
    with pytest.raises(DeliveryError):
        delivery_terms([tmp_path])
