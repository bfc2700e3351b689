"""What statistical twins are alike in: `etl/twins.toml`, read strictly; the distance is `transform/91_twins.sql`."""

from __future__ import annotations

from typing import Any, Final

import polars as pl

from etl.catalogue import Catalogue
from etl.declaration import Keys, read_toml
from etl.model import CatalogueError

_SCALES: Final = ("log", "sqrt", "plain")
_COLUMNS: Final = {
    "id": pl.String,
    "indicator": pl.String,
    "per_area": pl.Boolean,
    "scale": pl.String,
    "position": pl.Int64,
    "least_shared": pl.Int64,
    "places": pl.Int64,
}


def frame(catalogue: Catalogue) -> pl.DataFrame:
    """The rows of `twin_feature`; none where the root has no twins.toml.

    Raises CatalogueError for a feature whose indicator there is not, or is not the same in both countries.
    """
    path = catalogue.root / "twins.toml"
    if not path.exists():
        return pl.DataFrame(schema=_COLUMNS)
    raw = Keys(path.name, read_toml(path))
    raw.only({"least_shared", "places", "feature"})
    shared = {"least_shared": raw.get("least_shared", int), "places": raw.get("places", int)}
    rows = [
        _feature(catalogue, Keys(path.name, values, ("feature", str(number)))) | {"position": number} | shared
        for number, values in enumerate(raw.get("feature", list), 1)
    ]
    if len({row["id"] for row in rows}) < len(rows):
        raise CatalogueError(f"{path.name}: key 'feature.id': two features have the same id")
    return pl.DataFrame(rows, schema=_COLUMNS)


def _feature(catalogue: Catalogue, raw: Keys) -> dict[str, Any]:
    raw.only({"id", "indicator", "scale", "per_area", "reason"})
    raw.text("reason")
    indicator = catalogue.indicators.get(raw.text("indicator"))
    if indicator is None:
        raise CatalogueError(f"{raw.place('indicator')}: there is no indicator '{raw.text('indicator')}'")
    if indicator.verdict != "same":
        raise CatalogueError(f"{raw.place('indicator')}: '{indicator.id}' is not defined the same in both countries")
    return {
        "id": raw.text("id"),
        "indicator": indicator.id,
        "per_area": raw.get("per_area", bool, False),
        "scale": raw.choice("scale", _SCALES),
    }
