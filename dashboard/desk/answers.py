"""The desk's pages and refusals as HTML: rows and words in, answers out."""

from __future__ import annotations

import logging
import math
from collections.abc import Sequence
from html import escape

from dash import html
from dash.development.base_component import Component
from flask import Response, request
from flask_wtf.csrf import generate_csrf

from dashboard import urls
from dashboard.components.attributes import attrs
from dashboard.desk.office import NotAllowedError, office
from dashboard.desk.permissions import EVERYTHING, Grant, User, is_region
from dashboard.desk.roles import Identity, RolesError
from dashboard.errors import language
from dashboard.errors import page as error_page
from dashboard.firstpaint import Raw, draw
from dashboard.i18n import Words
from dashboard.index import plain_document

log = logging.getLogger("atlas")
Body = Sequence[Component | Raw | str | None]


def page(t: Words, title: str, body: Body, status: int = 200, headers: dict[str, str] | None = None) -> Response:
    """A page of the desk: a heading and what stands below it; without scripts of Dash."""
    main = draw([html.H1(title), *body])
    markup = plain_document(
        t,
        path=request.path if request.method == "GET" else urls.page(t.lang, "desk"),
        title=title,
        body=f'<div class="prose desk">{main}</div>',
        query=request.query_string.decode("utf-8", "replace")[:1000] if request.method == "GET" else "",
        styles=("desk",),
    )
    return Response(markup, status, headers, content_type="text/html; charset=utf-8")


def form(
    t: Words, action: str, inside: Sequence[Component | Raw], button: str, *, multipart: bool = False, **hidden: str
) -> html.Form:
    """A form that changes something: posts to `action` with the session's token; `hidden` are further fields.

    multipart: it carries a file.
    """
    fields = {"csrf_token": generate_csrf(), **hidden}
    return html.Form(
        [
            *(Raw(f'<input type="hidden" name="{name}" value="{escape(value)}">') for name, value in fields.items()),
            *inside,
            html.Button(button, type="submit", className="button"),
        ],
        action=action,
        method="post",
        className="desk-form",
        lang=t.lang,
        encType="multipart/form-data" if multipart else None,
    )


# ── signing in and out ──


def sign_in(t: Words, wanted: str, *, failed: str = "", status: int = 200, wait: int = 0) -> Response:
    """The page for signing in. wanted: where to go afterwards. failed: what went wrong; wait: seconds."""
    config = office().config
    words = t("The internal atlas also holds figures that are not published yet. It is open to people with a role.")
    alert = html.P(failed, className="alert", role="alert") if failed else None
    if config.oidc:
        host = urls.host(config.oidc.issuer)
        way: Component = html.P(
            html.A(t("Sign in with {host}", host=host), href=urls.sign_in_start(t.lang, wanted), className="button")
        )
    else:
        way = form(t, urls.sign_in(t.lang), _name_and_password(t), t("Sign in"), next=wanted)
    note = t(
        "Signing in sets one cookie. The session ends half an hour after the last page, "
        "at the latest eight hours after signing in."
    )
    ask = html.P([t("No access yet? Ask:"), " ", office().roles().contact], className="small")
    headers = {"Retry-After": str(wait)} if wait else None
    return page(t, t("Sign in"), [html.P(words), alert, way, html.P(note, className="small"), ask], status, headers)


def _name_and_password(t: Words) -> list[Component | Raw]:
    name = 'name="name" autocomplete="username" autocapitalize="none" spellcheck="false" maxlength="64"'
    hidden = 'name="password" type="password" autocomplete="current-password" maxlength="1024"'
    return [
        html.Label(t("User name"), htmlFor="name"),
        Raw(f'<input id="name" {name} required>'),
        html.Label(t("Password"), htmlFor="password"),
        Raw(f'<input id="password" {hidden} required>'),
    ]


def too_many(t: Words, seconds: int) -> str:
    """The sentence of a limit."""
    return t("Too many attempts. Please try again in {minutes}\u00a0min.", minutes=math.ceil(seconds / 60))


def signed_out(t: Words, leave: str) -> Response:
    """Signed out here. leave: the address that signs out at the provider, too; the browser goes there by itself."""
    again = html.P(html.A(t("Sign in again"), href=urls.sign_in(t.lang)))
    if not leave:
        return page(t, t("Signed out"), [html.P(t("Your session here has ended.")), again])
    config = office().config
    host = urls.host(config.oidc.issuer) if config.oidc else ""
    words = t(
        "Your session here has ended. At {host} you are still signed in until you sign out there, too.", host=host
    )
    way = html.P(html.A(t("Sign out of {host}", host=host), href=leave, className="button"))
    # Not a redirect: the Content-Security-Policy keeps forms, and what they lead to, on this site.
    return page(t, t("Signed out"), [html.P(words), way, again], headers={"Refresh": f"1; url={leave}"})


# ── the desk itself ──


def desk(t: Words, user: User, names: dict[str, str], work: Body, alerts: Body = ()) -> Response:
    """Who you are, what you may do, the work, and the way out. names: region → its name. alerts: what to look at."""
    where = html.Table(
        [
            html.Thead(html.Tr([html.Th(head, scope="col") for head in (t("Role"), t("You may"), t("Applies to"))])),
            html.Tbody([_grant(t, grant, names) for grant in user.grants]),
        ],
        className="figures",
    )
    who = [html.Dt(t("Signed in as")), html.Dd(user.name)]
    if user.email:
        who += [html.Dt(t("E-mail")), html.Dd(user.email)]
    out = urls.sign_out(t.lang)
    return page(
        t,
        t("The desk"),
        [
            html.P(t("You are signed in to the internal atlas.")),
            *work,
            html.Dl(who, className="states"),
            *alerts,
            html.H2(t("Your roles")),
            html.Div(where, className="table", tabIndex=0, role="region", **attrs(aria_label=t("Your roles"))),
            html.P([t("Something missing? Ask:"), " ", office().roles().contact]),
            html.H2(t("Sign out")),
            html.Div(
                [
                    form(t, out, [], t("Sign out")),
                    form(t, out, [], t("Sign out on all devices"), everywhere="1"),
                ],
                className="ways",
            ),
        ],
    )


def _grant(t: Words, grant: Grant, names: dict[str, str]) -> html.Tr:
    scopes = [_scope(t, scope, names) for scope in grant.scopes]
    return html.Tr(
        [html.Th(role_word(t, grant.role), scope="row"), html.Td(_rights(t)[grant.role]), html.Td(t.listed(scopes))]
    )


def _scope(t: Words, scope: str, names: dict[str, str]) -> str:
    if scope == EVERYTHING:
        return t("all regions and programmes")
    return f"{names[scope]} ({scope})" if is_region(scope) and scope in names else scope


def role_word(t: Words, role: str) -> str:
    """The role in the reader's language."""
    return {"reader": t("Reader"), "contributor": t("Contributor"), "releaser": t("Releaser")}[role]


def _rights(t: Words) -> dict[str, str]:
    return {
        "reader": t("see internal figures"),
        "contributor": t("see internal figures, hand in data"),
        "releaser": t("see internal figures, hand in data, release what others handed in"),
    }


# ── refusals ──


def not_allowed(error: NotAllowedError, user: User) -> Response:
    """403: which role is missing for what, which there are, whom to ask."""
    t = language()
    place = error.programme or error.region
    needed = {
        "read": role_word(t, "reader"),
        "contribute": role_word(t, "contributor"),
        "release": role_word(t, "releaser"),
        "audit": role_word(t, "releaser"),
    }[error.action]
    missing = (
        t("This needs the role “{role}” for {place}.", role=needed, place=place)
        if place
        else t("This needs the role “{role}”.", role=needed)
    )
    have = t.listed([f"{role_word(t, grant.role)} ({', '.join(grant.scopes)})" for grant in user.grants])
    text = [missing, t("You have: {roles}.", roles=have), _ask(t)]
    return error_page(403, t("Not allowed"), " ".join(text), ((t("To the desk"), urls.page(t.lang, "desk")),))


def stranger(t: Words, who: Identity | User) -> Response:
    """403 for somebody whom the sign-in knows and the roles file does not, or not any more."""
    name = f"{who.name} ({who.email})" if who.email else who.name
    text = t("Your sign-in as {name} is right, but you have no role in the atlas.", name=name)
    return error_page(403, t("Not allowed"), f"{text} {_ask(t)}", ((t("Sign in"), urls.sign_in(t.lang)),))


def _ask(t: Words) -> str:
    return t("Ask for it: {contact}.", contact=office().roles().contact)


def forged() -> Response:
    """403 for a request that no page of ours sent, or one whose session is over."""
    t = language()
    text = t(
        "This form does not come from a page of the atlas, or its session is over. Open the page again and repeat it."
    )
    return error_page(403, t("Not accepted"), text, ((t("To the desk"), urls.page(t.lang, "desk")),))


def sign_in_first() -> Response:
    """401 where no page was asked for."""
    t = language()
    return error_page(401, t("Sign in"), t("This is open only to people who are signed in."))


def unknown() -> Response:
    """404, as for any address there is not."""
    t = language()
    about = request.path[:80]
    return error_page(404, t("Not found"), t("There is nothing at this address: “{about}” is unknown.", about=about))


def closed(error: Exception) -> Response:
    """503: roles or audit log cannot be used, so nobody comes in and nothing is done."""
    log.error("the desk is closed: %s", error)
    t = language()
    what = t("Roles cannot be read at the moment.") if isinstance(error, RolesError) else t(
        "The audit log cannot be written at the moment, and nothing is done without it."
    )  # fmt: skip
    return error_page(503, t("Not possible now"), f"{what} {t('Please tell the operator.')}")
