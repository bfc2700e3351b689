"""Signing in with the password file of a pilot, on a real server with two workers: sessions, CSRF, limits, roles."""

from __future__ import annotations

import json
import re
import secrets
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager

import desking
import httpx
import pytest
from desking import PASSWORD, PEOPLE, Atlas, person, sign_in, token

from dashboard.desk import sessions
from dashboard.desk.records import Records

GUARDED = ["/de/map", "/fr/data", "/en/desk", "/de/nope", "/", "/de/desk/draft/1", "/xx/map"]
BARE = ["/de/regions.json", "/de/feeds/all.xml", "/shapes/land.json", "/_dash-layout", "/_dash-dependencies"]


@contextmanager
def entered(pilot: Atlas, name: str) -> Iterator[httpx.Client]:
    """A browser in which this person has signed in."""
    with pilot.client() as client:
        answer = sign_in(client, name)
        assert answer.status_code == 303, answer.text[-1500:]
        yield client


def leave(client: httpx.Client, pilot: Atlas, **fields: str) -> httpx.Response:
    page = client.get("/de/desk").text
    data = {"csrf_token": token(page), **fields}
    return client.post("/de/desk/sign-out", data=data, headers={"Origin": pilot.address})


# ── The door ─────────────────────────────────────────────────────────────────────────────────────────────────────


def test_every_page_wants_a_sign_in_and_leads_back_afterwards(pilot: Atlas) -> None:
    with pilot.client() as client:
        for path in GUARDED:
            answer = client.get(path)
            assert answer.status_code == 303, path
            assert re.match(r"/[a-z]{2}/desk/sign-in(\?next=|$)", answer.headers["Location"]), path
        for path in BARE:
            answer = client.get(path)
            assert answer.status_code == 401, path
            assert "GeoBasis" not in answer.text or path.endswith(".xml")
        for path in ("/health/live", "/health/ready", "/assets/page.css"):
            assert client.get(path).status_code == 200, path
        callback = {"output": "root.children", "outputs": {"id": "root", "property": "children"}, "changedPropIds": []}
        assert client.post("/_dash-update-component", json=callback).status_code == 403, "no origin"
        headers = {"Origin": pilot.address}
        assert client.post("/_dash-update-component", json=callback, headers=headers).status_code == 401
        wanted = "/fr/map?level=nuts2&region=DED2"
        asked = client.get(wanted)
        page = client.get(asked.headers["Location"])
        assert "Se connecter" in page.text
        answer = sign_in(client, "rita", wanted=wanted, lang="fr")
        assert (answer.status_code, answer.headers["Location"]) == (303, wanted)
        assert client.get(wanted).status_code == 200


def test_the_api_is_behind_the_door_and_for_no_other_site(pilot: Atlas) -> None:
    with pilot.client() as client:
        answer = client.get("/api/v1/regions")
        assert answer.status_code == 401
        assert answer.headers["Content-Type"] == "application/problem+json"
        assert "data" not in answer.json()
    with entered(pilot, "rita") as client:
        answer = client.get("/api/v1/regions", headers={"Origin": "https://example.org"})
        assert len(answer.json()["data"]) > 500
        assert answer.headers["Cache-Control"] == "private, no-store"
        assert "Access-Control-Allow-Origin" not in answer.headers


def test_metrics_of_the_internal_audience_need_the_token_behind_a_proxy(pilot: Atlas) -> None:
    given = dict(pilot.environment)["ATLAS_METRICS_TOKEN"]
    assert httpx.get(f"{pilot.address}/metrics").status_code == 404
    assert httpx.get(f"{pilot.address}/metrics", headers={"Authorization": "Bearer x"}).status_code == 404
    answer = httpx.get(f"{pilot.address}/metrics", headers={"Authorization": f"Bearer {given}"})
    assert "atlas_up 1" in answer.text


@pytest.mark.parametrize(
    "wanted",
    ["https://evil.example/", "//evil.example/de/map", "/\\evil.example", "/de/..\\\\evil", "javascript:alert(1)",
     "/de/\n/evil", "/de", "de/map", "/de/desk/sign-out", "/de/desk/sign-in?next=/de/desk/sign-in", "x" * 3000,
     "/de/map\r\nSet-Cookie: a=b", "///evil.example"],
)  # fmt: skip
def test_nobody_is_sent_elsewhere_after_signing_in(pilot: Atlas, wanted: str) -> None:
    with pilot.client() as client:
        answer = sign_in(client, "rita", wanted=wanted)
        assert answer.status_code == 303
        assert answer.headers["Location"] == "/de/desk"
        assert client.get("/de/desk/sign-in", params={"next": wanted}).headers["Location"] == "/de/desk"


def test_the_desk_says_who_you_are_and_what_you_may(pilot: Atlas) -> None:
    with entered(pilot, "conny") as client:
        pages = {lang: client.get(f"/{lang}/desk").text for lang in ("de", "fr", "en")}
    for lang, words in {"de": "Datenlieferung", "fr": "Contribution", "en": "Contributor"}.items():
        assert words in pages[lang]
        assert "conny" in pages[lang]
        assert desking.CONTACT in pages[lang]
        assert "zaki-d" in pages[lang]
    assert "Sachsen (DED)" in pages["de"]
    assert "Saxe (DED)" in pages["fr"]


# ── Cookies ──────────────────────────────────────────────────────────────────────────────────────────────────────


def test_the_cookie_is_for_this_host_alone_and_not_for_scripts(pilot: Atlas) -> None:
    with pilot.client() as client:
        answer = sign_in(client, "rita")
        (cookie,) = answer.headers.get_list("set-cookie")
        assert "HttpOnly" in cookie
        assert "SameSite=Lax" in cookie
        assert "Path=/" in cookie
        assert "Domain" not in cookie
        assert "rita" not in cookie


def test_signing_in_draws_a_new_session_and_old_cookies_are_worth_nothing(pilot: Atlas) -> None:
    with pilot.client() as client:
        client.get("/de/desk/sign-in")
        before = client.cookies["atlas"]
        sign_in(client, "rita")
        first = client.cookies["atlas"]
        assert httpx.get(f"{pilot.address}/de/desk", cookies={"atlas": before}).status_code == 303, "fixation"
        sign_in_again = sign_in_anew(client, pilot)
        assert sign_in_again != first
        assert httpx.get(f"{pilot.address}/de/desk", cookies={"atlas": first}).status_code == 303, "replayed"


def sign_in_anew(client: httpx.Client, pilot: Atlas) -> str:
    """Sign out and in again; the new cookie."""
    assert leave(client, pilot).status_code == 200
    assert sign_in(client, "rita").status_code == 303
    return str(client.cookies["atlas"])


def test_a_tampered_cookie_is_no_cookie(pilot: Atlas) -> None:
    with entered(pilot, "rita") as client:
        good = client.cookies["atlas"]
    assert httpx.get(f"{pilot.address}/de/desk", cookies={"atlas": good}).status_code == 200
    payload, moment, signature = good.split(".")
    for n in range(3):
        parts = [payload, moment, signature]
        parts[n] = ("B" if parts[n][0] == "A" else "A") + parts[n][1:]
        assert httpx.get(f"{pilot.address}/de/desk", cookies={"atlas": ".".join(parts)}).status_code == 303


def test_a_cookie_signed_with_another_key_or_that_claims_a_role_is_refused(pilot: Atlas) -> None:
    """Also one signed with our own key: a role in it is not read."""
    from flask import Flask
    from flask.sessions import SecureCookieSessionInterface

    def forged(key: str, content: dict[str, object]) -> str:
        app = Flask("x")
        app.secret_key = key.encode()
        serializer = SecureCookieSessionInterface().get_signing_serializer(app)
        assert serializer
        return str(serializer.dumps(content))

    own = dict(pilot.environment)["ATLAS_SESSION_KEY"]
    with entered(pilot, "rita") as client:
        content = SecureCookieSessionInterface().get_signing_serializer(_with_key(own)).loads(client.cookies["atlas"])  # type: ignore[union-attr]
        assert "id" in content, "it can be read with the key, so the next lines can fail"
    claims = {"role": "releaser", "scopes": ["*"], "user": "rolf", "key": "rolf @ password file"}
    for key, cookie in ((secrets.token_urlsafe(48), content), (own, {**claims, "id": "guessed"})):
        assert httpx.get(f"{pilot.address}/de/desk", cookies={"atlas": forged(key, cookie)}).status_code == 303
    promoted = httpx.get(f"{pilot.address}/en/desk", cookies={"atlas": forged(own, {**content, **claims})})
    assert "Releaser" not in promoted.text
    assert "Reader" in promoted.text


def _with_key(key: str) -> object:
    from flask import Flask

    app = Flask("x")
    app.secret_key = key.encode()
    return app


@pytest.mark.parametrize(("column", "age"), [("seen", sessions.IDLE), ("created", sessions.LONGEST)])
def test_a_session_ends_when_nobody_uses_it_and_after_a_day_of_work(pilot: Atlas, column: str, age: float) -> None:
    """The clock cannot be turned, so the session is made older, in the server's own file."""
    import sqlite3

    with entered(pilot, "rita") as client:
        assert client.get("/de/desk").status_code == 200
        with closing(sqlite3.connect(pilot.data / "internal/desk/sign-in.sqlite")) as file, file:
            file.execute(f"UPDATE session SET {column} = {column} - ?", (age + 1,))
        assert client.get("/de/desk").status_code == 303
        assert client.get("/de/desk").status_code == 303


def test_ids_of_sessions_are_kept_as_hashes_and_the_files_are_the_owners(pilot: Atlas) -> None:
    with entered(pilot, "rita") as client:
        payload = client.cookies["atlas"].split(".")[0]
        import base64

        id_ = json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))["id"]
    folder = pilot.data / "internal" / "desk"
    files = [path for path in folder.iterdir() if path.is_file() and path.name != "step.lock"]
    stored = b"".join(path.read_bytes() for path in files)
    assert len(stored) > 4000
    assert id_.encode() not in stored
    assert {path.stat().st_mode & 0o777 for path in files} == {0o600}
    assert {path.stat().st_mode & 0o007 for path in folder.iterdir() if path.is_dir()} == {0}, "uploads and releases"
    assert (pilot.data / "internal" / "passwords").stat().st_mode & 0o777 == 0o600


# ── Ending sessions ──────────────────────────────────────────────────────────────────────────────────────────────


def test_signing_out_ends_this_session_and_everywhere_all_of_them(pilot: Atlas) -> None:
    with entered(pilot, "rita") as one, entered(pilot, "rita") as two, entered(pilot, "rita") as three:
        copied = one.cookies["atlas"]
        assert leave(one, pilot).status_code == 200
        assert httpx.get(f"{pilot.address}/de/desk", cookies={"atlas": copied}).status_code == 303
        assert two.get("/de/desk").status_code == 200
        leave(two, pilot, everywhere="1")
        assert three.get("/de/desk").status_code == 303


def test_the_operator_ends_sessions_for_all_workers_at_once(pilot: Atlas) -> None:
    with entered(pilot, "rita") as rita, entered(pilot, "rolf") as rolf:
        listed = pilot.command("sessions").stdout
        assert "rita" in listed
        assert "rolf" in listed
        assert pilot.command("revoke", "nobody").returncode == 1
        done = pilot.command("revoke", "RITA")
        assert (done.returncode, done.stderr) == (0, "")
        for _ in range(12):  # whichever worker answers
            with httpx.Client(base_url=pilot.address, cookies=rita.cookies) as fresh:
                assert fresh.get("/de/desk").status_code == 303
        assert rolf.get("/de/desk").status_code == 200


def test_a_role_that_is_taken_away_or_changed_holds_at_once(pilot: Atlas) -> None:
    everybody = [person("account", name, role, scopes) for name, (role, scopes) in PEOPLE.items()]
    try:
        with entered(pilot, "conny") as client, entered(pilot, "rolf") as other:
            promoted = person("account", "conny", "releaser", ["DE"])
            desking.roles(pilot.data, promoted, *everybody)
            assert "Freigabe" in client.get("/de/desk").text
            desking.roles(pilot.data, everybody[2])
            refused = client.get("/de/desk")
            assert refused.status_code == 403
            assert "conny" in refused.text
            assert desking.CONTACT in refused.text
            assert client.get("/de/desk").status_code == 303, "the session ended with the role"
            assert other.get("/de/desk").status_code == 200
            (pilot.data / "internal/roles.toml").write_text("[[person]\n", encoding="utf-8")
            assert other.get("/de/map").status_code == 503, "a broken file lets nobody in"
    finally:
        desking.roles(pilot.data, *everybody)


def test_without_a_role_there_is_no_entrance(pilot: Atlas) -> None:
    with pilot.client() as client:
        answer = sign_in(client, "nobody-special")
        assert answer.status_code == 403
        assert desking.CONTACT in answer.text
        assert client.get("/de/desk").status_code == 303


# ── Forged requests ──────────────────────────────────────────────────────────────────────────────────────────────


def test_a_form_from_elsewhere_is_refused(pilot: Atlas) -> None:
    """Without the token, with another session's, with an old one, from another origin, from none."""
    with entered(pilot, "rita") as client, entered(pilot, "rolf") as other:
        mine, theirs = token(client.get("/de/desk").text), token(other.get("/de/desk").text)
        good = {"Origin": pilot.address}
        tries: list[tuple[dict[str, str], dict[str, str]]] = [
            ({}, good),
            ({"csrf_token": ""}, good),
            ({"csrf_token": theirs}, good),
            ({"csrf_token": mine[:-2] + "xx"}, good),
            ({"csrf_token": mine}, {"Origin": "https://evil.example"}),
            ({"csrf_token": mine}, {"Origin": "null"}),
            ({"csrf_token": mine}, {"Origin": pilot.address + ".evil.example"}),
            ({"csrf_token": mine}, {"Referer": "https://evil.example/de/desk"}),
            ({"csrf_token": mine}, {}),
        ]
        for data, headers in tries:
            answer = client.post("/de/desk/sign-out", data=data, headers=headers | {"Connection": "close"})
            assert answer.status_code == 403, (data, headers)
            assert "Traceback" not in answer.text
        assert client.get("/de/desk").status_code == 200, "nothing was changed"
        assert client.post("/de/desk/sign-out", data={"csrf_token": mine}, headers=good).status_code == 200
        assert client.get("/de/desk").status_code == 303


def test_nobody_is_signed_in_by_a_form_from_elsewhere(pilot: Atlas) -> None:
    """Login CSRF: a foreign page cannot put a reader into somebody else's account."""
    with pilot.client() as client:
        fields = {"name": "rolf", "password": PASSWORD}
        assert client.post("/de/desk/sign-in", data=fields, headers={"Origin": pilot.address}).status_code == 403
        page = token(client.get("/de/desk/sign-in").text)
        foreign = client.post(
            "/de/desk/sign-in", data=fields | {"csrf_token": page}, headers={"Origin": "https://e.example"}
        )
        assert foreign.status_code == 403
        assert client.get("/de/desk").status_code == 303


# ── Guessing ─────────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_wrong_name_and_a_wrong_password_get_the_same_answer(pilot: Atlas) -> None:
    def tried(name: str) -> str:
        with pilot.client() as client:
            answer = sign_in(client, name, "not the right one")
        assert answer.status_code == 401
        return re.sub(r'value="[^"]*"', "", answer.text)

    assert tried("rolf") == tried("who")
    Records(pilot.data / "internal/desk").forget("account rolf")


@pytest.mark.parametrize("name", ["conny", "there-is-no-such-person"])
def test_five_wrong_passwords_close_an_account_for_both_workers(pilot: Atlas, name: str) -> None:
    """From a machine each, so that only the account's own limit counts; for a name there is not, just the same."""
    answers = []
    for _ in range(7):
        with pilot.client() as client:
            answers.append(sign_in(client, name, "not the right one"))
    assert [answer.status_code for answer in answers] == [401] * 5 + [429] * 2
    assert 0 < int(answers[-1].headers["Retry-After"]) <= 30
    with pilot.client() as client:
        for _ in range(6):
            assert sign_in(client, name).status_code == 429, "the right one has to wait, too, at either worker"
    Records(pilot.data / "internal/desk").forget(f"account {name}")
    if name in PEOPLE:
        with entered(pilot, name) as client:
            assert client.get("/de/desk").status_code == 200


def test_guesses_at_the_same_moment_count_one_by_one(pilot: Atlas) -> None:
    def guess(_n: int) -> int:
        with pilot.client() as client:
            return sign_in(client, "many-at-once", "not the right one").status_code

    with ThreadPoolExecutor(8) as pool:
        statuses = list(pool.map(guess, range(12)))
    assert sorted(statuses) == [401] * 5 + [429] * 7


def test_one_machine_has_twenty_tries_a_minute_whatever_the_names_and_addresses_it_invents(pilot: Atlas) -> None:
    """Of the addresses forwarded only the last counts, which our own web server added."""
    statuses = []
    for n in range(22):
        headers = {"X-Forwarded-For": f"7.7.7.{n}, 10.99.99.99"}
        with httpx.Client(base_url=pilot.address, headers=headers, timeout=30) as client:
            statuses.append(sign_in(client, f"guess-{n}", "not the right one").status_code)
    assert statuses == [401] * 20 + [429] * 2
    with pilot.client() as client:
        assert sign_in(client, "rita").status_code == 303, "another machine is not held off"


# ── Written down ─────────────────────────────────────────────────────────────────────────────────────────────────


def test_what_happens_at_the_door_is_written_down_without_secrets(pilot: Atlas) -> None:
    mistyped = "the password in the wrong field"
    with pilot.client() as client:
        sign_in(client, mistyped, "x" * 20)
        sign_in(client, "rita")
        leave(client, pilot)
    steps = [json.loads(line) for line in pilot.audit().splitlines()]
    assert {"signed in", "signed out", "sign-in refused"} <= {step["what"] for step in steps}
    last = [step for step in steps if step["what"] == "signed in"][-1]
    assert last["who"] == "rita @ password file"
    assert last["detail"]["address"].startswith("10.")
    text = pilot.audit() + pilot.log.read_text(encoding="utf-8")
    assert PASSWORD not in text
    assert mistyped not in text
    done = pilot.command("verify-audit")
    assert (done.returncode, done.stdout[:7]) == (0, "whole: ")
    assert "Traceback" not in pilot.log.read_text(encoding="utf-8")
