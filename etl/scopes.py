"""Builds of the internal audience for people who may see only a part of what is withheld: a Land, a programme.

The desk writes which parts there are people for (`data/internal/desk/scopes.json`, docs/desk-format.md); each gets a
build of its own, in `data/internal/scopes/<key>`, made of what is public and of what lies within that part. So ranks,
class limits, totals and words in it are made of nothing else, and no page has to leave anything out.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from typing import Final

from etl import publish as publishing
from etl.audience import INSIDE, Audience, View
from etl.command import Say
from etl.model import PublishError
from etl.stock import Seen, Stock

_FORMAT: Final = 1


def listed(data: Path) -> Path:
    """The file in which the desk says for which parts there are people."""
    return data / INSIDE / "desk" / "scopes.json"


def home(data: Path, scopes: tuple[str, ...]) -> Path:
    """The data folder of the build for these scopes: regions with all below them, and programmes, sorted."""
    return data / INSIDE / "scopes" / hashlib.sha256("\n".join(scopes).encode()).hexdigest()[:16]


def wanted(data: Path) -> list[tuple[str, ...]]:
    """The parts there are people for; raises PublishError where the file is not what the desk writes."""
    path = listed(data)
    try:
        raw = json.loads(path.read_text(encoding="utf-8"))
        if raw["format"] != _FORMAT:
            raise ValueError(raw["format"])
        return sorted({tuple(str(scope) for scope in one) for one in raw["scopes"] if one})
    except FileNotFoundError:
        return []
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise PublishError(f"{path} is broken ({error}). Remedy: remove it; the desk writes it anew.") from error


def renew(data: Path, stock: Stock, public: Seen, now: datetime, say: Say) -> None:
    """Build and publish for each part; where it holds nothing but what is public, there is no build. Call under lock.

    What the gate let through for the whole internal audience, or for the public, is not weighed again.
    """
    kept = set()
    for scopes in wanted(data):
        seen = stock.seen(View(Audience.INTERNAL, now, scopes))
        if seen.inputs == public.inputs:
            continue
        folder = home(data, scopes)
        folder.mkdir(mode=0o750, parents=True, exist_ok=True)
        say(f"  for people of {', '.join(scopes)}:")
        sealed = publishing.build(
            seen.catalogue, folder, seen.gathered, say, Audience.INTERNAL, ledger=seen.ledger, since=data
        )
        publishing.publish(folder, sealed)
        publishing.prune(folder, 1)
        with suppress(FileExistsError):  # the standing of the sources as everybody may know it
            (folder / "status.json").symlink_to(os.path.relpath(data / "status.json", folder))
        kept.add(folder)
    for folder in (data / INSIDE / "scopes").glob("*"):
        if folder not in kept:
            shutil.rmtree(folder)


def retire(data: Path) -> None:
    """Take their pointers away: until the next `etl build` these people see what is public."""
    for folder in (data / INSIDE / "scopes").glob("*"):
        publishing.retire(folder)
