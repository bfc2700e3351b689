"""The map in Vizro: one page, one graph, two filters, as its documentation shows it; served by gunicorn.

Run by `bench.beside` in an environment of its own (vizro.txt). BENCH_FILES: folder with figures.json, shapes.json,
world.json.
"""
# mypy: ignore-errors

from __future__ import annotations

import json
import os
from pathlib import Path

import pandas as pd
import plotly.express as px
import vizro.models as vm
from flask import Response
from vizro import Vizro
from vizro.models.types import capture

FILES = Path(os.environ["BENCH_FILES"])
READ = json.loads((FILES / "figures.json").read_text())
SHAPES = json.loads((FILES / "shapes.json").read_text())
FRAME = pd.concat(pd.DataFrame(rows).assign(indicator=READ["titles"][id_]) for id_, rows in READ["rows"].items())
FIRST = next(iter(READ["titles"].values()))
LAST = max(row["period"] for row in next(iter(READ["rows"].values())))


@capture("graph")
def choropleth(data_frame: pd.DataFrame):
    """The map of what the filters leave."""
    figure = px.choropleth(data_frame, geojson=SHAPES, locations="region", color="value")
    return figure.update_geos(fitbounds="locations", visible=False)


page = vm.Page(
    title="Regional AI",
    components=[
        # Without the address Plotly asks a CDN for a world map that it will not draw, and draws nothing when blocked.
        vm.Graph(
            figure=choropleth(data_frame=FRAME),
            extra={"config": {"topojsonURL": "/topojson/", "displaylogo": False}},
        )
    ],
    controls=[
        vm.Filter(column="indicator", selector=vm.Dropdown(multi=False, value=FIRST)),
        vm.Filter(column="period", selector=vm.Dropdown(multi=False, value=LAST)),
    ],
)
app = Vizro().build(vm.Dashboard(pages=[page]))
server = app.dash.server


@server.get("/topojson/<_name>")
def world(_name: str) -> Response:
    """The empty world map."""
    return Response((FILES / "world.json").read_text(), content_type="application/json")
