"""Reading the ledger of a build: programmes, partnerships, organisations, events. Typed, remembered per build.

`programme(build, id)` and `partnerships(build)` answer pages on one thing, `programmes_in(build, codes)` and
`partnerships_in(build, codes)` those on a region or territory.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

from dashboard.ledger_model import Claim, Event, Here, Member, Organisation, Partnership, Place, Programme, Progress
from dashboard.store import Build

Row = Mapping[str, Any]
T = TypeVar("T")


def programmes(build: Build) -> dict[str, Programme]:
    """id → programme, whole, all kinds: `kind` tells programmes from events, sites and statistics."""
    return _ledger(build).programmes


def programme(build: Build, id_: str) -> Programme | None:
    """One programme with claims, partners and places, or None where there is none of this id."""
    return programmes(build).get(id_)


def claims(build: Build) -> dict[str, Claim]:
    """id → claim, of all programmes."""
    return {claim.id: claim for found in programmes(build).values() for claim in found.claims}


def organisations(build: Build) -> dict[str, Organisation]:
    """id → organisation with its seats."""
    return _ledger(build).organisations


def partnerships(build: Build) -> dict[str, Partnership]:
    """id → partnership with its members, oldest first."""
    return _ledger(build).partnerships


def events(build: Build) -> list[Event]:
    """Conferences, summits, meetings in the order of time, with the partnerships announced there."""
    known = _ledger(build)
    return [
        Event(
            known.programmes[row["programme"]],
            row["announced"],
            row["claim"],
            tuple(one.id for one in known.partnerships.values() if one.event == row["programme"]),
        )
        for row in _rows(build, "ledger_events")
    ]


def programmes_in(build: Build, codes: Iterable[str]) -> list[Here]:
    """The programmes of a region or territory and everything inside it: first those that lie wholly there.

    codes: NUTS 2024. Programmes of a wider area (a Land, a country) come last, as 'over'; those of the whole EU, which
    name no region, are not among them.
    """
    wanted = sorted(set(codes))
    known = programmes(build)

    def make() -> list[Here]:
        return [
            Here(
                known[row["programme"]],
                row["relation"],
                tuple(sorted((place["via"], place["place"]) for place in row["places"])),
            )
            for row in build.rows("ledger_within", codes=wanted)
        ]

    return build.recent(("ledger_within", *wanted), make)


def partnerships_in(build: Build, codes: Iterable[str]) -> list[tuple[Partnership, tuple[Member, ...]]]:
    """The partnerships of which a member has a seat there, or whose programme lies there, and those members."""
    wanted = sorted(set(codes))
    seated: set[str] = build.recent(
        ("ledger_seated", *wanted),
        lambda: {row["organisation"] for row in build.rows("ledger_seated", codes=wanted)},
    )
    near = {here.programme.id for here in programmes_in(build, wanted) if here.relation != "over"}
    found = []
    for one in partnerships(build).values():
        here = tuple(member for member in one.members if member.organisation.id in seated)
        if here or one.programme in near:
            found.append((one, here))
    return found


# ── The whole ledger ─────────────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True)
class _Ledger:
    programmes: dict[str, Programme]
    organisations: dict[str, Organisation]
    partnerships: dict[str, Partnership]


def _ledger(build: Build) -> _Ledger:
    """The ledger is small (hundreds of rows): read once per build, whole."""
    found: _Ledger = build.remember("ledger", lambda: _read(build))
    return found


def _rows(build: Build, query: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = build.remember(query, lambda: build.rows(query))
    return found


def _read(build: Build) -> _Ledger:
    places = _rows(build, "ledger_places")
    seats = _grouped((row["organisation"], _place(row)) for row in places if row["organisation"])
    organisations = {
        row["id"]: Organisation(
            **_named(row), kind=row["kind"], country=row["country"], url=row["url"], seats=seats.get(row["id"], ())
        )
        for row in _rows(build, "ledger_organisations")
    }
    members = _grouped(
        (row["programme"], Member(organisations[row["organisation"]], row["role"], row["basis"], row["note"]))
        for row in _rows(build, "ledger_members")
    )
    together = _grouped(
        (row["partnership"], Member(organisations[row["organisation"]], row["role"], row["basis"]))
        for row in _rows(build, "ledger_partnership_members")
    )
    partnerships = {
        row["id"]: Partnership(
            **_named(row),
            **_noted(row),
            **{name: row[name] for name in ("kind", "event", "programme", "state", "since", "verified")},
            members=together.get(row["id"], ()),
        )
        for row in _rows(build, "ledger_partnerships")
    }
    return _Ledger(_programmes(build, places, members, partnerships), organisations, partnerships)


def _programmes(
    build: Build,
    places: list[dict[str, Any]],
    members: Mapping[str, tuple[Member, ...]],
    partnerships: Mapping[str, Partnership],
) -> dict[str, Programme]:
    rows = _rows(build, "ledger_programmes")
    sites = _grouped((row["programme"], _place(row)) for row in places if row["programme"])
    said = _grouped((row["programme"], _claim(row)) for row in _rows(build, "ledger_claims"))
    progress = _grouped((row["programme"], _progress(row)) for row in _rows(build, "ledger_progress"))
    children = _grouped((row["parent"], row["id"]) for row in rows if row["parent"])
    agreed = _grouped((key, one.id) for one in partnerships.values() for key in (one.event, one.programme) if key)
    plain = ("kind", "family", "status", "start", "end", "parent", "scope", "url", "audience", "embargo_until")
    return {
        row["id"]: Programme(
            **_named(row),
            **_noted(row),
            **{name: row[name] for name in plain},
            regions=tuple(row["regions"]),
            partner_regions=tuple(row["partner_regions"]),
            places=sites.get(row["id"], ()),
            members=members.get(row["id"], ()),
            claims=said.get(row["id"], ()),
            progress=progress.get(row["id"], ()),
            children=children.get(row["id"], ()),
            partnerships=agreed.get(row["id"], ()),
        )
        for row in rows
    }


def _grouped(pairs: Iterable[tuple[str, T]]) -> dict[str, tuple[T, ...]]:
    found: dict[str, list[T]] = {}
    for key, value in pairs:
        found.setdefault(key, []).append(value)
    return {key: tuple(values) for key, values in found.items()}


def _named(row: Row) -> dict[str, Any]:
    return {"id": row["id"], "names": {"": row["name"], **{lang: row[f"name_{lang}"] for lang in ("de", "fr", "en")}}}


def _noted(row: Row) -> dict[str, Any]:
    notes = {"en": row["note"], "de": row["note_de"], "fr": row["note_fr"]}
    return {"notes": notes, "sources": tuple(row["source_url"])}


def _place(row: Row) -> Place:
    return Place(**{name: row[name] for name in ("city", "nuts3", "role", "basis", "note")})


def _claim(row: Row) -> Claim:
    plain = ("id", "programme", "measure", "kind", "unit", "state", "stated_on", "due_on", "period", "by", "quote")
    more = ("quote_lang", "verified", "part_of", "audience", "embargo_until")
    return Claim(
        **_noted(row),
        **{name: row[name] for name in (*plain, *more)},
        low=row["amount_min"],
        high=row["amount_max"],
        overlaps=tuple(row["overlaps"]),
    )


def _progress(row: Row) -> Progress:
    pairs = ("promised", "latest", "reported")
    values: dict[str, Any] = {name: row[name] for name in Progress.__dataclass_fields__ if name not in pairs}
    values |= {name: (row[f"{name}_min"], row[f"{name}_max"]) for name in pairs}
    return Progress(**values)
