"""Small files at fixed addresses: robots.txt, humans.txt, security.txt."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Final

from dashboard import urls
from dashboard.i18n import languages
from dashboard.legal.folder import Security
from dashboard.store import Build

#: What crawlers should leave: the same figures in other forms, with other choices, of other days, and our own data.
_LEAVE: Final = (
    "/*?*asof=",
    "/*?*&",
    "/*?region=",
    "/*?v=",
    *(f"/*.{form}" for form in ("csv", "xlsx", "parquet", "zip", "pptx", "svg", "pdf", "json")),
    "/*/slice/",
    "/*/part/",
    "/api/v1/",
    "/embed/",
    "/_",
)
#: Pictures of links, icons, the API's description and the files that data sets name stay in reach.
_TAKE: Final = ("/assets/", "/api/v1/openapi.json", "/*/indicator/*.csv$", "/*/indicator/*.json$")


def robots(base: str, *, public: bool) -> str:
    """robots.txt. An internal site is for no crawler."""
    if not public:
        return "User-agent: *\nDisallow: /\n"
    lines = ["User-agent: *", *(f"Allow: {path}" for path in _TAKE), *(f"Disallow: {path}" for path in _LEAVE)]
    return "\n".join([*lines, "", f"Sitemap: {base}{urls.SITEMAP}", ""])


def humans(build: Build) -> str:
    """humans.txt: what this is, and what it is made of."""
    return "\n".join(
        [
            "/* SITE */",
            "Regional AI Atlas · KI-Atlas der Regionen · Atlas régional de l’IA",
            "AI in the regions of Germany and France: open source under the MIT licence.",
            f"Languages: {', '.join(languages())}",
            f"Edition of the data: {build.id}, published {build.published:%Y-%m-%d}",
            "Made with: Python, DuckDB, Polars, Dash, Flask, Granian",
            "Standards: HTML, SVG, Atom, JSON-stat, SDMX-CSV, OpenAPI, schema.org, DCAT-AP, WCAG 2.2",
            "",
        ]
    )


def security(said: Security, base: str) -> str:
    """security.txt (RFC 9116), valid to the end of its last day."""
    ends = datetime.combine(said.expires, datetime.max.time(), UTC)
    lines = [f"Contact: {contact}" for contact in said.contact]
    lines.append(f"Expires: {ends:%Y-%m-%dT%H:%M:%SZ}")
    lines += [f"Encryption: {said.encryption}"] if said.encryption else []
    lines += [f"Policy: {said.policy}"] if said.policy else []
    lines.append(f"Preferred-Languages: {', '.join(languages())}")
    lines += [f"Canonical: {base}{urls.SECURITY}"] if base else []
    return "\n".join([*lines, ""])
