"""`python -m bench.exports [--quick]`: what taking the largest view along costs, beside Plotly's static export of it.

Every row is a process of its own: seconds until its first file (from the start of the process, so that imports and a
browser count), median of further files, size, and the peak memory of the largest process it needed. The same build,
indicator, level and year for all; Kaleido draws `px.choropleth` with the same shapes, colours without classes. It is
wanted for this comparison only: `pip install -e .[bench]`, else its rows are left out with a sentence.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from statistics import median
from typing import Any, Final

from bench import building, figures, report
from bench.etl_build import run
from dashboard import store, urls
from dashboard.store import Build, Store
from dashboard.view import map_view

LEVEL: Final = "nuts3"
SIZE: Final = (1600, 900)
#: The longest indicator that is offered as a workbook (dashboard/exports/csv.py): 23,660 rows.
LARGEST: Final = "jobs_it_employees_group_count"
CHROMIUM: Final = "/usr/bin/chromium"
Make = Callable[[], bytes]


@dataclass(frozen=True)
class Measured:
    """One row: seconds to the first file, of each further one, bytes of a file, MB of the largest process."""

    first: float
    further: list[float]
    size: int
    peak_mb: float


def picture(build: Build, form: str) -> Make:
    """A picture of ours, from the figures of the build to the file; nothing is kept between two."""
    from dashboard.pictures import maps, poster, render  # noqa: PLC0415 (a row pays for what it loads)
    from dashboard.pictures.model import Foot, Options  # noqa: PLC0415

    foot, options = Foot("Atlas", build.id, "https://atlas.example.org"), Options()

    def make() -> bytes:
        shown = map_view(build, "de", urls.MapState(indicator=figures.FIRST, level=LEVEL))
        drawn = poster.svg(maps.of_map(shown), options, foot, embed=form == "SVG")
        if form == "SVG":
            return drawn.encode()
        about = {"title": "T", "alt": "A", "lang": "de", "author": "A", "address": foot.address, "box": (0, 0, 9, 9)}
        size = {"width": SIZE[0], "height": SIZE[1]}
        return render.png(build, drawn, 1) if form == "PNG" else render.pdf(build, drawn, about | size)

    return make


def choropleth(build: Build) -> Any:
    """The same map as a Plotly figure."""
    import plotly.express as px  # noqa: PLC0415 (only this row pays for it)

    rows = figures.rows(build, figures.FIRST, LEVEL)
    last = max(row["period"] for row in rows)
    shown = [row for row in rows if row["period"] == last]
    figure = px.choropleth(shown, geojson=figures.geojson(LEVEL), locations="region", color="value")
    return figure.update_geos(fitbounds="locations", visible=False)


@contextmanager
def kaleido(build: Build, form: str, *, kept: bool) -> Iterator[Make]:
    """Plotly's export; kept: with a browser that stays open, as its documentation advises for many pictures."""
    library = import_module("kaleido")  # wanted for this row only
    from bench.plain_dash import WORLD  # noqa: PLC0415

    figure = choropleth(build)
    opts = {"format": form.lower(), "width": SIZE[0], "height": SIZE[1]}
    settings = {"path": CHROMIUM, "mathjax": False, "n": 1}
    with tempfile.TemporaryDirectory(prefix="atlas-topojson-") as folder:
        for name in ("world_110m.json", "world_50m.json"):  # without them it asks a CDN for a map it will not draw
            (Path(folder) / name).write_text(json.dumps(WORLD))
        if kept:
            library.start_sync_server(**settings)
        try:
            yield lambda: bytes(
                library.calc_fig_sync(figure, opts=opts, topojson=folder, **({} if kept else {"kopts": settings}))
            )
        finally:
            if kept:
                library.stop_sync_server()


@contextmanager
def ours(build: Build, form: str) -> Iterator[Make]:
    """A picture of ours as a row."""
    yield picture(build, form)


@contextmanager
def workbook(build: Build, page: str, item: str, query: dict[str, str]) -> Iterator[Make]:
    """A view as XLSX, from the figures of the build to the file."""
    from dashboard.exports import forms  # noqa: PLC0415 (a row pays for what it loads)

    asked = forms.Asked("xlsx", "de", page, item, tuple(query.items()), "https://atlas.example.org")
    yield lambda: forms.made(build, asked).packed.plain


@contextmanager
def deck(build: Build, page: str, item: str, pairs: tuple[tuple[str, str], ...] = ()) -> Iterator[Make]:
    """A deck of ten slides, from the figures of the build to the file."""
    from dashboard.deck import serve  # noqa: PLC0415 (a row pays for what it loads)
    from dashboard.deck.model import Look  # noqa: PLC0415

    yield lambda: serve.job(build, ("de", page, item), pairs, Look(host="https://atlas.example.org"))


#: Nine maps of all Kreise and départements, which with the cover are ten slides.
_NINE: Final = tuple(("v", f"map?indicator={figures.FIRST}&level={LEVEL}") for _ in range(9))
#: Row → what makes its files; the rows with Kaleido are left out where it is not installed.
ROWS: Final[dict[str, Callable[[Build], Any]]] = {
    "atlas, SVG": lambda build: ours(build, "SVG"),
    "atlas, PNG": lambda build: ours(build, "PNG"),
    "atlas, PDF": lambda build: ours(build, "PDF"),
    "atlas, XLSX of the map": lambda build: workbook(build, "map", "", {"indicator": figures.FIRST, "level": LEVEL}),
    "atlas, XLSX of the largest indicator that has one": lambda build: workbook(build, "indicator", LARGEST, {}),
    "atlas, PPTX: status quo of a region, ten slides": lambda build: deck(build, "region", "DED"),
    "atlas, PPTX: nine maps of the largest view, ten slides": lambda build: deck(build, "keynote", "", _NINE),
    "Kaleido, PNG, a browser for each": lambda build: kaleido(build, "PNG", kept=False),
    "Kaleido, PNG, one browser kept": lambda build: kaleido(build, "PNG", kept=True),
    "Kaleido, SVG, one browser kept": lambda build: kaleido(build, "SVG", kept=True),
}
MISSING: Final = "Kaleido is not installed here (`pip install -e .[bench]`): its rows are left out."


def rows() -> list[str]:
    """The rows that can be measured here."""
    able = find_spec("kaleido") is not None and Path(CHROMIUM).exists()
    return [name for name in ROWS if able or not name.startswith("Kaleido")]


def one(name: str, data: Path, count: int, out: Path) -> None:
    """A row, in the process that is measured: writes seconds and size as JSON."""
    store.QUERY_SECONDS = 60.0  # a busy machine must not end a measurement
    times, size = [], 0
    with ROWS[name](Store(data).current()) as make:
        for _ in range(1 + count):
            started = time.perf_counter()
            size = len(make())
            times.append(time.perf_counter() - started)
            if len(times) == 1:
                times[0] = time.time() - float(os.environ["BENCH_STARTED"])
    out.write_text(json.dumps({"times": times, "size": size}))


def measure(name: str, data: Path, count: int) -> Measured:
    """A row, from outside."""
    with tempfile.TemporaryDirectory(prefix="atlas-exports-") as folder:
        out = Path(folder) / "out.json"
        os.environ["BENCH_STARTED"] = str(time.time())
        cost = run(["-m", "bench.exports", "--row", name, "--count", str(count), "--out", str(out)], data)
        found = json.loads(out.read_text())
    return Measured(found["times"][0], found["times"][1:], found["size"], cost.peak_mb)


def table(found: dict[str, Measured]) -> str:
    """As Markdown."""
    lines = ["| | first file, s | each further, s | kB | peak memory, MB |", "|---|--:|--:|--:|--:|"]
    for name, row in found.items():
        further = f"{median(row.further):.2f}" if row.further else "–"
        lines.append(f"| {name} | {row.first:.1f} | {further} | {row.size / 1000:,.0f} | {row.peak_mb:,.0f} |")
    return "\n".join(lines)


def main() -> None:
    """Measure and print; with --row be what is measured."""
    parser = argparse.ArgumentParser(prog="python -m bench.exports", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="one file a row, to see that all runs")
    parser.add_argument("--data", type=Path, help="a folder with a published build, to save making one")
    parser.add_argument("--row", choices=ROWS, help=argparse.SUPPRESS)
    parser.add_argument("--count", type=int, default=0, help=argparse.SUPPRESS)
    parser.add_argument("--out", type=Path, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.row:
        one(arguments.row, Path(os.environ["ATLAS_DATA"]), arguments.count, arguments.out)
        return
    load, names = report.load(), rows()
    with tempfile.TemporaryDirectory(prefix="atlas-bench-") as folder:
        data = arguments.data or Path(folder)
        if not arguments.data:
            building.build(data)
        found = {name: measure(name, data.resolve(), 0 if arguments.quick else 9) for name in names}
    if len(names) < len(ROWS):
        print(MISSING, file=sys.stderr)
    print(f"{figures.FIRST}, {LEVEL}. Load average {load} before, {report.load()} after.\n\n{table(found)}")


if __name__ == "__main__":
    main()
