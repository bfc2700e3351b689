"""The resources of the API: what each is asked of the build, filtered and cut into pages."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, Final

import polars as pl
from pydantic import BaseModel

from dashboard import queries, urls
from dashboard.api import parameters, rows
from dashboard.api.problems import ProblemError
from dashboard.i18n import Words
from dashboard.store import QUERY_SECONDS, Build, SlowQueryError

Place = tuple[str | int, ...]
#: Before the first row of all observations, in their key's types.
FIRST_OBSERVATION: Final[Place] = ("", -1, "", "", "", "")
_FIRST: Final[Place] = (0,)
_KEY: Final = ("indicator", "_nuts", "period", "dimension", "member", "region")


@dataclass(frozen=True)
class Page:
    """Rows of an answer. after: the key of the last one, where more follow. left_out: indicators kept by a licence."""

    frame: pl.DataFrame
    after: Place | None = None
    left_out: tuple[str, ...] = ()


Paged = Callable[[Words, Build, Any, Place], Page]


@dataclass(frozen=True)
class Resource:
    """One kind of thing to ask for. table: the query that has all its rows, '' where it is not kept whole.

    key: the column of an item's address, '' where rows have none of their own. first: where its first page begins.
    """

    name: str
    about: str
    query: type[parameters.Query]
    row: type[rows.Row]
    page: Paged
    table: str = ""
    key: str = "id"
    first: Place = _FIRST


def table(build: Build, name: str) -> pl.DataFrame:
    """All rows of a small table, remembered."""
    return build.remember(("api", name), lambda: build.frame(name))


def _cut(frame: pl.DataFrame, limit: int, after: Place) -> Page:
    start = int(after[0])
    part = frame.slice(start, limit)
    return Page(part, (start + limit,) if start + limit < frame.height else None)


def _small(
    name: str, columns: dict[str, str], more: Callable[[Build, Any, pl.DataFrame], pl.DataFrame] | None = None
) -> Paged:
    """Pages of a table that is kept whole. columns: parameter → column that equals it, or has it in its list."""

    def page(_t: Words, build: Build, query: Any, after: Place) -> Page:
        frame = table(build, name)
        for parameter, column in columns.items():
            if wanted := getattr(query, parameter):
                frame = _matching(build, name, frame, (column, wanted))
        if more is not None:
            frame = more(build, query, frame)
        return _cut(frame, query.limit, after)

    return page


def _matching(build: Build, name: str, frame: pl.DataFrame, asked: tuple[str, str]) -> pl.DataFrame:
    """The rows with (column, value); raises NotFoundError for a value that no row of the whole table has."""
    column, wanted = asked
    whole = table(build, name)[column]
    listed = isinstance(whole.dtype, pl.List)
    known = table(build, "api_programmes")["id"] if column == "programme" else whole.explode() if listed else whole
    urls.known(wanted, values(known))
    return frame.filter(pl.col(column).list.contains(wanted) if listed else pl.col(column) == wanted)


def values(column: pl.Series) -> tuple[str, ...]:
    """The values of a column, each once."""
    return tuple(column.drop_nulls().unique(maintain_order=True))


def region_code(build: Build, text: str) -> str:
    """The NUTS code of a region as an address names it; raises NotFoundError."""
    codes = queries.region_codes(build)
    urls.known(text, codes)
    return codes[text]


def _inside(build: Build, text: str) -> list[str]:
    code = region_code(build, text)
    return sorted(queries.inside(build, [code]) - {code})


def _regions(build: Build, query: parameters.Regions, frame: pl.DataFrame) -> pl.DataFrame:
    return frame.filter(pl.col("code").is_in(_inside(build, query.parent))) if query.parent else frame


def _territories(build: Build, query: parameters.Territories, frame: pl.DataFrame) -> pl.DataFrame:
    if not query.region:
        return frame
    return frame.filter(pl.col("members").list.contains(region_code(build, query.region)))


def _programmes(build: Build, query: parameters.Programmes, frame: pl.DataFrame) -> pl.DataFrame:
    if not query.region:
        return frame
    return frame.filter(pl.col("within").list.contains(region_code(build, query.region)))


def _partnerships(build: Build, query: parameters.Partnerships, frame: pl.DataFrame) -> pl.DataFrame:
    if not query.organisation:
        return frame
    partners = pl.col("members").list.eval(pl.element().struct.field("organisation"))
    known = table(build, "api_partnerships").select(partners.list.explode()).to_series()
    urls.known(query.organisation, values(known))
    return frame.filter(partners.list.contains(query.organisation))


def _observations(t: Words, build: Build, query: parameters.Observations, after: Place) -> Page:
    """Raises ProblemError (403) where a licence keeps all that was asked for."""
    known = queries.indicators(build, t.lang)
    wanted = _known(query.indicator, known) or sorted(known)
    kept = tuple(name for name in wanted if queries.withheld(build, known[name]))
    open_ = [name for name in wanted if name not in kept]
    if not open_:
        raise _licence(t, kept)
    members = [code for code in query.member or () if code != parameters.TOTAL]
    _known(members, {code: "" for row in known.values() for code in row["members"]})
    filters = {
        "regions": [region_code(build, code) for code in query.region or ()],
        "inside": query.parent is not None,
        "within": _inside(build, query.parent) if query.parent else [],
        "level": query.level or "",
        "country": query.country or "",
        "periods": query.period or [],
        "since": query.since or "",
        "until": query.until or "",
        "members": members + [""] * (parameters.TOTAL in (query.member or ())),
    }
    found = _next_rows(build, open_, filters, after, query.limit + 1)
    more, part = found.height > query.limit, found.head(query.limit)
    return Page(part.drop("_nuts"), part.select(_KEY).row(-1) if more else None, kept)


def _next_rows(build: Build, indicators: list[str], filters: dict[str, Any], after: Place, rows: int) -> pl.DataFrame:
    """The first rows after a key. Asked for in few indicators at first: the table is sorted by them.

    Raises SlowQueryError where that takes longer than one query may.
    """
    names = ("indicator", "level", "period", "dimension", "member", "region")
    start = {f"after_{name}": value for name, value in zip(names, after, strict=True)}
    left = [name for name in indicators if name >= str(after[0])] or indicators[-1:]
    parts: list[pl.DataFrame] = []
    size, end = 1, time.monotonic() + QUERY_SECONDS
    while left and rows > 0:
        if time.monotonic() > end:
            raise SlowQueryError("api_observations")
        some, left, size = left[:size], left[size:], size * 2
        bounds = {"indicators": some, "first_indicator": some[0], "last_indicator": some[-1]}
        parts.append(build.frame("api_observations", rows=rows, **bounds, **filters, **start))
        rows -= parts[-1].height
    return pl.concat(parts)


def _known(codes: Iterable[str] | None, among: dict[str, Any]) -> list[str]:
    found = sorted(set(codes or ()))
    for code in found:
        urls.known(code, among)
    return found


def _licence(t: Words, kept: tuple[str, ...]) -> ProblemError:
    return ProblemError(
        403,
        t("Not handed on"),
        t("Shown only: the licence does not let us hand these figures on."),
        t("The figures are on the page of the indicator; ask its publisher for the data."),
        left_out=list(kept),
    )


RESOURCES: Final = {
    one.name: one
    for one in (
        Resource(
            "indicators",
            "What is measured, how, in which words, and where from.",
            parameters.Indicators,
            rows.Indicator,
            _small(
                "api_indicators", {"theme": "theme", "country": "countries", "level": "levels", "source": "sources"}
            ),
            table="api_indicators",
        ),
        Resource(
            "regions",
            "Regions of NUTS 2024 with names in three languages and the codes of other systems.",
            parameters.Regions,
            rows.Region,
            _small("api_regions", {"country": "country", "level": "levels"}, _regions),
            table="api_regions",
            key="code",
        ),
        Resource(
            "territories",
            "Named sets of regions: hubs, areas of programmes, spaces across the border.",
            parameters.Territories,
            rows.Territory,
            _small("territories", {"kind": "kind"}, _territories),
            table="territories",
        ),
        Resource(
            "observations",
            "The figures, each with its flag, limits, range of ranks, source and delivery.",
            parameters.Observations,
            rows.Observation,
            _observations,
            key="",
            first=FIRST_OBSERVATION,
        ),
        Resource(
            "programmes",
            "Programmes, projects, hubs, networks and events of the ledger.",
            parameters.Programmes,
            rows.Programme,
            _small("api_programmes", {"kind": "kind", "status": "status", "parent": "parent"}, _programmes),
            table="api_programmes",
        ),
        Resource(
            "claims",
            "Who said what of a programme, when and where. Competing claims stay side by side; never sum them.",
            parameters.Claims,
            rows.Claim,
            _small("api_claims", {"programme": "programme", "measure": "measure", "kind": "kind", "state": "state"}),
            table="api_claims",
        ),
        Resource(
            "partnerships",
            "Agreements between named organisations.",
            parameters.Partnerships,
            rows.Partnership,
            _small("api_partnerships", {"kind": "kind", "state": "state", "programme": "programme"}, _partnerships),
            table="api_partnerships",
        ),
        Resource(
            "sources",
            "The publications behind the figures, with licence, credit line and day of delivery.",
            parameters.Sources,
            rows.Source,
            _small("api_sources", {}),
            table="api_sources",
        ),
    )
}
#: The one whose rows are figures.
OBSERVATIONS: Final = "observations"
#: The editions that are kept; of the store, not of a build.
BUILDS: Final = "builds"
_BUILDS_ABOUT: Final = "The editions of the data that “asof” can name."
ALL: Final = (*RESOURCES, BUILDS)


def about(name: str) -> str:
    """What a resource is, in English."""
    return _BUILDS_ABOUT if name == BUILDS else RESOURCES[name].about


def query_of(name: str) -> type[BaseModel]:
    """The parameters of a resource, builds included."""
    return parameters.Builds if name == BUILDS else RESOURCES[name].query


def item(build: Build, resource: Resource, wanted: str) -> dict[str, Any]:
    """One row by its key; raises NotFoundError."""
    frame = table(build, resource.table)
    value = region_code(build, wanted) if resource.key == "code" else wanted
    urls.known(value, tuple(frame[resource.key]))
    return frame.row(by_predicate=pl.col(resource.key) == value, named=True)


def model_of(name: str) -> type[BaseModel]:
    """The rows of a resource, builds included."""
    return rows.KeptBuild if name == BUILDS else RESOURCES[name].row
