"""A real OpenID Connect provider (Canaille) on loopback, as a process: PORT, CLIENT'S ADDRESS, PASSWORD.

Its people: officer (a member of the group saxony) and stranger. Its client is `atlas`, whose secret is CLIENT_SECRET.
"""

from __future__ import annotations

import os
import secrets
import sys
import wsgiref.simple_server
from datetime import UTC, datetime
from socketserver import ThreadingMixIn

os.environ["AUTHLIB_INSECURE_TRANSPORT"] = "1"  # plain http, on loopback

from canaille import create_app
from canaille.app import models
from canaille.backends import Backend
from joserfc.jwk import RSAKey


class Server(ThreadingMixIn, wsgiref.simple_server.WSGIServer):
    """The browser and the atlas ask at the same time."""


def main() -> None:
    port, client, password = int(sys.argv[1]), sys.argv[2], sys.argv[3]
    key = RSAKey.generate_key(2048)
    key.ensure_kid()
    settings = {
        "SECRET_KEY": secrets.token_hex(),
        "PREFERRED_URL_SCHEME": "http",
        "SERVER_NAME": f"127.0.0.1:{port}",
        "CANAILLE": {"DATABASE": "memory", "JAVASCRIPT": False, "ACL": {"DEFAULT": {"PERMISSIONS": ["use_oidc"]}}},
        "CANAILLE_OIDC": {"ACTIVE_JWKS": [key.as_dict(private=True)]},
    }
    app = create_app(config=settings, env_file=None)
    with app.app_context():
        people(client, password)
    wsgiref.simple_server.make_server("127.0.0.1", port, app, server_class=Server).serve_forever()


def people(client: str, password: str) -> None:
    """Who is known there, and the atlas."""
    store = Backend.instance
    for name in ("officer", "stranger"):
        user = models.User(
            formatted_name=name.title(),
            family_name=name,
            user_name=name,
            emails=[f"{name}@ministry.example"],
            password=password,
        )
        store.save(user)
        if name == "officer":
            store.save(models.Group(display_name="saxony", members=[user]))
    atlas = models.Client(
        client_id="atlas",
        client_secret=os.environ["CLIENT_SECRET"],
        client_name="Atlas",
        client_uri=client,
        redirect_uris=[f"{client}/desk/callback"],
        post_logout_redirect_uris=[f"{client}/{lang}/desk/signed-out" for lang in ("de", "fr", "en")],
        grant_types=["authorization_code"],
        response_types=["code"],
        scope=["openid", "email", "profile", "groups"],
        token_endpoint_auth_method="client_secret_basic",
        client_id_issued_at=datetime.now(UTC),
    )
    store.save(atlas)
    atlas.audience = [atlas]
    store.save(atlas)


if __name__ == "__main__":
    main()
