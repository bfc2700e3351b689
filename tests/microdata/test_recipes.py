"""The ready recipes on synthetic microdata, and what they deliver in a real build."""

from __future__ import annotations

import json
from pathlib import Path

import duckdb
import micro
import polars as pl
import pyarrow.parquet as pq
import pytest

from etl import catalogue
from etl.cli import main
from etl.microdata import synthetic
from etl.microdata.recipe import read_recipe

RECIPES = sorted((micro.ROOT / "etl/microdata/recipes").glob("*.toml"))

SOURCE = """
from etl.microdata import handover
from etl.model import File, Licence, Source

SOURCE = Source(
    id="office_grants", publisher="Office",
    title={"de": "Zuwendungen", "fr": "Subventions", "en": "Grants"},
    licence=Licence("CC BY 4.0", "https://creativecommons.org/licenses/by/4.0/", "Office"),
    url="https://example.org/grants",
    files=(File("figures", ("grants_ai.parquet",), "https://example.org/grants", page=True),),
    citation="Office", rhythm="yearly",
)


def parse(delivery):
    return handover.read(delivery, "figures")
"""

INDICATOR = """
theme = "funding"
kind = "amount"
unit = "eur"
decimals = 0
direction = "none"
aggregation = "none"
interval = ""
verdict = "single"
order = 1
[source]
id = "office_grants"
measure = "ai_grants_eur"
[checked]
by = "test"
on = 2026-11-21
"""


def test_every_recipe_is_read() -> None:
    assert len([read_recipe(path) for path in RECIPES]) >= 4


def test_synthetic_microdata_say_so_and_are_the_same_each_time(tmp_path: Path) -> None:
    for kind in synthetic.KINDS:
        one, two = (synthetic.write(kind, tmp_path / f"{kind}{n}", 2500, part=1000) for n in (1, 2))
        assert len(one) == 3
        assert all(a.read_bytes() == b.read_bytes() for a, b in zip(one, two, strict=True))
        assert pl.read_parquet(one)["synthetic"].all()
        assert pq.read_schema(one[0]).metadata[b"synthetic"].startswith(b"true")


@pytest.mark.parametrize(
    ("recipe", "kind"), [("job_ads_ai", "ads"), ("firm_adoption", "firms"), ("grants_ai", "grants")]
)
def test_a_ready_recipe_runs_and_hides(tmp_path: Path, recipe: str, kind: str) -> None:
    synthetic.write(kind, tmp_path / "in", 400 if kind == "ads" else 1200)
    path = micro.ROOT / "etl/microdata/recipes" / f"{recipe}.toml"
    command = ["aggregate", str(path), "--input", str(tmp_path / "in/*.parquet"), "--out", str(tmp_path / "out")]
    assert main(command, print) == 0
    figures = pl.read_parquet(tmp_path / "out" / f"{recipe}.parquet")
    report = json.loads((tmp_path / "out" / f"{recipe}.report.json").read_text("utf-8"))
    assert figures.filter(pl.col("status") == "c").height == report["cells_hidden"] > 0
    shown = figures.filter(pl.col("status") == "")
    assert shown.height > 0
    assert report["periods_by_way_of_hiding"] == {"one unsafe cell at a time": 2}
    if recipe == "firm_adoption":
        assert (shown["ci_low"] <= shown["value"]).all()
        assert (shown["value"] <= shown["ci_high"]).all()


def test_the_french_recipe_reads_csv_and_rounds(tmp_path: Path) -> None:
    rows = ["departement;date_publication;intitule"]
    rows += [f"{dep};2024-02-0{day};Ingénieur IA H/F" for dep in ("67", "2A", "974") for day in range(1, 8)]
    rows += ["67;2024-02-01;Boulanger", "99;2024-02-01;Ingénieur IA", ";2024-02-01;Ingénieur IA"]
    (tmp_path / "a.csv").write_text("\n".join(rows) + "\n", "utf-8")
    path = micro.ROOT / "etl/microdata/recipes/job_ads_ai_fr.toml"
    command = ["aggregate", str(path), "--input", str(tmp_path / "*.csv"), "--out", str(tmp_path / "out")]
    assert main(command, print) == 0
    found = pl.read_parquet(tmp_path / "out/job_ads_ai_fr.parquet")
    values = dict(found.select("region", "value").iter_rows())
    assert values["FR"] == values["FRF"] + values["FRM"] + values["FRY4"] in (20, 25)
    assert values["FRB"] == 0
    report = json.loads((tmp_path / "out/job_ads_ai_fr.report.json").read_text("utf-8"))
    assert report["rows_left_out"]["region_missing"]["rows"] == 1
    assert list(report["rows_left_out"]["not_placed"]["first"]) == ["99"]


def test_what_is_delivered_flows_into_a_build(tmp_path: Path) -> None:
    """A source of its own reads it, and the sealed build has it, the hidden cells with status c and no value."""
    root, data = tmp_path / "project", tmp_path / "data"
    for name in ("sources", "indicators"):
        (root / name).mkdir(parents=True)
    (root / "sources/office_grants.py").write_text(SOURCE, "utf-8")
    words = "\n".join(
        f"[words.{lang}]\n"
        + "\n".join(f'{key} = "{key} {lang}"' for key in ("title", "short", "unit", "definition", "method"))
        + f'\n[words.{lang}.reasons]\nconfidential = "hidden {lang}"\n[words.{lang}.gaps]\nDE = "none"'
        for lang in ("de", "fr", "en")
    )
    (root / "indicators/funding_office_eur.toml").write_text(INDICATOR + words, "utf-8")
    synthetic.write("grants", tmp_path / "in", 6000)
    recipe = micro.ROOT / "etl/microdata/recipes/grants_ai.toml"
    out = tmp_path / "from/office_grants"
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("ATLAS_DATA", str(data))
        command = ["aggregate", str(recipe), "--input", str(tmp_path / "in/*.parquet"), "--out", str(out)]
        assert main(command, print) == 0
        assert main(["build", "--from", str(tmp_path / "from"), "--retrieved", "2026-11-21"], print, root) == 0
    catalogue.load(root)
    figures = pl.read_parquet(out / "grants_ai.parquet")
    build = json.loads((data / "current.json").read_text("utf-8"))["build"]
    with duckdb.connect(str(data / "builds" / f"{build}.duckdb"), read_only=True) as opened:
        rows = opened.execute("select region, period, value, status, n from observation where status <> 'm'").fetchall()
    wanted = figures.select("region", "period", "value", "status", "n").rows()
    assert sorted(rows, key=str) == sorted(wanted, key=str)
    assert {row[3] for row in rows} == {"", "c"}


def test_a_hidden_cell_that_somebody_filled_in_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    root = tmp_path / "project"
    for name in ("sources", "indicators"):
        (root / name).mkdir(parents=True)
    (root / "sources/office_grants.py").write_text(SOURCE, "utf-8")
    found = catalogue.load(root).sources["office_grants"]
    folder = tmp_path / "from/office_grants"
    path = micro.write(tmp_path / "in")
    assert main(["aggregate", str(path), "--out", str(folder)], print) == 0
    frame = pl.read_parquet(folder / "firms.parquet").with_columns(value=pl.lit(3.0))
    frame.write_parquet(folder / "grants_ai.parquet")
    from etl.model import DeliveryError
    from etl.snapshot import find_deliveries

    delivery = find_deliveries(tmp_path / "from", [found.source])["office_grants"]
    with pytest.raises(DeliveryError, match="a suppressed cell has a value"):
        found.parse(delivery)
