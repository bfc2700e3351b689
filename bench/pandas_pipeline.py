"""The same work on the shipped MAP-AI figures as one writes it in pandas: flag, fill, derive, limits, ranks, classes.

`python -m bench.pandas_pipeline FIGURES OUT` reads `FIGURES/map_ai.parquet` and writes observation, ranking and scale
as Parquet. It neither checks nor hashes nor keeps a history; what it calculates is compared with the build in
bench/etl_build.py.
"""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import pandas as pd

from bench.figures import ROOT

KEY = ["indicator", "region", "period", "member"]
SLICE = ["indicator", "level", "country", "period", "member"]
Z = 1.959964
#: From least to most, as in etl/transform/00_prepare.sql.
FLAGS = ["", "p", "e", "b", "u", "a"]
WEB = "adoption_firms_ai_web_pct"


def main(figures: Path, out: Path) -> None:
    """Read, calculate, write."""
    regions = pd.read_csv(ROOT / "etl/regions/regions.csv", dtype=str, keep_default_na=False)
    units = map_units(regions)
    rows = pd.read_parquet(figures / "map_ai.parquet")[[*KEY, "value", "n"]]
    rows = flagged(rows, regions)
    rows = filled(rows, units)
    rows = pd.concat([rows, change(rows), gap(rows, regions)], ignore_index=True)
    rows = limits(rows)
    shown = units.merge(rows, on="region")
    ranks = ranked(shown)
    out.mkdir(parents=True, exist_ok=True)
    rows.to_parquet(out / "observation.parquet")
    ranks.to_parquet(out / "ranking.parquet")
    classes(shown).to_parquet(out / "scale.parquet")


def map_units(regions: pd.DataFrame) -> pd.DataFrame:
    """level, region, country of what a map shows; FRY1 to FRY5 are land and nuts2."""
    plain = regions[regions["adm"] != ""].rename(columns={"code": "region"})
    overseas = plain[(plain["adm"] == "land") & (plain["level"] == "2")].assign(adm="nuts2")
    found = pd.concat([plain.assign(level=plain["adm"]), overseas.assign(level="nuts2")])
    return found[["level", "region", "country"]].drop_duplicates()


def flagged(rows: pd.DataFrame, regions: pd.DataFrame) -> pd.DataFrame:
    """Status: c without value, a after a jump, u on a small base."""
    low = np.where(rows["indicator"].str.startswith("adoption_ai_firms"), 100, 500)
    web = rows[(rows["indicator"] == WEB) & rows["region"].isin(regions.loc[regions["level"] == "3", "code"])].copy()
    web["country"] = web["region"].str[:2]
    web = web.sort_values(["region", "period"])
    web["step"] = web.groupby("region")["value"].diff()
    same = web.groupby(["country", "period"])
    web["excess"] = web["step"] - same["step"].transform("median")
    spread = 1.4826 * web["excess"].abs().groupby([web["country"], web["period"]]).transform("median")
    jumps = web[(web["excess"] > 2.5) & (web["excess"] > 6 * spread)]
    since = rows["region"].map(jumps.groupby("region")["period"].min())
    jumped = (rows["indicator"] == WEB) & since.notna() & (rows["period"] >= since.fillna("9"))
    status = np.select([rows["value"].isna(), jumped, rows["n"] < low], ["c", "a", "u"], "")
    return rows.assign(status=status)


def filled(rows: pd.DataFrame, units: pd.DataFrame) -> pd.DataFrame:
    """A row without value, status m, for every unit that is absent where its country has figures at that level."""
    placed = rows.merge(units[~units["region"].duplicated(keep=False)], on="region")
    wanted = placed[SLICE].drop_duplicates().merge(units, on=["level", "country"])[KEY].drop_duplicates()
    both = wanted.merge(rows[KEY], on=KEY, how="left", indicator=True)
    absent = both[both["_merge"] == "left_only"].drop(columns="_merge").assign(status="m")
    return pd.concat([rows, absent], ignore_index=True)


def worse(one: pd.Series, other: pd.Series) -> np.ndarray[tuple[int, ...], np.dtype[np.str_]]:
    """The worse of two flags of values that exist."""
    place = {flag: number for number, flag in enumerate(FLAGS)}
    worst = np.maximum(one.map(place).fillna(0), other.map(place).fillna(0)).to_numpy(dtype=int)
    flags: np.ndarray[tuple[int, ...], np.dtype[np.str_]] = np.array(FLAGS)[worst]
    return flags


def derived(pair: pd.DataFrame, indicator: str) -> pd.DataFrame:
    """value − value_other, with the flag of what is absent, else the worse of both."""
    status = np.select(
        [pair["value"].isna(), pair["value_other"].isna()],
        [pair["status"], pair["status_other"].fillna("m")],
        worse(pair["status"], pair["status_other"].fillna("")),
    )
    return pair.assign(indicator=indicator, value=pair["value"] - pair["value_other"], status=status)[
        [*KEY, "value", "n", "status"]
    ]


def change(rows: pd.DataFrame) -> pd.DataFrame:
    """Against the year before."""
    web = rows[rows["indicator"] == WEB]
    before = web.assign(period=(web["period"].astype(int) + 1).astype(str))
    pair = web.merge(before, on=KEY, suffixes=("", "_other"))
    return derived(pair, "adoption_firms_ai_web_change_pp")


def gap(rows: pd.DataFrame, regions: pd.DataFrame) -> pd.DataFrame:
    """Against the country."""
    web = rows[rows["indicator"] == WEB]
    nation = web[web["region"].isin(["DE", "FR"])].rename(columns={"region": "country"})
    below = web[~web["region"].isin(["DE", "FR"])].assign(country=lambda frame: frame["region"].str[:2])
    pair = below.merge(nation, on=["indicator", "country", "period", "member"], how="left", suffixes=("", "_other"))
    return derived(pair, "adoption_firms_ai_web_gap_pp")


def rounded(values: pd.Series, parts: int | np.ndarray[tuple[int, ...], np.dtype[np.int_]]) -> pd.Series:
    """Half away from zero, as DuckDB rounds; pandas rounds half to even."""
    return np.sign(values) * np.floor(values.abs() * parts + 0.5) / parts


def limits(rows: pd.DataFrame) -> pd.DataFrame:
    """95 % Wilson limits of the share at two decimals."""
    limited = rows["indicator"].isin([WEB]) | rows["indicator"].str.contains("_role_|_type_")
    limited &= (rows["n"] > 0) & rows["value"].between(0, 100)
    n = rows["n"].where(limited)
    share = rounded(rows["value"], 100) / 100
    z2n = Z * Z / n
    centre = 100 * (share + z2n / 2) / (1 + z2n)
    half = 100 * Z / (1 + z2n) * np.sqrt((share * (1 - share) / n + z2n / (4 * n)).clip(lower=0))
    low = np.minimum((centre - half).clip(lower=0), rows["value"])
    high = np.maximum((centre + half).clip(upper=100), rows["value"])
    return rows.assign(ci_low=low.where(limited), ci_high=high.where(limited))


def ranked(shown: pd.DataFrame) -> pd.DataFrame:
    """Place, and range of places, among the units of the same country and level."""
    rows = shown[shown["value"].notna() & (shown["level"] != "country")].copy()
    # Shares with limits at two decimals, the derived ones at one.
    rows["written"] = rounded(rows["value"], np.where(rows["indicator"].str.endswith("_pp"), 10, 100))
    rows["low"], rows["high"] = rows["ci_low"].fillna(rows["written"]), rows["ci_high"].fillna(rows["written"])
    groups = rows.groupby(SLICE, sort=False)
    rows["rank"] = groups["written"].rank(method="min", ascending=False).astype(int)
    rows["of"] = groups["written"].transform("size")
    parts = []
    for _, group in groups:
        low, high = group["low"].to_numpy(), group["high"].to_numpy()
        surely_above = (low[None, :] > high[:, None]).sum(axis=1)
        at_or_above = (high[None, :] >= low[:, None]).sum(axis=1)
        parts.append(pd.DataFrame({"rank_low": 1 + surely_above, "rank_high": at_or_above}, index=group.index))
    return rows.join(pd.concat(parts))[["level", *KEY, "rank", "rank_low", "rank_high", "of"]]


def classes(shown: pd.DataFrame) -> pd.DataFrame:
    """Inner class limits: sixths of the latest year at the finest level, thirds of the distance for change and gap."""
    rows = shown[shown["value"].notna() & (shown["status"] != "a") & (shown["level"] == "nuts3")]
    found = []
    for (indicator, member), group in rows.groupby(["indicator", "member"]):
        values = group.loc[group["period"] == group["period"].max(), "value"]
        if indicator.endswith("_pp"):
            cuts = values.abs().quantile([1 / 3, 2 / 3]).tolist()
            inner = sorted({sign * nice(cut, 0) for cut in cuts for sign in (-1, 0, 1)})
        else:
            least = values.min()
            if least >= values.quantile(1 / 6):
                values = values[values > least]
            cuts = values.quantile([part / 6 for part in range(1, 6)]).tolist()
            span = cuts[-1] - cuts[0]
            inner = sorted({nice(c, span) for c in cuts if least < nice(c, span) <= values.max()}) if cuts else []
        found.append((indicator, member, inner))
    return pd.DataFrame(found, columns=["indicator", "member", "limits"])


def nice(value: float, span: float) -> float:
    """Two significant digits, of the value or of what the values span."""
    if value == 0:
        return 0.0
    of = min(abs(value), span) if span > 0 else abs(value)
    return round(value, 1 - int(np.floor(np.log10(of))))


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
