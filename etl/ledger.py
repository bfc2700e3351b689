"""The ledger: programmes, what was promised and reported of them, who takes part, where. Read from `data/ledger/*.csv`.

Everything that is wrong is found at once, each with file, line, column, value and remedy, so that a person who added
rows mends them in one go. What single cells may hold stands in etl/ledger_tables.py and etl/ledger_cells.py.
"""

from __future__ import annotations

import csv
import hashlib
import io
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import polars as pl

from etl.ledger_cells import CellError, read_cell
from etl.ledger_tables import KINDS, STATES, TABLES, UNITS, Table
from etl.model import CatalogueError

FOLDER: Final = "ledger"
#: A row as read: its line in the file, and the values of its cells.
Row = dict[str, Any]
Rows = dict[str, list[tuple[int, Row]]]


@dataclass(frozen=True)
class Problem:
    """What is wrong in one place. line 0: the whole file."""

    table: str
    line: int
    column: str
    value: str
    problem: str
    remedy: str

    def __str__(self) -> str:
        place = f"{self.table}.csv" + (f", line {self.line}" if self.line else "")
        column = f", column '{self.column}'" if self.column else ""
        value = f" '{self.value[:80]}'" if self.value else ""
        return f"{place}{column}{value}: {self.problem}. Remedy: {self.remedy}."


class LedgerError(CatalogueError):
    """The ledger holds what it must not; `problems` has all of it."""

    def __init__(self, problems: list[Problem]) -> None:
        self.problems = tuple(problems)
        lines = "\n".join(f"  - {problem}" for problem in problems)
        super().__init__(f"the ledger has {len(problems)} mistake{'s' if len(problems) > 1 else ''}:\n{lines}")


@dataclass(frozen=True)
class Ledger:
    """All tables, typed, sorted by key, and the SHA-256 of what they hold ('' where there is no ledger).

    inside: (table, key …) of the rows that come from folders which are not public (docs/audiences.md).
    """

    frames: Mapping[str, pl.DataFrame]
    sha256: str
    inside: frozenset[tuple[str, ...]] = frozenset()

    def __str__(self) -> str:
        if not self.sha256:
            return "no ledger"
        return f"ledger of {self.frames['programme'].height} programmes and {self.frames['claim'].height} claims"


def empty() -> Ledger:
    """A ledger without a row."""
    return Ledger({name: _frame(table, []) for name, table in TABLES.items()}, "")


def ledger_of(frames: Mapping[str, pl.DataFrame]) -> Ledger:
    """The ledger of these tables."""
    return Ledger(frames, _hash(frames) if any(frame.height for frame in frames.values()) else "")


def read(folder: Path, *inside: Path) -> Ledger:
    """The ledger in a folder (`<data>/ledger`), or an empty one where there is none; raises LedgerError.

    inside: folders with further rows, each with any of the tables; a row there without terms is internal.
    """
    inside = tuple(more for more in inside if more.is_dir())
    if not folder.is_dir() and not inside:
        return empty()
    problems: list[Problem] = []
    files = {name: folder / f"{name}.csv" for name in TABLES} if folder.is_dir() else {}
    rows: Rows = {name: list(_rows(files[name], table, problems)) if files else [] for name, table in TABLES.items()}
    strangers: set[tuple[str, ...]] = set()
    for more in inside:
        for name, table in TABLES.items():
            found = list(_rows(more / f"{name}.csv", table, problems)) if (more / f"{name}.csv").exists() else []
            rows[name] += [(line, _inside(row)) for line, row in found]
            strangers |= {(name, *(row[column] for column in table.key)) for _, row in found}
    problems += _twice(rows) if inside else []
    for path in sorted(path for place in (folder, *inside) for path in place.glob("*.csv")):
        if path.stem not in TABLES:
            known = ", ".join(TABLES)
            problems.append(Problem(path.stem, 0, "", "", "a table that nobody reads", f"there are {known}"))
    problems += list(_between(rows))
    if problems:
        order = list(TABLES)
        problems.sort(key=lambda one: (order.index(one.table) if one.table in order else len(order), one.line))
        raise LedgerError(problems)
    frames = {name: _frame(table, [row for _, row in rows[name]]) for name, table in TABLES.items()}
    return Ledger(frames, _hash(frames), frozenset(strangers))


def _inside(row: Row) -> Row:
    return {**row, "audience": "internal"} if row.get("audience") == row.get("embargo_until") == "" else row


def _twice(rows: Rows) -> Iterator[Problem]:
    """Rows of different folders with the same key."""
    for name, table in TABLES.items():
        seen = set()
        for line, row in rows[name]:
            key = tuple(row[column] for column in table.key)
            if key in seen:
                what = "the ledger has one like it in another folder"
                yield Problem(name, line, table.key[0], row[table.key[0]], what, "give it an id of its own")
            seen.add(key)


def _frame(table: Table, rows: list[Row]) -> pl.DataFrame:
    schema = {column.name: column.type for column in table.columns}
    return pl.DataFrame(rows, schema=schema).sort(table.key, maintain_order=True)


def _hash(frames: Mapping[str, pl.DataFrame]) -> str:
    text = "".join(f"{name}\n{frames[name].write_json()}\n" for name in sorted(frames))
    return hashlib.sha256(text.encode()).hexdigest()


# ── One file ─────────────────────────────────────────────────────────────────────────────────────────────────────


def _rows(path: Path, table: Table, problems: list[Problem]) -> Iterator[tuple[int, Row]]:
    """The rows of a file with their lines; what is wrong with it goes to `problems`."""

    def wrong(problem: str, remedy: str, line: int = 0, column: str = "", value: str = "") -> None:
        problems.append(Problem(table.name, line, column, value, problem, remedy))

    try:
        content = path.read_bytes()
        text = content.decode("utf-8")
    except FileNotFoundError:
        wrong("the file is missing", "take it from the repository; a table without rows has its first line only")
        return
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        wrong("not UTF-8", "save the file as CSV in UTF-8", line)
        return
    if text.startswith("\ufeff") or "\r" in text:
        wrong("a byte order mark or Windows line ends", "save the file as UTF-8 without mark, with LF line ends")
        return
    yield from read_rows(table, text, wrong)


def read_rows(table: Table, text: str, wrong: Callable[..., None]) -> Iterator[tuple[int, Row]]:
    """The rows of a table written as CSV, each with its line; `wrong(problem, remedy, line, column, value)` is told."""
    reader = csv.reader(io.StringIO(text), strict=True)
    names = [column.name for column in table.columns]
    try:
        header = next(reader, [])
        if header != names:
            wrong("other columns than the table has", f"the first line must be {','.join(names)}", 1)
            return
        seen: dict[tuple[str, ...], int] = {}
        start = reader.line_num + 1
        for cells in reader:
            line, start = start, reader.line_num + 1
            if len(cells) != len(names):
                wrong(f"{len(cells)} cells instead of {len(names)}", "count the commas; quote text that has one", line)
                continue
            raw = dict(zip(names, cells, strict=True))
            key = tuple(raw[name] for name in table.key)
            if key in seen:
                what = f"the same {' and '.join(table.key)} as in line {seen[key]}"
                wrong(what, "give it an id of its own or merge the two", line, table.key[0], raw[table.key[0]])
            seen.setdefault(key, line)
            yield line, _cells(table, raw, line, wrong)
    except csv.Error as error:
        wrong(f"not readable as CSV ({error})", "look for a quotation mark that is not closed", reader.line_num)


def _cells(table: Table, raw: Mapping[str, str], line: int, wrong: Callable[..., None]) -> Row:
    """The typed cells of a row; one that is wrong becomes empty."""
    row: Row = {}
    for column in table.columns:
        text = raw[column.name]
        row[column.name] = [] if column.several else None if column.form in ("number", "flag") else ""
        if text != text.strip():
            wrong("spaces around it", "take them away", line, column.name, text)
        elif not text and column.needed:
            wrong("empty", "fill it in; a row without it says nothing", line, column.name)
        elif text:
            try:
                row[column.name] = read_cell(column, text)
            except CellError as error:
                wrong(error.problem, error.remedy, line, column.name, text)
    return row


# ── Between rows ─────────────────────────────────────────────────────────────────────────────────────────────────


def _between(rows: Rows) -> Iterator[Problem]:
    """What is wrong between rows: references, circles, and what a single cell cannot know."""
    ids = {name: {row["id"] for _, row in rows[name]} for name, table in TABLES.items() if table.key == ("id",)}
    for name, table in TABLES.items():
        for column in table.columns:
            for line, row in rows[name] if column.to else ():
                value = row[column.name]
                for one in value if column.several else [value] if value else []:
                    if one not in ids[column.to]:
                        remedy = f"add it to {column.to}.csv or mend the id"
                        yield Problem(name, line, column.name, one, f"there is no such {column.to}", remedy)
    for table_name, rule in _RULES:
        for line, row in rows[table_name]:
            for column_name, problem, remedy in rule(row, rows):
                value = row[column_name]
                yield Problem(table_name, line, column_name, _shown(value), problem, remedy)
    yield from _circles(rows, "programme", "parent")
    yield from _circles(rows, "claim", "part_of")


def _shown(value: Any) -> str:
    """A cell as it stands in the file, as nearly as its value tells."""
    if isinstance(value, list):
        return "|".join(value)
    if isinstance(value, float):
        return f"{value:.12g}"
    return "" if value is None else str(value).lower() if isinstance(value, bool) else str(value)


def _circles(rows: Rows, table: str, column: str) -> Iterator[Problem]:
    above = {row["id"]: row[column] for _, row in rows[table]}
    for line, row in rows[table]:
        seen, one = {row["id"]}, row[column]
        while one and one not in seen:
            seen.add(one)
            one = above.get(one, "")
        if one == row["id"]:
            yield Problem(table, line, column, row[column], "it leads back to itself", "name what it really belongs to")


Wrong = tuple[str, str, str]


def _programme(row: Row, rows: Rows) -> Iterator[Wrong]:
    if row["start"] and row["end"] and row["end"] < row["start"][: len(row["end"])]:
        yield "end", "it ends before it starts", "mend one of the two"
    if row["scope"] != "eu" and not row["regions"]:
        yield "regions", "empty", "name its Land or région (DEA, FRF), or DE or FR for a national one"


def _claim(row: Row, rows: Rows) -> Iterator[Wrong]:
    measure, low, high = row["measure"], row["amount_min"], row["amount_max"]
    if measure in KINDS and row["kind"] and row["kind"] not in KINDS[measure]:
        yield "kind", f"not a kind of {measure}", f"write one of {', '.join(KINDS[measure])}"
    if measure in UNITS and row["unit"] and row["unit"] not in UNITS[measure]:
        yield "unit", f"not a unit of {measure}", f"write one of {', '.join(UNITS[measure])}"
    if low is not None and high is not None and low > high:
        yield "amount_min", "larger than amount_max", "swap the two, or write the same figure twice"
    if low is None and high is None and not row["note"]:
        yield "amount_min", "no amount", "write one, or say in the note that none is stated: missing is not 0"
    if any(amount is not None and amount < 0 for amount in (low, high)) and row["state"] not in STATES[-3:-1]:
        yield "amount_min", "a promise below zero", "write what was promised; only a report may be negative"
    if row["quote"] and not row["quote_lang"]:
        yield "quote_lang", "empty", "say in which language the quotation is: de, fr or en"
    if row["stated_on"] and row["due_on"] and row["due_on"] < row["stated_on"][: len(row["due_on"])]:
        yield "due_on", "due before it was stated", "mend one of the two"
    if row["id"] in row["overlaps"]:
        yield "overlaps", "it overlaps itself", "name other claims"
    if row["verified"] and not any(one.startswith("http") for one in row["source_url"]):
        yield "verified", "nobody can open what has no address", "write false, or add the address that was opened"
    yield from _part(row, rows)


def _part(row: Row, rows: Rows) -> Iterator[Wrong]:
    """A part is of the same measure as the whole, and no larger."""
    whole = next((other for _, other in rows["claim"] if other["id"] == row["part_of"] != ""), None)
    if whole is None:
        return
    if whole["measure"] != row["measure"]:
        yield "part_of", f"{whole['measure']} cannot hold {row['measure']}", "name a claim of the same measure"
    elif (
        whole["unit"] == row["unit"]
        and whole["amount_max"] is not None
        and (row["amount_min"] or 0) > whole["amount_max"]
    ):
        yield "part_of", "the part is larger than the whole", "mend the amounts, or use overlaps instead"


def _location(row: Row, rows: Rows) -> Iterator[Wrong]:
    if bool(row["programme"]) == bool(row["organisation"]):
        yield "programme", "a place belongs to one programme or to one organisation", "fill in exactly one of the two"


def _partnership(row: Row, rows: Rows) -> Iterator[Wrong]:
    members = sum(member["partnership"] == row["id"] for _, member in rows["partnership_member"])
    if row["programme"] and members:
        yield (
            "programme",
            "its members stand in membership.csv already",
            "empty it, or remove them from the other table",
        )
    if row["programme"]:
        members = sum(member["programme"] == row["programme"] for _, member in rows["membership"])
    if members < 2:
        yield "id", f"{members} members", "name two at least, in partnership_member.csv or through a programme"
    event = next((one for _, one in rows["programme"] if one["id"] == row["event"] != ""), None)
    if event is not None and event["kind"] != "event":
        yield "event", "not an event", "name a programme of kind event, or leave it empty"


_RULES: Final[tuple[tuple[str, Callable[[Row, Rows], Iterator[Wrong]]], ...]] = (
    ("programme", _programme),
    ("claim", _claim),
    ("location", _location),
    ("partnership", _partnership),
)
