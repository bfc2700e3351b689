"""The templates to download: headings in the reader's language and one example line, as CSV and XLSX."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Mapping

import xlsxwriter
from xlsxwriter.utility import xl_col_to_name

from dashboard.desk.schemas import Schema
from dashboard.desk.workbook import HELP

_BOM = "\ufeff"


def as_csv(schema: Schema, lang: str) -> bytes:
    """UTF-8 with its mark, semicolons: what spreadsheets of both countries open with a double click."""
    out = io.StringIO()
    writer = csv.writer(out, delimiter=";", lineterminator="\r\n")
    writer.writerow([one.titles[lang] for one in schema.fields])
    writer.writerow([one.example for one in schema.fields])
    return (_BOM + out.getvalue()).encode()


def as_xlsx(schema: Schema, lang: str) -> bytes:
    """The same as a workbook, with lists to choose from, and sheets on what columns mean and may hold."""
    out = io.BytesIO()
    with xlsxwriter.Workbook(out, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}) as book:
        bold, text = book.add_format({"bold": True}), book.add_format({"num_format": "@"})
        data, columns, lists = (book.add_worksheet(name) for name in ("data", *HELP))
        data.freeze_panes(1, 0)
        for number, one in enumerate(schema.fields):
            data.write_string(0, number, one.titles[lang], bold)
            data.write_string(1, number, one.example, text)
            data.set_column(number, number, max(12, len(one.titles[lang]) + 2), text)
            for place, words in enumerate((one.titles[lang], one.name, one.descriptions[lang], one.example)):
                columns.write_string(number, place, words)
            lists.write_string(0, number, one.name, bold)
            for row, choice in enumerate(one.choices, 1):
                lists.write_string(row, number, choice)
            if one.choices:
                letter = xl_col_to_name(number, col_abs=True)
                source = f"=lists!{letter}$2:{letter}${len(one.choices) + 1}"
                data.data_validation(1, number, 10_000, number, {"validate": "list", "source": source})
        columns.set_column(0, 3, 40)
    return out.getvalue()


#: Ending → how it is made, and its media type.
FORMS: Mapping[str, tuple[Callable[[Schema, str], bytes], str]] = {
    "csv": (as_csv, "text/csv; charset=utf-8"),
    "xlsx": (as_xlsx, "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
}
