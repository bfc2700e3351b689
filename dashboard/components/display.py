"""The Display control: by what the map is coloured, and in which classes. Links and forms in a native disclosure."""

from __future__ import annotations

from dash import html
from dash.development.base_component import Component

from dashboard import queries, urls
from dashboard.components.attributes import attrs
from dashboard.components.controls import choices
from dashboard.display import is_counted, wanted
from dashboard.display_choice import offered, partners
from dashboard.display_words import scale_name
from dashboard.firstpaint import Raw
from dashboard.i18n import Words
from dashboard.urls import DISPLAY, OWN_LIMITS, MapState
from dashboard.view import MapView

_PLAIN = dict.fromkeys(DISPLAY, "")


def display(view: MapView) -> html.Details:
    """The disclosure; its summary says what is shown."""
    t = view.words
    return html.Details(
        [
            html.Summary([html.Small(t("Display")), html.Strong(current(t, view.state), id="display-now")]),
            html.Div(menu(view), className="panel", id="display-menu"),
        ],
        id="display",
        className="picker display",
    )


def current(t: Words, state: MapState) -> str:
    """What is shown, in two or three words."""
    name = views(t)["against" if state.against else state.view]
    return name if state.scale == "" else f"{name}, {scale_name(t, state)}"


def views(t: Words) -> dict[str, str]:
    """View → its name on a control."""
    return {
        "": t("Value"),
        "gap": t("Gap to the national mean"),
        "change": t("Change since a year"),
        "sure": t("How sure"),
        "against": t("Two indicators"),
    }


def menu(view: MapView) -> list[Component]:
    """What the disclosure holds."""
    t, state = view.words, view.state
    can = offered(view.indicator, state, view.periods)
    names = {key: name for key, name in views(t).items() if key in ("", *can) and key != "against"}
    shown = "against" if state.against else state.view
    links = [
        (key, name, urls.map_url(t.lang, state.but(**_PLAIN | {"view": key})), key == shown)
        for key, name in names.items()
    ]
    parts: list[Component] = [html.H3(t("Colour by")), choices(t("Colour by"), "view", links)]
    if state.view == "change":
        parts.append(_since(view))
    if "against" in can:
        parts += _against(view)
    flags = state.view == "sure" and not view.indicator["interval"]
    if not state.against and not flags and (state.view == "change" or not is_counted(view.indicator)):
        parts += _classes(t, state)
    if wanted(state):
        parts.append(html.P(html.A(t("Back to the usual map"), href=urls.map_url(t.lang, state.but(**_PLAIN)))))
    return parts


def _form(t: Words, state: MapState, name: str, label: str, field: Component) -> html.Form:
    """A form that sends one field with the rest of the state."""
    rest = urls.parameters(state)
    kept = "".join(f'<input type="hidden" name="{key}" value="{html_text(value)}">' for key, value in rest)
    return html.Form(
        [html.Label(label, htmlFor=name), html.Span([field, Raw(kept), html.Button(t("Show"))], className="line")],
        action=urls.page(t.lang, "map"),
        method="get",
        className="one",
    )


def html_text(text: str) -> str:
    """A text inside a double-quoted attribute."""
    return text.replace("&", "&amp;").replace('"', "&quot;").replace("<", "&lt;")


def _since(view: MapView) -> html.Form:
    t, state = view.words, view.state
    options = [
        html.Option(t.period(period), value=period, selected=period == state.since)
        for period in view.periods
        if period != state.period
    ]
    return _form(
        t, state.but(since=""), "display-from", t("Counted from"), html.Select(options, id="display-from", name="from")
    )


def _against(view: MapView) -> list[Component]:
    t, state = view.words, view.state
    known = partners(view.build, view.lang, state)
    if not known:
        return []
    order = [id_ for id_ in queries.indicators(view.build, view.lang) if id_ in known]
    options = [html.Option(known[id_], value=id_, selected=id_ == state.against) for id_ in order]
    field = html.Select(options, id="display-against", name="against")
    return [_form(t, state.but(**_PLAIN), "display-against", t("Beside a second indicator"), field)]


def _classes(t: Words, state: MapState) -> list[Component]:
    own = state.scale.startswith(OWN_LIMITS)
    names = {scale: scale_name(t, state.but(scale=scale)) for scale in ("", *urls.SCALES)}
    if state.view:
        del names["quantile"]  # as usual
    scales = [
        (scale, name, urls.map_url(t.lang, state.but(scale=scale, classes="")), scale == state.scale)
        for scale, name in names.items()
    ]
    parts: list[Component] = [html.H3(t("Classes")), choices(t("Classes"), "scale", scales)]
    if not own and state.scale != "continuous" and (state.scale or state.view):
        numbers = [
            (
                number,
                number,
                urls.map_url(t.lang, state.but(classes=number, scale=state.scale or "quantile")),
                number == (state.classes or "6"),
            )
            for number in urls.CLASSES
        ]
        parts.append(choices(t("Number of classes"), "classes", numbers))
    written = state.scale.removeprefix(OWN_LIMITS).replace(",", "; ") if own else ""
    field = html.Div(
        Raw(f'<input id="display-limits" name="limits" value="{html_text(written)}" placeholder="5; 7; 10" size="14">'),
        **attrs(role="presentation"),
    )
    parts.append(_form(t, state.but(scale="", classes=""), "display-limits", t("Own limits, from low to high"), field))
    return parts
