"""What a brief holds, in words ready to be set: the PDF and the print view show the same."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from html import escape

from dashboard import queries
from dashboard.i18n import Words, words
from dashboard.store import Build

#: Figures on a brief; and promises at most, of which the PDF leaves out what does not fit.
FIGURES, PROMISES = 4, 8
#: Whose the lines of the map are, in the words their licences ask for.
BOUNDARIES = (
    "© GeoBasis-DE / BKG 2021 (Daten verändert), dl-de/by-2-0; IGN ADMIN EXPRESS COG 2018, Licence Ouverte, simplifié"
)
#: Characters of a text at most: a page has an end. What is cut ends in an ellipsis.
_TITLE, _SENTENCE, _CELL = 140, 420, 130


@dataclass(frozen=True)
class Figure:
    """A value with its unit; facts: its period, flag, interval, rank."""

    title: str
    value: str
    facts: tuple[str, ...]


@dataclass(frozen=True)
class Promise:
    """What was promised last and what came of it. programme: '' on the brief of that programme."""

    programme: str
    what: str
    promised: str
    standing: str
    overdue: bool


@dataclass(frozen=True)
class Brief:
    """One page.

    kind: what it is about, in a few words. left: promises that are not among these. no_promise: the sentence where
    there is none. svg: the map, a file of its own with its colours (`alone`) or to be coloured by the sheet's style;
    label: what it shows. path: of the whole page on the atlas. day:
    the one on which it is decided what is overdue.
    """

    lang: str
    title: str
    kind: str
    figures: tuple[Figure, ...]
    findings: tuple[str, ...]
    promises: tuple[Promise, ...]
    left: int
    no_promise: str
    sources: tuple[str, ...]
    svg: str
    label: str
    path: str
    build: str
    day: date
    internal: bool

    @property
    def alone(self) -> bool:
        """Whether the map brings its colours and letters along."""
        return "xmlns=" in self.svg.partition(">")[0]


def title(text: str) -> str:
    """A name as a heading has room for it."""
    return cut(text, _TITLE)


def sentence(text: str) -> str:
    """A finding."""
    return cut(text, _SENTENCE)


def cell(text: str) -> str:
    """What stands in a column."""
    return cut(text, _CELL)


def cut(text: str, most: int) -> str:
    """The text, or its first words with an ellipsis; never in the middle of a word, unless it has no end."""
    if len(text) <= most:
        return text
    head, space, _ = text[:most].rpartition(" ")
    return (head if space and len(head) > most // 2 else text[: most - 1]).rstrip(" ,;:") + "…"


def stamp(brief: Brief) -> str:
    """Day and build, for the foot."""
    t = words(brief.lang)
    return t("As of {day} · data build {build}", day=t.day(brief.day), build=brief.build)


def more(t: Words, left: int) -> str:
    """That there are further promises; '' where there are none."""
    return t("Further promises on the atlas: {n}", n=t.number(left)) if left else ""


def heads(t: Words, *, named: bool) -> list[str]:
    """The columns of the promises; named: with their programme."""
    return [*([t("Programme")] if named else []), t("What"), t("Promised"), t("What came of it")]


def source_lines(t: Words, build: Build, names: set[str]) -> tuple[str, ...]:
    """Sources of figures with publisher, licence and day of delivery; last those of the map."""
    known = [queries.sources(build)[name] for name in sorted(names)]
    lines = [
        f"{queries.source_title(one, t)}, {one['publisher']} ({t.of(one['licence'])}; {t.day(one['retrieved'])})"
        for one in known
    ]
    return (*lines, boundaries(t))


def boundaries(t: Words) -> str:
    """Whose the map is."""
    return f"{t('Boundaries:')} {BOUNDARIES}"


def attribute(text: str) -> str:
    """A text as the value of an attribute."""
    return escape(text, quote=True)
