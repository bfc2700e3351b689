"""One run: for each reader what is new, written, handed in, remembered."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from email.message import EmailMessage

from dashboard import alerts
from dashboard.digest import letter
from dashboard.digest.config import Config
from dashboard.digest.outbox import Outbox, Waiting
from dashboard.digest.post import LaterError, RefusedError, hand_in
from dashboard.digest.subscriptions import Subscription
from dashboard.store import Build

log = logging.getLogger("atlas")
#: Before the id of what was only counted: once it is public it is told.
_INSIDE = "desk:"


@dataclass(frozen=True)
class Desk:
    """What is told from. public: the build whose figures may stand in a mail, None where there is none.

    internal: the build whose alerts are counted besides; the same one where the atlas is public. base: its address.
    """

    public: Build | None
    internal: Build
    base: str
    sender: str

    def concerning(self, reader: Subscription, day: date) -> tuple[list[alerts.Alert], list[alerts.Alert]]:
        """(public alerts, those that only the internal build has) that concern a reader."""
        about = {"regions": reader.regions, "programmes": reader.programmes, "indicators": reader.indicators}
        public = alerts.select(self.public, alerts.alerts(self.public, day), **about) if self.public else []
        if self.internal is self.public:
            return public, []
        known = {alert.id for alert in public}
        inside = alerts.select(self.internal, alerts.alerts(self.internal, day), **about)
        return public, [alert for alert in inside if alert.id not in known]

    def letter(
        self, reader: Subscription, told: set[str], day: date
    ) -> tuple[EmailMessage | None, list[str], list[str]]:
        """(a mail on what is new, its alerts' ids, all ids that concern the reader); no mail where nothing is new."""
        public, hidden = self.concerning(reader, day)
        inside = [f"{_INSIDE}{alert.id}" for alert in hidden]
        seen = [*(alert.id for alert in public), *inside]
        new = [alert for alert in public if alert.id not in told]
        more = [id_ for id_ in inside if id_ not in told]
        if not (new or more):
            return None, [], seen
        now = datetime.now(UTC).replace(microsecond=0)
        message = letter.compose(
            self.public or self.internal, reader, new, hidden=len(more), base=self.base, sender=self.sender, now=now
        )
        return message, [*(alert.id for alert in new), *more], seen


def preview(
    desk: Desk, readers: list[Subscription], outbox: Outbox | None, day: date, show: Callable[[str], object]
) -> None:
    """Show what a run would send; nothing is sent or written."""
    for reader in readers:
        record = outbox.record(reader.key) if outbox else None
        if record and not reader.due(record.last_day, day):
            continue
        message, _, _ = desk.letter(reader, set(record.told) if record else set(), day)
        if message:
            body = message.get_body(("plain",))
            show(f"To: {reader.email}\nSubject: {message['Subject']}\n\n{body.get_content() if body else ''}\n")


def send(desk: Desk, readers: list[Subscription], outbox: Outbox, config: Config, day: date) -> int:
    """Hand in what is due; how many mails failed. One that fails keeps none of the others."""
    failed = 0
    for reader in readers:
        try:
            _serve(desk, reader, outbox, config, day)
        except LaterError as error:
            failed += 1
            log.error("digest for %s: not taken now, kept for the next run: %s", reader.key, error)
        except RefusedError as error:
            failed += 1
            outbox.drop(reader.key)
            log.error("digest for %s: refused: %s", reader.key, error)
        except (OSError, ValueError, KeyError) as error:
            failed += 1
            log.error("digest for %s: its record cannot be used: %s", reader.key, error)
    return failed


def _serve(desk: Desk, reader: Subscription, outbox: Outbox, config: Config, day: date) -> None:
    mail: Waiting | None = outbox.waiting(reader.key)
    record = outbox.record(reader.key)
    if mail is None:
        if not reader.due(record.last_day, day):
            return
        message, ids, seen = desk.letter(reader, set(record.told), day)
        if message is None:
            return
        mail = outbox.write(reader.key, message, ids)
    else:
        seen = [*record.told]
    hand_in(config, mail.message)
    outbox.taken(reader.key, mail, seen, day)
    log.info("digest for %s: %d alerts", reader.key, len(mail.ids))
