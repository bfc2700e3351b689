"""Safe reading of zips: members by name, bounded in size, nothing written to disk, unsafe archives refused whole."""

from __future__ import annotations

import lzma
import stat
import struct
import zipfile
import zlib
from pathlib import Path, PurePosixPath
from typing import Final

from etl.model import DeliveryError

#: A member larger than this is not read; the largest known one (project.csv of CORDIS H2020) has about 120 MB.
LARGEST: Final = 1_000_000_000
#: Text packs by a factor of about 10; a bomb by a thousand.
RATIO: Final = 100
#: Small members may pack better than RATIO (a header with many empty cells), without being able to do harm.
HARMLESS: Final = 1_000_000
ENTRIES: Final = 1_000
_CHUNK: Final = 1 << 20
_AGAIN: Final = "fetch the delivery again; if it comes like this from the publisher, ask there before unpacking it."
#: What zipfile and its decompressors raise at damaged bytes; RuntimeError for a method of packing they do not know.
_DAMAGE: Final = (
    zipfile.BadZipFile, zlib.error, lzma.LZMAError, struct.error, EOFError, OSError, RuntimeError, ValueError,
)  # fmt: skip


def is_zip(path: Path) -> bool:
    """Whether the file begins like a zip."""
    with path.open("rb") as file:
        return file.read(4) == b"PK\x03\x04"


def members(path: Path) -> list[str]:
    """The names in the archive, for those who look for a kind of file or hand the archive to a reader of its own.

    Raises DeliveryError as `read_member` does, by the sizes that the archive says of itself.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            entries = _entries(archive, path)
    except _DAMAGE as error:
        raise DeliveryError(_problem(path, error), file=path.name, remedy=_AGAIN) from error
    for entry in entries:
        _expect_bounded(entry, path, LARGEST)
    return [entry.filename for entry in entries]


def read_member(path: Path, name: str, *, largest: int = LARGEST) -> bytes:
    """The bytes of the one member called `name`, in whatever folder of the archive it lies.

    largest: how many bytes it may have unpacked. Raises DeliveryError where the file is no zip, is cut short, holds
    unsafe paths, links or two members of that name, is encrypted, or unpacks to more than its size allows.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            member = _find(archive, path, name)
            _expect_bounded(member, path, largest)
            return _read(archive, member, path, largest)
    except _DAMAGE as error:
        raise DeliveryError(_problem(path, error), file=path.name, remedy=_AGAIN) from error


def member_name(path: Path, name: str) -> str:
    """How a message names a member: archive and member."""
    return f"{path.name}:{name}"


def _entries(archive: zipfile.ZipFile, path: Path) -> list[zipfile.ZipInfo]:
    entries = archive.infolist()
    if len(entries) > ENTRIES:
        raise DeliveryError(f"{len(entries)} members where {ENTRIES} are allowed", file=path.name, remedy=_AGAIN)
    for entry in entries:
        _expect_safe(entry, path)
    return entries


def _find(archive: zipfile.ZipFile, path: Path, name: str) -> zipfile.ZipInfo:
    entries = _entries(archive, path)
    found = [entry for entry in entries if PurePosixPath(entry.filename).name == name and not entry.is_dir()]
    if len(found) != 1:
        names = ", ".join(sorted(entry.filename for entry in entries)[:12])
        problem = f"{len(found)} members are called '{name}'" if found else f"the archive lacks '{name}'"
        raise DeliveryError(f"{problem}; it has {names or 'none'}", file=path.name, remedy=_AGAIN)
    return found[0]


def _expect_safe(entry: zipfile.ZipInfo, path: Path) -> None:
    """Nothing is unpacked to disk, but who packs such members is no publisher we know."""
    place = PurePosixPath(entry.filename)
    outside = place.is_absolute() or ".." in place.parts or "\\" in entry.filename or ":" in entry.filename
    link = stat.S_ISLNK(entry.external_attr >> 16)
    if outside or link:
        problem = "is a link" if link else "would be written outside its folder"
        raise DeliveryError(f"member '{entry.filename}' {problem}", file=path.name, remedy=_AGAIN)


def _expect_bounded(member: zipfile.ZipInfo, path: Path, largest: int) -> None:
    file = member_name(path, member.filename)
    if member.flag_bits & 1:
        raise DeliveryError("the member is encrypted", file=file, remedy=_AGAIN)
    if member.file_size > largest:
        raise DeliveryError(
            f"unpacks to {member.file_size:,} bytes, more than the {largest:,} allowed", file=file, remedy=_AGAIN
        )
    if member.file_size > HARMLESS and member.file_size > RATIO * max(member.compress_size, 1):
        raise DeliveryError(
            f"{member.compress_size:,} bytes unpack to {member.file_size:,}: this looks like a zip bomb",
            file=file,
            remedy=_AGAIN,
        )


def _read(archive: zipfile.ZipFile, member: zipfile.ZipInfo, path: Path, largest: int) -> bytes:
    """Read in pieces, because the sizes in the directory are what the archive says of itself."""
    limit = min(largest, max(HARMLESS, RATIO * max(member.compress_size, 1)))
    content = bytearray()
    with archive.open(member) as file:
        while piece := file.read(_CHUNK):
            content += piece
            if len(content) > limit:
                raise DeliveryError(
                    f"unpacks to more than {limit:,} bytes: this looks like a zip bomb",
                    file=member_name(path, member.filename),
                    remedy=_AGAIN,
                )
    return bytes(content)


def _problem(path: Path, error: Exception) -> str:
    with path.open("rb") as file:
        head = file.read(512).lstrip().lower()
    if head.startswith((b"<!doctype", b"<html")):
        return "this is a web page, not the zip file"
    if not head.startswith(b"pk"):
        return "this is no zip file"
    return f"the zip file is damaged or cut short ({error})"
