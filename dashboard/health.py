"""/health/live: the process answers. /health/ready: a build is open and answers, with what is in it.

Where a mirror fills the folder (mirrored.py), also how that stands; a build that is here is served without it.
"""

from __future__ import annotations

import orjson
from flask import Flask, Response

from dashboard import mirrored, queries
from dashboard.store import NoBuildError, Store


def register(server: Flask, store: Store) -> None:
    """Add both addresses."""

    @server.get("/health/live")
    def live() -> Response:
        return _json({"status": "alive"}, 200)

    @server.get("/health/ready")
    def ready() -> Response:
        try:
            build = store.current()
        except NoBuildError as error:
            return _json({"status": "not ready", "reason": str(error), **_mirror(store)}, 503)
        row = build.rows("build")[0]
        known = queries.sources(build)
        return _json(
            {
                "status": "ready",
                "build": build.id,
                "observations": row["observations"],
                "sources": {
                    name: {"retrieved": source["retrieved"].isoformat(), "observations": source["observations"]}
                    for name, source in known.items()
                },
                **_mirror(store),
            },
            200,
        )


def _mirror(store: Store) -> dict[str, object]:
    found = mirrored.read(store.data)
    return {"mirror": found.told()} if found else {}


def _json(content: dict[str, object], status: int) -> Response:
    return Response(
        orjson.dumps(content), status, content_type="application/json", headers={"Cache-Control": "no-store"}
    )
