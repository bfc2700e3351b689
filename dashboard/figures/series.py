"""The time series of a region beside its country and the other country: rows + words → a Plotly figure."""

from __future__ import annotations

from typing import Any

import plotly.graph_objects as go

#: Dash styles as well as colours, so that the lines can be told apart without colour.
STYLES: dict[str, dict[str, Any]] = {
    "region": {"color": "#c2410c", "width": 3, "dash": "solid"},
    "DE": {"color": "#5b7583", "width": 2, "dash": "dash"},
    "FR": {"color": "#8a6f9e", "width": 2, "dash": "dot"},
}


def series(lines: list[tuple[str, str, list[str], list[float | None]]], *, suffix: str, separators: str) -> go.Figure:
    """A line per (style, name, periods, values); gaps stay gaps. separators: decimal and thousands mark."""
    figure = go.Figure()
    for style, name, periods, values in lines:
        figure.add_scatter(
            x=periods,
            y=values,
            name=name,
            mode="lines+markers" if len(periods) < 20 else "lines",
            line=STYLES[style],
            connectgaps=False,
            hovertemplate="%{y}" + suffix,
        )
    figure.update_layout(layout(suffix, separators))
    return figure


def layout(suffix: str, separators: str) -> dict[str, Any]:
    """Quiet axes, no title (the page has one), transparent ground so that light and dark both work."""
    axis = {"showgrid": False, "zeroline": False, "automargin": True}
    return {
        "template": "none",
        "separators": separators,
        "paper_bgcolor": "rgba(0,0,0,0)",
        "plot_bgcolor": "rgba(0,0,0,0)",
        "margin": {"l": 8, "r": 8, "t": 8, "b": 8},
        "height": 280,
        "meta": STYLES,
        "hovermode": "x unified",
        "legend": {"orientation": "h", "y": -0.15, "x": 0},
        "font": {"family": "'Source Sans 3', system-ui, sans-serif", "size": 14},
        "xaxis": axis | {"type": "category", "nticks": 10, "ticklabelstandoff": 8},
        "yaxis": axis
        | {"showgrid": True, "gridcolor": "rgba(128,128,128,.25)", "ticksuffix": suffix, "rangemode": "tozero"},
    }
