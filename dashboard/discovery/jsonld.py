"""Linked data in pages, in the words of schema.org: a Dataset for each indicator, a DataCatalog on the page of data.

A page says with `schema_org(request, base)` what it is. It is a block of data, not a script: nothing runs it, so the
Content-Security-Policy lets it stand (tests/discovery/test_in_browser.py).
"""

from __future__ import annotations

from types import ModuleType
from typing import Any, Final

import orjson

from dashboard import queries, urls
from dashboard.discovery import authority
from dashboard.discovery.dataset import Dataset, datasets, span
from dashboard.pages import Request
from dashboard.settings import INTERNAL, Settings

CONTEXT: Final = "https://schema.org"
#: Characters that could end the element or begin a comment in it → as JSON writes them.
_ESCAPED: Final = {"<": "\\u003c", ">": "\\u003e", "&": "\\u0026", "\u2028": "\\u2028", "\u2029": "\\u2029"}


def script(page: ModuleType, request: Request, settings: Settings) -> str:
    """The block for a page's head; '' where the page says nothing, or says it to few."""
    if not hasattr(page, "schema_org") or settings.audience == INTERNAL:
        return ""
    said = {"@context": CONTEXT, **page.schema_org(request, settings.base_url)}
    return f'<script type="application/ld+json">{escaped(said)}</script>'


def escaped(said: dict[str, Any]) -> str:
    """JSON that can stand inside a script element."""
    text = orjson.dumps(said).decode()
    for character, code in _ESCAPED.items():
        text = text.replace(character, code)
    return text


def indicator(request: Request, found: Dataset, base: str) -> dict[str, Any]:
    """A schema.org Dataset. base: the public address; without it addresses have no host, and count from the page's."""
    t, build = request.words, request.build
    page = base + found.page(t.lang)
    said = _dataset(request, found, base) | {
        "description": f"{found.description[t.lang]} {found.method[t.lang]}"[:5000],
        "version": build.id,
        "dateModified": build.published.date().isoformat(),
        "measurementTechnique": found.method[t.lang],
        "variableMeasured": {
            "@type": "StatisticalVariable",
            "name": found.title[t.lang],
            "unitText": found.unit[t.lang],
        },
        "creditText": found.credit(t.lang),
        "isAccessibleForFree": True,
        "creator": [{"@type": "Organization", "name": name} for name in _publishers(found)],
        "isBasedOn": [
            {
                "@type": "CreativeWork",
                "name": queries.source_title(source, t),
                "url": source["url"],
                **({"license": source["licence_url"]} if source["licence_url"] else {}),
            }
            for source in found.sources
        ],
        "includedInDataCatalog": {"@type": "DataCatalog", "@id": f"{base}{urls.page(t.lang, 'data')}#catalog"},
        "mainEntityOfPage": page,
    }
    if found.withheld:
        return said | {"conditionsOfAccess": t("Shown only: the licence does not let us hand these figures on.")}
    files = [file for file in found.files if file.lang in (t.lang, "en")]
    own = {file.form: file for file in sorted(files, key=lambda file: file.lang == t.lang)}
    return said | {
        "distribution": [
            {
                "@type": "DataDownload",
                "name": form.upper() if form != "json" else "JSON-stat",
                "encodingFormat": file.type,
                "contentUrl": base + file.path,
                "inLanguage": file.lang,
            }
            for form, file in own.items()
        ]
    }


def catalogue(request: Request, base: str) -> dict[str, Any]:
    """The schema.org DataCatalog of all indicators."""
    t, build = request.words, request.build
    address = base + urls.page(t.lang, "data")
    return {
        "@type": "DataCatalog",
        "@id": f"{address}#catalog",
        "name": t("Regional AI Atlas"),
        "description": t("AI in the regions of Germany and France"),
        "url": address,
        "inLanguage": t.lang,
        "version": build.id,
        "dateModified": build.published.date().isoformat(),
        "spatialCoverage": [_place(request, code) for code in ("DE", "FR")],
        "dataset": [_dataset(request, found, base) for found in datasets(build)],
    }


def _dataset(request: Request, found: Dataset, base: str) -> dict[str, Any]:
    """What a list says of a data set, and its page as well."""
    t = request.words
    said: dict[str, Any] = {
        "@type": "Dataset",
        "@id": f"{base}{found.page(t.lang)}#dataset",
        "name": found.title[t.lang],
        "description": found.description[t.lang],
        "url": base + found.page(t.lang),
        "identifier": found.id,
        "inLanguage": t.lang,
        "license": found.licence.text or f"{base}{found.page(t.lang)}",
        "publisher": {"@type": "Organization", "name": t("Regional AI Atlas")},
        "spatialCoverage": [_place(request, code) for code in found.countries],
    }
    if found.first:
        said["temporalCoverage"] = f"{_iso(found.first, 0)}/{_iso(found.last, 1)}"
    return said


def _iso(period: str, end: int) -> str:
    """A year as it is; the first or the last day of a shorter period."""
    return period if len(period) == 4 else span(period)[end].isoformat()


def _publishers(found: Dataset) -> list[str]:
    return list(dict.fromkeys(source["publisher"] for source in found.sources))


def _place(request: Request, code: str) -> dict[str, Any]:
    name = queries.regions(request.build)[code].name(request.lang)
    return {"@type": "Country", "name": name, "sameAs": authority.COUNTRIES[code], "identifier": code}
