"""The ledger as pages get it, from the real build: what lies in a region, who is a partner, and the words for it."""

from __future__ import annotations

import inspect
import re
from datetime import date

import pytest

from dashboard import ledger
from dashboard.components import ledger as say
from dashboard.i18n import words
from dashboard.ledger_model import Programme
from dashboard.store import Build

LANGUAGES = ("de", "fr", "en")


def relations(opened: Build, *codes: str) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {"inside": set(), "across": set(), "over": set()}
    for here in ledger.programmes_in(opened, codes):
        found[here.relation].add(here.programme.id)
    return found


def zakid(opened: Build) -> Programme:
    found = ledger.programme(opened, "zakid")
    assert found
    return found


def test_a_programme_comes_whole(opened: Build) -> None:
    found = zakid(opened)
    assert found.name("fr") == "ZaKI.D – centre d’intelligence artificielle appliquée de Duisbourg"
    assert found.name("de") == found.names[""]
    assert found.members[0].organisation.id == "stadt-duisburg", "the lead comes first"
    assert [(place.city, place.nuts3, place.role) for place in found.places] == [("Duisburg", "DEA12", "site")]
    assert [claim.stated_on for claim in found.claims] == sorted(claim.stated_on for claim in found.claims)
    assert {(one.kind, one.promised, one.reports) for one in found.progress if one.measure == "jobs"} == {
        ("direct", (30.0, 30.0), 0),
        ("indirect", (500.0, 500.0), 0),
    }
    assert found.partnerships == ("zakid",)
    hub = ledger.programme(opened, "kihub-sn-th")
    assert hub
    assert len(hub.children) == 4, "its meetings"
    assert ledger.programme(opened, "nobody") is None


def test_a_note_says_in_which_language_it_is(opened: Build) -> None:
    assert zakid(opened).note("fr")[1] == "fr"
    untranslated = next(one for one in ledger.programmes(opened).values() if not one.notes["en"])
    assert untranslated.note("de") == ("", "")


def test_what_lies_in_a_region_spans_it_or_is_above_it(opened: Build) -> None:
    duisburg = relations(opened, "DEA12")
    assert duisburg["inside"] == {"zakid"}
    assert {"kinrw", "5standorte", "mdz"} <= duisburg["over"]
    assert "snia" not in duisburg["over"]
    chemnitz = relations(opened, "DED41")
    assert "kihub-sn-th" in chemnitz["across"], "it is in Leipzig and Ilmenau, too"
    assert "mdz-chemnitz" in chemnitz["inside"]
    hub = relations(opened, "DED", "DEG")
    assert {"kihub-sn-th", "kihub-sachsen", "scads", "mdz-ilmenau"} <= hub["inside"]
    assert not {"zakid", "kinrw"} & (hub["inside"] | hub["across"] | hub["over"])
    rhein_sieg = relations(opened, "DEA2C")
    assert "kinrw" in rhein_sieg["across"], "a seat does not make a Land's programme local"
    assert "kinrw" in relations(opened, "DEA")["inside"]
    assert "aixia-2019" in relations(opened, "FRF")["across"], "Grand Est is a named partner region"
    assert relations(opened, "DE1")["inside"].isdisjoint(relations(opened, "FRF")["inside"])
    assert not relations(opened, "FRY10")["inside"]


def test_a_region_and_what_is_in_it_are_asked_once(opened: Build) -> None:
    """Asking for a Land and one of its Kreise is asking for the Land."""
    assert relations(opened, "DEA", "DEA12") == relations(opened, "DEA")
    assert ledger.programmes_in(opened, ["DEA12"]) == ledger.programmes_in(opened, ("DEA12",))
    places = {here.programme.id: here.places for here in ledger.programmes_in(opened, ["DEA12"])}
    assert places["zakid"] == (("DEA12", "site"),)


def test_partnerships_of_a_region_have_a_member_there(opened: Build) -> None:
    found = {
        one.id: {member.organisation.id for member in here} for one, here in ledger.partnerships_in(opened, ["DE3"])
    }
    assert found["charite-gr-owkin"] == {"charite"}
    assert found["allianz-parloa"] == {"parloa"}
    assert "sap-mistral" not in found
    assert "bw-fr-network" not in {one.id for one, _ in ledger.partnerships_in(opened, ["FR"])}, (
        "no French region named"
    )


def test_borders_are_crossed_by_members_only(opened: Build) -> None:
    known = ledger.partnerships(opened)
    assert known["sap-mistral"].crosses_border
    assert known["charite-gr-owkin"].crosses_border
    assert len(known["charite-gr-owkin"].members) == 3
    for inside in ("allianz-parloa", "mercedes-bfl", "bw-fr-network", "kihub-sn-th"):
        assert not known[inside].crosses_border, inside
    paris = next(one for one in known["sap-mistral"].members if one.organisation.id == "mistral")
    assert [(seat.city, seat.basis) for seat in paris.organisation.seats] == [("Paris", "memory")]


def test_the_counter_of_the_summit(opened: Build) -> None:
    (summit,) = [event for event in ledger.events(opened) if event.announced]
    assert (len(summit.partnerships), summit.announced) == (6, 18)
    assert ledger.claims(opened)[summit.claim].sources[0].startswith("seed:002")
    assert {"kihub-sn-th-2022-11-24", "aixia-2020"} <= {event.programme.id for event in ledger.events(opened)}


def test_overdue_is_a_promise_whose_day_has_passed_without_a_report(opened: Build) -> None:
    every = [one for programme in ledger.programmes(opened).values() for one in programme.progress]
    late = {(one.programme, one.measure) for one in every if one.overdue(date(2026, 11, 21))}
    assert ("nw-rueckkehr-ki", "professorships") in late
    assert ("zakid", "jobs") not in late, "no day was named by which the jobs are due"
    assert ("bosch-tuebingen", "jobs") not in late, "cancelled"
    assert not [one for one in every if one.overdue(date(2017, 1, 1))]
    by_2023 = next(
        one for one in every if (one.programme, one.measure, one.kind) == ("by-hta-ki", "professorships", "direct")
    )
    assert by_2023.due_by == date(2023, 12, 31)
    assert by_2023.reports == 1
    assert not by_2023.overdue(date(2026, 11, 21))
    due = [one for one in every if one.due_between(date(2026, 10, 1), date(2026, 12, 31))]
    assert {(one.programme, one.due_on) for one in due} >= {("hb-tzki", "2026"), ("sn-ki-rz", "2026")}


# ── Words ────────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("lang", LANGUAGES)
def test_everything_in_the_ledger_has_words(opened: Build, lang: str) -> None:
    t = words(lang)
    for one in ledger.programmes(opened).values():
        spoken = [say.programme_kind(t, one.kind), say.programme_status(t, one.status), say.scope(t, one.scope)]
        spoken += [say.role(t, member.role) for member in one.members]
        spoken += [say.place_role(t, place.role) for place in one.places]
        for claim in one.claims:
            spoken += [say.state(t, claim.state), say.measure(t, claim.measure), say.claim_kind(t, claim.kind)]
            spoken += [say.claimed(t, claim), say.day(t, claim.stated_on), say.checked(t, claim)]
        spoken += [text for source in one.sources for text in say.source_link(t, source)[:1]]
        assert all(spoken), one.id
        assert one.name(lang)
    for partnership in ledger.partnerships(opened).values():
        assert say.partnership_kind(t, partnership.kind)
        assert say.partnership_state(t, partnership.state)
        assert all(say.role(t, member.role) for member in partnership.members)
    for organisation in ledger.organisations(opened).values():
        assert say.organisation_kind(t, organisation.kind)
    assert all(say.relation(t, key) for key in ("inside", "across", "over"))


@pytest.mark.parametrize(
    ("low", "high", "unit", "de", "fr", "en"),
    [
        (16.46e6, 16.46e6, "EUR", "16,46 Mio. €", "16,46 M€", "€16.46m"),
        (774984, 774984, "EUR", "774.984 €", "774 984 €", "€774,984"),
        (1.5e11, 1.5e11, "EUR", "150 Mrd. €", "150 Md€", "€150bn"),
        (22e6, 22e6, "EUR/year", "22 Mio. € pro Jahr", "22 M€ par an", "€22m a year"),
        (30, 30, "jobs", "30 Arbeitsplätze", "30 emplois", "30 jobs"),
        (400, None, "jobs", "mindestens 400 Arbeitsplätze", "au moins 400 emplois", "at least 400 jobs"),
        (None, 350e6, "EUR", "höchstens 350 Mio. €", "au plus 350 M€", "at most €350m"),
        (12, 13, "posts", "12 bis 13 Stellen", "de 12 à 13 postes", "12 to 13 posts"),
        (46e6, 50e6, "EUR", "46 Mio. € bis 50 Mio. €", "de 46 M€ à 50 M€", "€46m to €50m"),
        (81, 81, "pct", "81 %", "81 %", "81%"),
        (None, None, "jobs", "keine Zahl genannt", "aucun chiffre indiqué", "no number stated"),
    ],
)
def test_an_amount_is_written_as_the_language_writes_it(
    low: float | None, high: float | None, unit: str, de: str, fr: str, en: str
) -> None:
    for lang, expected in (("de", de), ("fr", fr), ("en", en)):
        said = say.amount(words(lang), low, high, unit)
        assert said.replace("\u00a0", " ").replace("\u202f", " ") == expected, lang


def test_days_and_sources_are_spoken() -> None:
    de, fr = words("de"), words("fr")
    assert [say.day(de, text) for text in ("2024", "2024-04", "2024-04-30")] == ["2024", "April 2024", "30.04.2024"]
    assert say.day(fr, "") == "date inconnue"
    assert say.span(de, "2025-11-18", "2025-11-18") == "18.11.2025"
    assert say.span(fr, "2022", "") == "depuis 2022"
    assert say.source_link(de, "https://www.ims.fraunhofer.de/de/x") == (
        "ims.fraunhofer.de",
        "https://www.ims.fraunhofer.de/de/x",
    )
    assert say.source_link(de, "seed:001_48d7f8cae4046fd9")[1] == ""
    assert say.source_link(de, "cited:WAZ 2023") == ("WAZ 2023", "")


def test_the_keys_of_the_words_are_those_of_the_tables() -> None:
    """Each word of the ETL's tables has its words here, and there is no other."""
    from etl import ledger_tables as tables

    t = words("en")
    pairs = (
        (say.programme_kind, tables.PROGRAMME_KINDS),
        (say.programme_status, tables.PROGRAMME_STATUS),
        (say.scope, tables.SCOPES),
        (say.state, tables.STATES),
        (say.measure, tuple(tables.KINDS)),
        (say.organisation_kind, tables.ORGANISATIONS),
        (say.partnership_kind, tables.PARTNERSHIPS),
    )
    for speak, keys in pairs:
        assert all(speak(t, key) for key in keys)
        assert set(re.findall(r'^        "(\w+)": t\(', inspect.getsource(speak), re.M)) == set(keys), speak.__name__
    assert all(say.claim_kind(t, kind) for kinds in tables.KINDS.values() for kind in kinds)
    assert all(say.role(t, role) for role in tables.ROLES)
    assert all(say.partnership_state(t, key) for key in tables.PARTNERSHIP_STATES)
    assert {say.basis(t, key) for key in tables.BASES} == {"", "from memory, not read at a source"}
