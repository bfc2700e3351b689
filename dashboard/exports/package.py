"""A parcel as a data package (Frictionless) in a ZIP: data.csv, datapackage.json, README, licences, how to cite.

The same parcel is the same bytes: entries have a fixed date and a fixed order.
"""

from __future__ import annotations

import io
import zipfile
from typing import Any, Final

import orjson

from dashboard.exports import columns, csv
from dashboard.exports.parcel import Parcel, Source

_EPOCH: Final = (1980, 1, 1, 0, 0, 0)
#: Column kind → type of Table Schema.
_TYPES: Final = {
    columns.TEXT: "string",
    columns.NUMBER: "number",
    columns.INTEGER: "integer",
    columns.DATE: "date",
}


def package(parcel: Parcel) -> bytes:
    """The ZIP."""
    table = parcel.table
    files = {
        "datapackage.json": orjson.dumps(descriptor(parcel), option=orjson.OPT_INDENT_2),
        "data.csv": csv.text(table.rows, table.columns, mark=""),
        "README.md": readme(parcel).encode(),
        "LICENCES.txt": licences(parcel).encode(),
        "CITATION.txt": citation(parcel).encode(),
    }
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED, compresslevel=6) as archive:
        for name, content in files.items():
            entry = zipfile.ZipInfo(name, _EPOCH)
            entry.compress_type, entry.external_attr = zipfile.ZIP_DEFLATED, 0o644 << 16
            archive.writestr(entry, content)
    return out.getvalue()


def descriptor(parcel: Parcel) -> dict[str, Any]:
    """datapackage.json: the schema of data.csv, sources, licences; the version is the edition of the data."""
    sources = [_source(one) for one in parcel.sources]
    known = [_licence(name, address) for name, address in parcel.licences.items()]
    return {
        "profile": "tabular-data-package",
        "name": parcel.table.name or "atlas",
        "title": parcel.title,
        "description": "\n\n".join(parcel.notes),
        "version": parcel.build.id,
        "homepage": parcel.address,
        "lang": parcel.words.lang,
        **({"licenses": known} if known else {}),
        **({"sources": sources} if sources else {}),
        "resources": [
            {
                "profile": "tabular-data-resource",
                "name": "data",
                "path": "data.csv",
                "title": parcel.title,
                "format": "csv",
                "mediatype": "text/csv",
                "encoding": "utf-8",
                "dialect": {"delimiter": ",", "lineTerminator": "\r\n", "quoteChar": '"', "header": True},
                "schema": {"fields": [_field(one) for one in parcel.columns], "missingValues": [""]},
            }
        ],
    }


def _source(one: Source) -> dict[str, str]:
    return {"title": one.title} | ({"path": one.address} if one.address else {})


def _licence(name: str, address: str) -> dict[str, str]:
    return {"title": name} | ({"path": address} if address else {"name": csv.file_name(name)})


def _field(one: columns.Column) -> dict[str, str]:
    found = {"name": one.name, "type": _TYPES[one.kind], "title": one.title}
    return found | ({"description": one.about} if one.about else {})


def readme(parcel: Parcel) -> str:
    """What is in the package, in the language of the page."""
    t = parcel.words
    lines = [f"# {parcel.title}", "", parcel.edition, "", f"<{parcel.address}>", "", f"## {t('Files')}", ""]
    lines += [
        f"- `data.csv`: {t('the table: UTF-8, commas, decimal points')}",
        f"- `datapackage.json`: {t('its columns, sources and licences for programs (Frictionless Data Package)')}",
        f"- `LICENCES.txt`: {t('what may be done with the figures, and the credit lines')}",
        f"- `CITATION.txt`: {t('how to cite it')}",
    ]
    lines += ["", f"## {t('Columns')}", ""]
    lines += [f"- `{one.name}`: {'. '.join(filter(None, (one.title, one.about)))}" for one in parcel.columns]
    if parcel.flags:
        lines += ["", f"## {t('Flags')}", "", *(f"- `{letter}`: {word}" for letter, word in parcel.flags.items())]
    if parcel.notes:
        lines += ["", f"## {t('What to keep in mind')}", "", *(f"- {note}" for note in parcel.notes)]
    formula = t("A text that a spreadsheet would take for a formula has an apostrophe before it.")
    return "\n".join([*lines, "", formula, ""])


def licences(parcel: Parcel) -> str:
    """Source by source: licence, its address, and the credit line that has to be printed with the figures."""
    t, parts = parcel.words, list[str]()
    for one in parcel.sources:
        facts = [
            (t("Publisher"), one.publisher),
            (t("Licence"), one.licence),
            ("", one.licence_url),
            (t("Credit"), one.credit),
            (t("Delivered"), one.retrieved.isoformat() if one.retrieved else ""),
            (t("Address"), one.address),
        ]
        told = [f"  {name + ': ' if name else ''}{text}" for name, text in facts if text and text != one.title]
        parts.append("\n".join([one.title, *told]))
    own = t("Sums, ratios, changes and ranks are the atlas’s own calculation, not the publishers’.")
    return "\n\n".join([*parts, own]) + "\n"


def citation(parcel: Parcel) -> str:
    """The atlas's own line and those of the sources."""
    t = parcel.words
    own = f"{t('Regional AI Atlas')}: {parcel.title}. {parcel.edition}. {parcel.address}"
    return "\n".join([own, *dict.fromkeys(one.credit for one in parcel.sources if one.credit)]) + "\n"
