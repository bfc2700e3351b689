"""aria-* and data-* attributes for Dash components, which take them only as names with a dash."""

from __future__ import annotations

from typing import Any


def attrs(**values: object) -> dict[str, Any]:
    """aria_label="x" → {"aria-label": "x"}; None leaves an attribute out."""
    return {name.replace("_", "-"): value for name, value in values.items() if value is not None}
