"""What was said of a programme: figures of one kind beside each other, and all of it on one time axis and as a list."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from html import escape
from math import floor

from dash import html
from dash.development.base_component import Component

from dashboard.components import ledger as said
from dashboard.components import programme_words as speak
from dashboard.components.attributes import attrs
from dashboard.components.programme_head import source_links
from dashboard.firstpaint import Raw
from dashboard.i18n import Words
from dashboard.ledger_model import Claim, Programme, Progress
from dashboard.pages import Request
from dashboard.programmes import REPORTED

#: The order of the cards: what a ministry asks for first.
MEASURES = ("jobs", "professorships", "money", "places", "participants", "organisations", "partnerships", "assessment")
_WIDTH, _LEFT, _RIGHT, _ROW = 720, 110, 20, 34


# ── Figures of one kind beside each other ────────────────────────────────────────────────────────────────────────


def compared(request: Request, one: Programme, day: date) -> list[Component]:
    """One card for each kind and unit: its figures with who said them, the bar, and what came of it."""
    t = request.words
    if not one.claims:
        return [html.P(t("The ledger has no figure for this programme: nothing promised, nothing reported."))]
    kinds = sorted({_kind(claim) for claim in one.claims}, key=lambda kind: (MEASURES.index(kind[0]), kind))
    known = {(group.measure, group.kind, group.unit): group for group in one.progress}
    cards = []
    for kind in kinds:
        claims = [claim for claim in one.claims if _kind(claim) == kind]
        cards.append(_card(t, one, claims, known.get(kind), day))
    note = t("Kinds are never added to each other, and figures that compete or overlap are not either.")
    return [html.Div(cards, className="pg-cards"), html.P(note, className="small")]


def _kind(claim: Claim) -> tuple[str, str, str]:
    """What is never added to, nor compared with, anything else."""
    return claim.measure, claim.kind, claim.unit


def _card(t: Words, one: Programme, claims: Sequence[Claim], group: Progress | None, day: date) -> html.Section:
    first = claims[0]
    most = max((value for claim in claims for value in (claim.low, claim.high) if value is not None), default=0.0)
    competing = len({(claim.low, claim.high) for claim in claims if claim.state not in REPORTED}) > 1
    parts: list[Component | Raw] = [html.H3(speak.counted(t, first.measure, first.kind))]
    if competing:
        parts.append(html.P(t("Several figures; the atlas does not choose between them."), className="small"))
    parts.append(html.Ul([_figure(t, claim, most) for claim in claims], className="pg-figures"))
    if group and group.promises:
        overdue = "standing overdue" if group.overdue(day) else "standing"
        parts.append(html.P([speak.bar(group), html.Span(speak.standing(t, one, group, day))], className=overdue))
    return html.Section(parts, className="pg-card")


def _figure(t: Words, claim: Claim, most: float) -> html.Li:
    """One figure: amount, its length against the others of its kind, state, day and who said it."""
    facts = [said.state(t, claim.state), said.day(t, claim.stated_on), claim.by]
    return html.Li(
        [
            html.B(said.claimed(t, claim)),
            _length(claim, most),
            html.Small([", ".join(fact for fact in facts if fact), " · ", html.A(t("source"), href=f"#{claim.id}")]),
        ]
    )


def _length(claim: Claim, most: float) -> Raw | None:
    high = claim.high if claim.high is not None else claim.low
    if high is None or most <= 0:
        return None
    low = claim.low if claim.low is not None else high
    kind = "told" if claim.state in REPORTED else "said"
    return Raw(
        f'<svg class="pg-length {kind}" viewBox="0 0 120 8" aria-hidden="true"><rect class="most" height="8" '
        f'width="{120 * max(high, 0) / most:.1f}"/>'
        f'<rect class="least" height="8" width="{120 * max(low, 0) / most:.1f}"/></svg>'
    )


# ── In the order of time ─────────────────────────────────────────────────────────────────────────────────────────


def timeline(request: Request, one: Programme, day: date) -> list[Component | Raw]:
    """Promises and reports as two rows of marks on one axis, and every claim as an entry of the list."""
    t = request.words
    if not one.claims:
        return [html.P(t("Nothing is stated in the ledger."))]
    dated = [claim for claim in one.claims if claim.stated_on]
    ordered = [*dated, *(claim for claim in one.claims if not claim.stated_on)]
    numbers = {claim.id: n for n, claim in enumerate(ordered, 1)}
    parts: list[Component | Raw] = []
    if dated:
        parts.append(_scrolling(t, axis(t, dated, numbers, day)))
    if undated := len(ordered) - len(dated):
        parts.append(html.P(t("Without a date, in the list only: {n}", n=undated), className="small"))
    known = {claim.id: claim for claim in one.claims}
    return [*parts, html.Ol([_entry(t, claim, known, numbers) for claim in ordered], className="pg-claims")]


def _scrolling(t: Words, svg: str) -> html.Div:
    """The axis, which a phone shows in a part of its own that scrolls."""
    label = t("Promised and reported, in the order of time; the list below says the same")
    return html.Div(Raw(svg), className="pg-time", tabIndex=0, role="region", **attrs(aria_label=label))


def when(text: str) -> float:
    """A day as a fraction of years; a month or year without day stands at its beginning."""
    year, month, day = (*(int(part) for part in text.split("-")), 1, 1)[:3]
    return year + (month - 1) / 12 + (day - 1) / 372


@dataclass(frozen=True)
class _Years:
    """The years an axis has, from the beginning of `first` to that of `last`."""

    first: int
    last: int

    def x(self, at: float) -> float:
        """Where a moment stands."""
        return _LEFT + (_WIDTH - _LEFT - _RIGHT) * (at - self.first) / (self.last - self.first)


def axis(t: Words, dated: Sequence[Claim], numbers: Mapping[str, int], day: date) -> str:
    """The axis as SVG: a row of promises, a row of reports or that there is none, today, what is due."""
    now = when(day.isoformat())
    due = [when(claim.due_on) for claim in dated if claim.due_on]
    said_on = [when(claim.stated_on) for claim in dated]
    years = _Years(floor(min(said_on)), floor(max([now, *due, *said_on])) + 1)
    rows, base = _rows(t, dated, numbers, years)
    flags = "".join(f'<path class="due" d="M{years.x(at):.0f} 16V{base:.0f}"/>' for at in due)
    ticks = "".join(
        f'<path class="tick" d="M{years.x(year):.0f} {base:.0f}v5"/>'
        f'<text x="{years.x(year):.0f}" y="{base + 19:.0f}">{year}</text>'
        for year in range(years.first, years.last + 1, max(1, (years.last - years.first) // 8))
    )
    today = (
        f'<path class="now" d="M{years.x(now):.0f} 14V{base:.0f}"/>'
        f'<text x="{years.x(now):.0f}" y="10">{escape(t("today"))}</text>'
    )
    return (
        f'<svg class="pg-axis" viewBox="0 0 {_WIDTH} {base + 24:.0f}" aria-hidden="true">'
        f'<path class="base" d="M{_LEFT} {base:.0f}H{_WIDTH - _RIGHT}"/>{ticks}{flags}{today}'
        f"{rows}</svg>"
    )


def _rows(t: Words, dated: Sequence[Claim], numbers: Mapping[str, int], years: _Years) -> tuple[str, float]:
    """(what was promised, what is reported of it, what else is reported; lower edge)."""
    promises = [claim for claim in dated if claim.state not in REPORTED]
    kinds = {_kind(claim) for claim in promises}
    reports = [claim for claim in dated if claim.state in REPORTED and _kind(claim) in kinds]
    others = [claim for claim in dated if claim.state in REPORTED and _kind(claim) not in kinds]
    drawn, base = _row(t("promised"), t("no promise with a date"), promises, numbers, years, top=16, told=False)
    if promises or not others:
        more, base = _row(t("reported"), t("no report yet"), reports, numbers, years, top=base)
        drawn += more
    if others:
        more, base = _row(t("other"), "", others, numbers, years, top=base)
        drawn += more
    return drawn, base


def _row(
    label: str,
    none: str,
    claims: Sequence[Claim],
    numbers: Mapping[str, int],
    years: _Years,
    *,
    top: float,
    told: bool = True,
) -> tuple[str, float]:
    """(marks with the numbers of the list's entries, lower edge); close ones stand below each other."""
    ends: list[float] = []
    drawn = ""
    for claim in claims:
        at = years.x(when(claim.stated_on))
        deep = next((i for i, end in enumerate(ends) if at - end > _ROW * 0.65), len(ends))
        ends[deep : deep + 1] = [at]
        y = top + _ROW * (deep + 0.5)
        kind, corner = ("mark told", 2) if told else ("mark", 10)
        drawn += (
            f'<rect class="{kind} {claim.state}" x="{at - 10:.1f}" y="{y - 10:.1f}" width="20" height="20" '
            f'rx="{corner}"/><text class="number" x="{at:.1f}" y="{y:.1f}" dy=".35em">{numbers[claim.id]}</text>'
        )
    bottom = top + _ROW * max(len(ends), 1)
    middle = (top + bottom) / 2
    if not claims:
        drawn = (
            f'<rect class="none" x="{_LEFT}" y="{top + 7:.0f}" width="{_WIDTH - _LEFT - _RIGHT}" height="20" rx="4"/>'
            f'<text class="nothing" x="{_LEFT + 10}" y="{middle:.0f}" dy=".35em">{escape(none)}</text>'
        )
    return f'<text class="row" x="0" y="{middle:.0f}" dy=".35em">{escape(label)}</text>{drawn}', bottom


def _entry(t: Words, claim: Claim, known: Mapping[str, Claim], numbers: Mapping[str, int]) -> html.Li:
    """One claim: what, how far, when, who, in whose words, where it stands, and whether anybody opened it."""
    note, lang = claim.note(t.lang)
    facts = [said.state(t, claim.state), said.day(t, claim.stated_on), claim.by]
    if claim.period:
        facts.append(t("period {period}", period=claim.period))
    if claim.due_on:
        facts.append(t("due {day}", day=said.day(t, claim.due_on)))
    parts: list[Component | str] = [
        html.P(
            [
                html.B(speak.stated(t, claim, said.claimed(t, claim))),
                f" · {', '.join(fact for fact in facts if fact)}",
            ]
        )
    ]
    if claim.quote:
        parts.append(html.Blockquote(claim.quote, lang=claim.quote_lang or None))
    if note:
        parts.append(html.P(note, lang=lang, className="note"))
    parts += _relations(t, claim, known, numbers)
    links: list[Component | str] = []
    for each in source_links(t, claim.sources):
        links += [" · "] * bool(links) + [each]
    checked = html.Span(said.checked(t, claim), className="checked")
    parts.append(html.P([*links, " · ", checked], className="small sources"))
    return html.Li(parts, id=claim.id)


def _relations(t: Words, claim: Claim, known: Mapping[str, Claim], numbers: Mapping[str, int]) -> list[Component | str]:
    """That it is part of another claim, or counts some of the same."""
    found = []
    if claim.part_of in known:
        found.append(t("Part of no. {n}.", n=numbers[claim.part_of]))
    same = [str(numbers[id_]) for id_ in claim.overlaps if id_ in known]
    if same:
        found.append(t("Counts some of the same as no. {n}.", n=", ".join(same)))
    if (claim.part_of and claim.part_of not in known) or len(same) < len(claim.overlaps):
        found.append(t("Counts some of the same as a claim on another programme."))
    return [html.P(" ".join(found), className="small")] if found else []
