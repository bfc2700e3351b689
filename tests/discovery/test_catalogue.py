"""The catalogue for data portals, held to the shapes of DCAT-AP that are in dcat-ap.shapes.ttl."""

from __future__ import annotations

from pathlib import Path

import pytest
from finding import BASE
from flask.testing import FlaskClient
from pyshacl import validate
from rdflib import Graph, URIRef
from rdflib.compare import isomorphic
from rdflib.namespace import DCAT, DCTERMS, FOAF, RDF

from dashboard import queries
from dashboard.discovery import authority, dcat, serve
from dashboard.legal.folder import Publisher
from dashboard.store import Build

SHAPES = Path(__file__).with_name("dcat-ap.shapes.ttl")
WHO = Publisher(
    name="Beispielamt",
    url="https://amt.example.org",
    email="daten@amt.example.org",
    govdata="http://dcat-ap.de/def/contributors/beispiel",
)


@pytest.fixture(scope="module")
def turtle(opened: Build) -> str:
    return dcat.catalogue(opened, BASE, WHO, "ttl").decode()


@pytest.fixture(scope="module")
def graph(turtle: str) -> Graph:
    return Graph().parse(data=turtle, format="turtle")


def refused(text: str) -> str:
    """What the shapes say against a catalogue; '' for nothing."""
    fine, _, said = validate(Graph().parse(data=text, format="turtle"), shacl_graph=str(SHAPES), inplace=True)
    return "" if fine else str(said)


def test_the_catalogue_is_as_the_specification_asks(turtle: str) -> None:
    assert refused(turtle) == ""


@pytest.mark.parametrize(
    ("what", "instead"),
    [
        ('dct:identifier "research', 'dct:identifierX "research'),
        ("<http://publications.europa.eu/resource/authority/data-theme/TECH>", "<http://example.org/TECH>"),
        ("dcat:accessURL", "dcat:accessX"),
        ("dct:license ", "dct:licence "),
        ("dct:publisher <https://atlas.example.org/#publisher>", "dct:publisher <https://atlas.example.org/#nobody>"),
        ("dcat:startDate", "dcat:startX"),
        ("dcat:endpointURL", "dcat:endpointX"),
        ("vcard:fn", "vcard:fx"),
        ("<https://www.iana.org/assignments/media-types/text/csv>", '"text/csv"'),
    ],
)
def test_the_shapes_see_what_is_missing_or_wrong(opened: Build, what: str, instead: str) -> None:
    """A small catalogue with one fault each, else the test above could not fail."""
    small = dcat.catalogue(_only(opened, "research"), BASE, WHO, "ttl").decode()
    assert what in small
    assert refused(small.replace(what, instead)) != ""


def _only(build: Build, theme: str) -> Build:
    """The build with the indicators of one theme, as its queries remember them."""
    few = Build(build.id, build.path, build.pointer, build.data, build.audience)
    for lang in ("de", "fr", "en"):
        kept = {id_: row for id_, row in queries.indicators(build, lang).items() if row["theme"] == theme}
        few.remember(("indicators", lang), lambda kept=kept: kept)  # type: ignore[misc]
    return few


def test_every_indicator_is_in_it_with_files_only_where_they_may_be_handed_on(graph: Graph, opened: Build) -> None:
    known = queries.indicators(opened, "en")
    found = {str(graph.value(node, DCTERMS.identifier)): node for node in graph.subjects(RDF.type, DCAT.Dataset)}
    assert set(found) == set(known)
    for id_, node in found.items():
        files = [graph.value(one, DCAT.downloadURL) for one in graph.objects(node, DCAT.distribution)]
        assert all(files) != queries.withheld(opened, known[id_]), id_
        wanted = authority.RESTRICTED if queries.withheld(opened, known[id_]) else authority.PUBLIC
        assert str(graph.value(node, DCTERMS.accessRights)) == wanted
        assert {title.language for title in graph.objects(node, DCTERMS.title)} == {"de", "fr", "en"}  # type: ignore[union-attr]


def test_all_addresses_of_a_data_set_answer(graph: Graph, client: FlaskClient) -> None:
    node = URIRef(f"{BASE}/en/indicator/adoption_firms_ai_survey_pct#dataset")
    parts = [node, *graph.objects(node, DCAT.distribution)]
    addresses = {
        str(to) for part in parts for kind in (DCAT.landingPage, DCAT.accessURL, DCAT.downloadURL)
        for to in graph.objects(part, kind)
    }  # fmt: skip
    assert len(addresses) >= 8
    for address in addresses:
        assert client.head(address.removeprefix(BASE)).status_code == 200, address


def test_who_publishes_is_the_operator_and_nobody_is_invented(graph: Graph, opened: Build) -> None:
    (catalogue,) = graph.subjects(RDF.type, DCAT.Catalog)
    assert str(graph.value(graph.value(catalogue, DCTERMS.publisher), FOAF.name)) == WHO.name
    assert (None, dcat.DCATDE.contributorID, URIRef(str(WHO.govdata))) in graph
    nameless = dcat.catalogue(_only(opened, "research"), BASE, None, "ttl").decode()
    assert refused(nameless) == ""
    for word in ("contactPoint", "vcard:fn", "contributorID"):
        assert word not in nameless


def test_a_build_gives_the_same_bytes_again(opened: Build) -> None:
    few = _only(opened, "research")
    for form in dcat.FORMS:
        assert dcat.catalogue(few, BASE, WHO, form) == dcat.catalogue(few, BASE, WHO, form)


def test_every_form_says_the_same(opened: Build) -> None:
    few = _only(opened, "research")
    said = [Graph().parse(data=dcat.catalogue(few, BASE, WHO, form), format=name) for form, name in READ.items()]
    assert isomorphic(said[0], said[1])
    assert isomorphic(said[0], said[2])
    assert {form: kind for form, (_, kind) in dcat.FORMS.items()} == serve.CATALOGUES


READ = {"ttl": "turtle", "rdf": "xml", "jsonld": "json-ld"}


def test_a_portal_gets_the_form_that_it_takes(client: FlaskClient) -> None:
    for accept, kind in (
        ("", "text/turtle"),
        ("*/*", "text/turtle"),
        ("application/rdf+xml", "application/rdf+xml"),
        ("application/ld+json, text/turtle;q=0.5", "application/ld+json"),
        ("text/html", "text/turtle"),
    ):
        answer = client.get("/catalog", headers={"Accept": accept})
        assert answer.status_code == 200
        assert answer.content_type.partition(";")[0] == kind, accept
        assert "Accept" in answer.headers["Vary"]
    first = client.get("/catalog.ttl")
    assert first.data.startswith(b"@prefix")
    assert f"<{BASE}/catalog#catalog> a dcat:Catalog" in first.text
    again = client.get("/catalog.ttl", headers={"If-None-Match": first.headers["ETag"]})
    assert again.status_code == 304
    assert client.get("/catalog.xml").status_code == 404
