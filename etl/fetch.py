"""Fetching: the declared address of each file into `data/snapshots/`, nothing overwritten, nothing half written."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

import httpx

from etl.model import DeliveryError, File, Source
from etl.snapshot import Record, keep, latest

#: We say who we are, so that a publisher can write to us instead of blocking.
AGENT: Final = "regional-ai-atlas (open-source ETL, python-httpx)"
TIMEOUT: Final = httpx.Timeout(30, connect=10)


def fetch(data: Path, source: Source, say: Callable[[str], None]) -> list[Record]:
    """Fetch all files of one source that have an address; returns the records.

    Raises DeliveryError where an address does not answer with the file. What was fetched before stays as it is.
    """
    records = []
    with httpx.Client(headers={"user-agent": AGENT}, timeout=TIMEOUT, follow_redirects=True) as client:
        for number, file in enumerate(source.files, 1):
            prefix = f"  {source.id} {number}/{len(source.files)} {file.key}"
            if not file.url.startswith(("https://", "http://")):
                say(f"{prefix}: has no address; it can only be delivered with --from")
                continue
            before = latest(data, source).get(file.key)
            record = _fetch_file(client, data, source, file)
            same = " (unchanged)" if before and before.sha256 == record.sha256 else ""
            say(f"{prefix}: {record.bytes:,} bytes, sha256 {record.sha256[:12]}…{same}")
            records.append(record)
    return records


def _fetch_file(client: httpx.Client, data: Path, source: Source, file: File) -> Record:
    folder = data / "snapshots" / source.id
    folder.mkdir(parents=True, exist_ok=True)
    temporary = folder / f".{file.key}.{os.getpid()}.part"
    digest, size = hashlib.sha256(), 0
    try:
        with client.stream("GET", file.url) as response, temporary.open("wb") as target:
            response.raise_for_status()
            for chunk in response.iter_bytes():
                target.write(chunk)
                digest.update(chunk)
                size += len(chunk)
            target.flush()
            os.fsync(target.fileno())
        if size == 0:
            raise DeliveryError("the address answered with an empty file", file=file.url, remedy=_remedy(source))
        retrieved = datetime.now(UTC)
        # The first declared name is kept whatever the address is called: `parse` may go by its ending.
        record = Record(source.id, file.key, Path(file.names[0]).name, file.url, digest.hexdigest(), size, retrieved)
        keep(data, record, temporary)
    except httpx.HTTPStatusError as error:
        problem = f"the address answered {error.response.status_code} {error.response.reason_phrase}"
        raise DeliveryError(problem, file=file.url, remedy=_remedy(source)) from error
    except httpx.HTTPError as error:
        problem = f"the address does not answer ({type(error).__name__}: {error})"
        raise DeliveryError(problem, file=file.url, remedy=_remedy(source)) from error
    finally:
        temporary.unlink(missing_ok=True)
    return record


def _remedy(source: Source) -> str:
    return (
        "try again later, or download it by hand and use `--from`; nothing was lost, builds go on with what is there. "
        f"Source: {source.id}."
    )
