"""A file arriving: streamed to the desk's own disk, no larger than allowed, known by its SHA-256 from then on."""

from __future__ import annotations

import hashlib
import os
import re
import tempfile
import unicodedata
from pathlib import Path
from typing import IO, Any, Final

from flask import Request, current_app
from werkzeug.datastructures import FileStorage

from dashboard.desk import disk

MOST_BYTES: Final = 50 * 1024 * 1024
#: Around the file: the fields of the form, and the lines that divide them.
_AROUND: Final = 64 * 1024
PARTS: Final = "DESK_PARTS"


class StreamingRequest(Request):
    """A request whose files go straight into the desk's folder, not into memory or somebody's /tmp."""

    def _get_file_stream(self, *_arguments: Any, **_named: Any) -> IO[bytes]:
        folder: Path = current_app.config[PARTS]
        folder.mkdir(mode=0o750, parents=True, exist_ok=True)
        file: Any = tempfile.NamedTemporaryFile(dir=folder, prefix="part-")  # noqa: SIM115 - ends with the request
        return file  # type: ignore[no-any-return]


def allow(request: Request) -> None:
    """Let this one request bring a file."""
    request.max_content_length = MOST_BYTES + _AROUND


def keep(arrived: FileStorage, files: Path) -> tuple[str, int]:
    """Put an arrived file among the stored ones, on the disk; its SHA-256 and size in bytes. Raises OSError."""
    stream: Any = arrived.stream
    stream.flush()
    os.fsync(stream.fileno())
    stream.seek(0)
    digest = hashlib.file_digest(stream, "sha256").hexdigest()
    target = files / digest
    if not target.exists():
        beside = files / f"part-{os.path.basename(stream.name)}"
        os.link(stream.name, beside)
        beside.replace(target)
        disk.settle(files)
    return digest, target.stat().st_size


def plain_name(given: str | None) -> str:
    """A file's name without any path, control signs or what a file system minds; for people, never for a path."""
    last = re.split(r"[/\\]", unicodedata.normalize("NFC", given or ""))[-1]
    kept = "".join(sign for sign in last if sign.isprintable() and sign not in '<>:"|?*').strip(" .")
    return kept[:120] or "file"
