"""Collects every English text the dashboard's code hands to a `Words` object."""

from __future__ import annotations

import ast
from pathlib import Path

DASHBOARD = Path(__file__).resolve().parents[2] / "dashboard"
SPEAKERS = {"t", "self", "words"}


def collect() -> set[str]:
    """The msgids: literal first arguments of t("…"), view.words("…"), self("…"), and the named tables of labels."""
    from dashboard.components.chrome import NAV
    from dashboard.components.controls import THEMES
    from dashboard.components.table import COLUMNS

    found = {label for _, label in NAV} | set(THEMES.values())
    found |= {label for _, label, _ in COLUMNS if label.isalpha() and len(label) > 1}
    for path in DASHBOARD.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if not isinstance(node, ast.Call) or not node.args:
                continue
            name = getattr(node.func, "id", getattr(node.func, "attr", ""))
            first = node.args[0]
            if name in SPEAKERS and isinstance(first, ast.Constant) and isinstance(first.value, str):
                found.add(first.value)
    return found
