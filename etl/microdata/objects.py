"""Microdata in an object store that speaks S3 (AWS, MinIO, Ceph, …): found by pattern, read as a stream.

pyarrow's own client reads them, since DuckDB's (httpfs) is an extension that a machine without a network cannot load.
Keys, region and address come from the variables that every S3 client knows: AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY,
AWS_SESSION_TOKEN, AWS_PROFILE, AWS_REGION, AWS_ENDPOINT_URL_S3 or AWS_ENDPOINT_URL (`http://127.0.0.1:9000`).
"""

from __future__ import annotations

import fnmatch
import os
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Final
from urllib.parse import urlsplit

from pyarrow import fs

from etl.model import DeliveryError, PublishError

SCHEME: Final = "s3://"
_WILD: Final = frozenset("*?[")
#: What the store says of an object or a bucket that is gone; all else it may say is about the store, not about a file.
_GONE: Final = ("NO_SUCH_KEY", "RESOURCE_NOT_FOUND", "HTTP status 404", "Path does not exist")
_NO_BUCKET: Final = "NO_SUCH_BUCKET"
#: Requests at a time where each of many objects is looked at: they wait for the network, not for a processor.
AT_ONCE: Final = 16


@dataclass(frozen=True, order=True)
class Remote:
    """One object: `bucket/key`. Prints as s3://bucket/key."""

    key: str
    size: int = field(compare=False)

    def __str__(self) -> str:
        return SCHEME + self.key


def system() -> fs.S3FileSystem:
    """The store that the variables name."""
    address = os.environ.get("AWS_ENDPOINT_URL_S3") or os.environ.get("AWS_ENDPOINT_URL") or ""
    parts = urlsplit(address)
    options: dict[str, Any] = {"scheme": parts.scheme, "endpoint_override": parts.netloc} if parts.netloc else {}
    region = os.environ.get("AWS_REGION") or os.environ.get("AWS_DEFAULT_REGION") or ("us-east-1" if address else None)
    return fs.S3FileSystem(region=region, connect_timeout=10, request_timeout=60, **options)


def matching(pattern: str) -> list[Remote]:
    """The objects that `s3://bucket/folder/*.parquet` means, sorted; `**` is any number of folders.

    Raises DeliveryError for a bucket that is not there, PublishError where the store does not answer or refuses.
    """
    path = pattern.removeprefix(SCHEME)
    parts = path.split("/")
    if not parts[0] or _WILD & set(parts[0]):
        raise DeliveryError("a pattern names its bucket: s3://bucket/folder/*.parquet", file=pattern)
    fixed = next((number for number, part in enumerate(parts) if _WILD & set(part)), len(parts))
    try:
        if fixed == len(parts):
            found = [system().get_file_info(path)]
        else:
            deep = "**" in parts or fixed < len(parts) - 1
            place = fs.FileSelector("/".join(parts[:fixed]), recursive=deep, allow_not_found=fixed > 1)
            found = system().get_file_info(place)
    except OSError as error:
        raise trouble(error, pattern) or DeliveryError(
            f"there is no bucket '{parts[0]}'", file=pattern, remedy="see input.files in the recipe, or give --input."
        ) from error
    files = (one for one in found if one.type == fs.FileType.File)
    return sorted(Remote(one.path, one.size) for one in files if _fits(one.path.split("/"), parts))


def trouble(error: Exception, place: object) -> PublishError | None:
    """What to say where the store is to blame; None where it is this object or bucket (gone, or broken inside)."""
    told = str(error)
    if not isinstance(error, OSError) or ("AWS Error" not in told and "curl" not in told):
        return None
    if _NO_BUCKET in told or any(sign in told for sign in _GONE):
        return None
    where = os.environ.get("AWS_ENDPOINT_URL_S3") or os.environ.get("AWS_ENDPOINT_URL") or "AWS"
    return PublishError(
        f"{place}: the store ({where}) does not answer or refuses ({told.splitlines()[0][:300]}); nothing was written. "
        "Remedy: see AWS_ENDPOINT_URL, AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY and AWS_REGION, then run it again."
    )


def _fits(names: Sequence[str], parts: Sequence[str]) -> bool:
    if not parts or not names:
        return not parts and not names
    if parts[0] == "**":
        return _fits(names, parts[1:]) or _fits(names[1:], parts)
    return fnmatch.fnmatchcase(names[0], parts[0]) and _fits(names[1:], parts[1:])
