"""What goes wrong is said calmly, in the reader's language, and leaves what is there as it was."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import httpx
import pytest
from playwright.sync_api import expect
from visits import Visit

Visits = Callable[..., Visit]
WEB = "adoption_firms_ai_web_pct"


@pytest.mark.parametrize(
    ("lang", "sentence"),
    [("de", "konnten nicht geladen werden"), ("fr", "n’ont pas pu être"), ("en", "could not be loaded")],
)
def test_a_failed_request_leaves_the_view_and_says_so(visit: Visits, lang: str, sentence: str) -> None:
    v = visit(f"/{lang}/map?indicator={WEB}&region=DED", expected="ERR_FAILED").settled()
    before, address = v.shown(), v.page.url
    v.page.route("**/slice/**", lambda route: route.abort())
    v.page.locator("#picker summary").click()
    v.page.locator("a[data-indicator=jobs_it_employees_count]").click()
    said = v.page.locator("#announce.failed")
    expect(said).to_be_visible()
    assert sentence in said.inner_text()
    assert v.shown() == before
    assert v.page.url == address
    v.page.unroute("**/slice/**")
    v.page.locator("#picker[open]").or_(v.page.locator("#picker summary")).first.wait_for()
    if not v.page.locator("#picker[open]").count():
        v.page.locator("#picker summary").click()
    v.page.locator("a[data-indicator=jobs_it_employees_count]").click()
    v.at_state(indicator="jobs_it_employees_count")
    expect(v.page.locator("#announce.failed")).to_have_count(0)


def test_failed_shapes_leave_the_view(visit: Visits) -> None:
    v = visit("/en/map?region=DED", expected="ERR_FAILED").settled()
    before = v.shown()
    v.page.route("**/shapes/**", lambda route: route.abort())
    v.page.locator("a[data-level=nuts3]").click()
    expect(v.page.locator("#announce.failed")).to_be_visible()
    assert v.shown() == before
    v.page.unroute("**/shapes/**")
    v.level("nuts2")
    assert len(v.shown()["table"]) == 65


def test_a_slow_answer_never_overtakes_a_later_choice(visit: Visits) -> None:
    """The reader picks two indicators; the first answer comes last."""
    v = visit("/de/map").settled()
    held: list[Any] = []
    v.page.route("**/slice/jobs_it_employees_count/**", lambda route: held.append(route))  # noqa: PLW0108
    v.page.locator("#picker summary").click()
    v.page.locator("a[data-indicator=jobs_it_employees_count]").click()
    if not v.page.locator("#picker[open]").count():
        v.page.locator("#picker summary").click()
    v.page.locator("a[data-indicator=context_gdp_mio_eur]").click()
    v.at_state(indicator="context_gdp_mio_eur")
    shown = v.shown()
    with v.page.expect_response("**/slice/jobs_it_employees_count/**"):
        held[0].continue_()
    v.page.evaluate("() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))")
    assert v.shown() == shown
    assert v.state["indicator"] == "context_gdp_mio_eur"


@pytest.mark.parametrize(("lang", "heading"), [("de", "Nicht gefunden"), ("fr", "Introuvable"), ("en", "Not found")])
def test_an_unknown_address_is_a_real_404_in_the_language(visit: Visits, lang: str, heading: str) -> None:
    v = visit(f"/{lang}/nowhere", expected="404")
    assert v.status == 404
    assert v.page.locator("h1").inner_text() == heading
    assert v.page.locator("html").get_attribute("lang") == lang
    assert "nowhere" in v.page.locator("main").inner_text()
    v.page.locator("main a").first.click()
    v.page.wait_for_url(f"**/{lang}/map*")
    v.ready()


@pytest.mark.parametrize(
    ("query", "named"),
    [
        ("indicator=adoption_firms_ai_web_pc", "adoption_firms_ai_web_pc"),
        ("level=nuts9", "nuts9"),
        ("region=DE99", "DE99"),
        ("within=XX", "XX"),
        ("country=IT", "IT"),
        (f"indicator={WEB}&period=1815", "1815"),
        ("indicator=adoption_firms_ai_role_pct&member=99", "99"),
        ("region=%3Cscript%3Ealert(1)%3C/script%3E", "<script>alert(1)</script>"),
        ("region=" + "A" * 5000, "AAAA"),
    ],
)
def test_an_absurd_parameter_is_a_404_that_names_it(visit: Visits, query: str, named: str) -> None:
    v = visit(f"/en/map?{query}", expected="404", java_script_enabled=False)
    assert v.status == 404
    assert named in v.page.locator("main").inner_text()
    assert v.page.locator("main script").count() == 0


def test_a_near_miss_is_suggested(visit: Visits) -> None:
    v = visit("/de/indicator/adoption_firms_ai_web_prc", expected="404")
    assert v.status == 404
    assert WEB in v.page.locator("main").inner_text()


def test_too_large_and_malformed_bodies_are_refused(server: str) -> None:
    """20 MB → 413; what is no callback → 400; never a traceback, never a 500."""
    address = f"{server}/_dash-update-component"
    json = {"Content-Type": "application/json"}
    large = httpx.post(address, content=b"x" * 20_000_000, headers=json, timeout=30)
    assert large.status_code == 413
    bad: list[bytes] = [
        b"", b"{", b"[]", b"null", b'"x"', b"{}", b'{"output": "root.children"}', b"\xff\xfe", b"[" * 5000,
        b'{"output": "root.children", "inputs": "x"}', b'{"output": "nothing.children", "inputs": []}',
        b'{"output": "root.children", "inputs": [{"id": 1}], "outputs": {}}',
        b'{"output": {"id": 1}, "inputs": [], "changedPropIds": []}',
        b'{"output":"root.children","outputs":{"id":"root","property":"children"},"inputs":[],"changedPropIds":[]}',
    ]  # fmt: skip
    for body in bad:
        answer = httpx.post(address, content=body, headers=json)
        assert answer.status_code == 400, (body[:80], answer.status_code)
        assert "Traceback" not in answer.text
    assert httpx.get(f"{server}/health/ready").status_code == 200


def test_other_methods_and_wrong_data_addresses_are_refused(server: str) -> None:
    assert httpx.post(f"{server}/de/map").status_code == 405
    assert httpx.delete(f"{server}/de/map").status_code == 405
    for path in (
        "/de/slice/nothing/land.json", f"/de/slice/{WEB}/nuts9.json", f"/xx/slice/{WEB}/land.json",
        f"/de/slice/{WEB}/land.json?member=7", "/assets/../settings.py", "/assets/%2e%2e/settings.py",
        "/shapes/nothing.json", "/xx/regions.json", "/de/map/extra", "/de/indicator", "//example.org/de/map",
    ):  # fmt: skip
        assert httpx.get(server + path).status_code == 404, path
