"""Every page in every language: whole, findable, and without a dead link."""

from __future__ import annotations

import re
from collections import Counter, deque
from html import escape, unescape
from itertools import pairwise
from urllib.parse import urldefrag, urljoin, urlsplit

import pytest
from flask.testing import FlaskClient
from serving import ROOT
from test_firstpaint import Reader, read

from dashboard import queries, urls, view
from dashboard.app import create
from dashboard.i18n import languages, words
from dashboard.settings import Settings
from dashboard.store import Build

LANGUAGES = languages()
#: As many links of one kind (maps, regions, comparisons …) a crawl follows: they lead to ever more of their kind.
EACH = 8
#: The same of each form of file: their making is tested by itself (tests/dashboard/test_exports.py).
EACH_FILE = 1


def every_page(opened: Build, lang: str) -> list[str]:
    ids = list(queries.indicators(opened, lang))
    own = ["map", "data", "data/status", "compare/DED+FRF", "compare/DED", "compare", "partnerships", "find", "firms"]
    own += [
        "keynote",
        "hub",
        "hub/ki-hub-sachsen-thueringen",
        "hub/oberrhein",
        "region/DE",
        "region/FRK",
        "region/DED5",
    ]
    return [*(f"/{lang}/{page}" for page in own), *(f"/{lang}/indicator/{id_}" for id_ in ids)]


def elements(reader: Reader, tag: str) -> list[dict[str, str | None]]:
    return [attributes for name, attributes in reader.seen if name == tag]


@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_page_is_a_whole_document_in_its_language(client: FlaskClient, opened: Build, lang: str) -> None:
    titles = set()
    for path in every_page(opened, lang):
        answer = client.get(path)
        assert answer.status_code == 200, path
        assert answer.content_type == "text/html; charset=utf-8"
        page = read(answer.text)
        assert elements(page, "html") == [{"lang": lang}]
        assert len(elements(page, "h1")) == 1, path
        assert len(elements(page, "main")) == 1
        title = re.search(r"<title>(.+?)</title>", answer.text, re.S)
        assert title
        titles.add(title.group(1))
        meta = {m.get("name"): m.get("content") for m in elements(page, "meta")}
        assert 20 <= len(meta["description"] or "") <= 300, path
        alternates = [a for a in elements(page, "link") if a.get("rel") == "alternate" and "hreflang" in a]
        assert {a["hreflang"]: a["href"] for a in alternates} == {
            other: f"/{other}{path[3:]}" for other in LANGUAGES
        } | {"x-default": "/" if path[3:] == "/map" else f"/en{path[3:]}"}, path
        ids = [attributes["id"] for _, attributes in page.seen if attributes.get("id")]
        assert len(ids) == len(set(ids)), f"{path}: an id stands twice"
    assert len(titles) == len(every_page(opened, lang)), "two pages have the same title"


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_title_of_a_map_begins_with_what_it_shows(client: FlaskClient, opened: Build, lang: str) -> None:
    """A tab, a search result and a citation stand alone; 'highest in Berlin' would not say what."""
    for id_, row in list(queries.indicators(opened, lang).items())[:12]:
        text = client.get(f"/{lang}/map?indicator={id_}").text
        assert text.split("<title>")[1].startswith(escape(row["title"], quote=False)), id_


@pytest.mark.parametrize("lang", LANGUAGES)
def test_headings_go_down_one_step_at_a_time(client: FlaskClient, opened: Build, lang: str) -> None:
    for path in every_page(opened, lang)[:16]:
        levels = [int(tag[1]) for tag, _ in read(client.get(path).text).seen if re.fullmatch(r"h[1-6]", tag)]
        body = levels[levels.index(1) :]
        assert all(b - a <= 1 for a, b in pairwise(body)), (path, levels)


@pytest.mark.parametrize("lang", ["de", "fr"])
def test_no_english_sentence_is_left_on_a_page(client: FlaskClient, opened: Build, lang: str) -> None:
    """Texts of the catalogue that differ in this language appear nowhere as a whole text in their English form."""
    from dashboard.i18n import catalogue

    known = catalogue(lang)
    english = {msgid for msgid, text in known.items() if msgid != text and len(msgid) > 5} - set(known.values())
    for path in every_page(opened, lang)[:16]:
        body = client.get(path).text.split("<body")[1]
        texts = {
            unescape(text).strip(" .,:·")
            for text in re.findall(r">([^<>]+)<", re.sub(r"(?s)<script.*?</script>", "", body))
        }
        assert texts & english == set(), path


def links(page: str, here: str) -> list[str]:
    return [urldefrag(urljoin(here, unescape(found))).url for found in re.findall(r'<a\b[^>]*?\shref="([^"]*)"', page)]


def kind(address: str) -> str:
    """What an address is one of many of: its page, with or without item, as a page or to take along."""
    path = urlsplit(address).path
    parts = path.strip("/").split("/")
    return "/".join([*parts[1:2], *["…"] * len(parts[2:])]) + (path[path.rindex(".") :] if "." in path else "")


def test_no_link_is_dead(client: FlaskClient, opened: Build) -> None:
    """From the home page on, breadth first: of each kind of page the first ones met, and all that a page always has."""
    queue: deque[str] = deque(["/", *(path for lang in LANGUAGES for path in every_page(opened, lang))])
    always, seen, met = set(queue), set[str](), Counter[str]()
    while queue:
        address = queue.popleft()
        most = EACH_FILE if "." in kind(address) else EACH
        if address in seen or (address not in always and met[kind(address)] >= most):
            continue
        seen.add(address)
        met[kind(address)] += address not in always
        answer = client.get(address)
        assert answer.status_code in (200, 301, 302), address
        if answer.content_type.startswith("text/html"):
            queue += dict.fromkeys(link for link in links(answer.text, address) if link.startswith("/"))
    assert always <= seen
    assert {"map", "compare/…", "hub/…", "region/…", "partnerships", "indicator/…"} <= set(met), "led to by a link"
    assert len(seen) > len(always) + 50


def test_every_map_address_that_the_site_writes_can_be_drawn(client: FlaskClient, opened: Build) -> None:
    """All levels, countries, periods, regions and drill-downs linked from each indicator's map in its newest period."""
    known, codes, checked = queries.indicators(opened, "fr"), queries.region_codes(opened), 0
    for id_ in known:
        for link in links(client.get(f"/fr/map?indicator={id_}").text, "/fr/map"):
            parts = urlsplit(link)
            if parts.path == "/fr/map" and "indicator" in parts.query:
                state = urls.read_map(urls.read_query(parts.query), indicators=known, regions=codes)
                assert view.complete(opened, "fr", state).indicator, link
                checked += 1
    assert checked > 1_000


@pytest.mark.parametrize("lang", LANGUAGES)
def test_links_out_are_encrypted_and_no_link_is_code(client: FlaskClient, opened: Build, lang: str) -> None:
    quoted = "".join(file.read_text(encoding="utf-8") for file in (ROOT / "data/ledger").glob("*.csv"))
    for path in every_page(opened, lang):
        for target in re.findall(r'\s(?:href|src|action)="([^"]*)"', client.get(path).text):
            assert target, f"{path}: an empty address"
            asked = unescape(target)
            if asked.startswith("http://"):
                assert asked in quoted, f"{path}: {asked} is no address that the ledger quotes as it was read"
                continue
            assert target.startswith(("/", "#", "https://")), f"{path}: {target}"
            assert not target.startswith("//")


def test_nothing_but_links_names_another_host(client: FlaskClient) -> None:
    """No script, style, image, font, frame or preload comes from elsewhere."""
    for lang in LANGUAGES:
        page = read(client.get(f"/{lang}/map").text)
        for tag, attributes in page.seen:
            if tag == "a":
                continue
            for name in ("src", "href", "action", "data", "poster", "srcset"):
                assert not re.match(r"(?:[a-z]+:)?//", attributes.get(name) or ""), (tag, attributes)


def test_the_root_goes_to_the_readers_language(client: FlaskClient) -> None:
    for header, lang in (("fr-FR,fr;q=0.9", "fr"), ("en", "en"), ("it", "de"), ("", "de")):
        answer = client.get("/", headers={"Accept-Language": header})
        assert (answer.status_code, answer.headers["Location"]) == (302, f"/{lang}/map")
        assert "Accept-Language" in answer.headers["Vary"]


def test_a_missing_page_speaks_the_readers_language(client: FlaskClient) -> None:
    assert '<html lang="fr">' in client.get("/fr/nope").text
    assert '<html lang="fr">' in client.get("/nope", headers={"Accept-Language": "fr"}).text
    for lang in LANGUAGES:
        page = read(client.get(f"/{lang}/nope").text)
        assert len(elements(page, "h1")) == 1
        assert f"/{lang}/map" in [a.get("href") for a in elements(page, "a")]


def test_absolute_links_follow_the_public_address(settings: Settings) -> None:
    from dataclasses import replace

    client = create(replace(settings, base_url="https://atlas.example")).server.test_client()
    assert 'hreflang="fr" href="https://atlas.example/fr/data"' in client.get("/de/data").text


def test_the_table_is_the_map(client: FlaskClient) -> None:
    """Same codes, and what a screen reader hears of a region begins with what the table writes."""
    text = client.get("/de/map").text
    spoken = dict(re.findall(r'data-c="([A-Z0-9]+)"[^>]*?aria-label="([^"]+)"', text))
    table = text[text.index('id="table"') :]
    lines = re.findall(r'<tr[^>]*data-c="([A-Z0-9]+)"[^>]*>(.*?)</tr>', table, re.S)
    assert {code for code, _ in lines} == set(spoken)
    assert len(spoken) == 34
    for code, line in lines:
        name = re.search(r"<a[^>]*>([^<]+)</a>", line)
        value = re.search(r'<td[^>]*class="value[^"]*"[^>]*>([^<]+)', line)
        assert name
        assert value
        assert unescape(spoken[code]).startswith(unescape(f"{name.group(1)}: {value.group(1)}")), (code, line)


@pytest.mark.parametrize("lang", LANGUAGES)
def test_numbers_on_the_page_are_written_as_the_language_writes_them(client: FlaskClient, lang: str) -> None:
    table = client.get(f"/{lang}/map").text.split('id="table"')[1]
    pattern = {"de": r">\d+,\d\u00a0%", "fr": r">\d+,\d\u202f%", "en": r">\d+\.\d%"}[lang]
    assert len(re.findall(pattern, table)) >= 30
    assert words(lang).number(1234.5, 1) in ("1.234,5", "1\u202f234,5", "1,234.5")
