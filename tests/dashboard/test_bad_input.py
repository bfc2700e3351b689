"""Absurd addresses: every page, export, feed and script address with every parameter, each with hostile values.

Never a 5xx, never the value unescaped, and where it is refused a calm page: a sentence and a way on.
"""

from __future__ import annotations

import re
from html import unescape
from urllib.parse import quote

import pytest
from flask.testing import FlaskClient
from test_firstpaint import read
from werkzeug.test import TestResponse

from dashboard import partnerships, urls
from dashboard.compare.maps import PARAMETERS as COMPARE
from dashboard.components.embed_snippet import HEIGHTS
from dashboard.exports.forms import FORMS
from dashboard.i18n import languages
from dashboard.pages import pages

WEB = "adoption_firms_ai_web_pct"
HTML = "\"'><script>alert(1)</script><img src=x onerror=alert(1)>"
MANY = "+".join(f"DE{n:05}" for n in range(10_000))
VALUES = (
    HTML, "'; drop table region; --", "%00", "\x00", "\U0001f680", "../../etc/passwd", "-1", "1e999", "nan", "9999",
    "0000", "1899-13-45", "own:", "own:a,b", "own:3,2,1", "own:" + "1," * 99, "DED", "DED+DED", "DED+DED5", "FR_OLD",
    "FR42", "DE-SN+FR-GES", "country", "nuts3", "${7*7}", "{0}", "{about}", "%s", "x" * 5_000, "\u202e\x00\ufeff",
    "jobs_it_employees_count", "adoption_firms_ai_survey_pct",
)  # fmt: skip
#: Items of pages that have one: what is unknown, twice, of mixed levels, of an older version, absurdly many, hostile.
ITEMS = {
    "indicator": ("nope", "ADOPTION_FIRMS_AI_WEB_PCT"),
    "region": ("XX", "DED+FRF", "FR42", "ded", "DE-SN", "67"),
    "compare": ("DED+DED", "DED+DED5", "XX+DED", "FR42+DE1", "DED+FRF+DE1+DE2+DE3", "DE-SN+FR-GES", "+", "DED+", MANY),
    "hub": ("DED+DED", "DED+DED5", "XX+DED", "FR42+DE1", "DE-SN+FR-GES", "+", "DED+", "ki-hub-sachsn", MANY),
}
GOOD = {"indicator": WEB, "region": "DED", "compare": "DED+FRF", "hub": "DED+DEG"}
#: What only forms send, or only scripts.
OTHERS = (
    "limits",
    "with",
    "names",
    "q",
    "a",
    "b",
    "c",
    "d",
    "before",
    "v",
    "next",
    "asof",
    "theme",
    "rows",
    "size",
    "ground",
    "x",
)
#: Every name that any page reads.
NAMES = tuple(dict.fromkeys([*urls.PARAMETERS.values(), *COMPARE, *partnerships.Choice().query, *OTHERS]))


def kinds() -> list[str]:
    """An address of every page, as a page and, where they are there, as a file and in a frame."""
    found = []
    for name, module in pages().items():
        item = getattr(module, "ITEM", False)
        one = GOOD.get(name.rpartition("/")[2], "DED")
        addresses = [name] * (item is not True) + [f"{name}/{one}"] * bool(item)
        found += [f"embed {address}" for address in addresses if name in HEIGHTS]
        found += addresses + [f"{address}.csv" for address in addresses if hasattr(module, "csv")]
        found += [f"{address}.svg" for address in addresses if hasattr(module, "picture")]
    found += [f"map.{form}" for form in FORMS if form != "csv"]  # all forms read the same parameters
    return found


def at(lang: str, kind: str) -> str:
    """The path of a kind in a language; embedded ones begin with `embed `."""
    return urls.embedded(f"/{lang}/{kind.removeprefix('embed ')}") if kind.startswith("embed ") else f"/{lang}/{kind}"


def held(answer: TestResponse, address: str, value: str) -> None:
    """No error of ours, nothing unescaped, and a way on."""
    assert answer.status_code < 500, address[:200]
    if answer.content_type.startswith("text/html"):
        assert "<script>alert" not in answer.text, address[:200]
        assert "<img src=x" not in answer.text, address[:200]
    if answer.status_code >= 400 and answer.content_type.startswith("text/html"):
        assert not [tag for tag, has in read(answer.text).seen if any(name.startswith("on") for name in has)], address
        main = answer.text.split("<main")[1].split("</main>")[0]
        sentence = re.sub(r"<[^>]+>", " ", re.search(r"<p>(.*?)</p>", main, re.S)[1])  # type: ignore[index]
        assert len(unescape(sentence).split()) >= 4, f"{address[:200]}: {sentence}"
        assert "{" not in unescape(sentence).replace(value, "").replace(value[:80], ""), f"{address[:200]}: {sentence}"
        assert re.search(r'<a [^>]*href="/(de|fr|en)/', main), f"no way on from {address[:200]}"
        assert len(main) < 20_000, f"{address[:200]}: calm is short"


def asked(client: FlaskClient, path: str, names: tuple[str, ...], value: str) -> list[str]:
    """Ask for a page with a value in all these parameters at once; those that make it refuse or redirect.

    An answer that shows the page has taken all of them; else they are asked for by halves, down to each by itself.
    """
    address = f"{path}?" + "&".join(f"{name}={quote(value)}" for name in names)
    answer = client.get(address)
    held(answer, address, value)
    if answer.status_code == 200:
        return []
    if len(names) == 1:
        return list(names)
    half = len(names) // 2
    return asked(client, path, names[:half], value) + asked(client, path, names[half:], value)


@pytest.mark.parametrize("kind", kinds())
def test_no_parameter_of_any_page_can_break_it(client: FlaskClient, kind: str) -> None:
    """HTML in every parameter of every page; then each hostile value in those that the page does not ignore."""
    strict = asked(client, at("de", kind), NAMES, HTML)
    for number, value in enumerate(VALUES if strict else VALUES[:4]):
        address = (
            f"{at(languages()[number % 3], kind)}?{(strict or NAMES)[number % len(strict or NAMES)]}={quote(value)}"
        )
        held(client.get(address), address, value)
    for pair in (f"region=DED&region={quote(HTML)}", f"{quote(HTML)}=1&&=&", "%ff%fe=%ff&level[]=land"):
        held(client.get(f"{at('de', kind)}?{pair}"), f"{kind}?{pair}", "")


@pytest.mark.parametrize("name", [name for name, module in pages().items() if getattr(module, "ITEM", False)])
def test_no_item_of_any_page_can_break_it(client: FlaskClient, name: str) -> None:
    for number, value in enumerate([*ITEMS.get(name.rpartition("/")[2], ("nope",)), *VALUES]):
        lang = languages()[number % len(languages())]
        for end in ("", ".csv", f".{list(FORMS)[number % len(FORMS)]}"):
            address = f"/{lang}/{name}/{quote(value, safe='+')}{end}"
            answer = client.get(address)
            held(answer, address, value)
            if value in (HTML, MANY, "XX", "nope"):
                assert 400 <= answer.status_code < 500, address[:200]


@pytest.mark.parametrize("lang", languages())
@pytest.mark.parametrize(
    "address",
    [
        "region/XX", "hub/XX+DED", "compare/XX+DED", "map?region=XX", "map?within=XX", "map?level=nuts9",
        f"map?indicator={WEB}&period=1901", "map?indicator=nope", "partnerships?region=XX", "compare/DED+DED5",
        "hub/DED+DED5", f"hub/{MANY}", f"compare/{MANY}", "compare/DED+FRF?period=1901", "hub/DED+DEG?period=1901",
        f"hub/DED+DEG?indicator={WEB}&level=country", "map?scale=own:9,3",
    ],
    ids=lambda address: address[:40],
)  # fmt: skip
def test_what_is_refused_is_named_with_a_way_on(client: FlaskClient, lang: str, address: str) -> None:
    answer = client.get(f"/{lang}/{address}")
    assert 400 <= answer.status_code < 500
    held(answer, address, "")
    assert f'<html lang="{lang}">' in answer.text


def test_an_indicator_without_figures_at_a_level_is_said(client: FlaskClient) -> None:
    """The map shows another level, the territory no map, and each says so; a comparison is refused."""
    survey = "indicator=adoption_firms_ai_survey_pct"
    shown = client.get(f"/en/map?{survey}&level=nuts3")
    assert shown.status_code == 200
    assert set(re.findall(r'data-level="(\w+)"', shown.text)) == {"country"}
    assert "“Firms using AI, official survey” has no figures at this level." in shown.text
    assert "There is no map: the indicator is published only for" in client.get(f"/en/hub/DED+DEG?{survey}").text
    refused = client.get(f"/en/compare/DED+FRF?{survey}")
    assert refused.status_code == 404
    assert "has no figures at this level" in refused.text


@pytest.mark.parametrize("scope", ["slice", "part", "feeds"])
def test_what_scripts_and_feed_readers_ask_for_cannot_break_it(client: FlaskClient, scope: str) -> None:
    forms = {
        "slice": ("/de/slice/{0}/land.json", f"/de/slice/{WEB}/{{0}}.json", f"/de/slice/{WEB}/land.json?member={{0}}",
                  "/de/slice/display.json?scale={0}", "/de/slice/menu.json?view={0}", "/de/regions.json?v={0}"),
        "part": ("/de/part/{0}.json", "/fr/part/steps.json?lines={0}", "/en/part/breakdown.json?member={0}"),
        "feeds": ("/de/feeds/indicator/{0}.xml", "/fr/feeds/region/{0}.xml", "/en/feeds/{0}.xml"),
    }[scope]  # fmt: skip
    for value in VALUES:
        for form in forms:
            address = form.replace("{0}", quote(value, safe="+"))
            answer = client.get(address)
            held(answer, address, value)
            if answer.status_code >= 400 and ".json" in address.split("?")[0]:
                assert answer.is_json or answer.content_type.startswith("text/html"), address[:200]
