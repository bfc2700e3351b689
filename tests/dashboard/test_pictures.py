"""Every picture read back: what it says is what the page says, and it looks as it was asked to."""

from __future__ import annotations

import io
import re
from collections import Counter
from collections.abc import Iterator
from typing import Any
from xml.etree import ElementTree

import pytest
from flask.testing import FlaskClient
from PIL import Image
from pypdf import PdfReader
from werkzeug.test import TestResponse

from dashboard import queries
from dashboard.components import picture_links
from dashboard.i18n import languages
from dashboard.map import palette
from dashboard.pages import pages
from dashboard.pictures import poster
from dashboard.pictures.tokens import tokens
from dashboard.store import Build

WEB = "adoption_firms_ai_web_pct"
#: Every way to colour a map, drilled in or not; and the pages with charts.
VIEWS = {
    "value": f"/de/map?indicator={WEB}&level=land",
    "circles": "/fr/map?indicator=research_ai_preprints_count&level=nuts2&size=square",
    "gap": f"/de/map?indicator={WEB}&level=nuts2&view=gap&theme=dark",
    "change": f"/fr/map?indicator={WEB}&level=land&view=change&from=2023",
    "sure": f"/en/map?indicator={WEB}&level=land&view=sure",
    "flags": "/de/map?indicator=adoption_people_genai_pct&view=sure",
    "against": f"/fr/map?indicator={WEB}&level=land&against=context_gdp_per_inhabitant_eur&size=square",
    "lines": f"/de/map?indicator={WEB}&level=land&lines=all",
    "continuous": f"/de/map?indicator={WEB}&level=nuts3&scale=continuous",
    "drilled": f"/de/map?indicator={WEB}&level=nuts3&within=DED&region=DED21",
    "one country": f"/fr/map?indicator={WEB}&level=nuts2&country=FR",
    "two scales": "/en/map?indicator=jobs_ai_postings_pct",
    "none for one": "/de/map?indicator=jobs_it_employees_count&level=land",
}
OTHERS = {
    "hub": "/de/hub/ki-hub-sachsen-thueringen",
    "region": "/fr/region/FRF?size=square",
    "indicator": f"/de/indicator/{WEB}",
    "compare": "/de/compare/DED+FRF?theme=dark",
    "course": "/fr/compare/DED+FRF?indicator=context_gdp_per_inhabitant_eur",
}


def ask(client: FlaskClient, address: str, form: str, more: str = "") -> TestResponse:
    path, _, query = address.partition("?")
    return client.get(f"{path}.{form}?" + "&".join(filter(None, (query, more))))


def svg(client: FlaskClient, address: str, more: str = "") -> ElementTree.Element:
    answer = ask(client, address, "svg", more)
    assert answer.status_code == 200, answer.text[-600:]
    assert answer.content_type.startswith("image/svg+xml")
    return ElementTree.fromstring(answer.text)


def plain(text: str) -> str:
    """Words without the spaces that lines and languages put between them."""
    return re.sub(r"\s", "", poster.spaced(text))


def said(root: ElementTree.Element) -> str:
    return plain("".join(text for element in root.findall(".//{*}text") for text in element.itertext()))


def page(client: FlaskClient, address: str) -> str:
    return client.get(address).text


def between(markup: str, start: str, end: str) -> str:
    found = re.search(f"{start}(.*?){end}", markup, re.S)
    assert found, start
    text = re.sub(r"<[^>]+>", "", found[1])
    return ElementTree.fromstring(f"<t>{text.replace('&nbsp;', chr(160))}</t>").text or ""


@pytest.mark.parametrize("view", VIEWS)
def test_a_map_says_and_shows_what_its_page_does(client: FlaskClient, opened: Build, view: str) -> None:
    root, markup = svg(client, VIEWS[view]), page(client, VIEWS[view])
    words = said(root)
    assert plain(between(markup, '<h1 id="title">', "</h1>")) in words
    assert plain(between(markup, '<p id="subtitle" class="subtitle">', "</p>")) in words
    for gap in re.findall(r'<div id="gaps" class="gaps">(.*?)</div>', markup, re.S):
        for sentence in re.findall(r"<p>(.*?)</p>", gap):
            assert plain(between(f"<p>{sentence}</p>", "<p>", "</p>")) in words
    for limit in re.findall(r"<b aria-hidden=true>(.*?)</b>", markup):
        assert plain(limit) in words, "the legend's limits"
    assert plain("GeoBasis-DE") in words
    assert f"asof={opened.id}" in words, "the address of the frozen view"
    assert root.find(".//{*}a").get("href", "").endswith(f"asof={opened.id}")  # type: ignore[union-attr]
    regions = {path.get("id"): path.get("class") for path in root.findall(".//{*}g[@class='am-regions']//{*}path")}
    drawn = {code: fill for fill, code in re.findall(r'<path d="[^"]*" class="([^"]*)" data-c="([^"]*)"', markup)}
    assert len(drawn) >= 2
    assert {code: regions[code] for code in regions if code in drawn} == {
        code: fill for code, fill in drawn.items() if code in regions
    }
    if "within" not in VIEWS[view]:
        assert set(drawn) <= set(regions)
    for key, text in re.findall(r'<li data-k="(.)"><svg.*?<span>(.*?)</span>', markup):
        assert plain(between(f"<p>{text}</p>", "<p>", "</p>")) in words, f"the sign {key} is explained"
    if "view=sure" in VIEWS[view]:
        return
    notes = [text for text in re.findall(r'<p class="am-remark">(.*?)</p>', markup)]
    assert all(plain(text) in words for text in notes)


@pytest.mark.parametrize("view", ["value", "gap", "drilled"])
def test_the_figures_on_the_regions_are_those_of_the_table(client: FlaskClient, view: str) -> None:
    root, markup = svg(client, VIEWS[view]), page(client, VIEWS[view])
    labels = root.findall(".//{*}g[@class='am-said']/{*}g")
    table = re.findall(r"<tr data-c=.*?</tr>", markup, re.S)
    known = {plain(re.sub(r"<[^>]+>", " ", row)) for row in table}
    if view == "gap":
        assert not labels, "65 regions are a pattern, not figures to read"
        return
    assert len(labels) >= 8
    for label in labels:
        lines = [text for element in label for text in [element.text or ""]]
        name, figure = plain("".join(lines[:-1])), plain(lines[-1])
        assert any(name in row and figure in row for row in known), lines


def test_colours_are_the_page_s_in_both_themes(client: FlaskClient) -> None:
    for dark in (False, True):
        text = ask(client, VIEWS["against"], "svg", f"theme={'dark' if dark else 'light'}").text
        rules = dict(re.findall(r"\.([qdb]\d+)\{fill:(#[0-9a-f]{6})\}", text))
        assert {f"q{i}": c for i, c in enumerate(palette.sequential(6, dark))}.items() <= rules.items()
        assert palette.cross(dark).items() <= rules.items()
        assert f".ground{{fill:{tokens(dark)['bg']}}}" in text


def test_an_svg_stands_alone(client: FlaskClient) -> None:
    answer = ask(client, VIEWS["value"], "svg")
    text = answer.text
    ids = re.findall(r'id="([^"]+)"', text)
    assert [name for name, count in Counter(ids).items() if count > 1] == []
    assert set(re.findall(r"url\(#([\w-]+)\)", text)) <= set(ids)
    assert set(re.findall(r"url\((?!#)([^;]{0,20})", text)) == {"data:font/woff2"}
    assert not re.search(r"var\(|<script|\son\w+=", text)
    policy = answer.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "font-src data:" in policy
    assert answer.headers["Content-Disposition"] == f'inline; filename="{WEB.replace("_", "-")}-land-2024.svg"'
    assert answer.headers["Cache-Control"] == "no-cache"


@pytest.mark.parametrize("view", OTHERS)
def test_a_chart_says_what_its_page_does(client: FlaskClient, opened: Build, view: str) -> None:
    root = svg(client, OTHERS[view])
    words, markup = said(root), plain(re.sub(r"<[^>]+>", "", page(client, OTHERS[view])))
    lang = OTHERS[view][1:3]
    if view == "region":
        rows = queries.slice_rows(opened, WEB, "land", "")
        (last,) = [row for row in rows if (row["region"], row["period"]) == ("FRF", "2024")]
        assert plain(f"{last['value']:.1f}".replace(".", ",") + " %") in words
        assert plain("France") in words
    if view == "compare":
        for name in ("Sachsen", "GrandEst"):
            assert name in words
        values = re.findall(r"\d+,\d%", words)
        assert len([value for value in values if value in markup]) >= 8
    if view == "hub":
        assert re.search(r"KI-HubSachsen-Thüringen\d+,\d%", words)
        assert re.search(r"KI-HubSachsen-Thüringen(\d+,\d%)", words)[1] in markup  # type: ignore[index]
    assert re.search(r"CCBY4\.0|MIT|Eurostat", words), "the licence"
    assert {"de": "Datenstand", "fr": "Éditiondesdonnées"}[lang] in words
    assert f"asof={opened.id}" in words
    assert root.find("{*}desc").text  # type: ignore[union-attr]


def test_the_course_of_two_countries_has_every_figure(client: FlaskClient, opened: Build) -> None:
    root = svg(client, OTHERS["indicator"])
    rows = queries.slice_rows(opened, WEB, "country", "")
    spoken = plain(root.find("{*}desc").text or "")  # type: ignore[union-attr]
    for row in rows:
        assert plain(f"{row['period']}: {row['value']:.1f}".replace(".", ",")) in spoken.replace("0000", "")
    marks = [g for g in root.findall(".//{*}g") if re.fullmatch(r"[fo]-r[01]", g.get("class", ""))]
    assert len(marks) == len(rows)


# ── Pixels and pages ─────────────────────────────────────────────────────────────────────────────────────────────


def test_a_png_has_the_size_and_the_ground_it_was_asked_for(client: FlaskClient) -> None:
    looks = {
        "": ((1600, 900), False),
        "size=square&theme=dark": ((1080, 1080), True),
        "x=2&ground=none": ((3200, 1800), False),
    }
    for more, (size, dark) in looks.items():
        answer = ask(client, VIEWS["value"], "png", more)
        assert answer.content_type == "image/png"
        image = Image.open(io.BytesIO(answer.data)).convert("RGBA")
        assert image.size == size
        ground = image.getpixel((2, 2))
        assert isinstance(ground, tuple)
        bare = "none" in more
        assert ground[3] == (0 if bare else 255)
        if not bare:
            assert "#{:02x}{:02x}{:02x}".format(*ground[:3]) == tokens(dark)["bg"]
        counts = {colour: n for n, colour in image.getcolors(1 << 24) or []}
        for colour in palette.sequential(6, dark):
            wanted = (*(int(colour[i : i + 2], 16) for i in (1, 3, 5)), 255)
            assert counts.get(wanted, 0) > 500, f"class colour {colour} in {more}"
        column = image.crop((56, 56, 600, size[1] - 56)).convert("L")
        assert len([n for n in column.histogram() if n]) > 50, "letters"


def test_a_pdf_has_its_words_its_type_its_size_and_its_tags(client: FlaskClient, opened: Build) -> None:
    for view, size in ((VIEWS["value"], (1600, 900)), (OTHERS["region"], (1080, 1080))):
        answer = ask(client, view, "pdf")
        assert answer.content_type == "application/pdf"
        reader = PdfReader(io.BytesIO(answer.data))
        assert len(reader.pages) == 1
        sheet: Any = reader.pages[0]
        assert (float(sheet.mediabox.width), float(sheet.mediabox.height)) == size
        title = svg(client, view).find("{*}title").text or ""  # type: ignore[union-attr]
        assert plain(title) in plain(sheet.extract_text())
        assert plain(reader.metadata.title or "") == plain(title)  # type: ignore[union-attr]
        root: Any = reader.trailer["/Root"]
        assert root["/MarkInfo"]["/Marked"]
        assert root["/Lang"] == view[1:3]
        assert b"SourceSans3" in b"".join(fonts(sheet))
        (link,) = sheet["/Annots"]
        assert link.get_object()["/A"]["/URI"].endswith(f"asof={opened.id}")


def fonts(part: Any) -> Iterator[bytes]:
    """The names of all embedded fonts of a page, also of forms inside it."""
    resources = part.get("/Resources", {}).get_object() if hasattr(part, "get") else {}
    for font in resources.get("/Font", {}).values():
        (below,) = font.get_object()["/DescendantFonts"]
        descriptor = below.get_object()["/FontDescriptor"].get_object()
        assert any(key in descriptor for key in ("/FontFile2", "/FontFile3")), "embedded"
        yield str(descriptor["/FontName"]).encode()
    for inner in resources.get("/XObject", {}).values():
        yield from fonts(inner.get_object())


# ── What is asked for ────────────────────────────────────────────────────────────────────────────────────────────


def test_what_a_licence_keeps_here_is_no_picture_either(client: FlaskClient) -> None:
    for address in (
        "/de/map?indicator=jobs_it_employment_fap_count", "/fr/indicator/jobs_it_employment_fap_count",
        "/fr/region/FRF?indicator=jobs_it_employment_fap_count",
        "/de/hub/FRE+FRF?indicator=jobs_it_employment_fap_count",
    ):  # fmt: skip
        for form in ("svg", "png", "pdf"):
            answer = ask(client, address, form)
            assert answer.status_code == 403, address
            assert {"de": "Lizenz", "fr": "licence"}[address[1:3]] in answer.text.split("<main")[1]


def test_options_that_there_are_not_are_refused_with_those_that_there_are(client: FlaskClient) -> None:
    for lang in languages():
        for name, value in (("size", "huge"), ("theme", "neon"), ("ground", "<b>"), ("x", "99"), ("x", "1e9")):
            answer = client.get(f"/{lang}/map.png", query_string={name: value})
            assert answer.status_code == 400
            main = answer.text.split("<main")[1]
            assert name in main
            assert "<b>" not in main.replace("<b></b>", "").split("<p>")[1].split("</p>")[0]
    for address, status in (
        ("/de/map.png?level=mars", 404), ("/de/region.png", 404), ("/de/hub.svg", 404), ("/de/compare.pdf", 404),
        ("/de/programmes.png", 404), ("/de/compare/DED+FRF.png?indicator=jobs_it_employees_count", 404),
        ("/xx/map.png", 404), ("/de/region/DED.png?indicator=nope", 404),
    ):  # fmt: skip
        assert client.get(address).status_code == status, address
    moved = client.get("/de/region/DE-SN.png?size=square")
    assert moved.status_code == 301
    assert moved.headers["Location"].split("?")[0].endswith("/de/region/DED.png")


def test_a_picture_is_made_once_and_not_sent_again(client: FlaskClient) -> None:
    first = ask(client, VIEWS["value"], "png")
    again = client.get(
        "/de/map.png?level=land&utm_source=x&indicator=" + WEB, headers={"If-None-Match": first.headers["ETag"]}
    )
    assert again.status_code == 304
    head = client.head(f"/de/map.png?indicator={WEB}&level=land")
    assert head.status_code == 200
    assert head.headers["Content-Length"] == str(len(first.data))


def test_every_page_with_a_picture_offers_it_and_tells_other_sites(client: FlaskClient) -> None:
    assert {name for name, module in pages().items() if hasattr(module, "picture")} == set(picture_links.PAGES)
    for address in (
        "/de/map",
        "/de/hub/ki-hub-sachsen-thueringen",
        "/de/region/DED",
        f"/de/indicator/{WEB}",
        "/de/compare/DED+FRF",
    ):
        markup = page(client, address)
        offered = set(re.findall(r'<a [^>]*data-take="(png|svg|pdf)"', markup))
        assert offered == {"png", "svg", "pdf"}, address
        assert "og:title" in markup
        assert "og:image" not in markup, "only where the public address is known"
