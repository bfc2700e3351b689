"""Two countries' shares as dots on one line per class, on one scale from 0. Pure: numbers in, SVG out."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from math import ceil
from typing import Final

WIDTH: Final = 640
_ROW, _TOP, _LEFT, _RIGHT = 46, 8, 18, 44


def dot_chart(rows: Sequence[tuple[str, float | None, float | None]], label: str, unit: str) -> str:
    """rows: class, Germany's share, France's share in per cent, None for no figure. unit: what stands after a tick.

    Germany is a full dot, France a hollow square: they are told apart without colour. The scale ends at the next ten.
    """
    values = [value for _, *both in rows for value in both if value is not None]
    top = max(10, 10 * ceil(max(values, default=10) / 10))
    step = (WIDTH - _LEFT - _RIGHT) / top
    height = _TOP + _ROW * len(rows) + 22

    def x(value: float) -> float:
        return _LEFT + value * step

    ticks = "".join(
        f'<path class="tick" d="M{x(n):.1f} {_TOP}V{height - 20}"/>'
        f'<text class="number" x="{x(n):.1f}" y="{height - 4}">{n}{escape(unit)}</text>'
        for n in range(0, top + 1, 10)
    )
    lines = ""
    for i, (name, german, french) in enumerate(rows):
        y = _TOP + _ROW * i + 32
        both = [value for value in (german, french) if value is not None]
        lines += f'<text x="{_LEFT}" y="{y - 14}">{escape(name)}</text>'
        if both:
            lines += f'<path class="span" d="M{x(min(both)):.1f} {y}H{x(max(both)):.1f}"/>'
        if german is not None:
            lines += f'<circle class="de" cx="{x(german):.1f}" cy="{y}" r="6"/>'
        if french is not None:
            lines += f'<rect class="fr" x="{x(french) - 5:.1f}" y="{y - 5}" width="10" height="10"/>'
    return (
        f'<svg class="dots-chart" viewBox="0 0 {WIDTH} {height}" role="img" aria-label="{escape(label)}">'
        f"{ticks}{lines}</svg>"
    )
