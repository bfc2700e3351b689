"""Who may do what, where: pure. Roles come from the server's own file at each request (`roles.py`), not from readers.

A scope is a region (its NUTS code; all within it are meant, too), a programme's id, or "*" for everything.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

EVERYTHING = "*"
ROLES = ("reader", "contributor", "releaser")
#: Action → the roles that allow it. A releaser may contribute, too; that nobody releases their own is for the release.
ACTIONS = {
    "read": ROLES,
    "contribute": ("contributor", "releaser"),
    "release": ("releaser",),
    "audit": ("releaser",),
}
_REGION = re.compile(r"[A-Z]{2}[A-Z0-9]{0,3}")


@dataclass(frozen=True)
class Grant:
    """One role, for some scopes."""

    role: str
    scopes: tuple[str, ...]


@dataclass(frozen=True)
class User:
    """Somebody who signed in. key: unique and lasting, whatever the name; grants: as the roles file has them now."""

    key: str
    name: str
    email: str = ""
    grants: tuple[Grant, ...] = ()


def is_region(scope: str) -> bool:
    """Whether a scope is a region's code rather than a programme's id (those are lower case)."""
    return bool(_REGION.fullmatch(scope))


def covers(scope: str, region: str, programme: str) -> bool:
    """Whether a scope holds this region or this programme; empty texts are held by "*" alone."""
    if scope == EVERYTHING:
        return True
    if is_region(scope):
        return is_region(region) and region.startswith(scope)
    return bool(programme) and scope == programme


def may(user: User, action: str, *, region: str = "", programme: str = "") -> bool:
    """Whether one grant of the user allows the action and covers the region or the programme.

    With neither named only a grant for everything will do. Raises KeyError for an unknown action.
    """
    roles = ACTIONS[action]
    return any(
        grant.role in roles and any(covers(scope, region, programme) for scope in grant.scopes) for grant in user.grants
    )


def may_somewhere(user: User, action: str) -> bool:
    """Whether there is anything at all for which the user may do this: for links and pages, not for deeds."""
    return any(grant.role in ACTIONS[action] and grant.scopes for grant in user.grants)
