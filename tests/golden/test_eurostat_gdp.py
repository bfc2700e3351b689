"""Eurostat GDP: from the published TSV to the exact tidy table, and what is refused."""

from __future__ import annotations

import gzip
from pathlib import Path

import polars as pl
import pytest

from etl import codes
from etl.model import TIDY, Delivery, DeliveryError
from etl.sources import eurostat_gdp as module
from tests.golden.delivered import shared, written

#: Real cells of nama_10r_3gdp, MIO_EUR (state of May 2024): geo, then 2009 | 2021 | 2022.
CELLS = """\
DE 2445730 | 3617450 p | 3876810 p
DE1 353462.98 | 541342.45 e | 574380.65 e
DE2 428197.7 | 668738.87 e | 717398.5 e
DE3 99191.64 | 166036.11 e | 180289 e
DE4 53377.12 | 80852.01 e | 88918.06 e
DE5 24897.18 | 35309.13 e | 38816.98 e
DE6 91128.76 | 131604.17 e | 144801.01 e
DE7 219381.32 | 305961.6 e | 325762.67 e
DE8 33582.88 | 49826.38 e | 53336.53 e
DE9 212367.38 | 316558.23 e | 338962.67 e
DEA 539917.99 | 747366.47 e | 797946.42 e
DEB 106162.89 | 162391.66 e | 171576.08 e
DEC 28517.04 | 36341.03 e | 38734.6 e
DED 90848.09 | 135315.68 e | 146664.13 e
DEE 48315.91 | 68270.62 e | 75193.75 e
DEF 71275.29 | 105138.32 e | 112796.66 e
DEG 45105.84 | 66397.29 e | 71232.29 e
DEG04 990.94 | 1200.49 e | :
DEG09 1897.21 | 2696.36 e | :
DEG0N 1130.49 | 1640.45 e | :
DEG0P 2335.03 | 3500.28 e | :
FR 1936422.3 | 2502118 p | 2639092 p
FR1 571631.42 | 757630.11 p | 782639.16 p
FR101 182177.73 | 252252.48 p | :
FR102 35378.14 | 42388.81 p | :
FRB 64980.61 | 77772.79 p | 79992.12 p
FRC 70571.95 | 81401.71 p | 87548.98 p
FRD 84742.1 | 100856.75 p | 107192.48 p
FRE 143698.92 | 174334.63 p | 185471.78 p
FRF 142900.9 | 166997.85 p | 178925.04 p
FRG 94704.31 | 126472.97 p | 137051.2 p
FRH 79796.05 | 106194.89 p | 115184.09 p
FRI 145389.38 | 189052.12 p | 199575.15 p
FRJ 138520.56 | 183249.66 p | 193064.04 p
FRK 218661.59 | 288933.64 p | 304680.92 p
FRL 136878.84 | 191454.93 p | 206743.67 p
FRM 7486.33 | 10139.36 p | 10303.51 p
FRY 35474.28 | 46683.04 p | 49719.7 p
FRY1 8016.72 | 9731 p | 10489 p
FRY2 7618.89 | 8987.89 p | 9653.71 p
FRY3 3249.2 | 4449.5 p | 4561.99 p
FRY4 15259.35 | 20411.8 p | 21668.21 p
FRY5 1330.12 | 3102.84 p | 3346.79 p
FRY50 1330.12 | 3102.84 p | 3346.79 p
FRZ 985 | 943.55 p | 1000.15 p
"""


def tsv(cells: str = CELLS) -> str:
    """The cells as the published file has them: another unit before them, trailing spaces, tabs."""
    lines = ["freq,unit,geo\\TIME_PERIOD\t2009 \t2021 \t2022 ", "A,EUR_HAB,AL\t3000 \t5400 p\t: "]
    for line in cells.splitlines():
        geo, values = line.split(" ", 1)
        cells_out = [cell.strip() if " " in cell.strip() else cell.strip() + " " for cell in values.split("|")]
        lines.append(f"A,MIO_EUR,{geo}\t" + "\t".join(cells_out))
    return "\n".join(lines) + "\n"


def delivery(folder: Path, text: str) -> Delivery:
    return written(folder, module.SOURCE, gdp=gzip.compress(text.encode()))


def test_the_published_cells_become_exactly_these_rows(tmp_path: Path) -> None:
    """2009 is before the first year; at NUTS 3, 2022 has only Mayotte, which stands at NUTS 2: not published there."""
    renamed = {"DEG04": "DEG0S"}
    want = [("DEG0R", "2021", 1640.45 + 3500.28, "e", "own_sum")]
    for line in CELLS.splitlines():
        geo, values = line.split(" ", 1)
        for period, cell in zip(("2021", "2022"), values.split(" | ")[1:], strict=True):
            number, _, flag = cell.partition(" ")
            if number != ":" and geo not in ("FRZ", "DEG0N", "DEG0P") and (geo, period) != ("FRY50", "2022"):
                want.append((renamed.get(geo, geo), period, float(number), flag, ""))
    names = ["region", "period", "value", "status", "reason"]
    frame = pl.DataFrame(want, schema=names, orient="row")
    frame = frame.with_columns(
        measure=pl.lit("gdp"), dimension=pl.lit(""), member=pl.lit(""), n=pl.lit(None), file=pl.lit("gdp")
    )
    want_frame = frame.select([pl.col(name).cast(kind) for name, kind in TIDY.items()]).sort("region", "period")
    got = module.parse(delivery(tmp_path, tsv()))
    assert got.drop("value").equals(want_frame.drop("value"))
    assert got["value"].to_list() == pytest.approx(want_frame["value"].to_list(), abs=1e-9)
    assert got.filter(region="DE", period="2021")["value"].item() == 3617450.0


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("freq,unit,geo", "freq,currency,geo", "line 1, column 'unit': the column is missing.*'currency'"),
        ("A,MIO_EUR,", "A,MIO_PPS,", "no row for Germany or France with unit=MIO_EUR"),
        ("A,MIO_EUR,DED\t", "A,MIO_PPS,DED\t", "in 2021, region DED missing"),
        ("\t2445730 \t3617450 ", "\t2445730 \t3617 ", "line 3, column '2021': DE has 3,617 in 2021.*swapped unit"),
        ("\t3617450 ", "\t3617450,5 ", "line 3, column '2021': '3617450,5 p'.*decimal comma"),
        ("\t3617450 ", "\t-3617450 ", "GDP -3.61745e.06 is outside"),
        ("A,MIO_EUR,DEG09\t", "A,MIO_EUR,DEG99\t", "column 'geo': unknown NUTS code 'DEG99'"),
        ("A,MIO_EUR,DEG09\t", "A,MIO_EUR,DEG04\t", "two rows have the same key .geo=DEG04"),
    ],
)
def test_a_changed_table_is_refused(tmp_path: Path, old: str, new: str, message: str) -> None:
    assert old in tsv()
    with pytest.raises(DeliveryError, match=message) as caught:
        module.parse(delivery(tmp_path, tsv().replace(old, new)))
    assert str(caught.value).startswith("nama_10r_3gdp.tsv.gz")
    assert "Remedy:" in str(caught.value)


def test_the_whole_delivery_has_the_reference_figures() -> None:
    got = module.parse(shared(module.SOURCE))
    in_2021 = dict(got.filter(period="2021").select("region", "value").rows())
    assert in_2021["DE"] == 3_617_450
    assert in_2021["FR"] == 2_502_118
    assert round(sum(in_2021[code] for code in codes.units("land", "FR"))) == 2_501_174
    assert round(sum(in_2021[code] for code in codes.units("nuts3", "DE"))) == 3_617_450
    assert got["period"].min() == "2010"
    levels = got.with_columns(level=pl.col("region").str.len_chars()).group_by("level").agg(pl.col("period").max())
    assert dict(levels.rows()) == {2: "2022", 3: "2022", 4: "2022", 5: "2021"}


def test_the_whole_delivery_equals_the_research_table() -> None:
    delivered = shared(module.SOURCE)
    theirs = pl.read_csv(delivered.path("gdp").with_name("gdp_mio_eur_nuts2024.csv"), infer_schema=False)
    theirs = theirs.select(region="nuts_id", period="year", value=pl.col("value").cast(pl.Float64)).drop_nulls()
    both = module.parse(delivered).join(theirs, on=["region", "period"], how="left")
    assert both.height == 13 * 97 + 12 * 501
    assert (both["value"] - both["value_right"]).abs().max() < 1e-6
