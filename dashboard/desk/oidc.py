"""Sign-in at an OpenID Connect provider: authorization code with PKCE, state, nonce; the only file that asks a network.

Authlib speaks the protocol, joserfc checks signatures. What a provider may not choose stands here: the issuer, the
audience and the algorithms are ours, keys are asked again after an hour, and every answer is short in coming.
"""

from __future__ import annotations

import secrets
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from authlib.common.errors import AuthlibBaseError
from authlib.common.urls import add_params_to_uri
from authlib.integrations.requests_client import OAuth2Session
from authlib.oidc.core import CodeIDToken
from joserfc import jwt
from joserfc.errors import InvalidKeyIdError, JoseError
from joserfc.jwk import KeySet

from dashboard.desk.config import Oidc
from dashboard.desk.roles import Identity

#: Signatures with the provider's private key only: neither "none" nor HS…, which our own secret could make.
ALGORITHMS = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA")
#: Seconds to connect and to wait for an answer; after a failure nobody asks again for PAUSE seconds.
TIMEOUT, PAUSE = (3.0, 10.0), 5.0
SKEW = 60
KEEP = 3600.0
#: An unknown key is asked for at most this often, so that nobody can make us ask without end.
KEY_PAUSE = 30.0
ENDED = "http://schemas.openid.net/event/backchannel-logout"
#: A note that somebody signed out there is believed this long.
NOTE_SECONDS = 120.0


class RefusedError(Exception):
    """The provider's answer is not to be believed; the message is for the log."""


class UnreachableError(Exception):
    """The provider does not answer, or not as its standard says; the message is for the log."""


@dataclass(frozen=True)
class Departure:
    """Where to send the browser, and what its answer must fit to."""

    url: str
    state: str
    nonce: str
    verifier: str


@dataclass(frozen=True)
class Arrival:
    """Somebody the provider vouches for. session: its own name for the visit, where it has one."""

    who: Identity
    session: str
    id_token: str


class Provider:
    """One provider as its discovery document describes it, asked when first needed."""

    def __init__(self, settings: Oidc, redirect_uri: str) -> None:
        self.settings, self.redirect_uri = settings, redirect_uri
        self._lock = threading.Lock()
        self._metadata: tuple[float, dict[str, Any]] | None = None
        self._keys: tuple[float, KeySet] | None = None
        self._failed = -PAUSE

    def depart(self, lang: str) -> Departure:
        """Start a sign-in. Raises UnreachableError."""
        known = self._described()
        with self._session(known) as session:
            verifier, nonce = _drawn(), _drawn()
            url, state = session.create_authorization_url(
                known["authorization_endpoint"], code_verifier=verifier, nonce=nonce, ui_locales=lang
            )
        return Departure(url, state, nonce, verifier)

    def arrive(self, code: str, issuer: str, *, nonce: str, verifier: str) -> Arrival:
        """Redeem the code of an answer. issuer: the answer's `iss`, where it had one.

        Raises RefusedError, UnreachableError.
        """
        known = self._described()
        if issuer != self.settings.issuer and (issuer or known.get("authorization_response_iss_parameter_supported")):
            raise RefusedError("the answer comes from another issuer")
        with self._session(known) as session:
            token = _asked(
                lambda: session.fetch_token(
                    known["token_endpoint"], code=code, code_verifier=verifier, allow_redirects=False
                )
            )
            if not isinstance(id_token := token.get("id_token"), str):
                raise RefusedError("no ID token")
            claims = self._claims(id_token, nonce=nonce, access_token=token.get("access_token"))
            if "userinfo_endpoint" in known and not {"email", "groups"} <= set(claims):
                more = _json(_asked(lambda: session.get(known["userinfo_endpoint"], allow_redirects=False)))
                if more.get("sub") != claims["sub"]:
                    raise RefusedError("the answer about the person is about another one")
                claims = {**more, **claims}
        return Arrival(_identity(claims), str(claims.get("sid", "")), id_token)

    def leave(self, id_token: str, back: str) -> str:
        """Where to go to sign out at the provider, too; empty where it offers nothing or does not answer."""
        try:
            endpoint = self._described().get("end_session_endpoint")
        except UnreachableError:
            return ""
        if not isinstance(endpoint, str):
            return ""
        hint = {"id_token_hint": id_token, "post_logout_redirect_uri": back, "client_id": self.settings.client_id}
        return str(add_params_to_uri(endpoint, list(hint.items())))

    def ended(self, logout_token: str) -> tuple[str, str]:
        """(key of the person, the provider's session) of a back-channel note that somebody signed out there.

        One of them may be empty. Raises RefusedError for a note that is none, UnreachableError.
        """
        claims = self._signed(logout_token)[0]
        now, issued = time.time(), claims.get("iat")
        audience = claims.get("aud")
        audiences = audience if isinstance(audience, list) else [audience]
        if claims.get("iss") != self.settings.issuer or self.settings.client_id not in audiences:
            raise RefusedError("a note for or from somebody else")
        if not isinstance(issued, int | float) or not -SKEW <= now - issued <= NOTE_SECONDS:
            raise RefusedError("an old note")
        events = claims.get("events")
        if "nonce" in claims or not isinstance(events, dict) or ENDED not in events:
            raise RefusedError("no note of a sign-out")
        subject, session = claims.get("sub") or "", claims.get("sid") or ""
        if not isinstance(subject, str) or not isinstance(session, str) or not (subject or session):
            raise RefusedError("a note about nobody")
        return (_key(self.settings.issuer, subject) if subject else ""), session

    # ── what it says ──

    def _claims(self, id_token: str, *, nonce: str, access_token: object) -> dict[str, Any]:
        claims, header = self._signed(id_token)
        wanted = {
            "iss": {"essential": True, "value": self.settings.issuer},
            "aud": {"essential": True, "value": self.settings.client_id},
            "sub": {"essential": True},
        }
        context = {"nonce": nonce, "client_id": self.settings.client_id, "access_token": access_token}
        try:
            found = CodeIDToken(claims, header, wanted, context)
            found.validate(leeway=SKEW)
        except (JoseError, AuthlibBaseError, ValueError, TypeError) as error:
            raise RefusedError(f"ID token: {error}") from None
        if not isinstance(claims["sub"], str) or not isinstance(claims["exp"], int | float):
            raise RefusedError("ID token: of the wrong form")
        return claims

    def _signed(self, token: str) -> tuple[dict[str, Any], dict[str, Any]]:
        """(claims, header) of a token with the provider's signature; a key we have not seen is asked for once."""
        try:
            try:
                found = jwt.decode(token, self._key_set(KEEP), algorithms=list(ALGORITHMS))
            except InvalidKeyIdError:
                found = jwt.decode(token, self._key_set(KEY_PAUSE), algorithms=list(ALGORITHMS))
        except (JoseError, ValueError, TypeError, KeyError) as error:
            raise RefusedError(f"signature: {type(error).__name__}: {error}") from None
        return dict(found.claims), dict(found.header)

    def _described(self) -> dict[str, Any]:
        """The discovery document, at most an hour old."""
        with self._lock:
            if self._metadata and time.monotonic() - self._metadata[0] < KEEP:
                return self._metadata[1]
            found = self._fetched(self.settings.issuer.rstrip("/") + "/.well-known/openid-configuration")
            if found.get("issuer") != self.settings.issuer:
                raise UnreachableError(f"the provider says it is {found.get('issuer')!r}; ATLAS_OIDC_ISSUER differs")
            scheme = urlsplit(self.settings.issuer).scheme
            for name in ("authorization_endpoint", "token_endpoint", "jwks_uri"):
                if not str(found.get(name)).startswith((f"{scheme}://", "https://")):
                    raise UnreachableError(f"the provider names no safe {name}")
            self._metadata = time.monotonic(), found
            return found

    def _key_set(self, oldest: float) -> KeySet:
        """The provider's keys, at most `oldest` seconds old."""
        address = self._described()["jwks_uri"]
        with self._lock:
            if self._keys is None or time.monotonic() - self._keys[0] >= oldest:
                try:
                    self._keys = time.monotonic(), KeySet.import_key_set(self._fetched(address))  # type: ignore[arg-type]
                except (JoseError, ValueError, KeyError, TypeError) as error:
                    raise UnreachableError(f"the provider's keys cannot be read: {error}") from None
            return self._keys[1]

    def _fetched(self, address: str) -> dict[str, Any]:
        if time.monotonic() - self._failed < PAUSE:
            raise UnreachableError("the provider did not answer a moment ago")
        try:
            with self._session({}) as session:
                return _json(_asked(lambda: session.get(address, withhold_token=True, allow_redirects=False)))
        except UnreachableError:
            self._failed = time.monotonic()
            raise

    def _session(self, known: Mapping[str, Any]) -> Any:
        offered = known.get("scopes_supported", [])
        methods = known.get("token_endpoint_auth_methods_supported", ["client_secret_basic"])
        return OAuth2Session(
            self.settings.client_id,
            self.settings.client_secret,
            token_endpoint_auth_method="client_secret_basic"
            if "client_secret_basic" in methods
            else "client_secret_post",
            scope=["openid", "email", "profile"] + ["groups"] * ("groups" in offered),
            redirect_uri=self.redirect_uri,
            code_challenge_method="S256",
            default_timeout=TIMEOUT,
        )


def _asked(ask: Callable[[], Any]) -> Any:
    """What the provider answers. Its own no is a RefusedError, anything else that goes wrong an UnreachableError."""
    try:
        return ask()
    except AuthlibBaseError as error:
        raise RefusedError(f"the provider refuses: {error.error}") from None
    except (OSError, ValueError, TypeError) as error:  # what requests raises is an OSError
        raise UnreachableError(f"the provider does not answer: {type(error).__name__}") from None


def _json(answer: Any) -> dict[str, Any]:
    if answer.status_code != 200:
        raise UnreachableError(f"the provider answers {answer.status_code}")
    try:
        found = answer.json()
    except ValueError:
        found = None
    if not isinstance(found, dict):
        raise UnreachableError("the provider's answer is no JSON object")
    return found


def _identity(claims: Mapping[str, Any]) -> Identity:
    def text(name: str) -> str:
        return value.strip()[:200] if isinstance(value := claims.get(name), str) else ""

    groups = claims.get("groups")
    return Identity(
        key=_key(claims["iss"], claims["sub"]),
        name=text("name") or text("preferred_username") or text("email") or claims["sub"][:200],
        email=text("email"),
        verified=claims.get("email_verified") is True,
        subject=claims["sub"],
        groups=tuple(group for group in groups if isinstance(group, str)) if isinstance(groups, list) else (),
    )


def _key(issuer: str, subject: str) -> str:
    return f"{subject} @ {issuer}"


def _drawn() -> str:
    return secrets.token_urlsafe(48)
