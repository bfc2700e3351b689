"""What happens to deliveries: columns and rows lost, doubled, shuffled; bits flipped; other encodings; holes of NUL.

Every change carries what may come of it (`May`); `tests/fuzz/rules.py` says what that means for the rows.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from enum import Enum
from typing import Final

from hypothesis import reject
from hypothesis import strategies as st

from tests.fuzz.forms import Cell, File, Raw, Table, UnwritableError
from tests.fuzz.goldens import Golden


class May(Enum):
    """What a delivery that is not refused may still differ in."""

    NOTHING = "the same rows, and no refusal"
    SAME = "the same rows"
    LOSE = "rows taken away"
    LOSE_TAIL = "rows taken away, everywhere"
    CELL = "what one cell feeds"
    COLUMN = "what one column or category feeds"
    ENTRY = "what one dictionary entry of a Parquet file feeds"


@dataclass(frozen=True)
class Mutant:
    """One changed delivery. file, content: the file that is other and its bytes. zero: a cell says plainly 0."""

    how: str
    may: May
    file: str
    content: bytes
    zero: bool = False


#: Cell texts that a publisher's number has been seen to become, or that a careless reader takes for a number.
NASTY: Final = (
    "1e308", "-1e308", "1e999", "-1e999", "1e-999", "99999999999999999999", "-1", "NaN", "nan", "inf", "-Infinity",
    "0x1F", "1_000", "1,5", "1.5.2", "٣", "１２", "1e15", "+7e17", "9" * 5000, "--1", "", " ", "null", "true",
    "\"", "=1+1", "\u00a0", "1 000", "1’000", "𝟙", "²", "½",
)  # fmt: skip
#: What only a JSON text can say.
NASTY_JSON: Final = (
    '"\\ud800"',
    "1e999",
    "-1e999",
    "9" * 5000,
    "1e-999",
    "{}",
    "[[]]",
    "[null]",
    "-0.0",
    "NaN",
    "true",
)
ENCODINGS: Final = ("utf-16", "utf-16-le", "utf-32", "latin-1", "cp1252", "cp037", "utf-8-sig", "mac-roman")


def mutants(golden: Golden) -> st.SearchStrategy[Mutant]:
    """One change of one file of the delivery."""
    return st.sampled_from(sorted(golden.files)).flatmap(lambda name: _of_file(golden, name, golden.files[name]))


@st.composite
def _of_file(draw: st.DrawFn, golden: Golden, name: str, file: File) -> Mutant:
    whole = file.bytes()
    at_bytes = {**_BYTES} if _is_text(whole) else {key: _BYTES[key] for key in ("flip_bits", "truncate", "nul_hole")}
    how = draw(st.sampled_from([*_TABLES, *at_bytes]))
    if how in at_bytes:
        content, may = at_bytes[how](draw, whole)
        if content == whole:
            reject()
        if not _is_text(whole):
            may = May.ENTRY if whole[:4] == b"PAR1" and how != "truncate" else May.SAME
        return Mutant(how, may, name, content, _says_zero(whole, content))
    member = draw(st.sampled_from(sorted(file.tables)))
    changed, may, text = _TABLES[how](draw, file.tables[member])
    if how == "shuffle_columns" and golden.by_position:
        may = May.SAME
    try:
        content = file.write({**file.tables, member: changed})
    except (UnwritableError, UnicodeEncodeError):
        reject()
    return Mutant(how, may, name, content, _is_zero(text))


def _is_text(raw: bytes) -> bool:
    return raw[:2] not in (b"PK", b"\x1f\x8b") and raw[:4] != b"PAR1"


# ── Tables ───────────────────────────────────────────────────────────────────────────────────────────────────────

Changed = tuple[Table, May, str]


def _drop_row(draw: st.DrawFn, one: Table) -> Changed:
    at = draw(st.integers(0, len(one.rows) - 1))
    return replace(one, rows=one.rows[:at] + one.rows[at + 1 :]), May.LOSE, ""


def _double_row(draw: st.DrawFn, one: Table) -> Changed:
    at, to = (draw(st.integers(0, len(one.rows) - 1)) for _ in range(2))
    return replace(one, rows=(*one.rows[:to], one.rows[at], *one.rows[to:])), May.SAME, ""


def _shuffle_rows(draw: st.DrawFn, one: Table) -> Changed:
    return replace(one, rows=tuple(draw(st.permutations(one.rows)))), May.NOTHING, ""


def _by_columns(one: Table, order: list[int], groups: tuple[range, ...] = ()) -> Table:
    rows = tuple(tuple(row[at] for at in order) for row in one.rows)
    return Table(tuple(one.header[at] for at in order), rows, groups or one.groups)


def _drop_column(draw: st.DrawFn, one: Table) -> Changed:
    gone = draw(st.integers(0, len(one.header) - 1))
    # In Eurostat's wide tables a column is a year of all rows, and can be missing like a row.
    may = May.LOSE_TAIL if one.groups and gone in one.groups[-1] and one.header[gone].isdigit() else May.SAME
    return _by_columns(one, [at for at in range(len(one.header)) if at != gone], _moved(one, gone, -1)), may, ""


def _double_column(draw: st.DrawFn, one: Table) -> Changed:
    at = draw(st.integers(0, len(one.header) - 1))
    order = [*range(at + 1), *range(at, len(one.header))]
    return _by_columns(one, order, _moved(one, at, 1)), May.SAME, ""


def _moved(one: Table, at: int, by: int) -> tuple[range, ...]:
    """The groups of columns after one column more or less."""
    sizes = [len(group) + (by if at in group else 0) for group in one.grouped()]
    starts = [sum(sizes[:number]) for number in range(len(sizes))]
    return tuple(range(start, start + size) for start, size in zip(starts, sizes, strict=True))


def _shuffle_columns(draw: st.DrawFn, one: Table) -> Changed:
    order = [at for group in one.grouped() for at in draw(st.permutations(group))]
    return _by_columns(one, order), May.NOTHING, ""


def _other_cell(draw: st.DrawFn, one: Table, other: Callable[[Cell], Cell]) -> Changed:
    """One cell, of the header in one case of ten."""
    row, column = draw(st.integers(-max(1, len(one.rows) // 10), len(one.rows) - 1)), None
    column = draw(st.integers(0, len(one.header) - 1))
    if row < 0:
        header = list(one.header)
        header[column] = str(other(header[column]))
        return replace(one, header=tuple(header)), May.COLUMN, ""
    cells = list(one.rows[row])
    cells[column] = other(cells[column])
    return replace(one, rows=(*one.rows[:row], tuple(cells), *one.rows[row + 1 :])), May.CELL, _text(cells[column])


def _text(cell: Cell) -> str:
    return "" if cell is None else str(cell)


def _flip_cell(draw: st.DrawFn, one: Table) -> Changed:
    bit, place = draw(st.integers(0, 7)), draw(st.floats(0, 1, exclude_max=True))

    def other(cell: Cell) -> Cell:
        raw = bytearray(_text(cell).encode())
        if not raw:
            reject()
        raw[int(place * len(raw))] ^= 1 << bit
        text = raw.decode("utf-8", "surrogateescape")
        return text if isinstance(cell, str) else Raw(text)

    return _other_cell(draw, one, other)


def _nasty_cell(draw: st.DrawFn, one: Table) -> Changed:
    quoted, text = draw(st.booleans()), draw(st.sampled_from(NASTY))
    json = draw(st.sampled_from(NASTY_JSON))

    def other(cell: Cell) -> Cell:
        if isinstance(cell, str) or cell is None:
            return text if quoted or isinstance(cell, str) else Raw(json)
        return Raw(json if quoted else text)

    return _other_cell(draw, one, other)


def _nul_cell(draw: st.DrawFn, one: Table) -> Changed:
    place = draw(st.floats(0, 1))

    def other(cell: Cell) -> Cell:
        text = _text(cell)
        at = int(place * len(text))
        return f"{text[:at]}\0{text[at:]}"

    return _other_cell(draw, one, other)


_TABLES: Final[Mapping[str, Callable[[st.DrawFn, Table], Changed]]] = {
    "drop_row": _drop_row,
    "double_row": _double_row,
    "shuffle_rows": _shuffle_rows,
    "drop_column": _drop_column,
    "double_column": _double_column,
    "shuffle_columns": _shuffle_columns,
    "flip_cell": _flip_cell,
    "nasty_cell": _nasty_cell,
    "nul_cell": _nul_cell,
}


# ── Bytes ────────────────────────────────────────────────────────────────────────────────────────────────────────


def _place(draw: st.DrawFn, raw: bytes) -> int:
    return draw(st.integers(0, len(raw) - 1))


def _flip_bits(draw: st.DrawFn, raw: bytes) -> tuple[bytes, May]:
    at, bits = _place(draw, raw), draw(st.integers(1, 255))
    content = bytearray(raw)
    content[at] ^= bits
    return bytes(content), _fed_by(raw, at)


def _fed_by(raw: bytes, at: int) -> May:
    """The first line of a table names its columns; in a JSON of one object a name can stand for a whole category."""
    return May.COLUMN if at <= raw.find(b"\n") or raw[:1] == b"{" else May.CELL


def _truncate(draw: st.DrawFn, raw: bytes) -> tuple[bytes, May]:
    return raw[: _place(draw, raw)], May.LOSE_TAIL


def _nul_hole(draw: st.DrawFn, raw: bytes) -> tuple[bytes, May]:
    """A hole as a crashed disk leaves it, or NUL bytes that came in between."""
    at, size, between = _place(draw, raw), draw(st.sampled_from((1, 2, 16, 4096))), draw(st.booleans())
    content = (
        raw[:at] + bytes(size) + raw[at:] if between else raw[:at] + bytes(min(size, len(raw) - at)) + raw[at + size :]
    )
    return content, _fed_by(raw, at)


def _other_encoding(draw: st.DrawFn, raw: bytes) -> tuple[bytes, May]:
    for known in ("utf-8-sig", "iso-8859-15"):
        try:
            text = raw.decode(known)
            break
        except UnicodeDecodeError:
            continue
    return text.encode(draw(st.sampled_from(ENCODINGS)), "replace"), May.SAME


_BYTES: Final[Mapping[str, Callable[[st.DrawFn, bytes], tuple[bytes, May]]]] = {
    "flip_bits": _flip_bits,
    "truncate": _truncate,
    "nul_hole": _nul_hole,
    "other_encoding": _other_encoding,
}


def _is_zero(text: str) -> bool:
    """Whether the cell itself says 0: 1e-999 does not."""
    mantissa = re.split("[eE]", text.strip(" ():="))[0]
    return bool(re.fullmatch(r"[+-]?[0.,]*0[0.,]*", mantissa.split(" ")[0]))


def _says_zero(whole: bytes, content: bytes) -> bool:
    """Whether the first byte that differs lies in a number that is plainly 0 now."""
    at = next((at for at, (one, two) in enumerate(zip(whole, content, strict=False)) if one != two), len(content))
    before = re.search(rb"[0-9.,eE+-]*$", content[:at])
    after = re.match(rb"[0-9.,eE+-]*", content[at:])
    assert before is not None
    assert after is not None
    return _is_zero((before[0] + after[0]).decode().strip(","))
