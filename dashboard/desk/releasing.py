"""Releasing a draft: its lines as the files that the next build reads (docs/desk-format.md), in one piece.

Order of a release: the folder under a hidden name → the intent into the upload → audit log, and its head into the
folder → the folder gets its name → audit log → the upload is `released`. Wherever that stops, `mend` brings the upload
to where the folder is.
"""

from __future__ import annotations

import csv
import hashlib
import hmac
import io
import json
import shutil
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any, Final

import polars as pl

from dashboard.desk import disk
from dashboard.desk.audit import NOTED, Audit
from dashboard.desk.known import Known
from dashboard.desk.permissions import User
from dashboard.desk.rules import CLAIM
from dashboard.desk.uploads import DRAFT, RELEASED, TAKEN_BACK, StepError, Upload, Uploads, moved

_TEXT: Final = ("indicator", "region", "period", "dimension", "member")
#: observations.parquet, column by column.
OBSERVATIONS: Final = pl.Schema(
    {
        **{name: pl.String for name in _TEXT},
        "value": pl.Float64,
        "status": pl.String,
        "n": pl.Int64,
        **{name: pl.String for name in ("note", "audience", "embargo_until")},
    }
)
_LANGUAGES: Final = ("de", "fr", "en")
_WORDS: Final = {"title": "title", "short": "short", "unit": "unit_words", "definition": "definition",
                 "method": "method", "comparability": "comparability"}  # fmt: skip


def release(uploads: Uploads, audit: Audit, upload: Upload, by: User, *, token: str, known: Known) -> Upload:
    """Release a draft that is held. token: of the page on which somebody pressed the button.

    Raises StepError where it is no draft or the token is not its own, OSError where the disk fails: then it is a draft
    as before.
    """
    if upload.state != DRAFT or not upload.token or not hmac.compare_digest(token.encode(), upload.token.encode()):
        raise StepError(upload.state)
    hidden = uploads.released / f".{upload.id}"
    shutil.rmtree(hidden, ignore_errors=True)
    try:
        _write(hidden, uploads, upload, known)
        intent = {"what": RELEASED, "who": by.key, "name": by.name}
        uploads.save(upload := replace(upload, intent=intent))
    except OSError:
        shutil.rmtree(hidden, ignore_errors=True)
        raise
    number, head = audit.write(by.key, "release begun", upload=upload.id, sha256=upload.sha256)
    disk.write_json(hidden / NOTED, {"record": number, "hash": head})
    hidden.rename(uploads.released / upload.id)
    disk.settle(uploads.released)
    return _done(uploads, audit, upload, by, RELEASED)


def take_back(uploads: Uploads, audit: Audit, upload: Upload, by: User, reason: str) -> Upload:
    """Take a release back: its folder goes as a whole, the next build has it no more. Raises StepError, OSError."""
    if upload.state != RELEASED:
        raise StepError(upload.state)
    intent = {"what": TAKEN_BACK, "who": by.key, "name": by.name, "reason": reason}
    uploads.save(upload := replace(upload, intent=intent))
    audit.write(by.key, "taking back begun", upload=upload.id, sha256=upload.sha256, reason=reason)
    hidden = uploads.released / f".{upload.id}"
    shutil.rmtree(hidden, ignore_errors=True)
    (uploads.released / upload.id).rename(hidden)
    disk.settle(uploads.released)
    done = _done(uploads, audit, upload, by, TAKEN_BACK, reason=reason)
    shutil.rmtree(hidden, ignore_errors=True)
    return done


def mend(uploads: Uploads, audit: Audit, upload: Upload) -> Upload:
    """After a failure in between: an upload that is held, with the state that its folder says."""
    what, there = upload.intent.get("what"), (uploads.released / upload.id).is_dir()
    if (what, there, upload.state) not in ((RELEASED, True, DRAFT), (TAKEN_BACK, False, RELEASED)):
        return upload
    who = User(upload.intent["who"], upload.intent["name"])
    return _done(uploads, audit, upload, who, str(what), reason=upload.intent.get("reason", ""), mended=True)


def _done(
    uploads: Uploads, audit: Audit, upload: Upload, by: User, state: str, *, reason: str = "", **more: object
) -> Upload:
    audit.write(by.key, state, upload=upload.id, sha256=upload.sha256, kind=upload.kind, **more)
    uploads.save(done := moved(upload, state, by, reason, token="", intent={}))
    return done


def _write(folder: Path, uploads: Uploads, upload: Upload, known: Known) -> None:
    """All files of a release, on the disk."""
    folder.mkdir(mode=0o750)
    rows = [one["row"] for one in uploads.rows(upload.id)]
    record: dict[str, Any] = {
        **{"format": 1, "id": upload.id, "released": datetime.now(UTC).isoformat(timespec="seconds")},
        **{"file": upload.file, "sha256": upload.sha256},
    }
    if upload.kind == "figure":
        content = _observations(rows)
        disk.write(folder / "observations.parquet", content)
        record["observations_sha256"] = hashlib.sha256(content).hexdigest()
        (folder / "indicators").mkdir()
        for id_ in sorted({row["indicator"] for row in rows}):
            disk.write(folder / "indicators" / f"{id_}.toml", known.indicators[id_]["toml"].encode())
            record["source"] = known.indicators[id_]["source"]
    elif upload.kind == "indicator":
        (folder / "indicators").mkdir()
        for row in rows:
            disk.write(folder / "indicators" / f"{row['id']}.toml", indicator_toml(row).encode())
        record["source"] = _source(rows[0])
    else:
        (folder / "ledger").mkdir()
        disk.write(folder / "ledger" / "claim.csv", _claims(rows, upload.id).encode())
    disk.write(folder / "release.json", json.dumps(record, ensure_ascii=False, indent=1).encode())


def _observations(rows: list[dict[str, Any]]) -> bytes:
    table = pl.DataFrame(
        {
            **{name: [row[name] for row in rows] for name in ("indicator", "region", "period")},
            "dimension": [""] * len(rows),
            "member": [""] * len(rows),
            "value": [None if row["value"] is None else float(row["value"]) for row in rows],
            "status": [row["flag"] or "" for row in rows],
            "n": [None if row["n"] is None else int(row["n"]) for row in rows],
            **{name: [row[name] or "" for row in rows] for name in ("note", "audience", "embargo_until")},
        },
        schema=OBSERVATIONS,
    )
    out = io.BytesIO()
    table.write_parquet(out)
    return out.getvalue()


def _claims(rows: list[dict[str, Any]], origin: str) -> str:
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(CLAIM)
    for row in rows:
        amounts = {name: _amount(row[name]) for name in ("amount_min", "amount_max")}
        writer.writerow([(row | amounts | {"verified": "false", "origin": origin}).get(name) or "" for name in CLAIM])
    return out.getvalue()


def _amount(text: str | None) -> str:
    """With the six decimals that the ledger has room for."""
    return f"{float(text):.6f}".rstrip("0").rstrip(".") if text else ""


def _source(row: Mapping[str, Any]) -> dict[str, Any]:
    return {
        **{"id": row["source"], "publisher": row["publisher"]},
        "title": {lang: row[f"source_title_{lang}"] for lang in _LANGUAGES},
        "licence": {"name": row["licence"], "url": row["licence_url"], "credit": row["credit"]},
        **{"url": row["source_url"], "citation": "", "redistribute": True},
    }


def indicator_toml(row: Mapping[str, Any]) -> str:
    """The words of an indicator as docs/add-an-indicator.md says."""
    top = {key: row[key] for key in ("theme", "kind", "unit", "direction", "verdict")}
    lines = [f"{key} = {_quoted(value)}" for key, value in (top | {"aggregation": "none", "interval": ""}).items()]
    lines += [f"decimals = {int(row['decimals'])}", "order = 900", "", "[source]", f"id = {_quoted(row['source'])}"]
    lines += [f"measure = {_quoted(row['id'])}", "", "[checked]", 'by = "desk"', f"on = {date.today().isoformat()}"]  # noqa: DTZ011
    for lang in _LANGUAGES:
        lines += ["", f"[words.{lang}]", *(f"{key} = {_quoted(row[f'{col}_{lang}'])}" for key, col in _WORDS.items())]
    return "\n".join(lines) + "\n"


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)
