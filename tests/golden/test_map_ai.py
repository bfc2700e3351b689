"""MAP-AI: from its published tables to the exact tidy table, and what is refused."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from pathlib import Path

import polars as pl
import pytest

from etl.model import TIDY, Delivery, DeliveryError
from etl.snapshot import find_deliveries
from etl.sources import map_ai
from tests.golden.delivered import shared, written

CUT = Path(__file__).with_name("map_ai.csv")
COUNTRY = {"DE": "Germany", "FR": "France"}
INTEGERS = ("nuts_level", "year", "n_firms", "n_ai_firms", "ai_role", "ai_type")


def cut() -> list[dict[str, str]]:
    lines = [line for line in CUT.read_text().splitlines() if not line.startswith("#")]
    return list(csv.DictReader(lines))


def published(family: str) -> pl.DataFrame:
    """The cut as the publisher's table: same columns, order and types, with Belgium's country row as in the file."""
    rows = []
    for row in cut():
        place = {
            "nuts_code": row["nuts_code"],
            "nuts_level": len(row["nuts_code"]) - 2,
            "country": COUNTRY[row["nuts_code"][:2]],
            "year": int(row["year"]),
        }
        if family == "adoption":
            rows.append({**place, "ai_adoption_share": float(row["ai_adoption_share"]), "n_firms": int(row["n_firms"])})
        elif row["n_ai_firms"]:
            rows += categories(family, place, row)
    if family == "adoption":
        # The file also has Belgium and Luxembourg, which the atlas leaves out.
        rows.append(dict(zip(rows[0], ("BE", 0, "Belgium", 2019, 0.032130614788763744, 269567), strict=True)))
    return pl.DataFrame(rows, infer_schema_length=None).cast({name: pl.Int32 for name in INTEGERS if name in rows[0]})


def categories(family: str, place: dict[str, object], row: dict[str, str]) -> list[dict[str, object]]:
    ai, firms = int(row["n_ai_firms"]), int(row["n_firms"])
    return [
        {
            **place,
            f"ai_{family}": code,
            f"ai_{family}_label": map_ai.LABELS[family][code],
            f"{family}_share_among_ai_firms": int(count) / ai if ai >= 30 else None,
            f"{family}_share_among_all_firms": int(count) / firms,
            "n_ai_firms": ai,
            "n_firms": firms,
        }
        for code, count in enumerate(row[f"{family}_firms"].split(), start=1)
    ]


def parquet(frame: pl.DataFrame) -> bytes:
    buffer = io.BytesIO()
    frame.write_parquet(buffer)
    return buffer.getvalue()


def delivery(folder: Path, **changed: pl.DataFrame | bytes) -> Delivery:
    tables = {family: changed.get(family, published(family)) for family in ("adoption", "role", "type")}
    files = {key: table if isinstance(table, bytes) else parquet(table) for key, table in tables.items()}
    return written(folder, map_ai.SOURCE, **files)


def test_the_adoption_table_becomes_exactly_these_rows(tmp_path: Path) -> None:
    got = map_ai.parse(delivery(tmp_path)).filter(measure="adoption_share")
    reason = {"a": "jump", "u": "small_base", "": ""}
    want = pl.DataFrame(
        [
            {
                "measure": "adoption_share",
                "region": row["nuts_code"],
                "period": row["year"],
                "dimension": "",
                "member": "",
                "value": float(row["ai_adoption_share"]),
                "status": row["expected"],
                "reason": reason[row["expected"]],
                "n": int(row["n_firms"]),
                "file": "adoption",
            }
            for row in cut()
        ],
        schema=TIDY,
    )
    assert got.height == 168
    assert got.equals(want.sort("region", "period"))


@pytest.mark.parametrize(("family", "size"), [("role", 8), ("type", 11)])
def test_roles_and_types_keep_both_denominators_and_their_own_flags(tmp_path: Path, family: str, size: int) -> None:
    tidy = map_ai.parse(delivery(tmp_path))
    regions = {row["nuts_code"]: row for row in cut() if row["n_ai_firms"]}
    for base, n_name, low in (("ai", "n_ai_firms", 100), ("all", "n_firms", 500)):
        got = tidy.filter(measure=f"{family}_share_among_{base}_firms", dimension=f"ai_{family}", period="2021")
        assert got.height == len(regions) * size
        for row in got.iter_rows(named=True):
            source = regions[row["region"]]
            n = int(source[n_name])
            assert row["n"] == n
            assert row["file"] == family
            assert row["status"] == ("c" if n < 30 else "u" if n < low else "")
            count = int(source[f"{family}_firms"].split()[int(row["member"]) - 1])
            assert row["value"] == (None if n < 30 else count / n)


def test_a_suppressed_share_stays_a_row_without_value(tmp_path: Path) -> None:
    mayotte = map_ai.parse(delivery(tmp_path)).filter(region="FRY5", measure="role_share_among_ai_firms")
    assert mayotte.height == 8
    assert mayotte["value"].null_count() == 8
    assert set(mayotte["status"]) == {"c"}
    assert set(mayotte["n"]) == {9}


def test_csv_gives_the_same_as_parquet(tmp_path: Path) -> None:
    first = map_ai.parse(delivery(tmp_path))
    place = tmp_path / "csv" / "map_ai"
    place.mkdir(parents=True)
    for family in ("adoption", "role", "type"):
        published(family).write_csv(place / f"ai_{family}_share_by_nuts_region.csv")
    from_csv = map_ai.parse(find_deliveries(tmp_path / "csv", [map_ai.SOURCE])["map_ai"])
    assert from_csv.drop("file").equals(first.drop("file"))
    assert set(from_csv["file"]) == {"adoption_csv", "role_csv", "type_csv"}


def test_a_csv_that_says_other_than_the_parquet_beside_it_is_refused(tmp_path: Path) -> None:
    delivery(tmp_path)
    path = tmp_path / "map_ai" / "ai_adoption_share_by_nuts_region.csv"
    told = published("adoption")
    told.write_csv(path)
    map_ai.parse(find_deliveries(tmp_path, [map_ai.SOURCE])["map_ai"])
    told.with_columns(pl.col("ai_adoption_share") * 1.01).write_csv(path)
    with pytest.raises(
        DeliveryError, match=r"region\.csv, line 2, column 'ai_adoption_share': .* other than the Parquet"
    ):
        map_ai.parse(find_deliveries(tmp_path, [map_ai.SOURCE])["map_ai"])


def test_the_adoption_table_alone_is_a_delivery(tmp_path: Path) -> None:
    delivery(tmp_path)
    for family in ("role", "type"):
        (tmp_path / "map_ai" / f"ai_{family}_share_by_nuts_region.parquet").unlink()
    found = map_ai.parse(find_deliveries(tmp_path, [map_ai.SOURCE])["map_ai"])
    assert set(found["measure"]) == {"adoption_share"}


def test_a_jump_marks_its_year_and_all_later_ones_only(tmp_path: Path) -> None:
    uckermark = map_ai.parse(delivery(tmp_path)).filter(region="DE40I", measure="adoption_share")
    assert dict(zip(uckermark["period"], uckermark["status"], strict=True)) == {"2019": "", "2020": "a", "2021": "a"}


def first(column: str, value: object) -> Callable[[pl.DataFrame], pl.DataFrame]:
    """Replace the first row's cell."""
    return lambda frame: frame.with_columns(
        pl.when(pl.int_range(pl.len()) == 0).then(pl.lit(value)).otherwise(pl.col(column)).alias(column)
    )


@pytest.mark.parametrize(
    ("table", "change", "message"),
    [
        (
            "adoption",
            lambda f: f.rename({"n_firms": "firms"}),
            r"column 'n_firms': the column is missing; new in the file: 'firms' \(renamed\?\)",
        ),
        ("adoption", lambda f: f.with_columns(note=pl.lit("x")), "column 'note': the publisher added a column"),
        (
            "adoption",
            lambda f: f.with_columns(pl.col("ai_adoption_share") * 100),
            r"column 'ai_adoption_share': share .* outside 0…1",
        ),
        ("adoption", lambda f: f.with_columns(-pl.col("ai_adoption_share")), r"share -0\.\d+ is outside"),
        ("adoption", lambda f: f.filter(pl.col("nuts_code") != "DED"), "in 2019, region DED missing"),
        ("adoption", lambda f: pl.concat([f, f.head(1)]), r"line 170, column 'nuts_code': two rows have the same key"),
        ("adoption", first("nuts_code", "DEG0P"), "line 1, column 'nuts_code': 'DEG0P' is a code of NUTS 2021"),
        ("adoption", first("nuts_level", 3), "is given as level 3"),
        ("adoption", first("country", "Deutschland"), "column 'country': 'Deutschland' is not one of"),
        ("adoption", first("n_firms", -1), "number of firms -1 is outside"),
        ("role", lambda f: f.filter(pl.col("nuts_code") != "FRE"), "in 2021, region FRE missing"),
        ("role", first("ai_role_label", "AI robot maker"), "label is not the documented one"),
        ("role", first("ai_role", 9), "column 'ai_role': '9' is not one of"),
        ("role", lambda f: f.head(f.height - 1), "a category is missing"),
        ("role", first("n_firms", 17), "the adoption table counts other firms"),
        ("type", first("type_share_among_ai_firms", 12.5), r"column 'type_share_among_ai_firms': share 12\.5"),
        ("type", first("n_ai_firms", 10**8), "more AI-active firms than firms"),
    ],
)
def test_a_changed_table_is_refused(
    tmp_path: Path, table: str, change: Callable[[pl.DataFrame], pl.DataFrame], message: str
) -> None:
    with pytest.raises(DeliveryError, match=message) as caught:
        map_ai.parse(delivery(tmp_path, **{table: change(published(table))}))
    assert f"ai_{table}_share_by_nuts_region.parquet" in str(caught.value)
    assert "Remedy:" in str(caught.value)


def test_a_decimal_comma_and_a_cut_file_are_refused(tmp_path: Path) -> None:
    place = tmp_path / "map_ai"
    delivery(tmp_path)
    (place / "ai_adoption_share_by_nuts_region.parquet").unlink()
    text = published("adoption").write_csv(separator=",")

    def parse(content: str) -> None:
        (place / "ai_adoption_share_by_nuts_region.csv").write_text(content)
        map_ai.parse(find_deliveries(tmp_path, [map_ai.SOURCE])["map_ai"])

    head, _, rest = text.partition("\n")
    code, level, country, year, share, n = rest.split("\n")[0].split(",")
    comma = f'{code},{level},{country},{year},"{share.replace(".", ",")}",{n}'
    with pytest.raises(DeliveryError, match=r"csv, line 2, column 'ai_adoption_share'.*decimal comma"):
        parse("\n".join([head, comma, *rest.split("\n")[1:]]))
    with pytest.raises(DeliveryError, match=r"csv, line 3: .*truncated"):
        parse("\n".join([head, *rest.split("\n")[:1], rest.split("\n")[1][:9]]))


def test_a_cut_parquet_and_a_web_page_are_refused(tmp_path: Path) -> None:
    for content in (parquet(published("adoption"))[:-200], b"<!DOCTYPE html><html><body>Not found</body></html>"):
        with pytest.raises(DeliveryError, match="not readable Parquet"):
            map_ai.parse(delivery(tmp_path, adoption=content))


def test_the_whole_delivery_has_the_reference_figures() -> None:
    tidy = map_ai.parse(shared(map_ai.SOURCE))
    adoption = tidy.filter(measure="adoption_share")
    share = dict(adoption.filter(period="2024").select("region", pl.col("value") * 100).rows())
    for region, expected in {
        "DE": 15.8,
        "FR": 9.3,
        "DE3": 22.8,
        "DE6": 19.9,
        "FR1": 13.6,
        "FRC": 6.9,
        "FRY": 8.9,
    }.items():
        assert round(share[region], 1) == expected, region
    assert adoption.height == 5382
    assert tidy.height == 5382 * (1 + 2 * 8 + 2 * 11)
    # 274 region-years have fewer than 500 firms; 8 of them are also suspected artefacts.
    assert dict(adoption.group_by("status").len().rows()) == {"": 5051, "u": 266, "a": 65}


def test_the_rule_finds_the_thirteen_jumps_all_german() -> None:
    path = shared(map_ai.SOURCE).path("adoption")
    columns = {"nuts_code": "nuts_code", "nuts_level": "nuts_level", "year": "year", "share": "ai_adoption_share"}
    frame = pl.read_parquet(path).filter(pl.col("country").is_in(["Germany", "France"]))
    found = map_ai.jumps(frame.select(*columns.values(), "country")).sort("nuts_code", "year")
    assert found.rows() == [
        ("DE252", 2024),
        ("DE26B", 2018),
        ("DE272", 2021),
        ("DE403", 2019),
        ("DE40I", 2020),
        ("DE711", 2017),
        ("DE913", 2017),
        ("DE931", 2020),
        ("DE947", 2022),
        ("DE94C", 2021),
        ("DEB35", 2018),
        ("DEB35", 2023),
        ("DEG03", 2018),
    ]
