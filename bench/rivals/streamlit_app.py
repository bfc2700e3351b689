"""The map in Streamlit: two widgets, one chart, data and shapes kept by its caches, as its documentation advises.

Run by `bench.beside` in an environment of its own (streamlit.txt). BENCH_FILES: folder with figures.json, shapes.json.
"""
# mypy: ignore-errors

from __future__ import annotations

import json
import os
from pathlib import Path

import pandas as pd
import plotly.express as px
import streamlit as st

FILES = Path(os.environ["BENCH_FILES"])


@st.cache_data
def figures() -> tuple[dict[str, str], dict[str, pd.DataFrame]]:
    """Titles and figures of all indicators."""
    read = json.loads((FILES / "figures.json").read_text())
    return read["titles"], {id_: pd.DataFrame(rows) for id_, rows in read["rows"].items()}


@st.cache_resource
def shapes() -> dict:
    """The GeoJSON."""
    return json.loads((FILES / "shapes.json").read_text())


st.set_page_config(page_title="Regional AI", layout="wide")
st.title("Regional AI")
titles, frames = figures()
indicator = st.selectbox("Indicator", list(titles), format_func=titles.get)
frame = frames[indicator]
last = int(frame["period"].max())
year = st.slider("Year", 2010, last, last)
figure = px.choropleth(
    frame[frame["period"] == str(year)],
    geojson=shapes(),
    locations="region",
    color="value",
    range_color=(frame["value"].min(), frame["value"].quantile(0.98)),
    labels={"value": titles[indicator]},
    height=760,
)
figure.update_geos(fitbounds="locations", visible=False)
# Without the address Plotly asks a CDN for a world map that it will not draw, and draws nothing when that is blocked.
st.plotly_chart(figure, config={"topojsonURL": "app/static/", "displaylogo": False})
