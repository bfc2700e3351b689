"""Things that must not be seen: planted in a copy of the data, under embargo or internal, and sought in bytes."""

from __future__ import annotations

import csv
import gzip
import hashlib
import io
import json
import shutil
import struct
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from pathlib import Path

import brotli
import polars as pl

from etl import catalogue
from etl.audience import Audience, Terms, make_inside
from etl.desk import DESK
from etl.figures import Origin, read_shipped, ship
from etl.ledger_tables import TABLES

#: Words that occur nowhere else. Each stands for one place in which something can be withheld.
TEXTS = {
    "label": "Zwerggarnelenindex",
    "member": "Quastenflosserbetriebe",
    "note": "Tiefseeanglerfussnote",
    "file": "Riesenkalmarbericht",
    "release": "kugelfischfreigabe",
    "publisher": "Ministerium der Seepferdchen",
    "programme": "Nacktschneckenprogramm",
    "claim": "Blobfischversprechen",
    "organisation": "Vampirtintenfisch GmbH",
    "delivery": "Schlammspringertabelle",
}
#: Ids under which it could be asked for.
INDICATOR, SOURCE, PROGRAMME, ORGANISATION = (
    *("adoption_seepferdchen_pct", "desk_seepferdchen"),
    *("nacktschnecken-2027", "vampirtintenfisch"),
)
IDS = (INDICATOR, SOURCE, PROGRAMME, ORGANISATION)
#: Of the desk's indicator, of a revised official one, of a claim in euros: no other figure has these digits.
VALUES = {"desk": 73.91827364, "official": 41.90376254, "claim": 9876543.21}
#: The official indicator that is revised, and the region of the desk's value.
OFFICIAL, REGION = "indeed_ai_postings", "DED2"
_WORDS = {"de": "Index", "fr": "Indice", "en": "Index"}


@dataclass(frozen=True)
class Canary:
    """One thing to look for, in the forms in which bytes can hold it."""

    name: str
    forms: tuple[bytes, ...]

    def in_(self, content: bytes) -> bool:
        """Whether it is there."""
        return any(form in content for form in self.forms)


def text(name: str, value: str) -> Canary:
    """A text: UTF-8, UTF-16 in both orders, with JSON's escapes, in lower case as an id or search key."""
    escaped = json.dumps(value)[1:-1]
    forms = {
        form
        for one in (value, value.lower())
        for form in (one.encode(), one.encode("utf-16-le"), one.encode("utf-16-be"))
    }
    return Canary(
        name, (*sorted(forms), escaped.encode(), value.replace(" ", "+").encode(), value.replace(" ", "%20").encode())
    )


def number(name: str, value: float) -> Canary:
    """A number: the bytes of a double in both orders, and as text with the usual decimals in three languages."""
    forms = {struct.pack("<d", value), struct.pack(">d", value), repr(value).encode()}
    for decimals in range(5, 9):
        plain = f"{value:.{decimals}f}"
        forms |= {plain.encode(), plain.replace(".", ",").encode()}
        if decimals > 5:  # as slices have it; fewer digits stand in other numbers, too
            forms.add(plain.replace(".", "").encode())
    for gap in (".", ",", "\u202f", "\u00a0", " ", "’"):  # 9.876.543 · 9 876 543: only large numbers are told apart so
        if value > 10_000:
            forms.add(f"{value:,.0f}".replace(",", gap).encode())
    return Canary(name, tuple(sorted(forms)))


ALL = (
    *(text(name, value) for name, value in TEXTS.items()),
    *(
        text(f"id of {name}", id_)
        for name, id_ in (
            ("indicator", INDICATOR),
            ("source", SOURCE),
            ("programme", PROGRAMME),
            ("organisation", ORGANISATION),
        )
    ),
    *(number(f"value, {name}", value) for name, value in VALUES.items()),
)


def found(content: bytes, wanted: tuple[Canary, ...] = ALL) -> set[str]:
    """The names of the canaries in some bytes, or in what these bytes pack."""
    return {canary.name for part in unpacked(content) for canary in wanted if canary.in_(part)}


def unpacked(content: bytes) -> Iterator[bytes]:
    """The content, and what it packs: gzip, zip (XLSX, PPTX), PNG's text and pixels, Parquet as CSV, brotli."""
    yield content
    if content[:2] == b"\x1f\x8b":
        yield from unpacked(gzip.decompress(content))
    elif content[:4] == b"PK\x03\x04":
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            for name in archive.namelist():
                yield name.encode()
                yield from unpacked(archive.read(name))
    elif content[:8] == b"\x89PNG\r\n\x1a\n":
        yield from _png(content)
    elif content[:4] == b"PAR1":
        yield pl.read_parquet(io.BytesIO(content)).write_ndjson().encode()
    elif content[:4] == b"%PDF":
        yield from _streams(content)


def _png(content: bytes) -> Iterator[bytes]:
    place = 8
    while place < len(content):
        size, kind = struct.unpack(">I4s", content[place : place + 8])
        body = content[place + 8 : place + 8 + size]
        yield body
        if kind in (b"zTXt", b"iTXt") and b"\0" in body:
            for start in range(len(body)):
                if body[start : start + 1] == b"\x78":
                    try:
                        yield zlib.decompress(body[start:])
                    except zlib.error:
                        continue
        place += 12 + size


def _streams(content: bytes) -> Iterator[bytes]:
    for part in content.split(b"stream")[1:]:
        try:
            yield zlib.decompressobj().decompress(part.lstrip(b"\r\n"))
        except zlib.error:
            continue


def unbrotli(content: bytes) -> bytes:
    """What a brotli answer says."""
    return brotli.decompress(content)


# ── Planting ─────────────────────────────────────────────────────────────────────────────────────────────────────


def plant(data: Path, until: datetime | None) -> None:
    """Put all canaries into a data folder. until: when the embargoed ones end; the programme is internal for good."""
    make_inside(data)
    _release(data, Terms(Audience.PUBLIC, until) if until else Terms(Audience.INTERNAL))
    _delivery(data, Terms(Audience.PUBLIC, until) if until else Terms(Audience.INTERNAL))
    _ledger(data / "internal" / "ledger")


def _release(data: Path, terms: Terms) -> None:
    """An upload of the desk: one value of an indicator of its own."""
    folder = data / "internal" / "desk" / "released" / TEXTS["release"]
    (folder / "indicators").mkdir(parents=True)
    row = {
        **{"indicator": INDICATOR, "region": REGION, "period": "2026", "dimension": "branche", "member": "q"},
        **{
            "value": VALUES["desk"],
            "status": "",
            "n": None,
            "note": TEXTS["note"],
            "audience": "",
            "embargo_until": "",
        },
    }
    pl.DataFrame([row], schema=DESK).write_parquet(folder / "observations.parquet")
    (folder / "indicators" / f"{INDICATOR}.toml").write_text(_indicator(), encoding="utf-8")
    record = {
        **{
            "format": 1,
            "id": TEXTS["release"],
            "released": datetime.now(UTC).isoformat(),
            "file": f"{TEXTS['file']}.xlsx",
        },
        "sha256": hashlib.sha256(b"upload").hexdigest(),
        "observations_sha256": hashlib.sha256((folder / "observations.parquet").read_bytes()).hexdigest(),
        "source": {
            **{"id": SOURCE, "publisher": TEXTS["publisher"], "title": _WORDS, "url": "https://example.org/desk"},
            "licence": {"name": "CC BY 4.0", "url": "https://example.org/licence", "credit": TEXTS["publisher"]},
        },
        **terms.plain(),
    }
    (folder / "release.json").write_text(json.dumps(record), encoding="utf-8")


def _indicator() -> str:
    top = {
        **{"theme": "adoption", "kind": "rate", "unit": "pct", "direction": "up", "aggregation": "none"},
        **{"interval": "", "verdict": "single"},
    }
    lines = [*(f'{key} = "{value}"' for key, value in top.items()), "decimals = 6", "order = 900"]
    lines += ["[source]", f'id = "{SOURCE}"', 'measure = "x"', 'dimension = "branche"']
    lines += ["[checked]", 'by = "desk"', "on = 2026-11-21"]
    for lang, word in _WORDS.items():
        lines += [f"[words.{lang}]", f'title = "{TEXTS["label"]}"', f'short = "{TEXTS["label"]}"', 'unit = "%"']
        lines += [f'{key} = "{word}"' for key in ("definition", "method", "dimension")]
        lines += [f"[words.{lang}.members]", f'q = "{TEXTS["member"]}"']
    return "\n".join(lines) + "\n"


def _delivery(data: Path, terms: Terms) -> None:
    """A new edition of an official source: the newest value is another one."""
    found = catalogue.load()
    ours = read_shipped(data, OFFICIAL)
    assert ours is not None
    newest = pl.col("period") == ours.rows["period"].max()
    value = pl.when(newest).then(VALUES["official"]).otherwise("value")
    origin = Origin(hashlib.sha256(b"delivery").hexdigest(), OFFICIAL, f"{TEXTS['delivery']}.csv", "", date.today())
    rows = ours.rows.with_columns(value=value, delivery=pl.lit(origin.sha256))
    ship(found, data, replace(ours, rows=rows, origins=(origin,), terms=terms))


def _ledger(folder: Path) -> None:
    """A programme with a claim and a partner that nobody outside is to know of."""
    folder.mkdir(parents=True, exist_ok=True)
    address = "https://example.org/x"
    rows = {
        "programme": {
            **{"id": PROGRAMME, "name": TEXTS["programme"], "kind": "project", "status": "active"},
            **{"scope": "land", "regions": "DED", "source_url": address},
        },
        "claim": {
            **{"id": f"{PROGRAMME}-1", "programme": PROGRAMME, "measure": "money", "kind": "grant", "unit": "EUR"},
            **{"amount_min": str(VALUES["claim"]), "amount_max": str(VALUES["claim"]), "state": "announced"},
            **{"by": "x", "source_url": address, "quote": TEXTS["claim"], "quote_lang": "de", "verified": "false"},
        },
        "organisation": {"id": ORGANISATION, "name": TEXTS["organisation"], "kind": "company", "country": "DE"},
        "membership": {"programme": PROGRAMME, "organisation": ORGANISATION, "role": "lead", "basis": "read"},
        "location": {"programme": PROGRAMME, "city": "Dresden", "nuts3": "DED21", "role": "site", "basis": "read"},
    }
    for name, row in rows.items():
        columns = [column.name for column in TABLES[name].columns]
        with (folder / f"{name}.csv").open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, columns, lineterminator="\n", restval="")
            writer.writeheader()
            writer.writerow(row)


def copy_of(data: Path, folder: Path) -> Path:
    """The inputs of a data folder, without builds."""
    for name in ("figures", "ledger"):
        shutil.copytree(data / name, folder / name)
    return folder
