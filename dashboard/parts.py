"""Parts of the map page that the server draws anew when the view changes: what costs a script more than a request.

Each is an address of its own with the map's parameters: /de/part/steps.json?indicator=…
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

import orjson

from dashboard import breakdown, steps
from dashboard.view import MapView

#: name → what it shows of a view: `html` for its place on the page (data-part), `svg` for the map's `.am-steps`.
PARTS: Final[dict[str, Callable[[MapView], dict[str, str]]]] = {"steps": steps.part, "breakdown": breakdown.part}


def json(view: MapView, name: str) -> bytes:
    """A part of a view as JSON bytes."""
    return orjson.dumps(PARTS[name](view))
