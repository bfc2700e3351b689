"""A small good delivery of every source, as tables that the fuzzer can change, written in the published format.

The rows are those of the golden tests; where a source may be delivered in several forms, each is a `Golden`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from tests.fuzz import forms
from tests.fuzz.forms import File, Table
from tests.golden import test_anr_ai as anr
from tests.golden import test_anr_lists as anr_lists
from tests.golden import test_ba_badata as ba
from tests.golden import test_bund_foerderkatalog as foekat
from tests.golden import test_cordis_projects as cordis
from tests.golden import test_dares_metiers as dares
from tests.golden import test_destatis_genesis_52911 as genesis
from tests.golden import test_destatis_ikt_laender as laender
from tests.golden import test_dge_france_num as france_num
from tests.golden import test_eurito_preprints as eurito
from tests.golden import test_eurostat_datasets as datasets
from tests.golden import test_eurostat_extracts as extracts
from tests.golden import test_eurostat_gdp as gdp
from tests.golden import test_eurostat_isoc_eb_ai_size as sizes
from tests.golden import test_eurostat_population as population
from tests.golden import test_france2030_ia_clusters as clusters
from tests.golden import test_france_travail_bmo as bmo
from tests.golden import test_indeed_ai_postings as indeed
from tests.golden import test_kohesio_operations as kohesio
from tests.golden import test_map_ai as map_ai
from tests.golden import test_mesr_inov as inov
from tests.golden import test_urssaf_commune_ape as urssaf


@dataclass(frozen=True)
class Golden:
    """One form of a source's delivery: file name → file.

    by_position: the header has names twice, so that columns can only be known by their place.
    sums: figures are sums or counts of rows, so that a row less may lower one; otherwise it must take it away.
    complete: the publisher's list holds everything there is, so a region without a row is documented as a counted 0.
    counts: a measure that counts rows of a kind, and is 0 where there is none.
    joined: one row speaks of several places (a project of its participants, a row of an operation's places).
    withholds: cells of a delivery may stay out by a documented rule (etl/sdmx.py: fill_missing) until others change.
    """

    files: Mapping[str, File]
    by_position: bool = False
    sums: bool = False
    complete: bool = False
    counts: str = ""
    joined: bool = False
    withholds: bool = False


def _anr() -> list[Golden]:
    texts = {
        "anr01_ai_coordinated_by_region.csv": anr.COORDINATED,
        "anr01_ai_participations_by_region_year.csv": anr.PARTICIPATIONS,
        "anr02_ai_projects.csv": anr.AWARDS,
    }
    tables = {
        "anr01_partenaires_depuis_2010.json": anr_lists.partners(),
        "anr02_projets.json": anr_lists.awarded(),
        "anr02_partenaires.json": anr_lists.awarded_partners(),
    }
    lists = {
        name: File({"": Table(tuple(one["columns"]), tuple(map(tuple, one["data"])))}, forms.json_split)
        for name, one in tables.items()
    }
    return [
        Golden({name: forms.csv_file(text) for name, text in texts.items()}, sums=True, complete=True),
        Golden(lists, sums=True, complete=True),
    ]


def _ba() -> list[Golden]:
    persons = ba.employees()
    persons = persons[(persons["type"] == "social insurance") & (persons["group"] == "total")]
    frames = {
        "employees_by_workplace": persons,
        "jobs": ba.stocks(ba.VACANCIES, "social_insurance"),
        "unemployed_total": ba.stocks(ba.UNEMPLOYED, "women"),
    }
    return [
        Golden(
            {
                f"{name}.rda": File({name: forms.frame_table(frame)}, forms.rda_writer(name))
                for name, frame in frames.items()
            },
            sums=True,
        )
    ]


def _foekat() -> list[Golden]:
    def write(tables: forms.Tables) -> bytes:
        one = forms.only(tables)
        return foekat.export([[str(cell) for cell in row] for row in one.rows], list(one.header))

    table = Table(tuple(foekat.HEADER_2026), tuple(map(tuple, foekat.projects())))
    return [Golden({"foerderkatalog.csv": File({"": table}, write)}, by_position=True, sums=True, complete=True)]


def _cordis() -> list[Golden]:
    def write(tables: forms.Tables) -> bytes:
        return cordis.packed(
            {
                name: [list(one.header), *([str(cell) for cell in row] for row in one.rows)]
                for name, one in tables.items()
            }
        )

    files = {}
    for name, found in (("HORIZON", cordis.horizon()), ("h2020", cordis.h2020())):
        tables = {
            member: Table(tuple(header), tuple(map(tuple, rows)), (range(1), range(1, len(header))))
            for member, (header, *rows) in found.items()
            if member != "information.csv"
        }
        files[f"cordis-{name}projects-csv.zip"] = File(tables, write)
    return [Golden(files, sums=True, complete=True, joined=True)]


def _france_num() -> list[Golden]:
    tables = {"questions-reponses.json": france_num.answers(), "bfn-table-de-correspondance.json": france_num.QUESTIONS}
    files = {name: File({"": forms.records_table(rows)}, forms.json_records) for name, rows in tables.items()}
    return [Golden(files)]


def _genesis() -> list[Golden]:
    packed = forms.csv_file(genesis.text(genesis.rows()), ";")
    return [
        Golden({"52911_flat.zip": File(packed.tables, forms.zip_of("52911-9999_de_flat.csv", packed.write))}),
        Golden({"52911_flat.csv": packed}),
    ]


def _dares() -> list[Golden]:
    # Families outside IT stand for the rest of the file; one of them is enough.
    rows = [row for row in dares.rows() if row[0] != "A0Z"]
    return [Golden({"tensions.csv": forms.csv_file(dares.text(rows))})]


def _bmo() -> list[Golden]:
    table = Table(tuple(bmo.HEADER_2025), tuple(map(tuple, bmo.of_2025())))
    about: list[list[str | int | float | None]] = [["variable", "description"], ["met", "projets de recrutement"]]
    write = forms.xlsx_writer({"Description_des_variables": about})
    return [
        Golden(
            {"Base_open_data_BMO_2025.xlsx": File({"BMO_2025_open_data": table}, write)},
            sums=True,
            counts="it_recruitment_suppressed",
        )
    ]


def _map_ai() -> list[Golden]:
    tables = {}
    for family in ("adoption", "role", "type"):
        frame = map_ai.published(family)
        tables[f"ai_{family}_share_by_nuts_region"] = Table(tuple(frame.columns), tuple(frame.rows()))
    texts = {f"{name}.csv": File({"": one}, forms.csv_writer()) for name, one in tables.items()}
    return [
        Golden({f"{name}.parquet": File({"": one}, forms.parquet) for name, one in tables.items()}),
        Golden(texts),
    ]


def _kohesio() -> list[Golden]:
    names = {"de_2014": "DE-pp14-20", "de_2021": "DE-pp21-27", "fr_2014": "FR-pp14-20", "fr_2021": "FR-pp21-27"}
    files = {
        f"{name}-latest.csv": forms.csv_file(kohesio.text(kohesio.operations()[key]), end="\r\n")
        for key, name in names.items()
    }
    return [Golden(files, sums=True, complete=True, joined=True)]


def _records(name: str, records: list[dict[str, forms.Cell]], complete: bool) -> list[Golden]:
    return [Golden({name: File({"": forms.records_table(records)}, forms.json_records)}, sums=True, complete=complete)]


def _eurostat(code: str, one: Table, endings: tuple[str, str, str] = ("tsv", "sdmx.csv", "json")) -> list[Golden]:
    """The same cells in Eurostat's three formats."""
    packed = endings[0].endswith(".gz")
    return [
        Golden({f"{code}.{endings[0]}": File({"": one}, forms.tsv_writer(packed=packed))}, withholds=True),
        Golden({f"{code}.{endings[1]}": File({"": forms.long(one, code)}, forms.csv_writer())}, withholds=True),
        Golden({f"{code}.{endings[2]}": File({"": one}, forms.json_stat)}, withholds=True),
    ]


def _isoc_eb_ai() -> list[Golden]:
    cells = "2021 | 2023 | 2024 | 2025\n"
    cells += "GE10,C10-S951_X_K,E_AI_TANY,PC_ENT,AL 3.67 | : | : | 8.99\n"
    cells += "GE10,C10-S951_X_K,E_AI_TANY,PC_ENT,DE 10.56 | 11.55 | 19.75 | 25.97\n"
    cells += "GE10,C10-S951_X_K,E_AI_TANY,PC_ENT,FR 6.67 | 5.88 b | 9.91 | 18.16\n"
    return _eurostat("isoc_eb_ai", forms.wide(("size_emp", "nace_r2", "indic_is", "unit"), cells))


def _isoc_eb_ai_size() -> list[Golden]:
    cells = " | ".join(sizes.YEARS) + "\n"
    for (size, country), values in sizes.CELLS.items():
        shown = (f"{v} {sizes.flag(country, y)}".strip() for y, v in zip(sizes.YEARS, values, strict=True))
        cells += f"{size},C10-S951_X_K,E_AI_TANY,PC_ENT,{country} {' | '.join(shown)}\n"
    return _eurostat("isoc_eb_ai", forms.wide(("size_emp", "nace_r2", "indic_is", "unit"), cells))


def _genai() -> list[Golden]:
    cells = "2025\n" + "".join(
        f"{member or 'IND_TOTAL'},I_IUAI,PC_IND,{region} {value}\n" for _, member, region, value in extracts.GENAI
    )
    extract = Golden({"isoc_ai_iaiu__2025_DE_FR_EU.csv": forms.csv_file(extracts.EXTRACT)})
    return [*_eurostat("isoc_ai_iaiu", forms.wide(("ind_type", "indic_is", "unit"), cells)), extract]


def _case(code: str) -> Callable[[], list[Golden]]:
    dims = datasets.module_of(code).DATASET.dims
    return lambda: _eurostat(code, forms.wide(dims, datasets.CASES[code].cells))


def _population() -> list[Golden]:
    one = forms.wide(("sex", "unit", "age"), f"2022 | 2021 | 2020\n{population.CELLS}", "T,NR,TOTAL,")
    return _eurostat("demo_r_pjangrp3", one, ("tsv.gz", "sdmx.csv", "json"))


def _gdp() -> list[Golden]:
    one = forms.wide(("unit",), f"2009 | 2021 | 2022\n{gdp.CELLS}", "MIO_EUR,")
    return _eurostat("nama_10r_3gdp", one)


def _csvs(texts: Mapping[str, str], **rules: bool) -> Callable[[], list[Golden]]:
    return lambda: [Golden({name: forms.csv_file(text) for name, text in texts.items()}, **rules)]


#: Source → its forms. A source of `etl/sources/` that is not here fails a test.
GOLDENS: Mapping[str, Callable[[], list[Golden]]] = {
    "anr_ai": _anr,
    "ba_badata": _ba,
    "bund_foerderkatalog": _foekat,
    "cordis_projects": _cordis,
    "dares_metiers": _dares,
    "destatis_genesis_52911": _genesis,
    "dge_france_num": _france_num,
    "destatis_ikt_laender": _csvs(
        {"de_land_ai_adoption_seen.csv": laender.SEEN, "de_land_ai_adoption_seen_2.csv": laender.SEEN_2}
    ),
    "eurito_preprints": _csvs(
        {
            f"{eurito.AI}.csv": eurito.text(eurito.AI, eurito.lines()),
            f"{eurito.DL}.csv": eurito.text(eurito.DL, eurito.lines()[8:12]),
        },
        complete=True,
    ),
    **{f"eurostat_{code}": _case(code) for code in datasets.CASES},
    "eurostat_gdp": _gdp,
    "eurostat_isoc_ai_iaiu": _genai,
    "eurostat_isoc_eb_ai": _isoc_eb_ai,
    "eurostat_isoc_eb_ai_size": _isoc_eb_ai_size,
    "eurostat_population": _population,
    "france2030_ia_clusters": _csvs({"programmes.csv": clusters.TABLE}, sums=True, complete=True),
    "france_travail_bmo": _bmo,
    "indeed_ai_postings": _csvs({"AI_posting.csv": indeed.published()}),
    "kohesio_operations": _kohesio,
    "map_ai": _map_ai,
    "mesr_inov": lambda: _records("inov_laureates.json", inov.laureates(), complete=True),
    "urssaf_commune_ape": lambda: _records("urssaf_commune_ape.json", urssaf.records(), complete=False),
}
