"""An SVG as PNG (resvg) or PDF (Typst), with our own type and no other of the machine. For the export process."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import Any, Final, cast

import orjson
import resvg_py
import typst

from dashboard.pictures import letters
from dashboard.store import Build

HERE: Final = Path(__file__).resolve().parent
_FILES: Final = [str(letters.file(weight)) for weight in (letters.PLAIN, letters.STRONG)]


def png(_build: Build | None, svg: str, times: int) -> bytes:
    """The picture in pixels; times: pixels for one of CSS. Transparent where the picture has no ground."""
    family = letters.FAMILY[1]
    found = resvg_py.svg_to_bytes(
        svg_string=svg,
        zoom=float(times),
        skip_system_fonts=True,
        font_files=_FILES,
        font_family=family,
        sans_serif_family=family,
    )
    return bytes(found)


def pdf(_build: Build | None, svg: str, about: dict[str, Any]) -> bytes:
    """One page of exactly the picture's size, vectors and letters kept as such, tagged (PDF/UA-1).

    about: title, alt, lang, author, width, height in CSS pixels (a point each); link: address and box of it.
    """
    inputs = {"svg": svg, "about": orjson.dumps(about).decode()}
    return cast("bytes", _compiler().compile(format="pdf", sys_inputs=inputs, pdf_standards="ua-1"))


@lru_cache(maxsize=1)
def _compiler() -> typst.Compiler:
    """One of the process, with the type of the atlas; its own is kept for letters that ours has not."""
    return typst.Compiler(HERE / "picture.typ", root=HERE, font_paths=[letters.FILES], ignore_system_fonts=True)
