"""An indicator as a data set, in plain values: what linked data (jsonld.py) and portals (dcat.py) are told of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Final

from dashboard import queries, urls
from dashboard.components.actions import indicator_forms
from dashboard.discovery.authority import AUTHORITY, Licence, frequency, licence_of
from dashboard.exports.forms import FORMS
from dashboard.i18n import languages, words
from dashboard.queries import Row
from dashboard.store import Build

PAGE: Final = "indicator"
#: Forms with headings and names in words, which are offered in each language; the others once, in English.
_SPOKEN: Final = ("csv", "xlsx")


@dataclass(frozen=True)
class File:
    """One form of the figures. path: its address without host. type: the media type."""

    form: str
    lang: str
    path: str

    @property
    def type(self) -> str:
        """Its media type, without parameters."""
        return FORMS[self.form].content_type.partition(";")[0]


@dataclass(frozen=True)
class Dataset:
    """One indicator. Words are by language; sources are rows of the build; first, last: periods as the build has them.

    files: empty where a licence keeps the figures on the site (`withheld`). frequency: EU's code, '' where unknown.
    """

    id: str
    theme: str
    title: Mapping[str, str]
    description: Mapping[str, str]
    method: Mapping[str, str]
    unit: Mapping[str, str]
    countries: tuple[str, ...]
    levels: tuple[str, ...]
    first: str
    last: str
    sources: tuple[Row, ...]
    files: tuple[File, ...]
    licence: Licence
    withheld: bool
    frequency: str

    def page(self, lang: str) -> str:
        """Its page, without host."""
        return urls.page(lang, PAGE, self.id)

    def credit(self, lang: str) -> str:
        """The credit lines of all its sources."""
        return "; ".join(dict.fromkeys(words(lang).of(source["credit"]) for source in self.sources))


def dataset(build: Build, id_: str) -> Dataset:
    """The data set of an indicator of the build."""
    spoken = {lang: queries.indicators(build, lang)[id_] for lang in languages()}
    row = spoken["en"]
    spans = [line for line in queries.coverage(build) if line["indicator"] == id_]
    known = queries.sources(build)
    sources = tuple(known[name] for name in row["sources"])
    withheld = queries.withheld(build, row)
    return Dataset(
        id=id_,
        theme=row["theme"],
        title={lang: one["title"] for lang, one in spoken.items()},
        description={lang: one["definition"] for lang, one in spoken.items()},
        method={lang: one["method"] for lang, one in spoken.items()},
        unit={lang: one["unit_words"] for lang, one in spoken.items()},
        countries=tuple(row["countries"]),
        levels=tuple(row["levels"]),
        first=min((line["first_period"] for line in spans), default=""),
        last=max((line["last_period"] for line in spans), default=""),
        sources=sources,
        files=() if withheld else _files(build, row),
        licence=licence_of([source["licence"] for source in sources], withheld=withheld),
        withheld=withheld,
        frequency=frequency([source["rhythm"] for source in sources]),
    )


def datasets(build: Build) -> list[Dataset]:
    """Every indicator of the build, in the order of its list."""
    return [dataset(build, id_) for id_ in queries.indicators(build, "en")]


def _files(build: Build, row: Row) -> tuple[File, ...]:
    known = [form for form in indicator_forms(build, row) if form in AUTHORITY]
    return tuple(
        File(form, lang, urls.view_url(lang, PAGE, row["id"], {}, form))
        for form in known
        for lang in (languages() if form in _SPOKEN else ("en",))
    )


def span(period: str) -> tuple[date, date]:
    """First and last day of a period: 2024, 2024-Q2, 2024-06. Raises ValueError for another form."""
    if "-Q" in period:
        year, quarter = (int(part) for part in period.split("-Q"))
        return _months(year, 3 * quarter - 2, 3 * quarter)
    if "-" in period:
        year, month = (int(part) for part in period.split("-"))
        return _months(year, month, month)
    return _months(int(period), 1, 12)


def _months(year: int, first: int, last: int) -> tuple[date, date]:
    after = date(year + last // 12, last % 12 + 1, 1)
    return date(year, first, 1), date.fromordinal(after.toordinal() - 1)
