"""/metrics: the published build and the age of every source, in Prometheus' text format.

A scrape reads two small files and asks the build once; what was answered, and by how many processes, adds
measures.py. The numbers are the same whichever worker answers.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, time

from flask import Flask, Response

from dashboard import measures, mirrored, queries, status
from dashboard.pointer import pointed
from dashboard.store import Build, NoBuildError, Store

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"


def register(server: Flask, store: Store) -> None:
    """Add the address."""

    @server.get("/metrics")
    def metrics() -> Response:
        try:
            build: Build | None = store.whole()
        except NoBuildError:
            build = None
        lines = [*_of_build(build), *_of_mirror(store), *_of_sources(store)]
        text = "\n".join(lines) + "\n" + measures.text()
        return Response(text, content_type=CONTENT_TYPE, headers={"Cache-Control": "no-store"})


def _metric(name: str, text: str, values: Mapping[str, float]) -> list[str]:
    """HELP, TYPE and one line per set of labels."""
    lines = [f"atlas_{name}{labels} {value:.16g}" for labels, value in values.items()]
    return [f"# HELP atlas_{name} {text}", f"# TYPE atlas_{name} gauge", *lines]


def _label(name: str, value: str) -> str:
    escaped = value.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
    return f'{{{name}="{escaped}"}}'


def _of_build(build: Build | None) -> list[str]:
    up = _metric("up", "1 where a build is served.", {"": float(build is not None)})
    if build is None:
        return up
    observations = sum(source["observations"] for source in queries.sources(build).values())
    published = build.pointer.get("published")
    moment = {"": datetime.fromisoformat(published).timestamp()} if published else {}
    return [
        *up,
        *_metric("build_info", "The published build.", {_label("build", build.id): 1}),
        *_metric("build_published_timestamp_seconds", "When it was published.", moment),
        *_metric("observations", "Observations in the published build.", {"": observations}),
    ]


def _of_mirror(store: Store) -> list[str]:
    found = mirrored.read(store.data)
    if found is None:
        return []
    hindered = {_label("problem", found.problem): 1.0} if found.problem else {}
    return [
        *_metric("mirror_up", "1 where the last look at the published builds went well.", {"": float(not hindered)}),
        *_metric("mirror_problem", "What hinders the mirror.", hindered),
        *_metric("mirror_looked_timestamp_seconds", "When it last looked.", {"": found.looked.timestamp()}),
    ]


def _of_sources(store: Store) -> list[str]:
    found = status.read(pointed(store.data, store.audience))
    if found is None:
        return []
    today = datetime.now(UTC).date()
    had = {_label("source", one.id): one for one in found.sources}
    ages = {label: age for label, one in had.items() if (age := one.age(today)) is not None}
    days = {
        label: datetime.combine(one.last_success, time(), UTC).timestamp()
        for label, one in had.items()
        if one.last_success
    }
    states = {label: one.state(today) for label, one in had.items()}
    return [
        *_metric("status_written_timestamp_seconds", "When the ETL last ran.", {"": found.written.timestamp()}),
        *_metric("source_last_success_timestamp_seconds", "Day the figures were last taken or checked.", days),
        *_metric("source_age_days", "Days since the last success.", ages),
        *_metric("source_every_days", "Days after which the publisher renews it; 0: no rhythm.",
                 {label: one.every_days for label, one in had.items()}),
        *_metric("source_overdue", "1 where the age exceeds the rhythm.",
                 {label: float(one.next_due is not None and today > one.next_due) for label, one in had.items()}),
        *_metric("source_failed", "1 where the last fetch failed or was rejected.",
                 {label: float(state == "failed") for label, state in states.items()}),
        *_metric("source_observations", "Observations in the published build.",
                 {label: one.observations for label, one in had.items()}),
    ]  # fmt: skip
