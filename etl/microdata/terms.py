"""Lists of terms as data, and the pattern that finds them in a text on every engine.

`terms/<name>.toml`: `word` (stands alone: "ki", "ai"), `start` (begins a word: "machine learning"), both in lower case.
Engines do not agree on what `\\b` is beside ä or é, so the letters are named.
"""

from __future__ import annotations

import re
from functools import lru_cache
from pathlib import Path
from typing import Final

from etl.declaration import Keys, read_toml
from etl.model import CatalogueError

FOLDER: Final = Path(__file__).parent / "terms"
#: What a word is made of in German and French.
_LETTER: Final = "0-9a-zäöüßàâæçéèêëîïôœùûÿ"


@lru_cache(maxsize=8)
def pattern(name: str) -> str:
    """The regular expression for a lower-case text (RE2, Java and Python read it alike); raises CatalogueError."""
    path = FOLDER / f"{name}.toml"
    if not path.is_file():
        known = ", ".join(sorted(one.stem for one in FOLDER.glob("*.toml")))
        raise CatalogueError(f"there is no list of terms '{name}'; there are {known}")
    raw = Keys(path.name, read_toml(path))
    raw.only({"word", "start", "about", "checked"})
    alone, begin = (_terms(raw, key) for key in ("word", "start"))
    return f"(^|[^{_LETTER}])(({'|'.join(alone)})($|[^{_LETTER}])|({'|'.join(begin)}))"


def _terms(raw: Keys, key: str) -> list[str]:
    """Escaped terms; a blank stands for blanks and hyphens: "machine learning", "machine-learning"."""
    found: list[str] = raw.get(key, list)
    for term in found:
        if not isinstance(term, str) or term != term.lower().strip() or not term:
            raise CatalogueError(f"{raw.place(key)}: {term!r} is not a text in lower case")
    if not found or len(set(found)) < len(found):
        raise CatalogueError(f"{raw.place(key)}: empty, or a term stands twice")
    return [re.escape(term).replace("\\ ", "[ -]*").replace("\\-", "-") for term in found]
