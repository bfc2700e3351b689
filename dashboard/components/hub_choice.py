"""Choosing: the list of territories, the form for one of the reader's own, indicator and period of a territory."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from html import escape

from dash import html
from dash.development.base_component import Component

from dashboard import hub_map, lookup, queries, territories, urls
from dashboard.aggregate import Aggregate
from dashboard.components.controls import THEMES
from dashboard.firstpaint import Raw
from dashboard.i18n import Words
from dashboard.pages import Request
from dashboard.queries import Row
from dashboard.store import Build
from dashboard.territories import PATH, Territory
from dashboard.urls import MapState

#: The parameter in which a set is asked for: of the form, and of the map on which one is chosen.
WITH = "with"
#: The parameter in which the form says which indicator its periods belong to.
BEFORE = "before"


def build_url(lang: str, place: Territory | None = None) -> str:
    """The map on which a territory is chosen, with the members of one to begin with."""
    members = place.members if place else ()
    level = "nuts3" if any(len(code) > 4 for code in members) else ""
    state = urls.parameters(MapState(level=level))
    return urls.view_url(lang, "map", "", {**dict(state), WITH: "+".join(members) or "+"})


# ── The list ─────────────────────────────────────────────────────────────────────────────────────────────────────


def index(request: Request) -> list[Component | Raw]:
    """All named territories, and the way to one of the reader's own.

    Raises MovedError to the set that the form asked for, NotFoundError for names that mean nothing.
    """
    build, t = request.build, request.words
    asked = _asked(request)
    if asked is not None and (codes := chosen(build, t, asked)):
        raise urls.MovedError(urls.page(t.lang, PATH, "+".join(sorted(set(codes)))))
    sections: list[Component | Raw] = [
        html.H1(t("Territories")),
        html.P(
            t(
                "A territory is any set of regions: a hub, the area of a programme, a space across the border. Its "
                "figures are put together from those of its members by a stated rule, or not at all."
            ),
            className="subtitle",
        ),
        Raw(hub_map.outlines()),
    ]
    found = territories.named(build, t).values()
    for kind in dict.fromkeys(one.kind for one in found):
        cards = [_card(build, t, one) for one in found if one.kind == kind]
        sections += [html.H2(territories.kind_name(t, kind)), html.Ul(cards, className="hub-cards")]
    return [*sections, *_own(build, t, empty=asked is not None)]


def _card(build: Build, t: Words, place: Territory) -> html.Li:
    names = [queries.regions(build)[code].name(t.lang) for code in place.members]
    return html.Li(
        [
            Raw(hub_map.small(build, place)),
            html.Div(
                [
                    html.H3(html.A(place.name, href=urls.page(t.lang, PATH, place.id))),
                    html.P(territories.short_list(t, names), className="small"),
                ]
            ),
        ]
    )


def _own(build: Build, t: Words, *, empty: bool) -> list[Component]:
    """The form; it works without scripts."""
    return [
        html.H2(t("A territory of your own"), id="own"),
        *([html.P(t("Choose at least one region."), className="failed", role="alert")] if empty else []),
        html.P(
            [
                t("Click the regions together on the map:"),
                " ",
                html.A(t("Build a territory on the map"), href=build_url(t.lang), className="button"),
            ]
        ),
        html.P(t("Or name them here. The address of the page you get is the territory: keep it, send it on.")),
        html.Form(
            [
                html.P(
                    [
                        html.Label(
                            t("Kreise, départements, cities or codes, with commas between"), htmlFor="with-names"
                        ),
                        Raw(f'<input id="with-names" name="{WITH}" type="text" maxlength="1000" autocomplete="off">'),
                    ],
                    className="field",
                ),
                *(_boxes(build, t, country) for country in urls.COUNTRIES),
                html.Button(t("Show the territory"), type="submit", className="button"),
            ],
            action=urls.page(t.lang, PATH),
            method="get",
            className="hub-form",
        ),
    ]


def _boxes(build: Build, t: Words, country: str) -> html.Fieldset:
    known = queries.regions(build)
    codes = [code for code, where in queries.units(build, "land").items() if where == country]
    codes.sort(key=lambda code: lookup.fold(known[code].name(t.lang)))
    boxes = "".join(
        f'<label><input type="checkbox" name="{WITH}" value="{code}"> {escape(known[code].name(t.lang))}</label>'
        for code in codes
    )
    legend = t("Länder") if country == "DE" else t("régions")
    return html.Fieldset([html.Legend(legend), html.Div(Raw(boxes), className="boxes")])


def _asked(request: Request) -> list[str] | None:
    """What the form sent, None where it was not sent."""
    query = request.query
    if WITH not in query:
        return None
    sent = query.getlist(WITH) if hasattr(query, "getlist") else [query[WITH]]
    return [
        part.strip() for text in sent[:200] for part in str(text)[:5000].replace(";", ",").split(",") if part.strip()
    ]


def chosen(build: Build, t: Words, asked: Iterable[str]) -> list[str]:
    """The codes that names or codes mean; raises NotFoundError for a name that means none or several."""
    spelled = queries.region_codes(build)
    found: list[str] = []
    for text in dict.fromkeys(asked):
        parts = [part for part in text.upper().replace("+", " ").split() if part]
        if parts and all(part in spelled for part in parts):
            found += [spelled[part] for part in parts]
        else:
            found.append(_meant(build, t, text, found))
    return found


def _meant(build: Build, t: Words, text: str, so_far: list[str]) -> str:
    """The region that a name means: the best match, where it is the name or the only one."""
    known, key = lookup.places(build, t), lookup.fold(text)
    matches = lookup.search(known, text)
    if matches and (len(matches) == 1 or _is_meant(key, matches[0], matches[1:])):
        return matches[0].region
    regions = queries.regions(build)
    links = []
    for near in (matches or lookup.near(known, text))[:5]:
        codes = sorted({*so_far, near.region})
        label = territories.short_list(t, [regions[code].name(t.lang) for code in codes])
        links.append((label, urls.page(t.lang, PATH, "+".join(codes))))
    said = (
        t("“{name}” may mean several places.", name=text[:80])
        if matches
        else t("No place is called “{name}”.", name=text[:80])
    )
    raise urls.NotFoundError(
        text, text=said, links=(*dict.fromkeys(links), (t("All territories"), urls.page(t.lang, PATH)))
    )


def _is_meant(key: str, first: lookup.Place, others: list[lookup.Place]) -> bool:
    """Whether the best match is the one: it has that name, and nothing as large begins with it (Frankfurt does)."""
    rivals = [one for one in others if one.order <= first.order and any(each.startswith(key) for each in one.keys)]
    return key in first.keys and (key == lookup.fold(first.name) or not rivals)


# ── Indicator and period of one territory ────────────────────────────────────────────────────────────────────────


def controls(request: Request, indicator: Row, figure: Aggregate, place: Territory) -> html.Form:
    """Indicator, part of its breakdown and period; a plain form."""
    t = request.words
    known = queries.indicators(request.build, t.lang)
    groups = []
    for theme, label in THEMES.items():
        options = [
            html.Option(row["title"], value=row["id"], selected=row["id"] == indicator["id"])
            for row in known.values()
            if row["theme"] == theme and set(place.countries) & set(row["countries"])
        ]
        if options:
            groups.append(html.Optgroup(options, label=t(label)))
    periods = {period for level in indicator["levels"] for period in queries.periods(
        request.build, indicator["id"], level, figure.member)}  # fmt: skip
    fields = [_select("indicator", t("Indicator"), groups)]
    if indicator["members"]:
        parts = [
            html.Option(label, value=key, selected=key == figure.member) for key, label in indicator["members"].items()
        ]
        fields.append(_select("member", indicator["dimension_words"], parts))
    shown = [
        html.Option(t.period(period), value=period, selected=period == figure.period)
        for period in sorted(periods, reverse=True)
    ]
    fields.append(_select("period", t("Period"), shown))
    action = urls.page(t.lang, PATH, place.item)
    before = f'<input type="hidden" name="{BEFORE}" value="{indicator["id"]}">'
    return html.Form(
        [*fields, Raw(before), html.Button(t("Show"), type="submit", className="button")],
        action=f"{action}#figure",
        method="get",
        className="controls hub-controls",
    )


def _select(name: str, label: str, options: Sequence[Component]) -> html.Div:
    box = html.Select(options, id=f"hub-{name}", name=name)
    return html.Div([html.Label(label, htmlFor=f"hub-{name}"), box], className="field")
