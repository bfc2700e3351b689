"""What must hold between the cells of a line, and between the line and what the atlas knows; kind by kind."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from dashboard.desk.known import Known, near
from dashboard.desk.schemas import schema

Row = dict[str, Any]
#: column, what, hint: as in `problems.Problem`.
Wrong = tuple[str, str, dict[str, str]]
ABSENT: Final = ("c", "m", "z")
#: The columns of the ledger's table `claim`, in its order (docs/desk-format.md).
CLAIM: Final = (
    "id", "programme", "measure", "kind", "amount_min", "amount_max", "unit", "state", "stated_on", "due_on", "period",
    "by", "source_url", "quote", "quote_lang", "note", "note_de", "note_fr", "verified", "part_of", "overlaps",
    "audience", "embargo_until", "origin",
)  # fmt: skip


@dataclass
class Line:
    """A line that reads well. row: its cells, which a rule may spell anew (a region as NUTS).

    scopes: (region, programme) it touches. change: 'new', 'revised' or 'same'; before: the value that is released.
    """

    row: Row
    scopes: tuple[tuple[str, str], ...] = ()
    change: str = "new"
    before: str = ""


def judge(kind: str, line: Line, known: Known) -> Iterator[Wrong]:
    """Everything that is wrong; sets scopes and change."""
    row = line.row
    if "audience" in row and row["audience"] == "internal" and row["embargo_until"]:
        yield "embargo_until", "internal_embargo", {}
    yield from _RULES[kind](line, known)


def region(text: str, known: Known) -> tuple[str, Wrong | None]:
    """A region as NUTS 2024 from any system of codes, or what is wrong with it."""
    if text in known.regions:
        return text, None
    system, colon, code = text.partition(":")
    found = known.others.get(code if colon else text, [])
    matching = sorted({region for name, region in found if not colon or name == system.lower()})
    if colon and system.lower() == "nuts" and code in known.regions:
        return code, None
    if len(matching) == 1:
        return matching[0], None
    if matching:
        choices = ", ".join(sorted({f"{name}:{text} ({known.regions[region]})" for name, region in found}))
        return "", ("region", "region_which", {"choices": choices})
    if text in known.old:
        return "", ("region", "region_old", {"choices": ", ".join(sorted(set(known.old[text])))})
    example = next(f"{code} {name}" for code, name in sorted(known.regions.items()) if len(code) > len("DE"))
    return "", ("region", "region", {"near": known.near_region(text) or example})


def _figure(line: Line, known: Known) -> Iterator[Wrong]:
    row = line.row
    row["region"], wrong = region(row["region"], known)
    if wrong:
        yield wrong
    else:
        line.scopes = ((row["region"], ""),)
    words = known.indicators.get(row["indicator"])
    if words is None:
        yield "indicator", "indicator", {"near": near(row["indicator"], known.indicators)}
    elif row["unit"] != words["unit"]:
        yield "unit", "unit", {"wanted": words["unit"]}
    flag = row["flag"] or ""
    if row["value"] is None and flag not in ABSENT:
        yield "value", "no_value", {}
    if row["value"] is not None and flag in ABSENT:
        yield "flag", "flag_value", {}
    before = known.figures.get((row["indicator"], row["region"], row["period"]))
    if before is not None:
        now = (_float(row["value"]), flag, int(row["n"]) if row["n"] else None, row["note"] or "")
        line.change = "same" if now == before else "revised"
        line.before = "" if before[0] is None else f"{before[0]:.12g}"


def _claim(line: Line, known: Known) -> Iterator[Wrong]:
    row = line.row
    yield from _programme(line, known)
    allowed = schema("claim").descriptor["units"][row["measure"]]
    if row["kind"] not in allowed["kinds"]:
        yield "kind", "kind", {"measure": row["measure"], "choices": ", ".join(allowed["kinds"])}
    if row["unit"] not in allowed["units"]:
        yield "unit", "unit", {"wanted": ", ".join(allowed["units"])}
    low, high = _float(row["amount_min"]), _float(row["amount_max"])
    if low is not None and high is not None and low > high:
        yield "amount_min", "amounts", {}
    if low is None and high is None and not row["note"]:
        yield "amount_min", "no_amount", {}
    if min(low or 0, high or 0) < 0 and row["state"] not in ("reported", "verified"):
        yield "amount_min", "negative", {}
    if row["stated_on"] and row["due_on"] and row["due_on"] < row["stated_on"][: len(row["due_on"])]:
        yield "due_on", "due", {}
    yield from _quoted(row)
    if row["id"] in known.ids:
        yield "id", "taken", {}
    elif same := _same(row, known):
        yield "id", "there", {"id": same}


def _report(line: Line, known: Known) -> Iterator[Wrong]:
    """A report becomes a claim in the state `reported`, with programme, measure and kind of the promise."""
    row = line.row
    promise = known.claims.get(row["promise"])
    yield from _quoted(row)
    if promise is None:
        yield "promise", "promise", {"near": near(row["promise"], known.claims)}
        return
    row["programme"] = promise["programme"]
    yield from _programme(line, known)
    if row["unit"] != promise["unit"]:
        yield "unit", "unit", {"wanted": promise["unit"]}
    row |= {key: promise[key] for key in ("measure", "kind")}
    row |= {"state": "reported", "amount_min": row["amount"], "amount_max": row["amount"], "due_on": None}
    said = "|".join(str(row[key]) for key in ("promise", "amount", "stated_on", "by"))
    mark = hashlib.sha256(said.encode()).hexdigest()[:8]
    row["id"] = f"{row['programme'][:50].strip('-')}-{row['measure']}-reported-{mark}"
    if row["id"] in known.ids:
        yield "promise", "there", {"id": row["id"]}
    elif same := _same(row, known):
        yield "promise", "there", {"id": same}


def _indicator(line: Line, known: Known) -> Iterator[Wrong]:
    row = line.row
    row["region"], wrong = region(row["region"], known)
    if wrong:
        yield wrong
    else:
        line.scopes = ((row["region"], ""),)
    if row["id"] in known.official:
        yield "id", "taken", {}
    if row["id"] in known.indicators:
        line.change = "revised"
        line.before = known.indicators[row["id"]]["words"]["en"]["title"]


def _programme(line: Line, known: Known) -> Iterator[Wrong]:
    id_ = line.row["programme"]
    if id_ not in known.programmes:
        yield "programme", "programme", {"near": near(id_, known.programmes)}
    else:
        line.scopes = tuple((place, id_) for place in known.programmes[id_] or ("",))


def _quoted(row: Row) -> Iterator[Wrong]:
    if row["quote"] and not row["quote_lang"]:
        yield "quote_lang", "quote_lang", {}


def _same(row: Row, known: Known) -> str:
    """The id of a claim that says the same."""
    for id_, there in known.claims.items():
        texts = ("programme", "measure", "kind", "unit", "state", "stated_on", "by")
        amounts = ("amount_min", "amount_max")
        if all((row[key] or "") == (there[key] or "") for key in texts) and all(
            _float(row[key]) == _float(there[key]) for key in amounts
        ):
            return id_
    return ""


def _float(text: Any) -> float | None:
    return None if text in (None, "") else float(text)


_RULES: Final[Mapping[str, Callable[[Line, Known], Iterator[Wrong]]]] = {
    "figure": _figure,
    "claim": _claim,
    "report": _report,
    "indicator": _indicator,
}
