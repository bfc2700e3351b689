"""The operator's own files, in the folder ATLAS_OPERATOR: `imprint.de.md` and the like, and `operator.toml`.

A file is read again when it has changed. One that cannot be read is told of in the log, and what was last read of it
stands; at the start the server says in a sentence what is wrong (`problems`).
"""

from __future__ import annotations

import logging
import tomllib
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Annotated, Final, Generic, TypeVar

from markdown_it import MarkdownIt
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from dashboard.i18n import languages

log = logging.getLogger("atlas")
#: Bytes of a file at most; an imprint has some thousand.
MOST: Final = 200_000
#: The texts that an operator may write, each as `<name>.<language>.md`.
NAMES: Final = ("imprint", "privacy", "accessibility")
FACTS: Final = "operator.toml"
#: How the examples in deploy/operator begin.
_EXAMPLE: Final = ("<!-- MUSTER", "<!-- MODÈLE", "<!-- EXAMPLE")
T = TypeVar("T")


class UnreadableError(Exception):
    """A file of the operator's is not as it must be; the message says what to do."""


_Link = Annotated[str, Field(pattern=r"^(https://|mailto:|tel:)\S+$", max_length=500)]
_Web = Annotated[str, Field(pattern=r"^https?://\S+$", max_length=500)]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, str_strip_whitespace=True)


class Publisher(_Strict):
    """Who publishes the atlas, for data portals."""

    name: Annotated[str, Field(min_length=2, max_length=200)]
    url: _Web | None = None
    email: Annotated[str, Field(pattern=r"^[^@\s]+@[^@\s]+\.[^@\s]+$", max_length=200)] | None = None
    #: The id that GovData gave the publisher (dcatde:contributorID).
    govdata: Annotated[str, Field(pattern=r"^http://dcat-ap\.de/def/contributors/\S+$")] | None = None


class Security(_Strict):
    """Whom to tell of a weakness (RFC 9116). expires: the last day on which this holds."""

    contact: Annotated[tuple[_Link, ...], Field(min_length=1)]
    expires: date
    policy: _Link | None = None
    encryption: _Link | None = None


class Facts(_Strict):
    """operator.toml."""

    publisher: Publisher | None = None
    security: Security | None = None


@dataclass(frozen=True)
class Text:
    """One text of the operator's. lang: the language it is really in. markup: HTML without any of the file's own."""

    lang: str
    markup: str


@dataclass
class _Kept(Generic[T]):
    """What was read of a file, and of which state of it."""

    stamp: tuple[int, int] | None = None
    value: T | None = None


@dataclass
class Folder:
    """The operator's folder; None where there is none."""

    path: Path | None = None
    _texts: dict[Path, _Kept[str]] = field(default_factory=dict)
    _facts: _Kept[Facts] = field(default_factory=_Kept)

    def text(self, name: str, lang: str) -> Text | None:
        """One of NAMES in a language, else in one that there is; None where the operator wrote none."""
        for code in dict.fromkeys((lang, *languages())):
            if self.path is not None:
                path = self.path / f"{name}.{code}.md"
                markup = self._read(self._texts.setdefault(path, _Kept()), path, rendered)
                if markup:
                    return Text(code, markup)
        return None

    def facts(self) -> Facts:
        """operator.toml; nothing is known where there is none."""
        found = self._read(self._facts, self.path / FACTS, facts) if self.path is not None else None
        return found or Facts()

    def state(self, name: str) -> str:
        """What changes with the operator's text: for pages that are kept."""
        texts = [self.text(name, lang) for lang in languages()]
        return str(hash(tuple((text.lang, text.markup) for text in texts if text)))

    def problems(self) -> list[str]:
        """A sentence for each file that cannot be used as it is."""
        if self.path is None:
            return []
        if not self.path.is_dir():
            return [f"ATLAS_OPERATOR names {self.path}, which is no folder"]
        found = []
        for path in sorted(self.path.iterdir()):
            try:
                if path.name == FACTS:
                    facts(_bytes(path))
                elif path.suffix == ".md" and path.stem.partition(".")[0] in NAMES:
                    rendered(_bytes(path))
            except (OSError, UnreadableError) as error:
                found.append(f"{path}: {error}")
        return found

    def _read(self, kept: _Kept[T], path: Path, read: Callable[[bytes], T]) -> T | None:
        try:
            stat = path.stat()
            stamp = (stat.st_mtime_ns, stat.st_size)
            if stamp != kept.stamp:
                kept.stamp = stamp
                kept.value = read(_bytes(path))
        except FileNotFoundError:
            if kept.stamp is not None:
                log.error("%s is gone; what was last read of it stands until the next start", path)
                kept.stamp = None
        except (OSError, UnreadableError) as error:
            log.error("%s cannot be used, what was last read of it stands: %s", path, error)
        return kept.value


def _bytes(path: Path) -> bytes:
    with path.open("rb") as file:
        content = file.read(MOST + 1)
    if len(content) > MOST:
        raise UnreadableError(f"it has more than {MOST // 1000} kB")
    return content


def rendered(content: bytes) -> str:
    """Markdown as HTML. Raises UnreadableError.

    HTML in it is shown, not used; headings begin below the page's own; pictures are left out.
    """
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise UnreadableError(f"it is not written in UTF-8 (byte {error.start})") from None
    if text.lstrip().startswith(_EXAMPLE):
        raise UnreadableError("it is still the example: fill it in, and take its first line away")
    reader = MarkdownIt("commonmark", {"html": False, "breaks": True}).enable("table").disable("image")
    tokens = reader.parse(text)
    if any(token.tag == "h1" for token in tokens):
        for token in tokens:
            if token.type.startswith("heading"):
                token.tag = f"h{min(int(token.tag[1]) + 1, 6)}"
    return str(reader.renderer.render(tokens, reader.options, {}))


def facts(content: bytes) -> Facts:
    """operator.toml. Raises UnreadableError with the place and what is expected there."""
    try:
        return Facts.model_validate(tomllib.loads(content.decode()))
    except (UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise UnreadableError(f"it is no TOML: {error}") from None
    except ValidationError as error:
        first = error.errors()[0]
        raise UnreadableError(f"{'.'.join(str(part) for part in first['loc'])}: {first['msg']}") from None


def still_valid(security: Security, now: datetime) -> bool:
    """Whether the statement still holds: until the end of its last day, UTC."""
    return now.astimezone(UTC).date() <= security.expires
