"""Citations name the build and keep its address; embedded views are the pages, for hosts that are allowed."""

from __future__ import annotations

import re
from html import unescape
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from dashboard.app import create
from dashboard.components.copied import tex
from dashboard.components.embed_snippet import HEIGHTS
from dashboard.i18n import languages, words
from dashboard.settings import Settings, embed_hosts
from dashboard.store import Build

WEB = "adoption_firms_ai_web_pct"
ITEMS = {
    "map": f"map?indicator={WEB}&period=2024", "region": "region/DED", "compare": "compare/DED+FRF",
    "hub": "hub/ki-hub-sachsen-thueringen", "programme": "programme/zakid", "programmes": "programmes",
    "partnerships": "partnerships", "indicator": f"indicator/{WEB}",
}  # fmt: skip


def client_of(data: Path, hosts: str, base: str = "https://atlas.example") -> FlaskClient:
    settings = Settings(host="", port=0, data=data, base_url=base, workers=1, embed_hosts=embed_hosts(hosts))
    return create(settings).server.test_client()  # type: ignore[no-any-return]


@pytest.fixture(scope="module")
def allowed(data: Path) -> FlaskClient:
    """A client of an application that two sites may frame."""
    return client_of(data, "example.org, *.example.de")


def field(text: str, name: str) -> str:
    found = re.search(rf'<textarea id="copy-{name}"[^>]*>(.*?)</textarea>', text, re.DOTALL)
    assert found, name
    return unescape(found[1])


@pytest.mark.parametrize("lang", languages())
@pytest.mark.parametrize("page", ITEMS)
def test_every_page_can_be_cited_with_its_build(allowed: FlaskClient, opened: Build, page: str, lang: str) -> None:
    text = allowed.get(f"/{lang}/{ITEMS[page]}").text
    short, bibtex, ris = (field(text, name) for name in ("short", "bibtex", "ris"))
    year = str(opened.published.year)
    for said in (short, bibtex, ris):
        assert opened.id in said
        assert year in said
        assert words(lang)("Regional AI Atlas") in said
        assert "{title}" not in said
    assert short.endswith(f"asof={opened.id}")
    assert f" https://atlas.example/{lang}/{ITEMS[page].partition('?')[0]}?" in short
    entry = dict(re.findall(r"^  (\w+) = \{(.*)\},$", bibtex, re.MULTILINE))
    assert {"author", "title", "year", "date", "version", "url", "note"} <= set(entry)
    assert entry["url"].endswith(f"asof={opened.id}")
    record = dict(line.split("  - ", 1) for line in ris.splitlines())
    assert (record["TY"], record["PY"], record["UR"], record["ER"]) == ("DATA", year, entry["url"], "")
    assert tex(record["TI"]) == entry["title"]
    assert allowed.get(record["UR"].removeprefix("https://atlas.example")).status_code == 200


def test_the_map_names_publisher_and_licence(allowed: FlaskClient) -> None:
    text = allowed.get(f"/en/{ITEMS['map']}").text
    for name in ("short", "bibtex", "ris"):
        assert "Garbers" in field(text, name)
        assert "CC BY 4.0" in field(text, name)
        assert "Firms with AI on their website" in field(text, name), "the finding does not say of what"


def test_tex_reads_no_command_in_a_title() -> None:
    assert tex(r"50 % & \x_{1} ~#$") == r"50 \% \& \textbackslash{}x\_\{1\} \textasciitilde{}\#\$"


# ── In a frame ───────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("page", HEIGHTS)
def test_an_embedded_view_has_title_source_and_a_way_on_and_no_chrome(allowed: FlaskClient, page: str) -> None:
    answer = allowed.get(f"/embed/de/{ITEMS[page]}")
    assert answer.status_code == 200
    text = answer.text
    for chrome in ('<header class="site"', "<form", 'class="actions"', "boot.js", "dash", "<nav"):
        assert chrome not in text.lower(), chrome
    assert re.search(r"<h1[^>]*>[^<]", text)
    assert "Quelle" in text
    assert f'href="/de/{ITEMS[page]}"'.replace("&", "&amp;") in text
    for link in re.findall(r'<a\b[^>]*href="/[^"]*"[^>]*>', text):
        assert 'target="_blank"' in link
        assert 'rel="noopener"' in link
    full = allowed.get(f"/de/{ITEMS[page]}").text
    code = field(full, "live")
    assert f'src="https://atlas.example/embed/de/{ITEMS[page]}'.replace("&", "&amp;") in code
    assert re.search(r' title="[^"]+"', code)
    assert 'loading="lazy"' in code
    assert "asof=" in field(full, "still")


def test_embedded_views_carry_theme_and_build(allowed: FlaskClient, opened: Build) -> None:
    assert '<html lang="fr" data-theme="dark">' in allowed.get("/embed/fr/map?theme=dark").text
    frozen = allowed.get(f"/embed/fr/map?indicator={WEB}&asof={opened.id}&theme=light")
    assert f'href="/fr/map?indicator={WEB}&amp;asof={opened.id}"' in frozen.text
    assert frozen.headers["Cache-Control"] == "public, max-age=3600"
    moved = allowed.get("/embed/de/region/ded")
    assert (moved.status_code, moved.location) == (301, "/embed/de/region/DED")
    for address in ("/embed", "/embed/", "/embed/de", "/embed/xx/map", "/embed/de/data", "/embed/de/changed",
                    "/embed/de/region", "/embed/de/region/XX", "/embed/de/map?theme=pink", "/embed/embed/de/map",
                    "/embed/de/brief/region/DED", "/embed/de/map.csv", "/embed//evil.example/de/map"):  # fmt: skip
        assert allowed.get(address).status_code == 404, address


@pytest.mark.parametrize(
    ("hosts", "ancestors", "options"),
    [
        ("", "'self'", "SAMEORIGIN"),
        ("*", "*", None),
        (
            "a.org, https://b.example:8443 *.c.example",
            "'self' a.org https://b.example:8443 *.c.example",
            None,
        ),
    ],
)
def test_only_allowed_hosts_may_frame_and_only_embedded_views(
    data: Path, hosts: str, ancestors: str, options: str | None
) -> None:
    client = client_of(data, hosts)
    framed, page, missing = client.get("/embed/de/map"), client.get("/de/map"), client.get("/embed/de/nope")
    for answer in (framed, missing):
        assert answer.headers["Content-Security-Policy"].endswith(f"; frame-ancestors {ancestors}")
        assert answer.headers.get("X-Frame-Options") == options
    assert page.headers["Content-Security-Policy"].endswith("; frame-ancestors 'none'")
    assert page.headers["X-Frame-Options"] == "DENY"
    assert ('class="embed-code"' in page.text) is bool(hosts)


@pytest.mark.parametrize(
    "hosts",
    ["'self'", "example.org; script-src *", "*, example.org", "https://", "http://a.example/path", "a b_c",
     "javascript:x", "*.*.example", "-a.example", "example.org\nX: y;", "*.", "data:"],
)  # fmt: skip
def test_what_is_no_host_stops_the_start(hosts: str) -> None:
    with pytest.raises(SystemExit, match="ATLAS_EMBED_HOSTS"):
        embed_hosts(hosts)


def test_an_internal_process_has_no_hosts() -> None:
    with pytest.raises(SystemExit, match="internal"):
        embed_hosts("example.org", "internal")
    assert embed_hosts("", "internal") == ""
