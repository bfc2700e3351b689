"""Drawn files that machines share: what one has made for a build, the others take from the Valkey of ATLAS_SHARED.

For what is made from a public build alone: slices, pictures, briefs, decks and files (20 to 3,800 ms each; fetching one
takes 0.1 to 0.4 ms). Not for pages, which also hold what the operator writes. What comes back is believed only with
the seal of ATLAS_SHARED_KEY_FILE: whoever else can write there changes no answer. Without a Valkey, without the key, or
while it does not answer, each machine makes its own.
"""

from __future__ import annotations

import hashlib
import hmac
import logging
import struct
import threading
import time
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any, Final, TypeVar

from dashboard.compressed import Packed
from dashboard.settings import PUBLIC, Settings
from dashboard.store import Build

log = logging.getLogger("atlas")
HERE: Final = Path(__file__).parent
#: Bytes of what is kept, and for how many seconds.
MOST: Final = 4_000_000
TTL: Final = 86_400
#: Seconds until a Valkey is given up, and until one that failed is asked again.
ANSWER: Final = 0.5
AGAIN: Final = 15.0
_LEAST_KEY: Final = 32
_PREFIX: Final = b"atlas:drawn:"
_HEAD: Final = struct.Struct(">III")
_SEAL: Final = 32
_ETAG: Final = 64

T = TypeVar("T")


class Shared:
    """The Valkey, as the builds of a process use it. Thread-safe; raises nothing."""

    def __init__(self, address: str, key: bytes, settled: str) -> None:
        """key: the secret that seals. settled: whatever else an answer depends on: code and settings."""
        import valkey  # noqa: PLC0415 (only where one is configured)
        from valkey.backoff import NoBackoff  # noqa: PLC0415
        from valkey.retry import Retry  # noqa: PLC0415

        scheme, _, rest = address.partition("://")
        uri = {"redis": "valkey", "rediss": "valkeys"}.get(scheme, scheme) + "://" + rest
        self._client: Any = valkey.Valkey.from_url(
            uri, socket_timeout=ANSWER, socket_connect_timeout=ANSWER, retry=Retry(NoBackoff(), 0)
        )
        self._errors = (valkey.ValkeyError, OSError, ValueError)
        self._key, self._settled = key, settled
        self._after, self._fails = 0.0, False
        self._lock = threading.Lock()

    def name(self, build: Build, key: object) -> bytes | None:
        """Where an answer lies; None for a key that another process would write otherwise."""
        text = repr(key)
        if " at 0x" in text:
            return None
        parts = "\n".join((self._settled, build.id, str(build.pointer.get("published", "")), text))
        return _PREFIX + hashlib.sha256(parts.encode()).hexdigest().encode()

    def get(self, name: bytes) -> Packed | None:
        """What another process has made, if it is whole and sealed with our key."""
        raw = self._ask(lambda: self._client.getrange(name, 0, MOST + _SEAL + _HEAD.size + _ETAG))
        if not raw:
            return None
        found = opened(raw, name, self._key)
        if found is None:
            log.warning("what lies in Valkey under %s is not ours; it is not used", name.decode())
        return found

    def put(self, name: bytes, packed: Packed) -> None:
        """Keep it for the others, unless it is large."""
        raw = sealed(packed, name, self._key)
        if len(raw) <= MOST:
            self._ask(lambda: self._client.set(name, raw, ex=TTL))

    def _ask(self, question: Callable[[], T]) -> T | None:
        if time.monotonic() < self._after:
            return None
        try:
            answer = question()
        except self._errors as error:
            with self._lock:
                self._after = time.monotonic() + AGAIN
                if not self._fails:
                    log.warning("Valkey keeps no files: %s; each machine makes its own", type(error).__name__)
                self._fails = True
            return None
        if self._fails:
            self._fails = False
            log.warning("Valkey keeps files again")
        return answer


def kept(build: Build, key: object, make: Callable[[], Packed]) -> Packed:
    """An answer derived from this build alone: remembered here, else taken from the others, else made."""
    return build.recent(key, lambda: beyond(build, key, make))


def beyond(build: Build, key: object, make: Callable[[], Packed]) -> Packed:
    """The same for what is remembered elsewhere, or not at all."""
    shared = build.shared
    if not isinstance(shared, Shared) or build.audience != PUBLIC:
        return make()
    name = shared.name(build, key)
    if name is None:
        return make()
    found = shared.get(name)
    if found is None:
        found = make()
        shared.put(name, found)
    return found


def sealed(packed: Packed, name: bytes, key: bytes) -> bytes:
    """The bytes of an answer under their seal, which holds for this name only."""
    head = _HEAD.pack(len(packed.plain), len(packed.br), len(packed.gz))
    body = head + packed.etag.encode().ljust(_ETAG)[:_ETAG] + packed.plain + packed.br + packed.gz
    return hmac.digest(key, name + body, "sha256") + body


def opened(raw: bytes, name: bytes, key: bytes) -> Packed | None:
    """What `sealed` made; None for anything else."""
    seal, body = raw[:_SEAL], raw[_SEAL:]
    if not hmac.compare_digest(seal, hmac.digest(key, name + body, "sha256")):
        return None
    plain, br, gz = _HEAD.unpack_from(body)
    etag, start = body[_HEAD.size : _HEAD.size + _ETAG].decode().strip(), _HEAD.size + _ETAG
    parts = body[start : start + plain], body[start + plain : start + plain + br], body[start + plain + br :]
    return Packed(*parts, etag) if len(parts[2]) == gz else None


def of(settings: Settings) -> Shared | None:
    """What the settings say; None where nothing is shared. Raises SystemExit for a key that is none."""
    if not settings.shared or settings.audience != PUBLIC:
        return None
    if not settings.shared_key:
        log.info("ATLAS_SHARED_KEY_FILE is not set: limits are shared, drawn files are not")
        return None
    try:
        key = Path(settings.shared_key).read_bytes().strip()
    except OSError as error:
        raise SystemExit(f"ATLAS_SHARED_KEY_FILE cannot be read: {error.strerror}") from None
    if len(key) < _LEAST_KEY:
        raise SystemExit(f"ATLAS_SHARED_KEY_FILE holds {len(key)} bytes; it needs {_LEAST_KEY} that nobody can guess")
    return Shared(settings.shared, key, _settled(settings))


def _settled(settings: Settings) -> str:
    """Two machines share only where code and settings that an answer depends on are the same."""
    own = [Path(path).read_bytes() for path in (settings.logo, settings.deck_template) if path and Path(path).is_file()]
    files = hashlib.sha256(b"\0".join(own)).hexdigest()
    return "\n".join((code(), settings.base_url, settings.embed_hosts, files))


@cache
def code() -> str:
    """A hash of the dashboard's files, so that two versions never take each other's answers."""
    found = hashlib.sha256()
    for path in sorted(HERE.rglob("*")):
        if path.suffix in (".py", ".sql", ".po", ".toml", ".typ", ".js", ".css", ".json") and path.is_file():
            found.update(path.relative_to(HERE).as_posix().encode() + b"\0" + path.read_bytes())
    return found.hexdigest()
