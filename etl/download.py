"""One file from its address into a `.part` file: resumed, limited, and only what it says it is.

The part stays until the whole delivery is kept, so that a fetch that was cut off goes on where it stopped.
"""

from __future__ import annotations

import json
import os
import re
import sys
import zlib
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import BinaryIO, Final

import httpx
from tqdm import tqdm

from etl.http import Answer, PassingError, RefusedError, Session, words
from etl.model import File, Source
from etl.snapshot import sha256_of, write_atomically

#: A resumed download asks for these last bytes again: they must be the same, or it is another file.
OVERLAP: Final = 4096
_STEP: Final = 1 << 20

_CSV: Final = r"text/(?!html|xml).*|.*csv.*|application/.*excel"
_BINARY: Final = r"application/(?!.*(json|xml|html|pdf)$).*"
#: Media types that a file of this ending may come as; publishers are careless, so whole families.
_TYPES: Final = {
    ".csv": _CSV,
    ".tsv": _CSV,
    ".txt": _CSV,
    ".json": r"text/(plain|json|javascript)|application/(.*\+)?json",
    ".xml": r"text/(plain|xml)|application/(.*\+)?xml",
    ".html": r"text/html|application/xhtml\+xml",
    ".gz": f"{_BINARY}|{_CSV}",
    ".zip": _BINARY,
    ".xlsx": _BINARY,
    ".parquet": _BINARY,
}
_ANY: Final = r"(application|binary)/(octet-stream|binary|(x-|force-)?download)"
_MAGIC: Final = {".gz": b"\x1f\x8b", ".zip": b"PK\x03\x04", ".xlsx": b"PK\x03\x04", ".parquet": b"PAR1"}
_TEXT: Final = frozenset({".csv", ".tsv", ".txt", ".json", ".xml"})


@dataclass(frozen=True)
class Validators:
    """What a server recognises an edition by."""

    etag: str = ""
    last_modified: str = ""

    def __bool__(self) -> bool:
        return bool(self.etag or self.last_modified)

    @property
    def condition(self) -> dict[str, str]:
        """Headers of a request that wants the file only if it changed."""
        pairs = (("if-none-match", self.etag), ("if-modified-since", self.last_modified))
        return {name: value for name, value in pairs if value}

    @property
    def if_range(self) -> str:
        """What a resumed request may rest on: a strong ETag, else the date; a weak ETag promises no equal bytes."""
        return self.etag if self.etag and not self.etag.startswith("W/") else self.last_modified


@dataclass(frozen=True)
class Downloaded:
    """Complete bytes on disk. name: the first of the file's names that the bytes fit."""

    path: Path
    name: str
    sha256: str
    validators: Validators
    content_type: str


@dataclass(frozen=True)
class Part:
    """A download under way: `path`, and beside it which edition of which address it is a part of."""

    path: Path

    @property
    def _note(self) -> Path:
        return self.path.with_name(f"{self.path.name}.json")

    def known(self, url: str) -> Validators:
        """The edition of the bytes on disk; empty where they cannot be gone on with."""
        try:
            note = json.loads(self._note.read_text(encoding="utf-8"))
            found = Validators(note["etag"], note["last_modified"])
        except (OSError, ValueError, KeyError, TypeError):
            return Validators()
        fits = note.get("url") == url and found.if_range and self.path.is_file() and self.path.stat().st_size
        return found if fits else Validators()

    def begin(self, url: str, validators: Validators) -> None:
        """Forget the bytes on disk and note what the next ones are a part of."""
        self.discard()
        if validators.if_range:
            write_atomically(self._note, json.dumps({"url": url, **asdict(validators)}).encode())

    def discard(self) -> None:
        """Remove bytes and note; the note first, so that no note ever stands beside another edition's bytes."""
        self._note.unlink(missing_ok=True)
        self.path.unlink(missing_ok=True)

    def settle(self, url: str) -> None:
        """After a failure: keep only what the next fetch can go on with."""
        if not self.known(url):
            self.discard()


def download(session: Session, source: Source, file: File, part: Part, before: Validators) -> Downloaded | None:
    """Fetch one file completely, or None where the server says it is still the edition `before`.

    Raises RefusedError or, after the last attempt, PassingError; what can be resumed stays in `part`.
    """
    try:
        return session.patiently(source, file, _Job(session, source, file, part, before).attempt)
    except (RefusedError, PassingError):
        part.settle(file.url)
        raise
    except OSError:  # a full disk: what we hold is what fills it
        part.discard()
        raise


@dataclass(frozen=True)
class _Job:
    """One attempt's surroundings."""

    session: Session
    source: Source
    file: File
    part: Part
    before: Validators

    def attempt(self) -> Downloaded | None:
        """Ask once; None after 304."""
        file, part = self.file, self.part
        edition = Validators() if file.form else part.known(file.url)
        start = max(0, part.path.stat().st_size - OVERLAP) if edition else 0
        headers = self.before.condition
        if edition:
            headers = {"range": f"bytes={start}-", "if-range": edition.if_range}
        with self.session.ask(self.source, file, headers) as answer:
            if answer.status == 304:
                if edition or not self.before:
                    raise RefusedError("the address answered 304 (not modified) to a question that was not asked", 304)
                return None
            if answer.status == 416 or (answer.status == 206 and not edition):
                part.discard()
                raise PassingError("the part on disk no longer fits the file; it is fetched from its start")
            if wrong := _wrong_type(file, answer.headers):
                raise RefusedError(wrong + words(file, answer.body))
            if answer.status == 206:
                total = self._resume(answer, start)
            else:
                edition = Validators(answer.headers.get("etag", ""), answer.headers.get("last-modified", ""))
                total = self._start(answer, edition)
            content_type = answer.headers.get("content-type", "")
        name = _complete(file, part, total)
        return Downloaded(part.path, name, sha256_of(part.path), edition, content_type)

    def _start(self, answer: Answer, edition: Validators) -> int | None:
        """Write the whole body; returns the size that was announced."""
        encoding = answer.headers.get("content-encoding", "").strip().lower()
        plain = encoding in ("", "identity")
        length = answer.headers.get("content-length", "")
        total = int(length) if plain and length.isdigit() else None
        _expect_size(self.file, total or 0)
        # The bytes of an encoded answer are not those a range would count.
        self.part.begin(self.file.url, edition if plain else Validators())
        with self.part.path.open("wb") as target:
            self._write(target, answer.body if plain else _unpacked(answer.body, encoding), total)
        return total

    def _resume(self, answer: Answer, start: int) -> int | None:
        """Append the rest of the body after comparing the overlap; returns the size that was announced."""
        match = re.fullmatch(r"bytes (\d+)-(\d+)/(\d+|\*)", answer.headers.get("content-range", "").strip())
        if not match or int(match[1]) != start:
            self.part.discard()
            raise PassingError("the address went on at another place than asked; the file is fetched from its start")
        total = int(match[3]) if match[3].isdigit() else None
        _expect_size(self.file, total or 0)
        with self.part.path.open("r+b") as target:
            target.seek(start)
            tail = target.read()
            self._write(target, _without(tail, answer.body, self.part), total)
        return total

    def _write(self, target: BinaryIO, body: Iterator[bytes], total: int | None) -> None:
        size = target.tell()
        with tqdm(
            total=total,
            initial=size,
            desc=f"  {self.source.id} {self.file.key}",
            unit="B",
            unit_scale=True,
            leave=False,
            file=sys.stderr,
            disable=not self.session.settings.progress,
        ) as bar:
            for chunk in body:
                size += len(chunk)
                if size > self.file.max_bytes:
                    self.part.discard()
                    _expect_size(self.file, size)
                target.write(chunk)
                bar.update(len(chunk))
        target.flush()
        os.fsync(target.fileno())


def _without(tail: bytes, body: Iterator[bytes], part: Part) -> Iterator[bytes]:
    """The body after its first bytes, which must be `tail`."""
    for received in body:
        same, chunk = received[: len(tail)], received[len(tail) :]
        if not tail.startswith(same):
            part.discard()
            raise PassingError("the rest does not fit the part on disk; the file is fetched from its start")
        tail = tail[len(same) :]
        if chunk:
            yield chunk
    if tail:
        raise PassingError("the connection broke off within the bytes that were there already")


def _unpacked(body: Iterator[bytes], encoding: str) -> Iterator[bytes]:
    """The body without its transport compression, which we did not ask for, in steps that no bomb can swell."""
    if encoding not in ("gzip", "x-gzip", "deflate"):
        raise RefusedError(f"the answer is compressed as '{encoding}', which was not asked for")
    unpack = zlib.decompressobj(47)
    try:
        for received in body:
            chunk = received
            while chunk:
                if unpack.eof:
                    unpack = zlib.decompressobj(47)
                yield unpack.decompress(chunk, _STEP)
                chunk = unpack.unconsumed_tail or unpack.unused_data
        while more := unpack.decompress(b"", _STEP):
            yield more
    except zlib.error as error:
        raise RefusedError(f"the answer says it is {encoding} and is not ({error})") from error
    if not unpack.eof:
        raise PassingError("the connection broke off within the compressed answer")


# ── Is it the file? ──────────────────────────────────────────────────────────────────────────────────────────────


def _expect_size(file: File, size: int) -> None:
    if size > file.max_bytes:
        raise RefusedError(f"more than the {file.max_bytes:,} bytes that its source allows (max_bytes)")


def _wrong_type(file: File, headers: httpx.Headers) -> str:
    """What speaks against the media type of an answer; empty where nothing does."""
    media = headers.get("content-type", "").partition(";")[0].strip().lower()
    if not media or media in file.content_types:
        return ""
    suffixes = {Path(name).suffix.lower() for name in file.names}
    page = re.fullmatch(_TYPES[".html"], media)
    fits = not file.content_types and (
        re.fullmatch(_ANY, media)
        or any(re.fullmatch(_TYPES[suffix], media) if suffix in _TYPES else not page for suffix in suffixes)
    )
    what = "a web page" if page else f"'{media}'"
    return "" if fits else f"the address answered with {what} instead of {' or '.join(file.names)}"


def _complete(file: File, part: Part, total: int | None) -> str:
    """Check the bytes on disk; returns the name they are kept under."""
    size = part.path.stat().st_size
    if total is not None and size != total:
        if size > total:
            part.discard()
        raise PassingError(f"{size:,} bytes came instead of {total:,}")
    with part.path.open("rb") as opened:
        head = opened.read(512)
    problem = ""
    if not head:
        problem = "the address answered with an empty file"
    elif re.match(rb"(\xef\xbb\xbf)?\s*<(!doctype\s+html|html)\b", head, re.I) and not file.names[0].endswith(".html"):
        problem = f"the address answered with a web page instead of {' or '.join(file.names)}"
    else:
        for name in file.names:
            if _fits(name, head):
                return Path(name).name
        problem = f"the bytes are not those of {' or '.join(file.names)}"
    part.discard()
    raise RefusedError(problem)


def _fits(name: str, head: bytes) -> bool:
    """Whether the first bytes may be those of a file of this ending."""
    suffix = Path(name).suffix.lower()
    if suffix in _MAGIC:
        return head.startswith(_MAGIC[suffix])
    return suffix not in _TEXT or not head.startswith(tuple(_MAGIC.values()))
