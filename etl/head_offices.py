"""Which bodies book all their grants at a head office although the work is done elsewhere: `etl/head_offices.toml`."""

from __future__ import annotations

import re
import tomllib
import unicodedata
from functools import lru_cache
from importlib import resources


@lru_cache(maxsize=1)
def _table() -> tuple[tuple[str, ...], frozenset[str]]:
    """The beginnings of names, and the participant codes."""
    text = (resources.files("etl") / "head_offices.toml").read_text(encoding="utf-8")
    bodies = tomllib.loads(text)["body"]
    return tuple(name for body in bodies for name in body["names"]), frozenset(body.get("pic", "") for body in bodies)


def plain(name: str) -> str:
    """A name in capitals without accents, hyphens, dots and apostrophes, as the table has it."""
    letters = unicodedata.normalize("NFKD", name.upper())
    kept = "".join(letter for letter in letters if not unicodedata.combining(letter))
    return re.sub(r"[^A-Z0-9]+", " ", kept).strip()


def is_head_office(name: str, pic: str = "") -> bool:
    """Whether the participant is one of these bodies, by its participant code or the beginning of its name."""
    names, codes = _table()
    return bool(pic and pic in codes) or plain(name).startswith(names)
