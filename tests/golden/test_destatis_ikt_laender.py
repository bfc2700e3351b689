# ruff: noqa: E501 -- the rows stand as delivered, one per line
"""Länder figures of the ICT survey: from the curated tables to the exact tidy table, and what is refused."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest

from etl import codes
from etl.model import TIDY, Delivery, DeliveryError
from etl.sources import destatis_ikt_laender as module
from tests.golden.delivered import shared, written

REGISTER = Path(__file__).parents[2] / "data" / "registers" / "destatis_ikt_laender.csv"
HEADER = (
    "indicator,geo_code,geo_name,geo_version,period,size_class,value,unit,flag,sample_or_method,publisher,"
    "source_url,evidence"
)
BAYERN = "Bayerisches Landesamt fuer Statistik,https://www.e-statistik.eu/presse/mitteilungen/2026/pm024/index.html"
NRW = "Statistisches Landesamt (statistik.nrw),https://statistik.nrw/service/veroeffentlichungen/themenschwerpunkte/x"
DPA = "Bayerisches Landesamt fuer Statistik via dpa,https://www.volksstimme.de/deutschland-und-welt/wirtschaft/3987141"
#: Real rows, some addresses and notes shortened; after the official survey one of another size class and two of other surveys, which must not be taken.
SEEN = f"""{HEADER}
ikt_ai_any,DE,Deutschland,NUTS2024,2024,GE10,20,PC_ENT,,EVAS 52911,Destatis,https://www.extremnews.com/nachrichten/politik/bcbc19d10c145f1?source=feed,secondary
ikt_ai_any,DE2,Bayern,NUTS2024,2024,GE10,23,PC_ENT,,idem,{BAYERN},primary page (excerpt)
ikt_ai_any,DE3,Berlin,NUTS2024,2024,GE10,32,PC_ENT,,idem,{DPA},secondary (dpa)
ikt_ai_any,DEA,Nordrhein-Westfalen,NUTS2024,2024,GE10,19.6,PC_ENT,,IKTU,{NRW},primary page (excerpt)
ikt_ai_any,DEA,Nordrhein-Westfalen,NUTS2024,2024,10-49,16.8,PC_ENT,u,IKTU; value printed in parentheses = limited reliability,{NRW},primary page (excerpt)
kantar_ai_use,DE1,Baden-Wuerttemberg,NUTS2024,2020,all,8,PC_RESP,,"Monitoring-Report, >1000 firms",Kantar,https://www.wirtschaft-digital-bw.de/en/,primary page (excerpt)
"""
SEEN_2 = f"""{HEADER}
ikt_ai_any,DEA,Nordrhein-Westfalen,NUTS2024,2021,GE10,10,PC_ENT,e,"printed as 'fast zehn Prozent' (just under 10), not an exact value",IT.NRW (Statistisches Landesamt),https://www.it.nrw/125866,"primary page (excerpt), 2023-12-18"
other_zew_innov_ai_use,DE3,Berlin,NUTS2024,unknown,unknown,20,PC_ENT,e,OTHER SURVEY,Technologiestiftung Berlin,https://idw-online.de/en/news834627,primary press release
"""


def delivery(folder: Path, seen: str = SEEN, seen_2: str = SEEN_2) -> Delivery:
    return written(folder, module.SOURCE, seen=seen, seen_2=seen_2)


def figures(tidy: pl.DataFrame) -> list[tuple[object, ...]]:
    return tidy.drop_nulls("value").select("region", "period", "value", "status", "reason", "file").rows()


def test_the_official_figures_become_exactly_these_rows(tmp_path: Path) -> None:
    got = module.parse(delivery(tmp_path))
    known = [
        ("DE", "2024", 20.0, "", "", "seen"),
        ("DE2", "2024", 23.0, "", "", "seen"),
        ("DE3", "2024", 32.0, "", "", "seen"),
        ("DEA", "2021", 10.0, "e", "approximate", "seen_2"),
        ("DEA", "2024", 19.6, "", "", "seen"),
    ]
    empty = [
        (land, year, None, "m", "not_seen", "seen")
        for land in codes.units("land", "DE")
        for year in ("2021", "2024")
        if (land, year) not in {row[:2] for row in known}
    ]
    want = [("any_ai", *row[:2], "", "", *row[2:5], None, row[5]) for row in known + empty]
    assert got.equals(pl.DataFrame(want, schema=TIDY, orient="row").sort("region", "period"))


def test_a_figure_in_brackets_is_of_low_reliability(tmp_path: Path) -> None:
    bracketed = SEEN.replace("19.6,PC_ENT,,IKTU,", "19.6,PC_ENT,,IKTU; value printed in parentheses,")
    assert ("DEA", "2024", 19.6, "u", "bracketed", "seen") in figures(module.parse(delivery(tmp_path, bracketed)))


def test_of_two_figures_the_one_on_an_office_page_stands(tmp_path: Path) -> None:
    quoted = f"ikt_ai_any,DE2,Bayern,NUTS2024,2024,GE10,24,PC_ENT,,idem,{DPA},secondary (dpa)\n"
    got = figures(module.parse(delivery(tmp_path, SEEN, SEEN_2 + quoted)))
    assert [row for row in got if row[0] == "DE2"] == [("DE2", "2024", 23.0, "", "", "seen")]


def test_the_same_figure_seen_twice_is_one(tmp_path: Path) -> None:
    again = f"ikt_ai_any,DE2,Bayern,NUTS2024,2024,GE10,23,PC_ENT,,idem,{NRW},primary page (excerpt)\n"
    assert figures(module.parse(delivery(tmp_path, SEEN, SEEN_2 + again))) == figures(module.parse(delivery(tmp_path)))


def test_two_different_figures_seen_equally_well_are_refused(tmp_path: Path) -> None:
    other = f"ikt_ai_any,DE2,Bayern,NUTS2024,2024,GE10,24,PC_ENT,,idem,{NRW},primary page (excerpt)\n"
    with pytest.raises(DeliveryError, match="two figures for DE2 in 2024, 23 and 24, seen equally well") as caught:
        module.parse(delivery(tmp_path, SEEN, SEEN_2 + other))
    assert str(caught.value).startswith("de_land_ai_adoption_seen_2.csv, line 4, column 'value'")


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("size_class,", "size,", "line 1, column 'size_class': the column is missing.*'size'"),
        ("GE10,23,", "GE10,230,", "line 3, column 'value': share 230 is outside 0…100"),
        ("GE10,23,", "GE10,-23,", "line 3, column 'value': share -23 is outside"),
        ("GE10,19.6,", 'GE10,"19,6",', "line 5, column 'value': '19,6'.*decimal comma"),
        ("GE10,23,", "GE10,,", "line 3, column 'value': 'None' is not what"),
        ("DE2,Bayern", "DEX,Bayern", "line 3, column 'geo_code': unknown NUTS code 'DEX'"),
        ("DE2,Bayern", "DE21,Oberbayern", "line 3, column 'geo_code': 'DE21' is not one of DE, DE1"),
        ("23,PC_ENT", "23,PC_RESP", "line 3, column 'unit': 'PC_RESP' is not one of PC_ENT"),
        ("23,PC_ENT,,", "23,PC_ENT,x,", "line 3, column 'flag': 'x' is not one of"),
        ("https://www.e-statistik.eu", "e-statistik.eu", "line 3, column 'source_url': 'e-statistik.eu/.* is not what"),
        (",secondary (dpa)", ",hearsay", "line 4, column 'evidence': 'hearsay' is not what"),
        ("2024,GE10,23", "2024/25,GE10,23", "line 3, column 'period': '2024/25' is not what"),
    ],
)
def test_a_wrong_row_is_refused(tmp_path: Path, old: str, new: str, message: str) -> None:
    assert old in SEEN
    with pytest.raises(DeliveryError, match=message) as caught:
        module.parse(delivery(tmp_path, SEEN.replace(old, new)))
    assert str(caught.value).startswith("de_land_ai_adoption_seen.csv")
    assert "Remedy:" in str(caught.value)


def test_the_shipped_register_has_an_address_for_every_figure() -> None:
    rows = pl.read_csv(REGISTER, infer_schema=False)
    assert rows.height == 15
    assert rows["address"].str.starts_with("https://").all()
    assert rows["evidence"].str.contains("^(primary|secondary)").all()
    assert set(rows["region"]) == {"DE", "DE2", "DE3", "DE4", "DE6", "DEA", "DEE"}


def test_the_shipped_register_is_that_of_the_whole_delivery() -> None:
    ours = pl.read_csv(REGISTER, infer_schema=False).with_columns(pl.col("status").fill_null(""))
    assert ours.equals(module.register(shared(module.SOURCE)))


def test_the_whole_delivery_has_the_figures_seen() -> None:
    got = module.parse(shared(module.SOURCE))
    assert [row[:4] for row in figures(got)] == [
        ("DE", "2021", 11.0, ""),
        ("DE", "2023", 12.0, ""),
        ("DE", "2024", 20.0, ""),
        ("DE", "2025", 26.0, ""),
        ("DE2", "2023", 13.0, ""),
        ("DE2", "2024", 23.0, ""),
        ("DE2", "2025", 29.0, ""),
        ("DE3", "2024", 32.0, ""),
        ("DE4", "2024", 9.0, ""),
        ("DE6", "2024", 26.0, ""),
        ("DEA", "2021", 10.0, "e"),
        ("DEA", "2023", 12.3, ""),
        ("DEA", "2024", 19.6, ""),
        ("DEE", "2024", 15.0, ""),
        ("DEE", "2025", 18.0, ""),
    ]
    assert got.filter(status="m", reason="not_seen").height == 4 * 16 - 11
