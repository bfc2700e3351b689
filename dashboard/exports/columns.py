"""The columns of all tables to take along: their types and what they mean, for every form that can say so."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from dashboard.i18n import Words

TEXT, NUMBER, INTEGER, DATE = "text", "number", "integer", "date"


@dataclass(frozen=True)
class Column:
    """One column. kind: text, number, integer or date. title: a reader's word; about: a sentence, '' where needless."""

    name: str
    kind: str
    title: str
    about: str = ""


#: Columns that are no text; dates of the ledger may be a year or a month, so they are text.
_KINDS: Final = {
    NUMBER: (
        "value", "ci_low", "ci_high", "shown", "difference", "difference_low", "difference_high", "promised_last_low",
        "promised_last_high", "promised_low", "promised_high", "reported_low", "reported_high", "share_low_pct",
        "share_high_pct", "amount_low", "amount_high",
    ),
    INTEGER: ("n", "rank", "rank_low", "rank_high", "of", "periods", "regions_with", "units", "figures", "missing"),
    DATE: ("retrieved",),
}  # fmt: skip
_KIND_OF: Final = {name: kind for kind, names in _KINDS.items() for name in names}


def columns(t: Words, names: Sequence[str]) -> list[Column]:
    """The columns of a table in its order; one without a title here is called by its name."""
    titles = _figures(t) | _ledger(t) | _partners(t) | _catalogue(t)
    return [Column(name, _KIND_OF.get(name, TEXT), *titles.get(name, (name, ""))) for name in names]


def _figures(t: Words) -> dict[str, tuple[str, str]]:
    """Of figures by region and period."""
    return {
        "entity": (t("Region"), ""),
        "code": (t("Code"), t("NUTS 2024, or the atlas’s name of a territory")),
        "level": (t("Level"), t("The map level at which it is ranked: country, land, nuts2 or nuts3")),
        "indicator": (t("Indicator’s id"), t("The name of the indicator in addresses of the atlas")),
        "title": (t("Indicator"), ""),
        "unit": (t("Unit"), ""),
        "breakdown": (t("Breakdown"), ""),
        "period": (t("Period"), t("A year, a quarter (2024-Q2) or a month (2024-06)")),
        "value": (t("Value"), t("As published or calculated, in the unit named; empty where there is none, never 0")),
        "shown": (t("Number on the map"), t("What the map’s colours stand for, where that is not the value")),
        "shown_as": (t("Meaning of that number"), ""),
        "shown_note": (t("Note on that number"), ""),
        "status": (t("Flag"), t("One letter; empty where the figure is fine")),
        "status_text": (t("Flag in words"), ""),
        "n": (t("Base"), t("How many were asked or counted")),
        "ci_low": (t("95 % interval, lower limit"), ""),
        "ci_high": (t("95 % interval, upper limit"), ""),
        "rank": (t("Rank"), t("Among the units of the country at that level, 1 is the highest value")),
        "rank_low": (t("Rank, from"), t("The best rank that the intervals allow")),
        "rank_high": (t("Rank, to"), t("The last rank that the intervals allow")),
        "of": (t("Ranked units"), t("Among how many")),
        "difference": (t("Difference to the first"), ""),
        "difference_low": (t("Difference, lower limit"), ""),
        "difference_high": (t("Difference, upper limit"), ""),
        "significance": (t("Significance"), t("Said only where the interval of the difference is known")),
        "source": (t("Source"), ""),
        "licence": (t("Licence"), ""),
        "licence_url": (t("Address of the licence"), ""),
        "retrieved": (t("Delivered"), ""),
        "recipe": (t("Remark"), t("How the figure came about, or why there is none")),
    }


def _ledger(t: Words) -> dict[str, tuple[str, str]]:
    """Of programmes and of what was promised and reported."""
    return {
        "programme": (t("Programme’s id"), ""),
        "name": (t("Name"), ""),
        "type": (t("Type"), ""),
        "state": (t("State"), ""),
        "regions": (t("Codes of the regions"), ""),
        "where": (t("Where"), ""),
        "start": (t("Start"), ""),
        "end": (t("End"), ""),
        "lead": (t("Lead"), ""),
        "funders": (t("Funders"), ""),
        "part_of_programme": (t("Belongs to"), ""),
        "measure": (t("What is counted"), ""),
        "kind": (t("Kind"), t("Kinds are never added to each other")),
        "promised_last_low": (t("Promised last, from"), ""),
        "promised_last_high": (t("Promised last, to"), ""),
        "promised_last_on": (t("Promised last, when"), ""),
        "promised_low": (t("All promises, from"), t("Competing claims side by side: a range, never a sum")),
        "promised_high": (t("All promises, to"), t("Competing claims side by side: a range, never a sum")),
        "reported_low": (t("Reported, from"), t("Empty means that there is no report, which is not 0")),
        "reported_high": (t("Reported, to"), t("Empty means that there is no report, which is not 0")),
        "reported_on": (t("Reported, when"), ""),
        "share_low_pct": (t("Reached in per cent, from"), ""),
        "share_high_pct": (t("Reached in per cent, to"), ""),
        "due_on": (t("Due"), ""),
        "standing": (t("Standing"), ""),
        "page": (t("Page in the atlas"), ""),
        "sources": (t("Sources"), t("Addresses, or the documents that say so")),
        "claim": (t("Claim’s id"), ""),
        "amount_low": (t("Amount, from"), t("Only from: at least; only to: at most; neither: no number stated")),
        "amount_high": (t("Amount, to"), ""),
        "stated_on": (t("Stated"), ""),
        "by": (t("Said by"), ""),
        "quote": (t("Quotation"), ""),
        "checked": (t("Checked"), ""),
        "part_of": (t("Part of claim"), ""),
        "overlaps": (t("Overlaps with claims"), t("They count the same and are not to be added")),
        "note": (t("Remark"), ""),
    }


def _partners(t: Words) -> dict[str, tuple[str, str]]:
    """Of partnerships."""
    return {
        "partnership": (t("Partnership’s id"), ""),
        "scope": (t("Between"), ""),
        "members": (t("Members"), ""),
        "seats": (t("Seats"), t("City and NUTS 3 code of each member; only those that are known")),
        "event": (t("Event"), ""),
        "since": (t("Since"), ""),
    }


def _catalogue(t: Words) -> dict[str, tuple[str, str]]:
    """Of the list of indicators."""
    return {
        "theme": (t("Theme"), ""),
        "country": (t("Country"), ""),
        "first_period": (t("First period"), ""),
        "last_period": (t("Last period"), ""),
        "periods": (t("Periods"), ""),
        "regions_with": (t("Regions with figures"), ""),
        "units": (t("Regions"), ""),
        "figures": (t("Figures"), ""),
        "missing": (t("Missing"), ""),
        "hand_on": (t("Hand on"), ""),
    }
