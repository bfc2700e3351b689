"""Handing in at the desk, as a browser does it: a file, the check, the steps."""

from __future__ import annotations

import csv
import hashlib
import io
import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import httpx
from desking import Atlas, sign_in, token

from dashboard.desk import checking
from dashboard.desk.permissions import Grant, User
from dashboard.desk.schemas import schema
from dashboard.desk.uploads import CHECKED, DRAFT, Upload, Uploads, moved
from dashboard.store import Build

INDICATOR = {one.name: one.example for one in schema("indicator").fields}
INDICATOR |= {"id": "desk_survey_test_pct", "source": "desk_survey_test"}
FIGURE = {one.name: one.example for one in schema("figure").fields}
FIGURE |= {"indicator": INDICATOR["id"], "value": "31.5"}
CLAIM = {one.name: one.example for one in schema("claim").fields} | {
    "id": "desk-test-claim",
    "amount_min": "31",
    "amount_max": "31",
}


def as_csv(*rows: dict[str, str], separator: str = ";") -> bytes:
    """Rows as an office's spreadsheet saves them."""
    out = io.StringIO()
    writer = csv.DictWriter(out, list(rows[0]), delimiter=separator, lineterminator="\r\n")
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue().encode("utf-8-sig")


@contextmanager
def entered(atlas: Atlas, name: str) -> Iterator[httpx.Client]:
    """A browser in which this person has signed in."""
    with atlas.client() as client:
        client.headers["Origin"] = atlas.address
        answer = sign_in(client, name)
        assert answer.status_code == 303, answer.text[-1500:]
        yield client


def hand_in(client: httpx.Client, kind: str, content: bytes, name: str = "data.csv", **fields: str) -> httpx.Response:
    """Send the form with a file."""
    page = client.get("/en/desk/upload").text
    data = {"csrf_token": token(page), "kind": kind, **fields}
    return client.post("/en/desk/upload", data=data, files={"file": (name, content)})


def checked(client: httpx.Client, kind: str, content: bytes, name: str = "data.csv") -> tuple[str, str]:
    """Hand in and wait for the check: (address of the upload, its page)."""
    answer = hand_in(client, kind, content, name)
    assert answer.status_code == 303, answer.text[-2000:]
    return waited(client, answer.headers["Location"])


def waited(client: httpx.Client, address: str) -> tuple[str, str]:
    """The page of an upload once it is checked."""
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        answer = client.get(address)
        assert answer.status_code == 200, answer.text[-2000:]
        if "Refresh" not in answer.headers:
            return address, answer.text
        time.sleep(0.3)
    raise AssertionError(f"{address} is still being checked")


def step(client: httpx.Client, address: str, deed: str, **fields: Any) -> httpx.Response:
    """Press a button of an upload's page; what its form holds is read from the page."""
    page = client.get(address).text
    return client.post(f"{address}/{deed}", data={"csrf_token": token(page), **fields})


def release_token(page: str) -> str:
    """What the button for releasing carries."""
    return page.split('name="token" value="')[1].split('"', maxsplit=1)[0]


def refused(atlas: Atlas, address: str) -> list[dict[str, Any]]:
    """The refused lines of an upload as the desk keeps them."""
    path = atlas.data / "internal/desk/uploads" / address.rsplit("/", 1)[1] / "refused.jsonl"
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


# ── Without a server ──

CONNY = User("conny", "conny", grants=(Grant("contributor", ("DED",)),))
ROSA = User("rosa", "rosa", grants=(Grant("releaser", ("*",)),))


def judged(uploads: Uploads, made: Build, content: bytes, kind: str = "figure", sheet: str = "") -> Upload:
    """An upload, checked."""
    digest = hashlib.sha256(content).hexdigest()
    (uploads.files / digest).write_bytes(content)
    upload = uploads.begin(kind, CONNY, "file", (digest, len(content)), sheet)
    checking.run(uploads, upload.id, made)
    return uploads.get(upload.id)


def drafted(uploads: Uploads, made: Build, content: bytes, kind: str = "figure") -> Upload:
    """An upload that waits for its release."""
    upload = judged(uploads, made, content, kind)
    assert (upload.state, upload.result["refused"]) == (CHECKED, 0), list(uploads.rows(upload.id, "refused"))
    draft = moved(upload, DRAFT, CONNY, mode="all", token=checking.new_token())
    uploads.save(draft)
    return draft
