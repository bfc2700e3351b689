"""A labelled list to choose from, for forms that need no script."""

from __future__ import annotations

from collections.abc import Iterable
from html import escape

from dashboard.i18n import Words


def select(
    t: Words, name: str, label: str, options: Iterable[tuple[str, str]], chosen: str, *, every: bool = True
) -> str:
    """Markup of one field. options: (value, text); every: whether 'all' comes first."""
    lines = [("", t("all"))] * every + list(options)
    inner = "".join(
        f'<option value="{escape(value)}"{" selected" if value == chosen else ""}>{escape(text)}</option>'
        for value, text in lines
    )
    return f'<label><span>{escape(label)}</span><select name="{name}">{inner}</select></label>'
