"""Growth curves of `etl aggregate` as a picture: `python -m bench.growth RESULT.json PICTURE.svg`.

Draws what `python -m bench.microdata --out RESULT.json` measured: processor time and peak memory over rows, both axes
logarithmic, one line for each subject. Colours follow the reader's light or dark mode; lines differ in their dashes and
markers, too. Its text alternative is the table beside it and the `title` and `desc` inside.
"""

from __future__ import annotations

import json
import math
import sys
from pathlib import Path
from typing import Any

#: Subject → name in the picture, colour for light, for dark (Okabe & Ito), dashes.
LINES = {
    "floor: DuckDB reads the columns once": ("floor: one scan", "#666666", "#aaaaaa", ""),
    "aggregate: the expression": ("aggregate, expression", "#0072b2", "#56b4e9", ""),
    "aggregate: all, with disclosure control": ("aggregate, all", "#0072b2", "#56b4e9", "7 4"),
    "Polars, streaming": ("Polars, streaming", "#007a5a", "#2fd0a0", "2 3"),
    "pandas": ("pandas", "#b34700", "#ff9a4d", "10 3 2 3"),
    "aggregate: the expression on Spark": ("aggregate on Spark", "#a0407a", "#e59ac6", "4 2"),
}
#: Processor time, since the seconds of a machine that others share say more about the others.
PANELS = (("processor", "Processor time, s"), ("peak", "Peak memory, MB"))
WIDTH, HEIGHT, LEFT, TOP, PLOT, TALL = 760, 400, 58, 44, 290, 230
GAP = 380


def picture(found: dict[str, Any]) -> str:
    """The SVG."""
    runs = [run for run in found["runs"] if run["subject"] in LINES and not run["ended"]]
    rows = sorted({run["of"] for run in runs})
    parts = [_head(found, runs, rows)]
    for number, (key, title) in enumerate(PANELS):
        parts.append(f'<g transform="translate({LEFT + number * GAP} {TOP})">{_panel(runs, rows, key, title)}</g>')
    drawn = [name for name in LINES if any(run["subject"] == name for run in runs)]
    parts += [_legend(place, name) for place, name in enumerate(drawn)]
    return "\n".join([*parts, "</svg>\n"])


def _head(found: dict[str, Any], runs: list[dict[str, Any]], rows: list[int]) -> str:
    style = [
        "text{font:13px system-ui,sans-serif;fill:#222}",
        ".paper{fill:#fff}",
        ".axis{stroke:#999;stroke-width:1;fill:none}",
    ]
    style += [".grid{stroke:#ddd;stroke-width:1}", "path,line{fill:none}", "path.line{stroke-width:2}"]
    dark = [".paper{fill:#131416}", "text{fill:#e8e8e8}", ".grid{stroke:#444}"]
    for number, (_, light, night, dashes) in enumerate(LINES.values()):
        style += [f".l{number}{{stroke:{light}}}", f"circle.l{number}{{fill:{light}}}"]
        style += [f"path.l{number}{{stroke-dasharray:{dashes}}}"] if dashes else []
        dark += [f".l{number}{{stroke:{night}}}", f"circle.l{number}{{fill:{night}}}"]
    told = "Processor time and peak memory: " + "; ".join(
        f"{LINES[run['subject']][0]}, {run['of']:,} rows: {run['processor']:.2f} s, {run['peak']:.0f} MB"
        for run in runs
    )
    about = found["about"]
    title = f"Time and memory of etl aggregate over {rows[0]:,} to {rows[-1]:,} rows, {about['cores']} cores"
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" role="img" aria-labelledby="t d">'
        f'<title id="t">{title}</title><desc id="d">{told}</desc>'
        f"<style>{''.join(style)}@media(prefers-color-scheme:dark){{{''.join(dark)}}}</style>"
        f'<rect class="paper" width="{WIDTH}" height="{HEIGHT}"/>'
    )


def _panel(runs: list[dict[str, Any]], rows: list[int], key: str, title: str) -> str:
    values = [float(run[key]) for run in runs]
    low, high = math.floor(math.log10(min(values))), math.ceil(math.log10(max(values)))
    first, last = math.log10(rows[0]), math.log10(rows[-1])

    def across(of: int) -> float:
        return 14 + (PLOT - 28) * (math.log10(of) - first) / max(last - first, 1e-9)

    def up(value: float) -> float:
        return TALL * (1 - (math.log10(value) - low) / max(high - low, 1))

    parts = [f'<text x="0" y="-16" font-weight="600">{title}</text>']
    for power in range(low, high + 1):
        y = up(10**power)
        parts.append(f'<line class="grid" x1="0" x2="{PLOT}" y1="{y:.1f}" y2="{y:.1f}"/>')
        parts.append(f'<text x="-6" y="{y + 4:.1f}" text-anchor="end">{10**power:g}</text>')
    for of in rows:
        exponent = f'10<tspan dy="-5" font-size="10">{math.log10(of):.0f}</tspan>'
        parts.append(f'<text x="{across(of):.1f}" y="{TALL + 20}" text-anchor="middle">{exponent}</text>')
    parts.append(f'<path class="axis" d="M0 0V{TALL}H{PLOT}"/>')
    parts.append(f'<text x="{PLOT}" y="{TALL + 36}" text-anchor="end">rows</text>')
    for number, name in enumerate(LINES):
        points = sorted((run["of"], float(run[key])) for run in runs if run["subject"] == name)
        if not points:
            continue
        places = [(across(of), up(value)) for of, value in points]
        drawn = "M" + "L".join(f"{x:.1f} {y:.1f}" for x, y in places)
        parts.append(f'<path class="line l{number}" d="{drawn}"/>')
        parts += [f'<circle class="l{number}" cx="{x:.1f}" cy="{y:.1f}" r="3"/>' for x, y in places]
    return "".join(parts)


def _legend(place: int, name: str) -> str:
    number = list(LINES).index(name)
    x, y = LEFT + (place % 3) * 235, TOP + TALL + 66 + (place // 3) * 26
    line = f'<path class="line l{number}" d="M{x} {y - 4}h34"/>'
    line += f'<circle class="l{number}" cx="{x + 17}" cy="{y - 4}" r="3"/>'
    return f'{line}<text x="{x + 42}" y="{y}">{LINES[name][0]}</text>'


def main(argv: list[str]) -> int:
    """Draw."""
    result, out = map(Path, argv)
    out.write_text(picture(json.loads(result.read_text("utf-8"))), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
