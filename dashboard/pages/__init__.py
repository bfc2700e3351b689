"""One file per page: PATH, title(request), description(request), layout(request).

Where it needs them: register(app) with its callbacks (only then is Dash loaded in the browser), ITEM (the path goes on:
/de/region/DED; "or index": /de/region is a page, too), ASSETS (its own files in assets/), NAV (its place in the main
navigation and its label), feeds(request), state(request). A page is found by its file; nobody edits a list.
"""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from types import ModuleType

from dashboard import urls
from dashboard.i18n import Words, words
from dashboard.store import Build


@dataclass(frozen=True)
class Request:
    """What a page is asked for: language, the rest of the path behind PATH, the query, and the build that answers.

    today: the published build, where the address may be frozen to another (`asof=`). kept: gives (id, since when it
    was shown) of the builds that `asof=` opens, newest first.
    """

    lang: str
    item: str
    query: Mapping[str, str]
    build: Build
    today: Build | None = None
    kept: Callable[[], tuple[tuple[str, datetime | None], ...]] = tuple

    @property
    def frozen(self) -> str:
        """The id of the build that the address is frozen to; '' where it follows the publications."""
        return self.build.id if urls.asof(self.query) else ""

    @property
    def words(self) -> Words:
        """The words of the request's language."""
        return words(self.lang)


@lru_cache(maxsize=1)
def pages() -> dict[str, ModuleType]:
    """PATH → module, for every file in this folder."""
    names = sorted(module.name for module in pkgutil.iter_modules(__path__))
    found = [importlib.import_module(f"{__name__}.{name}") for name in names]
    return {module.PATH: module for module in found}


@lru_cache(maxsize=1)
def navigation() -> tuple[tuple[str, str], ...]:
    """(path, English label) of the pages in the main navigation, in the order of their NAV places."""
    places = sorted((*module.NAV, path) for path, module in pages().items() if hasattr(module, "NAV"))
    return tuple((path, label) for _place, label, path in places)
