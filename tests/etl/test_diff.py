"""What differs between two builds, cell by cell, and how it is shown."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable

import polars as pl
import pytest
from tiny_project import Make, Project

from etl.diff import changes, compare, counted, markdown

SCHEMA = dict.fromkeys(("source", "indicator", "country", "region", "period", "dimension", "member"), pl.String) | {
    "value": pl.Float64,
    "status": pl.String,
}


def shown(*cells: tuple[str, float | None, str]) -> pl.DataFrame:
    """Observations (region, value, status) of one indicator and year."""
    rows = [("s", "i", "DE", region, "2024", "", "", value, status) for region, value, status in cells]
    return pl.DataFrame(rows, schema=SCHEMA, orient="row")


@pytest.mark.parametrize(
    ("before", "after", "change"),
    [
        ((), (("DE1", 5.0, ""),), "new"),
        ((("DE1", None, "m"),), (("DE1", 5.0, ""),), "new"),
        ((("DE1", 5.0, ""),), (("DE1", 6.0, ""),), "revised"),
        ((("DE1", 5.0, ""),), (("DE1", 6.0, "p"),), "revised"),
        ((("DE1", 0.0, ""),), (("DE1", 1e-12, ""),), "revised"),
        ((("DE1", 5.0, ""),), (), "vanished"),
        ((("DE1", 5.0, ""),), (("DE1", None, "c"),), "vanished"),
        ((("DE1", 5.0, "p"),), (("DE1", 5.0, ""),), "status"),
        ((("DE1", None, "m"),), (("DE1", None, "c"),), "status"),
        ((("DE1", 5.0, ""),), (("DE1", 5.0, ""),), None),
        ((("DE1", 0.1 + 0.2, ""),), (("DE1", 0.3, ""),), None),
        ((), (("DE1", None, "m"),), None),
        ((("DE1", None, "m"),), (), None),
    ],
)
def test_a_cell_is_new_revised_vanished_of_another_status_or_the_same(
    before: tuple[tuple[str, float | None, str], ...],
    after: tuple[tuple[str, float | None, str], ...],
    change: str | None,
) -> None:
    cells = compare(shown(*before), shown(*after))
    assert cells["change"].to_list() == ([change] if change else [])
    for cell in cells.to_dicts():
        was, now = before[0] if before else ("DE1", None, None), after[0] if after else ("DE1", None, None)
        assert (cell["old"], cell["new"], cell["old_status"], cell["new_status"]) == (was[1], now[1], was[2], now[2])
        assert (cell["source"], cell["indicator"], cell["country"], cell["region"]) == ("s", "i", "DE", "DE1")


def test_two_builds_differ_in_the_revised_share_and_all_that_derives_from_it(make: Make, tiny: Project) -> None:
    first, second = make(), make(1)  # DE 2023 moves by 1: the share, its change 2024, both gaps of 16 Länder, the ratio
    rows = {(row["indicator"], row["country"]): row for row in counted(changes(first.path, second.path))}
    assert {key: row["revised"] for key, row in rows.items()} == {
        ("adoption_share_pct", "DE"): 1,
        ("adoption_share_change_pp", "DE"): 1,
        ("adoption_share_gap_pp", "DE"): 16,
        ("adoption_share_per_people", "DE"): 1,
        ("adoption_change_gap_pp", "DE"): 16,
    }
    share = changes(first.path, second.path).filter(pl.col("indicator") == "adoption_share_pct").to_dicts()
    assert [(cell["region"], cell["period"], cell["old"], cell["new"]) for cell in share] == [("DE", "2023", 5.0, 6.0)]
    (tiny.root / "indicators" / "adoption_change_gap_pp.toml").unlink()
    third = make(1)
    assert counted(changes(second.path, third.path)) == [
        {"indicator": "adoption_change_gap_pp", "country": land, "new": 0, "revised": 0, "vanished": count, "status": 0}
        for land, count in (("DE", 16), ("FR", 18))
    ]
    assert counted(changes(third.path, second.path))[0]["new"] == 16
    assert changes(second.path, second.path).is_empty()


def test_the_command_shows_a_table_markdown_and_json(
    run: Callable[..., subprocess.CompletedProcess[str]], make: Make
) -> None:
    first, second = make(), make(1)
    lines = run("diff", "--limit", "2").stdout.splitlines()
    assert lines[0] == f"from build {first.id} to {second.id}: 35 revised"
    assert lines[2].split() == ["indicator", "country", "new", "revised", "vanished", "status"]
    assert lines[-1] == "… 33 more cells; `--limit 35` or `--json` shows them"
    text = run("diff", "--markdown", "--limit", "50").stdout
    assert "| revised | adoption_share_pct | DE | 2023 |  | 5 | 6 |  |  |" in text.splitlines()
    told = json.loads(run("diff", first.id, "--json").stdout)  # from the published to the named one
    assert (told["old"], told["new"], len(told["cells"])) == (second.id, first.id, 35)
    cell = next(cell for cell in told["cells"] if cell["indicator"] == "adoption_share_pct")
    assert (cell["change"], cell["old"], cell["new"]) == ("revised", 6.0, 5.0)
    assert "have the same observations" in run("diff", second.id).stdout


def test_markdown_of_nothing_says_so() -> None:
    assert markdown("a", "b", compare(shown(), shown()), 5).endswith("The same observations.")
