"""A parcel as Parquet: typed columns, compressed, with title, licence, edition and address among the metadata."""

from __future__ import annotations

import io
from typing import Any, Final

import orjson
import polars as pl
import pyarrow as pa
from pyarrow import parquet as pq

from dashboard.exports import columns
from dashboard.exports.parcel import Parcel

_TYPES: Final[dict[str, Any]] = {
    columns.TEXT: pl.String,
    columns.NUMBER: pl.Float64,
    columns.INTEGER: pl.Int64,
    columns.DATE: pl.Date,
}


def frame(parcel: Parcel) -> pl.DataFrame:
    """The rows, typed; what is absent is null, also where a text is empty."""
    values = {
        one.name: pl.Series(one.name, [_empty(row.get(one.name)) for row in parcel.table.rows], dtype=_TYPES[one.kind])
        for one in parcel.columns
    }
    return pl.DataFrame(values)


def _empty(value: object) -> object:
    return None if value == "" else value


def parquet(parcel: Parcel) -> bytes:
    """The file. Its metadata: title, licence, build, address, language, sources (JSON), notes; columns have titles."""
    table = frame(parcel).to_arrow()
    fields = [
        field.with_metadata({"title": one.title, "description": one.about})
        for field, one in zip(table.schema, parcel.columns, strict=True)
    ]
    said = ("title", "publisher", "licence", "address", "credit")
    sources = [{name: getattr(one, name) for name in said} for one in parcel.sources]
    about = {
        "title": parcel.title,
        "licence": "; ".join(f"{name} {address}".strip() for name, address in parcel.licences.items()),
        "build": parcel.build.id,
        "address": parcel.address,
        "language": parcel.words.lang,
        "sources": orjson.dumps(sources),
        "notes": "\n".join(parcel.notes),
    }
    out = io.BytesIO()
    pq.write_table(table.cast(pa.schema(fields, about)), out, compression="zstd", compression_level=9)
    return out.getvalue()
