"""MAP-AI: share of firms with AI on their website by NUTS 2024 region, 2016–2024, with roles and technology types.

Garbers & Gregory read firms' websites (Common Crawl) with a language model. Every indicator is cumulative: a firm that
was once found AI-active stays so. Shares are 0–1 of classified firms; the publisher leaves a share empty where its
denominator is below 30. Geography is NUTS 2024 already.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import Final

import polars as pl

from etl import codes, tidy
from etl.model import Delivery, DeliveryError, File, Licence, Source, Status

_REPOSITORY: Final = "https://raw.githubusercontent.com/MAP-AI-data/data"
_COMMIT: Final = "a68ddbd3311b40d10164b387f4a3c071c58b0fc2"


def _files(key: str) -> tuple[File, File]:
    """The publisher gives each table in two formats; a delivery may hold either, and where it holds both they agree."""
    return _file(key, f"ai_{key}_share_by_nuts_region.parquet"), _file(
        f"{key}_csv", f"ai_{key}_share_by_nuts_region.csv"
    )


def _file(key: str, name: str) -> File:
    recorded, latest = f"{_REPOSITORY}/{_COMMIT}/{name}", f"{_REPOSITORY}/HEAD/{name}"
    return File(key, (name,), recorded, required=False, latest=latest)


SOURCE: Final = Source(
    id="map_ai",
    publisher="Julio Garbers, Terry Gregory (LISER, IZA@LISER)",
    title={
        "de": "MAP-AI: KI-Einsatz, Rollen und Technologien von Unternehmen in Europa",
        "fr": "MAP-AI : adoption de l’IA, rôles et technologies dans les entreprises en Europe",
        "en": "MAP-AI: Firm-Level AI Adoption, Roles, and Technology Types in Europe",
    },
    licence=Licence(
        name="CC BY 4.0",
        url="https://creativecommons.org/licenses/by/4.0/",
        credit="MAP-AI, CC BY 4.0; Garbers & Gregory (2026), IZA DP 18434",
    ),
    url="https://github.com/MAP-AI-data/data",
    files=(*_files("adoption"), *_files("role"), *_files("type")),
    vintage=f"v1.1.0, commit {_COMMIT}",
    citation=(
        "Garbers, Julio and Terry Gregory (2026): The Diffusion of Artificial Intelligence Across Firms: Evidence from "
        "Europe. IZA Discussion Paper No. 18434. https://docs.iza.org/dp18434.pdf"
    ),
    rhythm="irregular",
)

#: Ours, not the publisher's. Among 500 firms the sampling half-width of a 15 % share is about 3 points.
LOW_N_FIRMS: Final = 500
#: Ours. Among 100 AI-active firms the half-width of a 50 % share reaches 10 points.
LOW_N_AI_FIRMS: Final = 100
#: The jump rule (`jumps`): both must hold.
JUMP_POINTS: Final = 0.025
JUMP_ROBUST_Z: Final = 6.0

COUNTRIES: Final = {"Germany": "DE", "France": "FR", "Belgium": "BE", "Luxembourg": "LU"}
LABELS: Final[Mapping[str, Mapping[int, str]]] = {
    "role": {
        1: "AI core technology provider",
        2: "AI application and solution developer",
        3: "AI adopter or innovative user",
        4: "AI research or support organization",
        5: "AI investor or incubator",
        6: "AI data infrastructure provider",
        7: "Other AI role",
        8: "AI role cannot be inferred",
    },
    "type": {
        1: "Generative AI & conversational systems",
        2: "Text & language (non-generative)",
        3: "Image & video (non-generative)",
        4: "Speech, audio & music",
        5: "Predictive & analytical applications",
        6: "Recommendation & personalization",
        7: "Autonomous systems & robotics",
        8: "Security & fraud detection",
        9: "Foundational AI/ML technologies",
        10: "Other AI technology type",
        11: "AI type cannot be inferred",
    },
}
_PLACE: Final = {"nuts_code": pl.String, "nuts_level": pl.Int64, "country": pl.String, "year": pl.Int64}
_AGAIN: Final = "fetch the delivery again; if the publisher really changed it, adapt etl/sources/map_ai.py."


def parse(delivery: Delivery) -> pl.DataFrame:
    """Shares 0–1 for Germany and France, NUTS 0–3 including FRY, yearly; n is the share's denominator in firms.

    Measures: `adoption_share`; `role_share_among_ai_firms`, `role_share_among_all_firms` by ai_role (1–8) and the same
    two for types by ai_type (1–11). Status: c where the publisher gives no share; u (reason small_base) where n is
    below LOW_N_FIRMS, or LOW_N_AI_FIRMS among AI-active firms; a (reason jump) by the rule of `jumps`, for
    adoption_share only. Raises DeliveryError also for a missing Land or région, a share outside 0–1, renumbered
    categories, tables that do not count the same firms, or a CSV that says other than the Parquet beside it.
    """
    adoption, file = _table(delivery, "adoption", _adoption)
    if adoption is None:
        stem = "ai_adoption_share_by_nuts_region"
        raise DeliveryError("the delivery of map_ai has no adoption table", remedy=f"add {stem}.parquet or {stem}.csv.")
    parts = [_adoption_rows(adoption, file)]
    for family in ("role", "type"):
        frame, file = _table(delivery, family, partial(_family, family=family, adoption=adoption))
        if frame is not None:
            parts += _family_rows(frame, family, file)
    return tidy.to_tidy(pl.concat(parts, how="diagonal"))


def jumps(adoption: pl.DataFrame) -> pl.DataFrame:
    """The region-years (`nuts_code`, `year`) whose step cannot be read as growth.

    A NUTS 3 region's change on the year before is a jump where it exceeds the median change of its country's NUTS 3
    regions in that year by more than 2.5 percentage points and by more than 6 robust standard deviations (1.4826 ×
    median absolute deviation, same country and year). Because the indicator is cumulative, a jump stays in the level.
    """
    within = ["country", "year"]
    before = adoption.select("nuts_code", pl.col("year") + 1, before="ai_adoption_share")
    steps = adoption.filter(pl.col("nuts_level") == 3).join(before, on=["nuts_code", "year"])
    steps = steps.with_columns(step=pl.col("ai_adoption_share") - pl.col("before")).drop_nulls("step")
    steps = steps.with_columns(excess=pl.col("step") - pl.col("step").median().over(within))
    spread = 1.4826 * pl.col("excess").abs().median().over(within)
    return steps.filter((pl.col("excess") > JUMP_POINTS) & (pl.col("excess") > JUMP_ROBUST_Z * spread)).select(
        "nuts_code", "year"
    )


def _table(delivery: Delivery, key: str, read: Callable[[Path], pl.DataFrame]) -> tuple[pl.DataFrame | None, str]:
    """One table and the key of the file it was read from; (None, '') where it was not delivered."""
    keys = [name for name in (key, f"{key}_csv") if delivery.has(name)]
    frames = [read(delivery.path(name)) for name in keys]
    if len(frames) == 2:
        _expect_same(frames[0], frames[1], delivery.path(keys[1]))
    return (frames[0], keys[0]) if frames else (None, "")


def _expect_same(parquet: pl.DataFrame, written: pl.DataFrame, path: Path) -> None:
    """Refuse a CSV whose rows are not those of the Parquet beside it (shares to nine decimals, as printed)."""
    keys = [name for name in ("nuts_code", "year", "ai_role", "ai_type") if name in parquet.columns]
    both = written.join(parquet.drop("line"), on=keys, how="left", suffix="_parquet", maintain_order="left")
    shares = [name for name in parquet.columns if "share" in name]
    other = pl.any_horizontal(
        *((pl.col(name).round(9)).ne_missing(pl.col(f"{name}_parquet").round(9)) for name in shares),
        pl.col("n_firms").ne_missing(pl.col("n_firms_parquet")),
    )
    _refuse(both, other, path, shares[0], "the CSV says other than the Parquet delivered with it")
    if written.height != parquet.height:
        raise DeliveryError(
            f"the CSV has {written.height} rows for DE and FR, the Parquet delivered with it {parquet.height}",
            file=path.name,
            remedy=_AGAIN,
        )


def _read(path: Path, columns: Mapping[str, type[pl.DataType]]) -> pl.DataFrame:
    frame = tidy.read_parquet(path, columns) if path.suffix == ".parquet" else tidy.read_csv(path, columns)
    tidy.expect_values(frame, "country", COUNTRIES, path.name)
    frame = frame.with_columns(pl.col("country").replace_strict(COUNTRIES, return_dtype=pl.String))
    frame = frame.filter(pl.col("country").is_in(["DE", "FR"]))
    frame = tidy.map_codes(frame, "nuts_code", lambda code: codes.resolve(code, "nuts"), path.name)
    in_place = (pl.col("nuts_code").str.len_chars() == pl.col("nuts_level") + 2) & pl.col("nuts_code").str.starts_with(
        pl.col("country")
    )
    if (bad := frame.filter(~in_place.fill_null(False))).height:
        row = bad.row(0, named=True)
        raise DeliveryError(
            f"{row['nuts_code']} is given as level {row['nuts_level']} of {row['country']}",
            file=path.name,
            line=row["line"],
            column="nuts_level",
            remedy=_AGAIN,
        )
    tidy.expect_range(frame, "n_firms", 0, None, path.name, meaning="number of firms")
    for (year,), part in frame.sort("year").group_by("year", maintain_order=True):
        wanted = (*codes.units("country"), *codes.units("land"))
        tidy.expect_regions(part, "nuts_code", wanted, path.name, what=f"in {year}, region")
    return frame


def _adoption(path: Path) -> pl.DataFrame:
    frame = _read(path, {**_PLACE, "ai_adoption_share": pl.Float64, "n_firms": pl.Int64})
    tidy.expect_unique(frame, ["nuts_code", "year"], path.name)
    tidy.expect_range(frame, "ai_adoption_share", 0, 1, path.name, meaning="share")
    return frame


def _family(path: Path, family: str, adoption: pl.DataFrame) -> pl.DataFrame:
    code, label = f"ai_{family}", f"ai_{family}_label"
    shares = [f"{family}_share_among_ai_firms", f"{family}_share_among_all_firms"]
    columns: dict[str, type[pl.DataType]] = {**_PLACE, code: pl.Int64, label: pl.String}
    columns |= {**dict.fromkeys(shares, pl.Float64), "n_ai_firms": pl.Int64, "n_firms": pl.Int64}
    frame = _read(path, columns)
    tidy.expect_unique(frame, ["nuts_code", "year", code], path.name)
    for share in shares:
        tidy.expect_range(frame, share, 0, 1, path.name, meaning="share")
    tidy.expect_values(frame, code, LABELS[family], path.name)
    expected = pl.col(code).replace_strict(LABELS[family], return_dtype=pl.String)
    _refuse(frame, pl.col(label) != expected, path, label, "the category's label is not the documented one")
    _refuse(frame, pl.len().over("nuts_code", "year") != len(LABELS[family]), path, code, "a category is missing")
    same = frame.join(adoption.select("nuts_code", "year", same="n_firms"), on=["nuts_code", "year"], how="left")
    _refuse(
        same, pl.col("same").ne_missing(pl.col("n_firms")), path, "n_firms", "the adoption table counts other firms"
    )
    _refuse(same, pl.col("n_ai_firms") > pl.col("n_firms"), path, "n_ai_firms", "more AI-active firms than firms")
    return frame


def _refuse(frame: pl.DataFrame, bad: pl.Expr, path: Path, column: str, problem: str) -> None:
    if (rows := frame.filter(bad)).height:
        row = rows.sort("line").row(0, named=True)
        raise DeliveryError(
            f"{problem} ({row['nuts_code']}, {row['year']})",
            file=path.name,
            line=row["line"],
            column=column,
            remedy=_AGAIN,
        )


def _marked(frame: pl.DataFrame, share: str, n: str, low: int) -> pl.DataFrame:
    """Value, n, status and reason of one share; `jumped` (if there is one) outranks a small base."""
    jumped = pl.col("jumped") if "jumped" in frame.columns else pl.lit(False)
    absent, small = pl.col(share).is_null(), pl.col(n) < low
    return frame.with_columns(
        measure=pl.lit("adoption_share" if share == "ai_adoption_share" else share),
        region="nuts_code",
        period=pl.col("year").cast(pl.String),
        value=share,
        n=n,
        status=pl.when(absent)
        .then(pl.lit(Status.SUPPRESSED.value))
        .when(jumped)
        .then(pl.lit(Status.ARTEFACT.value))
        .when(small)
        .then(pl.lit(Status.UNRELIABLE.value))
        .otherwise(pl.lit(Status.FINE.value)),
        reason=pl.when(absent | ~(jumped | small))
        .then(pl.lit(""))
        .otherwise(pl.when(jumped).then(pl.lit("jump")).otherwise(pl.lit("small_base"))),
    )


def _adoption_rows(adoption: pl.DataFrame, file: str) -> pl.DataFrame:
    first = jumps(adoption).group_by("nuts_code").agg(since=pl.col("year").min())
    frame = adoption.join(first, on="nuts_code", how="left")
    frame = frame.with_columns(jumped=(pl.col("year") >= pl.col("since")).fill_null(False), file=pl.lit(file))
    frame = frame.with_columns(dimension=pl.lit(""), member=pl.lit(""))
    return _marked(frame, "ai_adoption_share", "n_firms", LOW_N_FIRMS)


def _family_rows(frame: pl.DataFrame, family: str, file: str) -> list[pl.DataFrame]:
    code = f"ai_{family}"
    frame = frame.with_columns(dimension=pl.lit(code), member=pl.col(code).cast(pl.String), file=pl.lit(file))
    return [
        _marked(frame, f"{family}_share_among_ai_firms", "n_ai_firms", LOW_N_AI_FIRMS),
        _marked(frame, f"{family}_share_among_all_firms", "n_firms", LOW_N_FIRMS),
    ]
