"""What was handed in, and how far it has come: a folder each in `internal/desk/uploads/`, the files by their SHA-256.

received → checked (or unreadable) → draft → released → taken back; aside: withdrawn, rejected. A step is written into
the audit log first, then into `upload.json` in one piece; so after a failure the upload stands where it stood, or one
step further, and the log names every step that was begun.
"""

from __future__ import annotations

import json
import re
import secrets
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from dashboard.desk import disk
from dashboard.desk.permissions import Grant, User, may

RECEIVED, CHECKED, UNREADABLE, DRAFT = "received", "checked", "unreadable", "draft"
RELEASED, WITHDRAWN, REJECTED, TAKEN_BACK = "released", "withdrawn", "rejected", "taken back"
_ID: Final = re.compile(r"\d{8}-\d{6}-[0-9a-f]{8}")


class StepError(Exception):
    """The upload does not stand where this step begins: somebody was quicker, or the page is an old one."""


@dataclass(frozen=True)
class Upload:
    """One file that was handed in. who, name: key and name of the contributor, grants: what they might do then.

    sheet: of a workbook, '' for the only one. mode: 'all' or 'accepted', as the contributor chose. token: what a
    release must bring along, drawn with each draft. scopes: (region, programme) of all accepted lines. basis: what the
    check compared with. result: counts and notices of the check. intent: who is releasing, for a failure in between.
    """

    id: str
    kind: str
    who: str
    name: str
    received: str
    file: str
    sha256: str
    size: int
    grants: tuple[Grant, ...]
    state: str = RECEIVED
    sheet: str = ""
    mode: str = ""
    token: str = ""
    scopes: tuple[tuple[str, str], ...] = ()
    basis: str = ""
    result: Mapping[str, Any] = field(default_factory=dict)
    intent: Mapping[str, str] = field(default_factory=dict)
    steps: tuple[Mapping[str, str], ...] = ()

    def within(self, user: User, action: str) -> bool:
        """Whether somebody may do this for every accepted line."""
        scopes = self.scopes or (("", ""),)
        return all(may(user, action, region=region, programme=programme) for region, programme in scopes)


class Uploads:
    """All uploads of an installation. folder: internal/desk."""

    def __init__(self, folder: Path) -> None:
        self.home, self.files, self.released = folder / "uploads", folder / "files", folder / "released"

    def make(self) -> None:
        """The folders, closed to others."""
        for folder in (self.home, self.files, self.released):
            folder.mkdir(mode=0o750, parents=True, exist_ok=True)

    def folder(self, id_: str) -> Path:
        """Where an upload lies; raises KeyError for an id that is none."""
        if not _ID.fullmatch(id_) or not (self.home / id_ / "upload.json").is_file():
            raise KeyError(id_)
        return self.home / id_

    def begin(self, kind: str, user: User, name: str, stored: tuple[str, int], sheet: str = "") -> Upload:
        """A new upload of a stored file (its SHA-256 and size in bytes)."""
        now = datetime.now(UTC)
        id_ = f"{now:%Y%m%d-%H%M%S}-{secrets.token_hex(4)}"
        made = Upload(id_, kind, user.key, user.name, now.isoformat(), name, *stored, user.grants, sheet=sheet)
        made = replace(made, steps=(step(user, RECEIVED),))
        (self.home / id_).mkdir(mode=0o750)
        self.save(made)
        return made

    def get(self, id_: str) -> Upload:
        """The upload as it stands; raises KeyError."""
        raw = json.loads((self.folder(id_) / "upload.json").read_text(encoding="utf-8"))
        raw["grants"] = tuple(Grant(one["role"], tuple(one["scopes"])) for one in raw["grants"])
        raw["scopes"] = tuple((region, programme) for region, programme in raw["scopes"])
        return Upload(**{**raw, "steps": tuple(raw["steps"])})

    def all(self) -> list[Upload]:
        """All, the newest first."""
        ids = sorted((path.parent.name for path in self.home.glob("*/upload.json")), reverse=True)
        return [self.get(id_) for id_ in ids if _ID.fullmatch(id_)]

    def save(self, upload: Upload) -> None:
        """Write an upload in one piece; raises OSError, then nothing has changed."""
        disk.write_json(self.home / upload.id / "upload.json", asdict(upload))

    @contextmanager
    def held(self, id_: str) -> Iterator[Upload]:
        """The upload, and nobody else takes a step with it meanwhile."""
        with disk.locked(self.folder(id_) / "lock"):
            yield self.get(id_)

    def rows(self, id_: str, name: str = "accepted") -> Iterator[dict[str, Any]]:
        """Lines of the check: 'accepted', or 'refused' ones with what is wrong."""
        path = self.folder(id_) / f"{name}.jsonl"
        if path.exists():
            with path.open(encoding="utf-8") as file:
                yield from map(json.loads, file)

    def write_rows(self, id_: str, name: str, rows: Sequence[Mapping[str, Any]]) -> None:
        """Keep lines of the check."""
        text = "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)
        disk.write(self.folder(id_) / f"{name}.jsonl", text.encode())

    def standing(self) -> str:
        """What is released now, as a text that changes with it."""
        return ",".join(sorted(path.name for path in self.released.glob("[!.]*")))


def step(user: User | None, what: str, reason: str = "") -> dict[str, str]:
    """One line of an upload's history; without a user the desk itself did it."""
    who = {"who": user.key, "name": user.name} if user else {"who": "", "name": ""}
    return {"at": datetime.now(UTC).isoformat(timespec="seconds"), **who, "what": what, "reason": reason}


def moved(upload: Upload, state: str, by: User | None, reason: str = "", **changes: Any) -> Upload:
    """The upload one step further."""
    return replace(upload, state=state, steps=(*upload.steps, step(by, state, reason)), **changes)
