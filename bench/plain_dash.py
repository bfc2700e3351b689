"""The peer: an ordinary Dash app with px.choropleth on the same figures and shapes, compressed, drawing offline.

Served by `bench.serving`, which says what to show by BENCH_DATA, BENCH_LEVEL and BENCH_GEOMETRY: `inline` puts the
GeoJSON into every figure, as the documentation's examples do; `address` gives Plotly its address, so that the browser
keeps it (the remedy that people find after a while).
"""

from __future__ import annotations

import gzip
import json
import os
from pathlib import Path
from typing import Any

import plotly.express as px
import polars as pl
from dash import Dash, Input, Output, dcc, html
from flask import Flask, Response, request

from bench import figures
from dashboard.store import Store

# Without it Plotly asks a CDN for a world map it will not draw, and draws nothing when that is blocked.
_LAYERS = ("coastlines", "land", "ocean", "lakes", "rivers", "countries", "subunits")
WORLD = {
    "type": "Topology",
    "objects": {layer: {"type": "GeometryCollection", "geometries": []} for layer in _LAYERS},
    "arcs": [],
}


def create() -> Flask:
    """The app's server for granian."""
    level, inline = os.environ["BENCH_LEVEL"], os.environ["BENCH_GEOMETRY"] == "inline"
    build = Store(Path(os.environ["BENCH_DATA"])).current()
    titles = figures.indicators(build)
    frames = {id_: pl.DataFrame(figures.rows(build, id_, level)) for id_ in titles}
    shapes = figures.geojson(level)
    app = Dash("plain")
    server: Flask = app.server
    _files(server, json.dumps(shapes))
    last = int(frames[figures.FIRST]["period"].max())  # type: ignore[arg-type]
    app.layout = html.Div(
        [
            html.H1("Regional AI"),
            dcc.Dropdown(titles, figures.FIRST, id="indicator"),
            dcc.Graph(id="map", style={"height": "760px"}, config={"topojsonURL": "/topojson/", "displaylogo": False}),
            dcc.Slider(2010, last, 1, value=last, id="year", marks={y: str(y) for y in range(2010, last + 1, 2)}),
        ]
    )

    @app.callback(Output("map", "figure"), Input("indicator", "value"), Input("year", "value"))
    def draw(indicator: str, year: int) -> Any:
        frame = frames[indicator]
        shown = frame.filter(pl.col("period") == min(str(year), str(frame["period"].max())))
        figure = px.choropleth(
            shown,
            geojson=shapes if inline else "/shapes.json",
            locations="region",
            color="value",
            range_color=(frame["value"].min(), frame["value"].quantile(0.98)),
            labels={"value": titles[indicator]},
        )
        return figure.update_geos(fitbounds="locations", visible=False)

    return server


def _files(server: Flask, shapes: str) -> None:
    """The two static files, and gzip for everything; bundles are compressed once, as a proxy in front would."""
    bundles: dict[str, bytes] = {}

    @server.get("/topojson/<_name>")
    def world(_name: str) -> Response:
        return Response(json.dumps(WORLD), content_type="application/json")

    @server.get("/shapes.json")
    def geometry() -> Response:
        return Response(shapes, content_type="application/json", headers={"Cache-Control": "public, max-age=31536000"})

    @server.after_request
    def compress(answer: Response) -> Response:
        if answer.status_code != 200 or "gzip" not in request.headers.get("Accept-Encoding", ""):
            return answer
        answer.direct_passthrough = False
        if request.method == "POST":
            packed = gzip.compress(answer.get_data(), 6)
        else:
            packed = bundles.get(request.full_path) or gzip.compress(answer.get_data(), 9)
            bundles[request.full_path] = packed
        answer.set_data(packed)
        answer.headers["Content-Encoding"] = "gzip"
        return answer
