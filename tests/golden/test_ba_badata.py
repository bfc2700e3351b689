"""BA by Kreis (badata): from its R workspaces to the exact tidy table, what is refused, and the known figures."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pandas as pd
import polars as pl
import pyreadr
import pytest

from etl.model import TIDY, Delivery, DeliveryError
from etl.sources import ba_badata
from tests.golden.delivered import shared, written

# Real cells, cut to one or two Kreise per Land: Kreis, then the groups 111, 431, 432, 433, 434 (NA = no number).
EMPLOYEES = {
    2019: """
01001 52 263 118 201 288
02000 738 10803 10618 8926 11652
03354 421 30 3 15 5
04011 147 2341 1632 1441 3698
05112 78 1273 647 511 662
06415 28 323 260 212 123
06435 333 345 140 298 241
07111 124 865 536 894 703
08111 652 4987 5526 3857 7218
09162 696 15674 15878 9416 17265
10041 88 1195 936 591 1571
11000 824 14306 8820 9967 19667
12051 64 95 36 48 52
13003 181 520 205 330 499
14511 74 585 494 591 1098
15002 100 576 676 432 442
15003 105 609 324 671 835
16051 171 553 1286 713 713""",
    2022: """
01001 50 355 126 258 352
02000 811 12396 12244 10859 14191
03354 401 33 NA 21 12
04011 172 2583 1952 1827 4367
05112 96 1322 567 571 702
06415 25 288 441 284 136
06435 364 382 147 378 254
07111 94 977 737 1131 961
08111 660 5408 6489 4229 8861
09162 617 16934 20218 10703 22702
10041 96 1325 1256 709 1858
11000 875 17663 12384 13204 27647
12051 81 94 40 64 163
13003 155 588 313 459 597
14511 81 617 566 601 1365
15002 94 662 629 557 479
15003 101 749 463 841 930
16051 123 831 1172 830 931""",
}
# The same Kreise, 2019, groups 431 to 434: sums of the twelve monthly stocks. NA as Kreis: vacancies without one.
VACANCIES = """
01001 122 7 14 82
02000 2907 1059 1500 1439
03354 2 0 2 6
04011 1298 263 521 782
05112 440 93 153 95
06415 28 34 15 10
06435 162 18 67 67
07111 363 86 93 115
08111 3523 641 831 933
09162 4443 1168 1598 1852
10041 793 102 73 487
11000 3787 2160 2033 1761
12051 120 13 19 96
13003 242 64 112 297
14511 265 171 116 182
15002 258 222 63 154
15003 624 59 502 527
16051 635 331 190 178
NA 132 228 69 85"""
# Real but for Flensburg, which stands for a Kreis without figures (such as Nordfriesland in 2021).
UNEMPLOYED = """
01001 NA NA NA NA
02000 2948 1860 3263 3389
03354 27 58 64 17
04011 1095 308 900 1191
05112 602 329 556 443
06415 83 43 137 45
06435 176 174 282 132
07111 164 52 56 150
08111 646 420 573 531
09162 2033 1940 3128 2454
10041 611 262 343 442
11000 8384 4527 8540 9931
12051 181 24 31 80
13003 389 102 138 261
14511 418 117 212 292
15002 509 186 160 167
15003 405 110 244 349
16051 274 167 250 103"""
IT = ("431", "432", "433", "434")
Change = Callable[[pd.DataFrame], pd.DataFrame]


def cells(text: str, groups: tuple[str, ...]) -> list[tuple[str | None, str, float | None]]:
    rows = [line.split() for line in text.strip().splitlines()]
    return [
        (None if row[0] == "NA" else row[0], group, None if cell == "NA" else float(cell))
        for row in rows
        for group, cell in zip(groups, row[1:], strict=True)
    ]


def employees() -> pd.DataFrame:
    rows = [
        {
            "region": region,
            "occupational_group": group,
            "year": year,
            "type": kind,
            "group": persons,
            "n": value if (kind, persons) == ("social insurance", "total") else 7.0,
        }
        for year, text in EMPLOYEES.items()
        for region, group, value in cells(text, ("111", *IT))
        for kind in ("social insurance", "marginal part-time")
        for persons in ("total", "foreigners", "women")
    ]
    return pd.DataFrame(rows).astype({"year": "int32", "n": "float64"})


def stocks(text: str, part: str) -> pd.DataFrame:
    rows = [
        {"region": region, "occupational_group": group, "year": 2019, "total": value and value / 12, part: 0.0}
        for region, group, value in cells(text, IT)
    ]
    # A group that is not IT must not be counted.
    rows += [{**row, "occupational_group": "111", "total": 1000.0} for row in rows[::4]]
    return pd.DataFrame(rows).astype({"year": "int32", "total": "float64"})


def as_rda(folder: Path, frame: pd.DataFrame, table: str) -> bytes:
    path = folder / "written.rda"
    pyreadr.write_rdata(str(path), frame.reset_index(drop=True), df_name=table, compress="gzip")
    return path.read_bytes()


def same(frame: pd.DataFrame) -> pd.DataFrame:
    return frame


def delivery(folder: Path, change: Change = same, where: str = "employees", table: str = "") -> Delivery:
    frames = {
        "employees": (employees(), "employees_by_workplace"),
        "vacancies": (stocks(VACANCIES, "social_insurance"), "jobs"),
        "unemployed": (stocks(UNEMPLOYED, "women"), "unemployed_total"),
    }
    files = {}
    for key, (frame, name) in frames.items():
        changed = key == where
        files[key] = as_rda(folder, change(frame) if changed else frame, (changed and table) or name)
    return written(folder, ba_badata.SOURCE, **files)


@pytest.fixture(scope="module")
def tidy(tmp_path_factory: pytest.TempPathFactory) -> pl.DataFrame:
    return ba_badata.parse(delivery(tmp_path_factory.mktemp("ba")))


def row(tidy: pl.DataFrame, measure: str, region: str, year: int, member: str = "") -> tuple[float, str, str]:
    found = tidy.filter(measure=measure, region=region, period=str(year), member=member)
    assert found.height == 1
    return found.select("value", "status", "reason").row(0)


def test_kreise_become_exactly_these_rows(tidy: pl.DataFrame) -> None:
    """All four measures of 2019; Hanau is inside Main-Kinzig-Kreis (DE719)."""
    regions = ["DE501", "DEA12", "DE719", "DEB11", "DE111"]
    nuts3 = tidy.filter(pl.col("region").str.len_chars() == 5, period="2019", dimension="")
    want = pl.DataFrame(
        [
            (measure, region, "2019", "", "", round(value, 6), "", "own_sum", None, file)
            for measure, file, values in (
                ("it_employees", "employees", (9112, 3093, 1942, 2998, 21588)),
                ("employees", "employees", (9259, 3171, 2303, 3122, 22240)),
                ("it_vacancies", "vacancies", (2864 / 12, 781 / 12, 401 / 12, 657 / 12, 5928 / 12)),
                ("it_unemployed", "unemployed", (3494 / 12, 1930 / 12, 1072 / 12, 422 / 12, 2170 / 12)),
            )
            for region, value in zip(regions, values, strict=True)
        ],
        schema=TIDY,
        orient="row",
    )
    got = nuts3.filter(pl.col("region").is_in(regions))
    assert got.equals(want.sort("measure", "dimension", "member", "region", "period"))
    assert nuts3.filter(measure="it_employees")["region"].n_unique() == 17


def test_levels_are_sums_of_the_same_kreise(tidy: pl.DataFrame) -> None:
    for measure in ("it_employees", "employees"):
        sums = tidy.filter(measure=measure, dimension="", period="2019")
        sums = sums.group_by(pl.col("region").str.len_chars()).agg(pl.col("value").sum())
        assert sums["value"].n_unique() == 1, f"{measure}: the levels differ: {sums.rows()}"
    assert row(tidy, "it_employees", "DE7", 2019) == (1942, "", "own_sum")
    assert row(tidy, "it_employees", "DE", 2019)[0] == sum(
        value for _, group, value in cells(EMPLOYEES[2019], ("111", *IT)) if group in IT and value is not None
    )


def test_a_secret_cell_is_neither_zero_nor_silent(tidy: pl.DataFrame) -> None:
    assert row(tidy, "it_employees", "DE934", 2022, "432") == (None, "c", "secret_or_nil")
    assert row(tidy, "it_employees", "DE934", 2022) == (66, "u", "own_sum_part_missing")
    # In Germany's sum it is one cell of 72, above the tolerated one in a hundred.
    assert row(tidy, "it_employees", "DE", 2022)[1:] == ("u", "own_sum_part_missing")
    # The base of all occupations says it in words only.
    assert row(tidy, "employees", "DE934", 2022) == (467, "", "own_sum_small_cells")


def test_the_suspected_recoding_in_halle_is_a_break_of_2019_only(tidy: pl.DataFrame) -> None:
    broken = tidy.filter(status="b").select("region", "period", "member").rows()
    assert sorted(broken) == [(region, "2019", member) for region in ("DEE", "DEE0", "DEE02") for member in ("", "432")]
    assert row(tidy, "it_employees", "DEE02", 2019) == (2126, "b", "recoding_suspected")


def test_vacancies_without_a_kreis_count_for_germany_only(tidy: pl.DataFrame) -> None:
    placed = tidy.filter(pl.col("region").str.len_chars() == 3, measure="it_vacancies")["value"].sum()
    value, status, reason = row(tidy, "it_vacancies", "DE", 2019)
    assert (status, reason) == ("", "own_sum_unallocated")
    assert value - placed == pytest.approx((132 + 228 + 69 + 85) / 12)


def test_a_kreis_without_unemployed_figures_is_missing_and_flags_its_land(tidy: pl.DataFrame) -> None:
    assert row(tidy, "it_unemployed", "DEF01", 2019) == (None, "m", "kreis_without_figures")
    assert row(tidy, "it_unemployed", "DE", 2019)[1:] == ("u", "own_sum_kreis_missing")
    assert row(tidy, "it_unemployed", "DE6", 2019) == (955, "", "own_sum")


def drop(column: str, value: object) -> Change:
    return lambda frame: frame[frame[column] != value]


def put(column: str, value: object, line: int = 1) -> Change:
    def change(frame: pd.DataFrame) -> pd.DataFrame:
        frame = frame.copy()
        frame.loc[frame.index[line - 1], column] = value
        return frame

    return change


@pytest.mark.parametrize(
    ("where", "change", "message"),
    [
        ("employees", lambda f: f.rename(columns={"n": "persons"}), r"column 'n': the column is missing.*renamed"),
        ("employees", lambda f: f.assign(note="x"), "column 'note': the publisher added a column"),
        ("employees", put("n", -3.0), r"line 1, column 'n': number of employees -3 is outside"),
        ("employees", put("type", "civil servants"), "'civil servants' is not one of"),
        ("employees", put("group", "men"), "'men' is not one of"),
        ("employees", lambda f: pd.concat([f, f.head(1)]), r"line 1081, .*two rows have the same key"),
        ("employees", put("region", "01099", 1), r"Kreis 01099 has 1 of 5 occupational groups in 2019"),
        (
            "employees",
            lambda f: f.assign(region=f["region"].replace("01001", "01099")),
            r"line 1, column 'region': unknown AGS code '01099'; did you mean",
        ),
        ("employees", drop("region", "16051"), r"Land \(AGS\) 16 missing"),
        ("employees", lambda f: f.drop(f.index[0]), r"Kreis 01001 has 4 of 5 occupational groups in 2019"),
        ("employees", lambda f: f.assign(n=f["n"].astype(str)), r"column 'n': the column is String, expected Float64"),
        ("employees", lambda f: f.head(0), "has no rows"),
        ("vacancies", lambda f: f.assign(total=f["total"] * 1.01), "is no mean of twelve monthly stocks"),
        ("unemployed", put("total", -0.5, 5), r"line 5, column 'total': annual mean -0\.5 is outside"),
    ],
)
def test_a_changed_workspace_is_refused(tmp_path: Path, where: str, change: Change, message: str) -> None:
    with pytest.raises(DeliveryError, match=message) as caught:
        ba_badata.parse(delivery(tmp_path, change, where))
    assert ".rda" in str(caught.value)
    assert "Remedy:" in str(caught.value)


def test_a_web_page_a_cut_file_and_another_workspace_are_refused(tmp_path: Path) -> None:
    with pytest.raises(DeliveryError, match="the workspace has no table 'jobs', only vacancies"):
        ba_badata.parse(delivery(tmp_path, where="vacancies", table="vacancies"))
    page = b"<!DOCTYPE html><html><body>Sign in</body></html>"
    with pytest.raises(DeliveryError, match=r"employees_by_workplace\.rda: the file is not a readable R workspace"):
        ba_badata.parse(written(tmp_path, ba_badata.SOURCE, employees=page))
    cut = as_rda(tmp_path, employees(), "employees_by_workplace")[:-2000]
    with pytest.raises(DeliveryError, match=r"employees_by_workplace\.rda: the file is not a readable R workspace"):
        ba_badata.parse(written(tmp_path, ba_badata.SOURCE, employees=cut))


def test_the_whole_delivery_gives_the_known_figures() -> None:
    """Reference figures of the research (from the same delivery, made independently of this module)."""
    tidy = ba_badata.parse(shared(ba_badata.SOURCE))
    for region, year, value in (("DE", 2013, 634272), ("DE", 2024, 1121752), ("DE", 2025, 1149586)):
        assert row(tidy, "it_employees", region, year)[0] == value
    for region, y2013, y2025 in (("DEA12", 2416, 3666), ("DE117", 989, 3170)):
        assert (row(tidy, "it_employees", region, 2013)[0], row(tidy, "it_employees", region, 2025)[0]) == (
            y2013,
            y2025,
        )
    assert row(tidy, "it_employees", "DE719", 2025) == (1271 + 1262, "", "own_sum")
    assert row(tidy, "it_employees", "DEE", 2019) == (7737, "b", "recoding_suspected")
    groups = {"431": 311656, "432": 241434, "433": 246913, "434": 349583}
    assert {member: row(tidy, "it_employees", "DE", 2025, member)[0] for member in groups} == groups
    assert row(tidy, "employees", "DE", 2025)[0] == 34879840
    assert tidy.filter(measure="it_employees", dimension="", period="2025")["region"].n_unique() == 1 + 16 + 38 + 400
    laender = {
        "DEF": (15761, 22456, 353), "DE6": (41999, 56235, 415), "DE9": (55701, 74100, 970), "DE5": (9486, 12994, 200),
        "DEA": (172464, 229171, 2549), "DE7": (87058, 114134, 996), "DEB": (24526, 32879, 525),
        "DE1": (152169, 199310, 1696), "DE2": (176466, 232490, 2650), "DEC": (8060, 10516, 148),
        "DE3": (52760, 84599, 686), "DE4": (8501, 11994, 250), "DE8": (5446, 7447, 198), "DED": (27474, 37460, 696),
        "DEE": (7737, 9701, 208), "DEG": (10495, 14100, 205),
    }  # fmt: skip
    for land, (y2019, y2025, vacancies) in laender.items():
        assert row(tidy, "it_employees", land, 2019)[0] == y2019
        assert row(tidy, "it_employees", land, 2025)[0] == y2025
        assert round(row(tidy, "it_vacancies", land, 2025)[0]) == vacancies
    unemployed = [round(row(tidy, "it_unemployed", "DE", year)[0]) for year in (2018, 2025)]
    assert unemployed == [22561, 53731]
    placed = tidy.filter(pl.col("region").str.len_chars() == 3, measure="it_vacancies", period="2025")["value"].sum()
    assert (int(placed), round(row(tidy, "it_vacancies", "DE", 2025)[0] - placed)) == (12743, 20)


def test_vacancies_without_a_kreis_that_stand_twice_are_refused(tmp_path: Path) -> None:
    def twice(frame: pd.DataFrame) -> pd.DataFrame:
        return pd.concat([frame, frame[frame["region"].isna() & (frame["occupational_group"] == "431")]])

    with pytest.raises(DeliveryError, match=r"jobs\.rda, line 96, .*two rows have the same key \(region=None"):
        ba_badata.parse(delivery(tmp_path, twice, "vacancies"))


def test_a_damaged_workspace_is_refused_by_its_checksum(tmp_path: Path) -> None:
    """R's packings have one, but the reader of workspaces does not look at it."""
    delivery(tmp_path)
    raw = bytearray(as_rda(tmp_path, employees(), "employees_by_workplace"))
    raw[-5] ^= 1
    with pytest.raises(DeliveryError, match=r"employees_by_workplace\.rda: .*not a readable R workspace \(CRC"):
        ba_badata.parse(written(tmp_path, ba_badata.SOURCE, employees=bytes(raw)))
