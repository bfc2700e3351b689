"""Members of a publisher's zip, read without trusting it: nothing is written to disk, no more bytes than allowed."""

from __future__ import annotations

import zipfile
import zlib
from pathlib import Path, PurePosixPath
from typing import Final

from etl.model import DeliveryError
from etl.tidy import read_text

#: Horizon Europe's largest file unpacks to about 100 MB.
LIMIT: Final = 600_000_000
_AGAIN: Final = "fetch the delivery again."
_BROKEN: Final = (zipfile.BadZipFile, zlib.error, OSError, EOFError, RuntimeError, ValueError, NotImplementedError)


def member_name(path: Path, member: str) -> str:
    """How a message names a member: archive and member."""
    return f"{path.name}/{member}"


def read_member(path: Path, member: str) -> bytes:
    """The bytes of the only member with this file name, in whatever folder of the archive.

    Raises DeliveryError for a web page, a damaged archive, an absent or repeated member, or more than LIMIT bytes.
    """
    found = [name for name in members(path) if PurePosixPath(name.replace("\\", "/")).name == member]
    if len(found) != 1:
        problem = "the archive has no such file" if not found else "the archive has this file more than once"
        raise DeliveryError(problem, file=member_name(path, member), remedy=_AGAIN)
    try:
        with zipfile.ZipFile(path) as archive, archive.open(found[0]) as packed:
            content = packed.read(LIMIT + 1)  # a declared size may lie
    except _BROKEN as error:
        raise DeliveryError(f"damaged or cut short ({error})", file=member_name(path, member), remedy=_AGAIN) from error
    if len(content) > LIMIT:
        raise _too_large(path, len(content))
    return content


def is_zip(path: Path) -> bool:
    """Whether the file begins like a zip."""
    with path.open("rb") as file:
        return file.read(4) == b"PK\x03\x04"


def members(path: Path) -> list[str]:
    """The names in the archive, whose unpacked sizes together are within LIMIT."""
    if not is_zip(path):
        read_text(path, "latin-1")  # says so where it is a web page
        raise DeliveryError("the file is not a zip archive", file=path.name, remedy=_AGAIN)
    try:
        with zipfile.ZipFile(path) as archive:
            listed = archive.infolist()
    except _BROKEN as error:
        raise DeliveryError(f"the archive is damaged or cut short ({error})", file=path.name, remedy=_AGAIN) from error
    size = sum(one.file_size for one in listed)
    if size > LIMIT:
        raise _too_large(path, size)
    return [one.filename for one in listed]


def _too_large(path: Path, size: int) -> DeliveryError:
    return DeliveryError(
        f"the archive unpacks to {size:,} bytes or more; {LIMIT:,} are allowed",
        file=path.name,
        remedy="if the publisher's files really grew that much, raise LIMIT in etl/archive.py.",
    )
