"""Static files, compressed once and kept: compressing plotly per request was measured at 16 requests a second.

A file's compressed forms are made on first need (or ahead, by `python -m dashboard.compressed`), kept in
`dashboard/.compressed/` under the hash of its bytes, and held in memory by each worker.
"""

from __future__ import annotations

import gzip
import hashlib
import os
import tempfile
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import brotli
from flask import Request, Response

HERE = Path(__file__).parent
CACHE = HERE / ".compressed"
TYPES = {
    ".js": "text/javascript; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".json": "application/json",
    ".svg": "image/svg+xml",
    ".woff2": "font/woff2",
    ".txt": "text/plain; charset=utf-8",
    ".png": "image/png",
    ".ico": "image/x-icon",
}
_PACKED = frozenset({".woff2", ".png", ".ico"})
FOREVER = "public, max-age=31536000, immutable"


@dataclass(frozen=True)
class Packed:
    """Bytes in the three forms a client may take; br and gz are empty where packing does not help."""

    plain: bytes
    br: bytes
    gz: bytes
    etag: str


def pack(data: bytes, quality: int = 11) -> Packed:
    """Compress bytes in memory; quality is brotli's (0–11)."""
    return Packed(
        data, brotli.compress(data, quality=quality), gzip.compress(data, 9, mtime=0), hashlib.sha256(data).hexdigest()
    )


def pack_once(request: Request, data: bytes) -> Packed:
    """Bytes that are sent once, packed quickly and only in the form this client takes."""
    accepted = request.accept_encodings
    br = brotli.compress(data, quality=4) if accepted["br"] else b""
    gz = gzip.compress(data, 5, mtime=0) if accepted["gzip"] and not br else b""
    return Packed(data, br, gz, hashlib.sha256(data).hexdigest())


def packed_plain(data: bytes) -> Packed:
    """Bytes that are packed already (a PDF)."""
    return Packed(data, b"", b"", hashlib.sha256(data).hexdigest())


@lru_cache(maxsize=256)
def _packed_file(path: Path, _mtime: int) -> Packed:
    data = path.read_bytes()
    etag = hashlib.sha256(data).hexdigest()
    if path.suffix in _PACKED:
        return packed_plain(data)
    return Packed(data, _kept(etag, "br", data), _kept(etag, "gz", data), etag)


def packed_file(path: Path) -> Packed:
    """The file's forms; follows a changed file."""
    return _packed_file(path, path.stat().st_mtime_ns)


@lru_cache(maxsize=128)
def packed_bytes(data: bytes) -> Packed:
    """The forms of bytes that no file of ours holds (Dash's bundles), kept like files.

    Remembered by content: the same bundle answers under any number of fingerprints.
    """
    etag = hashlib.sha256(data).hexdigest()
    return Packed(data, _kept(etag, "br", data), _kept(etag, "gz", data), etag)


def _kept(etag: str, form: str, data: bytes) -> bytes:
    target = CACHE / f"{etag[:32]}.{form}"
    if target.exists() and os.access(target, os.R_OK):
        return target.read_bytes()
    packed = brotli.compress(data, quality=11) if form == "br" else gzip.compress(data, 9, mtime=0)
    try:
        CACHE.mkdir(exist_ok=True)
        handle, name = tempfile.mkstemp(dir=CACHE)
        with os.fdopen(handle, "wb") as file:
            file.write(packed)
            os.fchmod(handle, 0o644)  # who installs it need not be who serves it
        Path(name).replace(target)
    except OSError:
        pass  # a read-only installation still serves, from memory
    return packed


def respond(request: Request, packed: Packed, content_type: str, cache: str) -> Response:
    """A response in the best form the client takes, or 304 where it has it already."""
    accepted = request.accept_encodings
    form, body = "", packed.plain
    if packed.br and accepted["br"] and len(packed.br) < len(packed.plain):
        form, body = "br", packed.br
    elif packed.gz and accepted["gzip"] and len(packed.gz) < len(packed.plain):
        form, body = "gzip", packed.gz
    response = Response(body, content_type=content_type)
    if form:
        response.headers["Content-Encoding"] = form
    response.headers["Cache-Control"] = cache
    response.headers["Vary"] = "Accept-Encoding"
    response.set_etag(packed.etag[:20] + (f"-{form}" if form else ""))
    response.make_conditional(request)
    return response


def static_files() -> dict[str, Path]:
    """Address → file for everything under /assets/ and /shapes/."""
    shapes = HERE.parent / "shapes"
    found = {f"/assets/{p.relative_to(HERE / 'assets').as_posix()}": p for p in (HERE / "assets").rglob("*")}
    found |= {f"/shapes/{p.name}": p for p in shapes.glob("*.json")}
    return {address: path for address, path in found.items() if path.is_file()}


@lru_cache(maxsize=256)
def address(name: str) -> str:
    """The address of a static file with its hash, so that it may be cached for ever."""
    return f"{name}?h={packed_file(static_files()[name]).etag[:12]}"


if __name__ == "__main__":
    for each in static_files().values():
        packed_file(each)
