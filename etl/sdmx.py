"""Readers for Eurostat's formats, SDMX-CSV, TSV and JSON-stat, into one long frame with Eurostat's own flags.

Every reader returns the declared dimensions, `geo`, `period` (as published: 2024), `value` (Float64, null where
Eurostat gives none), `flag` (lower-case letters, '' where none) and `line`; only rows that match `where` and whose
geo lies in Germany or France. A cell without value and flag is a bare ':' in TSV and no row at all in the other two;
`fill_missing` makes them alike. Formats as published by the dissemination API of Eurostat
(sdmx/2.1/data/<code>?format=SDMX-CSV or TSV, statistics/1.0/data/<code>?format=JSON).
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping
from pathlib import Path
from typing import Final

import polars as pl

from etl import codes, jsonstat, tidy
from etl.model import DeliveryError, Status

COUNTRIES: Final = ("DE", "FR")

#: Eurostat's flags that the atlas knows, gravest first: a cell with several ('bu') shows the gravest.
#: n (not significant) is shown as unreliable; d (definition differs) as a break, because a figure with it must not be
#: compared with its neighbours; s (Eurostat's own estimate) and f (forecast) as estimated; r (revised) needs no mark.
FLAGS: Final[Mapping[str, Status]] = {
    "c": Status.SUPPRESSED,
    "z": Status.NOT_APPLICABLE,
    "u": Status.UNRELIABLE,
    "n": Status.UNRELIABLE,
    "b": Status.BREAK,
    "d": Status.BREAK,
    "e": Status.ESTIMATED,
    "s": Status.ESTIMATED,
    "f": Status.ESTIMATED,
    "p": Status.PROVISIONAL,
    "r": Status.FINE,
}

_CELL: Final = re.compile(r"(?P<number>:|[^ ]+) ?(?P<flag>[a-z]*) ?")
_AGAIN: Final = "fetch the delivery again; if Eurostat changed the format, adapt etl/sdmx.py and its tests."
_SCHEMA: Final = {"geo": pl.String, "period": pl.String, "value": pl.Float64, "flag": pl.String, "line": pl.Int64}


def read(
    path: Path, dims: Iterable[str], where: Mapping[str, str | Collection[str]], *, flags: bool = True
) -> pl.DataFrame:
    """Read SDMX-CSV, TSV or JSON-stat, plain or gzipped, whichever the file is (told apart by its beginning).

    dims: the dataset's dimensions without `freq`, geo and time. where: dimension → the code or codes wanted.
    flags: False for a recorded extract in CSV that somebody published without frequency and flags.
    Raises DeliveryError also when nothing matches `where`, when two rows have the same key, and when the file is an
    error message of Eurostat's API.
    """
    dims = list(dims)
    wanted = {name: (code,) if isinstance(code, str) else tuple(code) for name, code in where.items()}
    text = _text(path)
    head = text.lstrip()[:1], text.split("\n", 1)[0]
    if head[0] in ("{", "["):
        rows = jsonstat.read(path, text, dims, wanted, COUNTRIES)
        long = pl.DataFrame(rows, schema={**dict.fromkeys(dims, pl.String), **_SCHEMA}, orient="row")
    elif "\\" in head[1].split("\t")[0]:
        long = _from_tsv(path, text, dims, wanted)
    else:
        long = _from_csv(path, dims, wanted, flags=flags)
    expect_some(long, wanted, path.name)
    several = [name for name in dims if len(wanted.get(name, ())) != 1]
    tidy.expect_unique(long, ["geo", "period", *several], path.name)
    _expect_years(long, path)
    return long


def expect_some(long: pl.DataFrame, where: Mapping[str, Collection[str]], file: str) -> None:
    """Refuse a delivery without any row for what was asked."""
    if long.is_empty():
        wanted = ", ".join(f"{name}={'+'.join(allowed)}" for name, allowed in where.items())
        raise DeliveryError(
            f"no row for Germany or France with {wanted}",
            file=file,
            remedy="fetch the whole table, or the block with these codes.",
        )


def _text(path: Path) -> str:
    """The file's text; an error of the SDMX service (a SOAP fault) is named as what it is, not as a web page."""
    raw = path.read_bytes()[:8192]
    fault = re.search(rb"<faultcode>(.*?)</faultcode>\s*<faultstring[^>]*>(.*?)</faultstring>", raw, re.DOTALL)
    if fault:
        code, label = (part.decode("utf-8", "replace") for part in fault.groups())
        raise jsonstat.refused(path, "", code, label)
    if raw.lstrip().startswith(b"<") and re.search(rb">\s*(SUBMITTED|PROCESSING)\s*<", raw):
        raise jsonstat.refused(path, "", "", "ASYNCHRONOUS_RESPONSE: the extraction is queued")
    return tidy.read_text(path)


def with_status(long: pl.DataFrame, file: str) -> pl.DataFrame:
    """Add `status` from `flag`: the gravest letter of several; a letter the atlas does not know is refused."""
    tidy.expect_values(long.with_columns(pl.col("flag").str.split("")).explode("flag"), "flag", ("", *FLAGS), file)
    hidden = long.filter(pl.col("value").is_not_null() & pl.col("flag").str.contains("[cz]"))
    if hidden.height:
        raise DeliveryError(
            f"a value stands where the flag '{hidden['flag'][0]}' says there is none",
            file=file,
            line=hidden["line"][0],
            column="flag",
            remedy="ask Eurostat which of the two is right; a confidential value must not be shown.",
        )
    status = pl.lit(Status.FINE.value)
    for letter, meaning in reversed(list(FLAGS.items())):
        status = (
            pl.when(pl.col("flag").str.contains(letter, literal=True)).then(pl.lit(meaning.value)).otherwise(status)
        )
    return long.with_columns(status=status)


def fill_missing(long: pl.DataFrame) -> pl.DataFrame:
    """Say what a value's absence means, where Eurostat prints ':' and no flag.

    A period in which fewer than half of a country's regions of a level have a value was not published at that level
    and gets no rows (the newest GDP year at NUTS 3 has only the regions that are also NUTS 2, whose value stands
    there); a gap among published values becomes status m. A region without any value or flag has no row.
    Needs `geo`, `period`, `value`, `status`, `line`, of one slice of the dataset.
    """
    long = long.filter(pl.col("value").is_not_null() | (pl.col("status") != ""))
    grid = long.group_by("geo").agg(first=pl.col("line").first()).join(long.select("period").unique(), how="cross")
    long = grid.join(long, on=["geo", "period"], how="left").sort("geo", "period")
    long = long.with_columns(pl.col("status").fill_null(""), line=pl.coalesce("line", "first")).drop("first")
    group = [pl.col("geo").str.slice(0, 2), pl.col("geo").str.len_chars(), pl.col("period")]
    told = pl.col("value").is_not_null() | (pl.col("status") != "")
    long = long.filter(told.mean().over(group) >= 0.5)
    return long.with_columns(status=pl.when(told).then("status").otherwise(pl.lit(Status.NOT_COLLECTED.value)))


def _from_csv(path: Path, dims: list[str], where: Mapping[str, Collection[str]], *, flags: bool) -> pl.DataFrame:
    names = ["freq", *dims, "geo", "TIME_PERIOD", "OBS_FLAG", "CONF_STATUS"] if flags else [*dims, "geo", "TIME_PERIOD"]
    columns: dict[str, type[pl.DataType]] = dict.fromkeys(names, pl.String)
    columns["OBS_VALUE"] = pl.Float64
    # LAST UPDATE changes daily and DATAFLOW carries the version; neither changes a figure.
    frame = tidy.read_csv(path, columns, ignore=("DATAFLOW", "LAST UPDATE") if flags else ("dataset",))
    flag = pl.lit("")
    if flags:
        flag = pl.concat_str(pl.col("OBS_FLAG").fill_null(""), pl.col("CONF_STATUS").fill_null("")).str.to_lowercase()
        frame = frame.filter(pl.col("freq") == "A")
    frame = frame.rename({"TIME_PERIOD": "period", "OBS_VALUE": "value"}).with_columns(flag=flag)
    for name, allowed in where.items():
        frame = frame.filter(pl.col(name).is_in(list(allowed)))
    return frame.filter(pl.col("geo").str.slice(0, 2).is_in(COUNTRIES)).select(*dims, *_SCHEMA)


def _from_tsv(path: Path, text: str, dims: list[str], where: Mapping[str, Collection[str]]) -> pl.DataFrame:
    lines = text.splitlines()
    names, periods = _tsv_header(lines[0], dims, path)
    rows: list[tuple[str | float | None, ...]] = []
    for number, line in enumerate(lines[1:], start=2):
        key, *cells = line.split("\t")
        codes = key.split(",")
        if len(cells) != len(periods) or len(codes) != len(names):
            raise DeliveryError(
                f"{len(codes)} codes and {len(cells)} values where the header has {len(names)} and {len(periods)}; "
                "the file looks truncated",
                file=path.name,
                line=number,
                remedy=_AGAIN,
            )
        place = dict(zip(names, codes, strict=True))
        wanted = all(place[name] in allowed for name, allowed in where.items()) and place.get("freq", "A") == "A"
        if wanted and place["geo"].startswith(COUNTRIES):
            key_cells = [place[name] for name in (*dims, "geo")]
            for period, cell in zip(periods, cells, strict=True):
                rows.append((*key_cells, period, *_tsv_cell(cell, path, number, period), number))
    tidy.expect_end(text, path.name)
    return pl.DataFrame(rows, schema={**dict.fromkeys(dims, pl.String), **_SCHEMA}, orient="row")


def _tsv_header(header: str, dims: list[str], path: Path) -> tuple[list[str], list[str]]:
    """Names of the comma-joined key and the periods; tables from before 2023 have no freq and call time 'time'."""
    key, *periods = header.split("\t")
    joined, _, time = key.partition("\\")
    names = joined.split(",")
    tidy.expect_columns(path, [*names, time], [*dims, "geo"], ignore=("freq", "TIME_PERIOD", "time"))
    return names, [period.strip() for period in periods]


def _tsv_cell(cell: str, path: Path, line: int, column: str) -> tuple[float | None, str]:
    match = _CELL.fullmatch(cell)
    number = tidy.read_number(match["number"]) if match else None
    if match is None or (number is None and match["number"] != ":"):
        raise DeliveryError(
            f"'{cell.strip()[:40]}' is not a number with an optional flag"
            + (" (a decimal comma?)" if "," in cell else ""),
            file=path.name,
            line=line,
            column=column,
            remedy=_AGAIN,
        )
    return number, match["flag"]


def _expect_years(long: pl.DataFrame, path: Path) -> None:
    bad = long.filter(~pl.col("period").str.contains("^(19|20)[0-9]{2}$").fill_null(value=False))
    if bad.height:
        raise DeliveryError(
            f"'{bad['period'][0]}' is not a year", file=path.name, line=bad["line"][0], column="period", remedy=_AGAIN
        )


def to_nuts_2024(long: pl.DataFrame, file: str, *, additive: bool = True) -> pl.DataFrame:
    """Carry figures from the NUTS version of the delivery to NUTS 2024; `geo` becomes `region`.

    A code that NUTS 2024 still has keeps its figure: the municipal moves between two Kreise that keep their codes
    (52 km², 4,000 people in Thüringen) are in no Eurostat recoding table. Of the others, a renamed region keeps its
    figure, merged ones are added up (reason own_sum; no value where a part has none or no row; the gravest status).
    Where Eurostat gives a figure for the new region too, that one stands. Extra-regio rows (FRX, FRZ …), which belong
    to no region, are left out. additive: False for shares, of which merged regions have no sum.
    Needs `geo`, `period`, `value`, `status`, `line`; raises DeliveryError for an unknown code.
    """
    long = long.filter(~pl.col("geo").str.contains(r"^..[XZ]"))
    today = {code: _today(code, file, long) for code in long["geo"].unique().sort().to_list()}
    kept = long.with_columns(
        region=pl.col("geo").replace_strict(
            {code: found for code, (found, _) in today.items()}, return_dtype=pl.String
        ),
        parts=pl.col("geo").replace_strict({code: parts for code, (_, parts) in today.items()}, return_dtype=pl.UInt32),
    )
    older = pl.col("geo") != pl.col("region")
    published = (~older & pl.col("value").is_not_null()).any().over("region", "period")
    kept = kept.filter(pl.when(published).then(~older).otherwise(older | ~older.any().over("region", "period")))
    kept = kept.sort("region", "period", "geo")
    merged = kept.filter(pl.struct("region", "period").is_duplicated())
    if merged.height and not additive:
        raise DeliveryError(
            f"{' and '.join(merged['geo'].unique().sort())} are one region since NUTS 2024; shares cannot be added up",
            file=file,
            line=merged["line"][0],
            column="geo",
            remedy="fetch a newer delivery: Eurostat recalculates it for NUTS 2024.",
        )
    gravity = list(dict.fromkeys(status.value for status in (Status.NOT_COLLECTED, *FLAGS.values())))
    order = pl.col("status").replace_strict({status: rank for rank, status in enumerate(gravity)})
    lacking = pl.len() < pl.col("parts").max()
    return kept.group_by("region", "period", maintain_order=True).agg(
        value=pl.when(pl.col("value").is_null().any() | lacking).then(None).otherwise(pl.col("value").sum()),
        status=pl.when(lacking)
        .then(pl.lit(Status.NOT_COLLECTED.value))
        .otherwise(pl.col("status").sort_by(order).first()),
        reason=pl.when(pl.len() > 1).then(pl.lit("own_sum")).otherwise(pl.lit("")),
        line=pl.col("line").first(),
    )


def _today(code: str, file: str, long: pl.DataFrame) -> tuple[str, int]:
    """The one NUTS 2024 region that holds all of an older one, and how many older ones it was merged from.

    A region that was split cannot be carried over.
    """
    problem: str
    try:
        return codes.resolve(code, "nuts"), 1
    except codes.CodeError as error:
        problem = str(error)
    for version in ("2021", "2016", "2013"):
        try:
            parts = codes.to_2024(code, version)
        except codes.CodeError:
            continue
        if len(parts) == 1:
            return parts[0][0], len(codes.merged(parts[0][0], version))
        problem = f"{code} of NUTS {version} was split between " + ", ".join(region for region, _ in parts)
        break
    line = long.filter(pl.col("geo") == code)["line"][0]
    raise DeliveryError(problem, file=file, line=line, column="geo", remedy=_AGAIN)


def expect_whole(frame: pl.DataFrame, file: str, *, tolerance: float) -> None:
    """Refuse a period without one of the 16 Länder or 18 régions, or whose parts do not add up to the country.

    tolerance: how far the sum of the parts may lie from the national value, as a share of it (extra-regio, rounding).
    Needs `region`, `period`, `value`, `line`, after `to_nuts_2024`.
    """
    for (period,), part in frame.sort("period").group_by("period", maintain_order=True):
        for country in COUNTRIES:
            parts = codes.units("land", country)
            tidy.expect_regions(part, "region", (country, *parts), file, what=f"in {period}, region")
            whole = part.filter(pl.col("region") == country).row(0, named=True)
            summed = part.filter(pl.col("region").is_in(parts))["value"]
            if whole["value"] is None or summed.has_nulls():
                continue
            if abs(summed.sum() - whole["value"]) > tolerance * whole["value"]:
                raise DeliveryError(
                    f"{country} has {whole['value']:,.0f} in {period}, its Länder or régions add up to "
                    f"{summed.sum():,.0f}; a swapped unit or a broken cell",
                    file=file,
                    line=whole["line"],
                    column=str(period),
                    remedy=_AGAIN,
                )
