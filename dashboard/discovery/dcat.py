"""The catalogue for data portals: DCAT-AP 3 with the additions of DCAT-AP.de, for GovData and data.gouv.fr.

Made beside the web worker (exports/pool.py), so that no worker loads rdflib: 0.2 s and 20 MB. Every node has an
address, none is blank: the same build gives the same bytes, in every process. docs/discovery.md says what portals take.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Final

from rdflib import Graph, Literal, Namespace, URIRef
from rdflib.namespace import DCAT, DCTERMS, FOAF, PROV, RDF, RDFS, XSD

from dashboard import urls
from dashboard.components.controls import THEMES
from dashboard.discovery import authority, sitemap
from dashboard.discovery.dataset import Dataset, File, datasets, span
from dashboard.i18n import languages, words
from dashboard.legal.folder import Publisher
from dashboard.store import Build

DCATDE: Final = Namespace("http://dcat-ap.de/def/dcatde/")
DCATAP: Final = Namespace("http://data.europa.eu/r5r/")
VCARD: Final = Namespace("http://www.w3.org/2006/vcard/ns#")
#: DCAT 3; rdflib knows DCAT 2.
_VERSION: Final = URIRef(f"{DCAT}version")
_JSONSTAT: Final = URIRef("https://json-stat.org/full/")
#: Ending of the address → (rdflib's name, media type).
FORMS: Final = {
    "ttl": ("turtle", "text/turtle"),
    "rdf": ("xml", "application/rdf+xml"),
    "jsonld": ("json-ld", "application/ld+json"),
}
#: Countries of a data set → the level of DCAT-AP.de.
_LEVELS: Final = {("DE",): "federal", ("DE", "FR"): "international"}


@dataclass(frozen=True)
class _Site:
    """The graph being made, and what all of it shares. base: the public address."""

    graph: Graph
    base: str
    publisher: URIRef
    contact: URIRef | None
    govdata: URIRef | None
    build: Build

    def address(self, path: str) -> URIRef:
        return URIRef(self.base + path)

    def add(self, node: URIRef, predicate: URIRef, *values: URIRef | Literal | None) -> None:
        for value in values:
            if value is not None:
                self.graph.add((node, predicate, value))

    def typed(self, node: URIRef, kind: URIRef) -> URIRef:
        self.graph.add((node, RDF.type, kind))
        return node


def catalogue(build: Build, base: str, publisher: Publisher | None, form: str) -> bytes:
    """The whole catalogue in one of FORMS. base: the public address; publisher: None where the operator told none."""
    site = _site(build, base, publisher)
    node = site.typed(site.address(f"{urls.catalogue()}#catalog"), DCAT.Catalog)
    found, days = datasets(build), sitemap.changed(build)
    _about(site, node)
    for one in found:
        site.add(node, DCAT.dataset, _dataset(site, one, days[one.id].date()))
    site.add(node, DCAT.service, _service(site, found))
    written = site.graph.serialize(format=FORMS[form][0], encoding="utf-8")
    return bytes(written)


def _site(build: Build, base: str, publisher: Publisher | None) -> _Site:
    graph = Graph(bind_namespaces="none")
    known = {"dcat": DCAT, "dct": DCTERMS, "foaf": FOAF, "prov": PROV, "rdf": RDF, "rdfs": RDFS, "vcard": VCARD}
    for prefix, namespace in (known | {"xsd": XSD, "dcatde": DCATDE, "dcatap": DCATAP}).items():
        graph.bind(prefix, namespace)
    who = URIRef(f"{base}/#publisher")
    contact = URIRef(f"{base}/#contact") if publisher and (publisher.email or publisher.url) else None
    govdata = URIRef(publisher.govdata) if publisher and publisher.govdata else None
    site = _Site(graph, base, who, contact, govdata, build)
    site.typed(who, FOAF.Agent)
    site.add(who, FOAF.name, *([Literal(publisher.name)] if publisher else _said("Regional AI Atlas")))
    if publisher and contact:
        email = URIRef(f"mailto:{publisher.email}") if publisher.email else None
        url = URIRef(publisher.url) if publisher.url else None
        site.add(who, FOAF.homepage, url)
        site.typed(contact, VCARD.Organization)
        site.add(contact, VCARD.fn, Literal(publisher.name))
        site.add(contact, VCARD.hasEmail, email)
        site.add(contact, VCARD.hasURL, url)
    return site


def _said(msgid: str) -> list[Literal]:
    """A text of the catalogues in every language."""
    return [Literal(words(lang).of(msgid), lang=lang) for lang in languages()]


def _about(site: _Site, node: URIRef) -> None:
    site.add(node, DCTERMS.title, *_said("Regional AI Atlas"))
    site.add(node, DCTERMS.description, *_said("AI in the regions of Germany and France"))
    site.add(node, DCTERMS.publisher, site.publisher)
    site.add(node, FOAF.homepage, site.address("/"))
    site.add(node, DCTERMS.language, *(URIRef(code) for code in authority.LANGUAGES.values()))
    site.add(node, DCTERMS.spatial, *(URIRef(code) for code in authority.COUNTRIES.values()))
    site.add(node, DCAT.themeTaxonomy, URIRef(authority.TAXONOMY))
    site.add(node, DCTERMS.modified, _day(site.build.published.date()))
    site.add(node, DCAT.contactPoint, site.contact)


def _dataset(site: _Site, one: Dataset, changed: date) -> URIRef:
    node = site.typed(site.address(f"{one.page('en')}#dataset"), DCAT.Dataset)
    for lang in languages():
        t = words(lang)
        site.add(node, DCTERMS.title, Literal(one.title[lang], lang=lang))
        site.add(node, DCTERMS.description, Literal(f"{one.description[lang]}\n\n{one.method[lang]}", lang=lang))
        theme = one.theme
        tags = (t("artificial intelligence"), t("regions"), t(THEMES[theme]))
        site.add(node, DCAT.keyword, *(Literal(tag, lang=lang) for tag in tags))
        site.add(node, DCAT.landingPage, site.address(one.page(lang)))
    site.add(node, DCTERMS.identifier, Literal(one.id))
    site.add(node, DCTERMS.publisher, site.publisher)
    site.add(node, DCAT.contactPoint, site.contact)
    site.add(node, DCTERMS.modified, _day(changed))
    site.add(node, _VERSION, Literal(site.build.id))
    site.add(node, DCTERMS.language, *(URIRef(authority.LANGUAGES[lang]) for lang in languages()))
    site.add(node, DCAT.theme, *(URIRef(code) for code in authority.THEMES[one.theme]))
    site.add(node, DCTERMS.accessRights, URIRef(authority.RESTRICTED if one.withheld else authority.PUBLIC))
    site.add(node, DCTERMS.accrualPeriodicity, URIRef(one.frequency) if one.frequency else None)
    site.add(node, DCTERMS.spatial, *(URIRef(authority.COUNTRIES[code]) for code in one.countries))
    site.add(node, DCTERMS.spatial, *(URIRef(authority.NUTS + code) for code in one.countries))
    site.add(node, PROV.wasDerivedFrom, *(URIRef(source["url"]) for source in one.sources))
    _temporal(site, node, one)
    _german(site, node, one)
    files = one.files or (None,)
    site.add(node, DCAT.distribution, *(_distribution(site, one, file, changed) for file in files))
    return node


def _temporal(site: _Site, node: URIRef, one: Dataset) -> None:
    if one.first:
        period = site.typed(URIRef(f"{node}-period"), DCTERMS.PeriodOfTime)
        site.add(node, DCTERMS.temporal, period)
        site.add(period, DCAT.startDate, _day(span(one.first)[0]))
        site.add(period, DCAT.endDate, _day(span(one.last)[1]))


def _german(site: _Site, node: URIRef, one: Dataset) -> None:
    """What only DCAT-AP.de asks for."""
    level = _LEVELS.get(tuple(sorted(one.countries)))
    if level:
        site.add(node, DCATDE.politicalGeocodingLevelURI, URIRef(f"{authority.DE}politicalGeocoding/Level/{level}"))
    site.add(node, DCATDE.contributorID, site.govdata)
    for number, name in enumerate(dict.fromkeys(source["publisher"] for source in one.sources), 1):
        origin = site.typed(URIRef(f"{node}-origin-{number}"), FOAF.Agent)
        site.add(origin, FOAF.name, Literal(name))
        site.add(node, DCATDE.originator, origin)


def _distribution(site: _Site, one: Dataset, file: File | None, changed: date) -> URIRef:
    """A file, or the page of figures that a licence keeps on the site."""
    lang = file.lang if file else "en"
    name = f"{file.form}-{lang}" if file else "page"
    node = site.typed(site.address(f"{one.page('en')}#{name}"), DCAT.Distribution)
    site.add(node, DCAT.accessURL, site.address(one.page(lang)))
    site.add(node, DCTERMS.language, URIRef(authority.LANGUAGES[lang]))
    site.add(node, DCTERMS.modified, _day(changed))
    site.add(node, DCTERMS.license, URIRef(one.licence.uri))
    rights = site.typed(URIRef(one.licence.text or f"{site.base}{one.page('en')}#rights"), DCTERMS.RightsStatement)
    site.add(node, DCTERMS.rights, rights)
    site.add(rights, RDFS.label, Literal(one.licence.name or "See the sources named on the page.", lang="en"))
    site.add(node, DCATDE.licenseAttributionByText, Literal(one.credit(lang), lang=lang))
    if file is None:
        site.add(node, DCTERMS.title, *_said("Shown only: the licence does not let us hand these figures on."))
        site.add(node, DCTERMS["format"], URIRef(authority.HTML))
        site.add(node, DCAT.mediaType, URIRef(f"{authority.IANA}text/html"))
        return node
    site.add(node, DCTERMS.title, Literal("JSON-stat" if file.form == "json" else file.form.upper(), lang=lang))
    site.add(node, DCAT.downloadURL, site.address(file.path))
    site.add(node, DCTERMS["format"], URIRef(authority.AUTHORITY[file.form]))
    site.add(node, DCAT.mediaType, URIRef(authority.IANA + file.type))
    site.add(node, DCATAP.availability, URIRef(authority.STABLE))
    if file.form == "json":
        site.add(node, DCTERMS.conformsTo, site.typed(_JSONSTAT, DCTERMS.Standard))
    return node


def _service(site: _Site, found: list[Dataset]) -> URIRef:
    """The API as a data service."""
    node = site.typed(site.address(f"{urls.api()}#service"), DCAT.DataService)
    site.add(node, DCTERMS.title, *_said("Data for programs (API)"))
    site.add(node, DCTERMS.publisher, site.publisher)
    site.add(node, DCAT.contactPoint, site.contact)
    site.add(node, DCAT.endpointURL, site.address(urls.api()))
    site.add(node, DCAT.endpointDescription, site.address(urls.api("openapi", "json")))
    site.add(node, DCAT.landingPage, *(site.address(urls.page(lang, "api")) for lang in languages()))
    site.add(node, DCTERMS.accessRights, URIRef(authority.PUBLIC))
    open_ = [one for one in found if not one.withheld]
    site.add(node, DCAT.servesDataset, *(site.address(f"{one.page('en')}#dataset") for one in open_))
    return node


def _day(day: date) -> Literal:
    return Literal(day.isoformat(), datatype=XSD.date)
