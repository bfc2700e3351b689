"""From a source's tidy table to the observations of its indicators."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final

import polars as pl

from etl.model import OBSERVATION, TIDY, CatalogueError, DeliveryError, Indicator

#: Multiplying by a factor leaves binary dust (0.29 × 100 = 28.999999999999996); no publisher gives ten decimals.
_DECIMALS: Final = 10


def select(
    tidy: pl.DataFrame, indicators: Iterable[Indicator], hashes: Mapping[str, str], *, optional: bool = False
) -> pl.DataFrame:
    """The observations (model.OBSERVATION) of the given indicators, sorted, from one source's TIDY table.

    hashes: file key → SHA-256 of the delivered file. optional: the delivery lacks an optional file, so an indicator
    without rows is left out; otherwise it is a CatalogueError.
    """
    _expect_tidy(tidy, hashes)
    frames = [pl.DataFrame(schema=OBSERVATION)]
    for indicator in indicators:
        rows = tidy.filter(
            pl.col("measure") == indicator.measure,
            pl.col("dimension") == indicator.dimension,
        )
        if rows.is_empty() and not optional:
            known = tidy.select("measure", "dimension").unique().sort("measure", "dimension").rows()
            raise CatalogueError(
                f"indicators/{indicator.id}.toml: source '{indicator.source}' has no measure '{indicator.measure}' by "
                f"'{indicator.dimension}'; it has " + ", ".join(f"'{m}' by '{d}'" for m, d in known)
            )
        value = pl.col("value") if indicator.factor == 1 else (pl.col("value") * indicator.factor).round(_DECIMALS)
        frames.append(
            rows.select(
                pl.lit(indicator.id).alias("indicator"),
                "region",
                "period",
                "dimension",
                "member",
                value.alias("value"),
                "status",
                "reason",
                "n",
                pl.lit(indicator.source).alias("source"),
                pl.col("file").replace_strict(dict(hashes), return_dtype=pl.String).alias("delivery"),
            )
        )
    return pl.concat(frames).sort("indicator", "dimension", "member", "region", "period")


def _expect_tidy(tidy: pl.DataFrame, hashes: Mapping[str, str]) -> None:
    """Refuse what a parser must not return; the file key says where it came from."""
    if tidy.schema != TIDY:
        raise CatalogueError(f"parse returned the columns {dict(tidy.schema)}, not those of model.TIDY")
    unknown = sorted(set(tidy["file"].unique().to_list()) - set(hashes), key=str)
    if unknown:
        raise CatalogueError(f"parse names the file '{unknown[0]}', which was not delivered")
    keys = ["measure", "region", "period", "dimension", "member"]
    for problem, bad in {
        "a text is null where an empty one is meant": pl.any_horizontal(
            pl.col(name).is_null() for name, kind in TIDY.items() if kind == pl.String
        ),
        "two rows have the same key": pl.struct(keys).is_duplicated(),
        "a value is missing without a status": pl.col("value").is_null() & (pl.col("status") == ""),
        "a value is not a finite number": pl.col("value").is_not_null() & ~pl.col("value").is_finite(),
    }.items():
        rows = tidy.filter(bad)
        if rows.height:
            first = rows.row(0, named=True)
            raise DeliveryError(
                f"{problem} ({', '.join(f'{key}={first[key]}' for key in keys)})",
                file=str(first["file"]),
                remedy="see the delivered file; fetch it again or mend the source's module.",
            )
