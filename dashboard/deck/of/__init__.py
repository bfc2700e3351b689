"""Which views become slides: one file per page, found by its name (`brief/region` has none, `map` has map.py).

`slides(request)` gives the slides of one view, for a tray. `deck(request)`, where a page has a prepared deck, gives
that. Both raise what the page itself raises for an address that is none.
"""

from __future__ import annotations

import importlib
import pkgutil
from functools import lru_cache
from types import ModuleType


@lru_cache(maxsize=1)
def builders() -> dict[str, ModuleType]:
    """PATH of a page → the module that makes slides of it."""
    names = sorted(module.name for module in pkgutil.iter_modules(__path__))
    return {name: importlib.import_module(f"{__name__}.{name}") for name in names}


def prepared(page: str, item: str) -> bool:
    """Whether a page has a deck: of its item, and the tray without one."""
    return hasattr(builders().get(page), "deck") and bool(item) == (page != "keynote")
