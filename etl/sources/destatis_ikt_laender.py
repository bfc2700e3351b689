"""Firms using AI in Germany and its Länder: the figures of the official ICT survey (EVAS 52911) seen in releases.

The statistical offices publish this survey by Land in releases and theme pages, not in one file. The delivery is
therefore a curated table, one row per figure with its address and how it was seen, which also lists other surveys;
only rows of the official survey for firms with 10 or more persons are taken. `register` gives the figures with their
addresses as text; `data/registers/destatis_ikt_laender.csv` is its shipped form.
"""

from __future__ import annotations

from typing import Final

import polars as pl

from etl import codes, tidy
from etl.model import Delivery, DeliveryError, File, Licence, Source, Status

SOURCE: Final = Source(
    id="destatis_ikt_laender",
    publisher="Statistisches Bundesamt (Destatis), Statistische Landesämter",
    title={
        "de": "Erhebung über die Nutzung von IKT in Unternehmen (EVAS 52911), veröffentlichte Länderergebnisse",
        "fr": "Enquête allemande sur l’usage des TIC dans les entreprises (EVAS 52911), résultats publiés par Land",
        "en": "German survey on ICT use in enterprises (EVAS 52911), published results by Land",
    },
    licence=Licence(
        name="Vervielfältigung mit Quellenangabe gestattet",
        url="",  # stands as a sentence in the publications; no licence page of its own was seen
        credit="© Statistisches Bundesamt (Destatis) / Statistische Landesämter, IKT-Erhebung (EVAS 52911); "
        "Vervielfältigung und Verbreitung, auch auszugsweise, mit Quellenangabe gestattet",
    ),
    url=(
        "https://destatis.de/DE/Themen/Branchen-Unternehmen/Unternehmen/IKT-in-Unternehmen-IKT-Branche/"
        "ikt-unternehmen-erlaeuterungen.html"
    ),
    # Collected by hand from many addresses: nothing to fetch, each figure has its own address in the register.
    files=(
        File(key="seen", names=("de_land_ai_adoption_seen.csv",), url=""),
        File(key="seen_2", names=("de_land_ai_adoption_seen_2.csv",), url=""),
    ),
    folders=("land_register",),
    vintage="figures seen by 2026-11-21",
    rhythm="yearly, winter, not by every Land",
    every_days=365,
)

_COLUMNS: Final = {
    **dict.fromkeys(("indicator", "geo_code", "geo_version", "period", "size_class"), pl.String),
    "value": pl.Float64,
    **dict.fromkeys(("unit", "flag", "sample_or_method", "publisher", "source_url", "evidence"), pl.String),
}
_SURVEY: Final = {"indicator": "ikt_ai_any", "size_class": "GE10"}
#: How a figure was seen, best first: on the page of a statistical office, or quoted by others.
_EVIDENCE: Final = ("primary", "secondary")
_AGAIN: Final = "correct the row in the curated table against its source_url."


def parse(delivery: Delivery) -> pl.DataFrame:
    """Measure `any_ai`, per cent of firms with 10 or more persons, Germany and the Länder seen; as printed.

    Status e with reason approximate where the release gives the figure in words only, u with reason bracketed where
    it is printed in brackets. A Land without a figure in a year that others have is a row without value, status m,
    reason not_seen. Two figures for the same Land and year: the one seen on an office's own page stands; raises
    DeliveryError where that does not decide, for an unknown Land, and for a share outside 0…100.
    """
    figures = _figures(delivery)
    reason = pl.col("status").replace_strict({"e": "approximate", "u": "bracketed"}, default="")
    seen = figures.select("region", "period", "value", "status", "file", reason=reason)
    return tidy.to_tidy(pl.concat([seen, _not_seen(seen)]).with_columns(measure=pl.lit("any_ai")))


def register(delivery: Delivery) -> pl.DataFrame:
    """The same figures, each as printed and with its address.

    Columns, all text: region, period, value, status, publisher, evidence, address.
    """
    printed = pl.col("value").cast(pl.String).str.strip_suffix(".0")
    figures = _figures(delivery).with_columns(value=printed)
    return figures.select("region", "period", "value", "status", "publisher", "evidence", address="source_url")


def _not_seen(seen: pl.DataFrame) -> pl.DataFrame:
    """The Länder whose figure was not found, for each year in which some Land has one."""
    laender = pl.DataFrame({"region": codes.units("land", "DE")})
    years = seen.filter(pl.col("region") != "DE").select("period").unique()
    empty = laender.join(years, how="cross").join(seen, on=["region", "period"], how="anti")
    return empty.select(
        "region",
        "period",
        value=pl.lit(None, dtype=pl.Float64),
        status=pl.lit(Status.NOT_COLLECTED.value),
        file=pl.lit("seen"),
        reason=pl.lit("not_seen"),
    )


def _figures(delivery: Delivery) -> pl.DataFrame:
    frames = []
    for key in ("seen", "seen_2"):
        path = delivery.path(key)
        frame = tidy.read_csv(path, _COLUMNS, ignore=("geo_name",))
        frame = frame.filter(*(pl.col(name) == text for name, text in _SURVEY.items()))
        tidy.expect_range(frame, "value", 0, 100, path.name, meaning="share")
        for column, allowed in {"unit": ("PC_ENT",), "geo_version": ("NUTS2024",), "flag": ("e", "u")}.items():
            tidy.expect_values(frame, column, allowed, path.name)
        frame = frame.with_columns(
            pl.col("geo_code").fill_null("")
        )  # an empty cell is refused like another unknown code
        frame = tidy.map_codes(frame, "geo_code", lambda code: codes.resolve(code, "nuts"), path.name)
        tidy.expect_values(frame, "geo_code", ("DE", *codes.units("land", "DE")), path.name)
        frames.append(_ranked(frame, path.name).with_columns(file=pl.lit(key), name=pl.lit(path.name)))
    return _decided(pl.concat(frames))


def _ranked(frame: pl.DataFrame, file: str) -> pl.DataFrame:
    """Add `seen` (place in _EVIDENCE) and `status`; a row without value, address or kind of evidence is refused."""
    first_word = pl.col("evidence").str.extract(r"^(\w+)")
    for column, bad in {
        "value": pl.col("value").is_null(),
        "source_url": ~pl.col("source_url").fill_null("").str.starts_with("https://"),
        "evidence": ~first_word.fill_null("").is_in(_EVIDENCE),
        "period": ~pl.col("period").fill_null("").str.contains(r"^20\d\d$"),
    }.items():
        if (rows := frame.filter(bad)).height:
            raise DeliveryError(
                f"'{rows[column][0]}' is not what a figure of the register needs here",
                file=file,
                line=rows["line"][0],
                column=column,
                remedy=_AGAIN,
            )
    bracketed = pl.col("sample_or_method").fill_null("").str.contains("parenthes|bracket")
    status = pl.when(bracketed).then(pl.lit(Status.UNRELIABLE.value)).otherwise(pl.col("flag").fill_null(""))
    seen = first_word.replace_strict({word: rank for rank, word in enumerate(_EVIDENCE)}, return_dtype=pl.Int64)
    return frame.rename({"geo_code": "region"}).with_columns(status=status, seen=seen)


def _decided(frame: pl.DataFrame) -> pl.DataFrame:
    """One figure per region and year: the best-seen one; two different ones seen equally well are refused."""
    keys = ["region", "period"]
    best = frame.filter(pl.col("seen") == pl.col("seen").min().over(keys))
    best = best.unique([*keys, "value", "status"], keep="first", maintain_order=True).sort(keys, maintain_order=True)
    if (rows := best.filter(pl.struct(keys).is_duplicated())).height:
        first, second = rows.row(0, named=True), rows.row(1, named=True)
        raise DeliveryError(
            f"two figures for {second['region']} in {second['period']}, {first['value']:g} and {second['value']:g}, "
            "seen equally well",
            file=second["name"],
            line=second["line"],
            column="value",
            remedy="open both addresses and keep the right one; do not let the order of rows decide.",
        )
    return best
