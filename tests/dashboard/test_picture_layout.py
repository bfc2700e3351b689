"""Where things stand in a picture: nothing over another, nothing beyond the edge, whatever the words."""

from __future__ import annotations

import re
from dataclasses import replace
from itertools import combinations
from xml.etree import ElementTree

import pytest
from babel.messages.pofile import read_po
from PIL import ImageFont

from dashboard.figures.lines import Point
from dashboard.figures.whiskers import Dot
from dashboard.i18n import LOCALES, words
from dashboard.map.scene import Box
from dashboard.pictures import charts, keys, letters, plate, poster
from dashboard.pictures.charts import Axis, Row, Series
from dashboard.pictures.model import Foot, Options, Picture

FOOT = Foot(
    "KI-Atlas der Regionen", "Datenstand: 0123456789ab (21.11.2026)", "https://atlas.example.org/de/map?asof=0123"
)
WORD = "Kraftfahrzeughaftpflichtversicherungsgesellschaft"
TITLES = {
    "short": "2024",
    "usual": "2024: Höchstwert in Deutschland Berlin (22,8 %), in Frankreich Île-de-France (13,6 %)",
    "300": ("Die Hälfte der Bundesländer und Régions liegt unter 11,1 %; " * 6)[:300],
    "one word": WORD * 7,
    "2000": "Werte und Wörter " * 120,
    "hostile": "<script>alert('&')</script> \u202e\U0001f680 ]]> مرحبا",
}
ADDRESS = "https://atlas.example.org/de/map?" + "&".join(f"parameter{i}=value{i}" for i in range(30))


def picture(
    title: str = TITLES["usual"], *, bleeds: bool = True, notes: int = 1, sources: int = 2, lines: int = 3
) -> Picture:
    named = keys.named({f"q{i}": f"Zeichen Nummer {i} mit seiner Bedeutung" for i in range(lines)})
    return Picture(
        lang="de",
        title=title,
        subtitle="Unternehmen mit KI auf ihrer Website, % der Unternehmen, Bundesländer und Régions, 2024",
        figure=lambda box, dark: f'<rect x="{box[0]}" y="{box[1]}" width="{box[2]}" height="{box[3]}"/>',
        keys=(keys.heading("KI auf Firmenwebsites, % der Unternehmen"), named),
        notes=tuple(f"Bemerkung {i}: " + "was man dazu wissen muss, " * 4 for i in range(notes)),
        sources=tuple(f"Quelle {i}, Herausgeber (Lizenz; 21.11.2026)" for i in range(sources)),
        name="x",
        path="/de/map",
        alt="Karte",
        bleeds=bleeds,
    )  # fmt: skip


def apart(a: Box, b: Box) -> bool:
    slack = 0.5
    return (
        a[0] + a[2] <= b[0] + slack
        or b[0] + b[2] <= a[0] + slack
        or a[1] + a[3] <= b[1] + slack
        or b[1] + b[3] <= a[1] + slack
    )


def texts(markup: str) -> list[tuple[float, float, float, float]]:
    """Every text of a drawing as (left, top, right, bottom) from its own measures; turned ones are left out."""
    found = []

    def walk(element: ElementTree.Element, x: float, y: float) -> None:
        moved = re.match(r"translate\((-?[\d.]+) (-?[\d.]+)\)( rotate)?", element.get("transform", ""))
        if moved and moved[3]:
            return
        x, y = (x + float(moved[1]), y + float(moved[2])) if moved else (x, y)
        if element.tag.endswith("text"):
            size, weight = float(element.get("font-size", 0)), int(element.get("font-weight", letters.PLAIN))
            wide = letters.width(element.text or "", size, weight)
            left = (
                x + float(element.get("x", 0)) - wide * {"middle": 0.5, "end": 1}.get(element.get("text-anchor", ""), 0)
            )
            base = y + float(element.get("y", 0))
            found.append((left, base - 0.7 * size, left + wide, base + 0.2 * size))
        for child in element:
            walk(child, x, y)

    walk(ElementTree.fromstring(f"<g>{markup}</g>"), 0, 0)
    return found


@pytest.mark.parametrize("title", TITLES)
@pytest.mark.parametrize("size", ["wide", "square"])
@pytest.mark.parametrize("bleeds", [True, False])
def test_nothing_lies_over_another_or_beyond_the_edge(title: str, size: str, bleeds: bool) -> None:
    for notes, sources, foot in ((0, 1, FOOT), (2, 5, FOOT), (8, 9, Foot(FOOT.name, FOOT.edition, ADDRESS))):
        options = Options(size)
        parts = poster.layout(picture(TITLES[title], bleeds=bleeds, notes=notes, sources=sources), options, foot)
        assert [part.name for part in parts] == ["heading", "key", "figure", "foot"]
        width, height = options.pixels
        for part in parts:
            x, y, w, h = part.box
            assert x >= 0 <= y
            assert x + w <= width + 0.5, part.name
            assert y + h <= height + 0.5, part.name
        for a, b in combinations(parts, 2):
            assert apart(a.box, b.box), f"{a.name} {a.box} over {b.name} {b.box}"
        figure = next(part.box for part in parts if part.name == "figure")
        assert figure[3] >= (0.2 if title in ("2000", "one word") or notes == 8 else 0.4) * height
        for part in (part for part in parts if part.name != "figure"):
            for left, top, right, bottom in texts(part.svg):
                assert left >= -0.5, part.name
                assert right <= part.box[2] + 0.5, part.name
                assert top >= -0.5, part.name
                assert bottom <= part.box[3] + 1.5, part.name


def test_a_title_of_300_letters_stands_whole_and_one_without_end_is_cut() -> None:
    for size in ("wide", "square"):
        parts = poster.layout(picture(TITLES["300"]), Options(size), FOOT)
        said = " ".join(ElementTree.fromstring(f"<g>{parts[0].svg}</g>").itertext())
        assert TITLES["300"].strip() in re.sub(r"\s+", " ", said) or TITLES["300"][:-2] in "".join(said)
        endless = poster.layout(picture(TITLES["2000"]), Options(size), FOOT)
        assert letters.ELLIPSIS in "".join(ElementTree.fromstring(f"<g>{endless[0].svg}</g>").itertext())


def test_a_hostile_title_is_text_and_nothing_else() -> None:
    drawn = poster.svg(picture(TITLES["hostile"]), Options(), FOOT, embed=False)
    root = ElementTree.fromstring(drawn)
    assert root.find(".//{*}script") is None
    assert root.find("{*}title").text == TITLES["hostile"]  # type: ignore[union-attr]


def test_lines_are_as_wide_as_their_room_and_no_wider() -> None:
    for text in (*TITLES.values(), ADDRESS):
        for room in (90.0, 300.0, 548.0):
            for break_ in (letters.wrapped, letters.balanced):
                lines = break_(text, 30, room, letters.STRONG)
                assert all(letters.width(line, 30, letters.STRONG) <= room for line in lines)
                assert re.sub(r"\s", "", "".join(lines)) == re.sub(r"\s", "", text)
    assert letters.wrapped("a b", 10, 500) == ["a b"]
    assert letters.cut(["one", "two,", "three"], 2) == ["one", "tw…"]


def test_the_type_has_every_letter_of_every_language() -> None:
    """What it lacks would be a box in a PNG; these are drawn as shapes, or stand only on pages."""
    font = ImageFont.truetype(str(letters.file(letters.PLAIN)), 100)

    def lacks(letter: str) -> bool:
        return bytes(font.getmask(letter)) == bytes(font.getmask("\ufffe"))

    used: set[str] = set()
    for path in LOCALES.glob("*.po"):
        for message in read_po(path.open("rb"), locale=path.stem):
            used |= {letter for letter in poster.spaced(str(message.string)) if letter.isprintable()}
    assert len(used) > 90
    assert {letter for letter in used if lacks(letter)} <= set("▲△→⌘●")


# ── Charts ───────────────────────────────────────────────────────────────────────────────────────────────────────


def axis() -> Axis:
    t = words("de")
    return Axis(lambda value: t.number(value, 1), lambda value: t.number(value, 1))


def test_a_series_has_its_gaps_its_band_and_its_hollow_points() -> None:
    whole = tuple(Point(at, 10.0 + at, 9.0 + at, 11.0 + at) for at in range(3))
    broken = (*whole, Point(4, 20.0, broken=False), Point(5, 21.0, broken=True), Point(6, 22.0, doubtful=True))
    drawn = charts.over_time(
        [Series("r0", "Sachsen", broken), Series("r8", "Deutschland", whole)],
        [str(2016 + i) for i in range(7)],
        axis(),
        (0, 0, 900, 600),
    )
    assert drawn.count('class="l-r0"') == 2, "a line each where neighbours are there: 0–2 and 5–6"
    assert drawn.count('class="b-r0"') == 1, "a band only where every point has its limits"
    assert drawn.count('class="o-r0"') == 1
    assert 'stroke-dasharray="9 6"' in drawn
    assert re.search(r">Sachsen</text>.*>22,0</text>", drawn)
    for left, top, right, bottom in texts(drawn):
        assert left >= -0.5
        assert right <= 900.5
        assert top >= -0.5
        assert bottom <= 600.5


def test_periods_lie_as_far_apart_as_they_are() -> None:
    assert [charts.when(each) for each in ("2024", "2024-Q3", "2024-07")] == [2024, 2024.5, 2024.5]
    years = ("2021", "2023", "2024")
    line = Series("r0", "Sachsen", tuple(Point(at, 5.0) for at in range(3)))
    on = replace(axis(), times=tuple(charts.when(year) for year in years))
    drawn = charts.over_time([line], years, on, (0, 0, 900, 500))
    first, second, third = (float(x) for x in re.findall(r'<g class="f-r0" transform="translate\(([\d.]+)', drawn))
    assert second - first == pytest.approx(2 * (third - second), abs=0.2)


def test_names_at_the_ends_of_close_lines_do_not_touch() -> None:
    names = ("Provence-Alpes-Côte d’Azur und noch einiges dazu", "Sachsen", "Grand Est", "Baden-Württemberg")
    series = [Series(f"r{i}", name, (Point(0, 5.0), Point(1, 10.0 + i / 100))) for i, name in enumerate(names)]
    drawn = charts.over_time(series, ["2023", "2024"], axis(), (0, 0, 900, 500))
    ends = [box for box in texts(drawn) if box[0] > 600]
    assert len(ends) >= 8
    for a, b in combinations(sorted(ends, key=lambda box: box[1]), 2):
        assert a[3] <= b[1] + 1.5 or b[3] <= a[1] + 1.5 or a[2] <= b[0] or b[2] <= a[0]


def test_rows_on_an_axis_each_keep_their_whiskers_and_stay_inside() -> None:
    dots = (Dot(0, 10.0, 9.0, 11.0), Dot(1, 12.0), Dot(2, -3.0, doubtful=True))
    rows = [Row(f"{WORD} {i}", "% der Unternehmen, 2024", dots, (("DE", 11.0), ("FR", 9.0)), axis()) for i in range(6)]
    for box in ((20.0, 30.0, 860.0, 700.0), (0.0, 0.0, 968.0, 500.0)):
        drawn = charts.on_axes(rows, box)
        assert drawn.count("v8M") == 6, "one whisker a row"
        assert drawn.count('class="o-r2"') == 12, "hollow on the axis and beside its figure"
        for left, top, right, bottom in texts(drawn):
            assert box[0] - 0.5 <= left
            assert right <= box[0] + box[2] + 0.5
            assert box[1] - 1 <= top
            assert bottom <= box[1] + box[3] + 1


def test_a_frames_name_covers_little_of_what_lies_in_it() -> None:
    lines, size = plate._named("Französisch-Guayana", 63)
    assert (lines, size * len(lines) <= 20) == (["Französisch-", "Guayana"], True)
    assert plate._named("Guadeloupe", 63) == (["Guadeloupe"], 12)
