"""What was told to whom, kept so that a run which is killed anywhere tells nothing twice.

A mail is written down before it is handed in, and as sent after the server took it. In between lies the only moment
in which a kill leaves doubt: then the same mail is handed in again, with the same Message-ID, by which it is known.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, timedelta
from email import message_from_string, policy
from email.message import EmailMessage
from pathlib import Path
from typing import Final

from dashboard.desk import disk

#: What was not seen for so long is forgotten; longer than any alert pauses because a file could not be read.
KEPT_DAYS: Final = 400


@dataclass
class Record:
    """One reader's: alert id → the day it was last seen; the day of the last mail; its Message-ID."""

    told: dict[str, str] = field(default_factory=dict)
    last: str = ""
    message: str = ""

    @property
    def last_day(self) -> date | None:
        """When the last mail went out."""
        return date.fromisoformat(self.last) if self.last else None


@dataclass(frozen=True)
class Waiting:
    """A mail that is written and not known as taken. ids: the alerts it tells of."""

    message: EmailMessage
    ids: tuple[str, ...]


class Outbox:
    """The folder `internal/digest`: a file for each reader, and a mail beside it while it is on its way."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)

    @contextmanager
    def alone(self) -> Iterator[bool]:
        """Hold the folder; False where another run has it."""
        with disk.locked(self.folder / "lock", wait=False) as free:
            yield free

    def record(self, key: str) -> Record:
        """What is known of a reader. Raises ValueError for a file that is broken: better no mail than all again."""
        try:
            return Record(**json.loads(self._file(key).read_text(encoding="utf-8")))
        except FileNotFoundError:
            return Record()
        except TypeError as error:
            raise ValueError(str(error)) from None

    def waiting(self, key: str) -> Waiting | None:
        """The mail that an earlier run left; None where there is none, or it is known as taken."""
        try:
            content = json.loads(self._mail(key).read_text(encoding="utf-8"))
        except FileNotFoundError:
            return None
        message = message_from_string(content["message"], policy=policy.SMTP)
        if message["Message-ID"] == self.record(key).message:
            self.drop(key)
            return None
        return Waiting(message, tuple(content["ids"]))

    def write(self, key: str, message: EmailMessage, ids: Collection[str]) -> Waiting:
        """Keep a mail before it is handed in."""
        disk.write_json(self._mail(key), {"message": message.as_string(), "ids": sorted(ids)})
        return Waiting(message, tuple(sorted(ids)))

    def taken(self, key: str, mail: Waiting, seen: Collection[str], day: date) -> None:
        """The server has it. seen: all alerts of today that concern the reader, which are remembered on."""
        record, oldest = self.record(key), (day - timedelta(days=KEPT_DAYS)).isoformat()
        told = {id_: day.isoformat() if id_ in seen else last for id_, last in record.told.items() if last >= oldest}
        told |= dict.fromkeys(mail.ids, day.isoformat())
        content = {"told": told, "last": day.isoformat(), "message": str(mail.message["Message-ID"])}
        disk.write_json(self._file(key), content)
        self.drop(key)

    def drop(self, key: str) -> None:
        """Take a mail out of the way."""
        self._mail(key).unlink(missing_ok=True)

    def _file(self, key: str) -> Path:
        return self.folder / f"{key}.json"

    def _mail(self, key: str) -> Path:
        return self.folder / f"{key}.mail"
