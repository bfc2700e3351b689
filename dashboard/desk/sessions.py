"""Sessions: the cookie holds a signed random id, the server all else, so that a session can be ended at any moment.

Half an hour without a request or eight hours after sign-in it is over. Signing in draws a new id and empties what the
browser brought (no fixation).
"""

from __future__ import annotations

import secrets
import time
from datetime import timedelta

from flask import Flask, session

from dashboard.desk.config import Config
from dashboard.desk.records import Records, Session
from dashboard.desk.roles import Identity

IDLE, LONGEST = 30 * 60.0, 8 * 3600.0
#: A session in use is written down this often.
TOUCH = 60.0
_ID, _BROWSER = "id", "browser"


def configure(server: Flask, config: Config) -> None:
    """Flask's signed cookie: not for scripts, not for other sites, bound to this host where there is https."""
    server.secret_key = config.session_key
    server.config.update(
        SESSION_COOKIE_NAME="__Host-atlas" if config.secure else "atlas",
        SESSION_COOKIE_SECURE=config.secure,
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_PATH="/",
        PERMANENT_SESSION_LIFETIME=timedelta(seconds=LONGEST),
        WTF_CSRF_CHECK_DEFAULT=False,
        WTF_CSRF_TIME_LIMIT=None,
    )


def begin(records: Records, who: Identity, *, provider_session: str = "", id_token: str = "") -> None:
    """Sign somebody in: a new session under a new id; the one this browser had is over."""
    end(records)
    id_ = secrets.token_urlsafe(32)
    records.begin(id_, who, time.time(), provider_session=provider_session, id_token=id_token)
    session[_ID] = id_


def current(records: Records) -> Session | None:
    """The session of this request; None where there is none, or it is over, revoked or not signed by us."""
    id_, now = session.get(_ID), time.time()
    found = records.session(id_) if isinstance(id_, str) else None
    if found is None:
        return None
    if now - found.seen >= IDLE or now - found.created >= LONGEST:
        end(records)
        return None
    if now - found.seen >= TOUCH:
        records.touch(str(id_), now)
    return found


def end(records: Records) -> None:
    """End this browser's session and empty its cookie."""
    if isinstance(id_ := session.get(_ID), str):
        records.end(id_)
    session.clear()


def browser() -> str:
    """A secret that only this browser holds, from before sign-in: binds an answer of the provider to who asked."""
    if not isinstance(session.get(_BROWSER), str):
        session[_BROWSER] = secrets.token_urlsafe(32)
    return str(session[_BROWSER])
