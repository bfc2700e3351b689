"""Programmes as their pages show them: which a reader asked for, in which order, what is overdue, what is drawn."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import UTC, date, datetime, timedelta
from difflib import get_close_matches

from dashboard import ledger, queries, territories, urls
from dashboard.components.table import letters
from dashboard.i18n import DEFAULT, words
from dashboard.ledger_model import Programme, Progress
from dashboard.map import circles, ground
from dashboard.store import Build

PATH, ONE = "programmes", "programme"
#: Entries of the ledger that count something and are no programmes: shown only where a reader asks for that kind.
COUNTS = "statistic"
KINDS = ("programme", "project", "hub", "network", "centre", "cluster", "event", "site", COUNTS)
#: Whether the ledger has a report for what was promised.
REPORTS = ("none", "some", "overdue", "soon")
SORTS = ("name", "where", "state", "start", "amount")
#: States of a claim that says what came of a promise.
REPORTED = ("reported", "verified")
#: What circles can stand for: promises of one kind in one unit. USUAL is drawn unless another is asked for.
MEASURED = ("money", "jobs", "professorships")
USUAL = "money.grant.EUR"
#: Radius of the largest circle and of the smallest that is drawn, in map units.
LARGEST, SMALLEST = 330.0, 42.0


@dataclass(frozen=True)
class Choice:
    """What the address asks for; '' is everything. show: what circles stand for; sort: with '-' backwards."""

    region: str = ""
    area: str = ""
    kind: str = ""
    state: str = ""
    fund: str = ""
    report: str = ""
    show: str = ""
    sort: str = ""

    def but(self, **changes: str) -> Choice:
        """A copy with some fields changed."""
        return Choice(**{**self.query, **changes})

    @property
    def query(self) -> dict[str, str]:
        """The parameters of its address."""
        return {field.name: getattr(self, field.name) for field in fields(self)}

    @property
    def narrowed(self) -> bool:
        """Whether it leaves programmes out."""
        return any(value for name, value in self.query.items() if name not in ("show", "sort"))

    @property
    def measured(self) -> str:
        """What circles stand for: measure.kind.unit."""
        return self.show or USUAL


@dataclass(frozen=True)
class Circle:
    """A programme on the map. low, high: what was promised last, in the unit shown; at: the circle's middle.

    whole: it stands for a whole Land or région, of which the programme names no place.
    """

    programme: Programme
    group: Progress
    low: float
    high: float
    radius: float
    inner: float
    at: tuple[float, float]
    whole: bool


def today() -> date:
    """The day that decides what is overdue."""
    return datetime.now(UTC).date()


def quarter(day: date) -> tuple[date, date]:
    """First and last day of the quarter a day lies in."""
    first = date(day.year, 3 * ((day.month - 1) // 3) + 1, 1)
    after = date(first.year + first.month // 10, (first.month + 2) % 12 + 1, 1)
    return first, after - timedelta(days=1)


# ── What is asked for ────────────────────────────────────────────────────────────────────────────────────────────


def read(build: Build, query: Mapping[str, str]) -> Choice:
    """What an address asks for; raises NotFoundError, with the nearest spelling, for what the ledger does not know."""
    codes = queries.region_codes(build)
    signed = (*SORTS, *(f"-{name}" for name in SORTS))
    allowed: dict[str, Mapping[str, object] | tuple[str, ...]] = {
        "region": codes,
        "area": areas(build),
        "kind": KINDS,
        "state": states(build),
        "fund": funds(build),
        "report": REPORTS,
        "show": measures(build),
        "sort": signed,
    }
    found = {name: str(query.get(name, "")) for name in allowed}
    for name, value in found.items():
        urls.known(value, allowed[name])
    return Choice(**{**found, "region": codes.get(found["region"], "")})


def address(lang: str, choice: Choice, anchor: str = "", form: str = "") -> str:
    """The address of the list with a choice."""
    return urls.view_url(lang, PATH, "", choice.query, form) + (f"#{anchor}" if anchor else "")


def states(build: Build) -> tuple[str, ...]:
    """The states that occur, those of most programmes first."""
    found = [one.status for one in ledger.programmes(build).values()]
    return tuple(sorted(set(found), key=lambda state: (-found.count(state), state)))


def areas(build: Build) -> dict[str, tuple[str, ...]]:
    """Hub or territory → the regions it has."""
    return {id_: one.members for id_, one in territories.named(build, words(DEFAULT)).items()}


def funds(build: Build) -> dict[str, Mapping[str, str]]:
    """Who or what pays, as far as the ledger says: organisations that fund, and programmes that have others in them."""

    def make() -> dict[str, Mapping[str, str]]:
        known = ledger.programmes(build)
        found = {
            m.organisation.id: m.organisation.names for one in known.values() for m in one.members if m.role == "funder"
        }
        return found | {one.id: one.names for one in known.values() if one.children}

    named: dict[str, Mapping[str, str]] = build.remember("programme_funds", make)
    return named


def measures(build: Build) -> dict[str, int]:
    """measure.kind.unit → how many programmes promised something of it, most first; they are never added."""

    def make() -> dict[str, int]:
        found = [
            key(group)
            for one in ledger.programmes(build).values()
            for group in one.progress
            if group.measure in MEASURED and group.latest[1] is not None
        ]
        return {name: found.count(name) for name in sorted(set(found), key=lambda name: (-found.count(name), name))}

    counted: dict[str, int] = build.remember("programme_measures", make)
    return counted


def key(group: Progress) -> str:
    """What a group of claims counts."""
    return f"{group.measure}.{group.kind}.{group.unit}"


def group_of(one: Programme, measured: str) -> Progress | None:
    """A programme's promises of what is measured, or None."""
    return next((group for group in one.progress if key(group) == measured), None)


def nearest(build: Build, asked: str, most: int = 3) -> list[str]:
    """The ids of the programmes whose id or name is most like what was asked for."""
    spelled: dict[str, str] = {}
    for one in ledger.programmes(build).values():
        for name in (one.id, *one.names.values(), *letters(one.name("")).split()):
            if name:
                spelled.setdefault(letters(name), one.id)
    found = get_close_matches(letters(asked[:80]), list(spelled), 2 * most, 0.6)
    return list(dict.fromkeys(spelled[name] for name in found))[:most]


def reported_part(one: Programme, group: Progress) -> bool:
    """Whether something is reported of a part of what a group promises, but nothing of the whole."""
    mine = (group.measure, group.kind, group.unit)
    return not group.reports and any(
        claim.state in REPORTED and (claim.measure, claim.kind, claim.unit) == mine for claim in one.claims
    )


# ── What fits ────────────────────────────────────────────────────────────────────────────────────────────────────


def shown(build: Build, choice: Choice, day: date) -> list[Programme]:
    """The programmes that fit a choice, in the order asked for."""
    here: set[str] | None = None
    for codes in (
        [choice.region] if choice.region else [],
        areas(build)[choice.area] if choice.area else [],
    ):
        if codes:
            found = {each.programme.id for each in ledger.programmes_in(build, codes) if each.relation != "over"}
            here = found if here is None else here & found
    fitting = [
        one
        for one in ledger.programmes(build).values()
        if (here is None or one.id in here) and _fits(one, choice) and _reported(one, choice.report, day)
    ]
    return ordered(build, fitting, choice)


def _fits(one: Programme, choice: Choice) -> bool:
    return (
        (one.kind == choice.kind if choice.kind else one.kind != COUNTS)
        and choice.state in ("", one.status)
        and choice.fund in ("", one.parent, *(m.organisation.id for m in one.members if m.role == "funder"))
    )


def _reported(one: Programme, report: str, day: date) -> bool:
    if not report:
        return True
    if report == "some":
        return any(group.promises and group.reports for group in one.progress)
    tests: dict[str, Callable[[Progress], bool]] = {
        "none": lambda group: group.open,
        "overdue": lambda group: group.overdue(day),
        "soon": lambda group: group.due_between(*_soon(day)),
    }
    return any(tests[report](group) for group in one.progress)


def _soon(day: date) -> tuple[date, date]:
    """From today to the end of the quarter: what was due before today is overdue."""
    return day, quarter(day)[1]


def due(build: Build, found: Sequence[Programme], day: date) -> tuple[list[Progress], list[Progress]]:
    """(overdue, still due this quarter) among the promises of these programmes, the earliest first."""
    groups = sorted(
        (group for one in found for group in one.progress if group.due_by),
        key=lambda group: (group.due_by, group.programme, key(group)),
    )
    first, last = _soon(day)
    return [g for g in groups if g.overdue(day)], [g for g in groups if g.due_between(first, last)]


def ordered(build: Build, found: list[Programme], choice: Choice) -> list[Programme]:
    """By the column asked for; what has nothing in it comes last either way, then by name."""
    name, back = choice.sort.removeprefix("-") or "name", choice.sort.startswith("-")
    known = queries.regions(build)

    def value(one: Programme) -> str | float | None:
        if name == "amount":
            group = group_of(one, choice.measured)
            return group.latest[1] if group else None
        if name == "where":
            return min((letters(known[code].name("")) for code in one.regions if code in known), default=None)
        return {"name": letters(one.name("")), "state": one.status, "start": one.start or None}[name]

    found = sorted(found, key=lambda one: (letters(one.name("")), one.id))
    with_value = [one for one in found if value(one) is not None]
    with_value.sort(key=value, reverse=back)  # type: ignore[arg-type]
    return with_value + [one for one in found if value(one) is None]


# ── On the map ───────────────────────────────────────────────────────────────────────────────────────────────────


def spot(one: Programme) -> tuple[str, bool] | None:
    """(code, whether it is a whole region) of the one place where a programme's circle can stand; None without one.

    Its only site or venue, else its only seat, else the only region it is of. An amount is never split over several.
    """
    for roles in (("site", "venue"), ("seat",)):
        codes = {place.nuts3 for place in one.places if place.role in roles and place.nuts3}
        if len(codes) == 1:
            return codes.pop(), False
        if codes:
            break
    return (one.regions[0], True) if len(one.regions) == 1 and len(one.regions[0]) > 2 else None


def drawn(found: Sequence[Programme], measured: str, largest: float) -> tuple[list[Circle], list[Programme]]:
    """The circles of what is measured, the largest first, and the programmes with an amount that have no one place.

    largest: the value of the largest circle, one for all choices, so that a circle of one size means one value.
    """
    placed: list[tuple[Programme, Progress, tuple[float, float], bool]] = []
    nowhere = []
    for one in found:
        group, where = group_of(one, measured), spot(one)
        if group is None or group.latest[1] is None:
            continue
        at = ground.anchor(where[0]) if where else None
        if at is None or where is None:
            nowhere.append(one)
        else:
            placed.append((one, group, at, where[1]))
    placed.sort(key=lambda each: (-(each[1].latest[1] or 0), each[0].id))
    radii = [circles.radius(group.latest[1] or 0, largest, LARGEST, SMALLEST) for _, group, _, _ in placed]
    middles = circles.apart([at for _, _, at, _ in placed], radii, gap=8)
    found_circles = []
    for (one, group, _, whole), r, middle in zip(placed, radii, middles, strict=True):
        high = group.latest[1] or 0.0
        low = group.latest[0] if group.latest[0] is not None else high
        inner = min(circles.radius(low, largest, LARGEST, SMALLEST / 2), r)
        found_circles.append(Circle(one, group, low, high, r, inner if low < high else r, middle, whole))
    return found_circles, nowhere


def largest(build: Build, measured: str) -> float:
    """The largest promise of what is measured that has one place, over all programmes."""
    amounts = [
        group.latest[1] or 0.0
        for one in ledger.programmes(build).values()
        if spot(one) and (group := group_of(one, measured))
    ]
    return max(amounts, default=0.0)
