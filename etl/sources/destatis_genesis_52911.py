"""Firms using AI by Bundesland from GENESIS-Online: the official survey of ICT in enterprises (EVAS 52911) as a table.

GENESIS-Online answers its REST interface (2020) with a zip of one "Flatfile-CSV": `;`, decimal comma, a row per value,
a block of four columns per variable, signs instead of numbers where there is none. It wants a free account: settings
ATLAS_GENESIS_USER and ATLAS_GENESIS_PASSWORD. Which of the tables 52911-… has the use of AI by Land was not seen, so
its code is a setting too, ATLAS_GENESIS_TABLE; the module finds rows by what the table says of itself (statistic, Land,
per cent, "künstliche Intelligenz", firms with 10 or more persons) and refuses a table in which that is not one row per
Land and year. GENESIS is slow for large tables and states no limit; this one is small.
"""

from __future__ import annotations

import csv
import re
import tempfile
from functools import partial
from pathlib import Path
from typing import Final

import polars as pl

from etl import codes
from etl.model import Delivery, DeliveryError, File, Licence, Source, Status
from etl.packed import only_member
from etl.records import read_json
from etl.tidy import (
    cast_column,
    expect_range,
    expect_regions,
    expect_unique,
    expect_values,
    map_codes,
    read_csv,
    read_text,
    to_tidy,
)
from etl.zipped import is_zip

_AGAIN: Final = "see the table in GENESIS-Online; if it has another layout, adapt the source's module and its test."

SOURCE: Final = Source(
    id="destatis_genesis_52911",
    publisher="Statistisches Bundesamt (Destatis)",
    title={
        "de": "GENESIS-Online: Nutzung von IKT in Unternehmen (EVAS 52911), nach Bundesländern",
        "fr": "GENESIS-Online : usage des TIC dans les entreprises allemandes (EVAS 52911), par Land",
        "en": "GENESIS-Online: ICT use in enterprises (EVAS 52911), by Land",
    },
    licence=Licence(
        name="Datenlizenz Deutschland – Namensnennung – Version 2.0 (dl-de/by-2-0)",
        url="https://www.govdata.de/dl-de/by-2-0",
        credit="© Statistisches Bundesamt (Destatis), GENESIS-Online; dl-de/by-2-0",
    ),
    url="https://www-genesis.destatis.de/datenbank/online",
    files=(
        File(
            "table",
            ("52911_flat.zip", "52911_flat.csv"),
            "https://www-genesis.destatis.de/genesisWS/rest/2020/data/tablefile",
            headers=(("username", "$ATLAS_GENESIS_USER"), ("password", "$ATLAS_GENESIS_PASSWORD")),
            form=(
                ("name", "$ATLAS_GENESIS_TABLE"),
                ("area", "all"),
                ("format", "ffcsv"),
                ("compress", "false"),
                ("transpose", "false"),
                ("job", "false"),
                ("quality", "on"),
                ("language", "de"),
            ),
            max_bytes=50_000_000,
        ),
    ),
    folders=("genesis",),
    rhythm="yearly, winter",
    every_days=365,
)

_STATISTIC: Final = "52911"
_HEAD: Final = ("statistics_code", "statistics_label", "time_code", "time_label", "time")
_BLOCK: Final = ("variable_code", "variable_label", "variable_attribute_code", "variable_attribute_label")
_TAIL: Final = ("value", "value_unit", "value_variable_code", "value_variable_label", "value_q")
_LAND: Final = "DLAND"
_PER_CENT: Final = ("Prozent", "%")
_AI: Final = re.compile(r"künstliche\w* intelligenz|\bKI\b", re.IGNORECASE)
_SIZE: Final = re.compile(r"größenklasse", re.IGNORECASE)
_TEN_AND_MORE: Final = re.compile(r"\b(10 und mehr|ab 10|mindestens 10)\b", re.IGNORECASE)
_TOTAL: Final = re.compile(r"insgesamt", re.IGNORECASE)

#: The signs of the statistical offices that stand where no number does, and what each means here.
_SIGNS: Final = {
    ".": (Status.SUPPRESSED, "unknown_or_secret"),
    "...": (Status.NOT_COLLECTED, "later"),
    "/": (Status.UNRELIABLE, "too_unreliable"),
    "x": (Status.NOT_APPLICABLE, "blocked"),
}
_NOTHING: Final = "-"
#: Quality of a value: final, bracketed (limited reliability), provisional, revised, estimated.
_QUALITY: Final = {"": "", "e": "", "r": "", "()": "u", "p": "p", "s": "e"}


def parse(delivery: Delivery) -> pl.DataFrame:
    """Measure `any_ai`: per cent of firms with 10 or more persons that use AI; the 16 Länder, by year."""
    path = delivery.path("table")
    if not is_zip(path):
        return _parse(path)
    name, content = only_member(path, ".csv")
    with tempfile.TemporaryDirectory(prefix="atlas-") as folder:
        unpacked = Path(folder) / name
        unpacked.write_bytes(content)
        return _parse(unpacked)


def _parse(path: Path) -> pl.DataFrame:
    frame, blocks = _read(path)
    expect_values(frame, "statistics_code", (_STATISTIC,), path.name)
    land = _land_block(frame, blocks, path)
    frame = _chosen(frame, [block for block in blocks if block != land], path)
    frame = frame.rename({f"{land}_variable_attribute_code": "region"})
    frame = map_codes(frame, "region", partial(codes.resolve, system="ags"), path.name)
    laender = codes.units("land", "DE")
    expect_values(frame, "region", laender, path.name)
    expect_regions(frame, "region", laender, path.name, what="Land")
    frame = _timed(frame, path)
    expect_unique(frame, ["region", "period"], path.name)
    return to_tidy(_valued(frame, path).with_columns(measure=pl.lit("any_ai"), file=pl.lit("table")))


def _read(path: Path) -> tuple[pl.DataFrame, list[str]]:
    """The rows as text, and the numbers of the table's variables ("1", "2", …)."""
    if path.read_bytes()[:1] == b"{":
        answer = read_json(path)
        answer = answer.get("Status", answer) if isinstance(answer, dict) else {}
        said = f"{answer.get('Code')}: {answer.get('Content')}" if isinstance(answer, dict) else "no more was said"
        raise DeliveryError(
            f"GENESIS-Online sent a message instead of the table ({said})",
            file=path.name,
            remedy="check the settings ATLAS_GENESIS_USER, _PASSWORD and _TABLE by logging in on its page.",
        )
    header = next(csv.reader(read_text(path).splitlines()[:1], delimiter=";"), [])
    blocks = [str(number) for number in range(1, (len(header) - len(_HEAD) - len(_TAIL)) // len(_BLOCK) + 1)]
    wanted = [*_HEAD, *(f"{block}_{name}" for block in blocks for name in _BLOCK), *_TAIL]
    if "Statistik_Code" in header:
        raise DeliveryError(
            "this is the Flatfile-CSV as it was before 2024",
            file=path.name,
            line=1,
            column="Statistik_Code",
            remedy="fetch the table again; GENESIS-Online now writes English column names.",
        )
    frame = read_csv(path, dict.fromkeys(wanted, pl.String), separator=";")
    return frame.with_columns(pl.col(wanted).fill_null("")), blocks


def _land_block(frame: pl.DataFrame, blocks: list[str], path: Path) -> str:
    found = {block: frame[f"{block}_variable_code"].unique().to_list() for block in blocks}
    lands = [block for block, names in found.items() if names == [_LAND]]
    if len(lands) != 1:
        listed = ", ".join(sorted({name for names in found.values() for name in names}))
        raise DeliveryError(
            f"the table is not by Land (variable {_LAND}); it has {listed or 'no variables'}",
            file=path.name,
            column="1_variable_code",
            remedy="set ATLAS_GENESIS_TABLE to a table of 52911 by Bundesland.",
        )
    return lands[0]


def _chosen(frame: pl.DataFrame, blocks: list[str], path: Path) -> pl.DataFrame:
    """The rows on any use of AI, in per cent, of firms with 10 or more persons, all industries."""
    frame = _narrowed(frame, "value_unit", pl.col("value_unit").is_in(_PER_CENT), "in per cent", path)
    labels = ["value_variable_label", *(f"{block}_variable_attribute_label" for block in blocks)]
    ai = pl.any_horizontal(pl.col(label).str.contains(f"(?i){_AI.pattern}") for label in labels)
    frame = _narrowed(frame, labels[0], ai, "on künstliche Intelligenz", path)
    for block in blocks:
        column = f"{block}_variable_attribute_label"
        values = frame[column].unique().sort().to_list()
        if len(values) == 1:
            continue
        size = bool(_SIZE.search(frame[f"{block}_variable_label"][0]))
        rule = _TEN_AND_MORE if size else _TOTAL
        kept = [value for value in values if rule.search(value) or (not size and value == "")]
        if len(kept) != 1:
            raise DeliveryError(
                f"the table has several values where one is needed: {'; '.join(values[:6])}",
                file=path.name,
                column=column,
                remedy="choose a table without this breakdown, or teach the module which of them is meant.",
            )
        frame = frame.filter(pl.col(column) == kept[0])
    variables = frame["value_variable_label"].unique().sort().to_list()
    if len(variables) != 1:
        raise DeliveryError(
            f"several quantities are on AI: {'; '.join(variables[:6])}",
            file=path.name,
            column="value_variable_label",
            remedy="choose a table with one, or teach the module which of them is any use of AI.",
        )
    return frame


def _narrowed(frame: pl.DataFrame, column: str, rule: pl.Expr, what: str, path: Path) -> pl.DataFrame:
    kept = frame.filter(rule)
    if kept.is_empty():
        seen = "; ".join(frame[column].unique().sort().to_list()[:6])
        problem = f"no row of the table is {what}; there are: {seen}"
        raise DeliveryError(problem, file=path.name, column=column, remedy=_AGAIN)
    return kept


def _timed(frame: pl.DataFrame, path: Path) -> pl.DataFrame:
    """`period`: the year, which GENESIS writes as 2024 or, for a day of reference, 2024-12-31."""
    bad = frame.filter(~pl.col("time").str.contains(r"^20\d\d(-\d\d-\d\d)?$"))
    if bad.height:
        problem = f"'{bad['time'][0]}' is neither a year nor a day"
        raise DeliveryError(problem, file=path.name, line=bad["line"][0], column="time", remedy=_AGAIN)
    return frame.with_columns(period=pl.col("time").str.slice(0, 4))


def _valued(frame: pl.DataFrame, path: Path) -> pl.DataFrame:
    """region, period, value, status, reason; a sign is no number, and `-` is an exact 0."""
    expect_values(frame, "value_q", _QUALITY, path.name)
    sign = pl.col("value").str.strip_chars()
    marked = frame.select(
        "region",
        "period",
        "line",
        value=pl.when(sign == _NOTHING).then(pl.lit("0")).otherwise(sign),
        sign=sign,
        quality=pl.col("value_q").replace_strict(_QUALITY),
    )
    if (empty := marked.filter(pl.col("sign") == "")).height:
        raise DeliveryError("the cell is empty", file=path.name, line=empty["line"][0], column="value", remedy=_AGAIN)
    marked = cast_column(marked, "value", pl.Float64, path.name, decimal=",", missing=tuple(_SIGNS))
    expect_range(marked, "value", 0, 100, path.name, meaning="share")
    status = {sign: status.value for sign, (status, _) in _SIGNS.items()}
    reason = {sign: reason for sign, (_, reason) in _SIGNS.items()}
    bracketed = pl.when(pl.col("quality") == "u").then(pl.lit("bracketed")).otherwise(pl.lit(""))
    return marked.select(
        "region",
        "period",
        "value",
        status=pl.col("sign").replace_strict(status, default=pl.col("quality")),
        reason=pl.col("sign").replace_strict(reason, default=bracketed),
    )
