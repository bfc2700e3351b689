"""Header and footer of every page."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from dash import html

from dashboard import urls
from dashboard.components.attributes import attrs
from dashboard.firstpaint import Raw, draw
from dashboard.i18n import Words, languages

LANGUAGE_NAMES = {"de": "Deutsch", "fr": "Français", "en": "English"}


def header(t: Words, here: str, path: str, query: str, nav: Sequence[tuple[str, str]]) -> html.Header:
    """Brand, navigation (path, English label), languages (each keeps the address), light or dark."""
    return html.Header(
        className="site",
        children=[
            html.A(t("Skip to content"), href="#main", className="skip"),
            html.A(
                [html.Span(t("Atlas"), className="mark"), html.Span(t("AI in the regions of Germany and France"))],
                href=urls.page(t.lang, "map"),
                className="brand",
            ),
            *_menu(t, here, nav),
            html.Div(
                className="tools",
                children=[
                    html.Nav(
                        [
                            html.A(
                                lang.upper(),
                                href=urls.switch_language(path, query, lang),
                                lang=lang,
                                hrefLang=lang,
                                title=LANGUAGE_NAMES.get(lang, lang),
                                **attrs(data_lang=lang),
                                **attrs(aria_current="true" if lang == t.lang else None),
                            )
                            for lang in languages()
                        ],
                        className="languages",
                        **attrs(aria_label=t("Language")),
                    ),
                    html.Button(
                        html.Span("◐", **attrs(aria_hidden="true")),
                        id="theme",
                        type="button",
                        title=t("Light or dark"),
                        **attrs(aria_label=t("Light or dark")),
                    ),
                ],
            ),
        ],
    )


def _menu(t: Words, here: str, nav: Sequence[tuple[str, str]]) -> list[Raw]:
    """The main navigation: a row of links, which a narrow screen opens from a button, without a script."""
    links = [
        html.A(t(label), href=urls.page(t.lang, name), **attrs(aria_current="page" if name == here else None))
        for name, label in nav
    ]
    label = escape(t("Main"))
    opens = escape(t("Open the menu"))
    return [
        Raw(f'<button type="button" class="menu" popovertarget="menu" aria-label="{opens}">☰</button>'),
        Raw(f'<nav id="menu" popover aria-label="{label}">{draw(links)}</nav>'),
    ]


def internal_mark(t: Words) -> html.P:
    """The strip above every page of an internal process."""
    return html.P(
        [
            html.B(t("Internal")),
            " ",
            t("Not published: do not pass on pictures, links or figures of these pages."),
            " ",
            html.A(t("The desk"), href=urls.page(t.lang, "desk")),
        ],
        className="internal-mark",
        role="note",
    )


def footer(t: Words, *, cookie: bool = False) -> html.Footer:
    """Who is behind it, boundaries' attribution, privacy in one sentence. cookie: whether people sign in here."""
    privacy = (
        t("Every figure is shown with its source and how sure it is. One cookie, to sign in; no trackers.")
        if cookie
        else t("Every figure is shown with its source and how sure it is. No cookies, no trackers, no third party.")
    )
    return html.Footer(
        className="site",
        children=[
            html.P([privacy, " ", html.A(t("Data for programs (API)"), href=urls.page(t.lang, "api"))]),
            html.Nav(
                [
                    html.A(t("Imprint"), href=urls.page(t.lang, "imprint")),
                    html.A(t("Privacy"), href=urls.page(t.lang, "privacy")),
                    html.A(t("Accessibility"), href=urls.page(t.lang, "accessibility")),
                ],
                className="legal",
                **attrs(aria_label=t("About this site")),
            ),
            html.P(
                [
                    t("Boundaries:"),
                    " © GeoBasis-DE / ",
                    html.A("BKG", href="https://www.bkg.bund.de"),
                    " 2021 (Daten verändert), ",
                    html.A("dl-de/by-2-0", href="https://www.govdata.de/dl-de/by-2-0"),
                    " · IGN ADMIN EXPRESS COG 2018, ",
                    html.A("Licence Ouverte", href="https://www.etalab.gouv.fr/licence-ouverte-open-licence/"),
                    ", simplifié",
                ],
                className="small",
            ),
        ],
    )
