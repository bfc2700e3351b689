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


#: What only a desk needs: for signing in, and for reading what is handed in (frictionless brings forty more).
OF_THE_DESK = ("authlib", "joserfc", "argon2", "flask_wtf", "frictionless")


@pytest.mark.parametrize("module", ["dashboard.app", "dashboard.desk.site"])
def test_a_server_does_not_load_the_code_that_only_a_desk_or_its_checks_need(module: str) -> None:
    """Neither a public one that for signing in, nor an internal one that for reading cells: a check is a process."""
    code = (
        f"import sys; import {module}; from dashboard.pages import pages; pages(); "
        f"print(sorted({{m.split('.')[0] for m in sys.modules}} & set({OF_THE_DESK!r})))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, timeout=60, check=True
    )
    loaded = done.stdout.strip()
    if module == "dashboard.app":
        assert loaded == "[]"
    else:
        assert "frictionless" not in loaded
        assert "authlib" in loaded, "the search finds what is there"
