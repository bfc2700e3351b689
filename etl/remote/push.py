"""`etl push`: what is published here, also at ATLAS_PUBLISH_TO, for any number of machines that serve it.

Only the public audience's: the published builds, when which was published, what changed, and how the sources stand.
Files first, each under its hash; then, in one conditional step, the head that names them. Two publishers never cross:
one can only follow a publication that it knows.
"""

from __future__ import annotations

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

from etl import manifest, publications
from etl import publish as publishing
from etl.audience import Audience
from etl.command import Context, Say
from etl.model import AtlasError, Exit, PublishError
from etl.remote import head as heads
from etl.remote.head import Blob, Head
from etl.remote.store import CONFLICT, EMPTY, Remote, StoreError
from etl.settings import PUBLISH_TO
from etl.snapshot import sha256_of

#: What no head names any more is removed after so long: a slow mirror may still be at it.
GRACE: Final = timedelta(hours=1)
_SMALL: Final = ("publications.json", "status.json", "kept.json")
_RETRIES: Final = 3
#: What this process has brought where.
_PUSHED: Final[dict[tuple[Path, str], tuple[int, ...]]] = {}


def run(context: Context) -> int:
    """`etl push`: by hand; says what was done."""
    arguments = context.arguments
    address = arguments.to or PUBLISH_TO.value()
    if not address:
        raise AtlasError(f"push where? Set {PUBLISH_TO.name}, or name a place: --to s3://bucket/prefix")
    remote = Remote(address, retries=_RETRIES)
    changed = push(context.data, remote, context.say, again=arguments.again, take_over=arguments.take_over)
    build = (publishing.read_pointer(context.data) or {}).get("build")
    context.say(f"{'pushed' if changed else 'already there'}: build {build} at {address}")
    return Exit.DONE


def follow(data: Path, say: Say) -> None:
    """After a command that may have published something: push, where that is set. Raises StoreError."""
    address = PUBLISH_TO.value()
    if not address or publishing.read_pointer(data) is None:
        return
    state = _stamp(data)
    if _PUSHED.get((data, address)) == state:  # a watch asks often
        return
    if push(data, Remote(address, retries=_RETRIES), say):
        say(f"pushed to {address}")
    _PUSHED[data, address] = state


def push(data: Path, remote: Remote, say: Say, *, again: bool = False, take_over: bool = False) -> bool:
    """Bring the place to what is published in `data`; False where it is there already.

    again: upload also what seems to be there. take_over: also where somebody else's publication stands there.
    Raises StoreError, and PublishError for a build that is not as it was sealed.
    """
    with _turn(data):
        files, head = _state(data)
        found = _found(remote)
        if found and not again and found[0] == head.written():
            return False
        before = _read(found[0], take_over) if found else None
        if before and not take_over:
            _expect_known(data, before, remote)
        _upload(remote, head, files, again, say)
        remote.publish(head.written(), found[1] if found else None)
        _tidy(remote, head.blobs() | (before.blobs() if before else set()))
    return True


def _stamp(data: Path) -> tuple[int, ...]:
    """Another one whenever what is pushed is another."""
    files = [data / name for name in ("current.json", *_SMALL)]
    return tuple(path.stat().st_mtime_ns if path.exists() else 0 for path in files)


@contextmanager
def _turn(data: Path) -> Iterator[None]:
    """One push of a folder after the other."""
    with (data / "push.lock").open("a") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def _found(remote: Remote) -> tuple[bytes, str] | None:
    try:
        return remote.head()
    except StoreError as error:
        if error.kind == EMPTY:
            return None
        raise


def _read(content: bytes, take_over: bool) -> Head | None:
    try:
        return heads.read(content)
    except StoreError:
        if take_over:
            return None
        raise


def _expect_known(data: Path, there: Head, remote: Remote) -> None:
    """What stands there must be a publication of this folder, else somebody else publishes there."""
    known = {build for _, build in publications.publications(data)}
    if there.build not in known:
        raise StoreError(
            CONFLICT,
            f"build {there.build}, published at {there.pointer.get('published')}, stands at {remote.address} and was "
            "never published from here; nothing was changed there. Remedy: if this machine is the one to publish "
            "from now on, `python -m etl push --take-over`.",
        )


def _state(data: Path) -> tuple[dict[str, Path], Head]:
    """The files of the public audience that readers need, and the head that names them."""
    pointer = publishing.read_pointer(data)
    if pointer is None:
        raise PublishError(f"nothing is published in {data}; run `python -m etl build`")
    files = {name: data / name for name in _names(data, pointer)}
    try:
        return files, Head(pointer, {name: _blob(path) for name, path in files.items()})
    except FileNotFoundError as error:
        raise PublishError(f"{error.filename} was removed while it was pushed: another command is running.") from error


def _names(data: Path, pointer: dict[str, object]) -> Iterator[str]:
    shown = {pointer["build"], pointer.get("previous"), *(build for _, build in publications.publications(data))}
    for path in sorted((data / "builds").glob("*.duckdb")):
        if path.stem not in shown:  # refused by the gate, or never published
            continue
        told = manifest.read(path)
        if told is None:
            continue  # from before there were manifests: nothing proves it
        if told.audience != Audience.PUBLIC:
            raise PublishError(f"build {told.build} is {told.audience}, yet published to all: nothing was pushed")
        yield f"builds/{path.name}"
        yield f"builds/{path.stem}.json"
    yield from (name for name in _SMALL if (data / name).exists())
    for folder in ("changes", "changes/ledger"):
        yield from sorted(f"{folder}/{path.name}" for path in (data / folder).glob("[0-9]*.parquet"))


def _blob(path: Path) -> Blob:
    told = manifest.read(path) if path.suffix == ".duckdb" else None
    return Blob(told.sha256 if told else sha256_of(path), path.stat().st_size)


def _upload(remote: Remote, head: Head, files: dict[str, Path], again: bool, say: Say) -> None:
    there = {} if again else remote.names("blobs")
    for name, blob in head.files.items():
        if blob.name in there and there[blob.name][0] == blob.bytes:
            continue
        if sha256_of(files[name]) != blob.sha256:
            raise PublishError(f"{files[name]} changed while it was pushed, or after it was sealed; nothing was pushed")
        if blob.bytes > 1_000_000:
            say(f"  push {name}, {blob.bytes / 1e6:,.1f} MB")
        remote.put(blob.name, files[name])


def _tidy(remote: Remote, needed: set[str]) -> None:
    """Remove what is not needed any more; where that fails, the next push does it."""
    with suppress(StoreError):
        old = datetime.now(UTC) - GRACE
        there = remote.names("blobs")
        remote.remove(name for name, (_, written) in there.items() if name not in needed and written < old)
