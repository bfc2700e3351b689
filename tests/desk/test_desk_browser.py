"""The desk in Chromium: signing in at a real provider and out again, and its work, on a phone, by keyboard, for axe."""

from __future__ import annotations

import os
from pathlib import Path

import desking
import pytest
from axe_playwright_python.sync_playwright import Axe
from desking import Atlas
from handing import CLAIM, as_csv
from playwright.sync_api import Browser, ConsoleMessage, Page

MOBILE = {"viewport": {"width": 390, "height": 844}, "reduced_motion": "reduce"}
ROW = CLAIM | {"programme": "sn-ki-2021", "id": "desk-browser-claim", "amount_min": "47", "amount_max": "47"}
TITLES = {
    "de": ("Anmelden", "Arbeitsplatz des Ministeriums", "Abgemeldet"),
    "fr": ("Se connecter", "Espace du ministère", "Déconnexion"),
    "en": ("Sign in", "The desk", "Signed out"),
}


def heading(page: Page) -> str:
    assert page.locator("h1").count() == 1
    return page.locator("h1").inner_text()


def accessible(page: Page) -> None:
    """axe finds nothing, nothing sticks out, one heading."""
    tags = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
    response = Axe().run(page, options={"runOnly": {"type": "tag", "values": tags}}).response
    assert response["passes"], "axe has looked"
    found = response["violations"]
    assert found == [], [(each["id"], [node["html"] for node in each["nodes"]]) for each in found]
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def at_the_provider(page: Page, name: str) -> None:
    """Canaille's own pages: name, password, consent."""
    page.locator("input[name=login]").fill(name)
    page.locator("form button[type=submit]").first.click()
    page.locator("input[name=password]").fill(desking.PASSWORD)
    page.locator("form button[type=submit]").first.click()


@pytest.mark.parametrize("lang", TITLES)
def test_signing_in_at_a_real_provider_and_out_again(browser: Browser, ministry: Atlas, lang: str) -> None:
    """From a link to a figure and back to it; only our cookie; without our scripts in French, dark in English."""
    wanted = f"/{lang}/indicator/adoption_firms_ai_web_pct"
    context = browser.new_context(
        **MOBILE, java_script_enabled=lang != "fr", color_scheme="dark" if lang == "en" else "light"
    )
    page = context.new_page()
    errors: list[str] = []

    def noted(message: ConsoleMessage) -> None:
        if message.type == "error" and message.location["url"].startswith(ministry.address):
            errors.append(f"{message.text} {message.location['url']}")  # what the provider's pages lack is not ours

    page.on("console", noted)
    page.goto(ministry.address + wanted)
    assert heading(page) == TITLES[lang][0]
    page.keyboard.press("Tab")
    if lang != "fr":  # axe is a script
        accessible(page)
    page.locator("main a.button").click()
    assert page.url.startswith(ministry.provider)
    at_the_provider(page, "officer")
    page.wait_for_url(ministry.address + wanted)
    ours = [cookie for cookie in context.cookies(ministry.address) if cookie["name"] == "atlas"]
    assert len(ours) == 1
    assert (ours[0]["httpOnly"], ours[0]["sameSite"]) == (True, "Lax")
    page.locator(".internal-mark a").click()
    assert heading(page) == TITLES[lang][1]
    assert "officer@ministry.example" in page.locator("main").inner_text()
    assert "(DED)" in page.locator("main table").inner_text(), "the role of the group"
    if lang != "fr":
        accessible(page)
    page.locator(".ways button").first.click()
    assert heading(page) == TITLES[lang][2]
    page.wait_for_url(f"{ministry.address}/{lang}/desk/signed-out**")
    page.goto(ministry.address + wanted)
    assert heading(page) == TITLES[lang][0]
    page.locator("main a.button").click()
    assert page.locator("input[name=login], input[name=password]").first.is_visible(), "signed out there, too"
    assert errors == []
    context.close()


def test_whom_the_provider_knows_and_the_atlas_does_not(browser: Browser, ministry: Atlas) -> None:
    """A real sign-in without a role: who is known, what is missing, whom to ask."""
    context = browser.new_context(**MOBILE)
    page = context.new_page()
    page.goto(f"{ministry.address}/de/map")
    page.locator("main a.button").click()
    at_the_provider(page, "stranger")
    page.wait_for_url(f"{ministry.address}/desk/callback**")
    text = page.locator("main").inner_text()
    assert "stranger@ministry.example" in text
    assert desking.CONTACT in text
    accessible(page)
    page.goto(f"{ministry.address}/de/map")
    assert heading(page) == "Anmelden"
    context.close()


def test_the_pilots_form_by_keyboard_and_for_axe(browser: Browser, pilot: Atlas) -> None:
    context = browser.new_context(**MOBILE)
    page = context.new_page()
    page.goto(f"{pilot.address}/fr/map?level=nuts2")
    accessible(page)
    page.locator("#name").focus()
    page.keyboard.type("rita")
    page.keyboard.press("Tab")
    page.keyboard.type("not the right one")
    page.keyboard.press("Enter")
    page.locator("[role=alert]").wait_for()
    accessible(page)
    page.locator("#name").focus()
    page.keyboard.type("rita")
    page.keyboard.press("Tab")
    page.keyboard.type(desking.PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url(f"{pilot.address}/fr/map?level=nuts2")
    page.locator("html[data-ready]").wait_for(state="attached")
    page.locator("#first-paint").wait_for(state="detached")  # Dash's own requests carry the session
    page.goto(f"{pilot.address}/fr/desk")
    accessible(page)
    context.close()


# ── The work ──


def entered(browser: Browser, pilot: Atlas, name: str) -> Page:
    """A page at the desk, signed in by keyboard."""
    page = browser.new_context(**MOBILE).new_page()
    page.goto(f"{pilot.address}/de/desk")
    page.locator("#name").focus()
    page.keyboard.type(name)
    page.keyboard.press("Tab")
    page.keyboard.type(desking.PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url(f"{pilot.address}/de/desk")
    return page


def looked_at(page: Page, name: str) -> None:
    """Nothing is wrong in light and in dark; a picture of each for who wants to see it (ATLAS_SHOTS: a folder)."""
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
        accessible(page)
        if shots := os.environ.get("ATLAS_SHOTS"):
            page.screenshot(path=f"{shots}/{name}-{scheme}.png", full_page=True)
    page.emulate_media(color_scheme="light")


def tab_to(page: Page, selector: str) -> None:
    """Press Tab until it has the focus."""
    for _ in range(60):
        if page.evaluate("s => document.activeElement?.matches(s) ?? false", selector):
            return
        page.keyboard.press("Tab")
    raise AssertionError(f"no key leads to {selector}")


def test_a_file_goes_from_one_hand_to_the_other(browser: Browser, pilot: Atlas, tmp_path: Path) -> None:
    file = tmp_path / "Zusagen.csv"
    file.write_bytes(as_csv(ROW, ROW | {"id": "desk-browser-two", "amount_min": "viele"}))
    page = entered(browser, pilot, "conny")
    looked_at(page, "desk")

    tab_to(page, "main a[href='/de/desk/upload']")
    page.keyboard.press("Enter")
    page.locator("#kind").wait_for()
    looked_at(page, "upload")
    tab_to(page, "#kind")
    page.keyboard.type("Zusagen")
    assert page.locator("#kind").input_value() == "claim"
    tab_to(page, "#file")
    with page.expect_file_chooser() as chooser:
        page.keyboard.press("Enter")
    chooser.value.set_files(file)
    tab_to(page, ".desk-form button")
    page.keyboard.press("Enter")

    page.get_by_role("heading", name="Abgelehnte Zeilen").or_(page.get_by_text("viele")).first.wait_for(timeout=60_000)
    assert heading(page) == "Zusagen.csv"
    assert "keine Zahl" in page.locator("main").inner_text()
    looked_at(page, "refused")
    tab_to(page, "form[action$='/accept'] button")
    page.keyboard.press("Enter")
    page.locator("form[action$='/withdraw']").wait_for()
    looked_at(page, "draft")
    address = page.url
    page.context.close()

    page = entered(browser, pilot, "rosa")
    page.locator(f"main a[href='{address.removeprefix(pilot.address)}']").click()
    looked_at(page, "release")
    page.locator("form[action$='/release'] button").click()
    page.locator("form[action$='/take-back']").wait_for()
    assert "wartet auf" in page.locator("main").inner_text()
    looked_at(page, "released")
    page.goto(f"{pilot.address}/de/desk/audit")
    assert "Zusagen.csv" in page.locator("main").inner_text()
    looked_at(page, "audit")
    page.context.close()
