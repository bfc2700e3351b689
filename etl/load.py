"""Filling a fresh DuckDB build: schema, what is declared, the figures, then the transforms and checks in order.

The SQL is static text from files; what differs between indicators is data in the `indicator` table.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any, Final

import duckdb
import polars as pl

from etl import codes, territories, twins
from etl.catalogue import Catalogue
from etl.check import check
from etl.figures import Figures
from etl.ledger import Ledger
from etl.model import OBSERVATION, Indicator
from etl.reuse import Before, take_over, to_calculate

_HERE: Final = Path(__file__).parent
_LEVELS: Final = ("country", "land", "nuts2", "nuts3")
_NULLABLE: Final = ("adm", "parent", "land", "kind", "ags", "insee_reg", "insee_dep", "iso")

#: Transforms that see the whole build, whichever of its indicators were calculated again.
_OVER_ALL: Final = ("80_levels.sql", "90_ledger.sql", "91_twins.sql")
#: One statement per table; `incoming` is the frame that is being inserted.
_INSERT: Final = {
    "region": "insert into region by name from incoming",
    "map_unit": "insert into map_unit by name from incoming",
    "region_alias": "insert into region_alias by name from incoming",
    "neighbour": "insert into neighbour by name from incoming",
    "place": "insert into place by name from incoming",
    "territory": "insert into territory by name from incoming",
    "twin_feature": "insert into twin_feature by name from incoming",
    "source": "insert into source by name from incoming",
    "delivery": "insert into delivery by name from incoming",
    "indicator": "insert into indicator by name from incoming",
    "indicator_words": """insert into indicator_words by name
        select * exclude (gaps_keys, gaps_values, reasons_keys, reasons_values),
          map(gaps_keys, gaps_values) as gaps, map(reasons_keys, reasons_values) as reasons from incoming""",
    "member_words": "insert into member_words by name from incoming",
    "announcement": "insert into announcement by name from incoming",
    "programme": "insert into programme by name from incoming",
    "claim": "insert into claim by name from incoming",
    "organisation": "insert into organisation by name from incoming",
    "membership": "insert into membership by name from incoming",
    "location": "insert into location by name from incoming",
    "partnership": "insert into partnership by name from incoming",
    "partnership_member": "insert into partnership_member by name select *, 'read' as basis from incoming",
    "figure": "insert into figure by name select i.*, r.level from incoming i left join region r on r.code = i.region",
}
_FIGURE: Final = """create temp table figure (indicator varchar, level tinyint, region varchar, period varchar,
    dimension varchar, member varchar, value double, status varchar, reason varchar, n bigint, source varchar,
    delivery varchar)"""


def fill(
    path: Path,
    catalogue: Catalogue,
    gathered: Mapping[str, Figures],
    say: Callable[[str], None],
    before: Before | None = None,
    *,
    ledger: Ledger | None = None,
) -> None:
    """Make the build at `path` from the gathered figures; raises CheckError where a check finds rows.

    before: a build to take the figures of unchanged sources from. Table `build` stays empty: who seals writes it.
    """
    indicators = with_figures(catalogue, gathered)
    fresh = to_calculate(catalogue, indicators, before.changed) if before else []
    connection = duckdb.connect(str(path))
    try:
        if before:
            say(f"  {len(fresh)} of {len(indicators)} indicators to calculate, the others from build {before.id}")
            kept = [indicator.id for indicator in indicators if indicator not in fresh]
            with duckdb.connect() as part:
                if fresh:
                    calculate(part, catalogue, gathered, fresh, say, ledger=ledger)
                load_tables(connection, catalogue, gathered, indicators, ledger, figures=False)
                take_over(connection, part, before, kept, [indicator.id for indicator in fresh])
            for name in _OVER_ALL:
                connection.execute((_HERE / "transform" / name).read_text(encoding="utf-8"))
            if not fresh:  # else the checks ran on the part
                check(connection, figures=False)
        else:
            calculate(connection, catalogue, gathered, indicators, say, ledger=ledger)
        connection.execute("checkpoint")
    finally:
        connection.close()


def calculate(
    connection: duckdb.DuckDBPyConnection,
    catalogue: Catalogue,
    gathered: Mapping[str, Figures],
    indicators: list[Indicator],
    say: Callable[[str], None],
    *,
    ledger: Ledger | None,
) -> None:
    """Load, check, transform and check these indicators and the ledger."""
    load_tables(connection, catalogue, gathered, indicators, ledger)
    check(connection, figures=True)
    transform(connection, catalogue, indicators, say)
    check(connection, figures=False)
    say("  checked")


def load_tables(
    connection: duckdb.DuckDBPyConnection,
    catalogue: Catalogue,
    gathered: Mapping[str, Figures],
    indicators: list[Indicator] | None = None,
    ledger: Ledger | None = None,
    *,
    figures: bool = True,
) -> None:
    """Create the schema and load what is declared and gathered; the figures go to the temporary table `figure`.

    indicators: which ones; without, all that have figures. ledger: without, its tables stay empty.
    """
    connection.execute((_HERE / "schema.sql").read_text(encoding="utf-8"))
    connection.execute(_FIGURE)
    chosen = with_figures(catalogue, gathered) if indicators is None else indicators
    frames = {**_frames(catalogue, chosen, gathered), **(ledger.frames if ledger else {})}
    for table, frame in frames.items():
        if table != "figure" or figures:
            connection.register("incoming", frame)
            connection.execute(_INSERT[table])
            connection.unregister("incoming")


def transform(
    connection: duckdb.DuckDBPyConnection,
    catalogue: Catalogue,
    indicators: Iterable[Indicator],
    say: Callable[[str], None] = lambda line: None,
) -> None:
    """Run `etl/transform/*.sql` in order; the derivations once per depth, so that one may build on another."""
    depths = {indicator.id: catalogue.depths[indicator.id] for indicator in indicators}
    frame = pl.DataFrame(
        {"indicator": list(depths), "depth": list(depths.values())}, schema={"indicator": pl.String, "depth": pl.Int64}
    )
    connection.register("incoming", frame)
    connection.execute("create temp table depth as from incoming")
    connection.unregister("incoming")
    files = sorted((_HERE / "transform").glob("*.sql"))
    derive = [path for path in files if "_derive_" in path.name]
    for number, path in enumerate(files, 1):
        say(f"  transform {number}/{len(files)} {path.stem}")
        if path not in derive:
            connection.execute(path.read_text(encoding="utf-8"))
        elif path == derive[-1]:
            for depth in range(1, max(depths.values(), default=0) + 1):
                for derivation in derive:
                    connection.execute(derivation.read_text(encoding="utf-8"), {"depth": depth})


def with_figures(catalogue: Catalogue, gathered: Mapping[str, Figures]) -> list[Indicator]:
    """The indicators that have figures, or derive from ones that do; only these are in a build."""
    have = {id_ for figures in gathered.values() for id_ in figures.rows["indicator"].unique()}
    for id_ in sorted(catalogue.indicators, key=lambda id_: catalogue.depths[id_]):
        derive = catalogue.indicators[id_].derive
        if derive and derive.of in have and (not derive.by or derive.by in have):
            have.add(id_)
    return [indicator for indicator in catalogue.indicators.values() if indicator.id in have]


def _frames(
    catalogue: Catalogue, indicators: list[Indicator], gathered: Mapping[str, Figures]
) -> dict[str, pl.DataFrame]:
    """What goes into each table, in the order of loading."""
    regions = pl.DataFrame([asdict(region) for region in codes.regions()])
    regions = regions.with_columns(pl.col(name).replace("", None) for name in _NULLABLE)
    country = {region.code: region.country for region in codes.regions()}
    units = [
        {"level": level, "code": code, "country": country[code]} for level in _LEVELS for code in codes.units(level)
    ]
    # One file may feed two sources; its row names the first.
    origins = {
        origin.sha256: asdict(origin) for id_ in sorted(gathered, reverse=True) for origin in gathered[id_].origins
    }
    return {
        "region": regions,
        "region_alias": pl.DataFrame([asdict(alias) for alias in codes.aliases()]),
        "neighbour": pl.DataFrame(codes.neighbours(), schema=["code", "neighbour"], orient="row"),
        "place": pl.DataFrame(codes.places(), infer_schema_length=None),
        "map_unit": pl.DataFrame(units),
        "territory": territories.frame(catalogue.territories.values()),
        "twin_feature": twins.frame(catalogue),
        "source": pl.DataFrame([_source(catalogue, gathered[id_]) for id_ in sorted(gathered)]),
        "delivery": pl.DataFrame([origins[sha256] for sha256 in sorted(origins)]),
        "indicator": _indicator_frame(catalogue, indicators),
        "indicator_words": _words_frame(indicators),
        "member_words": _members_frame(indicators),
        "figure": _figure_frame(indicators, gathered),
    }


def _figure_frame(indicators: Iterable[Indicator], gathered: Mapping[str, Figures]) -> pl.DataFrame:
    wanted = pl.Series([indicator.id for indicator in indicators], dtype=pl.String).implode()
    figures = [gathered[id_].rows.filter(pl.col("indicator").is_in(wanted)) for id_ in sorted(gathered)]
    return pl.concat(figures).select(*OBSERVATION)


def _source(catalogue: Catalogue, figures: Figures) -> dict[str, Any]:
    source = catalogue.sources[figures.source].source
    return {
        "id": source.id,
        "publisher": source.publisher,
        **{f"title_{lang}": title for lang, title in source.title.items()},
        "licence": source.licence.name,
        "licence_url": source.licence.url,
        "credit": source.licence.credit,
        "url": source.url,
        "citation": source.citation,
        "rhythm": source.rhythm,
        "vintage": figures.vintage,
        "retrieved": figures.retrieved,
        "redistribute": source.redistribute,
    }


def _indicator_frame(catalogue: Catalogue, indicators: Iterable[Indicator]) -> pl.DataFrame:
    plain = ("id", "theme", "unit", "decimals", "direction", "aggregation", "interval", "verdict", "order")
    positions = {id_: position for position, id_ in enumerate(sorted(catalogue.indicators))}
    rows = []
    for indicator in indicators:
        derive = indicator.derive
        rows.append(
            {
                **{name: getattr(indicator, name) for name in (*plain, "checked_by", "checked_on")},
                "kind": indicator.kind.value,
                "dimension": catalogue.dimension(indicator.id),
                **{
                    f"derive_{name}": getattr(derive, name) if derive else None
                    for name in ("kind", "of", "by", "factor", "lag", "lag_years")
                },
                "levels": [],
                "countries": [],
                "sources": sorted(catalogue.origins(indicator.id)),
                "position": positions[indicator.id],
            }
        )
    texts = ("derive_kind", "derive_of", "derive_by")
    numbers = {"derive_factor": pl.Float64, "derive_lag": pl.Int64, "derive_lag_years": pl.Int64}
    lists = ("levels", "countries", "sources")
    overrides: dict[str, Any] = {
        **dict.fromkeys(texts, pl.String),
        **numbers,
        **dict.fromkeys(lists, pl.List(pl.String)),
    }
    return pl.DataFrame(rows, schema_overrides=overrides, infer_schema_length=None).sort("id")


def _words_frame(indicators: Iterable[Indicator]) -> pl.DataFrame:
    rows = []
    for indicator in indicators:
        for lang, words in indicator.words.items():
            row: dict[str, Any] = {
                name: getattr(words, name)
                for name in ("title", "short", "unit", "definition", "method", "comparability", "dimension")
            }
            row |= {"indicator": indicator.id, "lang": lang, "caveats": list(words.caveats)}
            for name, table in (("gaps", words.gaps), ("reasons", words.reasons)):
                row[f"{name}_keys"], row[f"{name}_values"] = sorted(table), [table[key] for key in sorted(table)]
            rows.append(row)
    lists = ("caveats", "gaps_keys", "gaps_values", "reasons_keys", "reasons_values")
    overrides = dict.fromkeys(lists, pl.List(pl.String))
    return pl.DataFrame(rows, schema_overrides=overrides, infer_schema_length=None).sort("indicator", "lang")


def _members_frame(indicators: Iterable[Indicator]) -> pl.DataFrame:
    """Breakdown labels; the order in the English words is the order for the reader."""
    rows = [
        (indicator.id, member, lang, words.members[member], position)
        for indicator in indicators
        for lang, words in indicator.words.items()
        for position, member in enumerate(indicator.words["en"].members)
    ]
    schema = {"indicator": pl.String, "member": pl.String, "lang": pl.String, "label": pl.String, "position": pl.Int64}
    return pl.DataFrame(rows, schema=schema, orient="row").sort("indicator", "member", "lang")
