"""A region as a slide, and its prepared deck "Status quo"."""

from __future__ import annotations

from dashboard import profile
from dashboard.brief import region as brief
from dashboard.deck import status_quo, subject
from dashboard.deck.model import Deck, Slide
from dashboard.deck.subject import Subject
from dashboard.findings import against_country, findings
from dashboard.i18n import words
from dashboard.pages import Request
from dashboard.pages import region as page
from dashboard.profile import Profile


def slides(request: Request) -> list[Slide]:
    """The region at a glance."""
    about, found = _about(request)
    return [_glance(about, found)]


def deck(request: Request) -> Deck:
    """Status quo."""
    about, found = _about(request)
    first = subject.headline(about)
    maps = [status_quo.ranked_map(about, first, found.level)] if first and found.level else []
    return status_quo.deck(about, _glance(about, found), maps)


def _about(request: Request) -> tuple[Subject, Profile]:
    region = page.read(request)
    made = brief.brief(request, region, page.title(request))
    about = subject.of_side(request.build, request.lang, region.code, made, page.PATH)
    return about, brief.handed_on(profile.profile(request.build, request.lang, region))


def _glance(about: Subject, found: Profile) -> Slide:
    """Its first sentence as the title, the others below."""
    sentences = findings(found)
    entry = found.headline
    more = against_country(words(found.lang), found, entry) if entry else ""
    title = about.t("{what}: {n}", what=about.name, n=sentences[0])
    if more:
        title = f"{title} {more}"
    return subject.glance(about, title, status_quo.sentences_but(sentences[1:], more))
