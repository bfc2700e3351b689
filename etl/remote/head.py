"""What stands in `current.json` at a place: the pointer, and every file that belongs to it, by its SHA-256.

Files lie at `blobs/<sha256>` and are never changed, so whoever reads one head sees one state, whatever is published
meanwhile. It is read as something from outside: a name that leads elsewhere, or a number that is none, is refused.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from etl.remote.store import DAMAGED, StoreError

FORMAT: Final = 1
#: The names that a data folder of a reader can have, besides the pointer.
_NAME: Final = re.compile(
    r"builds/[\w-]{1,64}\.(duckdb|json)|publications\.json|status\.json|kept\.json"
    r"|changes/(ledger/)?\d{8}T\d{6}\.\d{6}Z-\w{1,64}-\w{1,64}\.parquet",
    re.ASCII,
)
_HASH: Final = re.compile(r"[0-9a-f]{64}")
#: More than any build has; so that a wrong number does not fill a disk.
_MOST_BYTES: Final = 1 << 40


@dataclass(frozen=True)
class Blob:
    """The bytes of a file: how many, and their hash."""

    sha256: str
    bytes: int

    @property
    def name(self) -> str:
        """Where they lie."""
        return f"blobs/{self.sha256}"


@dataclass(frozen=True)
class Head:
    """pointer: the content of the local `current.json`. files: name in the data folder → what is in it."""

    pointer: Mapping[str, Any]
    files: Mapping[str, Blob]

    @property
    def build(self) -> str:
        """The published build."""
        return str(self.pointer["build"])

    def blobs(self) -> set[str]:
        """The names of all objects it needs."""
        return {blob.name for blob in self.files.values()}

    def written(self) -> bytes:
        """Its bytes; the same head gives the same."""
        files = {name: {"sha256": blob.sha256, "bytes": blob.bytes} for name, blob in sorted(self.files.items())}
        return (json.dumps({"format": FORMAT, "pointer": dict(self.pointer), "files": files}, indent=1) + "\n").encode()


def read(content: bytes) -> Head:
    """The head in these bytes; raises StoreError (DAMAGED) for what is none, or one of a later format."""
    try:
        told = json.loads(content)
        if told["format"] != FORMAT:
            raise StoreError(DAMAGED, f"the store's {told['format']!r} is another format; this version reads {FORMAT}")
        files = {str(name): Blob(str(raw["sha256"]), int(raw["bytes"])) for name, raw in told["files"].items()}
        pointer = dict(told["pointer"])
        if pointer["file"] != f"builds/{pointer['build']}.duckdb" or pointer["file"] not in files:
            raise ValueError(f"its build {pointer['build']!r} is not among its files")
        for name, blob in files.items():
            if not (_NAME.fullmatch(name) and _HASH.fullmatch(blob.sha256) and 0 <= blob.bytes < _MOST_BYTES):
                raise ValueError(f"{name[:80]!r} cannot be a file of ours")
            if name.endswith(".duckdb") and f"{name.removesuffix('.duckdb')}.json" not in files:
                raise ValueError(f"{name} has no manifest")
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise StoreError(DAMAGED, f"what the store says is published cannot be read ({error!s:.120})") from None
    return Head(pointer, files)
