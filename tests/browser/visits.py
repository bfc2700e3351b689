"""A visit to the site, and what a reader can see and do there."""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qsl, urlsplit

from playwright.sync_api import BrowserContext, ConsoleMessage, Page, Request, Response

#: All that a map page shows, as the document has it: the same question to the server's HTML and to the script's page.
SHOWN = """() => {
  const text = (e) => e ? e.textContent.replace(/\\s+/g, " ").trim() : null, one = (q) => document.querySelector(q);
  // Without the fields to be copied: the script fills those of a closed part when it is opened.
  const still = (e) => { const copy = e.cloneNode(true);
    copy.querySelectorAll("textarea").forEach((f) => f.remove()); return copy; };
  const all = (q, f) => [...document.querySelectorAll(q)].map(f), cell = (e) => text(e);
  const current = (id) => text(one(`#${id} [aria-current=true]`));
  return {
    title: text(one("#title")), head: document.title.replace(/\\s+/g, " "),
    subtitle: text(one("#subtitle")), gaps: text(one("#gaps")),
    crumbs: all("#crumbs li", cell), caption: text(one("#table caption")), foot: text(still(one("#bottom"))),
    table: all("#table tbody tr", (tr) => [tr.dataset.c, ...[...tr.cells].map(cell)]),
    map: Object.fromEntries(all(".am-regions [data-c]", (p) => [p.dataset.c,
      [p.getAttribute("class"), p.getAttribute("aria-label"), p.getAttribute("aria-hidden")]])),
    circles: Object.fromEntries(all(".am-circles circle", (c) => [c.dataset.c, [c.getAttribute("r"),
      c.getAttribute("class")]])),
    view: one(".am-svg").getAttribute("viewBox").split(" ").map((n) => Math.round(Number(n))),
    picked: all(".am-regions [aria-selected=true]", (p) => p.dataset.c),
    pickedRow: all("#table tr.picked", (tr) => tr.dataset.c),
    legend: all("#legend .am-legend-title, #legend .am-classes b, #legend .am-means span:not([hidden])", cell),
    counts: all("#legend [data-fill]", (e) => [e.dataset.fill, text(e)]),
    signs: all("#legend [data-k]:not([hidden])", (e) => e.dataset.k),
    period: text(one("#period-now")), level: current("level-choices"), country: current("country-choices"),
    indicator: text(one("#picker-title")), theme: text(one("#picker-theme")),
    member: one("#member-form").hidden ? null : text(one("#member").selectedOptions[0]),
    big: text(one("#card .big"))
  };
}"""


class Visit:
    """One page in a context of its own; records requests, errors and cookies from the first byte on."""

    def __init__(self, context: BrowserContext, at: str, expected: str) -> None:
        self.context, self.at, self.expected = context, at, expected
        self.requests: list[Request] = []
        self.responses: list[Response] = []
        self.errors: list[str] = []
        self.cookie_headers: list[str] = []
        context.on("request", self._asked)
        context.on("response", self._answered)
        self.page: Page = context.new_page()
        self.page.on("console", self._console)
        self.page.on("pageerror", lambda error: self.errors.append(str(error)))

    def _asked(self, request: Request) -> None:
        self.requests.append(request)

    def _answered(self, response: Response) -> None:
        self.responses.append(response)
        if "set-cookie" in response.headers:
            self.cookie_headers.append(response.url)

    def _console(self, message: ConsoleMessage) -> None:
        if message.type == "error":
            self.errors.append(f"{message.text} ({message.location.get('url', '')})")

    @property
    def urls(self) -> list[str]:
        """Every address asked for so far."""
        return [request.url for request in self.requests]

    def open(self, path: str) -> None:
        """Go to an address of the site."""
        self.status = self.page.goto(self.at + path).status  # type: ignore[union-attr]

    # ── waiting ──

    def ready(self) -> Visit:
        """Wait until the map's script has taken over."""
        self.page.locator("html[data-ready]").wait_for(state="attached")
        return self

    def dash(self) -> Visit:
        """Wait until Dash has taken over too."""
        self.page.locator("#first-paint").wait_for(state="detached")
        return self

    def settled(self) -> Visit:
        """Wait until all that comes by itself is there: what is asked for from now on, the reader asked."""
        self.dash().ready().page.wait_for_load_state("networkidle")
        return self

    def at_state(self, **wanted: str) -> None:
        """Wait until the address says this (empty: that it does not name it)."""
        self.page.wait_for_function(
            """(wanted) => { const query = new URLSearchParams(location.search);
            return Object.entries(wanted).every(([name, value]) => (query.get(name) || "") === value); }""",
            arg=wanted,
        )

    def titled(self, title: str) -> None:
        """Wait until the page has this title (as `shown` gives it)."""
        self.page.wait_for_function(
            "(title) => document.getElementById('title').textContent.replace(/\\s+/g, ' ').trim() === title", arg=title
        )

    # ── seeing ──

    @property
    def state(self) -> dict[str, str]:
        """The parameters of the address."""
        return dict(parse_qsl(urlsplit(self.page.url).query))

    def shown(self) -> dict[str, Any]:
        """All that the map page shows (`SHOWN`)."""
        self.page.locator("#table:not([aria-busy])").wait_for(state="attached")
        found: dict[str, Any] = self.page.evaluate(SHOWN)
        return found

    def labels(self) -> dict[str, str]:
        """code → what is said of each region that is not faded."""
        return {code: label for code, (_, label, hidden) in self.shown()["map"].items() if hidden is None}

    def focused(self) -> str | None:
        """The code of the region that has the focus."""
        code: str | None = self.page.evaluate("document.activeElement.dataset.c || null")
        return code

    def spot(self, code: str) -> tuple[float, float]:
        """The window position of a region's anchor."""
        self.page.locator(".am-svg").scroll_into_view_if_needed()
        x, y = self.page.evaluate(
            """(code) => { const path = document.querySelector(`path[data-c="${code}"]`), m = path.getScreenCTM();
            const [x, y] = path.dataset.p.split(",").map(Number);
            return [x * m.a + m.e, y * m.d + m.f]; }""",
            code,
        )
        return x, y

    # ── doing ──

    def press(self, *keys: str) -> None:
        """Press keys."""
        for key in keys:
            self.page.keyboard.press(key)

    def pick(self, indicator: str) -> None:
        """Choose an indicator in the picker."""
        self.page.locator("#picker summary").click()
        self.page.locator(f"a[data-indicator='{indicator}']").click()
        self.at_state(indicator=indicator)

    def level(self, level: str) -> None:
        """Choose a level of the map."""
        self.page.locator(f"a[data-level='{level}']").click()
        self.at_state(level=level)

    def region(self, code: str) -> None:
        """Pick a region in the table."""
        self.page.locator(f"#table tr[data-c='{code}'] a").click()
        self.at_state(region=code)

    def slide(self, index: int) -> None:
        """Move the period slider."""
        self.page.locator("#period").fill(str(index))
