"""The floor: a static page that sets `fill` on the same paths from one small JSON. Nothing else: no words, no table."""

from __future__ import annotations

import json
import os
from pathlib import Path

from flask import Flask, Response, abort, request

from bench import figures
from dashboard.compressed import pack, respond
from dashboard.map.palette import sequential
from dashboard.store import Store

_PAGE = """<!DOCTYPE html><meta charset="utf-8"><title>Floor</title>
<script>
const colours = COLOURS, load = (id) => fetch(id + ".json").then((answer) => answer.json());
const first = load("FIRST");
let shown;
const fill = (code, digit) => paths[code].style.fill = colours[digit] || "#ddd";
const year = (period) => shown.codes.forEach((code, i) => fill(code, shown.classes[period][i]));
const indicator = (id) => load(id).then((got) => { shown = got; year(shown.classes.length - 1); });
</script>
<style>svg { height: 760px } path { fill: none; stroke: #fff; stroke-width: 10 }</style>
<svg id="map" viewBox="0 0 WIDTH HEIGHT">PATHS</svg>
<script>
const paths = Object.fromEntries([...document.querySelectorAll("path")].map((path) => [path.id, path]));
first.then((got) => { shown = got; year(shown.classes.length - 1); });
</script>"""


def create() -> Flask:
    """The static files for granian, packed as the atlas packs its own."""
    level = os.environ["BENCH_LEVEL"]
    build = Store(Path(os.environ["BENCH_DATA"])).current()
    files = {f"{id_}.json": _classes(figures.rows(build, id_, level)) for id_ in figures.indicators(build)}
    files[""] = _page(level)
    packed = {name: pack(text.encode()) for name, text in files.items()}
    server = Flask("floor", static_folder=None)

    @server.get("/")
    @server.get("/<name>")
    def file(name: str = "") -> Response:
        if name not in packed:
            abort(404)
        kind = "application/json" if name else "text/html; charset=utf-8"
        return respond(request, packed[name], kind, "public, max-age=31536000" if name else "no-cache")

    return server


def _page(level: str) -> str:
    shapes = figures.shapes(level)
    paths = "".join(f'<path id="{code}" d="{shape["d"]}"/>' for code, shape in shapes["regions"].items())
    values = {
        "COLOURS": json.dumps(sequential(6)),
        "FIRST": figures.FIRST,
        "WIDTH": str(shapes["width"]),
        "HEIGHT": str(shapes["height"]),
        "PATHS": paths,
    }
    page = _PAGE
    for name, value in values.items():
        page = page.replace(name, value)
    return page


def _classes(rows: list[dict[str, str | float]]) -> str:
    """codes, and per period one digit for each: its sixth of the values, or '-' for none."""
    ordered = sorted(float(row["value"]) for row in rows)
    limits = [ordered[len(ordered) * i // 6] for i in range(1, 6)]
    codes = sorted({str(row["region"]) for row in rows})
    found = {(row["period"], row["region"]): str(sum(limit <= float(row["value"]) for limit in limits)) for row in rows}
    periods = sorted({str(row["period"]) for row in rows})
    classes = ["".join(found.get((period, code), "-") for code in codes) for period in periods]
    return json.dumps({"codes": codes, "classes": classes})
