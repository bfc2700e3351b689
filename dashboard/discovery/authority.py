"""The words of others: EU authority tables, the licence list of DCAT-AP.de, NUTS; ours on the left, theirs right.

Sources: publications.europa.eu/resource/authority, dcat-ap.de/def/licenses, data.europa.eu/nuts.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

EU: Final = "http://publications.europa.eu/resource/authority/"
DE: Final = "http://dcat-ap.de/def/"
NUTS: Final = "http://data.europa.eu/nuts/code/"
IANA: Final = "https://www.iana.org/assignments/media-types/"

#: Form of a file → its file type.
AUTHORITY: Final[Mapping[str, str]] = {
    "csv": f"{EU}file-type/CSV",
    "xlsx": f"{EU}file-type/XLSX",
    "parquet": f"{EU}file-type/PARQUET",
    "json": f"{EU}file-type/JSON",
    "zip": f"{EU}file-type/ZIP",
}
HTML: Final = f"{EU}file-type/HTML"
LANGUAGES: Final[Mapping[str, str]] = {
    "de": f"{EU}language/DEU",
    "fr": f"{EU}language/FRA",
    "en": f"{EU}language/ENG",
}
COUNTRIES: Final[Mapping[str, str]] = {"DE": f"{EU}country/DEU", "FR": f"{EU}country/FRA"}
THEMES: Final[Mapping[str, tuple[str, ...]]] = {
    "adoption": (f"{EU}data-theme/TECH", f"{EU}data-theme/ECON"),
    "jobs": (f"{EU}data-theme/SOCI", f"{EU}data-theme/ECON"),
    "funding": (f"{EU}data-theme/ECON", f"{EU}data-theme/TECH"),
    "research": (f"{EU}data-theme/TECH",),
    "context": (f"{EU}data-theme/SOCI", f"{EU}data-theme/ECON"),
}
TAXONOMY: Final = f"{EU}data-theme"
PUBLIC: Final = f"{EU}access-right/PUBLIC"
RESTRICTED: Final = f"{EU}access-right/RESTRICTED"
STABLE: Final = f"{EU}planned-availability/STABLE"
#: Beginning of what a source says of its rhythm → how often; where it begins otherwise, nobody promises anything.
_RHYTHMS: Final = {
    "monthly": "MONTHLY",
    "quarterly": "QUARTERLY",
    "yearly": "ANNUAL",
    "every two years": "BIENNIAL",
    "irregular": "IRREG",
    "ended": "NEVER",
    "one ": "NEVER",
}
#: The most frequent first: an indicator is renewed when one of its sources is.
_ORDER: Final = ("MONTHLY", "QUARTERLY", "ANNUAL", "BIENNIAL", "IRREG", "NEVER")


@dataclass(frozen=True)
class Licence:
    """uri: as portals know it. text: its own text, '' where there is none. strict: what wins where several meet."""

    name: str
    uri: str
    text: str
    strict: int


#: Name of a licence in the build → what portals know it by.
_LICENCES: Final = {
    one.name: one
    for one in (
        Licence("CC BY 4.0", f"{DE}licenses/cc-by/4.0", "https://creativecommons.org/licenses/by/4.0/", 1),
        Licence("dl-de/by-2-0", f"{DE}licenses/dl-by-de/2.0", "https://www.govdata.de/dl-de/by-2-0", 1),
        Licence(
            "Licence Ouverte 2.0",
            "https://www.etalab.gouv.fr/licence-ouverte-open-licence/",
            "https://www.etalab.gouv.fr/licence-ouverte-open-licence/",
            1,
        ),
        Licence(
            "Eurostat reuse notice",
            f"{EU}licence/COM_REUSE",
            "https://ec.europa.eu/eurostat/about-us/policies/copyright",
            1,
        ),
        Licence("MIT", f"{EU}licence/MIT", "https://opensource.org/license/mit", 1),
        Licence("Vervielfältigung mit Quellenangabe gestattet", f"{DE}licenses/other-open", "", 2),
        Licence("ODbL 1.0", f"{DE}licenses/odbl", "https://opendatacommons.org/licenses/odbl/1-0/", 3),
    )
}
#: Several licences that only ask for credit; and what asks for more than any list knows (its text is on the page).
_SEVERAL: Final = Licence("", f"{DE}licenses/other-open", "", 2)
_CLOSED: Final = Licence("", f"{DE}licenses/other-closed", "", 9)


def licence_of(names: Iterable[str], *, withheld: bool) -> Licence:
    """What holds for figures from sources under these licences: the strictest; one that is unknown counts as closed.

    withheld: a licence keeps the figures on the site.
    """
    found = {_LICENCES.get(name, _CLOSED) for name in names}
    if withheld or not found:
        return _CLOSED
    strictest = max(found, key=lambda one: one.strict)
    return strictest if len(found) == 1 or strictest.strict > _SEVERAL.strict else _SEVERAL


def frequency(rhythms: Iterable[str]) -> str:
    """The EU's word for how often figures are renewed; '' where no source says so."""
    found = {word for text in rhythms for start, word in _RHYTHMS.items() if text.startswith(start)}
    first = next((word for word in _ORDER if word in found), "")
    return f"{EU}frequency/{first}" if first else ""
