"""What can be wrong with an upload: a key each, and two sentences in the reader's language, problem and remedy."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from dashboard.i18n import Words


@dataclass(frozen=True)
class Problem:
    """One finding. line: as the file counts, 0 for the whole; what: a key of `sentences`; hint: what it fills in."""

    line: int
    column: str
    value: str
    what: str
    hint: Mapping[str, str] = field(default_factory=dict)


class FileError(Exception):
    """The file as a whole cannot be read; what, hint: as in Problem."""

    def __init__(self, what: str, **hint: str) -> None:
        self.what, self.hint = what, hint
        super().__init__(what)


def sentences(t: Words, what: str, hint: Mapping[str, str]) -> tuple[str, str]:
    """The problem and its remedy."""
    problem, remedy = ({**_file(t), **_cells(t), **_known(t)})[what]
    return problem.format(**hint), remedy.format(**hint)


def _file(t: Words) -> dict[str, tuple[str, str]]:
    save = t("Save it as “CSV UTF-8”.")
    return {
        "type": (t("neither CSV nor XLSX"), t("Use the template.")),
        "empty": (t("the file has no lines"), t("Fill in the template below its heading.")),
        "encoding": (t("the letters cannot be read"), save),
        "csv": (t("not readable as CSV: a quotation mark is not closed, or a cell is endless"), save),
        "cells": (
            t("{found} cells instead of {wanted}"),
            t("Put quotation marks around a text with the separator."),
        ),
        "heading": (
            t("a column that the template does not have"),
            t("Perhaps “{near}” is meant; else remove the column."),
        ),
        "heading_twice": (t("the column is there twice"), t("Keep one.")),
        "heading_missing": (t("the column is missing"), t("Add it, as in the template.")),
        "released_before": (
            t("this very file is released already, as {id}"),
            t("Hand in only what is new or revised."),
        ),
        "one_source": (t("more than one source in the file"), t("Make a file for each source.")),
        "broke_off": (t("the check broke off several times"), t("Please tell the operator.")),
        "macros": (t("a workbook with macros"), t("Save it as .xlsx, without macros.")),
        "formulas": (t("formulas in {cells}"), t("Copy the cells and paste them as values.")),
        "sheets": (t("several sheets, or not the one named: {sheets}"), t("Hand it in again and name the sheet.")),
        "hidden": (t("hidden: {cells}"), t("Show it, or delete it: what is handed in must be seen.")),
        "merged": (t("merged cells: {cells}"), t("Unmerge them.")),
        "bomb": (t("it unpacks to far more than it is"), t("Copy the values into the template.")),
        "workbook": (t("not readable as a workbook"), t("Save it anew as .xlsx without a password, or as CSV.")),
        "many": (t("more than {most} lines"), t("Divide the file.")),
        "memory": (t("to be read it needs more memory than a check may use"), t("Divide the file.")),
    }


def _cells(t: Words) -> dict[str, tuple[str, str]]:
    return {
        "required": (t("empty"), t("Fill it in: {meaning}")),
        "number": (t("not a number"), t("Digits only, with a point before decimals: 16460000 or 0.5")),
        "comma": (
            t("a comma in a number"),
            t("Write {near}: a point before decimals, no separator of thousands."),
        ),
        "enum": (t("not one of the words there are"), t("Write one of: {choices}")),
        "range": (t("outside of what is possible"), t("Write: {meaning}")),
        "long": (t("too long"), t("Shorten it; the rest stands at the source.")),
        "form": (t("not written as needed"), t("Write: {meaning}")),
        "formula": (t("it begins like a formula"), t("Put a word or a quotation mark before it.")),
        "line": (t("a line break, a tag or another sign that is no text"), t("Write one line of plain text.")),
        "past": (t("the embargo has ended already"), t("Leave it empty, or name a moment to come.")),
        "clock": (t("a moment that the clocks show twice, or never"), t("Take another hour.")),
        "internal_embargo": (
            t("an embargo on what is never public"),
            t("Write “public” for whom, or leave the embargo empty."),
        ),
        "twice": (t("the same as line {line}"), t("Keep one of the two.")),
    }


def _known(t: Words) -> dict[str, tuple[str, str]]:
    return {
        "region": (t("no such region"), t("Perhaps {near} is meant.")),
        "region_which": (t("this code may mean several regions"), t("Write one of: {choices}")),
        "region_old": (t("a code of an older NUTS version"), t("Today it is: {choices}")),
        "programme": (
            t("no such programme"),
            t("Perhaps “{near}” is meant; its id stands in the address of its page."),
        ),
        "promise": (t("no such promise"), t("Perhaps “{near}” is meant; its id stands on the programme’s page.")),
        "indicator": (
            t("no released indicator of the desk"),
            t("Perhaps “{near}” is meant; else hand in its words first."),
        ),
        "taken": (t("this id exists already"), t("Choose a new one; what is in the ledger is not overwritten.")),
        "there": (t("the ledger says this already: {id}"), t("Leave the line out.")),
        "unit": (t("another unit than {wanted}"), t("Convert the value to {wanted}.")),
        "kind": (t("not a kind of {measure}"), t("Write one of: {choices}")),
        "amounts": (t("larger than the second amount"), t("Swap the two.")),
        "no_amount": (t("no amount, and no note that says why"), t("Write one, or a note: missing is not 0.")),
        "negative": (t("a promise below zero"), t("Write what was promised; only a report may be negative.")),
        "due": (t("due before it was stated"), t("Mend one of the two.")),
        "quote_lang": (t("a quotation without its language"), t("Write de, fr or en.")),
        "no_value": (
            t("no value, and no flag that says why"),
            t("Write the value, or the flag c, m or z: missing is not 0."),
        ),
        "flag_value": (t("a value, and a flag that says there is none"), t("Remove one of the two.")),
        "scope": (t("not in your scope"), t("You may hand in for: {choices}")),
    }
