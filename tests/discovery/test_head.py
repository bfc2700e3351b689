"""What heads of pages tell search engines and previews, and the linked data in them."""

from __future__ import annotations

import json
import re
from html import unescape
from typing import Any

import pytest
from finding import BASE
from flask.testing import FlaskClient
from rdflib import Graph, URIRef
from rdflib.namespace import RDF, SDO

from dashboard import queries, urls
from dashboard.discovery import authority, head, jsonld
from dashboard.discovery.dataset import dataset, span
from dashboard.i18n import languages
from dashboard.pages import pages
from dashboard.store import Build

WEB = "adoption_firms_ai_web_pct"
#: The words of schema.org without asking its site: all terms are its own, links are links.
CONTEXT = {
    "@vocab": "https://schema.org/",
    **{
        name: {"@type": "@id"}
        for name in ("url", "license", "contentUrl", "sameAs", "mainEntityOfPage", "isBasedOn", "includedInDataCatalog")
    },
}


def heads(client: FlaskClient, address: str) -> str:
    answer = client.get(address)
    assert answer.status_code == 200, address
    return answer.text.partition("</head>")[0]


def links(markup: str) -> dict[str, str]:
    """hreflang → address, and `canonical`."""
    found = {lang: unescape(to) for lang, to in re.findall(r'hreflang="([^"]+)" href="([^"]+)"', markup)}
    canonical = re.findall(r'<link rel="canonical" href="([^"]+)"', markup)
    assert len(canonical) == 1
    return found | {"canonical": unescape(canonical[0])}


def metas(markup: str) -> dict[str, str]:
    said = re.findall(r'<meta (?:property|name)="([^"]+)" content="([^"]*)"', markup)
    return {name: unescape(text) for name, text in reversed(said)}


def data_of(markup: str) -> dict[str, Any]:
    block = re.search(r'<script type="application/ld\+json">(.*?)</script>', markup, re.S)
    assert block
    said: dict[str, Any] = json.loads(block[1])
    return said


CANONICAL = {
    "/de/map": "/de/map",
    "/de/map?level=nuts3&region=DED&period=2020&utm_source=x": "/de/map",
    "/fr/map?indicator=jobs_ai_postings_pct&view=change&from=2020": "/fr/map?indicator=jobs_ai_postings_pct",
    "/en/region/DED?indicator=jobs_ai_postings_pct": "/en/region/DED",
    "/de/programmes?kind=project": "/de/programmes",
    "/fr/find?q=Lyon": "/fr/find",
    f"/de/indicator/{WEB}": f"/de/indicator/{WEB}",
}


@pytest.mark.parametrize("address", CANONICAL)
def test_every_form_of_a_view_names_one_address_in_each_language(client: FlaskClient, address: str) -> None:
    found, wanted = links(heads(client, address)), CANONICAL[address]
    assert found.pop("canonical") == BASE + wanted
    usual = "/" if wanted[3:] == "/map" else f"/en{wanted[3:]}"
    assert found == {lang: f"{BASE}/{lang}{wanted[3:]}" for lang in languages()} | {"x-default": BASE + usual}


def test_the_first_indicator_is_the_map_itself(client: FlaskClient, opened: Build) -> None:
    first = next(iter(queries.indicators(opened, "de")))
    assert links(heads(client, f"/de/map?indicator={first}"))["canonical"] == f"{BASE}/de/map"


def test_a_frozen_page_leads_to_the_one_that_follows_and_is_not_kept(client: FlaskClient, opened: Build) -> None:
    markup = heads(client, f"/de/region/DED?asof={opened.id}")
    assert links(markup)["canonical"] == f"{BASE}/de/region/DED"
    assert metas(markup)["robots"] == "noindex, follow"
    assert opened.id in metas(markup)["og:image"], "the picture is of the figures that are cited"
    assert "robots" not in metas(heads(client, "/de/region/DED"))


def test_what_is_for_one_reader_is_not_kept(client: FlaskClient) -> None:
    unlisted = {name for name in pages() if not head.listed(name)}
    assert {"keynote", "keynote/present", "changed", "brief/region"} <= unlisted
    assert metas(heads(client, "/fr/brief/region/DED"))["robots"] == "noindex, follow"


@pytest.mark.parametrize(("lang", "locale"), [("de", "de_DE"), ("fr", "fr_FR"), ("en", "en_GB")])
@pytest.mark.parametrize("path", ["map", "region/DED", "data", "partnerships", "compare", "compare/DED+FRF"])
def test_a_shared_link_shows_title_text_and_picture(client: FlaskClient, path: str, lang: str, locale: str) -> None:
    markup = heads(client, f"/{lang}/{path}")
    said = metas(markup)
    assert said["og:locale"] == locale
    assert set(re.findall(r'og:locale:alternate" content="(\w+)"', markup)) == set(head.LOCALES.values()) - {locale}
    assert said["og:title"]
    assert said["og:description"] == said["description"]
    assert said["og:url"] == f"{BASE}/{lang}/{path}"
    assert (said["og:image:width"], said["og:image:height"]) == ("1600", "900")
    assert said["twitter:card"] == "summary_large_image"
    assert len(said["og:image:alt"]) > 20
    assert said["og:image"].startswith(f"{BASE}/{lang}/")


def test_the_picture_of_a_link_is_there_and_as_large_as_said(client: FlaskClient) -> None:
    for path in ("region/DED", "data"):
        address = metas(heads(client, f"/de/{path}"))["og:image"].removeprefix(BASE)
        answer = client.get(address)
        assert answer.content_type == "image/png"
        assert (int.from_bytes(answer.data[16:20], "big"), int.from_bytes(answer.data[20:24], "big")) == (1600, 900)


def test_without_an_address_of_its_own_a_site_invents_none(nameless: FlaskClient) -> None:
    markup = heads(nameless, "/de/map")
    assert links(markup)["canonical"] == "/de/map"
    assert "og:image" not in markup
    assert "og:url" not in markup
    assert metas(markup)["og:locale"] == "de_DE"
    assert "localhost" not in markup


# ── Linked data ──────────────────────────────────────────────────────────────────────────────────────────────────


def graph(said: dict[str, Any], base: str = BASE) -> Graph:
    """The statements, read by another library than wrote them."""
    assert said["@context"] == jsonld.CONTEXT
    return Graph().parse(data=json.dumps(said | {"@context": CONTEXT}), format="json-ld", publicID=base)


@pytest.mark.parametrize("lang", languages())
def test_every_indicator_is_a_dataset_for_machines(client: FlaskClient, opened: Build, lang: str) -> None:
    for id_, row in queries.indicators(opened, lang).items():
        said = data_of(heads(client, f"/{lang}/indicator/{id_}"))
        found = graph(said)
        node = URIRef(f"{BASE}/{lang}/indicator/{id_}#dataset")
        assert (node, RDF.type, SDO.Dataset) in found, id_
        assert str(found.value(node, SDO.name)) == row["title"]
        assert 50 <= len(str(found.value(node, SDO.description))) <= 5000, "what Google's data set search asks for"
        assert str(found.value(node, SDO.version)) == opened.id
        assert found.value(node, SDO.license)
        assert found.value(node, SDO.temporalCoverage)
        assert {str(found.value(place, SDO.identifier)) for place in found.objects(node, SDO.spatialCoverage)} == set(
            row["countries"]
        )
        sources = {str(url) for based in found.objects(node, SDO.isBasedOn) for url in found.objects(based, SDO.url)}
        assert sources == {queries.sources(opened)[name]["url"] for name in row["sources"]}
        files = list(found.objects(node, SDO.distribution))
        assert bool(files) != queries.withheld(opened, row), "what may not be handed on is not offered"


def test_the_files_named_are_there_and_of_their_type(client: FlaskClient, opened: Build) -> None:
    said = data_of(heads(client, "/de/indicator/adoption_firms_ai_survey_pct"))
    types = {}
    for file in said["distribution"]:
        answer = client.head(file["contentUrl"].removeprefix(BASE))
        assert answer.status_code == 200, file
        assert answer.content_type.partition(";")[0] == file["encodingFormat"]
        types[file["name"]] = file["encodingFormat"]
    assert {"CSV", "JSON-stat", "PARQUET"} <= set(types)


def test_the_page_of_data_is_a_catalogue_of_them(client: FlaskClient, opened: Build) -> None:
    found = graph(data_of(heads(client, "/fr/data")))
    (catalogue,) = found.subjects(RDF.type, SDO.DataCatalog)
    assert len(list(found.objects(catalogue, SDO.dataset))) == len(queries.indicators(opened, "fr"))


def test_text_cannot_end_the_block(client: FlaskClient) -> None:
    nasty = {"name": "</script><script>alert(1)</script><!-- & \u2028"}
    text = jsonld.escaped(nasty)
    assert not set("<>&\u2028") & set(text)
    assert json.loads(text) == nasty


def test_without_an_address_linked_data_count_from_the_page(nameless: FlaskClient) -> None:
    said = data_of(heads(nameless, f"/de/indicator/{WEB}"))
    assert said["@id"] == f"/de/indicator/{WEB}#dataset"
    assert (URIRef(f"http://here/de/indicator/{WEB}#dataset"), RDF.type, SDO.Dataset) in graph(said, "http://here/")


# ── What data sets are made of ───────────────────────────────────────────────────────────────────────────────────


def test_a_period_has_a_first_and_a_last_day() -> None:
    told = [tuple(day.isoformat() for day in span(text)) for text in ("2024", "2024-Q1", "2023-Q4", "2024-02")]
    assert told == [
        ("2024-01-01", "2024-12-31"),
        ("2024-01-01", "2024-03-31"),
        ("2023-10-01", "2023-12-31"),
        ("2024-02-01", "2024-02-29"),
    ]


def test_the_strictest_licence_counts_and_an_unknown_one_is_closed() -> None:
    def of(*names: str, withheld: bool = False) -> str:
        return authority.licence_of(names, withheld=withheld).uri.rpartition("licenses/")[2]

    assert of("CC BY 4.0") == of("CC BY 4.0", "CC BY 4.0") == "cc-by/4.0"
    assert of("CC BY 4.0", "Eurostat reuse notice") == "other-open"
    assert of("CC BY 4.0", "ODbL 1.0") == "odbl"
    assert of("ODbL 1.0", "not stated for the data") == "other-closed"
    assert of("CC BY 4.0", withheld=True) == "other-closed"
    assert of() == "other-closed"


def test_every_rhythm_and_open_licence_of_the_build_is_known(opened: Build) -> None:
    for source in queries.sources(opened).values():
        assert authority.frequency([source["rhythm"]]), source["id"]
    found = {id_: dataset(opened, id_) for id_ in queries.indicators(opened, "en")}
    assert {one.licence.uri for one in found.values() if one.withheld} <= {f"{authority.DE}licenses/other-closed"}
    assert all(one.first for one in found.values())
    assert urls.page("de", "indicator", WEB) == found[WEB].page("de")
