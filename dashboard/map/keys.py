"""The keys of maps that show no single scale: the square of two indicators, and the list of flags. HTML as text."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape

#: The nine fills in reading order: the second indicator upwards, the first to the right.
SQUARE = tuple(f"b{x}{y}" for y in (2, 1, 0) for x in range(3))


def square(first: str, second: str, spoken: str, limits: Sequence[tuple[str, str]]) -> str:
    """Nine colours with an arrow along each side. limits: (indicator, its two limits in words), a line each."""
    cells = "".join(f'<i class="{fill}"></i>' for fill in SQUARE)
    lines = "".join(f"<li><b>{escape(name)}</b> {escape(text)}</li>" for name, text in limits)
    return (
        f'<div class="am-pair"><div class="am-square" role="img" aria-label="{escape(spoken)}">'
        f'<span class="am-up" aria-hidden="true">{escape(second)} →</span>{cells}'
        f'<span class="am-right" aria-hidden="true">{escape(first)} →</span></div>'
        f'<ul class="am-thirds">{lines}</ul></div>'
    )


def fills(named: Mapping[str, str]) -> str:
    """Fills with what each means."""
    items = "".join(f'<li><i class="{fill}"></i><span>{escape(text)}</span></li>' for fill, text in named.items())
    return f'<ul class="am-named">{items}</ul>'
