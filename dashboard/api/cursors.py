"""Where the next page begins, opaque to clients. It names the build, so that pages never mix two, and the filters."""

from __future__ import annotations

import base64
import binascii
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import orjson

from dashboard.api.problems import ProblemError
from dashboard.i18n import Words

#: Parameters that may differ from page to page.
_FREE = {"asof", "limit", "cursor"}


@dataclass(frozen=True)
class Cursor:
    """build: its id. asked: which resource and filters, as a hash. after: the key of the last row that was sent."""

    build: str
    asked: str
    after: tuple[str | int, ...]

    def text(self) -> str:
        """As it stands in an address."""
        packed = orjson.dumps([self.build, self.asked, *self.after])
        return base64.urlsafe_b64encode(packed).decode().rstrip("=")


def asked(resource: str, query: Mapping[str, Any]) -> str:
    """The same for the same filters."""
    kept = {name: value for name, value in query.items() if name not in _FREE and value is not None}
    return hashlib.sha256(orjson.dumps([resource, kept], option=orjson.OPT_SORT_KEYS)).hexdigest()[:12]


def read(t: Words, text: str, wanted: str, like: tuple[str | int, ...]) -> Cursor:
    """The cursor of an address. wanted: the `asked` of this request; like: a key whose types it must have.

    Raises ProblemError (404) for one that is none of ours, or that belongs to another request.
    """
    try:
        found = orjson.loads(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))
        build, other, *after = found
    except (ValueError, TypeError, binascii.Error):
        raise _refused(t, t("This cursor is none of ours.")) from None
    same = [type(one) for one in after] == [type(one) for one in like]
    small = all(abs(one) < 2**31 if isinstance(one, int) else len(one) <= 200 for one in after) if same else False
    if not isinstance(build, str) or not isinstance(other, str) or not small:
        raise _refused(t, t("This cursor is none of ours."))
    if other != wanted:
        raise _refused(t, t("This cursor belongs to other filters."))
    return Cursor(build, other, tuple(after))


def _refused(t: Words, detail: str) -> ProblemError:
    return ProblemError(
        404, t("Unknown page"), detail, t("Begin again without “cursor”, and follow “next” from there.")
    )
