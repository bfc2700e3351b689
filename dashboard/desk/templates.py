"""The templates to download: headings in the reader's language, one example line; as CSV."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Mapping

from dashboard.desk.schemas import Schema

_BOM = "\ufeff"


def as_csv(schema: Schema, lang: str) -> bytes:
    """UTF-8 with its mark, semicolons: what spreadsheets of both countries open with a double click."""
    out = io.StringIO()
    writer = csv.writer(out, delimiter=";", lineterminator="\r\n")
    writer.writerow([one.titles[lang] for one in schema.fields])
    writer.writerow([one.example for one in schema.fields])
    return (_BOM + out.getvalue()).encode()


#: Ending → how it is made, and its media type.
FORMS: Mapping[str, tuple[Callable[[Schema, str], bytes], str]] = {"csv": (as_csv, "text/csv; charset=utf-8")}
