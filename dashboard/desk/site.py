"""The desk's addresses: signing in, out, and its start page. Registered for the internal audience only."""

from __future__ import annotations

import time
from pathlib import Path

from dash import html
from flask import Blueprint, Flask, Response, redirect, request
from werkzeug.wrappers import Response as AnyResponse

from dashboard import queries, urls
from dashboard.desk import answers, guard, passwords, sessions, watch, work, work_pages
from dashboard.desk.config import Config
from dashboard.desk.office import CALLBACK, ENDED, NAME, Office, office, open_office, user, visit
from dashboard.desk.oidc import Provider, RefusedError, UnreachableError
from dashboard.desk.permissions import EVERYTHING
from dashboard.desk.records import Flow
from dashboard.desk.roles import Identity, load_at_start
from dashboard.desk.scoped import Scoped, scopes_of
from dashboard.desk.throttle import DAY, TooManyError
from dashboard.desk.uploads import Uploads
from dashboard.i18n import Words, languages, negotiate, words

#: So long somebody may take at the provider.
FLOW_SECONDS = 600.0


def register(server: Flask, store: Scoped, config: Config) -> None:
    """Guard the server and add the addresses. Raises SystemExit where the roles cannot be read."""
    roles = load_at_start(config.roles)
    opened = open_office(config)
    store.expect(roles)
    server.extensions[NAME] = opened
    sessions.configure(server, config)
    site = Blueprint("desk", __name__)
    uploads = work.register(server, site, store, config.folder)
    guard.register(server, config)
    _entrance(site)
    if opened.provider:
        _provider(site, opened.provider)
    elif config.passwords:
        _pilot(site, config.passwords)
    _inside(site, store, uploads)
    server.register_blueprint(site)


def _words(lang: str) -> Words:
    if lang not in languages():
        raise urls.NotFoundError(request.path)
    return words(lang)


def _wanted(lang: str, given: object) -> str:
    """Where to go after signing in: a page of ours, else the desk."""
    return urls.own_page(str(given or "")) or urls.page(lang, "desk")


def _address() -> str:
    return request.remote_addr or ""


def _entrance(site: Blueprint) -> None:
    @site.get("/<lang>/desk/sign-in")
    def sign_in(lang: str) -> AnyResponse:
        t, wanted = _words(lang), _wanted(lang, request.args.get("next"))
        return redirect(wanted, 303) if visit() else answers.sign_in(t, wanted)

    @site.post("/<lang>/desk/sign-out")
    def sign_out(lang: str) -> Response:
        t, here, session = _words(lang), office(), visit()
        leave = ""
        if session:
            everywhere = bool(request.form.get("everywhere"))
            here.audit.write(session.who.key, "signed out", everywhere=everywhere)
            if everywhere:
                here.records.end_all(session.who.key)
            if here.provider and session.id_token:
                back = here.config.base_url + urls.page(lang, "desk/signed-out")
                leave = here.provider.leave(session.id_token, back)
        sessions.end(here.records)
        return answers.signed_out(t, leave)

    @site.get("/<lang>/desk/signed-out")
    def signed_out(lang: str) -> AnyResponse:
        t = _words(lang)
        return redirect(urls.page(lang, "desk"), 303) if visit() else answers.signed_out(t, "")


def _inside(site: Blueprint, store: Scoped, uploads: Uploads) -> None:
    @site.get("/<lang>/desk")
    def desk(lang: str) -> Response:
        t = _words(lang)
        names = {code: region.name(lang) for code, region in queries.regions(store.current()).items()}
        alerts = watch.section(store.current(), t, user())
        work = [html.P(_sight(t, store)), *work_pages.first(t, user(), uploads)]
        return answers.desk(t, user(), names, work, alerts=alerts)


def _sight(t: Words, store: Scoped) -> str:
    """What of the withheld things somebody sees."""
    if scopes_of(user()) == (EVERYTHING,):
        return t("You see everything that the atlas holds.")
    if store.limited(user()):
        return t("You see what is public, and what is internal or under embargo in your regions and programmes.")
    return t(
        "You see what is public. In your regions and programmes nothing is internal "
        "or under embargo, or the next build has not been made yet."
    )


def _welcome(
    here: Office, lang: str, who: Identity, wanted: str, *, session: str = "", id_token: str = ""
) -> AnyResponse:
    """Let somebody in who has a role; written down before the door opens."""
    if not here.user(who).grants:
        here.audit.write(who.key, "sign-in without a role", address=_address())
        return answers.stranger(words(lang), who)
    here.audit.write(who.key, "signed in", address=_address(), name=who.name, email=who.email)
    now = time.time()
    here.records.prune(sessions=now - sessions.LONGEST, flows=now - FLOW_SECONDS, attempts=now - DAY)
    sessions.begin(here.records, who, provider_session=session, id_token=id_token)
    return redirect(wanted, 303)


# ── a pilot's password file ──


def _pilot(site: Blueprint, file: Path) -> None:
    @site.post("/<lang>/desk/sign-in")
    def enter(lang: str) -> AnyResponse:
        t, here, wanted = _words(lang), office(), _wanted(lang, request.form.get("next"))
        name = passwords.account(request.form.get("name", ""))
        try:
            moment = here.throttle.attempt(name, _address())
        except TooManyError as error:
            return _later(t, wanted, error)
        if not passwords.check(file, name, request.form.get("password", "")):
            # A password typed into the wrong field must not end in the log.
            known = name if name in passwords.read(file) else "unknown"
            here.audit.write(known, "sign-in refused", address=_address())
            return answers.sign_in(t, wanted, failed=t("Name or password is not right."), status=401)
        here.throttle.succeeded(name, _address(), moment)
        return _welcome(here, lang, Identity(key=passwords.key(name), name=name, account=name), wanted)


# ── OpenID Connect ──


def _provider(site: Blueprint, provider: Provider) -> None:
    @site.get("/<lang>/desk/sign-in/start")
    def depart(lang: str) -> AnyResponse:
        t, here, wanted = _words(lang), office(), _wanted(lang, request.args.get("next"))
        try:
            here.throttle.visit(_address())
            leaving = provider.depart(lang)
        except TooManyError as error:
            return _later(t, wanted, error)
        except UnreachableError as error:
            return _not_now(t, wanted, error)
        flow = Flow(leaving.nonce, leaving.verifier, wanted, lang)
        here.records.start(leaving.state, sessions.browser(), flow, time.time())
        return redirect(leaving.url, 303)

    site.get(CALLBACK)(_arrive)
    site.post(ENDED)(_ended)


def _arrive() -> AnyResponse:
    """The browser comes back from the provider with a code."""
    here, given = office(), request.args
    flow = here.records.take(given.get("state", ""), sessions.browser(), time.time() - FLOW_SECONDS)
    t = words(flow.lang if flow else negotiate(request.headers.get("Accept-Language", "")))
    wanted = flow.wanted if flow else urls.page(t.lang, "desk")
    try:
        if here.provider is None or flow is None or "error" in given:
            raise RefusedError("no sign-in under way in this browser" if flow is None else given.get("error", "")[:60])
        code, issuer = given.get("code", ""), given.get("iss", "")
        came = here.provider.arrive(code, issuer, nonce=flow.nonce, verifier=flow.verifier)
    except RefusedError as error:
        try:
            here.throttle.visit(_address())
        except TooManyError as limit:
            return _later(t, wanted, limit)
        here.audit.write("unknown", "sign-in refused", why=str(error)[:200], address=_address())
        return answers.sign_in(t, wanted, failed=t("Signing in did not work. Please try again."), status=401)
    except UnreachableError as error:
        return _not_now(t, wanted, error)
    return _welcome(here, flow.lang, came.who, flow.wanted, session=came.session, id_token=came.id_token)


def _ended() -> Response:
    """Back-channel logout: the provider itself says that somebody signed out there."""
    here, status = office(), 200
    try:
        if here.provider is None:
            raise RefusedError("no provider")
        key, session = here.provider.ended(request.form.get("logout_token", ""))
        count = here.records.end_at_provider(key, session)
        here.audit.write(key or "unknown", "signed out at the provider", sessions=count)
    except RefusedError as error:
        status = 400
        try:
            here.throttle.visit(_address())
            here.audit.write("unknown", "note of a sign-out refused", why=str(error)[:200], address=_address())
        except TooManyError:
            status = 429
    except UnreachableError as error:
        answers.log.error("note of a sign-out: %s", error)
        status = 503
    return Response(status=status, headers={"Cache-Control": "no-store"})


def _later(t: Words, wanted: str, error: TooManyError) -> Response:
    failed = answers.too_many(t, error.seconds)
    return answers.sign_in(t, wanted, failed=failed, status=429, wait=error.seconds)


def _not_now(t: Words, wanted: str, error: UnreachableError) -> Response:
    answers.log.error("sign-in: %s", error)
    failed = t("The sign-in service does not answer. Please try again in a few minutes.")
    return answers.sign_in(t, wanted, failed=failed, status=503)
