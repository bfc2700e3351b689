"""One programme as rows: every claim, who said it, when, with its sources. Nothing is added up."""

from __future__ import annotations

from typing import Any, Final

from dashboard.components import ledger as said
from dashboard.exports import csv
from dashboard.i18n import Words
from dashboard.ledger_model import Claim, Programme

COLUMNS: Final = (
    "programme", "name", "claim", "measure", "kind", "amount_low", "amount_high", "unit", "state", "stated_on",
    "due_on", "period", "by", "quote", "checked", "part_of", "overlaps", "note", "sources",
)  # fmt: skip


def table(t: Words, one: Programme) -> csv.Table:
    """The claims in the order of time, those without a date last; a programme without claims has one row."""
    about = {"programme": one.id, "name": one.name(t.lang)}
    ordered = sorted(one.claims, key=lambda claim: (not claim.stated_on, claim.stated_on))
    rows = [about | _row(t, claim) for claim in ordered]
    notes = [t("Kinds are never added to each other, and figures that compete or overlap are not either.")]
    nothing = about | {"note": t("Nothing is stated in the ledger."), "sources": " ; ".join(one.sources)}
    return csv.Table(csv.file_name(one.name(t.lang)), rows or [nothing], COLUMNS, notes=notes)


def _row(t: Words, claim: Claim) -> dict[str, Any]:
    return {
        "claim": claim.id,
        "measure": said.measure(t, claim.measure),
        "kind": said.claim_kind(t, claim.kind),
        "amount_low": claim.low,
        "amount_high": claim.high,
        "unit": claim.unit,
        "state": said.state(t, claim.state),
        "stated_on": claim.stated_on,
        "due_on": claim.due_on,
        "period": claim.period,
        "by": claim.by,
        "quote": claim.quote,
        "checked": said.checked(t, claim),
        "part_of": claim.part_of,
        "overlaps": "; ".join(claim.overlaps),
        "note": claim.note(t.lang)[0],
        "sources": " ; ".join(claim.sources),
    }
