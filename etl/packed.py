"""The one file of a kind in an archive, whatever the publisher called it."""

from __future__ import annotations

from pathlib import Path, PurePosixPath
from typing import Final

from etl.model import DeliveryError
from etl.zipped import members, read_member

_AGAIN: Final = "fetch the delivery again; if the archive really holds other files now, adapt the source's module."


def only_member(path: Path, ending: str) -> tuple[str, bytes]:
    """File name and bytes of the only member that ends like `ending` (".csv"). Raises DeliveryError."""
    names = [PurePosixPath(name).name for name in members(path)]
    found = [name for name in names if name.lower().endswith(ending)]
    if len(found) != 1:
        problem = f"{len(found)} files of the archive end with {ending}, expected one"
        raise DeliveryError(problem, file=path.name, remedy=_AGAIN)
    return found[0], read_member(path, found[0])
