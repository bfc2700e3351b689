"""The only place that builds or reads an address of the site.

The address is the state: `MapState` is what the map page shows, `map_url` writes it, `read_map` reads it. Values are
checked against the build, so an absurd address is a 404 with a sentence, never an error further in.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from difflib import get_close_matches
from html import escape, unescape
from urllib.parse import parse_qsl, urlencode, urlsplit

LEVELS = ("country", "land", "nuts2", "nuts3")
COUNTRIES = ("DE", "FR")
#: Where the map has lines as wide as two neighbours differ.
LINES = ("border", "all")
#: How a map may be coloured (docs/map.md): by what, and in which classes. `own:` goes on with the reader's limits.
VIEWS = ("gap", "change", "sure")
SCALES = ("quantile", "equal", "jenks", "continuous")
OWN_LIMITS = "own:"
CLASSES = ("3", "4", "5", "6", "7")
_LONGEST = 200
#: The parameter that freezes an address to a build, or to the day on which it was the published one.
ASOF = "asof"
#: Where machines look for what is not a page.
SITEMAP, ROBOTS, HUMANS, SECURITY = "/sitemap.xml", "/robots.txt", "/humans.txt", "/.well-known/security.txt"


class NotFoundError(Exception):
    """No such address; `about` names what is unknown, `hint` what may have been meant.

    text: a sentence in the reader's language that says more than "unknown". links: (label, address) of what is there.
    status: 404, or 400 for what can never be an address (eleven regions to compare).
    """

    def __init__(
        self, about: str, hint: str = "", *, text: str = "", links: tuple[tuple[str, str], ...] = (), status: int = 404
    ) -> None:
        self.about, self.hint, self.text, self.links, self.status = about[:80], hint, text, links, status
        super().__init__(about)


class MovedError(Exception):
    """What was asked for has another address: a code in another spelling or system. status: 302 where not for ever."""

    def __init__(self, address: str, status: int = 301) -> None:
        self.address, self.status = address, status
        super().__init__(address)


@dataclass(frozen=True)
class MapState:
    """What the map shows. Empty text means "the default", so that links stay short.

    within: the region the reader drilled into. region: the one picked. country: '' for both. view, scale, classes:
    how the map is coloured. since: the period a change counts from (`from` in the address). against: the indicator
    that a map of two shows beside the first.
    """

    indicator: str = ""
    period: str = ""
    level: str = ""
    region: str = ""
    within: str = ""
    member: str = ""
    country: str = ""
    view: str = ""
    since: str = ""
    against: str = ""
    scale: str = ""
    classes: str = ""
    lines: str = ""

    def but(self, **changes: str) -> MapState:
        """A copy with some fields changed."""
        return replace(self, **changes)


def page(lang: str, name: str, item: str = "") -> str:
    """The path of a page: /de/map, /fr/indicator/<id>."""
    return f"/{lang}/{name}" + (f"/{item}" if item else "")


#: The fields that say how the map is coloured.
DISPLAY = ("view", "since", "against", "scale", "classes")
#: Field of MapState → its name in an address, in the order in which addresses have them.
PARAMETERS = {
    name: {"since": "from"}.get(name, name)
    for name in ("indicator", "period", "level", "within", "region", "member", "country", "lines", *DISPLAY)
}


def parameters(state: MapState, fields: Iterable[str] = tuple(PARAMETERS)) -> list[tuple[str, str]]:
    """The parameters of a state as an address has them: (name, value), empty ones left out."""
    return [(PARAMETERS[field], getattr(state, field)) for field in fields if getattr(state, field)]


def map_url(lang: str, state: MapState, form: str = "") -> str:
    """The address of a map view; parameters in a fixed order, empty ones left out. form: csv, to take it along."""
    query = urlencode(parameters(state), safe=":,")
    return page(lang, "map") + (f".{form}" if form else "") + (f"?{query}" if query else "")


def compare_url(lang: str, codes: Sequence[str], query: Mapping[str, str] | None = None) -> str:
    """The address of a comparison: /de/compare/DED+FRF; without codes the page that asks for them."""
    kept = urlencode([(name, value) for name, value in (query or {}).items() if value])
    return page(lang, "compare", "+".join(codes)) + (f"?{kept}" if kept else "")


def view_url(lang: str, name: str, item: str, query: Mapping[str, object] | None = None, form: str = "") -> str:
    """The address of a page with its parameters; with a form (csv) that of the same view to take along."""
    kept = urlencode([(name, str(value)) for name, value in (query or {}).items() if value], safe="+:,")
    return page(lang, name, item) + (f".{form}" if form else "") + (f"?{kept}" if kept else "")


def with_form(address: str, form: str) -> str:
    """The address of the same view to take along in a form."""
    path, _, query = address.partition("#")[0].partition("?")
    return f"{path}.{form}" + (f"?{query}" if query else "")


def with_query(path: str, parameters: Iterable[tuple[str, str]]) -> str:
    """A path with parameters."""
    query = urlencode(list(parameters), safe=":,")
    return path + (f"?{query}" if query else "")


def sitemap(lang: str, number: int) -> str:
    """The address of a part of the sitemap."""
    return f"/sitemap-{lang}-{number}.xml"


def catalogue(form: str = "") -> str:
    """The address of the catalogue for data portals; form: ttl, rdf, jsonld, '' for what the client takes."""
    return "/catalog" + (f".{form}" if form else "")


def brief(lang: str, page_: str, item: str, form: str = "") -> str:
    """The address of a brief: /de/brief/region/DED; form: pdf."""
    return page(lang, f"brief/{page_}", item) + (f".{form}" if form else "")


def feed(lang: str, scope: str, item: str = "") -> str:
    """The path of an Atom feed: /de/feeds/all.xml, /fr/feeds/indicator/<id>.xml, /en/feeds/region/<code>.xml."""
    return f"/{lang}/feeds/{scope}" + (f"/{item}" if item else "") + ".xml"


def frozen(address: str, build: str) -> str:
    """The same address, frozen: it goes on showing the figures of that build; without a build that of today's."""
    path, _, fragment = address.partition("#")
    path, _, query = path.partition("?")
    kept = [each for each in query.split("&") if each and not each.startswith(f"{ASOF}=")]
    kept += [urlencode({ASOF: build})] * bool(build)
    return path + (f"?{'&'.join(kept)}" if kept else "") + (f"#{fragment}" if fragment else "")


def embedded(address: str) -> str:
    """The same view for a frame on another site."""
    return "/embed" + address


def unframed(path: str, query: str) -> str:
    """The full view of an embedded one; path: without /embed."""
    kept = [each for each in query.split("&") if each and not each.startswith("theme=")]
    return path + (f"?{'&'.join(kept)}" if kept else "")


def outward(markup: str) -> str:
    """Markup in a frame on another site: links to pages open in a tab of their own; those within it stay."""
    return _PAGE_LINK.sub(r'<a target="_blank" rel="noopener" \1', markup)


_PAGE_LINK = re.compile(r'<a ((?:[^<>]*? )?href="(?!#))')


def asof(query: Mapping[str, str]) -> str:
    """The build, or day, that an address is frozen to; '' for one that follows the publications."""
    return str(query.get(ASOF, ""))[:_LONGEST]


#: An attribute that leads on inside the site; not to feeds, which tell of publications, and not to the desk.
_INSIDE = re.compile(
    r'(<(?!link\b|[^<>]*\bdata-live)[a-z]+\b[^<>]*?\b(?:href|data-to)=")(/[a-z]{2}/(?!feeds/|desk\b)[^"]*)(")'
)
_FORM = re.compile(r'<form\b(?![^<>]*(?:method="post"|data-live))[^<>]*>')


def stay(markup: str, build: str) -> str:
    """A page whose links and forms lead on to views that are frozen to the same build; `data-live` ones do not."""

    def link(match: re.Match[str]) -> str:
        before, address, after = match.groups()
        return before + escape(frozen(unescape(address), build)) + after

    field = f'<input type="hidden" name="{ASOF}" value="{escape(build)}">'
    return _FORM.sub(lambda match: match[0] + field, _INSIDE.sub(link, markup))


def api(resource: str = "", form: str = "", query: Iterable[tuple[str, str]] = ()) -> str:
    """An address of the API: /api/v1, /api/v1/observations, /api/v1/observations.csv?level=land."""
    written = urlencode(list(query), safe=":,")
    path = "/api/v1" + (f"/{resource}" if resource else "") + (f".{form}" if form else "")
    return path + (f"?{written}" if written else "")


def problem(kind: str) -> str:
    """The type of a problem of the API: where the page on the API explains it."""
    return page("en", "api") + f"#{kind}"


def slice_url(lang: str, indicator: str, level: str, member: str, build: str) -> str:
    """The address of the figures of one indicator at one level, all periods; frozen by the build in it."""
    query = urlencode([("member", member)] * bool(member) + [("v", build)])
    return f"/{lang}/slice/{indicator}/{level}.json?{query}"


def regions_url(lang: str, build: str) -> str:
    """The address of the names, parents and kinds of all regions in one language."""
    return f"/{lang}/regions.json?v={build}"


def places_url(lang: str, build: str) -> str:
    """The address of all that the box for finding a place knows, in one language."""
    return f"/{lang}/places.json?v={build}"


def sign_in(lang: str, wanted: str = "") -> str:
    """The page for signing in; wanted: the page to come back to."""
    return page(lang, "desk/sign-in") + (f"?{urlencode({'next': wanted})}" if wanted else "")


def sign_in_start(lang: str, wanted: str) -> str:
    """The way to the provider that people sign in with."""
    return page(lang, "desk/sign-in/start") + f"?{urlencode({'next': wanted})}"


def sign_out(lang: str) -> str:
    """Where the form for signing out is sent."""
    return page(lang, "desk/sign-out")


def draft(lang: str, upload: str, deed: str = "") -> str:
    """An upload at the desk; deed: where the form for a step is sent, or `refused.csv`."""
    return page(lang, "desk/draft", upload) + (f"/{deed}" if deed else "")


def template(lang: str, kind: str, form: str) -> str:
    """The template of a kind of upload to download, as csv or xlsx."""
    return page(lang, "desk/template", f"{kind}.{form}")


def keynote(lang: str, views: Iterable[tuple[str, str]], more: Mapping[str, str] | None = None, form: str = "") -> str:
    """The address of a tray: /de/keynote?v=map%3Findicator=…&title.1=… (`+` in a view is %2B). form: pptx, or present.

    views: (address of a view without language, title of the reader's own or '').
    """
    pairs = [(name, value) for name, value in (more or {}).items() if value]
    for place, (view, title) in enumerate(views, 1):
        pairs += [("v", view)] + [(f"title.{place}", title)] * bool(title)
    query = urlencode(pairs, safe="/?=:,;")
    path = page(lang, "keynote") + {"": "", "present": "/present"}.get(form, f".{form}")
    return path + (f"?{query}" if query else "")


def inner(address: str, hosts: Iterable[str]) -> str:
    """What a reader brought as the address of a view, without host and language: `map?level=land`.

    Raises ValueError where it names another host than these.
    """
    text = address.strip()
    parts = urlsplit(text)
    if parts.scheme or parts.netloc or text.startswith(("//", "\\")):
        if parts.scheme not in ("http", "https") or parts.netloc not in hosts:
            raise ValueError(parts.netloc or parts.scheme)
        text = parts.path + (f"?{parts.query}" if parts.query else "")
    path, _, query = text.partition("#")[0].strip("/").partition("?")
    path = re.sub(r"^(?:embed/)?[a-z]{2}/", "", path.replace(" ", "+"))
    kept = "&".join(each for each in query.split("&") if each and not each.startswith((f"{ASOF}=", "v=")))
    return path + (f"?{kept}" if kept else "")


def own_page(text: str) -> str:
    """An address a reader brought, if it is a page of ours that one can return to; else nothing.

    Never another host: it begins with a language, has no backslash and no control character.
    """
    fine = re.fullmatch(r"/[a-z]{2}/(?!desk/sign)[^\\\x00-\x20\x7f]*", text)
    return text if fine and len(text) <= 2000 and text.isascii() else ""


def site(address: str) -> str:
    """The part of a whole address that stands before its path: https://atlas.example."""
    parts = urlsplit(address)
    return f"{parts.scheme}://{parts.netloc}"


def host(address: str) -> str:
    """The host of an address, for people to read."""
    return urlsplit(address).netloc


def switch_language(path: str, query: str, lang: str) -> str:
    """The same address in another language."""
    rest = re.sub(r"^/[a-z]{2}(?=/|$)", "", path) or "/map"
    return f"/{lang}{rest}" + (f"?{query}" if query else "")


def read_map(
    query: Mapping[str, str],
    *,
    indicators: Mapping[str, Mapping[str, object]],
    regions: Mapping[str, str],
) -> MapState:
    """Read the parameters of a map address.

    indicators: id → its row of the build (levels, members, periods are checked by the view). regions: every code
    and ISO 3166-2 code → NUTS code. `limits=5;10` (from a form) is `scale=own:5;10`. Unknown parameters are ignored
    (links pick up trackers); unknown values raise NotFoundError.
    """
    state = MapState(**{field: str(query.get(name, ""))[:_LONGEST] for field, name in PARAMETERS.items()})
    if limits := query.get("limits"):
        state = state.but(scale=OWN_LIMITS + str(limits)[:_LONGEST])
    known(state.indicator, indicators)
    known(state.against, indicators)
    state = display_of(state)
    known(state.level, LEVELS)
    known(state.country, COUNTRIES)
    known(state.lines, LINES)
    for name in ("region", "within"):
        known(getattr(state, name), regions)
    return state.but(region=regions.get(state.region, ""), within=regions.get(state.within, ""))


def display_of(state: MapState) -> MapState:
    """The state with the usual view and classes left out; raises NotFoundError for a view, scale or number unknown."""
    spelt = {"view": {"value": ""}, "scale": {"default": "", "ckmeans": "jenks"}}
    state = state.but(**{name: same.get(getattr(state, name), getattr(state, name)) for name, same in spelt.items()})
    known(state.view, VIEWS)
    known(state.classes, CLASSES)
    if not state.scale.startswith(OWN_LIMITS):
        known(state.scale, SCALES)
    return state


def read_query(search: str) -> dict[str, str]:
    """A query string as the first value of each name."""
    return dict(reversed(parse_qsl(search.lstrip("?")[:2000])))


def known(value: str, among: Mapping[str, object] | tuple[str, ...]) -> None:
    """Raise NotFoundError, with the nearest known spelling, for a value that is not among those known."""
    if value and value not in among:
        raise NotFoundError(value, next(iter(get_close_matches(value, list(among), 1, 0.5)), ""))
