"""From microdata to figures on DuckDB: each measure against the same counted by hand, and what must end clearly."""

from __future__ import annotations

import json
import resource
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import micro
import polars as pl
import pytest

from etl.cli import main
from etl.microdata.aggregate import Result, aggregate
from etl.microdata.engines import Limits
from etl.microdata.recipe import read_recipe
from etl.model import CatalogueError, DeliveryError, PublishError

SHARE = micro.RECIPE.replace('kind = "count"\ndecimals = 0', 'kind = "share"\ndecimals = 2').replace(
    "[disclosure]", '[[measure.hit]]\ncolumn = "ai"\nop = "eq"\nvalue = true\n\n[disclosure]'
)
SUM = micro.RECIPE.replace('kind = "count"', 'kind = "sum"\nvalue = "amount"')


def figures(path: Path, **options: Any) -> Result:
    return aggregate(read_recipe(path), (), "duckdb", options.pop("limits", Limits()), lambda line: None)


def value(result: Result, region: str, member: str = "", period: str = "2024") -> tuple[float | None, str]:
    row = result.figures.filter(pl.col("region") == region, pl.col("member") == member, pl.col("period") == period).row(
        0, named=True
    )
    return row["value"], row["status"]


def free(recipe: str) -> str:
    """The recipe without disclosure control."""
    return recipe.replace('method = "suppress"\nminimum = 5', 'method = "none"\nreason = "test"')


def test_counts_add_up_along_the_regions_and_breakdowns(tmp_path: Path) -> None:
    result = figures(micro.write(tmp_path, free(micro.RECIPE)))
    assert value(result, "DEG01") == (60, "")
    assert value(result, "DEG", "small") == (95, "")
    assert value(result, "DE", "large") == (87, "")
    assert value(result, "DE") == (292, "")
    assert result.figures["period"].unique().to_list() == ["2024"]
    assert result.figures.filter(pl.col("region").is_duplicated()).height == result.figures.height


def test_a_suppressed_cell_takes_others_with_it_and_all_look_alike(tmp_path: Path) -> None:
    result = figures(micro.write(tmp_path))
    hidden = result.figures.filter(pl.col("status") == "c")
    # Two large firms in Wartburgkreis; its total and the Land's would tell, so another size and another Kreis go, too.
    assert value(result, "DEG0R", "large") == (None, "c")
    assert 4 <= hidden.height <= 6
    assert set(hidden["reason"]) == {"confidential"}
    assert hidden["n"].null_count() == hidden.height
    assert value(result, "DE") == (292, "")
    assert dict(result.cells.filter("hidden").group_by("why").len().iter_rows())["minimum"] == 1


def test_shares_sums_and_medians_are_those_of_the_rows(tmp_path: Path) -> None:
    frame = micro.rows()
    share = figures(micro.write(tmp_path / "a", free(SHARE)))
    kreis = frame.filter(pl.col("ags") == "16055")
    assert value(share, "DEG05")[0] == round(100 * kreis["ai"].sum() / kreis.height, 2)
    assert share.figures.filter(pl.col("region") == "DEG05", pl.col("member") == "")["n"].item() == 40
    total = figures(micro.write(tmp_path / "b", free(SUM)))
    assert (
        value(total, "DED", "large")[0]
        == frame.filter(pl.col("ags").str.starts_with("14"), pl.col("size") == "large")["amount"].sum()
    )
    middle = free(micro.RECIPE.replace('kind = "count"', 'kind = "median"\nvalue = "amount"\nbase = 1'))
    found = figures(micro.write(tmp_path / "c", middle))
    assert value(found, "DED21")[0] == round(frame.filter(pl.col("ags") == "14612")["amount"].median())  # type: ignore[arg-type]
    assert value(found, "DE", "small")[0] == round(frame.filter(pl.col("size") == "small")["amount"].median())  # type: ignore[arg-type]


def test_a_firm_with_many_rows_is_one_contributor_at_every_level(tmp_path: Path) -> None:
    frame = micro.rows({"16051": {"small": 30}, "16055": {"small": 30}})
    frame = frame.with_columns(firm=pl.when(pl.col("ags") == "16055").then(pl.lit("one")).otherwise("firm"))
    recipe = SUM.replace("minimum = 5", 'minimum = 5\nunit = "firm"\ndominance_k = 99')
    result = figures(micro.write(tmp_path, recipe, frame))
    cells = {row["region"]: row for row in result.cells.filter(pl.col("member") == "").iter_rows(named=True)}
    assert (cells["DEG01"]["contributors"], cells["DEG05"]["contributors"]) == (30, 1)
    assert (cells["DEG"]["contributors"], cells["DEG"]["first"]) == (31, cells["DEG05"]["total"])
    assert cells["DEG05"]["why"] == "minimum"


def test_quarters_months_and_filters(tmp_path: Path) -> None:
    frame = pl.concat([micro.rows(day="2024-05-03"), micro.rows(day="2023-12-31")])
    recipe = free(micro.RECIPE).replace('"year"', '"quarter"')
    recipe += '\n[[filter]]\ncolumn = "size"\nop = "in"\nvalue = ["small"]\n'
    recipe += '\n[[filter]]\ncolumn = "amount"\nop = "lt"\nvalue = 110\n'
    result = figures(micro.write(tmp_path, recipe, frame))
    assert value(result, "DED21", period="2023-Q4") == (10, "")
    assert sorted(result.figures["period"].unique()) == ["2023-Q4", "2024-Q2"]
    result = figures(micro.write(tmp_path, recipe.replace('"quarter"', '"month"'), frame))
    assert sorted(result.figures["period"].unique()) == ["2023-12", "2024-05"]


def test_csv_gives_what_parquet_gives_and_text_that_is_no_number_is_told(tmp_path: Path) -> None:
    as_parquet = figures(micro.write(tmp_path / "a", free(SUM))).figures
    recipe = free(SUM).replace('"*.parquet"', '"*.csv"').replace('format = "parquet"', 'format = "csv"')
    path = micro.write(tmp_path / "b", recipe)
    text = micro.rows().write_csv()
    (path.parent / "a.csv").write_text(text, encoding="utf-8")
    assert figures(path).figures.equals(as_parquet)
    (path.parent / "a.csv").write_text(text.replace("100.0", "viel", 3), encoding="utf-8")
    with pytest.raises(DeliveryError, match="3 rows: the value is empty or no number"):
        figures(path)


def test_complete_microdata_give_true_zeros_that_are_not_hidden(tmp_path: Path) -> None:
    result = figures(micro.write(tmp_path, micro.RECIPE.replace("decimals = 0", "decimals = 0\ncomplete = true")))
    assert value(result, "DE1", "large") == (0, "")
    assert result.figures.filter(pl.col("dimension") == "").height == 1 + 16 + 400


def test_rounded_counts_add_up_and_hide_nothing(tmp_path: Path) -> None:
    recipe = micro.RECIPE.replace('method = "suppress"\nminimum = 5', 'method = "round"\nbase = 5')
    result = figures(micro.write(tmp_path, recipe))
    assert set(result.figures["status"]) == {""}
    assert value(result, "DEG0R", "large")[0] in (0, 5)
    by_size = [value(result, "DEG0R", size)[0] for size in ("", "small", "large")]
    assert by_size[0] == by_size[1] + by_size[2]  # type: ignore[operator]
    assert (result.figures["value"] % 5).sum() == 0


def test_the_report_says_what_was_hidden_and_why_and_nothing_is_written_where_it_fails(tmp_path: Path) -> None:
    path = micro.write(tmp_path)
    command = ["aggregate", str(path), "--out", str(tmp_path / "out")]
    assert main(command, print) == 0
    report = json.loads((tmp_path / "out" / "firms.report.json").read_text(encoding="utf-8"))
    assert report["cells_hidden_by"]["minimum"] == 1
    assert report["rows_counted"] == 292
    unsafe = {"region": "DEG0R", "period": "2024", "dimension": "size", "member": "large", "why": "minimum"}
    assert unsafe in report["hidden"]
    before = (tmp_path / "out" / "firms.parquet").read_bytes()
    assert main(command, print) == 0
    assert (tmp_path / "out" / "firms.parquet").read_bytes() == before, "the same microdata give the same bytes"
    micro.rows().with_columns(ags=pl.lit("99999")).write_parquet(tmp_path / "part.parquet")
    done = micro.run("aggregate", path, "--out", tmp_path / "out")
    assert done.returncode == 10
    assert "part.parquet, column 'ags': 1 codes in 292 rows cannot be placed" in done.stderr
    assert (tmp_path / "out" / "firms.parquet").read_bytes() == before


# ── Bad input ────────────────────────────────────────────────────────────────────────────────────────────────────

Change = Callable[[pl.DataFrame], pl.DataFrame]
WEIGHTED = SHARE.replace('kind = "share"', 'kind = "weighted_share"\nweight = "weight"\nstrata = "stratum"')


def first(column: str, value: object) -> Change:
    return lambda frame: frame.with_columns(
        pl.when(pl.int_range(pl.len()) == 0).then(pl.lit(value)).otherwise(pl.col(column)).alias(column)
    )


@pytest.mark.parametrize(
    ("recipe", "change", "message", "fault"),
    [
        (micro.RECIPE, first("ags", None), "1 rows: the region is empty", "region_missing"),
        (micro.RECIPE, first("size", None), "1 rows: a breakdown is empty", "breakdown_missing"),
        (micro.RECIPE, first("day", None), "1 rows: the period is empty", "period_unreadable"),
        (SHARE, first("ai", None), "1 rows: a column that `hit` looks at", "hit_missing"),
        (SUM, first("amount", -3.0), "1 rows: the value is negative", "value_negative"),
        (SUM, first("amount", float("nan")), "1 rows: the value is empty or no", "value_unreadable"),
        (WEIGHTED, first("weight", -1.0), "1 rows: the weight is negative", "weight_negative"),
        (WEIGHTED, first("stratum", None), "1 rows: the stratum or cluster", "strata_missing"),
    ],
)
def test_a_row_that_cannot_be_counted_stops_it_or_is_left_out_and_told(
    tmp_path: Path, recipe: str, change: Change, message: str, fault: str
) -> None:
    path = micro.write(tmp_path, free(recipe), change(micro.rows()))
    with pytest.raises(DeliveryError, match=message):
        figures(path)
    path.write_text(path.read_text("utf-8").replace("[input]", '[input]\nbad_rows = "skip"'), "utf-8")
    result = figures(path)
    assert dict(result.raw.faults) == {fault: 1}
    assert result.cells.filter(pl.col("region") == "DE", pl.col("member") == "")["rows"].item() == 291


def test_mixed_code_systems_are_named(tmp_path: Path) -> None:
    path = micro.write(tmp_path, frame=first("ags", "DED21")(micro.rows()))
    with pytest.raises(DeliveryError, match=r"unknown AGS code 'DED21'.*mixes code systems.*known in nuts"):
        figures(path)
    path.write_text(micro.RECIPE.replace('"ags"\nlevels', '"insee_com"\nlevels'), "utf-8")
    with pytest.raises(DeliveryError, match=r"codes in .* rows cannot be placed|known in ags"):
        figures(path)
    path.write_text(micro.RECIPE, "utf-8")
    first("ags", "16")(micro.rows()).write_parquet(tmp_path / "part.parquet")
    with pytest.raises(DeliveryError, match="'16' is larger than a nuts3"):
        figures(path)


def test_one_corrupt_file_of_a_thousand_is_named_or_left_out(tmp_path: Path) -> None:
    path = micro.write(tmp_path, free(micro.RECIPE))
    for number in range(999):
        shutil.copy(tmp_path / "part.parquet", tmp_path / f"part-{number:03}.parquet")
    whole = (tmp_path / "part.parquet").read_bytes()
    broken = tmp_path / "part-500.parquet"
    broken.write_bytes(whole[: len(whole) // 2])
    with pytest.raises(DeliveryError, match=r"part-500.parquet: unreadable"):
        figures(path)
    path.write_text(path.read_text("utf-8").replace("[input]", '[input]\nbad_files = "skip"'), "utf-8")
    result = figures(path)
    assert list(result.bad_files) == [broken]
    assert value(result, "DE")[0] == 292 * 999


def test_a_file_broken_inside_is_named_after_the_engine_stumbled(tmp_path: Path) -> None:
    path = micro.write(tmp_path, free(micro.RECIPE))
    broken = tmp_path / "part-1.parquet"
    micro.rows().write_parquet(broken, compression="zstd")
    raw = bytearray(broken.read_bytes())
    raw[4:200] = bytes(byte ^ 0xFF for byte in raw[4:200])
    broken.write_bytes(raw)
    with pytest.raises(DeliveryError, match=r"part-1.parquet: unreadable"):
        figures(path)
    path.write_text(path.read_text("utf-8").replace("[input]", '[input]\nbad_files = "skip"'), "utf-8")
    assert value(figures(path), "DE")[0] == 292


def test_files_that_differ_in_kind_are_named(tmp_path: Path) -> None:
    path = micro.write(tmp_path)
    micro.rows().with_columns(pl.col("day").cast(pl.String)).write_parquet(tmp_path / "q.parquet")
    with pytest.raises(DeliveryError, match=r"q.parquet: column 'day' is text, in the files before it a date"):
        figures(path)
    micro.rows().with_columns(pl.col("ags").cast(pl.Int64)).write_parquet(tmp_path / "q.parquet")
    with pytest.raises(DeliveryError, match="column 'ags' is int64; codes are text"):
        figures(path)
    micro.rows().drop("size").write_parquet(tmp_path / "q.parquet")
    with pytest.raises(DeliveryError, match=r"q.parquet: no column 'size'"):
        figures(path)


def test_an_engine_without_memory_or_room_ends_clearly_and_a_rerun_with_more_succeeds(tmp_path: Path) -> None:
    count = 300_000
    frame = pl.select(firm=pl.int_range(count).cast(pl.String).str.zfill(9) + "-a-name-that-takes-some-room" * 8)
    frame = frame.with_columns(ags=pl.lit("16051"), day=pl.lit("2024-01-01"), size=pl.lit("small"), amount=pl.lit(1.0))
    recipe = SUM.replace("minimum = 5", 'minimum = 5\nunit = "firm"')
    path = micro.write(tmp_path, recipe, frame)
    with pytest.raises(PublishError, match=r"out of memory or of room to spill.*nothing was written"):
        figures(path, limits=Limits(memory="60MB", spill=tmp_path, most_spill="1MB", threads=1))
    assert not list(tmp_path.glob("atlas-spill-*")), "what was spilled is gone"
    result = figures(path, limits=Limits(memory="400MB", spill=tmp_path, threads=1))
    assert value(result, "DE")[0] == count


def test_a_full_disk_while_writing_keeps_what_was_there(tmp_path: Path) -> None:
    path = micro.write(tmp_path)
    out = tmp_path / "out"
    assert main(["aggregate", str(path), "--out", str(out)], print) == 0
    before = {one.name: one.read_bytes() for one in out.iterdir()}
    micro.rows().head(200).write_parquet(tmp_path / "part.parquet")

    def small_files() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (1000, 1000))

    done = micro.run("aggregate", path, "--out", out, preexec_fn=small_files)
    assert done.returncode == 12, done.stderr
    assert "Traceback" not in done.stderr
    assert {one.name: one.read_bytes() for one in out.iterdir()} == before


# ── Recipes ──────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ('kind = "count"', 'kind = "mean"', "key 'measure.kind': 'mean' is not one of"),
        ('kind = "count"', 'kind = "sum"', "key 'measure.value': missing; a sum needs it"),
        ('kind = "count"', 'kind = "count"\nweight = "w"', "key 'measure.weight': a count has none"),
        ('kind = "count"', 'kind = "median"\nvalue = "amount"', "an unrounded median is the value of a single row"),
        ('system = "ags"', 'system = "plz"', "key 'region.system': 'plz' is not one of"),
        ('"land", ', '"kreis", ', "key 'region.levels': 'kreis' is not one of country, land, nuts2, nuts3"),
        ("minimum = 5", "minimum = 2", "key 'disclosure.minimum': 2 is not within 3 and 1000"),
        ('method = "suppress"', 'method = "none"', "key 'disclosure.reason': says why there is no control"),
        ("minimum = 5", "minimun = 5", "key 'disclosure.minimun': unknown; known are"),
        ('["*.parquet"]', "[]", "key 'input.files': a list of texts is needed"),
        ('grain = "year"', 'grain = "week"', "key 'period.grain': 'week' is not one of"),
        (
            "[measure]",
            '[[filter]]\ncolumn = "a"\nop = "in"\nvalue = 3\n[measure]',
            "'filter.0.value': 'in' and 'not_in'",
        ),
    ],
)
def test_a_wrong_recipe_is_refused_naming_key_and_remedy(tmp_path: Path, old: str, new: str, message: str) -> None:
    assert old in micro.RECIPE
    with pytest.raises(CatalogueError, match=r"firms.toml") as refused:
        read_recipe(micro.write(tmp_path, micro.RECIPE.replace(old, new)))
    assert message in str(refused.value)


def test_what_is_not_there_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = micro.write(tmp_path)
    for arguments, code, message in (
        ((tmp_path / "none.toml",), 13, "there is no such recipe"),
        ((path, "--input", str(tmp_path / "*.csv")), 10, "no file matches"),
        ((path, "--input", "ftp://host/*.parquet"), 2, "files are read from a folder or from s3://bucket/"),
        ((path, "--engine", "hadoop"), 2, "there is no such engine"),
    ):
        given = ["aggregate", *map(str, arguments), "--out", str(tmp_path / "out")]
        assert (main(given, print), message in (told := capsys.readouterr().err)) == (code, True), told
    assert not (tmp_path / "out").exists()
