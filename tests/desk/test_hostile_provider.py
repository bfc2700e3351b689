"""Answers of a provider, and of attackers in between, that must not be believed; over real HTTP, two workers."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Callable
from urllib.parse import parse_qsl, urlsplit

import httpx
import pytest
from desking import Atlas

Tell = Callable[..., None]
NOW = int(time.time())


def departed(client: httpx.Client, wanted: str = "/de/map") -> str:
    """Go to the provider and take its answer: the address that the browser is sent back to."""
    leaving = client.get("/de/desk/sign-in/start", params={"next": wanted})
    assert leaving.status_code == 303, leaving.text[-1000:]
    answer = httpx.get(leaving.headers["Location"], timeout=10)
    assert answer.status_code == 302
    return answer.headers["Location"]


def refused(atlas: Atlas, client: httpx.Client, answer: httpx.Response, status: int = 401) -> None:
    """A calm page, no session, written down."""
    assert answer.status_code == status, answer.headers
    assert "Traceback" not in answer.text
    assert client.get("/de/desk").status_code == 303
    if status == 401:
        assert '"sign-in refused"' in atlas.audit().splitlines()[-1]


def test_a_good_answer_is_believed_and_the_flow_is_as_the_standard_wants(hostile: Atlas, told: Tell) -> None:
    with hostile.client() as client:
        answer = client.get(departed(client, "/fr/map?level=nuts2"))
        assert (answer.status_code, answer.headers["Location"]) == (303, "/fr/map?level=nuts2")
        page = client.get("/en/desk").text
        assert "Officer" in page
        assert "officer@ministry.example" in page
        assert "Contributor" in page
    asked = httpx.get(f"{hostile.provider}/seen").json()["asked"]
    assert asked["response_type"] == "code"
    assert asked["code_challenge_method"] == "S256"
    assert asked["redirect_uri"] == f"{hostile.address}/desk/callback"
    assert min(len(asked[name]) for name in ("state", "nonce", "code_challenge")) >= 30
    from base64 import urlsafe_b64encode
    from hashlib import sha256

    verifier = httpx.get(f"{hostile.provider}/seen").json()["verifiers"][-1]
    assert urlsafe_b64encode(sha256(verifier.encode()).digest()).rstrip(b"=").decode() == asked["code_challenge"]
    assert verifier not in str(asked)


LIES = {
    "a nonce of another sign-in": {"claims": {"nonce": "another"}},
    "no nonce": {"claims": {"nonce": None}},
    "for another client": {"claims": {"aud": "somebody-else"}},
    "for another client among others": {"claims": {"aud": ["somebody-else", "third"]}},
    "for us and others, asked for by another": {"claims": {"aud": ["atlas", "other"], "azp": "other"}},
    "for us and others, nobody says who asked": {"claims": {"aud": ["atlas", "other"]}},
    "for nobody": {"claims": {"aud": None}},
    "from another issuer": {"claims": {"iss": "https://evil.example"}},
    "from no issuer": {"claims": {"iss": None}},
    "over": {"claims": {"exp": NOW - 600}},
    "without end": {"claims": {"exp": None}},
    "with an end that is no number": {"claims": {"exp": "tomorrow"}},
    "not yet begun": {"claims": {"nbf": NOW + 3600}},
    "issued in the future": {"claims": {"iat": NOW + 3600}},
    "about nobody": {"claims": {"sub": None}},
    "about a number": {"claims": {"sub": 7}},
    "for another access token": {"claims": {"at_hash": "AAAAAAAAAAAAAAAAAAAAAA"}},
    "without a signature": {"sign": "none"},
    "signed with the public key as a secret": {"sign": "hs256"},
    "signed with the client's secret": {"sign": "client secret"},
    "signed with a key that is not the provider's": {"sign": "other"},
    "an answer that says it is another provider's": {"iss": "https://evil.example"},
    "a code that the provider refuses": {"token": 400},
}


@pytest.mark.parametrize("lie", LIES)
def test_a_lie_is_not_believed(hostile: Atlas, told: Tell, lie: str) -> None:
    told(**LIES[lie])
    with hostile.client() as client:
        refused(hostile, client, client.get(departed(client)))
    why = json.loads(hostile.audit().splitlines()[-1])["detail"]["why"]
    assert re.match(r"ID token: |signature: |the answer comes from another issuer|the provider refuses", why), why


def test_an_end_within_a_minute_of_our_clock_is_believed(hostile: Atlas, told: Tell) -> None:
    told(claims={"exp": int(time.time()) - 20, "iat": int(time.time()) + 20})
    with hostile.client() as client:
        assert client.get(departed(client)).status_code == 303


def test_a_new_key_is_asked_for_and_made_up_ones_do_not_make_us_ask_without_end(hostile: Atlas, told: Tell) -> None:
    """A provider that changes its key is believed after the pause; until then refused, and asked no more."""

    def keys() -> int:
        return int(httpx.get(f"{hostile.provider}/seen").json()["keys"])

    before = keys()
    told(sign="new")
    for _ in range(8):
        with hostile.client() as client:
            answer = client.get(departed(client))
            assert answer.status_code in (303, 401)
    assert keys() - before <= 2, "each worker at most once within half a minute"


def test_an_answer_counts_once(hostile: Atlas, told: Tell) -> None:
    with hostile.client() as client:
        back = departed(client)
        before = dict(client.cookies)
        assert client.get(back).status_code == 303
        assert client.get("/de/desk").status_code == 200
        assert client.get(back).status_code == 401, "the same browser again"
    with hostile.client() as thief:  # whoever saw the address and the cookie of that moment
        thief.cookies.update(before)
        refused(hostile, thief, thief.get(back))


def test_an_answer_counts_only_in_the_browser_that_asked(hostile: Atlas, told: Tell) -> None:
    """Login CSRF: the attacker's own code and state, sent to somebody else."""
    with hostile.client() as attacker, hostile.client() as victim:
        back = departed(attacker)
        refused(hostile, victim, victim.get(back))
        departed(victim)
        refused(hostile, victim, victim.get(back))
        mixed = dict(parse_qsl(urlsplit(back).query)) | {
            "state": dict(parse_qsl(urlsplit(departed(victim)).query))["state"]
        }
        answer = victim.get("/desk/callback", params=mixed)
        refused(hostile, victim, answer)


@pytest.mark.parametrize(
    "query", ["", "code=x", "state=x", "code=x&state=", "error=access_denied", "code=&state=%00", "state=" + "x" * 5000]
)
def test_an_absurd_answer_is_a_calm_page(hostile: Atlas, told: Tell, query: str) -> None:
    with hostile.client() as client:
        refused(hostile, client, client.get(f"/desk/callback?{query}"))


def test_a_code_with_the_providers_error_is_not_redeemed(hostile: Atlas, told: Tell) -> None:
    with hostile.client() as client:
        refused(hostile, client, client.get(departed(client) + "&error=access_denied"))


@pytest.mark.parametrize(
    "claims",
    [
        {"email_verified": False},
        {"email_verified": None},
        {"email_verified": "true"},
        {"email": "officer@ministry.example.evil.example"},
        {"email": None, "role": "releaser", "roles": ["releaser"], "scopes": ["*"]},
    ],
)
def test_an_unverified_address_and_a_claimed_role_open_nothing(
    hostile: Atlas, told: Tell, claims: dict[str, object]
) -> None:
    told(claims=claims)
    with hostile.client() as client:
        answer = client.get(departed(client))
        assert answer.status_code == 403
        assert client.get("/de/desk").status_code == 303


def test_a_role_in_a_form_or_address_is_not_read(hostile: Atlas, told: Tell) -> None:
    with hostile.client() as client:
        client.get(departed(client))
        text = client.get(
            "/en/desk?role=releaser&scopes=*", headers={"X-Role": "releaser", "X-Remote-User": "rolf"}
        ).text
        assert "Releaser" not in text
        assert "Contributor" in text


def note(hostile: Atlas, **changes: object) -> httpx.Response:
    """Send a back-channel note about a sign-out, as the provider would, with some claims changed."""
    event = {"http://schemas.openid.net/event/backchannel-logout": {}}
    claims = {
        "iss": hostile.provider,
        "aud": "atlas",
        "iat": int(time.time()),
        "jti": "1",
        "sub": "s-1",
        "events": event,
    }
    signed = httpx.post(f"{hostile.provider}/note", json={**claims, **changes}).json()
    with hostile.client() as client:
        return client.post("/desk/signed-out-at-provider", data=signed)


def test_who_signs_out_at_the_provider_is_signed_out_here(hostile: Atlas, told: Tell) -> None:
    with hostile.client() as client:
        client.get(departed(client))
        assert client.get("/de/desk").status_code == 200
        wrong: list[dict[str, object]] = [
            {"aud": "other"}, {"iss": "https://evil.example"}, {"iat": NOW - 9000}, {"events": None}, {"events": {}},
            {"nonce": "x"}, {"sub": None}, {"iat": None},
        ]  # fmt: skip
        for changes in wrong:
            assert note(hostile, **changes).status_code == 400, changes
        told(sign="other")
        assert note(hostile).status_code == 400
        told(sign="none")
        assert note(hostile).status_code == 400
        told()
        assert client.get("/de/desk").status_code == 200, "none of these counted"
        assert note(hostile, sub="somebody-else").status_code == 200
        assert client.get("/de/desk").status_code == 200
        assert note(hostile, sub=None, sid="visit-1").status_code == 200
        assert client.get("/de/desk").status_code == 303


@pytest.mark.parametrize(
    "discovery",
    [
        {"issuer": "https://evil.example"},
        {"issuer": None},
        {"authorization_endpoint": "ftp://evil.example"},
        {"token_endpoint": None},
        {"jwks_uri": "file:///etc/passwd"},
    ],
)
def test_a_provider_that_describes_itself_wrongly_is_not_used(
    hostile: Atlas, told: Tell, discovery: dict[str, object]
) -> None:
    """Asked as a worker asks when it starts."""
    from dashboard.desk.config import Oidc
    from dashboard.desk.oidc import Provider, UnreachableError

    told(discovery=discovery)
    provider = Provider(Oidc(hostile.provider, "atlas", "x" * 40), "http://127.0.0.1/desk/callback")
    with pytest.raises(UnreachableError):
        provider.depart("de")
    with pytest.raises(UnreachableError, match=r"a moment ago|names no safe|says it is"):
        provider.depart("de")


def test_a_provider_that_is_down_is_said_calmly_and_soon() -> None:
    from serving import free_port

    from dashboard.desk.config import Oidc
    from dashboard.desk.oidc import Provider, UnreachableError

    provider = Provider(Oidc(f"http://127.0.0.1:{free_port()}", "atlas", "x" * 40), "http://127.0.0.1/desk/callback")
    for _ in range(3):
        with pytest.raises(UnreachableError):
            provider.depart("de")
    assert provider.leave("token", "http://127.0.0.1/de/desk/signed-out") == ""
