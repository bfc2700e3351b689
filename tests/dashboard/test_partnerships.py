"""The page of partnerships on the real ledger: what is drawn, listed, counted and said, in three languages."""

from __future__ import annotations

import re
from html import unescape

import pytest
from flask.testing import FlaskClient

from dashboard import drawing, ledger, partnerships
from dashboard.components.partnership_map import named
from dashboard.components.partnership_words import spoken
from dashboard.i18n import words
from dashboard.map import arcs
from dashboard.partnerships import Choice
from dashboard.store import Build

SAID = {
    "en": "SAP (Walldorf) – Mistral AI (Paris): announced 18 November 2025; seats from memory",
    "de": "SAP (Walldorf) – Mistral AI (Paris): angekündigt am 18. November 2025; Sitze aus dem Gedächtnis",
    "fr": "SAP (Walldorf) – Mistral AI (Paris)\u00a0: annoncé le 18 novembre 2025\u202f; sièges cités de mémoire",
}
COUNTED = {"en": "6 of 18 named", "de": "6 von 18 genannt", "fr": "6 sur 18 nommés"}


def page(client: FlaskClient, address: str) -> str:
    answer = client.get(address)
    assert answer.status_code == 200, answer.text[:500]
    return unescape(answer.text)


def rows(text: str) -> list[str]:
    return re.findall(r"<tr[^>]* data-partnership=\"([^\"]+)\"", text)


def arcs_of(text: str) -> list[str]:
    return re.findall(r"<a class=\"pm-arc[^>]* data-partnership=\"([^\"]+)\"", text)


@pytest.mark.parametrize("lang", ["de", "fr", "en"])
def test_the_demo(client: FlaskClient, lang: str) -> None:
    """SAP–Mistral opened on the map, "6 of 18 named"."""
    text = page(client, f"/{lang}/partnerships?show=sap-mistral")
    assert COUNTED[lang] in text
    assert f'data-partnership="sap-mistral" aria-label="{SAID[lang]}" aria-current="true"' in text
    assert f'<p id="pm-said" class="pm-said" role="status">{SAID[lang]}</p>' in text or SAID[lang] in text
    assert re.search(r'<tr[^>]*aria-current="true"[^>]*>', text), "its entry is marked, too"
    assert "●" * 6 + "○" * 12 in text


def test_the_list_equals_the_ledger_and_the_map_those_with_seats(client: FlaskClient, opened: Build) -> None:
    text = page(client, "/en/partnerships")
    assert sorted(rows(text)) == sorted(ledger.partnerships(opened)), "each one, once: three partners are one entry"
    seated = [entry.one.id for entry in partnerships.entries(opened).values() if entry.drawn]
    assert sorted(arcs_of(text)) == sorted(seated)
    assert "delos-bleu" not in seated
    assert "estia" not in seated, "no seat of its members was read"
    assert text.count("No seat is known: in the list only.") == len(rows(text)) - len(seated)


def test_what_is_not_named_is_a_number(client: FlaskClient, opened: Build) -> None:
    (event,) = partnerships.counted(opened)
    found = partnerships.shown(opened, Choice(event=event.programme.id))
    assert (len(found), event.announced) == (6, 18)
    assert len(rows(page(client, f"/en/partnerships?event={event.programme.id}"))) == 6


def test_no_partnership_inside_a_country_is_drawn_across_the_border(opened: Build) -> None:
    border = arcs.polylines(drawing.geometry("country")["lines"]["border"])
    known = partnerships.entries(opened)
    stars = partnerships.stars(known.values())
    inside = [id_ for id_ in stars if len({place[:2] for place in known[id_].places}) == 1]
    assert {"kikz", "allianz-parloa", "mercedes-bfl", "iac-hiparis"} <= set(inside)
    for id_ in inside:
        assert not any(arcs.crosses(leg, border) for leg in stars[id_].legs), id_
    assert len(stars["charite-gr-owkin"].legs) == 3
    assert stars["charite-gr-owkin"].middle


def test_a_seat_from_memory_is_dashed_and_said(client: FlaskClient, opened: Build) -> None:
    text = page(client, "/en/partnerships")
    for entry in partnerships.entries(opened).values():
        if not entry.drawn:
            continue
        drawn = re.search(rf'<a class="pm-arc[^>]*data-partnership="{entry.one.id}".*?</a>', text)
        assert drawn
        memory = any(seat.memory for seat in entry.seats)
        # A place where another partner's seat was read is no longer from memory alone.
        assert ('memory"' in drawn[0]) == any(entry.remembered(place) for place in entry.places), entry.one.id
        assert ("from memory" in spoken(words("en"), entry)) == memory


@pytest.mark.parametrize(
    ("query", "wanted"),
    [
        ("kind=de-fr&event=summit-2025", {"sap-mistral", "helsing-mistral", "charite-gr-owkin", "delos-bleu"}),
        ("kind=de&event=summit-2025", {"mercedes-bfl", "allianz-parloa"}),
        ("kind=fr", {"iac-hiparis"}),
        ("kind=more", {"estia"}),
        ("state=ended", {"bw-fr-network"}),
        ("region=DED", {"kihub-sachsen", "kihub-sn-th", "kikz"}),
        ("region=DE128", {"sap-mistral"}),
        ("region=FRY4", set()),
    ],
)
def test_the_address_filters_list_and_map_alike(client: FlaskClient, query: str, wanted: set[str]) -> None:
    text = page(client, f"/de/partnerships?{query}")
    assert set(rows(text)) == wanted
    assert set(arcs_of(text)) <= wanted
    if not wanted:
        assert "Keine Partnerschaft passt" in text


@pytest.mark.parametrize(
    "query", ["kind=x", "state=<b>", "event=nobody", "region=DEX", "show=sap-mistrall", "region=" + "9" * 9000]
)
def test_absurd_choices_are_a_calm_404(client: FlaskClient, query: str) -> None:
    answer = client.get(f"/fr/partnerships?{query}")
    assert answer.status_code == 404
    assert "<b>" not in answer.text
    if query.startswith("show"):
        assert "sap-mistral" in answer.text, "what was meant"


def test_the_time_line_has_events_and_partnerships_in_order(opened: Build) -> None:
    found = partnerships.shown(opened, Choice())
    dated, undated = partnerships.timeline(opened, found)
    assert [each.day for each in dated] == sorted(each.day for each in dated)
    assert {"aixia-2019", "summit-2025", "sap-mistral"} <= {each.what.id for each in dated}
    assert len(dated) + len(undated) == len(found) + len(ledger.events(opened))
    assert {one.id for one in undated} == {"inria-dfki"}
    (summit,) = [each for each in dated if each.what.id == "summit-2025"]
    assert 2025.8 < summit.year < 2025.95


def test_names_of_cities_lie_on_no_other_name(opened: Build) -> None:
    places = {place: seat.city for e in partnerships.entries(opened).values() for place in e.places for seat in e.seats}
    wide, phone = named(places, 15), named(places, 27)
    assert len(phone) <= len(wide) <= len(places)
    assert len(wide) > len(places) / 2
