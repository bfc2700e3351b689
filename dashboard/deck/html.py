"""Slides as HTML, to be presented in the browser: the same parts as in PowerPoint, drawn as on the pages."""

from __future__ import annotations

import re
from html import escape
from typing import Final

from dash import html
from dash.development.base_component import Component

from dashboard import urls
from dashboard.components.attributes import attrs
from dashboard.deck.model import Bars, Block, Card, Cards, Deck, Lines, Map, Slide, Table, Text
from dashboard.figures import lines as figures
from dashboard.firstpaint import Raw
from dashboard.i18n import Words, words
from dashboard.map import svg as markup
from dashboard.map.arcs import path

#: What makes a map of the page a widget; on a slide it is a picture.
_WIDGET: Final = re.compile(r' (?:role|tabindex|aria-selected|aria-label|aria-describedby|data-[\w-]+)="[^"]*"')


def slides(deck: Deck) -> list[Component]:
    """One section per slide; all but the first are hidden until their turn (assets/present.js)."""
    t, count = words(deck.lang), len(deck.slides)
    return [_slide(t, deck, slide, place, count) for place, slide in enumerate(deck.slides, 1)]


def _slide(t: Words, deck: Deck, slide: Slide, place: int, count: int) -> html.Section:
    name = f"slide-{place}"
    head: list[Component] = [html.H2(slide.title, id=f"{name}-title")]
    if slide.subtitle:
        head.append(html.P(slide.subtitle, className="p-subtitle"))
    notes = [text for text in (*slide.notes, *slide.sources) if text]
    return html.Section(
        [
            html.Header(head),
            *([html.Div(_block(t, slide.top), className="p-top")] if slide.top else []),
            html.Div(
                [
                    *([html.P(slide.withheld, className="p-withheld")] if slide.withheld else []),
                    *([html.Div(_block(t, slide.main), className="p-main")] if slide.main else []),
                    *([html.Div(_block(t, slide.side), className="p-side")] if slide.side else []),
                ],
                className="p-body" + (" p-two" if slide.main and slide.side else ""),
            ),
            *([html.P(slide.caveat, className="p-caveat")] if slide.caveat else []),
            html.Footer(
                [
                    html.Span(_sources(t, slide.sources)),
                    html.A(t("This view on the atlas"), href=urls.frozen(slide.path, deck.build)),
                    html.Span(t("{n} of {of}", n=place, of=count), className="p-number"),
                ]
            ),
            html.Aside([html.H3(t("Notes")), *(html.P(text) for text in notes)], className="p-notes"),
        ],
        id=name,
        className=f"p-slide{' p-cover' if slide.kind == 'cover' else ''}{' now' if place == 1 else ''}",
        **attrs(aria_labelledby=f"{name}-title", aria_roledescription=t("Slide"), data_slide=str(place)),
    )


def _sources(t: Words, sources: tuple[str, ...]) -> str:
    """The first two and the last, whose the map is; the notes have all."""
    left = len(sources) - 3
    kept = [*sources[:2], t("{n} more in the notes", n=left), sources[-1]] if left > 0 else sources
    return t("{what}: {n}", what=t("Sources"), n=" · ".join(kept)) if kept else ""


def _block(t: Words, block: Block) -> list[Component | Raw]:
    if isinstance(block, Map):
        return [
            html.Div(
                [Raw(_map(block)), *_legend(block)], className="p-map p-keyed" if block.legend else "p-map p-plain"
            )
        ]
    if isinstance(block, Lines):
        return _lines(t, block)
    if isinstance(block, Bars):
        return [_bars(block)]
    if isinstance(block, Table):
        return [_table(block)]
    if isinstance(block, Cards):
        return [html.Div([_card(card) for card in block.cards], className="p-cards")]
    return _text(block)


def _card(card: Card) -> html.Div:
    facts = html.P(" · ".join(card.facts), className="small")
    return html.Div([html.P(card.title, className="small"), html.P(card.value, className="p-value"), facts])


def _text(block: Text) -> list[Component | Raw]:
    if block.points and len(block.paragraphs) > 1:
        return [html.Ul([html.Li(text) for text in block.paragraphs], className="p-points")]
    return [html.P(text) for text in block.paragraphs]


def _map(block: Map) -> str:
    """The map of the page as a picture with its description; partnerships, places and areas over it."""
    drawn = markup.to_svg(block.scene)
    head, _, rest = drawn.partition(">")
    style = (re.search(r' style="[^"]*"', head) or [""])[0]
    view = (re.search(r' viewBox="[^"]*"', head) or [""])[0]
    marked = {region.code: region.d for region in block.scene.regions if region.code in block.marked}
    unit = block.scene.view[2] / markup.EXPECTED_WIDTH
    over = "".join(f'<path class="p-here" d="{d}"/>' for d in marked.values())
    picked = (region.d for region in block.scene.regions if region.code == block.scene.selected)
    over += "".join(f'<path class="p-picked" d="{d}"/>' for d in picked)
    for arc in block.arcs:
        kind = "p-arc across" if arc.across else "p-arc"
        over += "".join(f'<path class="{kind}" d="{path((c[0], c[1], c[2]))}"/>' for c in arc.curves)
    over += "".join(f'<circle class="p-spot" cx="{s.x:.0f}" cy="{s.y:.0f}" r="{4 * unit:.0f}"/>' for s in block.spots)
    over += "".join(
        f'<text class="p-place" x="{s.x + 7 * unit:.0f}" y="{s.y + 4 * unit:.0f}">{escape(s.name)}</text>'
        for s in block.spots
        if s.written and len(block.spots) < _NAMED
    )
    body = _WIDGET.sub("", rest).replace("</svg>", f'<g class="p-over">{over}</g></svg>')
    return f'<svg class="am-svg"{view}{style} role="img" aria-label="{escape(block.text)}">{body}'


#: Places up to which their names are written on the map.
_NAMED: Final = 14


def _legend(block: Map) -> list[Component | Raw]:
    if block.legend is None:
        return []
    if not block.key:
        return [html.Div(Raw(markup.legend(block.scene, block.legend)), className="legend")]
    items = [html.Li([*([html.I(className=fill)] if fill else []), text]) for fill, text in block.key]
    return [
        html.Div(
            [html.P(block.legend.title, className="am-legend-title"), html.Ul(items, className="am-named")],
            className="legend",
        )
    ]


def _lines(t: Words, block: Lines) -> list[Component | Raw]:
    periods = list(block.periods)
    series = [
        [
            figures.Point(periods.index(p.period), p.value, p.low, p.high, p.broken, p.doubtful)
            for p in line.points
        ]
        for line in block.lines
    ]  # fmt: skip
    drawn = figures.lines(
        series, periods, lambda value: t.number(value, 1 if abs(value) < _SMALL and value % 1 else 0), block.text
    )
    names = [html.Li([html.I(className=f"p-key r{line.style}"), line.name]) for line in block.lines]
    return [
        html.P(block.unit, className="small"),
        Raw(drawn),
        html.Ul(names, className="p-keys"),
        html.P(" · ".join(block.notes), className="small"),
    ]


_SMALL: Final = 10


_BAR: Final = (
    '<svg viewBox="0 0 100 10" preserveAspectRatio="none" aria-hidden="true"><rect width="{:.1f}" height="10"/></svg>'
)


def _bars(block: Bars) -> html.Table:
    most = max((abs(bar.value) for bar in block.bars), default=1) or 1
    rows = [
        html.Tr(
            [
                html.Th(bar.name, scope="row"),
                html.Td(bar.written, className="num"),
                html.Td(Raw(_BAR.format(100 * abs(bar.value) / most))),
            ],
            className=" ".join(name for name, on in (("marked", bar.marked), ("doubtful", bar.doubtful)) if on) or None,
        )
        for bar in block.bars
    ]
    return html.Table([html.Caption(f"{block.name}, {block.unit}"), html.Tbody(rows)], className="p-bars")


def _table(block: Table) -> html.Table:
    heads = [html.Th(head, scope="col") for head in block.heads]
    rows = [
        html.Tr(
            [
                html.Th(row[0], scope="row"),
                *(html.Td(text, className="num" if i in block.numbers else None) for i, text in enumerate(row[1:], 1)),
            ]
        )
        for row in block.rows
    ]
    return html.Table([html.Thead(html.Tr(heads)), html.Tbody(rows)], className="p-table")
