"""What the desk's parts share in one process, and who is asking."""

from __future__ import annotations

from dataclasses import dataclass

from flask import current_app, g

from dashboard.desk import sessions
from dashboard.desk.audit import Audit
from dashboard.desk.config import Config
from dashboard.desk.oidc import Provider
from dashboard.desk.permissions import User, may, may_somewhere
from dashboard.desk.records import Records, Session
from dashboard.desk.roles import Identity, Roles, load
from dashboard.desk.throttle import Throttle

#: Where the provider sends the browser back to, and where it may say that somebody signed out there.
CALLBACK, ENDED = "/desk/callback", "/desk/signed-out-at-provider"
NAME = "desk"


class NotAllowedError(Exception):
    """The user's roles do not allow this. action: one of permissions.ACTIONS; region, programme: for which."""

    def __init__(self, action: str, region: str = "", programme: str = "") -> None:
        self.action, self.region, self.programme = action, region, programme
        super().__init__(action)


@dataclass(frozen=True)
class Office:
    """One per process; `office()` finds it."""

    config: Config
    records: Records
    throttle: Throttle
    audit: Audit
    provider: Provider | None

    def roles(self) -> Roles:
        """The roles as the file has them now. Raises RolesError."""
        return load(self.config.roles)

    def user(self, who: Identity) -> User:
        """Somebody with what the roles file grants at this moment; no grants, no entrance."""
        return User(who.key, who.name, who.email, self.roles().grants(who))


def open_office(config: Config) -> Office:
    """The parts, with their files."""
    records = Records(config.folder)
    provider = Provider(config.oidc, config.base_url + CALLBACK) if config.oidc else None
    return Office(config, records, Throttle(records), Audit(config.folder), provider)


def office() -> Office:
    """The office of this process."""
    found: Office = current_app.extensions[NAME]
    return found


def visit() -> Session | None:
    """The session of this request, read once."""
    if "desk_session" not in g:
        g.desk_session = sessions.current(office().records)
    found: Session | None = g.desk_session
    return found


def user() -> User:
    """Who is asking, with the roles of this moment; the guard saw to it that there is somebody."""
    if "desk_user" not in g:
        session = visit()
        if session is None:
            raise NotAllowedError("read")
        g.desk_user = office().user(session.who)
    found: User = g.desk_user
    return found


def require(action: str, *, region: str = "", programme: str = "") -> User:
    """Who is asking, if they may do this there; a deed names its region or programme. Raises NotAllowedError."""
    asking = user()
    if not may(asking, action, region=region, programme=programme):
        raise NotAllowedError(action, region, programme)
    return asking


def require_somewhere(action: str) -> User:
    """Who is asking, if they may do this for anything at all: for pages that lead to deeds. Raises NotAllowedError."""
    asking = user()
    if not may_somewhere(asking, action):
        raise NotAllowedError(action)
    return asking
