"""The part of the ledger that a build shows: rows on terms, and what only such rows lead to, are left out.

Terms stand on programmes and claims. What belongs to a withheld programme goes with it; a reference to something
withheld is emptied; an organisation that only withheld rows name is withheld, too. Other rows from a folder that is not
public become public with the programme they came with, and only so. Who sees what is withheld of a programme sees
them, too.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime

import polars as pl

from etl.audience import Audience, Terms, View, read_terms
from etl.ledger import Ledger, ledger_of
from etl.ledger_tables import TABLES

Frames = Mapping[str, pl.DataFrame]


def terms(ledger: Ledger) -> set[Terms]:
    """All terms that stand in a ledger."""
    return {*_terms(ledger.frames["programme"]), *_terms(ledger.frames["claim"])}


def moments(ledger: Ledger) -> set[datetime]:
    """When embargoes of rows end (UTC), also such that are over; internal rows have none."""
    return {one.until for one in terms(ledger) if one.until and one.audience is Audience.PUBLIC}


def seen(ledger: Ledger, view: View) -> Ledger:
    """The ledger as a build of this view holds it; the same where nothing is withheld."""
    shows_all = not ledger.inside and all(view.shows(one) for one in terms(ledger))
    if view.whole or shows_all:
        return ledger
    frames = dict(ledger.frames)
    areas = dict(frames["programme"].select("id", "regions").iter_rows())
    frames["programme"], gone = _shown(frames["programme"], "id", areas, view)
    frames["claim"], held = _shown(frames["claim"], "programme", areas, view)
    held |= set(frames["claim"].filter(_among("programme", gone))["id"])
    frames["claim"] = frames["claim"].filter(~_among("programme", gone))
    frames["programme"] = _emptied(frames["programme"], "parent", gone)
    frames["claim"] = _emptied(frames["claim"], "part_of", held).with_columns(
        pl.col("overlaps").list.filter(~pl.element().is_in(sorted(held)))
    )
    came_with = {key[0] for table, *key in ledger.inside if table == "programme"} - gone
    came_with |= {id_ for id_, regions in areas.items() if view.covers(regions, id_)}
    for name, columns in (("membership", ("programme",)), ("partnership", ("programme", "event"))):
        frames[name] = frames[name].filter(
            *(~_among(column, gone) for column in columns),
            ~_inside(ledger, name, frames[name]) | pl.any_horizontal(_among(column, came_with) for column in columns),
        )
    kept = set(frames["partnership"]["id"])
    frames["partnership_member"] = frames["partnership_member"].filter(_among("partnership", kept))
    return ledger_of(_without_strangers(ledger, frames, gone, came_with))


def _terms(frame: pl.DataFrame) -> list[Terms]:
    return [read_terms(row) for row in frame.select("audience", "embargo_until").iter_rows(named=True)]


def _shown(
    frame: pl.DataFrame, programme: str, areas: Mapping[str, list[str]], view: View
) -> tuple[pl.DataFrame, set[str]]:
    """The rows that a view shows, and the others' ids. programme: the column that names it; areas: its regions."""
    rows = zip(_terms(frame), frame[programme], strict=True)
    found = pl.Series([view.shows(one, areas[id_], id_) for one, id_ in rows], dtype=pl.Boolean)
    return frame.filter(found), set(frame.filter(~found)["id"])


def _among(column: str, values: Iterable[str]) -> pl.Expr:
    return pl.col(column).is_in(sorted(values))


def _emptied(frame: pl.DataFrame, column: str, gone: Iterable[str]) -> pl.DataFrame:
    return frame.with_columns(pl.when(_among(column, gone)).then(pl.lit("")).otherwise(column).alias(column))


def _inside(ledger: Ledger, name: str, frame: pl.DataFrame) -> pl.Series:
    """Whether each row comes from a folder that is not public."""
    keys = frame.select(TABLES[name].key).iter_rows()
    return pl.Series([(name, *key) in ledger.inside for key in keys], dtype=pl.Boolean)


def _without_strangers(ledger: Ledger, frames: dict[str, pl.DataFrame], gone: set[str], came_with: set[str]) -> Frames:
    """The tables without the organisations that only what is withheld names, and without their places."""
    brought = {key[0] for table, *key in ledger.inside if table == "organisation"}
    strangers = (_organisations(ledger.frames) | brought) - _organisations(frames)
    frames["organisation"] = frames["organisation"].filter(~_among("id", strangers))
    frames["location"] = frames["location"].filter(
        ~_among("programme", gone),
        ~_among("organisation", strangers),
        ~_inside(ledger, "location", frames["location"])
        | _among("programme", came_with)
        | _among("organisation", brought),
    )
    return frames


def _organisations(frames: Frames) -> set[str]:
    return {id_ for name in ("membership", "partnership_member") for id_ in frames[name]["organisation"]}
