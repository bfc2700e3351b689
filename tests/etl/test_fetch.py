"""Fetching whole deliveries: what becomes a snapshot, what does not, and what is remembered of it."""

from __future__ import annotations

import json
import logging
from dataclasses import replace
from pathlib import Path

import pytest
from publisher import Publisher, page, status, write

from etl.fetch import Result, fetch_all
from etl.http import Settings, settings_from
from etl.model import AtlasError, Delivery, DeliveryError, File, Licence, Source
from etl.snapshot import KEEP_REJECTED, checks, home, last_errors, latest, sha256_of, snapshot

PLAIN = Source(
    "office", "Office", {"en": "Survey"}, Licence("CC BY 4.0", "", ""), "https://example.org", (), pause_seconds=0
)


def source(*urls: str, **more: object) -> Source:
    """A source of files table, table1, … at these addresses."""
    files = tuple(File(f"table{n or ''}", (f"table{n or ''}.csv",), url, **more) for n, url in enumerate(urls))  # type: ignore[arg-type]
    return replace(PLAIN, files=files)


def settings(waits: list[float] | None = None, **more: object) -> Settings:
    """Short patience; waits are written down instead of waited for."""
    sleep = (lambda _: None) if waits is None else waits.append
    return Settings(**{"connect": 2, "read": 2, "answer": 5, "sleep": sleep, **more})  # type: ignore[arg-type]


def fetched(data: Path, what: Source, judge: object = None, **more: object) -> Result:
    """Fetch one source."""
    return fetch_all(data, [what], settings(**more), lambda _: None, judge)[0]  # type: ignore[arg-type]


def bytes_of(data: Path, what: Source, key: str = "table") -> bytes:
    """The bytes a build would read."""
    found = snapshot(data, what)
    assert found is not None
    return found.path(key).read_bytes()


def refuse_bad(delivery: Delivery) -> None:
    """A judge that reads the files, as a source's module does, and refuses what begins with 'bad'."""
    for raw in delivery.files.values():
        assert raw.path.suffix == ".csv", "the module may go by the ending"
        if raw.path.read_bytes().startswith(b"bad"):
            raise DeliveryError("column 'region' is missing", file=raw.path.name)


def test_fetched_bytes_are_kept_by_hash_with_a_record_and_we_say_who_we_are(
    tmp_path: Path, publisher: Publisher
) -> None:
    what = source(publisher.on("/a.csv", page(b"region,year\n", '"1"', "Sat, 21 Nov 2026 09:00:00 GMT")))
    result = fetched(tmp_path, what, contact="atlas@example.org")
    record = latest(tmp_path, what)["table"]
    assert (result.state, result.outcomes, result.problems) == ("new", {"table": "new"}, [])
    assert record.path(tmp_path).read_bytes() == b"region,year\n"
    assert record.path(tmp_path).parent.name == sha256_of(record.path(tmp_path)) == record.sha256
    assert (record.etag, record.last_modified) == ('"1"', "Sat, 21 Nov 2026 09:00:00 GMT")
    agent = publisher.asked[0].headers["user-agent"]
    assert agent.startswith("regional-ai-atlas/0.")
    assert "contact: atlas@example.org" in agent
    assert not list(home(tmp_path, "office").rglob("*.part*"))


def test_a_new_edition_never_overwrites_the_old_one_and_old_bytes_may_come_back(
    tmp_path: Path, publisher: Publisher
) -> None:
    seen = []
    for body in (b"first", b"second", b"first"):
        what = source(publisher.on("/a.csv", page(body)))
        assert fetched(tmp_path, what).state == "new"
        seen.append(bytes_of(tmp_path, what))
    assert seen == [b"first", b"second", b"first"]
    assert {path.read_bytes() for path in home(tmp_path, "office").glob("*/table.csv")} == {b"first", b"second"}
    assert len(list(home(tmp_path, "office").glob("*.json"))) == 3


@pytest.mark.parametrize(
    "validator", [{"etag": '"1"'}, {"etag": 'W/"1"'}, {"modified": "Sat, 21 Nov 2026 09:00:00 GMT"}]
)
def test_what_did_not_change_is_not_sent_again_and_leaves_a_check(
    tmp_path: Path, publisher: Publisher, validator: dict[str, str]
) -> None:
    what = source(publisher.on("/a.csv", page(b"x", **validator)))
    fetched(tmp_path, what)
    first = latest(tmp_path, what), checks(tmp_path, what)["table"]
    for _ in range(2):  # the second check must still know what to ask with
        assert fetched(tmp_path, what).outcomes == {"table": "unchanged"}
        condition = {"if-none-match", "if-modified-since"} & set(publisher.asked[-1].headers)
        assert len(condition) == 1
    check = checks(tmp_path, what)["table"]
    assert latest(tmp_path, what) == first[0]
    assert check.outcome == "unchanged"
    assert check.succeeded == check.checked > first[1].checked


def test_the_same_bytes_sent_again_are_no_new_edition(tmp_path: Path, publisher: Publisher) -> None:
    """Otherwise each day's fetch would make a new build of equal figures."""
    what = source(publisher.on("/a.csv", page(b"x")))
    fetched(tmp_path, what)
    assert fetched(tmp_path, what).outcomes == {"table": "unchanged"}
    assert len(list(home(tmp_path, "office").glob("*.json"))) == 1


def test_bytes_changed_on_disk_are_fetched_again_without_a_condition(tmp_path: Path, publisher: Publisher) -> None:
    what = source(publisher.on("/a.csv", page(b"x", '"1"')))
    fetched(tmp_path, what)
    latest(tmp_path, what)["table"].path(tmp_path).write_bytes(b"tampered")
    assert fetched(tmp_path, what).state == "new"
    assert bytes_of(tmp_path, what) == b"x"


def test_another_address_is_never_asked_with_the_old_ones_condition(tmp_path: Path, publisher: Publisher) -> None:
    fetched(tmp_path, source(publisher.on("/2024.csv", page(b"2024", '"1"'))))
    what = source(publisher.on("/2025.csv", page(b"2025", '"1"')))
    fetched(tmp_path, what)
    assert bytes_of(tmp_path, what) == b"2025"


def test_the_newest_edition_is_asked_for_where_the_declared_one_is_a_recorded_one(
    tmp_path: Path, publisher: Publisher
) -> None:
    newest = publisher.on("/HEAD/a.csv", page(b"new", '"1"'))
    what = replace(PLAIN, files=(File("table", ("table.csv",), f"{publisher.address}/1a2b/a.csv", latest=newest),))
    assert [fetched(tmp_path, what).state for _ in range(2)] == ["new", "unchanged"]
    assert latest(tmp_path, what)["table"].url == newest
    assert "if-none-match" in publisher.asked[-1].headers


# ── All or nothing ───────────────────────────────────────────────────────────────────────────────────────────────


def test_half_a_delivery_is_none(tmp_path: Path, publisher: Publisher) -> None:
    """Where one file fails, the other's new edition is not mixed with its old one; the next fetch has both."""
    urls = publisher.on("/a.csv", page(b"a1")), publisher.on("/b.csv", page(b"b1"))
    what = source(*urls)
    fetched(tmp_path, what)
    publisher.on("/a.csv", page(b"a2")), publisher.on("/b.csv", status(404))
    result = fetched(tmp_path, what)
    assert (result.state, result.outcomes) == ("failed", {"table": "not kept", "table1": "failed"})
    assert bytes_of(tmp_path, what, "table") == b"a1"
    publisher.on("/b.csv", page(b"b2"))
    assert fetched(tmp_path, what).state == "new"
    assert (bytes_of(tmp_path, what, "table"), bytes_of(tmp_path, what, "table1")) == (b"a2", b"b2")


def test_an_optional_file_that_is_gone_leaves_the_delivery(tmp_path: Path, publisher: Publisher) -> None:
    what = source(publisher.on("/a.csv", page(b"a")), publisher.on("/b.csv", page(b"b")), required=False)
    fetched(tmp_path, what)
    publisher.on("/b.csv", status(404))
    assert fetched(tmp_path, what).outcomes == {"table": "unchanged", "table1": "gone"}
    found = snapshot(tmp_path, what)
    assert found is not None
    assert (found.has("table"), found.has("table1")) == (True, False)
    publisher.on("/a.csv", status(410))
    result = fetched(tmp_path, what)
    assert "none of its files" in result.problems[0]
    assert bytes_of(tmp_path, what) == b"a"


def test_a_delivery_that_cannot_be_read_is_kept_apart_and_never_becomes_the_snapshot(
    tmp_path: Path, publisher: Publisher
) -> None:
    what = source(publisher.on("/a.csv", page(b"good", '"1"')))
    fetched(tmp_path, what, refuse_bad)
    publisher.on("/a.csv", page(b"bad", '"2"'))
    for _ in range(2):
        result = fetched(tmp_path, what, refuse_bad)
        assert (result.state, result.outcomes) == ("rejected", {"table": "rejected"})
        assert "column 'region' is missing" in result.problems[0]
    assert bytes_of(tmp_path, what) == b"good"
    rejected = home(tmp_path, "office") / "rejected"
    assert [path.read_bytes() for path in rejected.glob("*/table.csv")] == [b"bad"]
    records = [json.loads(path.read_text()) for path in rejected.glob("*.json")]
    assert [record["problem"] for record in records] == ["table.csv: column 'region' is missing"]
    error = last_errors(tmp_path, what)["table"]
    assert (error.outcome, error.problem) == ("rejected", "table.csv: column 'region' is missing")
    assert error.succeeded is not None
    publisher.on("/a.csv", page(b"good", '"1"'))
    assert fetched(tmp_path, what, refuse_bad).state == "unchanged"
    assert last_errors(tmp_path, what) == {}


def test_rejected_deliveries_do_not_pile_up(tmp_path: Path, publisher: Publisher) -> None:
    for number in range(KEEP_REJECTED + 3):
        what = source(publisher.on("/a.csv", page(b"bad %d" % number)))
        fetched(tmp_path, what, refuse_bad)
    kept = {path.read_bytes() for path in home(tmp_path, "office").glob("rejected/*/table.csv")}
    assert kept == {b"bad %d" % number for number in range(3, KEEP_REJECTED + 3)}
    assert snapshot(tmp_path, what) is None


def test_a_module_that_breaks_rejects_its_own_delivery_only(tmp_path: Path, publisher: Publisher) -> None:
    def judge(delivery: Delivery) -> None:
        if delivery.source.id == "first":
            raise ZeroDivisionError("division by zero")

    url = publisher.on("/a.csv", page(b"x"))
    both = [replace(source(url), id=name) for name in ("first", "second")]
    results = fetch_all(tmp_path, both, settings(), lambda _: None, judge)
    assert [result.state for result in results] == ["rejected", "new"]
    assert "ZeroDivisionError" in results[0].problems[0]


def test_the_last_error_is_remembered_until_a_fetch_succeeds(tmp_path: Path, publisher: Publisher) -> None:
    what = source(publisher.on("/a.csv", status(403, b"<p>Bitte melden\nSie sich</p>")))
    fetched(tmp_path, what)
    error = last_errors(tmp_path, what)["table"]
    assert (error.outcome, error.succeeded) == ("failed", None)
    assert error.problem == f"{publisher.address}/a.csv: the address answered 403 Forbidden: Bitte melden Sie sich."
    publisher.on("/a.csv", page(b"x"))
    fetched(tmp_path, what)
    assert last_errors(tmp_path, what) == {}


def test_files_without_an_address_are_named_and_no_failure(tmp_path: Path) -> None:
    what = replace(PLAIN, files=(File("a", ("a.csv",), ""), File("b", ("b.csv",), "https://example.org", page=True)))
    said: list[str] = []
    result = fetch_all(tmp_path, [what], settings(), said.append, None)[0]
    assert (result.state, result.problems, result.by_hand) == ("by hand", [], ("a", "b"))
    assert sum("--from" in line for line in said) == 2


# ── Credentials ──────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("code", ["fine", "wrong type", 403, 500])
def test_credentials_reach_the_server_and_nothing_else(
    tmp_path: Path, publisher: Publisher, caplog: pytest.LogCaptureFixture, code: str | int
) -> None:
    """No line, problem, log or file below the data folder holds them, even where the server repeats them."""
    secret = "p&ss wörd/1"
    caplog.set_level(logging.DEBUG)
    echo = f"wrong password {secret} for {publisher.address}/a.csv?user=p%26ss%20w%C3%B6rd%2F1, p&amp;ss".encode()
    answers = {
        "fine": page(b"x", '"1"'),
        "wrong type": status(200, echo, content_type="image/p%26ss%20w%C3%B6rd%2F1"),
    }
    publisher.on("/a.csv", status(code, echo) if isinstance(code, int) else answers[code])
    said: list[str] = []
    file = File("table", ("table.csv",), publisher.address + "/a.csv?user={ATLAS_TEST_USER}")
    what = replace(PLAIN, files=(file,))
    result = fetch_all(tmp_path, [what], settings(environment={"ATLAS_TEST_USER": secret}), said.append, None)[0]
    assert publisher.asked[0].path == "/a.csv?user=p%26ss%20w%C3%B6rd%2F1"
    written = "".join(path.read_text() for path in tmp_path.rglob("*") if path.is_file())
    everything = "\n".join([*said, *result.problems, caplog.text, written])
    assert "{ATLAS_TEST_USER}" in everything
    for way in (secret, "p%26ss", "w%C3%B6rd", "w%c3%b6rd", "wörd", "p&amp;ss"):
        assert way not in everything


def test_a_form_is_posted_with_its_settings_and_a_missing_setting_is_named(
    tmp_path: Path, publisher: Publisher
) -> None:
    url = publisher.on("/api", page(b"x", '"1"'))
    file = File(
        "table", ("table.csv",), url, headers=(("username", "$ATLAS_TEST_USER"),), form=(("name", "52911-0001"),)
    )
    what = replace(PLAIN, files=(file,))
    result = fetched(tmp_path, what)
    assert (result.state, result.problems, publisher.asked) == ("not set up", [], [])
    assert "the setting ATLAS_TEST_USER is needed" in last_errors(tmp_path, what)["table"].problem
    for state in ("new", "unchanged"):
        assert fetched(tmp_path, what, environment={"ATLAS_TEST_USER": "u"}).state == state
        asked = publisher.asked[-1]
        assert (asked.method, asked.body, asked.headers["username"]) == ("POST", b"name=52911-0001", "u")
    # Once it was set up, a missing setting is a failure.
    assert "the setting ATLAS_TEST_USER is needed" in fetched(tmp_path, what).problems[0]
    publisher.on("/api", status(302, location="http://localhost:1/steal"))
    assert "another host" in fetched(tmp_path, what, environment={"ATLAS_TEST_USER": "u"}).problems[0]


def test_a_contact_that_could_forge_a_header_is_refused() -> None:
    with pytest.raises(AtlasError, match="ATLAS_CONTACT"):
        settings_from({"ATLAS_CONTACT": "a@example.org\r\nx-evil: 1"}, progress=False)
    assert settings_from({}, progress=False).agent.count("contact") == 0


def test_a_stray_file_in_the_snapshots_is_named(tmp_path: Path, publisher: Publisher) -> None:
    what = source(publisher.on("/a.csv", page(b"x")))
    write(home(tmp_path, "office") / "20260101T000000.000000Z.json", b"{")
    assert "record of a fetch is broken" in fetched(tmp_path, what).problems[0]
