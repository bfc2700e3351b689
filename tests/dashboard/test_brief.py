"""Briefs: one A4 page whatever they are about, readable, tagged, safe, and never in the way of page views."""

from __future__ import annotations

import io
import re
import threading
from dataclasses import replace
from datetime import date
from urllib.parse import unquote

import orjson
import pytest
import typst
import zxingcpp
from flask.testing import FlaskClient
from PIL import Image
from pypdf import PdfReader

from dashboard import drawing, ledger, queries, territories
from dashboard.brief import draw, model, pdf
from dashboard.brief.model import Brief, Figure, Promise
from dashboard.i18n import languages, words
from dashboard.pages import Request, pages
from dashboard.store import Build
from dashboard.urls import MapState
from dashboard.view import map_view

HOST = "https://atlas.example.org"
A4 = (595, 842)


@pytest.fixture(scope="module")
def compiler() -> typst.Compiler:
    return pdf.new_compiler()


def made(build: Build, page: str, lang: str, item: str) -> Brief:
    found: Brief = pages()[f"brief/{page}"].brief(Request(lang, item, {}, build))
    return found


def plain(text: str) -> str:
    """Letters and figures only: a PDF breaks lines and hyphenates."""
    return re.sub(r"[\W_]+", "", text)


def one_page(file: bytes) -> PdfReader:
    """The file read back; it is one A4 page."""
    found = PdfReader(io.BytesIO(file))
    assert len(found.pages) == 1
    assert (round(found.pages[0].mediabox.width), round(found.pages[0].mediabox.height)) == A4
    return found


def subjects(build: Build) -> list[tuple[str, str]]:
    """Every Land and région with both countries, what lies deepest, a group; every named territory and one's own."""
    known = queries.regions(build)
    regions = [code for code, region in known.items() if region.adm in ("country", "land")]
    codes = (*regions, "DED51", "FRF11", "FRY10", "FRY", "DE300")
    named = (*territories.named(build, words("en")), "DED+FRF", "DE+FR", "FRY1+FRY2")
    return [*(("region", code) for code in codes), *(("hub", item) for item in named)]


def test_every_brief_is_one_page_in_each_language(opened: Build, compiler: typst.Compiler) -> None:
    """What does not fit would come as a second page; the longest are read whole."""
    known: list[tuple[int, str, str, str]] = []
    for page, item in subjects(opened):
        for lang in languages():
            brief = made(opened, page, lang, item)
            file = pdf.render(compiler, brief, HOST)
            one_page(file)
            known.append((len(repr(replace(brief, svg=""))), page, item, lang))
    for _, page, item, lang in sorted(known)[-6:]:
        brief = made(opened, page, lang, item)
        text = plain(one_page(pdf.render(compiler, brief, HOST)).pages[0].extract_text())
        figures = [part for figure in brief.figures for part in (figure.title, figure.value, *figure.facts)]
        for part in (brief.title, *brief.findings[:4], *figures, *brief.sources, model.stamp(brief)):
            assert plain(part) in text, (page, item, lang, part)
        assert plain(HOST[8:] + brief.path) in text


def test_every_programme_is_one_page(opened: Build, compiler: typst.Compiler) -> None:
    """All in German; in each language those with most to say, whose amounts and standings can be read."""
    known = ledger.programmes(opened)
    for item in known:
        one_page(pdf.render(compiler, made(opened, "programme", "de", item), HOST))
    longest = sorted(known.values(), key=lambda one: (len(one.progress), len(one.name(""))))[-3:]
    for lang in languages():
        for one in longest:
            brief = made(opened, "programme", lang, one.id)
            text = plain(one_page(pdf.render(compiler, brief, HOST)).pages[0].extract_text())
            assert brief.promises
            for row in brief.promises[:2]:
                assert plain(row.promised) in text
                assert plain(row.standing) in text
            assert plain(brief.title) in text


def test_a_programmes_brief_does_not_say_more_than_the_ledger(opened: Build) -> None:
    """ZaKI.D: 30 and 500 jobs, 18 million among 16.46 to 18, nothing reported, nothing added up."""
    brief = made(opened, "programme", "en", "zakid")
    said = {figure.title: (figure.value, " ".join(figure.facts)) for figure in brief.figures}
    assert said["Jobs and posts, direct"][0] == "30 jobs"
    assert said["Jobs and posts, indirect"][0] == "500 jobs"
    assert "16.46" in said["Money, grant"][1], "competing figures are named"
    assert all("no report" in row.standing for row in brief.promises)
    assert "530" not in repr(brief)


def fonts(found: PdfReader) -> dict[str, bool]:
    """Font → whether its outlines are in the file."""
    known = {}
    for font in found.pages[0]["/Resources"]["/Font"].values():
        inner = font.get_object()
        inner = inner["/DescendantFonts"][0].get_object() if "/DescendantFonts" in inner else inner
        known[str(inner["/BaseFont"])] = any(str(key).startswith("/FontFile") for key in inner["/FontDescriptor"])
    return known


@pytest.mark.parametrize("lang", ["de", "fr", "en"])
def test_the_pdf_says_what_it_is_in_which_language(opened: Build, compiler: typst.Compiler, lang: str) -> None:
    brief = made(opened, "region", lang, "DED")
    file = pdf.render(compiler, brief, HOST)
    found = one_page(file)
    root = found.trailer["/Root"]
    assert root["/Lang"].startswith(lang)
    assert found.metadata is not None
    assert found.metadata.title == brief.title
    assert root["/MarkInfo"]["/Marked"], "tagged for screen readers"
    assert b"pdfuaid" in root["/Metadata"].get_data(), "PDF/UA"
    assert fonts(found)
    assert all(fonts(found).values())
    assert all("SourceSans3" in name for name in fonts(found)), fonts(found)
    assert file == pdf.render(pdf.new_compiler(), brief, HOST), "the same figures, the same file"


MARKUP = '#panic("x") *fett* $a^2$ `roh` \\ <b> @ref // nichts #import "/etc/passwd" "] {x} [y'


def absurd(text: str) -> Brief:
    """A brief of which every part is the same long text."""
    return Brief(
        lang="de",
        title=model.title(text),
        kind=model.cell(text),
        figures=(Figure(model.cell(text), model.cell(text)[:40], (model.cell(text),)),) * model.FIGURES,
        findings=(model.sentence(text),) * 6,
        promises=(Promise(*(model.cell(text) for _ in range(4)), True),) * model.PROMISES,
        left=1000,
        no_promise="",
        sources=(model.cell(text),) * 15,
        svg="",
        label="",
        path="/de/region/DED",
        build="abc",
        day=date(2026, 11, 21),
        internal=True,
    )


@pytest.mark.parametrize("text", [MARKUP, "Wort " * 2000, "Ohneende" * 900, "Łódź \u202e \ufdfd \u6f22\u5b57 " * 300])
def test_absurd_texts_stay_texts_on_one_page(compiler: typst.Compiler, text: str) -> None:
    """Markup is shown and not obeyed; what is far too long is shortened and says so."""
    found = one_page(pdf.render(compiler, absurd(text), HOST)).pages[0].extract_text()
    assert "2026" in found.splitlines()[-1] or "abc" in found, "the foot is there"
    assert f"{HOST[8:]}/de/region/DED" in found
    if text == MARKUP:
        assert plain(MARKUP) in plain(found)
        assert '#panic("x")' in found
    assert "Intern" in found


def test_a_map_cannot_draw_files_of_the_machine_in(opened: Build, compiler: typst.Compiler) -> None:
    hostile = replace(
        made(opened, "region", "de", "DED"), svg='<svg viewBox="0 0 9 9"><image href="/etc/passwd"/></svg>'
    )
    with pytest.raises(typst.TypstError, match="not allowed"):
        pdf.render(compiler, hostile, HOST)


def test_the_page_and_the_pdf_say_the_same(client: FlaskClient) -> None:
    page = client.get("/de/brief/region/DED")
    assert page.status_code == 200
    assert "/de/brief/region/DED.pdf" in page.text
    for page_ in ("region/DED", "programme/zakid", "hub/ki-hub-sachsen-thueringen"):
        assert f'"/de/brief/{page_}"' in client.get(f"/de/{page_}").text, "the page leads to its brief"
    answer = client.get("/de/brief/region/DED.pdf")
    assert answer.content_type == "application/pdf"
    text = plain(one_page(answer.data).pages[0].extract_text())
    sentences = re.findall(r"<td[^>]*>([^<]+)</td>", page.text)
    assert sentences
    for cell in sentences:
        assert plain(cell) in text
    assert client.get("/de/brief/region/DED.pdf", headers={"If-None-Match": answer.headers["ETag"]}).status_code == 304


@pytest.mark.parametrize(
    ("address", "status", "leads"),
    [
        ("region/ded.pdf", 301, "/de/brief/region/DED.pdf"),
        ("region/ded", 301, "/de/brief/region/DED"),
        ("region/%3Cb%3E.pdf", 404, ""),
        ("region/XX99", 404, ""),
        ("region/..%2F..%2Fetc.pdf", 404, ""),
        ("nothing/DED.pdf", 404, ""),
        ("region.pdf", 404, ""),
        ("hub/ded+frf.pdf", 301, "/de/brief/hub/DED+FRF.pdf"),
        ("hub/ZZ+DED.pdf", 404, ""),
        ("programme/zzz.pdf", 404, ""),
    ],
)
def test_odd_addresses_are_answered_calmly(client: FlaskClient, address: str, status: int, leads: str) -> None:
    answer = client.get(f"/de/brief/{address}")
    assert (answer.status_code, answer.headers.get("Location", "")) == (status, leads)
    assert "<b>" not in answer.text or "XX" in address


def test_who_comes_when_too_many_wait_is_asked_to_come_again(client: FlaskClient) -> None:
    """Every place is taken: the next reader is told at once; when one is free again, it is served."""
    held = [pdf._PLACES.acquire(blocking=False) for _ in range(pdf.AT_ONCE + pdf.WAITING)]
    assert all(held)
    try:
        answer = client.get("/fr/brief/region/DEA.pdf")
        assert answer.status_code == 503
        assert int(answer.headers["Retry-After"]) > 0
        assert "/fr/brief/region/DEA" in answer.text
        assert client.get("/fr/brief/region/DEA").status_code == 200, "pages are not held up"
    finally:
        for _ in held:
            pdf._PLACES.release()
    assert client.get("/fr/brief/region/DEA.pdf").status_code == 200


def test_readers_at_the_same_time_get_each_their_own(opened: Build) -> None:
    """More readers than compilers: all are served, none gets another's page."""
    codes = ["DEA", "DEB", "DEC", "DED", "DEE", "DEF"]
    found: dict[str, str] = {}

    def ask(code: str) -> None:
        file = pdf.pdf(made(opened, "region", "de", code), HOST)
        found[code] = one_page(file).pages[0].extract_text()

    threads = [threading.Thread(target=ask, args=(code,)) for code in codes]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert {code: f"/de/region/{code}" in text for code, text in found.items()} == dict.fromkeys(codes, True)


@pytest.mark.parametrize(("item", "level"), [("DED", "land"), ("FRF", "land"), ("DED21", "nuts3"), ("DE", "land")])
def test_a_regions_map_has_the_colours_of_the_map_page_and_outlines_it(opened: Build, item: str, level: str) -> None:
    brief = made(opened, "region", "de", item)
    assert brief.alone
    country = item[:2]
    indicator = "adoption_firms_ai_web_pct"
    scene = drawing.scene(map_view(opened, "de", MapState(indicator=indicator, level=level)))
    wanted = {region.code: region.classes for region in scene.regions if region.code.startswith(country)}
    drawn = dict(re.findall(r'<path id="(\w+)" d="[^"]+" class="([^"]+)">', brief.svg))
    assert {code: drawn.get(code) for code in wanted} == wanted, "the same classes as on the page of the map"
    outlined = re.findall(r'<path class="am-picked" d="([^"]+)"', brief.svg)
    own = {region.code: region.d for region in scene.regions}
    assert outlined == ([own[item]] if item in own else [])
    assert "font-face" in unquote(draw._map(brief).src), "a picture cannot use the page's type: words were cut off"
    assert "Deutschland" in brief.svg if country == "DE" else "Frankreich" in brief.svg, "the key has the mean"


def test_a_programmes_map_is_that_of_its_places(opened: Build) -> None:
    brief = made(opened, "programme", "de", "zakid")
    assert not brief.alone
    assert 'class="place"' in brief.svg


def test_a_camera_reads_the_address_of_these_very_figures(opened: Build, compiler: typst.Compiler) -> None:
    brief = made(opened, "region", "fr", "FRF")
    inputs = {"brief": orjson.dumps(pdf._data(brief, HOST)).decode()}
    sheet = Image.open(io.BytesIO(compiler.compile(format="png", ppi=200, sys_inputs=inputs)))
    (code,) = zxingcpp.read_barcodes(sheet)
    assert code.text == f"{HOST}{brief.path}?asof={opened.id}"
    assert code.position.top_left.x > sheet.width * 0.8
    assert code.position.top_left.y > sheet.height * 0.8
