"""Collects every English text the dashboard's code hands to a `Words` object."""

from __future__ import annotations

import ast
import importlib
import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
DASHBOARD = ROOT / "dashboard"
#: Words that only an English sentence has.
ENGLISH = re.compile(r"\b(the|and|of|with|free|not|state|last|by|figures|table|reuse)\b")
SPEAKERS = {"t", "self", "words"}


def spoken_by_the_build() -> set[str]:
    """What sources say of themselves: all their rhythm, shipped ones also credit, licence, edition where English."""
    paths = (path for path in (ROOT / "etl" / "sources").glob("*.py") if path.stem != "__init__")
    found = {"atlas team", *(importlib.import_module(f"etl.sources.{path.stem}").SOURCE.rhythm for path in paths)}
    for path in (ROOT / "data" / "figures").glob("*.json"):
        source = importlib.import_module(f"etl.sources.{path.stem}").SOURCE
        found |= {text for text in (source.licence.credit, source.licence.name, source.vintage) if ENGLISH.search(text)}
    return found


def collect() -> set[str]:
    """The msgids: literal first arguments of t("…"), view.words("…"), self("…"), and the named tables of labels."""
    from dashboard.api.openapi import texts as api_texts
    from dashboard.components.controls import THEMES
    from dashboard.components.table import COLUMNS
    from dashboard.pages import navigation

    found = {label for _, label in navigation()} | set(THEMES.values()) | spoken_by_the_build()
    found |= api_texts()
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
