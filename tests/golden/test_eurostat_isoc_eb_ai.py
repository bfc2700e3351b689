"""Eurostat isoc_eb_ai: from published SDMX-CSV and TSV to the exact tidy table, and what is refused."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest

from etl import sdmx
from etl.model import TIDY, Delivery, DeliveryError
from etl.snapshot import find_deliveries
from etl.sources import eurostat_isoc_eb_ai as module
from tests.golden.delivered import SHARED, shared, written

HEADER = "DATAFLOW,LAST UPDATE,freq,size_emp,nace_r2,indic_is,unit,geo,TIME_PERIOD,OBS_VALUE,OBS_FLAG,CONF_STATUS"
FIRST = "ESTAT:ISOC_EB_AI(1.0),27/02/26 11:00:00,A,GE10,C10-S951_X_K,"
#: Rows as published: other indicators and countries around the block that the atlas shows.
ROWS = (
    "E_AI_PMS,PC_ENT_IUSE,FR,2024,,u,",
    "E_AI_PRDI,PC_ENT_AI_TANY,ME,2024,,,C",
    "E_AI_TANY,PC_ENT,AL,2021,3.67,,",
    "E_AI_TANY,PC_ENT,DE,2021,10.56,,",
    "E_AI_TANY,PC_ENT,DE,2023,11.55,,",
    "E_AI_TANY,PC_ENT,DE,2024,19.75,,",
    "E_AI_TANY,PC_ENT,DE,2025,25.97,,",
    "E_AI_TANY,PC_ENT,FR,2021,6.67,,",
    "E_AI_TANY,PC_ENT,FR,2023,5.88,b,",
    "E_AI_TANY,PC_ENT,FR,2024,9.91,,",
    "E_AI_TANY,PC_ENT,FR,2025,18.16,,",
)
WANT = [
    ("DE", "2021", 10.56, ""),
    ("DE", "2023", 11.55, ""),
    ("DE", "2024", 19.75, ""),
    ("DE", "2025", 25.97, ""),
    ("FR", "2021", 6.67, ""),
    ("FR", "2023", 5.88, "b"),
    ("FR", "2024", 9.91, ""),
    ("FR", "2025", 18.16, ""),
]


def sdmx_csv(*rows: str) -> str:
    return "\n".join([HEADER, *(FIRST + row for row in rows)]) + "\n"


def delivery(folder: Path, text: str) -> Delivery:
    return written(folder, module.SOURCE, isoc_eb_ai=text)


def tidy(rows: list[tuple[str, str, float | None, str]]) -> pl.DataFrame:
    whole = [
        ("any_ai", region, period, "", "", value, status, "", None, "isoc_eb_ai")
        for region, period, value, status in rows
    ]
    return pl.DataFrame(whole, schema=TIDY, orient="row")


def test_sdmx_csv_becomes_exactly_these_rows(tmp_path: Path) -> None:
    assert module.parse(delivery(tmp_path, sdmx_csv(*ROWS))).equals(tidy(WANT))


def test_tsv_gives_the_same(tmp_path: Path) -> None:
    text = (
        "freq,size_emp,nace_r2,indic_is,unit,geo\\TIME_PERIOD\t2021 \t2023 \t2024 \t2025 \n"
        "A,GE10,C10-S951_X_K,E_AI_PMS,PC_ENT_IUSE,FR\t1.22 \t1.04 b\t: u\t: u\n"
        "A,GE10,C10-S951_X_K,E_AI_TANY,PC_ENT,AL\t3.67 \t: \t: \t8.99 \n"
        "A,GE10,C10-S951_X_K,E_AI_TANY,PC_ENT,DE\t10.56 \t11.55 \t19.75 \t25.97 \n"
        "A,GE10,C10-S951_X_K,E_AI_TANY,PC_ENT,FR\t6.67 \t5.88 b\t9.91 \t18.16 \n"
    )
    place = tmp_path / "eurostat_isoc_eb_ai"
    place.mkdir()
    (place / "isoc_eb_ai.tsv").write_text(text)
    assert module.parse(find_deliveries(tmp_path, [module.SOURCE])[module.SOURCE.id]).equals(tidy(WANT))


@pytest.mark.parametrize(
    ("cell", "value", "status"),
    [
        (",u,", None, "u"),
        (",,C", None, "c"),
        (",,", None, None),
        ("0,,", 0.0, ""),
        ("9.91,bu,", 9.91, "u"),
        ("9.91,e,", 9.91, "e"),
        ("9.91,p,", 9.91, "p"),
    ],
)
def test_flags_and_empty_cells_keep_their_meaning(
    tmp_path: Path, cell: str, value: float | None, status: str | None
) -> None:
    """Unreliable without a value, confidential, nothing at all (not asked: no row), a true zero, several flags."""
    rows = [row.replace("FR,2024,9.91,,", "FR,2024," + cell) if "TANY,PC_ENT,FR,2024" in row else row for row in ROWS]
    want = [row for row in WANT if row[:2] != ("FR", "2024")]
    if status is not None:
        want.append(("FR", "2024", value, status))
    assert module.parse(delivery(tmp_path, sdmx_csv(*rows))).equals(tidy(sorted(want, key=lambda row: row[:2])))


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("OBS_FLAG", "FLAG", "line 1, column 'OBS_FLAG': the column is missing.*'FLAG'"),
        ("CONF_STATUS", "CONF_STATUS,note", "line 1, column 'note': the publisher added a column"),
        ("DE,2024,19.75", "DE,2024,197.5", "line 7, column 'value': share 197.5 is outside 0…100"),
        ("DE,2024,19.75", "DE,2024,-19.75", "line 7, column 'value': share -19.75 is outside"),
        ("DE,2024,19.75,,", 'DE,2024,"19,75",,', "line 7, column 'OBS_VALUE': '19,75'.*decimal comma"),
        ("DE,2024,19.75,,", "DE,2024,19.75,x,", "line 7, column 'flag': 'x' is not one of"),
        ("DE,2024,", "DE,2023,", "line 7, column 'geo': two rows have the same key .geo=DE, period=2023"),
        (",DE,", ",DK,", "country DE missing"),
        ("DE,2024,", "DEU,2024,", "line 7, column 'geo': unknown NUTS code 'DEU'"),
        ("E_AI_TANY,PC_ENT,", "E_AI_TANY,PC_ENT_IUSE,", "no row for Germany or France with size_emp=GE10"),
        ("DE,2024,19.75,,", "DE,2024", "line 7: .*truncated"),
    ],
)
def test_a_changed_table_is_refused(tmp_path: Path, old: str, new: str, message: str) -> None:
    text = sdmx_csv(*ROWS)
    changed = text.replace(old, new)
    if "note" in new:
        changed = "\n".join(line if "note" in line or not line else line + "," for line in changed.split("\n"))
    assert changed != text
    with pytest.raises(DeliveryError, match=message) as caught:
        module.parse(delivery(tmp_path, changed))
    assert str(caught.value).startswith("isoc_eb_ai.sdmx.csv")
    assert "Remedy:" in str(caught.value)


def test_the_whole_delivery_has_the_benchmark_figures() -> None:
    assert module.parse(shared(module.SOURCE)).equals(tidy(WANT))


def test_the_recorded_flag_cases_of_eurostat_are_read_as_published() -> None:
    """Another indicator of the same table, whose French cells are flagged and empty."""
    if not SHARED.is_dir():
        pytest.skip("the publishers' whole deliveries are not beside this checkout (../shared/sources)")
    path = SHARED / "eurostat" / "isoc_eb_ai__flag_cases.sdmx.csv"
    where = {"size_emp": "GE10", "nace_r2": "C10-S951_X_K", "indic_is": "E_AI_PMS", "unit": "PC_ENT_IUSE"}
    long = sdmx.with_status(sdmx.read(path, tuple(where), where), path.name)
    assert long.filter(geo="FR").select("period", "value", "status").rows() == [
        ("2021", 1.22, ""),
        ("2023", 1.04, "b"),
        ("2024", None, "u"),
        ("2025", None, "u"),
    ]
