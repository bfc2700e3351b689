"""Where every source stands: last success, age against its rhythm, next due, last error; for people and for machines.

`data/status.json` says the same to the dashboard, which reads no snapshot. It is written anew by every command that
may have changed something, whether it succeeded or not.
"""

from __future__ import annotations

import json
from dataclasses import asdict
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any, Final

from etl import ahead, publications
from etl import publish as publishing
from etl.audience import INSIDE, Audience, folder_for
from etl.catalogue import Catalogue, load
from etl.command import Context
from etl.coverage import built_sources, table
from etl.model import AtlasError, DeliveryError, Exit, Source
from etl.snapshot import checks, last_errors, latest, write_atomically

#: What a source can be, the worst first. empty: we have never had figures of it, and nothing went wrong.
STATES: Final = ("failed", "overdue", "current", "empty")
#: The number of `data/status.json`; the dashboard reads no other.
FORMAT: Final = 1


def collect(catalogue: Catalogue, data: Path, now: datetime, audience: Audience = Audience.PUBLIC) -> dict[str, Any]:
    """The whole, as JSON: {format, written, current, builds, kept, sources: {id: standing}}, for an audience.

    Raises PublishError where the pointer or the published build cannot be read.
    """
    place = folder_for(data, audience)
    pointer = publishing.read_pointer(place)
    built = built_sources(place / pointer["file"]) if pointer else {}
    sources = {
        id_: standing(data, module.source, built.get(id_), now.date()) for id_, module in catalogue.sources.items()
    }
    return {
        "format": FORMAT,
        "written": now.isoformat(timespec="seconds"),
        "current": pointer,
        "builds": sorted(path.stem for path in (place / "builds").glob("*.duckdb")),
        "kept": publications.kept(place),
        "sources": sources,
    }


def standing(data: Path, source: Source, built: tuple[date, int] | None, today: date) -> dict[str, Any]:
    """One source. built: the day of its newest file in the published build, and its number of observations there.

    shipped, fetched: ISO day of the figures in `data/figures` and of the newest complete snapshot. checked: ISO time of
    the last question to the publisher. last_success: ISO day on which figures were last taken, or a fetch found
    nothing new. next_due: that day and `every_days`; null where the source has no rhythm. state: one of STATES.
    """
    errors, shipped, fetched = [], None, None
    try:
        shipped = _shipped(data, source.id)
        fetched = _fetched(data, source)
    except DeliveryError as error:
        errors.append({"file": "", "outcome": "damaged", "checked": "", "problem": str(error)})
    asked = checks(data, source)
    errors += [
        {"file": key, "outcome": check.outcome, "checked": _stamp(check.checked), "problem": check.problem}
        for key, check in last_errors(data, source).items()
        if check.outcome != "not set up"  # an office without an account has nothing to repair
    ]
    had = [day for day in (shipped, fetched, built[0] if built else None, _confirmed(data, source)) if day]
    success = max(had, default=None)
    due = success + timedelta(days=source.every_days) if success and source.every_days else None
    overdue = due is not None and today > due
    return {
        "title": source.title,
        "publisher": source.publisher,
        "url": source.url,
        "rhythm": source.rhythm,
        "every_days": source.every_days,
        "state": "failed" if errors else "overdue" if overdue else "current" if success else "empty",
        "shipped": shipped.isoformat() if shipped else None,
        "fetched": fetched.isoformat() if fetched else None,
        "checked": _stamp(max(check.checked for check in asked.values())) if asked else None,
        "last_success": success.isoformat() if success else None,
        "age_days": (today - success).days if success else None,
        "next_due": due.isoformat() if due else None,
        "overdue": overdue,
        "observations": built[1] if built else 0,
        "last_error": max(errors, key=lambda error: error["checked"], default=None),
    }


def _stamp(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="seconds")


def _shipped(data: Path, source: str) -> date | None:
    path = data / "figures" / f"{source}.json"
    try:
        return date.fromisoformat(json.loads(path.read_text(encoding="utf-8"))["retrieved"])
    except FileNotFoundError:
        return None
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise DeliveryError(f"record of shipped figures unreadable ({error})", file=str(path)) from error


def _fetched(data: Path, source: Source) -> date | None:
    """The day of the newest snapshot that has all required files; raises DeliveryError where a record is broken."""
    records = latest(data, source)
    if not records or any(file.required and file.key not in records for file in source.files):
        return None
    return max(record.retrieved for record in records.values()).date()


def _confirmed(data: Path, source: Source) -> date | None:
    """The day from which every required file was last given, or said to be unchanged, by its publisher."""
    asked = checks(data, source)
    wanted = [file.key for file in source.files if file.required and not file.page and file.url.startswith("http")]
    days = [asked[key].succeeded for key in wanted if key in asked]
    given = [moment for moment in days if moment is not None]
    return min(given).date() if given and len(given) == len(wanted) else None


def write(catalogue_root: Path, data: Path) -> None:
    """Renew `status.json` of each audience that has builds in one step; raises AtlasError or OSError if that fails."""
    catalogue, now = load(catalogue_root), datetime.now(UTC)
    for audience in Audience:
        place = folder_for(data, audience)
        if place == data or (place / "current.json").exists():
            content = collect(catalogue, data, now, audience)
            write_atomically(place / "status.json", (json.dumps(content, indent=1, ensure_ascii=False) + "\n").encode())


def exit_code(content: dict[str, Any]) -> Exit:
    """The worst that is so: nothing published, a source failed, a source overdue, or nothing."""
    states = {source["state"] for source in content["sources"].values()}
    if content["current"] is None:
        return Exit.PUBLISH
    if "failed" in states:
        return Exit.DELIVERY
    return Exit.OVERDUE if "overdue" in states else Exit.DONE


# ── The command ──────────────────────────────────────────────────────────────────────────────────────────────────


def show(context: Context) -> int:
    """`etl status`: a table, JSON, or Prometheus text; the exit code says how it stands."""
    content = collect(load(context.root), context.data, datetime.now(UTC))
    if (context.data / INSIDE).exists():
        content |= {"internal": publishing.read_pointer(context.data / INSIDE), "ready": _ready(context.data)}
    if context.arguments.json:
        context.say(json.dumps(content, indent=1, ensure_ascii=False))
    elif context.arguments.prometheus:
        context.say(prometheus(content))
    else:
        _print(context, content)
    return exit_code(content)


def _ready(data: Path) -> list[dict[str, Any]]:
    return [asdict(one) for one in ahead.read(data).ready]


def _print(context: Context, content: dict[str, Any]) -> None:
    pointer, sources = content["current"], content["sources"]
    context.say(f"published: {pointer['build']}" if pointer else "published: nothing yet; run `python -m etl build`")
    if inside := content.get("internal"):
        context.say(f"published for the internal audience: {inside['build']}")
    for one in content.get("ready", []):
        context.say(f"lies ready: {one['build']} for {one['at']}")
    for build, day in content["kept"].items():
        context.say(f"kept for good: {build} since {day}")
    header = ("source", "state", "last success", "next due", "renewed", "age in days", "of", "observations")
    rows = [
        (
            id_,
            one["state"],
            one["last_success"] or "–",
            one["next_due"] or "–",
            one["rhythm"],
            "–" if one["age_days"] is None else one["age_days"],
            one["every_days"] or "–",
            one["observations"],
        )
        for id_, one in sorted(sources.items(), key=lambda pair: (STATES.index(pair[1]["state"]), pair[0]))
    ]
    context.say(table(header, rows, numbers=3))
    for id_, one in sources.items():
        if error := one["last_error"]:
            context.say(f"\n{id_}, {error['outcome']} {error['checked']}: {error['problem']}".rstrip())


_METRICS: Final = (
    ("last_success_timestamp_seconds", "Day the figures were last taken or checked.", "last_success"),
    ("age_days", "Days since the last success.", "age_days"),
    ("every_days", "Days after which the publisher renews it; 0: no rhythm.", "every_days"),
    ("overdue", "1 where the age exceeds the rhythm.", "overdue"),
    ("failed", "1 where the last fetch failed or was rejected.", "failed"),
    ("observations", "Observations in the published build.", "observations"),
)


def prometheus(content: dict[str, Any]) -> str:
    """The same in Prometheus' text format, without a line end after the last line."""
    lines = []
    if pointer := content["current"]:
        lines += ["# HELP atlas_build_info The published build.", "# TYPE atlas_build_info gauge"]
        lines += [f'atlas_build_info{{build="{pointer["build"]}"}} 1']
        lines += ["# HELP atlas_observations Observations in the published build.", "# TYPE atlas_observations gauge"]
        lines += [f"atlas_observations {pointer['observations']}"]
    for name, text, key in _METRICS:
        lines += [f"# HELP atlas_source_{name} {text}", f"# TYPE atlas_source_{name} gauge"]
        for id_, one in content["sources"].items():
            value = one["state"] == "failed" if key == "failed" else one[key]
            if key == "last_success" and value:
                value = int(datetime.fromisoformat(value).replace(tzinfo=UTC).timestamp())
            if value is not None:
                lines.append(f'atlas_source_{name}{{source="{id_}"}} {int(value)}')
    return "\n".join(lines)


def renew(context: Context) -> str:
    """Write `status.json` after a command; that it could not be written stops nothing. Returns why, or nothing."""
    if not context.data.is_dir():
        return ""
    try:
        write(context.root, context.data)
    except (AtlasError, OSError) as error:
        return f"status.json was not renewed ({error})"
    except KeyboardInterrupt:  # what the command did is done
        return "status.json was not renewed (interrupted)"
    return ""
