"""Building a territory on the map page: the panel that `assets/choose.js` brings to life; without scripts a link."""

from __future__ import annotations

import orjson
from dash import html

from dashboard import territories, urls
from dashboard.components.attributes import attrs
from dashboard.i18n import Words

ASSETS = ("choose.css", "choose.js")


def choose(t: Words) -> html.Div:
    """The button that begins it, the list of what is chosen, and the link to the territory's page."""
    index = urls.page(t.lang, territories.PATH)
    words = {
        "none": t("No region chosen yet"),
        "one": t("1 region chosen"),
        "many": t("{n} regions chosen"),
        "added": t("{name} added. {count}."),
        "removed": t("{name} removed. {count}."),
        "inside": t("{name} lies in {outer}, which is chosen already."),
        "full": t("At most {most} regions make a territory.", most=territories.MOST),
        "remove": t("Remove {name}"),
    }
    data = orjson.dumps({"words": words, "most": territories.MOST, "page": index}).decode()
    return html.Div(
        [
            html.A(t("Build a territory"), href=f"{index}#own", id="choose-begin"),
            html.Div(
                [
                    html.P(t("Click regions on the map or in the table; Enter or Space does the same.")),
                    html.P(id="choose-count", role="status"),
                    html.Ul(id="choose-list"),
                    html.P(
                        [
                            html.A(t("Show the territory"), id="choose-show", className="button", hidden=True),
                            html.Button(t("Clear"), id="choose-clear", type="button", hidden=True),
                            html.Button(t("Done"), id="choose-done", type="button"),
                        ]
                    ),
                ],
                id="choose-panel",
                hidden=True,
            ),
        ],
        id="choose",
        className="choose",
        **attrs(data_choose=data),
    )
