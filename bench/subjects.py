"""What is measured side by side, and how a person's hand is played on each: one script per act."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from bench.figures import FIRST
from bench.serving import running

TITLES = {
    "atlas": "atlas",
    "dash": "Dash, px.choropleth",
    "dash_address": "the same, shapes by address",
    "floor": "floor",
}


@dataclass(frozen=True)
class Subject:
    """A served page. paths: selector of the regions. indicator, year: scripts that change them, given `value`."""

    name: str
    url: str
    paths: str
    indicator: str
    year: str


@contextmanager
def serve(name: str, data: str, level: str) -> Iterator[Subject]:
    """Start one subject at one map level; `data` is a folder with a published build."""
    if name == "atlas":
        with running("-m", "dashboard", ATLAS_DATA=data, ATLAS_WORKERS="1") as address:
            yield Subject(
                name,
                f"{address}/en/map?indicator={FIRST}&level={level}",
                ".am-regions path[data-c]",
                "document.querySelector(`a[data-indicator='${value}']`).click()",
                "const slider = document.getElementById('period'); slider.value = slider.max - value;"
                "slider.dispatchEvent(new Event('input', {bubbles: true}))",
            )
        return
    environment = {"BENCH_DATA": data, "BENCH_LEVEL": level}
    if name == "floor":
        with running("-m", "bench.serving", "floor", **environment) as address:
            year = "year(shown.classes.length - 1 - value)"
            yield Subject(name, address + "/", "path", "indicator(value)", year)
        return
    geometry = "inline" if name == "dash" else "address"
    with running("-m", "bench.serving", "plain_dash", **environment, BENCH_GEOMETRY=geometry) as address:
        yield Subject(
            name,
            address + "/",
            ".choroplethlayer path",
            "dash_clientside.set_props('indicator', {value})",
            "dash_clientside.set_props('year', {value: LAST - value})".replace("LAST", "2024"),
        )
