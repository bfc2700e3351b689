"""What the last run of the accessibility tests found, as `make accessibility` wrote it to accessibility.json.

Nothing in the statement is said that is not in that file: tests/discovery/test_legal.py holds both together.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import Any, Final

import orjson

PATH: Final = Path(__file__).with_name("accessibility.json")


@dataclass(frozen=True)
class Violation:
    """A rule that a page breaks. said: the rule in words, English, as axe has it."""

    page: str
    rule: str
    said: str


@dataclass(frozen=True)
class Report:
    """One run. pages: PATH of a page → the looks tried, as (language, scheme, width). checks: test file → tests passed.

    undecided: rules that axe could not decide on some page, a person has to look. manual: (day, what) done by people.
    """

    day: date
    axe: str
    browser: str
    rules: tuple[str, ...]
    pages: Mapping[str, tuple[tuple[str, str, int], ...]]
    violations: tuple[Violation, ...]
    undecided: tuple[str, ...]
    checks: Mapping[str, int]
    manual: tuple[tuple[date, str], ...]


def read(path: Path = PATH) -> Report:
    """The report of a file."""
    found: dict[str, Any] = orjson.loads(path.read_bytes())
    return Report(
        day=date.fromisoformat(found["date"]),
        axe=found["axe"],
        browser=found["browser"],
        rules=tuple(found["rules"]),
        pages={name: tuple((*look,) for look in looks) for name, looks in found["pages"].items()},
        violations=tuple(Violation(**one) for one in found["violations"]),
        undecided=tuple(found["undecided"]),
        checks=found["checks"],
        manual=tuple((date.fromisoformat(day), what) for day, what in found["manual"]),
    )


@lru_cache(maxsize=1)
def shipped() -> Report:
    """The report that came with this version of the atlas."""
    return read()
