"""The place that builds are published to: a bucket of S3 or of what speaks like it, or a folder that machines share.

The only module that knows the client library. Credentials come from where AWS's own tools look, never from an address:
the AWS_… variables, the file of AWS_SHARED_CREDENTIALS_FILE, a token of Kubernetes, the machine's role.
"""

from __future__ import annotations

import configparser
import os
import re
from collections.abc import Callable, Iterable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import unquote, urlsplit

from etl.model import AtlasError, PublishError

if TYPE_CHECKING:
    from obstore.store import ObjectStore

#: The object that says what is published; nothing else is ever written over.
HEAD: Final = "current.json"
#: Bytes that a head may have, and that are asked for at a time of what is large.
MOST_HEAD: Final = 4_000_000
STEP: Final = 8_000_000
#: Seconds for a small question, and for one step of what is large.
SMALL_SECONDS, STEP_SECONDS = 5.0, 30.0
_BUCKET: Final = re.compile(r"[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]")
_LIKE: Final = "it is written like s3://bucket/prefix or file:///srv/shared/atlas"
#: How a problem is called, for machines; the sentence is for the log.
UNREACHABLE, REFUSED, EMPTY, DAMAGED, CONFLICT, DISK = "unreachable", "refused", "empty", "damaged", "conflict", "disk"


class StoreError(PublishError):
    """What went wrong at the place. kind: one of UNREACHABLE, REFUSED, EMPTY, DAMAGED, CONFLICT, DISK."""

    def __init__(self, kind: str, message: str) -> None:
        super().__init__(message)
        self.kind = kind


class Remote:
    """One place. Raises StoreError from every method that asks it, AtlasError for an address that is none."""

    def __init__(self, address: str, *, retries: int = 0) -> None:
        """retries: how often a question is asked again by itself; a watch asks again anyway."""
        self.address, self._retries = address, retries
        self._small, self._large = (self._opened(address, seconds) for seconds in (SMALL_SECONDS, STEP_SECONDS))

    def head(self, known: str = "") -> tuple[bytes, str] | None:
        """What is published, and its version; None where that is still the `known` one."""
        options: Any = {"if_none_match": known} if known else {}
        try:
            got = self._small.get(HEAD, options=options)
            if got.meta["size"] > MOST_HEAD:
                raise StoreError(DAMAGED, f"{self.address}/{HEAD} has {got.meta['size']:,} bytes: it is none of ours")
            return bytes(got.bytes()), str(got.meta["e_tag"] or "")
        except StoreError:
            raise
        except Exception as error:
            if type(error).__name__ == "NotModifiedError":
                return None
            raise self._told(error) from None

    def publish(self, content: bytes, over: str | None) -> None:
        """Replace the head in one step. over: the version that was read, None where there was none.

        Raises StoreError (CONFLICT) where another one was written since. A place that cannot compare, as a folder
        cannot, is asked once more just before.
        """
        mode: Any = "create" if over is None else {"e_tag": over}
        try:
            self._small.put(HEAD, content, mode=mode, use_multipart=False)
        except Exception as error:
            name = type(error).__name__
            if name in ("AlreadyExistsError", "PreconditionError", "FileExistsError"):
                raise StoreError(
                    CONFLICT, f"something else was published at {self.address} meanwhile; nothing was changed there"
                ) from None
            if name not in ("NotImplementedError", "NotSupportedError") and "NotImplemented" not in str(error):
                raise self._told(error) from None
            self._publish_plainly(content, over)

    def _publish_plainly(self, content: bytes, over: str | None) -> None:
        try:
            found = self.head()
        except StoreError as error:
            if error.kind != EMPTY:
                raise
            found = None
        if (found[1] if found else None) != over:
            raise StoreError(CONFLICT, f"something else was published at {self.address} meanwhile")
        self._ask(lambda: self._small.put(HEAD, content, use_multipart=False))

    def put(self, name: str, path: Path) -> None:
        """Upload a file; it appears whole or not at all."""
        self._ask(lambda: self._large.put(name, path))

    def read(self, name: str, start: int, length: int) -> bytes:
        """`length` bytes of an object from `start` on."""
        return bytes(self._ask(lambda: self._large.get_range(name, start=start, length=length)))

    def names(self, folder: str) -> dict[str, tuple[int, datetime]]:
        """Object → bytes and when it was written, below a folder."""
        listed = self._ask(lambda: [one for page in self._small.list(folder) for one in page])
        return {one["path"]: (one["size"], one["last_modified"]) for one in listed}

    def remove(self, names: Iterable[str]) -> None:
        """Remove objects."""
        for name in names:
            self._ask(lambda name=name: self._small.delete(name))  # type: ignore[misc]

    def _ask(self, question: Callable[[], Any]) -> Any:
        try:
            return question()
        except Exception as error:
            raise self._told(error) from None

    def _told(self, error: Exception) -> StoreError:
        """A sentence without what the library tells of requests and answers; these may hold names of keys."""
        name = type(error).__name__
        text = str(error)
        if name in ("PermissionDeniedError", "UnauthenticatedError", "PermissionError") or re.search(
            r"status code: 40[013]\b", text
        ):
            return StoreError(REFUSED, f"{self.address} refuses these credentials, or they have expired")
        if "NoSuchBucket" in text:
            return StoreError(REFUSED, f"there is no bucket at {self.address}")
        if isinstance(error, FileNotFoundError) or name == "NotFoundError":
            return StoreError(EMPTY, f"nothing is published at {self.address}, or a part of it was removed")
        return StoreError(UNREACHABLE, f"{self.address} does not answer as it should ({name}: {_reason(text)})")

    def _opened(self, address: str, seconds: float) -> ObjectStore:
        try:
            from obstore.store import LocalStore, S3Store  # noqa: PLC0415 (an extra; only who publishes so needs it)
        except ImportError:
            raise AtlasError(
                "object stores need the extra 'remote' (obstore is not installed). "
                "Remedy: .venv/bin/python -m pip install --require-hashes -r lock/remote.txt"
            ) from None
        bucket, path = parts(address)
        if not bucket:
            return LocalStore(prefix=path, mkdir=True)
        more: dict[str, Any] = {}
        endpoint = os.environ.get("AWS_ENDPOINT_URL_S3") or os.environ.get("AWS_ENDPOINT_URL", "")
        if os.environ.get("AWS_SHARED_CREDENTIALS_FILE"):
            more["credential_provider"] = _from_file
        return S3Store(
            bucket,
            prefix=path or None,
            client_options={
                "allow_http": endpoint.startswith("http://"),
                "connect_timeout": timedelta(seconds=min(seconds, SMALL_SECONDS)),
                "timeout": timedelta(seconds=seconds),
            },
            retry_config={"max_retries": self._retries, "retry_timeout": timedelta(seconds=seconds)},
            **more,
        )


def parts(address: str) -> tuple[str, str]:
    """(bucket, prefix) of an address; ('', folder) of a shared folder. Raises AtlasError with a sentence."""
    found = urlsplit(address)
    path = unquote(found.path)
    if found.username or found.password or "@" in found.netloc:
        raise AtlasError("an address of a bucket never holds credentials; set AWS_ACCESS_KEY_ID and its like")
    if found.query or found.fragment or ".." in path.split("/"):
        raise AtlasError(f"'{address}' is no place for builds; {_LIKE}")
    if found.scheme == "s3" and _BUCKET.fullmatch(found.netloc):
        return found.netloc, path.strip("/")
    if found.scheme == "file" and not found.netloc and len(path) > 1:
        return "", path
    raise AtlasError(f"'{address}' is no place for builds; {_LIKE}")


def _reason(text: str) -> str:
    """The first words of a library's message that say why."""
    line = text.partition("\n")[0]
    return line.rpartition(" - ")[2][:120] if " - " in line else line[:120]


def _from_file() -> Any:
    """The credentials of AWS_SHARED_CREDENTIALS_FILE, read again every minute: they may be renewed."""
    path, profile = os.environ["AWS_SHARED_CREDENTIALS_FILE"], os.environ.get("AWS_PROFILE") or "default"
    try:
        read = configparser.RawConfigParser()
        read.read_string(Path(path).read_text(encoding="utf-8"))
        section = read[profile]
        return {
            "access_key_id": section["aws_access_key_id"],
            "secret_access_key": section["aws_secret_access_key"],
            "token": section.get("aws_session_token"),
            "expires_at": datetime.now(UTC) + timedelta(minutes=1),
        }
    except (OSError, KeyError, configparser.Error) as error:
        raise PermissionError(f"AWS_SHARED_CREDENTIALS_FILE cannot be read ({type(error).__name__})") from None
