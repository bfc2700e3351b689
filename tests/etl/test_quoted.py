"""CSV with every cell quoted: free texts that break ordinary readers are read whole, and nothing is lost silently."""

from __future__ import annotations

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from etl.model import DeliveryError
from etl.quoted import read_quoted

HEADER = '"id";"objective";"rcn"\n'


def rows(text: str) -> list[tuple[str, ...]]:
    return read_quoted(text, "z.zip:project.csv", ["id", "objective", "rcn"]).rows()


@pytest.mark.parametrize(
    ("record", "objective"),
    [
        ('"1";"plain";"9"', "plain"),
        ('"1";"";"9"', ""),
        ('"1";"two ""quoted"" words";"9"', 'two "quoted" words'),
        ('"1";"""begins and ends""";"9"', '"begins and ends"'),
        # As CORDIS writes it: the outer quotes of the text not doubled.
        ('"1";""The action ""X"" works"";"9"', '"The action "X" works"'),
        ('"1";"a; b;c";"9"', "a; b;c"),
        ('"1";"first line\nsecond; line\n\nthird";"9"', "first line\nsecond; line\n\nthird"),
        ('"1";"a "quotation""\n"more";"9"', 'a "quotation"\n"more'),
        ('"1";"the list ""a"";""b"";""c"" of names";"9"', 'the list "a";"b";"c" of names'),
    ],
)
def test_a_free_text_is_read_as_it_was_meant(record: str, objective: str) -> None:
    assert rows(f'{HEADER}{record}\n"2";"next";"8"\n') == [
        ("1", objective, "9", 2),
        ("2", "next", "8", 3 + record.count("\n")),
    ]


@given(st.lists(st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\r\0"), max_size=40), max_size=6))
def test_whatever_the_csv_module_writes_comes_back(texts: list[str]) -> None:
    out = io.StringIO(newline="")
    writer = csv.writer(out, delimiter=";", quoting=csv.QUOTE_ALL, lineterminator="\n")
    writer.writerow(["id", "objective", "rcn"])
    writer.writerows([[number, text, 7] for number, text in enumerate(texts)])
    # Two texts that look like the beginning of a record cannot be told from one, by anybody.
    if not texts or any('"\n"' in f'"{text.replace(chr(34), chr(34) * 2)}"' for text in texts):
        return
    assert [row[1] for row in rows(out.getvalue())] == [text.strip() for text in texts]


def test_columns_are_bound_by_name_and_windows_line_ends_are_known() -> None:
    text = '"rcn";"nature";"id";"objective"\r\n"9";"";"1";"x"\r\n"7";"";"2";"y"\r\n'
    assert read_quoted(text, "f", ["id", "objective"]).rows() == [("1", "x", 2), ("2", "y", 3)]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "the file is empty"),
        (HEADER, "line 1: the file has a header and no rows"),
        ('"id";"objectif";"rcn"\n"1";"a";"9"\n', r"column 'objective': the column is missing; new in the file"),
        ('"id";"objective";"id";"rcn"\n"1";"a";"1";"9"\n', "column 'id': the column stands twice"),
        (HEADER + '"1";"a"\n', "line 2: 2 cells where the header has 3"),
        (HEADER + '"1";"a";"9"\n"2";"b";"8";"7"\n', "line 3: 4 cells where the header has 3"),
        (HEADER + '"1";"a";"9"\n"2";"cut sho', "line 3: a cell is not quoted, or the file is cut short"),
        ("id;objective;rcn\n1;a;9\n", "line 1: a cell is not quoted"),
    ],
)
def test_what_is_broken_is_named_with_its_line(text: str, message: str) -> None:
    with pytest.raises(DeliveryError, match=message) as caught:
        rows(text)
    assert str(caught.value).startswith("z.zip:project.csv")
