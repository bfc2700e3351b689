"""The pipeline's settings, from the environment. docs/reference.py makes the tables of the documentation from them."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from etl.model import File, Source

#: How a declaration names a setting: {ATLAS_…} inside an address, $ATLAS_… alone as a header or form field.
NAMED: Final = re.compile(r"\{(ATLAS_\w+)\}|^\$(ATLAS_\w+)$")


@dataclass(frozen=True)
class Setting:
    """One environment variable: its default as text, and what it means, in a phrase."""

    name: str
    default: str
    meaning: str

    def value(self) -> str:
        """What the operator set, or the default; an empty variable is one that is not set."""
        return os.environ.get(self.name) or self.default


DATA: Final = Setting(
    "ATLAS_DATA",
    "data",
    "folder with `figures/`, `snapshots/`, `builds/` and `current.json`; read by the ETL and the dashboard",
)
KEEP: Final = Setting("ATLAS_KEEP", "5", "how many builds `etl build` keeps")
CONTACT: Final = Setting(
    "ATLAS_CONTACT",
    "",
    "address or page in the User-Agent of `fetch`, so that a publisher can write to you instead of blocking",
)
PUBLISH_TO: Final = Setting(
    "ATLAS_PUBLISH_TO",
    "",
    "bucket or shared folder that every publication is also brought to, such as `s3://bucket/prefix`; empty: none",
)
SETTINGS: Final = (DATA, KEEP, CONTACT, PUBLISH_TO)


def needed(file: File) -> tuple[str, ...]:
    """The settings without which a file cannot be asked for, as its declaration names them."""
    return _names((file.url, *(value for _, value in (*file.headers, *file.form))))


def needed_by(source: Source) -> tuple[str, ...]:
    """The same for all files of a source, each once."""
    return tuple(dict.fromkeys(name for file in source.files for name in needed(file)))


def _names(texts: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(match[1] or match[2] for text in texts for match in NAMED.finditer(text)))
