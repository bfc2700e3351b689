"""Eurostat population: from the published TSV to the exact tidy table, and what is refused."""

from __future__ import annotations

import gzip
from pathlib import Path

import polars as pl
import pytest

from etl import codes
from etl.model import TIDY, Delivery, DeliveryError
from etl.sources import eurostat_population as module
from tests.golden.delivered import shared, written

#: Real cells of demo_r_pjangrp3 (state of January 2024): geo, then 2022 | 2021 | 2020.
CELLS = """\
DE 83237124 | 83155031 | 83166711
DE1 11124642 | 11103043 | 11100394
DE2 13176989 | 13140183 | 13124737
DE3 3677472 | 3664088 | 3669491
DE4 2537868 | 2531071 | 2521893
DE5 676463 | 680130 | 681202
DE6 1853935 | 1852478 | 1847253
DE7 6295017 | 6293154 | 6288080
DE8 1611160 | 1610774 | 1608138
DE9 8027031 | 8003421 | 7993608
DEA 17924591 | 17925570 | 17947221
DEB 4106485 | 4098391 | 4093903
DEC 982348 | 983991 | 986887
DED 4043002 | 4056941 | 4071971
DEE 2169253 | 2180684 | 2194782
DEF 2922005 | 2910875 | 2903773
DEG 2108863 | 2120237 | 2133378
DEG04 36054 | 36395 | 36789
DEG09 101269 | 101698 | 102232
DEG0N 41806 | 41970 | 42250
DEG0P 117094 | 117967 | 118974
FR 67871925 p | 67656682 p | 67320216
FR1 12329432 p | 12348605 p | 12291557
FRB 2572636 p | 2567768 p | 2565726
FRC 2791006 p | 2791809 p | 2794517
FRD 3319743 p | 3313398 p | 3313432
FRE 5985483 p | 5994428 p | 5987795
FRF 5561482 p | 5546553 p | 5536002
FRG 3882895 p | 3849977 p | 3818421
FRH 3412207 p | 3386415 p | 3358524
FRI 6086584 p | 6058437 p | 6018424
FRJ 6060331 p | 6013289 p | 5951850
FRK 8156391 p | 8113805 p | 8064146
FRL 5139817 p | 5116360 p | 5077582
FRM 348830 p | 346610 p | 345867
FRX : | : | 0
FRY 2225088 p | 2209228 p | 2196373
FRY1 407810 p | 408142 p | 412682
FRY2 352205 p | 356029 p | 359821
FRY3 296058 p | 290528 p | 288086
FRY4 869993 p | 866181 p | 856858
FRY5 299022 p | 288348 p | 278926
FRY50 299022 p | 288348 p | 278926
"""


def tsv(cells: str = CELLS) -> str:
    """The cells as the published file has them: other ages and sexes around them, trailing spaces, tabs."""
    lines = ["sex,unit,age,geo\\time\t2022 \t2021 \t2020 "]
    lines.append("F,NR,TOTAL,AL\t1406532 \t1419759 \t1425342 ")
    lines.append("T,NR,Y_LT5,DE\t3956884 \t3969138 \t3969138 ")
    for line in cells.splitlines():
        geo, values = line.split(" ", 1)
        lines.append(f"T,NR,TOTAL,{geo}\t" + "\t".join(cell.strip() + " " for cell in values.split("|")))
    return "\n".join(lines) + "\n"


def delivery(folder: Path, text: str) -> Delivery:
    return written(folder, module.SOURCE, population=gzip.compress(text.encode()))


def row(region: str, period: str, value: float, status: str = "", reason: str = "") -> dict[str, object]:
    return {
        "measure": "population",
        "region": region,
        "period": period,
        "dimension": "",
        "member": "",
        "value": value,
        "status": status,
        "reason": reason,
        "n": None,
        "file": "population",
    }


def test_the_published_cells_become_exactly_these_rows(tmp_path: Path) -> None:
    merged = {"DEG0N", "DEG0P"}
    renamed = {"DEG04": "DEG0S"}
    want = []
    for line in CELLS.splitlines():
        geo, values = line.split(" ", 1)
        if geo == "FRX" or geo in merged:
            continue
        for period, cell in zip(("2022", "2021", "2020"), values.split(" | "), strict=True):
            number, _, flag = cell.partition(" ")
            want.append(row(renamed.get(geo, geo), period, float(number), flag))
    want.append(row("DEG0R", "2022", 158900, reason="own_sum"))
    want.append(row("DEG0R", "2021", 159937, reason="own_sum"))
    want.append(row("DEG0R", "2020", 161224, reason="own_sum"))
    got = module.parse(delivery(tmp_path, tsv()))
    assert got.equals(pl.DataFrame(want, schema=TIDY).sort("region", "period"))


def test_the_present_layout_of_the_table_reads_the_same(tmp_path: Path) -> None:
    old = module.parse(delivery(tmp_path, tsv()))
    new = tsv().replace("sex,unit,age,geo\\time", "freq,sex,unit,age,geo\\TIME_PERIOD")
    new = new.replace("\nT,", "\nA,T,").replace("\nF,", "\nA,F,")
    assert module.parse(delivery(tmp_path, new)).equals(old)


def test_a_single_gap_is_a_row_without_value(tmp_path: Path) -> None:
    got = module.parse(
        delivery(tmp_path, tsv().replace("DED\t4043002 ", "DED\t: ").replace("DEE\t2169253 ", "DEE\t: c"))
    )
    gaps = got.filter(pl.col("value").is_null()).select("region", "period", "status").rows()
    assert gaps == [("DED", "2022", "m"), ("DEE", "2022", "c")]


def test_a_region_published_under_both_codes_is_not_counted_twice(tmp_path: Path) -> None:
    text = tsv() + "T,NR,TOTAL,DEG0R\t158901 \t: \t161224 \n"
    got = module.parse(delivery(tmp_path, text)).filter(region="DEG0R")
    assert got.select("period", "value", "reason").rows() == [
        ("2020", 161224.0, ""),
        ("2021", 159937.0, "own_sum"),
        ("2022", 158901.0, ""),
    ]


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("sex,unit,age,geo", "sex,unit,years,geo", "line 1, column 'age': the column is missing.*'years'"),
        ("T,NR,TOTAL,DED\t", "T,THS,TOTAL,DED\t", "in 2020, region DED missing"),
        (
            "T,NR,TOTAL,DED\t4043002 ",
            "T,NR,TOTAL,DED\t4043 ",
            "column '2022': DE has 83,237,124 in 2022.*swapped unit",
        ),
        ("T,NR,TOTAL,DED\t4043002 ", "T,NR,TOTAL,DED\t-4043002 ", "population -4.043e.06 is outside"),
        (
            "T,NR,TOTAL,DED\t4043002 ",
            "T,NR,TOTAL,DED\t4043002,5 ",
            r"line 17, column '2022': '4043002,5'.*decimal comma",
        ),
        ("T,NR,TOTAL,DED\t4043002 ", "T,NR,TOTAL,DED\t4043002 x", "line 17, column 'flag': 'x' is not one of"),
        ("T,NR,TOTAL,DEG09\t", "T,NR,TOTAL,DEG99\t", "line 22, column 'geo': unknown NUTS code 'DEG99'"),
        ("T,NR,TOTAL,DEG09\t", "T,NR,TOTAL,DED\t", "two rows have the same key .geo=DED"),
        ("T,NR,TOTAL,", "M,NR,TOTAL,", "no row for Germany or France with sex=T"),
        ("\t2022 \t", "\tJan \t", "line 4, column 'period': 'Jan' is not a year"),
    ],
)
def test_a_changed_table_is_refused(tmp_path: Path, old: str, new: str, message: str) -> None:
    assert old in tsv()
    with pytest.raises(DeliveryError, match=message) as caught:
        module.parse(delivery(tmp_path, tsv().replace(old, new)))
    assert str(caught.value).startswith("demo_r_pjangrp3.tsv.gz")
    assert "Remedy:" in str(caught.value)


def test_a_cut_file_is_refused(tmp_path: Path) -> None:
    whole = gzip.compress(tsv().encode())
    with pytest.raises(DeliveryError, match="damaged or cut short"):
        module.parse(written(tmp_path, module.SOURCE, population=whole[: len(whole) // 2]))
    with pytest.raises(DeliveryError, match="looks truncated"):
        module.parse(delivery(tmp_path, tsv()[:-30]))


def test_a_web_page_is_refused(tmp_path: Path) -> None:
    with pytest.raises(DeliveryError, match="this is a web page"):
        module.parse(written(tmp_path, module.SOURCE, population="<!DOCTYPE html><html></html>"))


def test_the_whole_delivery_adds_up_at_every_level() -> None:
    got = module.parse(shared(module.SOURCE))
    assert got.height == 598 * 9
    in_2022 = got.filter(period="2022")
    for country, expected in (("DE", 83_237_124), ("FR", 67_871_925)):
        for level in ("country", "land", "nuts2", "nuts3"):
            part = in_2022.filter(pl.col("region").is_in(codes.units(level, country)))
            assert part["value"].sum() == expected, (country, level)
    assert in_2022.filter(status="p").height == 143


def test_the_whole_delivery_equals_the_research_table() -> None:
    delivered = shared(module.SOURCE)
    table = delivered.path("population").with_name("population_nuts2024.csv")
    text = pl.read_csv(table, infer_schema=False).with_columns(pl.col("flag").fill_null(""))
    ours = module.parse(delivered).select("region", "period", "value", "status")
    theirs = text.select(region="nuts_id", period="year", value=pl.col("value").cast(pl.Float64), status="flag")
    assert ours.equals(theirs.sort("region", "period"))


def test_a_merged_region_without_one_of_its_parts_has_no_value(tmp_path: Path) -> None:
    """The Wartburgkreis alone (DEG0P) is not today's (DEG0R), which has Eisenach in it."""
    cells = "".join(line for line in CELLS.splitlines(keepends=True) if not line.startswith("DEG0N"))
    got = module.parse(delivery(tmp_path, tsv(cells))).filter(region="DEG0R")
    assert got.select("value", "status").unique().rows() == [(None, "m")]
    assert got.height == 3
