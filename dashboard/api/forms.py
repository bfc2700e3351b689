"""The forms of an answer, by `Accept` or by the ending of the address: JSON, CSV, Parquet, JSON-stat, SDMX-CSV."""

from __future__ import annotations

import io
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

import orjson
import polars as pl

from dashboard import queries
from dashboard.api.parameters import TOTAL
from dashboard.exports import csv
from dashboard.exports.cube import jsonstat
from dashboard.exports.parcel import Parcel
from dashboard.i18n import DEFAULT, Words, words
from dashboard.store import Build

#: SDMX's own codes of CL_OBS_STATUS for our flags; `a` (artefact suspected) has none, so it is said to be unreliable.
OBS_STATUS: Final = {
    "": "A", "b": "B", "e": "E", "p": "P", "u": "U", "a": "U", "c": "Q", "m": "L", "z": "M",
}  # fmt: skip
#: Letter of a period → SDMX's frequency.
_FREQUENCIES: Final = {4: "A", 7: "M"}
#: The dataflow in each line of SDMX-CSV.
DATAFLOW: Final = "ATLAS:OBSERVATIONS(1.0.0)"


@dataclass(frozen=True)
class Answer:
    """Rows to be written. next: the address of the next page. address: where this one was asked for, with the host."""

    build: Build
    frame: pl.DataFrame
    next: str = ""
    left_out: tuple[str, ...] = ()
    address: str = ""


@dataclass(frozen=True)
class Form:
    """A form. ending: of addresses. type: as `Accept` and `Content-Type` name it. figures: only of observations."""

    ending: str
    type: str
    write: Callable[[Answer], bytes]
    figures: bool = False

    @property
    def content_type(self) -> str:
        """The header of an answer."""
        return f"{self.type}; charset=utf-8" if self.type == "text/csv" else self.type

    @property
    def accepts(self) -> str:
        """The type without its parameters."""
        return self.type.partition(";")[0]


def json(answer: Answer) -> bytes:
    """The rows with the build, the next page and what was left out."""
    body = {
        "build": answer.build.id,
        "next": answer.next or None,
        "left_out": [{"indicator": name, "reason": "licence"} for name in answer.left_out],
        "data": answer.frame.to_dicts(),
    }
    return orjson.dumps(body)


def comma(answer: Answer) -> bytes:
    """The rows as CSV without a byte-order mark; lists and what is in them as JSON."""
    return csv.text([_flat(row) for row in answer.frame.to_dicts()], answer.frame.columns, mark="")


def _flat(row: dict[str, Any]) -> dict[str, Any]:
    return {
        name: orjson.dumps(value).decode() if isinstance(value, list | bool) else value for name, value in row.items()
    }


def parquet(answer: Answer) -> bytes:
    """The rows, typed; the build, the next page and what was left out among the metadata."""
    out = io.BytesIO()
    about = {"build": answer.build.id, "next": answer.next, "left_out": " ".join(answer.left_out)}
    answer.frame.write_parquet(out, compression="zstd", metadata=about)
    return out.getvalue()


def sdmx(answer: Answer) -> bytes:
    """Observations as SDMX-CSV 2.0: codes only, status by CL_OBS_STATUS, `_T` for the total."""
    period = pl.col("period")
    frequency = pl.when(period.str.contains("Q")).then(pl.lit("Q")).otherwise(
        period.str.len_chars().replace_strict(_FREQUENCIES, default="", return_dtype=pl.String)
    )  # fmt: skip
    frame = answer.frame.select(
        pl.lit("dataflow").alias("STRUCTURE"),
        pl.lit(DATAFLOW).alias("STRUCTURE_ID"),
        pl.lit("I").alias("ACTION"),
        frequency.alias("FREQ"),
        pl.col("indicator").alias("INDICATOR"),
        pl.col("region").alias("REF_AREA"),
        pl.col("member").replace("", TOTAL).alias("BREAKDOWN"),
        period.alias("TIME_PERIOD"),
        pl.col("value").alias("OBS_VALUE"),
        pl.col("status").replace_strict(OBS_STATUS).alias("OBS_STATUS"),
        pl.col("unit").alias("UNIT_MEASURE"),
        pl.col("n").alias("BASE"),
        pl.col("ci_low").alias("CI_LOW"),
        pl.col("ci_high").alias("CI_HIGH"),
        pl.col("reason").alias("REASON"),
        pl.col("source").alias("SOURCE"),
    )
    return csv.text(frame.to_dicts(), frame.columns, mark="")


def cube(answer: Answer) -> bytes:
    """Observations as a JSON-stat 2.0 dataset, with English labels; the next page is among its extensions."""
    build, t = answer.build, words(DEFAULT)
    regions, known = queries.regions(build), queries.indicators(build, t.lang)
    about = _about(build, t, answer.frame)
    rows = [
        {"entity": regions[row["region"]].name(t.lang), "code": row["region"], "level": row["level"]}
        | about[row["indicator"], row["member"]]
        | {"period": row["period"]}
        | csv.figure(known[row["indicator"]], row, t)
        for row in answer.frame.to_dicts()
    ]
    table = csv.Table("observations", rows, title=t("Observations"))
    body = orjson.loads(jsonstat(Parcel(table, t, build, t("Observations"), answer.address)))
    body["extension"] |= {"next": answer.next or None, "left_out": list(answer.left_out)}
    return orjson.dumps(body)


def _about(build: Build, t: Words, frame: pl.DataFrame) -> dict[tuple[str, str], dict[str, Any]]:
    known = queries.indicators(build, t.lang)
    pairs = frame.select("indicator", "member").unique().rows()
    return {(name, member): csv.about(build, t, known[name], member) for name, member in pairs}


FORMS: Final = {
    one.ending: one
    for one in (
        Form("json", "application/json", json),
        Form("csv", "text/csv", comma),
        Form("parquet", "application/vnd.apache.parquet", parquet),
        Form("jsonstat", "application/vnd.json-stat+json", cube, figures=True),
        Form("sdmx.csv", "application/vnd.sdmx.data+csv;version=2.0.0", sdmx, figures=True),
    )
}


def written(build: Build, ending: str, frame: pl.DataFrame, *rest: Any) -> bytes:
    """An answer in a form; for the process in which exports are made."""
    return FORMS[ending].write(Answer(build, frame, *rest))


def of(figures: bool) -> dict[str, Form]:
    """Ending → form of a resource; figures: of observations."""
    return {ending: form for ending, form in FORMS.items() if figures or not form.figures}
