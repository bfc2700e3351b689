"""Programmes as rows of a CSV: one for each thing promised or reported of one, never added up."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any, Final

from dashboard import programmes, urls
from dashboard.attainment import attained
from dashboard.components import ledger as said
from dashboard.components import programme_words as speak
from dashboard.exports import csv
from dashboard.i18n import Words
from dashboard.ledger_model import Programme, Progress
from dashboard.store import Build

COLUMNS: Final = (
    "programme", "name", "type", "state", "regions", "where", "start", "end", "lead", "funders", "part_of_programme",
    "measure", "kind", "unit", "promised_last_low", "promised_last_high", "promised_last_on", "promised_low",
    "promised_high", "reported_low", "reported_high", "reported_on", "share_low_pct", "share_high_pct", "due_on",
    "standing", "page", "sources",
)  # fmt: skip


def table(build: Build, t: Words, found: Sequence[Programme], day: date) -> csv.Table:
    """The rows; a programme of which nothing is promised or reported has one without figures."""
    rows = [row for one in found for row in _rows(build, t, one, day)]
    return csv.Table(f"atlas-programmes-{day.isoformat()}", rows, COLUMNS)


def _rows(build: Build, t: Words, one: Programme, day: date) -> list[dict[str, Any]]:
    about = {
        "programme": one.id,
        "name": one.name(t.lang),
        "type": said.programme_kind(t, one.kind),
        "state": said.programme_status(t, one.status),
        "regions": "; ".join(one.regions),
        "where": speak.scope_or_regions(build, t, one),
        "start": one.start,
        "end": one.end,
        "lead": _members(t, one, "lead"),
        "funders": _members(t, one, "funder"),
        "part_of_programme": one.parent,
        "page": urls.page(t.lang, programmes.ONE, one.id),
    }
    known = [about | _group(t, one, group, day) for group in one.progress]
    return known or [about | {"sources": " ; ".join(one.sources), "standing": t("no promise and no report")}]


def _members(t: Words, one: Programme, role: str) -> str:
    return "; ".join(member.organisation.name(t.lang) for member in one.members if member.role == role)


def _group(t: Words, one: Programme, group: Progress, day: date) -> dict[str, Any]:
    share = attained(group)
    mine = (group.measure, group.kind, group.unit)
    claims = [claim for claim in one.claims if (claim.measure, claim.kind, claim.unit) == mine]
    return {
        "measure": said.measure(t, group.measure),
        "kind": said.claim_kind(t, group.kind),
        "unit": group.unit,
        "promised_last_low": group.latest[0],
        "promised_last_high": group.latest[1],
        "promised_last_on": group.latest_on,
        "promised_low": group.promised[0],
        "promised_high": group.promised[1],
        "reported_low": group.reported[0],
        "reported_high": group.reported[1],
        "reported_on": group.reported_on,
        "share_low_pct": round(100 * share.low, 2) if share else None,
        "share_high_pct": round(100 * share.high, 2) if share else None,
        "due_on": group.due_on,
        "standing": speak.standing(t, one, group, day),
        "sources": " ; ".join(dict.fromkeys(source for claim in claims for source in claim.sources)),
    }
