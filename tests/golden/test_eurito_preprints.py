"""EURITO preprints: from its lists to the exact tidy table on NUTS 2024, what is refused, the known figures."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import polars as pl
import pytest

from etl import codes
from etl.model import Delivery, DeliveryError
from etl.sources import eurito_preprints
from tests.golden.delivered import shared, written

AI, DL = "artificial_intelligence_count", "deep_learning_count"

# Cut from the published list to a few regions; the rows above NUTS 3 are the sums of those kept, as in the list.
# Vienna stands for the rest of Europe.
PUBLISHED = """
2010,NUTS,2010,AT,0,5
2010,NUTS,2010,DE,0,3
2010,NUTS,2010,DE3,1,1
2010,NUTS,2010,DE30,2,1
2010,NUTS,2010,DE300,3,1
2010,NUTS,2010,DE1,1,2
2010,NUTS,2010,DE11,2,2
2010,NUTS,2010,DE111,3,2
2010,NUTS,2010,FR,0,4
2010,NUTS,2010,FR7,1,4
2010,NUTS,2010,FR71,2,4
2010,NUTS,2010,FR714,3,4
2019,NUTS,2016,DE,0,50
2019,NUTS,2016,DEG,1,50
2019,NUTS,2016,DEG0,2,50
2019,NUTS,2016,DEG0F,3,50
2021,NUTS,2021,DE,0,9
2021,NUTS,2021,DE3,1,9
2021,NUTS,2021,DE30,2,9
2021,NUTS,2021,DE300,3,9"""


def text(key: str, rows: list[str]) -> str:
    return "\n".join([f"year,region_type,region_year_spec,region_id,region_level,{key}", *rows]) + "\n"


def lines() -> list[str]:
    return PUBLISHED.strip().splitlines()


def delivery(folder: Path, ai: str) -> Delivery:
    return written(folder, eurito_preprints.SOURCE, **{AI: ai, DL: text(DL, lines()[8:12])})


@pytest.fixture(scope="module")
def tidy(tmp_path_factory: pytest.TempPathFactory) -> pl.DataFrame:
    return eurito_preprints.parse(delivery(tmp_path_factory.mktemp("eurito"), text(AI, lines())))


def test_the_lists_become_exactly_these_rows(tidy: pl.DataFrame) -> None:
    """All values above 0: Isère from FR714 to FRK24, Ilm-Kreis split by population, levels as own sums."""
    some = tidy.filter(pl.col("value") > 0, measure="ai_preprints")
    assert some.select("region", "period", "value", "status", "reason", "file").rows() == [
        ("DE", "2010", 3, "", "own_sum", AI),
        ("DE", "2019", 50, "", "own_sum", AI),
        ("DE1", "2010", 2, "", "own_sum", AI),
        ("DE11", "2010", 2, "", "own_sum", AI),
        ("DE111", "2010", 2, "", "", AI),
        ("DE3", "2010", 1, "", "own_sum", AI),
        ("DE30", "2010", 1, "", "own_sum", AI),
        ("DE300", "2010", 1, "", "", AI),
        ("DEG", "2019", 50, "", "own_sum", AI),
        ("DEG0", "2019", 50, "", "own_sum", AI),
        ("DEG0S", "2019", 0.9445, "e", "recoded", AI),
        ("DEG0T", "2019", 49.0555, "e", "recoded", AI),
        ("FR", "2010", 4, "", "own_sum", AI),
        ("FRK", "2010", 4, "", "own_sum", AI),
        ("FRK2", "2010", 4, "", "own_sum", AI),
        ("FRK24", "2010", 4, "", "", AI),
    ]
    assert tidy.filter(measure="dl_preprints", region="FRK24")["value"].to_list() == [4]


def test_an_absent_region_is_a_counted_zero_and_mayotte_does_not_exist_before_2013(tidy: pl.DataFrame) -> None:
    ai = tidy.filter(measure="ai_preprints")
    assert ai.filter(region="DE212", period="2010").select("value", "status").row(0) == (0, "")
    assert ai.filter(pl.col("region").is_in(codes.units("nuts3")), period="2019").height == 501
    assert ai.filter(pl.col("region").is_in(["FRY5", "FRY50"]))["period"].unique().to_list() == ["2019"]
    assert ai.filter(region="FRY").is_empty()


def test_the_half_year_2021_and_other_countries_are_left_out(tidy: pl.DataFrame) -> None:
    assert set(tidy["period"]) == {"2010", "2019"}
    assert set(tidy["region"].str.slice(0, 2)) == {"DE", "FR"}


def put(number: int, line: str) -> Callable[[list[str]], list[str]]:
    return lambda rows: [*rows[: number - 2], line, *rows[number - 1 :]]


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (put(5, "2010,NUTS,2010,DE30,2,-1"), f"line 5, column '{AI}': number of participations -1 is outside"),
        (put(5, "2010,NUTS,2010,DE30,2,0"), f"line 5, column '{AI}': number of participations 0 is outside"),
        (put(5, '2010,NUTS,2010,DE30,2,"1,5"'), f"line 5, column '{AI}': '1,5' is not a number .*comma"),
        (put(5, "2010,NUTS,2012,DE30,2,1"), "line 5, column 'region_year_spec': '2012' is not one of"),
        (put(5, "2010,LAU,2010,DE30,2,1"), "line 5, column 'region_type': 'LAU' is not one of NUTS"),
        (put(6, "2010,NUTS,2010,DE30X,3,1"), "line 6, column 'region_id': NUTS 2010 has no region 'DE30X'"),
        (put(6, "2010,NUTS,2010,DE300,2,1"), "line 6, column 'region_id': 'DE300' is no code of NUTS level 2"),
        (lambda rows: [*rows, rows[4]], "line 22, column 'year': two rows have the same key"),
        (lambda rows: [row for row in rows if ",DE3," not in row], "the regions of level 1 of DE in 2010 sum to 2"),
        (lambda rows: rows[:4] + rows[5:], "the regions of level 3 of DE in 2010 sum to 2, the country has 3"),
    ],
)
def test_a_changed_list_is_refused(tmp_path: Path, change: Callable[[list[str]], list[str]], message: str) -> None:
    with pytest.raises(DeliveryError, match=message) as caught:
        eurito_preprints.parse(delivery(tmp_path, text(AI, change(lines()))))
    assert f"{AI}.csv" in str(caught.value)
    assert "Remedy:" in str(caught.value)


def test_a_renamed_column_a_cut_line_and_a_web_page_are_refused(tmp_path: Path) -> None:
    whole = text(AI, lines())
    for content, message in (
        (whole.replace(AI, "value"), rf"line 1, column '{AI}': the column is missing; new in the file: 'value'"),
        (whole[:-12], "line 21: 3 cells where the header has 6"),
        ("<!doctype html><title>404</title>", "this is a web page"),
    ):
        with pytest.raises(DeliveryError, match=message):
            eurito_preprints.parse(delivery(tmp_path, content))


def test_the_whole_lists_give_the_published_country_figures() -> None:
    tidy = eurito_preprints.parse(shared(eurito_preprints.SOURCE))
    ai = tidy.filter(measure="ai_preprints")
    known = {"DE": [57, 107, 120, 172, 177, 231, 356, 602, 734, 1126, 1418],
             "FR": [65, 109, 165, 218, 183, 206, 290, 322, 406, 348, 489]}  # fmt: skip
    for country, values in known.items():
        assert ai.filter(region=country)["value"].to_list() == values
    # As published, where the region is the same today.
    for region, value in (("DE1", 224), ("DE2", 345), ("DE3", 192), ("DED", 186), ("FR1", 343), ("FRK", 31)):
        assert ai.filter(region=region, period="2020")["value"].item() == value
    # Rhône-Alpes and Auvergne were two NUTS 2 regions of the ZEAT FR7 in 2015; their sum is the région of today.
    assert ai.filter(region="FRK", period="2015")["value"].item() == 3
    assert tidy.filter(pl.col("status") != "").is_empty()
    assert tidy["period"].max() == "2020"


def test_a_year_without_its_finest_level_is_refused(tmp_path: Path) -> None:
    """Its départements would all be counted zeros."""
    rows = [row for row in lines() if "FR714" not in row]
    with pytest.raises(DeliveryError, match="the regions of level 3 of FR in 2010 sum to 0, the country has 4"):
        eurito_preprints.parse(delivery(tmp_path, text(AI, rows)))
