"""A provider that breaks the protocol as it is told, over real HTTP, as a process: PORT.

POST /mode with {"claims": {…}, "sign": …, "discovery": {…}, "token": status} says how; claims of null are left out. It
takes any code, any number of times: whether an answer is believed is up to the client alone.
"""

from __future__ import annotations

import hmac
import json
import os
import sys
import time
from base64 import urlsafe_b64encode
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qsl, quote, urlsplit

from joserfc import jwt
from joserfc.jwk import OctKey, RSAKey

PORT = int(sys.argv[1])
ISSUER = f"http://127.0.0.1:{PORT}"
KEYS = {name: RSAKey.generate_key(2048, {"kid": name}) for name in ("good", "other", "new")}
#: What it was told, and what it saw.
MODE: dict[str, object] = {}
SEEN: dict[str, object] = {"keys": 0, "nonces": {}, "verifiers": []}


def without(given: dict[str, object], changes: object) -> dict[str, object]:
    """Changed, and without what was changed to null."""
    merged = {**given, **(changes if isinstance(changes, dict) else {})}
    return {name: value for name, value in merged.items() if value is not None}


def discovery() -> dict[str, object]:
    return without(
        {
            "issuer": ISSUER,
            "authorization_endpoint": f"{ISSUER}/authorize",
            "token_endpoint": f"{ISSUER}/token",
            "jwks_uri": f"{ISSUER}/keys",
            "id_token_signing_alg_values_supported": ["none", "HS256", "RS256"],
        },
        MODE.get("discovery"),
    )


def signed(claims: dict[str, object]) -> str:
    """The token, signed as told: good · other (not the published key) · new (a key published since) · none · hs256."""
    how = MODE.get("sign", "good")
    if how == "none":
        return jwt.encode({"alg": "none"}, claims, OctKey.generate_key(256), algorithms=["none"])
    if how == "hs256":  # the public key as the secret: the old confusion of algorithms
        return by_hand(claims, KEYS["good"].as_pem(private=False))
    if how == "client secret":
        return by_hand(claims, os.environ["CLIENT_SECRET"].encode())
    kid = "new" if how == "new" else "good"
    return jwt.encode({"alg": "RS256", "kid": kid}, claims, KEYS[str(how)])


def by_hand(claims: dict[str, object], secret: bytes) -> str:
    """HS256 without a library that would refuse to."""
    parts = [{"alg": "HS256", "kid": "good"}, claims]
    text = ".".join(urlsafe_b64encode(json.dumps(part).encode()).rstrip(b"=").decode() for part in parts)
    mac = hmac.new(secret, text.encode(), "sha256").digest()
    return f"{text}.{urlsafe_b64encode(mac).rstrip(b'=').decode()}"


class Handler(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        parts = urlsplit(self.path)
        asked = dict(parse_qsl(parts.query))
        if parts.path == "/.well-known/openid-configuration":
            return self.answer(discovery())
        if parts.path == "/keys":
            SEEN["keys"] = int(str(SEEN["keys"])) + 1
            names = ["good", *(["new"] if MODE.get("sign") == "new" else [])]
            return self.answer({"keys": [KEYS[name].as_dict(private=False) for name in names]})
        if parts.path == "/authorize":
            code = str(time.monotonic_ns())
            SEEN["nonces"][code] = asked["nonce"]  # type: ignore[index]
            SEEN["asked"] = asked
            issuer = f"&iss={quote(str(MODE['iss']))}" if "iss" in MODE else ""
            self.send_response(302)
            self.send_header("Location", f"{asked['redirect_uri']}?code={code}&state={asked['state']}{issuer}")
            return self.end_headers()
        return self.answer(SEEN)

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"] or 0)).decode()
        if self.path == "/mode":
            MODE.clear()
            MODE.update(json.loads(body))
            return self.answer({})
        if self.path == "/note":  # a back-channel note about a sign-out, signed as told
            return self.answer({"logout_token": signed(without({}, json.loads(body)))})
        form = dict(parse_qsl(body))
        SEEN["verifiers"].append(form.get("code_verifier"))  # type: ignore[attr-defined]
        if MODE.get("token"):
            return self.answer({"error": "invalid_grant"}, int(str(MODE["token"])))
        now = int(time.time())
        claims: dict[str, object] = {
            "iss": ISSUER, "sub": "s-1", "aud": "atlas", "iat": now, "exp": now + 300, "sid": "visit-1",
            "nonce": SEEN["nonces"].get(form.get("code")), "email": "officer@ministry.example",  # type: ignore[attr-defined]
            "email_verified": True, "name": "Officer", "groups": ["saxony"],
        }  # fmt: skip
        token = signed(without(claims, MODE.get("claims")))
        return self.answer({"access_token": "a", "token_type": "Bearer", "expires_in": 300, "id_token": token})

    def answer(self, content: dict[str, object], status: int = 200) -> None:
        data = json.dumps(content).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, *_arguments: object) -> None:
        """Silent."""


if __name__ == "__main__":
    ThreadingHTTPServer(("127.0.0.1", PORT), Handler).serve_forever()
