"""Figures under embargo: on the public page what may be told of them, on an internal one which they are."""

from __future__ import annotations

from datetime import UTC, datetime

from dash import html
from dash.development.base_component import Component

from dashboard import queries
from dashboard.i18n import Words
from dashboard.settings import INTERNAL
from dashboard.store import Build


def waiting(build: Build) -> list[queries.Row]:
    """The embargoes that a build knows of and that are not over."""
    return [
        row for row in queries.announcements(build) if row["available_from"].replace(tzinfo=UTC) > datetime.now(UTC)
    ]


def announced(t: Words, build: Build) -> list[Component]:
    """A heading and a line for each; nothing where there is none."""
    rows = waiting(build)
    if not rows:
        return []
    inside = build.audience == INTERNAL
    lines = []
    for row in rows:
        what, when = row[f"title_{t.lang}"], t.moment(row["available_from"].replace(tzinfo=UTC))
        lines.append(
            t("{what}: under embargo until {when}", what=what, when=when)
            if inside
            else t("{what}: available from {when}", what=what, when=when)
        )
    head = t("Under embargo") if inside else t("Announced")
    return [html.H2(head, id="announced"), html.Ul([html.Li(line) for line in lines])]
