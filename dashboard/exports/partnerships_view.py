"""Partnerships as rows: one for each, however many members it has."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from dashboard import ledger, partnerships
from dashboard.components import ledger as said
from dashboard.components.partnership_list import place
from dashboard.components.partnership_words import kind
from dashboard.exports import csv
from dashboard.i18n import Words
from dashboard.ledger_model import Member
from dashboard.partnerships import Entry
from dashboard.store import Build

COLUMNS: Final = (
    "partnership", "name", "type", "scope", "state", "since", "event", "members", "seats", "checked", "note", "page",
    "sources",
)  # fmt: skip


def table(build: Build, t: Words, found: Sequence[Entry]) -> csv.Table:
    """The partnerships of the page, in its order."""
    return csv.Table(csv.file_name(t("Partnerships")), [_row(build, t, entry) for entry in found], COLUMNS)


def _row(build: Build, t: Words, entry: Entry) -> dict[str, Any]:
    one = entry.one
    event = ledger.programme(build, one.event) if one.event else None
    return {
        "partnership": one.id,
        "name": one.name(t.lang),
        "type": said.partnership_kind(t, one.kind),
        "scope": kind(t, entry.kind),
        "state": said.partnership_state(t, one.state),
        "since": one.since,
        "event": event.name(t.lang) if event else "",
        "members": "; ".join(_member(t, member) for member in one.members),
        "seats": "; ".join(f"{seat.organisation.name(t.lang)}: {place(t, seat)}, {seat.nuts3}" for seat in entry.seats),
        "checked": t("address opened and compared") if one.verified else t("not yet opened and compared"),
        "note": one.note(t.lang)[0],
        "page": partnerships.permalink(t.lang, one.id),
        "sources": " ; ".join(one.sources),
    }


def _member(t: Words, member: Member) -> str:
    """An organisation, marked where nobody read that it takes part."""
    name, remark = member.organisation.name(t.lang), said.basis(t, member.basis)
    return f"{name} ({remark})" if remark else name
