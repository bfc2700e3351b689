"""What one file or one person may take of the machine, and what is removed again."""

from __future__ import annotations

import json
import os
import resource
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import desking
import pytest
from desking import BEHIND, Atlas, copied
from handing import CONNY, FIGURE, INDICATOR, ROSA, as_csv, drafted, entered, hand_in, judged
from serving import ROOT, free_port, serving

from dashboard.desk.audit import NOTED, Audit, AuditError, noted
from dashboard.desk.known import known
from dashboard.desk.releasing import release
from dashboard.desk.tidying import tidy
from dashboard.desk.uploads import DRAFT, REJECTED, UNREADABLE, WITHDRAWN, Uploads, moved
from dashboard.store import Build

#: Enough for all that the desk itself writes, not for the file that is sent.
MOST = 6_000_000


@pytest.fixture(scope="module")
def small(build: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Atlas]:
    """An internal atlas on whose disk no file grows beyond MOST, and where a person may hand in three files an hour."""
    data, port = copied(build, tmp_path_factory.mktemp("small")), free_port()
    limits = {"ATLAS_WORKERS": "1", "ATLAS_UPLOADS_AN_HOUR": "3"}
    more = desking.pilot(data, f"http://127.0.0.1:{port}") | BEHIND | limits
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (MOST, before[1]))
    try:
        server = serving(data, data / "log", more=more, port=port)
        address = server.__enter__()
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    try:
        yield Atlas(address, data, data / "log", environment=tuple(more.items()))
    finally:
        server.__exit__(None, None, None)


def test_a_disk_that_is_full_while_a_file_arrives_leaves_nothing_and_says_so(small: Atlas) -> None:
    desk = small.data / "internal" / "desk"
    with entered(small, "conny") as conny:
        answer = hand_in(conny, "figure", b"x" * (MOST + 1_000_000), "large.csv")
        assert answer.status_code == 507, answer.text[-500:]
        assert "Nothing was changed" in answer.text
        assert [*desk.glob("files/*"), *desk.glob("uploads/*")] == []
        assert "step failed" in small.audit()
        fine = hand_in(conny, "figure", as_csv(FIGURE))
        assert fine.status_code == 303, "what is small enough is taken"


def test_a_person_who_hands_in_too_much_is_asked_to_wait_and_others_are_not(small: Atlas) -> None:
    with entered(small, "conny") as conny, entered(small, "rosa") as rosa:
        said = [hand_in(conny, "figure", as_csv(FIGURE | {"value": str(n)})) for n in range(4)]
        assert said[-1].status_code == 429
        assert 0 < int(said[-1].headers["Retry-After"]) <= 3600
        assert "3 files an hour" in said[-1].text
        assert hand_in(rosa, "figure", as_csv(FIGURE)).status_code == 303
    assert "too many" in small.audit()


def test_a_check_that_wants_too_much_memory_is_told_and_takes_nobody_elses(
    build: Path, made: Build, home: Path, tmp_path: Path
) -> None:
    data = copied(build, tmp_path)
    uploads = Uploads(data / "internal" / "desk")
    uploads.make()
    content = as_csv(*(FIGURE | {"note": "x" * 900} for _ in range(9_000)))
    path = uploads.files / "some-large-file"
    upload = uploads.begin("figure", CONNY, "large.csv", (path.name, len(content)))
    path.write_bytes(content * 40)
    script = (
        "import sys\nfrom dashboard.desk import checking, __main__ as desk\n"
        "most, real = int(sys.argv[1]), checking.limit_memory\n"
        "checking.limit_memory = lambda: real(most)\nsys.exit(desk.main(['check', sys.argv[2]]))"
    )
    done = subprocess.run(
        [sys.executable, "-c", script, str(500 * 1024**2), upload.id],
        cwd=ROOT,
        env={**os.environ, "ATLAS_DATA": str(data)},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    found = uploads.get(upload.id)
    assert (done.returncode, found.state) == (0, UNREADABLE), done.stderr[-1500:]
    assert found.result["what"] == "memory"


def test_what_led_to_nothing_is_removed_after_its_time_and_a_draft_never(made: Build, tmp_path: Path) -> None:
    uploads, audit = Uploads(tmp_path), Audit(tmp_path)
    uploads.make()
    wrong, right = as_csv(FIGURE | {"value": "many"}), as_csv(FIGURE)
    kept = judged(uploads, made, right)
    old = [judged(uploads, made, wrong) for _ in range(3)] + [judged(uploads, made, right)]
    ages = dict(zip((WITHDRAWN, REJECTED, "checked", DRAFT), old, strict=True))
    long_ago = (datetime.now(UTC) - timedelta(days=91)).isoformat()
    for state, upload in ages.items():
        aged = moved(upload, state, CONNY)
        uploads.save(replace(aged, steps=({**aged.steps[-1], "at": long_ago},)))
    (uploads.home / ".half").mkdir()
    assert sorted(tidy(uploads, audit, 90)) == sorted(one.id for one in old[:3])
    assert {one.id for one in uploads.all()} == {kept.id, old[3].id}
    assert [path.name for path in uploads.files.glob("*")] == [kept.sha256], "the file that another upload has stays"
    assert not (uploads.home / ".half").exists()
    assert [(one["what"], one["detail"]["state"]) for one in audit.records()].count(("removed", REJECTED)) == 1
    assert tidy(uploads, audit, 90) == []


def test_a_log_that_was_cut_off_at_its_end_is_found_by_what_releases_noted(
    home: Path, made: Build, tmp_path: Path
) -> None:
    uploads, audit = Uploads(tmp_path), Audit(tmp_path)
    uploads.make()
    audit.write("conny", "signed in")
    upload = drafted(uploads, made, as_csv(INDICATOR), "indicator")
    release(uploads, audit, upload, ROSA, token=upload.token, known=known(made, uploads.released))
    (told,) = uploads.released.glob(f"*/{NOTED}")
    assert json.loads(told.read_text())["record"] == 2, "the record that begins it"
    audit.write("conny", "signed out")
    assert audit.verify(noted(uploads.released)).records == 4
    whole = audit.path.read_bytes().splitlines(keepends=True)
    audit.path.write_bytes(b"".join(whole[:1]))
    assert audit.verify().records == 1, "whole in itself"
    with pytest.raises(AuditError, match=f"release {upload.id} noted more"):
        audit.verify(noted(uploads.released))
    audit.write("rosa", "another step")
    audit.write("rosa", "another step")
    with pytest.raises(AuditError, match="not the record"):
        audit.verify(noted(uploads.released))
