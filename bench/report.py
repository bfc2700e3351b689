"""The measurements as Markdown: one table per map level with ratios, one for the server, and the machine."""

from __future__ import annotations

import os
import platform
import subprocess
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime
from importlib.metadata import version
from math import ceil
from pathlib import Path
from statistics import median

from bench.browser import Visit
from bench.building import Built
from bench.pages import Weighed
from bench.subjects import TITLES

_PACKAGES = ("dash", "plotly", "duckdb", "polars", "granian", "playwright")
#: Row title → figure of all visits of one subject. Times in ms, sizes in kB (1,000 bytes).
ROWS: dict[str, Callable[[list[Visit]], float]] = {
    "first map drawn, ms": lambda visits: median(v.drawn for v in visits),
    "map drawn after reload, ms": lambda visits: median(v.reload for v in visits),
    "received until the map is drawn, kB": lambda visits: median(v.drawn_bytes for v in visits) / 1000,
    "received in all, page scrolled through, kB": lambda visits: median(v.whole_bytes for v in visits) / 1000,
    "requests in all": lambda visits: median(v.whole_requests for v in visits),
    "another year → painted, median, ms": lambda visits: median(_all(v.year for v in visits)),
    "another year → painted, 9 of 10 within, ms": lambda visits: percentile(_all(v.year for v in visits), 0.9),
    "requests for another year": lambda visits: median(_all(v.year_requests for v in visits)),
    "another indicator → painted, median, ms": lambda visits: median(_all(v.indicator for v in visits)),
    "another indicator → painted, 9 of 10 within, ms": lambda visits: percentile(
        _all(v.indicator for v in visits), 0.9
    ),
    "received for another indicator, kB": lambda visits: median(_all(v.indicator_bytes for v in visits)) / 1000,
}


def _all(lists: Iterable[Iterable[float]]) -> list[float]:
    return [value for each in lists for value in each]


def percentile(values: Iterable[float], share: float) -> float:
    """The smallest value that at least `share` of all values do not exceed."""
    ordered = sorted(values)
    return ordered[max(0, ceil(share * len(ordered)) - 1)]


def level_table(level: str, visits: Mapping[str, list[Visit]]) -> str:
    """One map level: a row per figure, a column per subject, then ratios to the atlas and of the atlas to the floor."""
    peers = [name for name in visits if name not in ("atlas", "floor")]
    heads = ["", *(TITLES[name] for name in visits), *(f"{TITLES[name]} ÷ atlas" for name in peers), "atlas ÷ floor"]
    lines = []
    for title, figure in ROWS.items():
        values = {name: figure(found) for name, found in visits.items()}
        ratios = [_ratio(values[name], values["atlas"]) for name in peers]
        ratios.append(_ratio(values["atlas"], values["floor"]))
        lines.append([title, *map(_number, values.values()), *ratios])
    return f"### {level}\n\n{_markdown(heads, lines)}\n"


def pages_table(drills: list[float], weighed: Mapping[str, Weighed]) -> str:
    """Drilling, and the atlas's pages: when the first words are drawn, bytes and requests of the whole first load."""
    times = f"Drill → children painted, ms: median {median(drills):.0f}, longest {max(drills):.0f}."
    lines = [
        [title, f"{median(one.drawn):.0f}", _number(median(one.bytes) / 1000), f"{median(one.requests):.0f}"]
        for title, one in weighed.items()
    ]
    return f"### Pages of the atlas\n\n{times}\n\n{_markdown(['page', 'first drawn, ms', 'kB', 'requests'], lines)}\n"


def server_table(built: Built, slices: list[float], asked: Iterable[tuple[str, float, float]]) -> str:
    """The build, the store and the requests."""
    lines = [
        [f"`etl build` from {built.origin}, s", f"{built.seconds:.1f}", ""],
        ["its peak memory, MB", f"{built.peak_mb:.0f}", ""],
        [
            "one indicator's slice from the store, all years, ms: median · 19 of 20 within",
            f"{median(slices):.1f}",
            f"{percentile(slices, 0.95):.1f}",
        ],
    ]
    lines += [
        [f"{title}: requests a second · 19 of 20 within, ms", f"{rate:.0f}", f"{p95:.0f}"] for title, rate, p95 in asked
    ]
    return f"### Build and server\n\n{_markdown(['', '', ''], lines)}\n"


def _markdown(heads: list[str], lines: list[list[str]]) -> str:
    rule = ["---"] + ["--:"] * (len(heads) - 1)
    return "\n".join("| " + " | ".join(cells) + " |" for cells in [heads, rule, *lines])


def _number(value: float) -> str:
    return f"{value:,.1f}" if value < 10 and value != int(value) else f"{value:,.0f}"


def _ratio(value: float, of: float) -> str:
    return f"{value / of:.1f}" if of else "–"


def load() -> str:
    """The load average of the last minute, which says how calm the machine was."""
    return f"{os.getloadavg()[0]:.1f}"


def machine() -> str:
    """Cores, processor, memory, browser and packages; nothing that names the machine."""
    info = Path("/proc/cpuinfo").read_text()
    model = next((line.split(":")[1].strip() for line in info.splitlines() if line.startswith("model name")), "?")
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    chromium = subprocess.run(["/usr/bin/chromium", "--version"], capture_output=True, text=True, check=True).stdout
    packages = ", ".join(f"{name} {version(name)}" for name in _PACKAGES)
    return (
        f"{os.cpu_count()} cores ({model}), {memory:.0f} GiB, Python {platform.python_version()}, "
        f"{' '.join(chromium.split()[:2])}, {packages}"
    )


def today() -> str:
    """The day, UTC."""
    return datetime.now(UTC).date().isoformat()
