"""`python -m etl new source|indicator|page ID`: the one file to fill in, and its test, which fails until it is."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Final

from etl.model import AtlasError

FOLDER: Final = Path(__file__).parent / "skeletons"
KINDS: Final = ("source", "indicator", "page")
#: What stands for the id in the files of FOLDER.
_PLACE: Final = "new_id"


def write_skeleton(root: Path, kind: str, id_: str) -> tuple[Path, Path]:
    """Write the file of a new source, indicator or page, and its test; returns both paths.

    root: the folder with `sources/` and `indicators/`; pages and tests lie beside it. Raises AtlasError where the id is
    no id, a file is there already (then nothing is written), or there are no tests, as in an installed package.
    """
    if not re.fullmatch(r"[a-z][a-z0-9]*(_[a-z0-9]+)*", id_):
        raise AtlasError(f"'{id_}': an id is lower-case words joined by '_', like eurostat_isoc_eb_ai")
    pages, tests = root.parent / "dashboard/pages", root.parent / "tests"
    path, test = {
        "source": (root / "sources" / f"{id_}.py", tests / "golden" / f"test_{id_}.py"),
        "indicator": (root / "indicators" / f"{id_}.toml", tests / "golden" / f"test_{id_}.py"),
        "page": (pages / f"{id_}.py", tests / "dashboard" / f"test_page_{id_}.py"),
    }[kind]
    for place in (path, test):
        if place.exists():
            raise AtlasError(f"{place} is there already")
        if not place.parent.is_dir():
            raise AtlasError(f"there is no folder {place.parent}; `new` writes into a checkout of the project")
    path.write_text(_filled(f"{kind}{path.suffix}.txt", id_), encoding="utf-8")
    test.write_text(_filled(f"{kind}_test.py.txt", id_), encoding="utf-8")
    return path, test


def _filled(name: str, id_: str) -> str:
    return (FOLDER / name).read_text(encoding="utf-8").replace(_PLACE, id_)
