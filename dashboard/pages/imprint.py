"""Imprint: who answers for this site, in the operator's own words."""

from __future__ import annotations

from dash import html
from dash.development.base_component import Component

from dashboard import urls
from dashboard.components.legal_text import ASSETS as TEXTS
from dashboard.components.legal_text import operators, said
from dashboard.firstpaint import Kept
from dashboard.pages import Request

PATH = "imprint"
ASSETS = TEXTS


def title(request: Request) -> str:
    """The page's name."""
    return request.words("Imprint")


def description(request: Request) -> str:
    """For search engines."""
    return request.words("Who answers for this site, and whose figures and boundaries it shows.")


def state(_request: Request) -> str:
    """A drawn page holds until the operator changes the text."""
    return operators().state(PATH)


def layout(request: Request) -> list[Component]:
    """The operator's text, and whose work the atlas is made of."""
    t, text = request.words, operators().text(PATH, request.lang)
    words = said(t, text) if text else [html.P(t("The operator has not published an imprint yet."), role="status")]
    about = [
        html.H2(t("Figures, boundaries, software")),
        html.P(
            [
                t("Every figure has its source, licence and credit line:"),
                " ",
                html.A(t("Data and sources"), href=urls.page(t.lang, "data")),
                ".",
            ]
        ),
        html.P(t("The software is open source, under the MIT licence.")),
    ]
    return [Kept(id="prose", className="prose", children=[html.H1(title(request)), *words, *about])]
