"""Decks, read back: native shapes, charts and tables with the figures of the page, notes, sources, codes, languages."""

from __future__ import annotations

import gc
import io
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
from decks import code, described, every, fill, freeforms, notes, texts, titled
from decks import opened as read_file
from PIL import Image
from pptx import Presentation
from pypdf import PdfReader
from werkzeug.datastructures import MultiDict

from dashboard import drawing, queries, view
from dashboard.compare.sides import region_figures
from dashboard.deck import make, template
from dashboard.deck import page as drawing_page
from dashboard.deck.colours import colours
from dashboard.deck.model import Bars, Deck, Lines, Look, Slide, Table, Text
from dashboard.deck.of import builders
from dashboard.i18n import languages
from dashboard.pages import Request
from dashboard.store import Build
from dashboard.urls import MapState

HOST = "https://atlas.example.org"
_A = "{http://schemas.openxmlformats.org/drawingml/2006/main}"
_P = "{http://schemas.openxmlformats.org/presentationml/2006/main}"
PREPARED = (
    ("region", "DED", "de", False),
    ("hub", "ki-hub-sachsen-thueringen", "fr", False),
    ("compare", "DED+FRF", "en", False),
    ("programme", "zakid", "de", False),
    ("region", "FRF", "fr", True),
)


def planned(build: Build, page: str, item: str, lang: str, query: Any = ()) -> Deck:
    found: Deck = builders()[page].deck(Request(lang, item, MultiDict(query), build))
    return found


@pytest.fixture(scope="module")
def decks(opened: Build) -> dict[tuple[str, str], tuple[Deck, Any]]:
    """(page, item) → (what it says, the file read back)."""
    found = {}
    for page, item, lang, dark in PREPARED:
        deck = planned(opened, page, item, lang)
        found[page, item] = deck, read_back(deck, dark=dark)
    return found


def read_back(deck: Deck, *, dark: bool = False, **look: bytes) -> Any:
    return read_file(make.pptx(deck, Look(dark, HOST, **look)))


@pytest.fixture(scope="module")
def tray(opened: Build) -> tuple[Deck, Any]:
    """Three maps in a tray: classes of Länder, Kreise of one, circles."""
    views = ["map?indicator=adoption_firms_ai_web_pct", "map?indicator=adoption_firms_ai_web_pct&level=nuts3"]
    views.append("map?indicator=jobs_it_employees_count&level=land")
    deck = planned(opened, "keynote", "", "de", [("v", each) for each in views] + [("title.2", "Eigener Titel 🚀")])
    return deck, read_back(deck)


def test_every_region_is_a_named_freeform_with_the_colour_of_the_page(opened: Build, tray: tuple[Deck, Any]) -> None:
    slide = tray[1].slides[1]
    shown = view.map_view(opened, "de", MapState(indicator="adoption_firms_ai_web_pct"))
    scene, tones = drawing.scene(shown), colours(dark=False)
    drawn = freeforms(slide)
    group = next(shape for shape in slide.shapes if shape.shape_type == 6)
    assert {shape.name for shape in group.shapes} >= {f"{shown.name(r.code)} ({r.code})" for r in scene.regions}
    for region in scene.regions:
        shape = drawn[f"{shown.name(region.code)} ({region.code})"]
        pattern, colour = fill(shape)
        first, *overlay = region.classes.split()
        assert (colour, bool(pattern)) == (tones.fills[first], bool(overlay)), region
        assert described(shape) == region.label == view.sentence(shown, region.code, shown.rows.get(region.code))
    assert described(group).startswith(titled(slide))


def test_absences_are_patterns_and_counts_circles_that_grow_with_the_value(tray: tuple[Deck, Any]) -> None:
    slide = tray[1].slides[3]
    drawn = freeforms(slide)
    french = [fill(shape)[0] for name, shape in drawn.items() if re.search(r"\(FR\w+\)", name)]
    assert set(french) == {"dotGrid"}
    assert len(french) == 18
    sizes = {
        shape.name.partition(":")[0]: shape.width
        for shape in every(slide.shapes)
        if shape._element.find(f"{_P}spPr/{_A}prstGeom[@prst='ellipse']") is not None and ":" in shape.name
    }
    assert sizes["Bayern"] > sizes["Sachsen"] > sizes["Bremen"]
    assert "nicht erhoben" in texts(slide)


def test_all_kreise_and_departements_are_there(opened: Build, tray: tuple[Deck, Any]) -> None:
    assert len([name for name in freeforms(tray[1].slides[2]) if re.search(r"\((DE|FR)\w{3}\)", name)]) == 501
    assert len(queries.units(opened, "nuts3")) == 501


def test_an_own_title_stands_on_the_slide_and_the_finding_in_its_notes(tray: tuple[Deck, Any]) -> None:
    slide = tray[1].slides[2]
    assert titled(slide) == "Eigener Titel 🚀"
    assert "Höchstwert in Deutschland" in notes(slide)
    assert texts(tray[1].slides[1]).count("MAP-AI") >= 1


@pytest.mark.parametrize(("page", "item"), [(page, item) for page, item, _, _ in PREPARED])
def test_every_slide_has_title_notes_code_number_language_and_words_for_who_cannot_see(
    decks: dict[tuple[str, str], tuple[Deck, Any]], page: str, item: str
) -> None:
    deck, file = decks[page, item]
    assert 8 <= len(deck.slides) <= 10
    assert (file.slide_width / file.slide_height) == pytest.approx(16 / 9, abs=0.01)
    tongue = {"de": "de-DE", "fr": "fr-FR", "en": "en-GB"}[deck.lang]
    for said, slide in zip(deck.slides, file.slides, strict=True):
        assert len(titled(slide)) > 10
        assert titled(slide).rstrip("…") in said.title
        assert said.title in notes(slide)
        assert len(notes(slide)) > len(said.title) + 40
        assert code(slide) == f"{HOST}{said.path}{'&' if '?' in said.path else '?'}asof={deck.build}"
        links = [rel.target_ref for rel in slide.part.rels.values() if rel.is_external]
        assert code(slide) in links
        assert slide._element.find(f".//{_A}fld[@type='slidenum']") is not None
        assert {node.get("lang") for node in slide._element.iter(f"{_A}rPr") if node.get("lang")} == {tongue}
        for shape in slide.shapes:
            if shape.shape_type in (6, 13) or shape.has_chart or shape.has_table:
                assert described(shape), shape.name
        ids = [node.get("id") for node in slide._element.iter() if node.tag.endswith("cNvPr")]
        assert len(ids) == len(set(ids))
        assert slide.shapes[0] == slide.shapes.title or slide.shapes[0].is_placeholder  # read first


def test_no_shape_leaves_its_slide(decks: dict[tuple[str, str], tuple[Deck, Any]]) -> None:
    for _, file in decks.values():
        for slide in file.slides:
            for shape in slide.shapes:
                assert min(shape.left, shape.top) >= 0, shape.name
                assert shape.left + shape.width <= file.slide_width + 300_000, shape.name
                assert shape.top + shape.height <= file.slide_height, shape.name


def test_the_chart_over_time_has_the_figures_of_the_page_in_its_data_sheet(
    opened: Build, decks: dict[tuple[str, str], tuple[Deck, Any]]
) -> None:
    _, file = decks["region", "DED"]
    slide = next(
        one for one in file.slides if any(s.has_chart and "line" in str(s.chart.chart_type).lower() for s in one.shapes)
    )
    chart = next(shape for shape in slide.shapes if shape.has_chart).chart
    for code_, name in (("DED", "Sachsen"), ("DE", "Deutschland")):
        rows = region_figures(opened, code_)["adoption_firms_ai_web_pct"]
        series = next(each for each in chart.plots[0].series if each.name == name)
        wanted = [rows[period]["value"] for period in chart.plots[0].categories]
        assert list(series.values) == pytest.approx(wanted)
        limits = series._element.find(".//{*}errBars/{*}plus/{*}numLit")
        assert len(limits.findall("{*}pt")) == len(wanted)
    sheet = io.BytesIO(chart.part.chart_workbook.xlsx_part.blob)
    import openpyxl

    book = openpyxl.load_workbook(sheet).active
    assert [cell.value for cell in book[1]][1:] == ["Sachsen", "Deutschland"]


def test_a_series_is_cut_at_a_break_and_doubtful_points_are_hollow(opened: Build) -> None:
    from dashboard.deck.model import Line, Lines, Point

    points = (
        Point("2021", 1.0),
        Point("2022", 2.0, doubtful=True),
        Point("2023", 5.0, broken=True),
        Point("2025", 6.0),
    )
    block = Lines((Line("Sachsen", points),), ("2021", "2022", "2023", "2024", "2025"), "%", 1, "Sachsen. 2021 1")
    slide = read_back(Deck("de", "T", "t", (Slide("Titel", "/de/map", main=block),), opened.id, None)).slides[0]
    chart = next(shape for shape in slide.shapes if shape.has_chart).chart
    first, second = chart.plots[0].series
    assert list(first.values) == [1.0, 2.0, None, None, None]
    assert (second.name, list(second.values)) == ("Sachsen (ab 2023)", [None, None, 5.0, None, 6.0])
    mark = first._element.find(".//{*}dPt/{*}marker/{*}spPr/{*}solidFill/{*}srgbClr")
    assert mark.get("val").lower() == colours(dark=False).ground


def test_tables_say_value_flag_and_range_of_ranks(decks: dict[tuple[str, str], tuple[Deck, Any]]) -> None:
    deck, file = decks["compare", "DED+FRF"]
    slide = next(one for one in file.slides if any(s.has_table for s in one.shapes))
    table = next(shape for shape in slide.shapes if shape.has_table).table
    cells = [[cell.text_frame.text for cell in row.cells] for row in table.rows]
    said = next(each.main for each in deck.slides if isinstance(each.main, Table))
    assert [tuple(row) for row in cells] == [said.heads, *said.rows]
    web = next(row for row in cells if row[0] == "Firms with AI on their website")
    assert web[1] == "13.8% (rank 9–11 of 16)"
    assert "significant" in web[5]
    assert any("(provisional" in cell or "(estimated" in cell for row in cells for cell in row)


def test_promised_and_reported_are_the_rows_of_the_brief(decks: dict[tuple[str, str], tuple[Deck, Any]]) -> None:
    _, file = decks["programme", "zakid"]
    words = " ".join(texts(slide) for slide in file.slides)
    for text in ("500 Arbeitsplätze", "noch kein Bericht", "nichts zusammengezählt", "Aussagen, deren Quelle geöffnet"):
        assert text in words, text


@pytest.mark.parametrize(("page", "item"), [(page, item) for page, item, _, _ in PREPARED])
def test_every_slide_with_a_table_or_chart_names_its_sources(
    decks: dict[tuple[str, str], tuple[Deck, Any]], page: str, item: str
) -> None:
    shown = [slide for slide in decks[page, item][0].slides if isinstance(slide.main, Bars | Lines | Table)]
    assert shown
    assert [slide.title for slide in shown if not slide.sources] == []


def test_a_territory_says_of_when_its_figure_is(opened: Build) -> None:
    query = {"indicator": "adoption_firms_ai_web_pct", "period": "2019"}
    (slide,) = builders()["hub"].slides(Request("de", "ki-hub-sachsen-thueringen", query, opened))
    assert slide.subtitle.endswith(", 2019")


def test_dark_decks_have_light_letters_and_the_colours_of_the_dark_page(
    decks: dict[tuple[str, str], tuple[Deck, Any]],
) -> None:
    _, file = decks["region", "FRF"]
    mapped = file.slide_master._element.find("{*}clrMap")
    assert (mapped.get("bg1"), mapped.get("tx1")) == ("dk1", "lt1")
    used = {fill(shape)[1] for slide in file.slides for shape in freeforms(slide).values()}
    assert used & {colours(dark=True).fills[f"q{i}"] for i in range(6)}
    assert not used & {colours(dark=False).fills["q0"]}


@pytest.mark.parametrize("lang", languages())
def test_slides_speak_one_language(opened: Build, lang: str) -> None:
    words = {
        "de": ("Quellen", "Status quo der KI"),
        "fr": ("Sources", "État des lieux"),
        "en": ("Sources", "Status quo: AI"),
    }
    deck = planned(opened, "region", "DED", lang)
    file = read_back(Deck(lang, deck.title, deck.name, (deck.slides[0], deck.slides[-1]), deck.build, deck.day))
    assert words[lang][1] in texts(file.slides[0])
    assert words[lang][0] in texts(file.slides[1])


HOSTILE = "Ein \x00\x0b\x1f<b>&amp;\ud83d 🚀 שלום " + "Wort " * 120


def test_a_hostile_title_of_six_hundred_letters_is_set_and_cut(opened: Build) -> None:
    for text in (HOSTILE, "שלום עולם " * 50, "x" * 600):
        deck = Deck("de", text, "t", (Slide(text, "/de/map", text, Text((text, text)), caveat=text),), opened.id, None)
        slide = read_back(deck).slides[0]
        assert titled(slide).endswith("…")
        assert "\x0b" not in texts(slide)
    right = read_back(Deck("de", "t", "t", (Slide("שלום עולם", "/de/map"),), opened.id, None)).slides[0]
    assert right.shapes.title._element.find(f".//{_A}pPr").get("rtl") == "1"


def test_a_theme_without_figures_says_of_which_indicator_and_why(opened: Build) -> None:
    """Each reason is an indicator's own; beside another's name, or none, 'this list' would mean nothing."""
    made = planned(opened, "region", "DED2C", "de")
    [slide] = [slide for slide in made.slides if slide.title.startswith("Förderung: keine")]
    known = queries.indicators(opened, "de").values()
    assert isinstance(slide.main, Text)
    assert len(slide.main.paragraphs) > 1
    for line in slide.main.paragraphs:
        assert any(line == f"{row['title']}: {row['gaps'].get('DE')}" for row in known), line


def test_what_a_licence_keeps_here_is_a_slide_of_one_sentence_without_figures(opened: Build) -> None:
    views = [("v", "map?indicator=jobs_it_employment_fap_count"), ("v", "map")]
    deck = planned(opened, "keynote", "", "de", views)
    assert "Nur zur Ansicht" in deck.slides[1].withheld
    assert not deck.slides[1].blocks
    slide = read_back(deck).slides[1]
    assert "Nur zur Ansicht" in texts(slide)
    assert len(freeforms(slide)) == 1
    assert not re.search(r"\d{3}", titled(slide) + notes(slide).partition("Quelle")[0].partition("(")[0])


def trees() -> int:
    """Slides with a map of all Kreise and départements that are in memory as trees."""
    gc.collect()
    slides = [each for each in gc.get_objects() if type(each).__name__ == "CT_Slide"]
    return sum(len(tree.findall(".//{*}custGeom")) > 500 for tree in slides)


def test_a_slide_that_is_done_takes_the_room_of_its_bytes_only(opened: Build) -> None:
    (slide,) = builders()["map"].slides(Request("de", "", {"level": "nuts3"}, opened))
    deck = Deck("de", "t", "t", (slide,), opened.id, None)
    presentation, before = template.opened(b"", dark=False), trees()
    for place in (1, 2, 3):
        drawing_page.add(presentation, drawing_page.Sheet(deck, Look(), colours(dark=False), 960, 540), slide, place)
    assert trees() == before
    file = io.BytesIO()
    presentation.save(file)
    assert len([name for name in freeforms(read_file(file.getvalue()).slides[2]) if "(" in name]) == 501


# ── Logo and template ────────────────────────────────────────────────────────────────────────────────────────────


def picture(path: Path, kind: str, size: tuple[int, int] = (300, 100)) -> Path:
    Image.new("RGB", size, "#b3420e").save(path, kind)
    return path


@pytest.mark.parametrize("kind", ["PNG", "JPEG"])
def test_a_logo_stands_on_every_slide_with_its_proportions(opened: Build, tmp_path: Path, kind: str) -> None:
    content = template.logo(str(picture(tmp_path / "logo", kind)))
    deck = Deck(
        "de", "t", "t", (Slide("Titel", "/de/map", kind="cover"), Slide("Noch einer", "/de/map")), opened.id, None
    )
    for slide in read_back(deck, logo=content).slides:
        (logo,) = [shape for shape in slide.shapes if shape.shape_type == 13]
        assert logo.width / logo.height == pytest.approx(3, abs=0.02)
        assert described(logo) == "Logo"


def test_wrong_logos_and_templates_are_refused_with_a_sentence(tmp_path: Path) -> None:
    svg, large, text = tmp_path / "logo.svg", tmp_path / "large.png", tmp_path / "deck.pptx"
    svg.write_text('<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>', "utf-8")
    large.write_bytes(b"\x89PNG" + bytes(3 * 1024 * 1024))
    text.write_text("no presentation", "utf-8")
    cut_off = tmp_path / "cut.png"
    cut_off.write_bytes(picture(tmp_path / "whole.png", "PNG").read_bytes()[:60])
    gif = picture(tmp_path / "logo.gif", "GIF")
    for read, path, said in (
        (template.logo, svg, "SVG"),
        (template.logo, large, "more than 2 MB"),
        (template.logo, cut_off, "no PNG or JPEG"),
        (template.logo, gif, "no PNG or JPEG"),
        (template.logo, tmp_path / "none.png", "cannot be read"),
        (template.template, text, "ATLAS_DECK_TEMPLATE"),
        (template.template, svg, "ATLAS_DECK_TEMPLATE"),
        (template.template, tmp_path, "cannot be read"),
    ):
        with pytest.raises(SystemExit, match=said):
            read(str(path))
    assert template.logo("") == template.template("") == b""


def test_an_own_template_gives_master_layouts_and_theme_and_none_of_its_slides(opened: Build, tmp_path: Path) -> None:
    own = Presentation()  # 4:3, Calibri, titles in the middle
    own.slides.add_slide(own.slide_layouts[0]).shapes.title.text = "Muster"
    own.slide_master.name = "Ministerium"
    path = tmp_path / "own.pptx"
    own.save(path)
    deck = planned(opened, "compare", "DED+FRF", "de")
    file = read_back(deck, template=template.template(str(path)))
    assert len(file.slides) == len(deck.slides)
    assert file.slide_width == own.slide_width
    assert file.slides[1].slide_layout.name == "Title Only"
    assert all("Muster" not in texts(slide) for slide in file.slides)
    for slide in file.slides:
        for shape in slide.shapes:
            assert shape.left + shape.width <= file.slide_width + 300_000, shape.name
    broken = sum(
        1
        for name in file.part.package.iter_parts()
        if "slide1.xml" in str(name.partname) and "Muster" in str(name.blob)
    )
    assert broken == 0


@pytest.mark.skipif(shutil.which("soffice") is None, reason="LibreOffice is not here; the files were read back above")
def test_libreoffice_opens_a_deck_with_all_its_slides(opened: Build, tmp_path: Path) -> None:
    deck = planned(opened, "region", "DED", "de")
    path = tmp_path / "deck.pptx"
    path.write_bytes(make.pptx(deck, Look(False, HOST)))
    profile = f"-env:UserInstallation=file://{tmp_path}/profile"
    command = ["soffice", profile, "--headless", "--convert-to", "pdf", "--outdir", str(tmp_path), str(path)]
    subprocess.run(command, check=True, capture_output=True, timeout=120)
    pages = PdfReader(tmp_path / "deck.pdf").pages
    assert len(pages) == len(deck.slides)
    assert "13,8" in pages[1].extract_text()
