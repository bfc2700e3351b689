"""The part of the desk's first page that says what to look at, within somebody's scopes."""

from __future__ import annotations

from dash.development.base_component import Component

from dashboard import alerts, programmes
from dashboard.components import alerts as said
from dashboard.desk.permissions import EVERYTHING, User, is_region
from dashboard.firstpaint import Raw
from dashboard.i18n import Words
from dashboard.store import Build


def section(build: Build, t: Words, user: User) -> list[Component | Raw | str | None]:
    """The alerts on what a user's roles apply to."""
    day = programmes.today()
    found = alerts.alerts(build, day)
    scopes = {scope for grant in user.grants for scope in grant.scopes}
    if EVERYTHING not in scopes:
        codes = {scope for scope in scopes if is_region(scope)}
        found = alerts.select(build, found, regions=codes, programmes=scopes - codes)
    return [*said.section(build, t, found, day)]
