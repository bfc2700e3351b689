"""One declaration for a dataset of Eurostat: its code and dimensions, which cells make a measure, what to expect.

A source module states a `Dataset`, makes its `Source` with `source` and its `parse` with `parse`; the delivery may
be SDMX-CSV, TSV or JSON-stat, whole or filtered, plain or gzipped: all give the same tidy frame (`etl/sdmx.py`).

The API (https://ec.europa.eu/eurostat/api/dissemination) needs no key. It states no number of requests; it sends who
asks for many or large extractions to a queue ("fair use"), so the addresses are filtered and fetched one by one. The
data are renewed at 11:00 and 23:00 Brussels time; asking more often than twice a day is of no use.

Why no SDMX library: sdmx1 2.28 is well kept, but it reads SDMX-CSV 2 only (header STRUCTURE; Eurostat's 2.1 service
sends version 1, header DATAFLOW), needs each dataset's structure from the network to read a file on disk, has no
reader for TSV or JSON-stat, names no line, and brings pandas, lxml and requests. Three strict readers of together 250
lines say more about a broken delivery than it could.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import polars as pl

from etl import sdmx, tidy
from etl.model import Delivery, DeliveryError, File, Licence, Source

API: Final = "https://ec.europa.eu/eurostat/api/dissemination"
#: Seconds between two requests: one at a time and unhurried keeps a reader out of the queue.
PAUSE: Final = 2.0
#: Ending of a file by format, the one that `etl fetch` keeps first; the readers look into the file, not at its name.
_ENDINGS: Final = {
    "SDMX-CSV": ("sdmx.csv", "sdmx.csv.gz", "csv", "csv.gz"),
    "TSV": ("tsv.gz", "tsv"),
    "JSON": ("json", "json.gz"),
}


@dataclass(frozen=True)
class Measure:
    """Which cells of a dataset make one measure of the tidy table.

    where: dimension → the one code, for every dimension but `by`. by: the dimension that becomes the breakdown, with
    its `members`; each of them must be in the delivery.
    """

    id: str
    where: Mapping[str, str]
    by: str = ""
    members: tuple[str, ...] = ()

    def slices(self) -> list[tuple[str, dict[str, str]]]:
        """Member ('' for none) and the codes of all dimensions, for each slice of the measure."""
        return [(code, {**self.where, self.by: code}) for code in self.members] if self.by else [("", {**self.where})]


@dataclass(frozen=True)
class Dataset:
    """What the atlas takes from one dataset of Eurostat, and what it expects there.

    dims: its dimensions without freq, geo and time, in Eurostat's order (the key of an SDMX address has that order).
    levels: NUTS levels to keep. required: regions that every slice must have. low, high: limits of every value;
    national: limits of Germany's and France's own, narrow enough to notice a swapped unit. additive: False for
    shares. whole: how far the Länder or régions may add up from the country, as a share of it; None where they need
    not add up. first_year: older rows are left out. flagless: names of recorded extracts without flags.
    key: of the file. open: dimensions whose codes the address leaves open, the readers still keep only the declared.
    """

    code: str
    dims: tuple[str, ...]
    measures: tuple[Measure, ...]
    levels: tuple[int, ...]
    low: float
    high: float
    meaning: str
    required: tuple[str, ...] = sdmx.COUNTRIES
    national: tuple[float, float] | None = None
    additive: bool = False
    whole: float | None = None
    first_year: str = ""
    flagless: tuple[str, ...] = ()
    key: str = ""
    open: tuple[str, ...] = ()

    @property
    def file(self) -> str:
        """The key of its one file."""
        return self.key or self.code

    def wanted(self) -> dict[str, tuple[str, ...]]:
        """Dimension → the codes that some measure asks for, in the order declared."""
        slices = [codes for measure in self.measures for _, codes in measure.slices()]
        return {name: tuple(dict.fromkeys(codes[name] for codes in slices)) for name in self.dims}


def address(dataset: Dataset, form: str, *, filtered: bool = True) -> str:
    """The official address of a dataset in one format (SDMX-CSV, TSV, JSON), filtered to the declared codes.

    An SDMX key needs the dimensions in Eurostat's order, the statistics API (JSON) takes them by name.
    """
    codes = {name: () if name in dataset.open else allowed for name, allowed in dataset.wanted().items()}
    if form == "JSON":
        named = "".join(f"&{name}={code}" for name, allowed in codes.items() for code in allowed)
        return f"{API}/statistics/1.0/data/{dataset.code}?format=JSON&lang=EN{named if filtered else ''}"
    key = ".".join(["A", *("+".join(allowed) for allowed in codes.values()), ""])
    return f"{API}/sdmx/2.1/data/{dataset.code}{'/' + key if filtered else ''}?format={form}&compressed=true"


def source(
    dataset: Dataset,
    *,
    id: str,
    title: dict[str, str],
    rhythm: str,
    every_days: int = 0,
    form: str = "SDMX-CSV",
    filtered: bool = True,
    extracts: tuple[str, ...] = (),
    folders: tuple[str, ...] = ("eurostat",),
    vintage: str = "",
) -> Source:
    """The `Source` of a dataset. form: the format that `etl fetch` asks for; a delivery may have any of the three.

    rhythm, every_days: when Eurostat renews it, for readers and in days (model.Source). extracts: names of
    recorded extracts, besides the code as file name.
    """
    endings = [*_ENDINGS[form], *(ending for other in _ENDINGS if other != form for ending in _ENDINGS[other])]
    return Source(
        id=id,
        publisher="Eurostat",
        title=title,
        licence=Licence(
            name="Eurostat reuse notice",
            url="https://ec.europa.eu/eurostat/about-us/policies/copyright",
            credit=f"Source: Eurostat, {dataset.code}; free re-use with acknowledgement of the source",
        ),
        url=f"https://ec.europa.eu/eurostat/databrowser/view/{dataset.code}",
        files=(
            File(
                key=dataset.file,
                names=(*(f"{dataset.code}.{ending}" for ending in endings), *extracts),
                url=address(dataset, form, filtered=filtered),
            ),
        ),
        folders=folders,
        vintage=vintage,
        rhythm=rhythm,
        every_days=every_days,
        pause_seconds=PAUSE,
    )


def parse(dataset: Dataset, delivery: Delivery) -> pl.DataFrame:
    """The tidy table (model.TIDY) of a delivery: regions as NUTS 2024, Eurostat's flags as status.

    Raises DeliveryError naming file, line, column and remedy: for an error of the API saved as the file, a category
    that is declared and not there, an unknown region, a missing country, a value out of range, parts that do not add
    up to their country.
    """
    path = delivery.path(dataset.file)
    flags = path.name not in dataset.flagless
    wanted = dataset.wanted()
    long = sdmx.read(path, dataset.dims, wanted, flags=flags)
    # A code longer than any NUTS code stays, to be refused as unknown.
    level = pl.col("geo").str.len_chars().cast(pl.Int64) - 2
    long = long.filter(pl.col("period") >= dataset.first_year, level.is_in(list(dataset.levels)) | (level > 3))
    _expect_categories(long, dataset, path.name)
    frames = []
    for measure in dataset.measures:
        for member, codes in measure.slices():
            part = long.filter(*(pl.col(name) == code for name, code in codes.items()))
            sdmx.expect_some(part, {name: (code,) for name, code in codes.items()}, path.name)
            frame = _slice(part.drop(dataset.dims), dataset, path.name)
            names = {"measure": measure.id, "dimension": measure.by, "member": member, "file": dataset.file}
            frames.append(frame.with_columns(**{name: pl.lit(text) for name, text in names.items()}))
    whole = pl.concat(frames)
    return tidy.to_tidy(whole if flags else whole.with_columns(reason=pl.lit("flags_unknown")))


def _slice(part: pl.DataFrame, dataset: Dataset, file: str) -> pl.DataFrame:
    told = sdmx.fill_missing(sdmx.with_status(part, file))
    frame = sdmx.to_nuts_2024(told, file, additive=dataset.additive)
    tidy.expect_regions(frame, "region", dataset.required, file, what="country")
    tidy.expect_range(frame, "value", dataset.low, dataset.high, file, meaning=dataset.meaning)
    if dataset.national:
        own = frame.filter(pl.col("region").is_in(sdmx.COUNTRIES))
        tidy.expect_range(own, "value", *dataset.national, file, meaning=f"national {dataset.meaning}")
    if dataset.whole is not None:
        sdmx.expect_whole(frame, file, tolerance=dataset.whole)
    return frame


def _expect_categories(long: pl.DataFrame, dataset: Dataset, file: str) -> None:
    """Refuse a delivery without one of the declared codes: a filter too narrow, or a code that Eurostat renamed."""
    for name, allowed in dataset.wanted().items():
        absent = [code for code in allowed if code not in set(long[name])]
        if absent and len(absent) < len(allowed):
            raise DeliveryError(
                f"'{absent[0]}' is declared, but the delivery has no such row for Germany or France",
                file=file,
                column=name,
                remedy="fetch the whole table; if Eurostat renamed the code, adapt the source's module and its test.",
            )
