"""Strict reading, case by case: what is refused, at which line and column, with which remedy."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest

from etl import tidy
from etl.model import TIDY, DeliveryError

COLUMNS = {"code": pl.String, "year": pl.Int64, "share": pl.Float64}


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """Where a test writes its file."""
    return tmp_path / "table.csv"


def frame(**columns: list[object]) -> pl.DataFrame:
    """A frame with its line numbers, as read_csv gives it."""
    return pl.DataFrame(columns).with_columns(line=pl.int_range(2, pl.len() + 2, dtype=pl.Int64))


def test_a_good_file_is_read_in_the_declared_order_with_its_lines(file: Path) -> None:
    file.write_bytes(b'\xef\xbb\xbfyear,note,share,code\n2024,x,0.5,"a,b"\n2023,y,,c\n')
    found = tidy.read_csv(file, COLUMNS, ignore=["note"])
    assert found.rows() == [("a,b", 2024, 0.5, 2), ("c", 2023, None, 3)]


def test_lines_are_counted_through_quoted_line_breaks(file: Path) -> None:
    file.write_text('code,year,share\n"a\nb",2024,0.5\nc,2023,x\n')
    with pytest.raises(DeliveryError, match="line 4, column 'share': 'x' is not a number"):
        tidy.read_csv(file, COLUMNS)


def test_other_separators_encodings_decimal_marks_and_missing_texts(file: Path) -> None:
    file.write_bytes("code;year;share\nKöln;2024;0,5\nGera;2023;:\n".encode("cp1252"))
    found = tidy.read_csv(file, COLUMNS, separator=";", encoding="cp1252", decimal=",", missing=("", ":"))
    assert found.rows() == [("Köln", 2024, 0.5, 2), ("Gera", 2023, None, 3)]


@pytest.mark.parametrize(
    ("text", "place", "problem"),
    [
        ("", "table.csv", "empty"),
        ("code,year,share\n", "line 1", "a header and no rows"),
        ("code,year,share\na,2024,0.5\nb,20", "line 3", "2 cells where the header has 3; the file looks truncated"),
        ('code,year,share\na,2024,"0.5\n', "line 2", "unexpected end of data"),
        ("<!DOCTYPE html><p>consent</p>", "line 1", "a web page, not the data file"),
        ("\n <html>", "line 1", "a web page"),
        ("code,year,shares\na,2024,0.5\n", "line 1, column 'share'", "missing; new in the file: 'shares' (renamed?)"),
        ("code,year\na,2024\n", "line 1, column 'share'", "the column is missing"),
        ("code,year,share,flag\na,2024,0.5,x\n", "line 1, column 'flag'", "added a column"),
        ("code,year,share,year\na,2024,0.5,1\n", "line 1, column 'year'", "twice in the header"),
        ('code,year,share\na,2024,"0,5"\n', "line 2, column 'share'", "'0,5' is not a number with a decimal point"),
        ("code,year,share\na,2024.5,0.5\n", "line 2, column 'year'", "'2024.5' is not a number"),
        ("code,year,share\na,2024,nan\n", "line 2, column 'share'", "'nan' is not a number"),
        ("code,year,share\na,2024,n/a\n", "line 2, column 'share'", "'n/a' is not a number"),
    ],
)
def test_a_changed_file_is_refused_with_its_place(file: Path, text: str, place: str, problem: str) -> None:
    file.write_text(text)
    with pytest.raises(DeliveryError) as caught:
        tidy.read_csv(file, COLUMNS)
    assert place in str(caught.value)
    assert problem in str(caught.value)
    assert "Remedy: " in str(caught.value)


def test_a_point_is_refused_where_commas_are_declared(file: Path) -> None:
    """1.234 must not silently become one point two where it may mean one thousand."""
    file.write_text("code;year;share\na;2024;1.234\n")
    with pytest.raises(DeliveryError, match="line 2, column 'share'"):
        tidy.read_csv(file, COLUMNS, separator=";", decimal=",")


def test_bytes_of_another_encoding_are_refused_with_their_line(file: Path) -> None:
    file.write_bytes(b"code,year,share\na,2024,0.5\nK\xf6ln,2024,0.5\n")
    with pytest.raises(DeliveryError, match=r"line 3: byte .* is not utf-8"):
        tidy.read_csv(file, COLUMNS)


def test_parquet_columns_and_types_are_checked(tmp_path: Path) -> None:
    path = tmp_path / "t.parquet"
    pl.DataFrame({"code": ["a"], "year": [2024], "share": ["x"]}).write_parquet(path)
    with pytest.raises(DeliveryError, match=r"t\.parquet, column 'share': the column is String, expected Float64"):
        tidy.read_parquet(path, COLUMNS)
    with pytest.raises(DeliveryError, match="column 'code': the publisher added a column"):
        tidy.read_parquet(path, {"year": pl.Int64, "share": pl.String})
    found = tidy.read_parquet(path, {**COLUMNS, "share": pl.String})
    assert found.select(*COLUMNS, "line").rows() == [("a", 2024, "x", 1)]


def test_a_second_row_with_the_same_key_is_named(file: Path) -> None:
    rows = frame(code=["a", "b", "a"], year=[2023, 2023, 2023])
    with pytest.raises(DeliveryError, match=r"line 4, column 'code': two rows have the same key \(code=a, year=2023\)"):
        tidy.expect_unique(rows, ["code", "year"], "t.csv")
    tidy.expect_unique(rows.head(2), ["code", "year"], "t.csv")


@pytest.mark.parametrize(("value", "fine"), [(0.0, True), (100.0, True), (-0.1, False), (100.1, False), (None, True)])
def test_a_share_outside_0_to_100_is_named(value: float | None, fine: bool) -> None:
    rows = frame(share=[50.0, value])
    if fine:
        tidy.expect_range(rows, "share", 0, 100, "t.csv")
    else:
        with pytest.raises(DeliveryError, match=r"line 3, column 'share': value .* is outside 0…100; a swapped unit"):
            tidy.expect_range(rows, "share", 0, 100, "t.csv")


def test_an_unknown_category_region_and_a_missing_land_are_named() -> None:
    rows = frame(code=["DE1", "DE2"], sex=["f", "x"])
    with pytest.raises(DeliveryError, match="line 3, column 'sex': 'x' is not one of f, m"):
        tidy.expect_values(rows, "sex", ["f", "m"], "t.csv")
    with pytest.raises(DeliveryError, match="column 'code': Land DE3 missing"):
        tidy.expect_regions(rows, "code", ["DE1", "DE2", "DE3"], "t.csv", what="Land")

    def resolve(code: str) -> str:
        if code == "DE2":
            raise ValueError("unknown code DE2; nearest is DE21")
        return code

    with pytest.raises(DeliveryError, match="line 3, column 'code': unknown code DE2; nearest is DE21"):
        tidy.map_codes(rows, "code", resolve, "t.csv")


def test_to_tidy_completes_the_contract_and_sorts() -> None:
    rows = pl.DataFrame(
        {"measure": ["m", "m"], "region": ["FR", "DE"], "period": ["2024"] * 2, "value": [1, 2], "file": ["t"] * 2}
    )
    found = tidy.to_tidy(rows)
    assert found.schema == TIDY
    assert found.select("region", "value", "status", "n").rows() == [("DE", 2.0, "", None), ("FR", 1.0, "", None)]


@pytest.mark.parametrize("cell", ["1e999", "-1e999", "1e-999", "٣", "１２", "1_000", "nan", "inf", "9" * 400])
def test_a_number_that_a_computer_cannot_hold_or_that_only_looks_like_one_is_named(file: Path, cell: str) -> None:
    """1e999 would become infinite and 1e-999 a 0; digits of other scripts pass for digits in patterns."""
    file.write_text(f"code,year,share\na,2024,0.5\nb,2024,{cell}\n")
    with pytest.raises(DeliveryError, match=r"line 3, column 'share': '.*' is not a number"):
        tidy.read_csv(file, COLUMNS)
    assert tidy.read_number(cell) is None


def test_numbers_that_are_small_or_plainly_zero_stay(file: Path) -> None:
    file.write_text("code,year,share\na,2024,1e-300\nb,2024,0.0\nc,2024,0e5\nd,2024,-2.5E3\n")
    assert tidy.read_csv(file, COLUMNS)["share"].to_list() == [1e-300, 0, 0, -2500]
    assert [tidy.read_number(text) for text in ("1e-300", "0.0", "0e5", "-2.5E3")] == [1e-300, 0, 0, -2500]


def test_a_last_line_without_its_end_may_have_lost_digits(file: Path) -> None:
    file.write_text("code,year,share\na,2024,18.16\nb,2024,18.1")
    with pytest.raises(DeliveryError, match=r"line 3: the last line does not end with a line break.*truncated"):
        tidy.read_csv(file, COLUMNS)


def test_a_hole_of_nul_bytes_is_named_with_its_line(file: Path) -> None:
    for raw in (b"code,year,share\na,2024,0.5\nb\0,2024,0.5\n", "code,year,share\na,2024,0.5\n".encode("utf-16-le")):
        file.write_bytes(raw)
        with pytest.raises(DeliveryError, match=r"line [13]: NUL bytes where text is"):
            tidy.read_csv(file, COLUMNS)


@pytest.mark.parametrize("cell", ["", "2024/25", "20٢4", "1899", "2031", " 2024", "4024", "+2024"])
def test_what_is_no_year_of_the_series_is_named(cell: str) -> None:
    rows = frame(year=["2024", cell or None])
    with pytest.raises(DeliveryError, match=r"line 3, column 'year': '.*' is no year from 1990 to 2030"):
        tidy.expect_years(rows, "year", "t.csv", first=1990, last=2030)
    tidy.expect_years(rows.head(1), "year", "t.csv", first=1990, last=2030)


def test_a_parquet_column_is_widened_and_never_reread(tmp_path: Path) -> None:
    """Text that looks like a number and a year with a fraction are a change; smaller integers are not."""
    path = tmp_path / "t.parquet"
    good = pl.DataFrame({"code": ["a"], "year": [2024], "share": [0.5]}).cast({"year": pl.Int32, "share": pl.Float32})
    good.write_parquet(path)
    assert tidy.read_parquet(path, COLUMNS).rows() == [(1, "a", 2024, 0.5)]
    for column, kind in (("share", pl.String), ("year", pl.Float64), ("code", pl.Binary)):
        good.cast({column: kind}).write_parquet(path)
        with pytest.raises(DeliveryError, match=f"column '{column}': the column is {kind}, expected"):
            tidy.read_parquet(path, COLUMNS)


def test_a_damaged_page_of_parquet_is_named(tmp_path: Path) -> None:
    """Every byte of the data flipped in turn: refused or read, and never a panic of the reader (Polars' had one)."""
    path = tmp_path / "t.parquet"
    pl.DataFrame({"code": ["a", None, "b"] * 9, "year": [2024] * 27, "share": [0.5] * 27}).write_parquet(path)
    raw = path.read_bytes()
    refused = 0
    for at in range(4, len(raw)):
        path.write_bytes(raw[:at] + bytes([raw[at] ^ 0xFF]) + raw[at + 1 :])
        try:
            tidy.read_parquet(path, COLUMNS)
        except DeliveryError:
            refused += 1
    assert refused > len(raw) // 2
