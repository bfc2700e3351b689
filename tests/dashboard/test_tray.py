"""The keynote tray: its address is all there is; every line is read, found or refused by itself; decks over HTTP."""

from __future__ import annotations

import html
import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path
from urllib.parse import parse_qsl, quote, urlsplit

import pytest
from decks import opened as read_back
from decks import texts
from flask.testing import FlaskClient
from werkzeug.datastructures import MultiDict
from werkzeug.test import TestResponse

from dashboard import urls
from dashboard.deck import serve, tray
from dashboard.deck.of import builders
from dashboard.exports import pool
from dashboard.i18n import languages
from dashboard.pages import Request, pages
from dashboard.store import Build

TYPE = "application/vnd.openxmlformats-officedocument.presentationml.presentation"
VIEWS = ("map?indicator=adoption_firms_ai_web_pct&level=land", "region/DED", "compare/DED+FRF", "hub/DED2+DED4")


def taken(client: FlaskClient, address: str) -> TestResponse:
    """A deck; who is told that the process for exports is busy comes again, as a reader would."""
    for _ in range(3):
        answer = client.get(address)
        if answer.status_code != 503:
            break
    return answer


def asked(build: Build, address: str) -> Request:
    return Request(address[1:3], "", MultiDict(parse_qsl(urlsplit(address).query)), build)


def test_an_address_is_read_back_as_it_was_written(opened: Build) -> None:
    pairs = [(view, "Eigen & <b> = ?" if place == 1 else "") for place, view in enumerate(VIEWS)]
    address = urls.keynote("de", pairs, {"name": "Für morgen", "theme": "dark"})
    assert "v=map?indicator=adoption_firms_ai_web_pct%26level=land" in address  # readable
    found = tray.read(asked(opened, address))
    assert [(view.address, view.own) for view in found.views] == pairs
    assert (found.name, found.theme, found.address("de")) == ("Für morgen", "dark", address)
    assert not found.refused


def test_order_titles_and_removal_go_together(opened: Build) -> None:
    found = tray.read(asked(opened, urls.keynote("de", [("map", ""), ("region/DED", "B"), ("region/FRF", "C")])))
    moved = tray.read(asked(opened, found.moved(1, 0).address("de")))
    assert [(view.address, view.own) for view in moved.views] == [("region/DED", "B"), ("map", ""), ("region/FRF", "C")]
    less = tray.read(asked(opened, moved.without(0).address("de")))
    assert [(view.address, view.own) for view in less.views] == [("map", ""), ("region/FRF", "C")]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("https://evil.example/de/map", "Nur Ansichten dieses Atlas"),
        ("//evil.example/de/map", "Nur Ansichten dieses Atlas"),
        ("javascript:alert(1)", "Nur Ansichten dieses Atlas"),
        ("map?indicator=nix", "„nix“ ist unbekannt"),
        ("map?level=galaxie", "galaxie"),
        ("region/XX1", "XX1"),
        ("region", "gibt es nichts"),
        ("hub", "hub"),
        ("compare/DED", "compare"),
        ("data", "keine Folie"),
        ("keynote", "keine Folie"),
        ("brief/region/DED", "keine Folie"),
        ("../../etc/passwd", "keine Folie"),
        ("<script>alert(1)</script>", "keine Folie"),
        ("compare/DED+FRF+DE1+DE2+DE3", "Höchstens"),
        ("x" * 1900, "keine Folie"),
    ],
)
def test_what_is_no_view_is_refused_with_its_sentence_and_the_others_stay(opened: Build, text: str, said: str) -> None:
    found = tray.read(asked(opened, urls.keynote("de", [("map", ""), (text, ""), ("region/DED", "")])), ("localhost",))
    if text == "compare/DED":  # asks whom to compare with: a page, but no view
        assert [view.address for view in found.views][1] == "compare/DED"
        return
    assert [view.address for view in found.views] == ["map", "region/DED"]
    ((about, why),) = found.refused
    assert about == text[:80]
    assert said in why


def test_own_addresses_are_taken_in_whatever_form(opened: Build) -> None:
    for text in (
        "/fr/map?level=land",
        "https://atlas.test/en/map?level=land#card",
        "/embed/de/map?level=land&asof=abc",
    ):
        found = tray.read(asked(opened, "/de/keynote?add=" + quote(text)), ("atlas.test",))
        assert [view.address for view in found.views] == ["map?level=land"], text


def test_three_hundred_views_are_refused_naming_the_limit(client: FlaskClient) -> None:
    address = urls.keynote("de", [("map", "")] * 300)
    for path in (
        address,
        address.replace("/keynote?", "/keynote.pptx?"),
        address.replace("/keynote?", "/keynote/present?"),
    ):
        answer = client.get(path)
        assert answer.status_code == 400
        assert "höchstens 40 Folien; diese Sammlung hat 300" in answer.text


@pytest.mark.parametrize("lang", languages())
def test_the_page_works_with_links_and_forms_alone(client: FlaskClient, lang: str) -> None:
    address = urls.keynote(lang, [("map?level=nuts3", ""), ("region/DED", 'Titel "<b>'), ("map?indicator=nix", "")])
    answer = client.get(address)
    assert answer.status_code == 200
    text = answer.text
    assert "<b>&lt;b&gt;" not in text
    assert 'Titel "<b>' not in text
    assert "nix" in text
    links = [html.unescape(link) for link in re.findall(r'href="(/\w\w/keynote[^"]*)"', text)]
    decks = [link for link in links if "keynote.pptx" in link]
    down = next(link for link in links if link.startswith(f"/{lang}/keynote?v=region/DED"))
    assert decks
    assert "title.1=" in down
    assert client.get(down).status_code == 200
    assert all(client.get(link).status_code == 200 for link in links if ".pptx" not in link)
    assert 'name="title.1"' in text
    assert 'name="add"' in text


@pytest.mark.parametrize(
    ("address", "slides", "says"),
    [
        ("/de/keynote.pptx?v=map&v=region/DED&title.2=Mein%20Titel&name=Morgen", 3, "Mein Titel"),
        ("/fr/region/DED.pptx?theme=dark", 10, "État des lieux"),
        ("/de/hub/DED2+DED4.pptx", None, "Status quo"),
        ("/en/compare/DED%2BFRF.pptx", None, "across the border"),
        ("/de/programme/zakid.pptx", None, "ZaKI.D"),
    ],
)
def test_decks_come_as_files_with_a_name(client: FlaskClient, address: str, slides: int | None, says: str) -> None:
    answer = taken(client, address)
    assert answer.status_code == 200, answer.text[:500]
    assert answer.headers["Content-Type"] == TYPE
    assert re.fullmatch(r'attachment; filename="atlas-[a-z0-9-]+\.pptx"', answer.headers["Content-Disposition"])
    file = read_back(answer.data)
    assert slides in (None, len(file.slides))
    assert says in " ".join(texts(slide) for slide in file.slides)
    again = client.get(address, headers={"If-None-Match": answer.headers["ETag"]})
    assert again.status_code in (200, 304)


@pytest.mark.parametrize(
    ("address", "status", "says"),
    [
        ("/de/keynote.pptx", 404, "keine Ansicht"),
        ("/de/keynote.pptx?v=map?indicator=jobs_it_employment_fap_count", 403, "Lizenz"),
        ("/de/keynote.pptx?v=map&theme=neon", 404, "neon"),
        ("/de/region.pptx", 404, "unbekannt"),
        ("/de/region/XX1.pptx", 404, "XX1"),
        ("/de/compare/DED.pptx", 404, "compare"),
        ("/de/map.pptx", 404, "unbekannt"),
        ("/de/data.pptx", 404, "unbekannt"),
        ("/de/hub/nix.pptx", 404, "nix"),
        ("/de/programme/nix.pptx", 404, "nix"),
        ("/de/keynote/present?deck=map/x", 404, "map/x"),
        ("/de/keynote/present?deck=region/XX1", 404, "XX1"),
        ("/de/keynote/present", 404, "keine Ansicht"),
        ("/de/keynote.pptx?v=map&name=" + "x" * 40_000, 400, "zu lang"),
    ],
)
def test_what_there_is_not_is_a_calm_page(client: FlaskClient, address: str, status: int, says: str) -> None:
    answer = client.get(address)
    assert answer.status_code == status, answer.text[:300]
    assert says in html.unescape(answer.text)


def test_a_code_in_another_spelling_leads_to_its_deck(client: FlaskClient) -> None:
    answer = client.get("/de/region/ded.pptx")
    assert (answer.status_code, answer.headers["Location"]) == (301, "/de/region/DED.pptx")


def test_who_comes_when_too_many_wait_is_asked_to_come_again(
    client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    def busy(*_: object) -> bytes:
        raise pool.BusyError

    monkeypatch.setattr(serve.pool, "made", busy)
    answer = client.get("/de/region/DE1.pptx")
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, str(pool.AGAIN))


def test_nothing_is_left_behind(client: FlaskClient) -> None:
    before = set(Path(tempfile.gettempdir()).glob("*.pptx"))
    assert taken(client, "/de/keynote.pptx?v=region/DE2").status_code == 200
    assert set(Path(tempfile.gettempdir()).glob("*.pptx")) == before


def test_pages_offer_the_tray_and_where_there_is_one_the_deck(client: FlaskClient) -> None:
    for address, deck in (
        ("/de/map?level=nuts3", ""),
        ("/de/region/DED", "/de/region/DED.pptx"),
        ("/de/compare/DED+FRF", "/de/compare/DED+FRF.pptx"),
        ("/de/hub/ki-hub-sachsen-thueringen", "/de/hub/ki-hub-sachsen-thueringen.pptx"),
        ("/de/programme/zakid", "/de/programme/zakid.pptx"),
        ("/de/partnerships?kind=de-fr", ""),
        ("/de/indicator/adoption_firms_ai_web_pct", ""),
    ):
        text = client.get(address).text
        (link,) = [
            html.unescape(each)
            for each in re.findall(r'<a [^>]*href="([^"]*)"[^>]*data-keynote|data-keynote[^>]*href="([^"]*)"', text)
            for each in each
            if each
        ]
        view = MultiDict(parse_qsl(urlsplit(link).query))["v"]
        assert address.removeprefix("/de/").partition("?")[0] == view.partition("?")[0], link
        assert client.get(link).status_code == 200
        assert not deck or f'href="{deck}"' in text, address


@pytest.mark.parametrize(("name", "says"), [("ATLAS_LOGO", "an SVG"), ("ATLAS_DECK_TEMPLATE", "no usable PowerPoint")])
def test_a_wrong_logo_or_template_stops_the_start_with_a_sentence(
    data: Path, tmp_path: Path, name: str, says: str
) -> None:
    wrong = tmp_path / "logo.svg"
    wrong.write_text('<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>', "utf-8")
    settings = {**os.environ, "ATLAS_DATA": str(data), "ATLAS_PORT": "0", name: str(wrong)}
    done = subprocess.run(
        [sys.executable, "-m", "dashboard"], env=settings, capture_output=True, text=True, timeout=60, check=False
    )
    assert done.returncode == 1
    assert name in done.stderr
    assert says in done.stderr
    assert "Traceback" not in done.stderr


def test_every_builder_is_of_a_page() -> None:
    assert set(builders()) <= set(pages())
