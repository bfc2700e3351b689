"""AI projects in the German federal government's Förderkatalog (BMFTR, BMWE, BMV, BMUKN, BMLEH), by Kreis.

The catalogue has no address that gives the file: export it by hand. On the search page leave everything empty, tick
"auch abgeschlossene Vorhaben", search, choose "Ausgabe als Textdatei" and deliver the file with `--from`. No licence
is stated; at most one search a minute, the portal is a search mask and not an interface.

Traps of the export, met here: ISO-8859-15, `;`, cells as `="text"` so that Excel keeps leading zeros, dates dd.mm.yyyy,
amounts 1.234.567,89, an empty last column, and the five columns of the place twice with the same names, once for the
recipient and once for the executing body (Ausführende Stelle). The second is used: where the work is done, not where a
head office receives the money. Some headers were renamed in 2025; both names are known. A grant stands whole in the
year in which it begins. Rows of bookkeeping (Sammelvorhabenbuchung) are no projects.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import polars as pl

from etl import codes, grants
from etl.model import Delivery, DeliveryError, File, Licence, Source
from etl.tidy import expect_columns, expect_end, expect_range, expect_unique, expect_years, read_text, to_tidy

_PAGE: Final = "https://foerderportal.bund.de/foekat/jsp/SucheAction.do?actionMode=searchmask"

SOURCE: Final = Source(
    id="bund_foerderkatalog",
    publisher="Bundesministerium für Forschung, Technologie und Raumfahrt (BMFTR) und weitere Bundesministerien",
    title={
        "de": "Förderkatalog des Bundes",
        "fr": "Catalogue des aides de l’État fédéral allemand (Förderkatalog)",
        "en": "Catalogue of grants of the German federal government (Förderkatalog)",
    },
    licence=Licence(
        name="no licence stated by the publisher",
        url="https://foerderportal.bund.de/foekat/",
        credit="Quelle: Förderkatalog des Bundes, foerderportal.bund.de; Auswahl der KI-Vorhaben und Summen: KI-Atlas.",
    ),
    url=_PAGE,
    files=(File("export", ("foerderkatalog.csv",), _PAGE, page=True),),
    rhythm="daily; an export every quarter is enough",
    every_days=92,
    redistribute=False,
    pause_seconds=60,
)

#: A project is on AI if its topic says so. "KI" counts as a word of its own or before a hyphen; "neuronale Netze"
#: only where they are artificial or deep, for much brain research is on the other ones.
AI_TOPIC: Final = re.compile(
    r"\bKI\b|\bAI\b|\bLLMs?\b"
    r"|(?i:künstliche[rnms]?\s+intelligenz|artificial\s+intelligence"
    r"|maschinelle[srnm]?\s+lern|(machine|deep)[\s-]?learning"
    r"|(künstliche[rn]?|tiefe[rn]?)\s+neuronale[rn]?\s+netz|(artificial|deep)\s+neural\s+network"
    r"|(sprach|basis|fundament)modell|language\s+model|foundation\s+model|computer[\s-]?vision|bildverstehen)"
)
#: Or if its class in the Leistungsplansystematik is one of these: neural networks, reading and image understanding,
#: expert systems, other intelligent systems, speech and translation, intelligent interaction. The list of 2015 has no
#: class "Künstliche Intelligenz"; add today's classes here when the current list has been fetched.
AI_CLASSES: Final = ("I14010", "I14030", "I14040", "I14080", "I15010", "I15020")

_NO_PROJECT: Final = r"(?i)nur zum Zweck der Auszahlung|Sammelvorhabenbuchung"
#: Header by header, today's name and the one before 2025.
_COLUMNS: Final = (
    ("FKZ",), ("Ressort",), ("Referat",), ("Administrierende Stelle", "PT"), ("Arb.-Einh.",),
    ("Förderempfänger /Auftragnehmer", "Zuwendungsempfänger"),
    ("Gemeindekennziffer",), ("Stadt/Gemeinde",), ("Ort",), ("Bundesland",), ("Staat",),
    ("Ausführende Stelle",),
    ("Gemeindekennziffer",), ("Stadt/Gemeinde",), ("Ort",), ("Bundesland",), ("Staat",),
    ("Thema des geförderten Vorhabens", "Thema"), ("Leistungsplansystematik",), ("Klartext Leistungsplansystematik",),
    ("Laufzeit von",), ("Laufzeit bis",), ("Förder- / Auftragssumme (Anteil des Bundes) in EUR", "Fördersumme in EUR"),
    ("Förderprofil",), ("Projekt", "Verbundprojekt"), ("Förderart",),
)  # fmt: skip
#: Where a block of a body and its place begins, and what its columns are called from there on.
_BLOCKS: Final = {5: "Empfänger: ", 11: "Stelle: "}
_BLOCK_LENGTH: Final = 6
_NOWHERE: Final = "00000000"  # "Inland - nicht zuzuordnen"
_AGAIN: Final = (
    "export the catalogue again; if the publisher really changed it, adapt the source's module and its test."
)


def parse(delivery: Delivery) -> pl.DataFrame:
    """TIDY rows: ai_grants (EUR, whole grants by year of beginning) and ai_projects; Kreise up to Germany; by year."""
    path = delivery.path("export")
    rows = _rows(path)
    _expect_whole(rows, path.name)
    running = delivery.files["export"].retrieved.year
    # What begins later than in five years is granted by nobody yet.
    expect_years(rows, "period", path.name, first=1960, last=running + 5)
    rows = rows.filter(pl.col("Staat") == "Deutschland", ~pl.col("Thema").str.contains(_NO_PROJECT))
    ai = [
        AI_TOPIC.search(topic) is not None or lps in AI_CLASSES
        for topic, lps in rows.select("Thema", "Leistungsplansystematik").iter_rows()
    ]
    found = rows.filter(pl.Series(ai, dtype=pl.Boolean))
    if found.is_empty():
        raise DeliveryError("no project on AI is in the export", file=path.name, column="Thema", remedy=_AGAIN)
    placed = grants.place(found, "Gemeindekennziffer", path.name, resolve=kreis).select(
        "region", "period", pl.col("FKZ").alias("project"), "amount", pl.lit("export").alias("file")
    )
    cells = grants.cells(placed, ("DE",), running)
    # Every amount is whole in its first year; a region without projects has none to say that of.
    whole = (pl.col("reason").is_in(["", "own_sum"])) & (pl.col("parts") > 0)
    sums = cells.with_columns(reason=pl.when(whole).then(pl.lit("whole_term")).otherwise("reason"))
    return to_tidy(pl.concat([grants.amounts(sums, "ai_grants"), grants.counts(cells, "ai_projects", "projects")]))


def kreis(code: str) -> str | None:
    """NUTS 2024 code of a Gemeindekennziffer's Kreis, else of its Land (a Kreis of before a reform), else None."""
    digits = code.zfill(8)
    if digits == _NOWHERE:
        return "DE"
    for length in (5, 2):
        try:
            return grants.only_part(codes.resolve(digits[:length], "ags"))
        except codes.CodeError:
            continue
    return None


def _rows(path: Path) -> pl.DataFrame:
    """All columns as text, Staat and Gemeindekennziffer the executing body's; period, amount (EUR or null), line."""
    cells = _cells(path)
    line, header = next(cells, (1, []))
    names = _names(path, header)
    records, lines = [], []
    for line, row in cells:
        if len(row) != len(header):
            raise DeliveryError(
                f"{len(row)} cells where the header has {len(header)}; the file looks truncated or mis-quoted",
                file=path.name,
                line=line,
                remedy=_AGAIN,
            )
        records.append(row[: len(names)])
        lines.append(line)
    frame = pl.DataFrame(records, schema=[(name, pl.String) for name in names], orient="row")
    frame = frame.with_columns(pl.Series("line", lines, dtype=pl.Int64)).rename(
        {"Stelle: Gemeindekennziffer": "Gemeindekennziffer", "Stelle: Staat": "Staat"}
    )
    expect_unique(frame, ["FKZ"], path.name)
    _expect_pattern(frame, "Laufzeit von", r"^\d\d\.\d\d\.(19[6-9]|20[0-3])\d$", "a date like 01.03.2021", path.name)
    amount = "Fördersumme in EUR"
    _expect_pattern(frame, amount, r"^\d{1,3}(\.\d{3})*,\d\d$", "an amount like 1.234.567,89", path.name)
    number = pl.col(amount).str.replace_all(".", "", literal=True).str.replace(",", ".", literal=True)
    frame = frame.with_columns(amount=number.cast(pl.Float64), period=pl.col("Laufzeit von").str.slice(6, 4))
    expect_range(frame, "amount", 0, 5_000_000_000, path.name, meaning="grant in EUR")
    # 0,00 stands where the ministry does not disclose the amount.
    return frame.with_columns(pl.col("amount").replace(0.0, None), country=pl.lit("DE"))


def _cells(path: Path) -> Iterator[tuple[int, list[str]]]:
    """Each row's cells without the Excel guard, with the line it ends on."""
    text = read_text(path, "iso-8859-15")
    bare = re.sub(r'(?m)(^|;)="', r'\1"', text)
    reader = csv.reader(io.StringIO(bare, newline=""), delimiter=";")
    try:
        for row in reader:
            if row:
                yield reader.line_num, [cell.strip() for cell in row]
        expect_end(text or "\n", path.name)
    except csv.Error as error:
        raise DeliveryError(str(error), file=path.name, line=reader.line_num, remedy=_AGAIN) from error


def _names(path: Path, header: list[str]) -> list[str]:
    """The columns' names before 2025, those of the two blocks of places told apart by what stands before them."""
    if header and header[-1] == "":
        header = header[:-1]
    if len(header) != len(_COLUMNS):
        raise DeliveryError(
            f"{len(header)} columns where {len(_COLUMNS)} are known", file=path.name, line=1, remedy=_AGAIN
        )
    prefixes = [""] * len(_COLUMNS)
    for start, prefix in _BLOCKS.items():
        prefixes[start : start + _BLOCK_LENGTH] = [prefix] * _BLOCK_LENGTH
    found = [
        prefix + (known[-1] if name in known else name)
        for prefix, name, known in zip(prefixes, header, _COLUMNS, strict=True)
    ]
    expect_columns(path, found, [prefix + known[-1] for prefix, known in zip(prefixes, _COLUMNS, strict=True)])
    return found


def _expect_whole(rows: pl.DataFrame, file: str) -> None:
    """The whole catalogue, not one ministry's or one Land's part of it: else its zeros would be wrong."""
    inland = rows.filter(pl.col("Staat") == "Deutschland")
    if inland.height * 2 < rows.height:
        raise DeliveryError(
            "less than half of the executing bodies are in 'Deutschland'; the word may have changed",
            file=file,
            column="Staat",
            remedy=_AGAIN,
        )
    lands = inland.filter(pl.col("Gemeindekennziffer") != _NOWHERE)["Gemeindekennziffer"].str.zfill(8).str.slice(0, 2)
    missing = sorted({f"{number:02}" for number in range(1, 17)} - set(lands.to_list()))
    if missing:
        raise DeliveryError(
            f"no executing body in the Land {', '.join(missing)}; this is a part of the catalogue",
            file=file,
            column="Gemeindekennziffer",
            remedy="leave the search mask empty, tick 'auch abgeschlossene Vorhaben' and export the whole list.",
        )


def _expect_pattern(frame: pl.DataFrame, column: str, pattern: str, what: str, file: str) -> None:
    bad = frame.filter(~pl.col(column).str.contains(pattern))
    if bad.height:
        raise DeliveryError(
            f"'{bad[column][0]}' is not {what}", file=file, line=bad["line"][0], column=column, remedy=_AGAIN
        )
