"""A text of the operator's, or of the atlas's own, on a page."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from dash import html
from dash.development.base_component import Component
from flask import current_app

from dashboard.firstpaint import Raw
from dashboard.i18n import DEFAULT, Words
from dashboard.legal import folder
from dashboard.legal.folder import Folder, Text

#: What pages with such texts need.
ASSETS: Final = ("legal.css",)
_TEXTS: Final = Path(folder.__file__).with_name("texts")
_NAMES: Final = {"de": "Deutsch", "fr": "Français", "en": "English"}


def operators() -> Folder:
    """The folder of the operator of this process."""
    found: Folder = current_app.config["OPERATOR"]
    return found


def said(t: Words, text: Text) -> list[Component]:
    """The operator's text; in another language than the page's it says so, to screen readers as well."""
    note = []
    if text.lang != t.lang:
        note = [html.P(t("This text exists in {language} only.", language=_NAMES[text.lang]), className="small")]
    return [*note, html.Div(Raw(text.markup), lang=text.lang, className="told")]


def own(t: Words, name: str) -> Component:
    """A text that comes with the atlas (legal/texts/), in English where the language has none."""
    path = next(path for lang in (t.lang, DEFAULT) if (path := _TEXTS / f"{name}.{lang}.md").exists())
    lang = path.stem.rpartition(".")[2]
    return html.Div(Raw(folder.rendered(path.read_bytes())), lang=lang if lang != t.lang else None)
