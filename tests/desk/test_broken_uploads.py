"""Files that must not get in, in `broken/`: each with what is said of it in three languages; and those that must."""

from __future__ import annotations

import hashlib
import io
import zipfile
from pathlib import Path

import pytest
import xlsxwriter
from handing import CONNY, FIGURE, as_csv, judged

from dashboard.desk import checking, problems, rules, templates
from dashboard.desk.cells import CellError, readers
from dashboard.desk.schemas import KINDS, schema
from dashboard.desk.uploads import CHECKED, Uploads
from dashboard.i18n import words
from dashboard.store import Build

BROKEN = Path(__file__).parent / "broken"
HINTS = ("meaning", "near", "choices", "id", "wanted", "measure", "line", "found", "most", "cells", "sheets")
#: File → problem in German, French, English.
SAID = {
    "bomb.xlsx": (
        "entpackt viel größer, als sie ist",
        "beaucoup trop grand une fois décompressé",
        "it unpacks to far more than it is",
    ),
    "cells-merged.xlsx": ("verbundene Zellen: A4:B5", "cellules fusionnées\u00a0: A4:B5", "merged cells: A4:B5"),
    "cells-too-many.csv": ("11 Zellen statt 10", "11 cellules au lieu de 10", "11 cells instead of 10"),
    "column-hidden.xlsx": ("ausgeblendet: G:H", "masqué\u00a0: G:H", "hidden: G:H"),
    "column-missing.csv": ("Die Spalte fehlt", "la colonne manque", "the column is missing"),
    "column-twice.csv": ("Die Spalte gibt es zweimal", "la colonne figure deux fois", "the column is there twice"),
    "column-unknown.csv": (
        "eine Spalte, die die Vorlage nicht hat",
        "une colonne absente du modèle",
        "a column that the template does not have",
    ),
    "cut-off.xlsx": ("nicht als Arbeitsmappe lesbar", "classeur illisible", "not readable as a workbook"),
    "entities.xlsx": ("nicht als Arbeitsmappe lesbar", "classeur illisible", "not readable as a workbook"),
    "formula.xlsx": ("Formeln in D2", "des formules en D2", "formulas in D2"),
    "macros.xlsx": ("eine Arbeitsmappe mit Makros", "un classeur avec des macros", "a workbook with macros"),
    "nan.csv": ("keine Zahl", "ce n’est pas un nombre", "not a number"),
    "nothing.csv": ("Die Datei hat keine Zeilen", "le fichier est vide", "the file has no lines"),
    "only-the-heading.csv": ("Die Datei hat keine Zeilen", "le fichier est vide", "the file has no lines"),
    "opendocument.xlsx": ("weder CSV noch XLSX", "ni CSV ni XLSX", "neither CSV nor XLSX"),
    "picture-called.csv": (
        "Die Zeichen sind nicht lesbar",
        "les caractères sont illisibles",
        "the letters cannot be read",
    ),
    "quote-not-closed.csv": ("nicht als CSV lesbar", "CSV illisible", "not readable as CSV"),
    "row-hidden.xlsx": ("ausgeblendet: 3", "masqué\u00a0: 3", "hidden: 3"),
    "sheet-hidden.xlsx": ("ausgeblendet: old", "masqué\u00a0: old", "hidden: old"),
    "thousands.csv": ("ein Komma oder Tausenderzeichen", "une virgule ou un séparateur", "a comma in a number"),
    "twice.csv": ("dasselbe wie Zeile 2", "identique à la ligne 2", "the same as line 2"),
    "two-sheets.xlsx": (
        "mehrere Blätter, oder nicht das genannte: data, 2025",
        "plusieurs feuilles, ou pas celle indiquée",
        "several sheets, or not the one named: data, 2025",
    ),
    "with-a-password.xlsx": ("nicht als Arbeitsmappe lesbar", "classeur illisible", "not readable as a workbook"),
}


def test_each_broken_file_is_named_here_and_each_named_one_is_there() -> None:
    assert {path.name for path in BROKEN.iterdir()} == set(SAID)


@pytest.mark.parametrize("name", SAID)
def test_a_broken_file_is_refused_with_its_reason_in_three_languages(home: Path, made: Build, name: str) -> None:
    uploads = Uploads(home)
    before = sorted(path.name for path in uploads.released.iterdir())
    upload = judged(uploads, made, (BROKEN / name).read_bytes())
    found = [one for line in uploads.rows(upload.id, "refused") for one in line["problems"]] or [upload.result]
    assert upload.state in (CHECKED, "unreadable")
    for lang, said in zip(("de", "fr", "en"), SAID[name], strict=True):
        problem, remedy = problems.sentences(words(lang), found[0]["what"], {"meaning": "", **found[0]["hint"]})
        assert said in problem
        assert remedy
        assert "{" not in problem + remedy
    assert sorted(path.name for path in uploads.released.iterdir()) == before


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16", "utf-16-le", "utf-16-be"])
@pytest.mark.parametrize("separator", [";", ",", "\t"])
def test_the_encodings_and_separators_of_offices_are_read(
    home: Path, made: Build, encoding: str, separator: str
) -> None:
    row = FIGURE | {"note": "Größe für Île-de-France; geschätzt, ungefähr"}
    text = as_csv(row, separator=separator).decode("utf-8-sig")
    uploads = Uploads(home)
    upload = judged(uploads, made, text.encode(encoding))
    (line,) = uploads.rows(upload.id)
    assert line["row"]["note"] == row["note"]


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("lang", ["de", "fr", "en"])
def test_each_template_is_read_back_and_its_example_is_left_out(home: Path, made: Build, kind: str, lang: str) -> None:
    for make, _ in templates.FORMS.values():
        upload = judged(Uploads(home), made, make(schema(kind), lang), kind)
        assert upload.result == {"what": "empty", "hint": {}}


def test_a_workbook_is_read_with_its_lines_dates_and_the_sheet_that_is_named(home: Path, made: Build) -> None:
    out = io.BytesIO()
    with xlsxwriter.Workbook(out) as book:
        for name in ("data", "2025"):
            sheet = book.add_worksheet(name)
            sheet.write_row(1, 0, list(FIGURE))
            sheet.write_row(3, 0, list(FIGURE.values()))
            sheet.write_number(3, 3, 0.1 + 0.2)
            sheet.write_number(3, 6, 410)
    uploads = Uploads(home)
    upload = judged(uploads, made, out.getvalue(), sheet="2025")
    (line,) = uploads.rows(upload.id)
    assert (line["line"], line["row"]["value"], line["row"]["n"]) == (4, "0.3", "410")


def test_a_date_of_a_spreadsheet_is_a_day(tmp_path: Path) -> None:
    from datetime import datetime

    from dashboard.desk.tabular import lines

    with xlsxwriter.Workbook(tmp_path / "a.xlsx") as book:
        sheet = book.add_worksheet()
        sheet.write_datetime(0, 0, datetime(2026, 11, 3), book.add_format({"num_format": "dd.mm.yyyy"}))
    assert list(lines(tmp_path / "a.xlsx")) == [(1, ["2026-11-03"])]


def test_a_check_that_breaks_off_again_and_again_is_given_up(home: Path, made: Build) -> None:
    uploads = Uploads(home)
    content = as_csv(FIGURE | {"region": "DED42"})
    digest = hashlib.sha256(content).hexdigest()
    (uploads.files / digest).write_bytes(content)
    upload = uploads.begin("figure", CONNY, "file", (digest, len(content)))
    (uploads.folder(upload.id) / "attempts").write_text(str(checking.MOST_ATTEMPTS))
    checking.run(uploads, upload.id, made)
    assert uploads.get(upload.id).result["what"] == "broke_off"


def test_every_problem_that_the_checks_can_find_has_sentences() -> None:
    import ast

    named = set()
    for module in ("cells", "rules", "checking", "tabular", "workbook"):
        tree = ast.parse((Path(checking.__file__).parent / f"{module}.py").read_text(encoding="utf-8"))
        for node in ast.walk(tree):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") in ("FileError", "CellError"):
                named |= {one.value for one in node.args[:1] if isinstance(one, ast.Constant)}
            if isinstance(node, ast.Yield) and isinstance(node.value, ast.Tuple):
                named |= {node.value.elts[1].value} if isinstance(node.value.elts[1], ast.Constant) else set()
    assert len(named) > 30
    for what in named:
        hint = dict.fromkeys(HINTS, "x")
        assert all(problems.sentences(words("de"), what, hint))


def test_a_zip_that_says_it_is_small_is_not_believed(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("xl/workbook.xml", b"<workbook/>" + b" " * 30_000_000)
    content = path.read_bytes()
    with zipfile.ZipFile(path) as packed:
        size = packed.infolist()[0].file_size.to_bytes(4, "little")
    path.write_bytes(content.replace(size, (1000).to_bytes(4, "little")))
    from dashboard.desk.tabular import lines

    with pytest.raises(problems.FileError):
        list(lines(path))


def test_a_moment_is_read_by_the_clock_of_both_countries() -> None:
    read = readers(schema("figure"))["embargo_until"]
    assert read("2031-01-15 09:00") == read("2031-01-15T09:00+01:00") == read("2031-01-15T09:00 Europe/Paris")
    for wrong in ("2031-01-15", "tomorrow", "2031-13-01 09:00"):
        with pytest.raises(CellError):
            read(wrong)
    assert rules.CLAIM[-2] == "embargo_until"
