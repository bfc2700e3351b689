"""A public process has nothing of the sign-in: no address, no cookie, none of its code."""

from __future__ import annotations

import subprocess
import sys

import pytest
from flask.testing import FlaskClient
from serving import ROOT

PATHS = [
    "/de/desk",
    "/de/desk/sign-in",
    "/de/desk/sign-in/start",
    "/desk/callback?code=x&state=y",
    "/fr/desk/signed-out",
    "/en/desk/sign-out",
]


@pytest.mark.parametrize("path", PATHS)
def test_the_public_atlas_has_no_desk(client: FlaskClient, path: str) -> None:
    """As any address that does not exist: nothing tells that there is such a thing elsewhere."""
    answer, nowhere = client.get(path), client.get("/de/nowhere")
    assert answer.status_code == nowhere.status_code == 404
    assert set(answer.headers.keys()) == set(nowhere.headers.keys())
    assert client.post(path, data={"name": "x"}).status_code == client.post("/de/nowhere").status_code


def test_the_public_atlas_sets_no_cookie_and_does_not_mention_signing_in(client: FlaskClient) -> None:
    for path in ("/de/map", "/en/data", "/fr/nowhere"):
        answer = client.get(path, headers={"Cookie": "atlas=eyJpZCI6IngifQ.a.b"})
        assert "Set-Cookie" not in answer.headers
        assert "Cookie" not in answer.headers.get("Vary", "")
        assert "desk" not in answer.text
        assert "sign-in" not in answer.text
    rules = [rule.rule for rule in client.application.url_map.iter_rules()]
    assert not [rule for rule in rules if "desk" in rule]
    assert client.application.secret_key is None


def test_the_public_process_does_not_load_the_code_for_signing_in() -> None:
    code = (
        "import sys; import dashboard.app; "
        "print([m for m in sys.modules if m.split('.')[0] in ('authlib', 'joserfc', 'argon2', 'flask_wtf', 'sqlite3')])"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, timeout=60, check=True
    )
    assert done.stdout.strip() == "[]"
