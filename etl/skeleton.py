"""`python -m etl new source|indicator ID`: a commented file to start from."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Final

from etl.model import AtlasError

_SOURCE: Final = '''"""WHO publishes WHAT, for which regions and years, and the traps that this module knows."""

from __future__ import annotations

import polars as pl

from etl import codes, tidy
from etl.model import Delivery, File, Licence, Source

SOURCE = Source(
    id="{id}",
    publisher="",
    title={{"de": "", "fr": "", "en": ""}},
    licence=Licence(name="", url="", credit=""),
    url="",  # the page a reader opens to see the publication
    files=(
        # key: what parse asks for. names: how the file may be called. url: its official address, for `etl fetch`.
        File(key="table", names=("{id}.csv",), url=""),
    ),
    folders=(),  # other folder names under --from in which the delivery may lie
    vintage="",  # edition or commit the shipped figures were taken from
    citation="",
    rhythm="",  # how often it is renewed, in words
    every_days=0,  # the same in days, for `etl status`; 0 where nothing can be expected on a day
    redistribute=True,  # False: the licence lets us show a figure, not hand it on
)

#: The header of the file, exactly; a column that is new, renamed or gone stops the build.
_COLUMNS = {{"region": pl.String, "year": pl.String, "share": pl.Float64}}


def parse(delivery: Delivery) -> pl.DataFrame:
    """One row per measure × region × period × breakdown (model.TIDY).

    Raises DeliveryError naming file, line, column and remedy.
    """
    path = delivery.path("table")
    frame = tidy.read_csv(path, _COLUMNS)
    tidy.expect_unique(frame, ["region", "year"], path.name)
    tidy.expect_range(frame, "share", 0, 100, path.name, meaning="share in per cent")
    frame = tidy.map_codes(frame, "region", lambda code: codes.resolve(code, "nuts"), path.name)
    tidy.expect_regions(frame, "region", codes.units("land", "DE"), path.name, what="Land")
    return tidy.to_tidy(
        frame.select(
            pl.lit("share").alias("measure"),
            "region",
            pl.col("year").alias("period"),
            pl.col("share").alias("value"),
            # Null only with a status (model.Status): c suppressed, m not collected, z not applicable.
            pl.when(pl.col("share").is_null()).then(pl.lit("m")).otherwise(pl.lit("")).alias("status"),
            pl.lit("table").alias("file"),
        )
    )
'''

_INDICATOR: Final = """# What each key means: etl/model.py, class Indicator.
theme = "context"          # adoption | jobs | funding | research | context
kind = "rate"              # rate and index are drawn as fills; count and amount as circles
unit = "pct"               # pct, pp, per_1000, per_100k, eur, eur_per_inhabitant, persons, …
decimals = 1
direction = "up"           # which way is better: up | down | none
aggregation = "none"       # to a territory: sum | weighted (by n) | none
interval = ""              # wilson: confidence limits from a share in pct and its n
verdict = "single"         # Germany against France: same | similar | none | single (one country only)
order = 100

[source]                   # or [derive] with kind = "ratio|change|change_pct|gap", of, by, factor, lag, lag_years
id = ""
measure = ""
dimension = ""
factor = 1

[checked]                  # who compared the figures with the publication, and when
by = ""
on = 2026-01-01
"""

_WORDS: Final = """
[words.{lang}]
title = ""
short = ""
unit = ""
definition = ""
method = ""
caveats = []
comparability = ""
dimension = ""
[words.{lang}.gaps]        # country = "why it has no figures"
[words.{lang}.reasons]     # reason key = "sentence"
[words.{lang}.members]     # breakdown code = "label"
"""


def write_skeleton(root: Path, kind: str, id_: str) -> Path:
    """Write the file of a new source or indicator; raises AtlasError where the id is no id or the file is there."""
    if not re.fullmatch(r"[a-z][a-z0-9]*(_[a-z0-9]+)*", id_):
        raise AtlasError(f"'{id_}': an id is lower-case words joined by '_', like eurostat_isoc_eb_ai")
    if kind == "source":
        path, text = root / "sources" / f"{id_}.py", _SOURCE.format(id=id_)
    else:
        path = root / "indicators" / f"{id_}.toml"
        text = _INDICATOR + "".join(_WORDS.format(lang=lang) for lang in ("de", "fr", "en"))
    try:
        with path.open("x", encoding="utf-8") as file:
            file.write(text)
    except FileExistsError:
        raise AtlasError(f"{path} is there already") from None
    return path
