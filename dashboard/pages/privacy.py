"""Privacy: who is responsible, in the operator's words, and what the software does with data."""

from __future__ import annotations

from dash import html
from dash.development.base_component import Component
from flask import current_app

from dashboard.components.legal_text import ASSETS as TEXTS
from dashboard.components.legal_text import operators, own, said
from dashboard.firstpaint import Kept
from dashboard.pages import Request
from dashboard.settings import INTERNAL

PATH = "privacy"
ASSETS = TEXTS


def title(request: Request) -> str:
    """The page's name."""
    return request.words("Privacy")


def description(request: Request) -> str:
    """For search engines."""
    return request.words(
        "No cookies, no trackers, no third party: what this site does with data, and what it does not."
    )


def state(_request: Request) -> str:
    """A drawn page holds until the operator changes the text."""
    return operators().state(PATH)


def layout(request: Request) -> list[Component]:
    """The operator's text, then what is true of the software."""
    t, text = request.words, operators().text(PATH, request.lang)
    nobody = t("The operator has not said yet who is responsible for data protection here.")
    words = said(t, text) if text else [html.P(nobody, role="status")]
    inside = [own(t, "internal")] if current_app.config["AUDIENCE"] == INTERNAL else []
    return [Kept(id="prose", className="prose", children=[html.H1(title(request)), *words, *inside, own(t, "privacy")])]
