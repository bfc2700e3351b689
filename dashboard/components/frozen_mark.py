"""The strip above a frozen page: of when its figures are, what has changed since, and the way back to today's."""

from __future__ import annotations

from dash import html
from dash.development.base_component import Component

from dashboard import changed, urls
from dashboard.components.attributes import attrs
from dashboard.firstpaint import draw
from dashboard.pages import Request

#: The page that lists what has changed.
CHANGED = "changed"


def notice(request: Request, live: str) -> str:
    """The strip as markup; '' where the address follows the publications. live: the same address unfrozen."""
    build, today, t = request.build, request.today, request.words
    if not request.frozen or today is None:
        return ""
    said = t("Figures as of {day} (build {build}).", day=t.day(build.published), build=build.id)
    parts: list[Component | str] = [html.B(t("Frozen:")), " ", said, " "]
    parts.append(html.A(t("Show today’s figures"), href=live, **attrs(data_live="")))
    count = changed.cells(build, today).height if build.id != today.id else 0
    if build.id == today.id:
        parts.append(f" · {t('Nothing newer is published.')}")
    elif count:
        text = t("What has changed since ({n})", n=t.number(count))
        parts += [" · ", html.A(text, href=urls.view_url(t.lang, CHANGED, "", {urls.ASOF: build.id}))]
    else:
        parts.append(f" · {t('No figure has changed since.')}")
    return draw(html.Aside(html.P(parts), className="frozen-mark", **attrs(aria_label=t("Frozen"))))
