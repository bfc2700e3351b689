"""A data folder with two publications: the real build, and a later one in which some figures are others."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import duckdb

WEB = "adoption_firms_ai_web_pct"
LATER = "0123456789ab"
#: Region → what became of its figure of 2024: the kind of change.
CHANGED = {"DED": "revised", "FR1": "revised", "DE5": "vanished", "DE7": "status"}
_EDITS = (
    "update observation set value = value + 10, ci_low = ci_low + 10, ci_high = ci_high + 10 "
    "where indicator = $web and period = '2024' and region in ('DED', 'FR1')",
    "update observation set value = null, status = 'c' where indicator = $web and period = '2024' and region = 'DE5'",
    "update observation set status = 'u' where indicator = $web and period = '2024' and region = 'DE7'",
)


def first_only(build: Path, data: Path) -> str:
    """A folder of its own with the published build; returns its id."""
    pointer = json.loads((build / "current.json").read_text())
    (data / "builds").mkdir(parents=True, exist_ok=True)
    shutil.copyfile(build / pointer["file"], data / pointer["file"])
    pointer |= {"previous": None, "published": "2026-11-01T08:00:00+00:00"}
    (data / "current.json").write_text(json.dumps(pointer))
    told = [{"at": pointer["published"], "build": pointer["build"]}]
    (data / "publications.json").write_text(json.dumps(told))
    return str(pointer["build"])


def publish_later(data: Path, id_: str = LATER, at: str = "2026-11-20T08:00:00+00:00") -> None:
    """Publish a build in which the figures of CHANGED are others, as the pipeline does it."""
    pointer = json.loads((data / "current.json").read_text())
    path = data / f"builds/{id_}.duckdb"
    shutil.copyfile(data / pointer["file"], path)
    with duckdb.connect(str(path)) as connection:
        for edit in _EDITS:
            connection.execute(edit, {"web": WEB})
        connection.execute("update build set id = ?", [id_])
    told = json.loads((data / "publications.json").read_text())
    (data / "publications.json").write_text(json.dumps([*told, {"at": at, "build": id_}]))
    fresh = data / "next.json"
    changes = {"build": id_, "file": f"builds/{id_}.duckdb", "previous": pointer["build"], "published": at}
    fresh.write_text(json.dumps(pointer | changes))
    fresh.replace(data / "current.json")
