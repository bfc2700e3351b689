"""Every way out of the public server, derived from its routes, pages and callbacks, so that no new one is forgotten.

A route with a placeholder that VALUES does not know, or a page with items that ITEMS does not know, is an error: say
here what to ask it for, and the leak test looks into its answers, too.
"""

from __future__ import annotations

import io
import itertools
import json
import re
import zipfile
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urljoin
from zlib import crc32

import httpx
import polars as pl
from canaries import IDS, INDICATOR, ORGANISATION, PROGRAMME, REGION
from pyarrow import parquet
from pypdf import PdfReader

from dashboard import urls
from dashboard.app import create
from dashboard.components.embed_snippet import HEIGHTS
from dashboard.i18n import languages
from dashboard.pages import pages
from dashboard.settings import Settings

#: The official indicator whose newest value is withheld.
REVISED = "jobs_ai_postings_pct"
_REGIONS = (REGION, "DED", "DED21", "DE", "FR")
_IDS = (REVISED, *IDS)
#: The items to ask each page with items for; "" is its index.
ITEMS: dict[str, tuple[str, ...]] = {
    "indicator": (INDICATOR, REVISED),
    "region": ("", *_REGIONS),
    "compare": ("", "DED+FRF", "DED2+DED4"),
    "hub": ("", "ki-hub-sachsen-thueringen"),
    "programme": (PROGRAMME, "zaki-d"),
    "programmes": ("",),
    "partnerships": ("",),
    "brief/region": (REGION, "DED"),
    "brief/programme": (PROGRAMME, "zakid"),
    "brief/hub": (f"{REGION}+DED21",),
}
#: What stands for each placeholder of a route.
VALUES: dict[str, tuple[str, ...]] = {
    "lang": tuple(languages()),
    "indicator": (INDICATOR, REVISED),
    "level": ("country", "land", "nuts2", "nuts3"),
    "item": (*_IDS, *_REGIONS),
    "id": _IDS,
    "code": _REGIONS,
    "programme": (PROGRAMME, "zaki-d"),
    "number": ("1", "2"),
}
#: The same where a name means another thing in each route.
OF_ROUTE: dict[str, dict[str, tuple[str, ...]]] = {"/<lang>/part/<name>.json": {"name": ("steps", "breakdown")}}
#: Dash's own; its bundles and our static files are the same whatever the build.
CATCH_ALL = {"/<path:path>", "/unused-assets/<path:filename>"}
STATIC = ("/_dash-component-suites/", "/assets/", "/shapes/")
#: Asked of each page and part: the canaries by name, and what lies around them.
QUERIES = (
    "",
    f"?indicator={INDICATOR}",
    f"?indicator={INDICATOR}&level=nuts2&region={REGION}&member=q",
    f"?indicator={REVISED}&region=DE",
    f"?programme={PROGRAMME}&kind=project&q=Nacktschnecken&name=Nackt",
)
#: Asked of the API besides: its lists have pages, so what could hold a canary is asked for by name and whole.
API = tuple(
    f"/api/v1/{name}.{form}?{query}&limit=10000"
    for form in ("json", "csv", "parquet")
    for name, query in (
        ("observations", f"indicator={REVISED}"),
        ("observations", f"indicator={INDICATOR}"),
        ("observations", f"region={REGION}"),
        ("observations", "region=DE"),
        ("programmes", f"region={REGION}"),
        ("claims", f"programme={PROGRAMME}"),
        ("partnerships", f"organisation={ORGANISATION}"),
        ("sources", "asof=current"),
    )
)
#: A tray of views on which the canaries would stand.
TRAY = "?" + "&".join(
    f"v={view}"
    for view in (
        f"map?indicator={INDICATOR}",
        f"map?indicator={REVISED}%26level=country",
        f"indicator/{REVISED}",
        f"region/{REGION}",
        f"programme/{PROGRAMME}",
        "partnerships",
    )
)
#: Callback of the server (its output) → the values its inputs and states are tried with, besides addresses.
CALLBACKS: dict[str, tuple[object, ...]] = {
    "root.children": (),
    "chart.children": tuple({"lang": lang, "indicator": INDICATOR, "region": REGION} for lang in languages()),
}
_LINK = re.compile(r"""["'(>](/[^"'\s()<>\\]+)""")
_TAKEN = re.compile(r"\.(csv|xlsx|parquet|zip|svg|png|pdf)$")
_FILE = re.compile(r"\.(?!html)[a-z0-9]{2,5}$")


def page_paths() -> list[str]:
    """Every page in every language, with the items to ask it for."""
    found = []
    for name, page in pages().items():
        wants = getattr(page, "ITEM", False)
        assert not wants or name in ITEMS, f"page {name} has items: name some in tests/leak/exits.py ITEMS"
        items = ITEMS[name] if wants else ("",)
        for lang, item in itertools.product(languages(), items):
            if item or wants in (False, "or index"):
                found.append(f"/{lang}/{name}" + (f"/{item}" if item else ""))
    return found


def embedded_paths() -> list[str]:
    """The same pages as a frame on another site shows them."""
    return [urls.embedded(path) for path in page_paths() if path.split("/")[2] in HEIGHTS]


def addresses() -> list[str]:
    """Every address to ask for: pages, and the routes with all that can stand for their placeholders."""
    paths = page_paths()
    found = [asked for path in paths for asked in _asked(path, QUERIES)] + embedded_paths() + [*API]
    server = create(Settings("", 0, Path("nowhere"), "", 1)).server
    for rule in server.url_map.iter_rules():
        if rule.rule in CATCH_ALL or rule.rule.startswith(STATIC) or "GET" not in (rule.methods or ()):
            continue
        decks = rule.rule.endswith(".pptx")  # a second each: in one language, and a tray of all there may be
        filled = [path for path in _filled(rule.rule, paths) if not decks or path.startswith(f"/{languages()[0]}/")]
        found += [asked for path in filled for asked in ([path] if decks else _asked(path, QUERIES[:2]))]
    found += [f"/{languages()[0]}/keynote.pptx{TRAY}", f"/{languages()[0]}/keynote/present{TRAY}"]
    return list(dict.fromkeys(found))


def _asked(path: str, queries: tuple[str, ...]) -> Iterator[str]:
    """A path as it is in every language, with each of the queries in one, in turn; a file always in one."""
    lang = path[1:3] if path[1:3] in languages() and path[3] == "/" else ""
    for number, query in enumerate(queries):
        turn = languages()[(crc32(path[3:].encode()) + number) % len(languages())]
        if lang in ("", turn) or (number == 0 and not _TAKEN.search(path)):
            yield path + query


def _filled(rule: str, paths: list[str]) -> Iterator[str]:
    """A route with every value for each of its placeholders."""
    parts = re.split(r"<([^>]+)>", rule)
    choices: list[tuple[str, ...]] = []
    for before, place in zip(parts[::2], parts[1::2], strict=False):
        kind, _, name = place.rpartition(":")
        if kind.startswith("any("):
            choices.append(tuple(one.strip() for one in kind[4:-1].split(",")))
        elif name == "rest":  # a page's path without its language, and without what the route says of it
            of_pages = dict.fromkeys("/" + path.split("/", 2)[2] for path in paths)
            choices.append(tuple(path.removeprefix(before) for path in of_pages if path.startswith(before)))
        else:
            known = OF_ROUTE.get(rule, {}).get(name) or VALUES.get(name)
            assert known, f"route {rule}: say in tests/leak/exits.py what to ask for in place of <{name}>"
            choices.append(known)
    for at, values in enumerate(itertools.product(*choices)):
        if _of_many_forms(rule) and values[-1] != choices[-1][0] and at % (len(choices[-1]) - 1):
            continue  # the first form (csv) is asked of every page, the others of some pages each
        texts = [*parts]
        texts[1::2] = values
        yield "".join(texts)


def _of_many_forms(rule: str) -> bool:
    """Whether a route takes any page along in one of several forms: .csv, .xlsx, .parquet, .json, .zip."""
    return re.search(r"<path:rest>\.<any\([^)]*\):\w+>$", rule) is not None


def unpacked(content: bytes) -> bytes:
    """What a reader of a file finds in it, where that is packed: PDF, Parquet, and ZIP with XLSX and PPTX."""
    if content.startswith(b"%PDF"):
        file = PdfReader(io.BytesIO(content))
        return repr(file.metadata).encode() + "".join(page.extract_text() for page in file.pages).encode()
    if content.startswith(b"PAR1"):
        metadata = parquet.read_schema(io.BytesIO(content)).metadata
        return repr(metadata).encode() + pl.read_parquet(io.BytesIO(content)).write_ndjson().encode()
    if content.startswith(b"PK"):
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            inside = [(name, archive.read(name)) for name in archive.namelist()]
            return b"\n".join(name.encode() + data + unpacked(data) for name, data in inside)
    return b""


class Crawl:
    """Answers of a running server, each as one block of bytes: headers and content."""

    def __init__(self, base: str) -> None:
        self.base = base
        self.client = httpx.Client(base_url=base, timeout=60, headers={"Accept-Language": "de"})
        self.answers: dict[str, bytes] = {}

    def get(self, address: str) -> httpx.Response:
        """One answer; kept."""
        answer = self.client.get(address)
        self.answers[address] = self._whole(answer)
        return answer

    @staticmethod
    def _whole(answer: httpx.Response) -> bytes:
        # An address that was asked for may come back in a redirect; what it leads to is asked for itself.
        headers = [value for name, value in answer.headers.items() if name.lower() != "location"]
        return "\n".join(headers).encode() + b"\n" + answer.content + unpacked(answer.content)

    def everything(self, lang: str = "") -> dict[str, bytes]:
        """All exits, and all files that their pages link to; with a language only what has no other."""
        for _ in self.each(lang):
            pass
        self._frozen(lang)
        for address in ("/_dash-layout", "/_dash-dependencies", "/robots.txt", "/sitemap.xml", "/favicon.ico"):
            self.get(address)
        self._callbacks(lang)
        return self.answers

    def each(self, lang: str = "") -> Iterator[bytes]:
        """The addresses among them and the files they link to, one answer after the other."""
        for address in addresses():
            if lang and address[1:3] in languages() and address[1:3] != lang:
                continue
            answer = self.get(address)
            yield self.answers[address]
            for link in self._files(answer):
                if link not in self.answers:
                    self.get(link)
                    yield self.answers[link]

    def _frozen(self, lang: str) -> None:
        """Every page frozen to the build that is published, to a day, and to a build of that name which is none."""
        build = self.client.get("/health/ready").json()["build"]
        for path in page_paths():
            if path.startswith(f"/{lang or 'de'}/"):
                self.get(urls.frozen(path, build))
        for asof in (f"{datetime.now(UTC):%Y-%m-%d}", "../internal/current", "current"):
            self.get(urls.frozen("/de/map", asof))

    def _files(self, answer: httpx.Response) -> Iterable[str]:
        if "html" not in answer.headers.get("Content-Type", ""):
            return
        for link in _LINK.findall(answer.text):
            address = urljoin("/", link.replace("&amp;", "&"))
            if not address.startswith(STATIC) and _FILE.search(address.partition("?")[0]):
                yield address

    def _callbacks(self, lang: str) -> None:
        for known in self.client.get("/_dash-dependencies").json():
            if known["clientside_function"]:
                continue
            output = known["output"]
            assert output in CALLBACKS, f"callback {output}: say in tests/leak/exits.py CALLBACKS what to try it with"
            tried = (
                [(path, "") for path in page_paths() if path.startswith(f"/{lang}")]
                if output == "root.children"
                else CALLBACKS[output]
            )
            for number, value in enumerate(tried):
                self.answers[f"callback {output} {number}"] = self._call(known, value)

    def _call(self, known: dict[str, object], value: object) -> bytes:
        values = iter(value if isinstance(value, tuple) else itertools.repeat(value))
        id_, _, name = str(known["output"]).rpartition(".")
        body = {"output": known["output"], "outputs": {"id": id_, "property": name}}
        for part in ("inputs", "state"):
            body[part] = [{**place, "value": next(values)} for place in known[part]]  # type: ignore[attr-defined]
        body["changedPropIds"] = [f"{place['id']}.{place['property']}" for place in known["inputs"]]  # type: ignore[attr-defined]
        answer = self.client.post(
            "/_dash-update-component", content=json.dumps(body), headers={"Content-Type": "application/json"}
        )
        assert answer.status_code in (200, 204), f"{known['output']}: {answer.status_code} {answer.text[:300]}"
        return self._whole(answer)
