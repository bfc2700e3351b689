"""The mail itself: plain text and HTML with the same words and absolute links."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import datetime
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime

from dash import html

from dashboard import urls
from dashboard.alerts import KINDS, Alert
from dashboard.components import alerts as said
from dashboard.digest.subscriptions import Subscription
from dashboard.firstpaint import draw
from dashboard.i18n import Words, words
from dashboard.store import Build

#: So many of each kind stand in a mail; the feed has the others.
SHOWN = 10


def compose(
    build: Build,
    reader: Subscription,
    found: Sequence[Alert],
    *,
    hidden: int,
    base: str,
    sender: str,
    now: datetime,
) -> EmailMessage:
    """A mail that tells of `found`.

    hidden: how many more the desk has that are not public; a mail tells their number only. base: the site's address.
    The Message-ID follows from reader, alerts and day, so that a mail that is handed in twice can be known as one.
    """
    t = words(reader.language)
    message = EmailMessage(policy=SMTP)
    message["Subject"] = t("AI Atlas: alerts ({n})", n=t.number(len(found) + hidden))
    message["From"], message["To"], message["Date"] = sender, reader.email, format_datetime(now)
    told = "\n".join([reader.key, *sorted(alert.id for alert in found), str(hidden)])
    message["Message-ID"] = f"<{hashlib.sha256(told.encode()).hexdigest()[:32]}.{now:%Y%m%d}@{urls.host(base)}>"
    message["Auto-Submitted"] = "auto-generated"
    message["List-Unsubscribe"] = f"<mailto:{sender}?subject=unsubscribe>"
    message.set_content(_text(build, t, found, hidden, base))
    message.add_alternative(_html(build, t, found, hidden, base), subtype="html")
    message["Content-Language"] = t.lang  # not before: it would go with the first part
    return message


def _kinds(t: Words, found: Sequence[Alert]) -> list[tuple[str, list[Alert], str]]:
    """(heading, those shown, how many more) of each kind there is."""
    grouped = [(kind, [alert for alert in found if alert.kind == kind]) for kind in KINDS]
    return [
        (
            f"{said.kind_word(t, kind)} ({t.number(len(some))})",
            some[:SHOWN],
            t("… and {n} more", n=t.number(len(some) - SHOWN)) if len(some) > SHOWN else "",
        )
        for kind, some in grouped
        if some
    ]


def _foot(t: Words, hidden: int) -> list[str]:
    """What stands below: what only the desk shows, and how to get no more of it."""
    more = [t("Only at the desk, because it is not public: {n}", n=t.number(hidden))] * bool(hidden)
    return [*more, t("You get this mail because the atlas has a subscription for you. To end it, answer this mail.")]


def _text(build: Build, t: Words, found: Sequence[Alert], hidden: int, base: str) -> str:
    lines = []
    for heading, some, more in _kinds(t, found):
        lines += [heading, "=" * len(heading), ""]
        for alert in some:
            lines += [said.title(build, t, alert), f"  {said.sentence(build, t, alert, handed_on=True)}"]
            lines += [f"  {base}{said.address(t, alert)}", ""]
        lines += [more, f"{base}{urls.feed(t.lang, 'alerts')}", ""] if more else []
    return "\n".join([*lines, *_foot(t, hidden)]) + "\n"


def _html(build: Build, t: Words, found: Sequence[Alert], hidden: int, base: str) -> str:
    parts: list[html.H2 | html.Ul | html.P] = []
    for heading, some, more in _kinds(t, found):
        items = [
            html.Li(
                [
                    html.A(said.title(build, t, alert), href=base + said.address(t, alert)),
                    html.Br(),
                    said.sentence(build, t, alert, handed_on=True),
                ]
            )
            for alert in some
        ]
        items += [html.Li(html.A(more, href=base + urls.feed(t.lang, "alerts")))] * bool(more)
        parts += [html.H2(heading), html.Ul(items)]
    parts += [html.P(text) for text in _foot(t, hidden)]
    return f'<!doctype html>\n<html lang="{t.lang}">\n<body>\n{draw(parts)}\n</body>\n</html>\n'
