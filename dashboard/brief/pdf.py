"""A brief as PDF, by Typst: one A4 page, tagged for screen readers, with its own fonts. Two are set at a time.

Texts reach Typst as data, never as markup. Who comes when too many wait is asked to come again.
"""

from __future__ import annotations

import io
import logging
import re
from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache
from pathlib import Path
from queue import Empty, SimpleQueue
from threading import BoundedSemaphore
from typing import Any, cast

import orjson
import segno
import typst

from dashboard import urls
from dashboard.brief import model
from dashboard.brief.model import Brief
from dashboard.i18n import words

log = logging.getLogger("atlas")
HERE = Path(__file__).resolve().parent
#: Compilers of a process; readers that may wait for one; and for how many seconds.
AT_ONCE, WAITING, SECONDS = 2, 8, 10.0
#: The country whose typography a language follows.
_REGIONS = {"de": "DE", "fr": "FR", "en": "GB"}
#: The colours of the map on paper: tokens.css in light, where a browser is.
_STYLE = (
    "<style>.land,.ground path{{fill:#f0eee8;stroke:#51606a;stroke-width:{thin:.1f}}}"
    ".around{{fill:none;stroke:#51606a;stroke-width:{thick:.1f}}}"
    ".here{{fill:#b3420e;stroke:#b3420e;stroke-width:{thin:.1f}}}.ring{{fill:none;stroke:#b3420e;stroke-width:{wide:.1f}}}"
    ".ground .marked{{fill:#b3420e;stroke:#b3420e}}.ground .border{{fill:none;stroke-width:{thick:.1f}}}"
    ".place{{fill:#17232b;stroke:#fff;stroke-width:{thick:.1f}}}"
    "rect{{fill:none;stroke:#51606a;stroke-opacity:.5;stroke-width:{thin:.1f}}}</style>"
)


class BusyError(Exception):
    """More PDFs are asked for than can be set now."""


def pdf(brief: Brief, host: str) -> bytes:
    """The PDF. host: https://atlas.example.org, for the address in the foot. Raises BusyError."""
    with _compiler() as compiler:
        return render(compiler, brief, host)


def render(compiler: typst.Compiler, brief: Brief, host: str) -> bytes:
    """The same with a compiler one has: PDF/UA-1, or where a text has letters that no font here knows just tagged."""
    inputs = {"brief": orjson.dumps(_data(brief, host)).decode()}
    try:
        found = compiler.compile(format="pdf", sys_inputs=inputs, pdf_standards="ua-1")
    except typst.TypstError as error:
        log.warning("brief %s is not PDF/UA: %.200s", brief.path, error)
        found = compiler.compile(format="pdf", sys_inputs=inputs)
    return cast("bytes", found)


def new_compiler() -> typst.Compiler:
    """A compiler with the fonts of the atlas, and no others of this machine."""
    return typst.Compiler(HERE / "brief.typ", root=HERE, font_paths=[HERE / "fonts"], ignore_system_fonts=True)


@lru_cache(maxsize=1)
def _pool() -> SimpleQueue[typst.Compiler]:
    found: SimpleQueue[typst.Compiler] = SimpleQueue()
    for _ in range(AT_ONCE):
        found.put(new_compiler())
    return found


_PLACES = BoundedSemaphore(AT_ONCE + WAITING)


@contextmanager
def _compiler() -> Iterator[typst.Compiler]:
    """One of the compilers, after waiting for it; raises BusyError where others wait already."""
    if not _PLACES.acquire(blocking=False):
        raise BusyError
    try:
        try:
            compiler = _pool().get(timeout=SECONDS)
        except Empty:
            raise BusyError from None
        try:
            yield compiler
        finally:
            _pool().put(compiler)
    finally:
        _PLACES.release()


def _data(brief: Brief, host: str) -> Any:
    """What the template reads. The fonts lack the narrow space of French figures: the usual one stands for it."""
    t = words(brief.lang)
    named = any(promise.programme for promise in brief.promises)
    data = {
        "title": brief.title,
        "author": t("Regional AI Atlas"),
        "mark": t("Internal") if brief.internal else "",
        "kind": brief.kind,
        "lang": brief.lang,
        "region": _REGIONS.get(brief.lang, ""),
        "day": [brief.day.year, brief.day.month, brief.day.day],
        "figures": brief.figures,
        "findings": brief.findings,
        "promises": brief.promises,
        "left": brief.left,
        "no_promise": brief.no_promise,
        "named": named,
        "heads": model.heads(t, named=named),
        "sources": brief.sources,
        "svg": brief.svg if brief.alone else svg(brief.svg),
        "label": brief.label,
        "alone": brief.alone,
        "stamp": model.stamp(brief),
        "address": host + brief.path,
        "shown": host.partition("://")[2] + brief.path,
        "code": code(urls.frozen(host + brief.path, brief.build)),
        "code_label": t("QR code: {address}", address=host + brief.path),
        "words": {
            "findings": t("Findings"),
            "figures": t("Key figures"),
            "promised": t("Promised and reported"),
            "sources": t("Sources"),
            "more": t("Further promises on the atlas: {n}"),
        },
    }
    return orjson.loads(orjson.dumps(data).decode().replace("\u202f", "\u00a0"))


def code(address: str) -> str:
    """The address for a telephone's camera, as SVG: the figures of this sheet, also when there are newer ones."""
    out = io.BytesIO()
    segno.make(address, error="m", micro=False).save(out, kind="svg", xmldecl=False, border=0, dark="#17232b")
    return out.getvalue().decode()


def svg(drawn: str) -> str:
    """The map as a file of its own: with its colours in it, and lines of a width on the map's scale."""
    if not drawn:
        return ""
    width = float(re.findall(r'viewBox="[-\d.]+ [-\d.]+ ([\d.]+)', drawn)[0])
    style = _STYLE.format(thin=width / 600, thick=width / 350, wide=width / 200)
    head, end, rest = drawn.partition(">")
    return head.replace("<svg", '<svg xmlns="http://www.w3.org/2000/svg"', 1) + end + style + rest
