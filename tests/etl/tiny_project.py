"""A tiny project of one source and a few indicators, written by the tests; the regions are the real ones."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from etl import catalogue, codes
from etl.figures import gather
from etl.lock import lock
from etl.publish import Sealed, build, publish

REPOSITORY = Path(__file__).parents[2]
Make = Callable[..., Sealed]

#: The real `etl.cli.main` on another root, in a process of its own, as `python -m etl` runs it.
MAIN = """
__file__ = "main"  # else DuckDB takes it for a console and draws progress bars into what is printed
import sys
from pathlib import Path
from etl.cli import main
sys.exit(main(sys.argv[2:], lambda line: print(line, flush=True), Path(sys.argv[1])))
"""

SOURCE = """
import polars as pl
from etl import codes, tidy
from etl.model import File, Licence, Source

SOURCE = Source(
    id="office_survey", publisher="Office", title={"de": "Erhebung", "fr": "Enquête", "en": "Survey"},
    licence=Licence("CC BY 4.0", "https://creativecommons.org/licenses/by/4.0/", "Office"),
    url="https://example.org/survey",
    files=(
        File("table", ("survey.csv", "survey_old_name.csv"), "https://example.org/survey.csv"),
        File("people", ("people.csv",), "https://example.org/people.csv", required=False),
    ),
    folders=("survey",), vintage="v1", citation="Office", rhythm="yearly",
)

def parse(delivery):
    path = delivery.path("table")
    columns = {"region": pl.String, "year": pl.String, "share": pl.Float64, "firms": pl.Int64}
    frame = tidy.read_csv(path, columns)
    tidy.expect_unique(frame, ["region", "year"], path.name)
    tidy.expect_range(frame, "share", 0, 100, path.name, meaning="share in per cent")
    frame = tidy.map_codes(frame, "region", lambda code: codes.resolve(code, "nuts"), path.name)
    tidy.expect_regions(frame, "region", codes.units("land", "DE"), path.name, what="Land")
    status = pl.when(pl.col("share").is_null()).then(pl.lit("c")).otherwise(pl.lit(""))
    parts = [frame.select(measure=pl.lit("share"), region="region", period="year", value="share", n="firms",
                          status=status, file=pl.lit("table"))]
    if delivery.has("people"):
        people = tidy.read_csv(delivery.path("people"), {"region": pl.String, "year": pl.String, "sex": pl.String,
                                                         "people": pl.Float64})
        parts.append(people.select(
            measure=pl.lit("people"), region="region", period="year", value="people",
            dimension=pl.when(pl.col("sex").is_null()).then(pl.lit("")).otherwise(pl.lit("sex")),
            member=pl.col("sex").fill_null(""), file=pl.lit("people")))
    return pl.concat([tidy.to_tidy(part) for part in parts])
"""


def indicator(kind: str = "rate", unit: str = "pct", *, origin: str, interval: str = "", **over: str) -> str:
    """The text of an indicator file; `origin` is its [source] or [derive] table."""
    top = {
        "theme": "adoption",
        "kind": kind,
        "unit": unit,
        "direction": "up",
        "aggregation": "none",
        "interval": interval,
        "verdict": "same",
        **over,
    }
    lines = [f'{key} = "{value}"' for key, value in top.items()] + ["decimals = 1", "order = 10", origin]
    lines += ["[checked]", 'by = "test"', "on = 2026-11-21"]
    for lang in ("de", "fr", "en"):
        lines += [f"[words.{lang}]"]
        lines += [f'{key} = "{key} {lang}"' for key in ("title", "short", "unit", "definition", "method")]
        lines += [f'comparability = "same {lang}"', 'dimension = "sex"']
        lines += [f"[words.{lang}.members]", f'f = "women {lang}"', f'm = "men {lang}"']
    return "\n".join(lines) + "\n"


def from_source(measure: str, dimension: str = "", factor: float = 1) -> str:
    """A [source] table."""
    return f'[source]\nid = "office_survey"\nmeasure = "{measure}"\ndimension = "{dimension}"\nfactor = {factor}'


def derived(kind: str, of: str, **more: object) -> str:
    """A [derive] table."""
    extra = "\n".join(
        f'{key} = "{value}"' if isinstance(value, str) else f"{key} = {value}" for key, value in more.items()
    )
    return f'[derive]\nkind = "{kind}"\nof = "{of}"\n{extra}'


INDICATORS = {
    "adoption_share_pct": indicator(origin=from_source("share"), interval="wilson"),
    "context_people_persons": indicator("count", "persons", origin=from_source("people")),
    "adoption_share_change_pp": indicator(unit="pp", origin=derived("change", "adoption_share_pct")),
    "adoption_share_gap_pp": indicator(unit="pp", origin=derived("gap", "adoption_share_pct")),
    "adoption_share_per_people": indicator(
        unit="per_1000",
        origin=derived("ratio", "adoption_share_pct", by="context_people_persons", factor=1000, lag_years=1),
    ),
    # Derived of derived, and named so that it comes first in the alphabet.
    "adoption_change_gap_pp": indicator(unit="pp", origin=derived("gap", "adoption_share_change_pp")),
}


#: A territory; its file is `a-hub.toml`.
HUB = """
kind = "hub"
members = ["DEG", "DED"]
sources = ["https://example.org/hub"]
[checked]
by = "test"
on = 2026-11-21
[words.de]
name = "Der Hub"
description = "Was er ist."
[words.fr]
name = "Le hub"
description = "Ce qu’il est."
[words.en]
name = "The hub"
description = "What it is."
"""


def write_project(folder: Path) -> Path:
    """A root like `etl/`, with one source and its indicators."""
    root = folder / "project"
    for name in ("sources", "indicators", "corrections", "territories"):
        (root / name).mkdir(parents=True)
    (root / "sources" / "office_survey.py").write_text(SOURCE, encoding="utf-8")
    for id_, text in INDICATORS.items():
        (root / "indicators" / f"{id_}.toml").write_text(text, encoding="utf-8")
    (root / "territories" / "a-hub.toml").write_text(HUB, encoding="utf-8")
    return root


def survey_rows() -> list[list[str]]:
    """Header and rows of survey.csv: the country, the Länder and régions, 2023 and 2024."""
    rows = [["region", "year", "share", "firms"]]
    places = [*codes.units("country"), *codes.units("land")]
    for number, code in enumerate(places):
        for year in (2023, 2024):
            rows.append([code, str(year), f"{5 + number * 0.5 + (year - 2023):.1f}", str(1000 + number)])
    return rows


def people_rows() -> list[list[str]]:
    """Header and rows of people.csv: Länder, régions and countries, 2023 only, total and by sex."""
    rows = [["region", "year", "sex", "people"]]
    for number, code in enumerate([*codes.units("country"), *codes.units("land")]):
        for sex, people in (("", 2000 + 2 * number), ("f", 1000 + number), ("m", 1000 + number)):
            rows.append([code, "2023", sex, str(people)])
    return rows


def write_csv(path: Path, rows: list[list[str]]) -> Path:
    """Write rows as a publisher's CSV."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("".join(",".join(row) + "\n" for row in rows), encoding="utf-8")
    return path


def write_delivery(folder: Path) -> Path:
    """A `--from` folder with a good delivery."""
    write_csv(folder / "office_survey" / "survey.csv", survey_rows())
    write_csv(folder / "office_survey" / "people.csv", people_rows())
    return folder


@dataclass(frozen=True)
class Project:
    """Where a test's project lies: its root (like `etl/`), a good delivery, and the data folder."""

    root: Path
    delivery: Path
    data: Path


def make(tiny: Project, shift: float, data: Path, *, published: bool = True) -> Sealed:
    """Build (and publish) the tiny project; `shift` is added to the first share, so that builds differ."""
    rows = survey_rows()
    rows[1][2] = str(float(rows[1][2]) + shift)
    write_csv(tiny.delivery / "office_survey" / "survey.csv", rows)
    found = catalogue.load(tiny.root)
    with lock(data):
        sealed = build(found, data, gather(found, data, tiny.delivery)[0], print)
        if published:
            publish(data, sealed)
    return sealed
