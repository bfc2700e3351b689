"""One visit of one subject in a fresh Chromium, measured by the same probe for all of them."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from playwright.sync_api import CDPSession, Page, Playwright

from bench.subjects import Subject

#: The slow profile: 10 Mbit/s both ways, 40 ms until an answer begins, a quarter of the processor.
BYTES_PER_SECOND = 10_000_000 / 8
LATENCY_MS = 40
CPU_DIVISOR = 4
QUIET_MS = 700

# Runs before the page's own scripts. `drawn` is when the main thread has painted the first frame in which COUNT
# regions have a fill of their own (black is what SVG gives a path that nobody has coloured).
PROBE = """(() => {
  const bench = window.bench = {drawn: null};
  const painted = (path) => !["none", "rgb(0, 0, 0)"].includes(getComputedStyle(path).fill);
  bench.filled = () => [...document.querySelectorAll(SELECTOR)].filter(painted).length;
  bench.fills = () => [...document.querySelectorAll(SELECTOR)].map((path) => getComputedStyle(path).fill).join();
  const frame = () => {
    if (document.querySelectorAll(SELECTOR).length < COUNT || bench.filled() < COUNT) requestAnimationFrame(frame);
    else scheduler.postTask(() => { bench.drawn = performance.now(); }, {priority: "user-blocking"});
  };
  requestAnimationFrame(frame);
})()"""

# From the act until two frames after the last change of a fill, class or element of the map, then 250 ms of quiet.
_ACT = """([selector, act, value]) => new Promise((done, failed) => {
  const map = document.querySelector("#map"), before = window.bench.fills(), start = performance.now();
  let painted = 0, quiet = 0;
  const finish = () => { watch.disconnect(); done([painted - start, window.bench.fills() !== before]); };
  const watch = new MutationObserver(() => requestAnimationFrame(() => requestAnimationFrame(() => {
    painted = performance.now();
    clearTimeout(quiet);
    quiet = setTimeout(finish, 250);
  })));
  watch.observe(map, {subtree: true, childList: true, attributeFilter: ["fill", "class", "style"]});
  setTimeout(() => painted || failed(new Error("no change within 20 s")), 20000);
  new Function("value", act)(value);
})"""

_BUSY = "new Promise((done) => { const t = performance.now(); setTimeout(() => done(performance.now() - t > 60)); })"


@dataclass
class Visit:
    """What one visit measured. Times in ms; bytes as they came over the wire, headers included."""

    drawn: float = 0.0
    drawn_bytes: int = 0
    whole_bytes: int = 0
    whole_requests: int = 0
    reload: float = 0.0
    indicator: list[float] = field(default_factory=list)
    indicator_bytes: list[int] = field(default_factory=list)
    year: list[float] = field(default_factory=list)
    year_requests: list[int] = field(default_factory=list)


class Wire:
    """Every request of a page and the bytes of its answer, with the browser's own clock."""

    def __init__(self, session: CDPSession) -> None:
        self.chunks: list[tuple[float, int]] = []
        self.requests = 0
        self.open: set[str] = set()
        self.clock = 0.0  # wall clock minus the browser's, in seconds
        self._heard: dict[str, int] = {}
        session.on("Network.requestWillBeSent", self._sent)
        session.on("Network.responseReceived", self._answer)
        session.on("Network.dataReceived", lambda event: self._bytes(event, event["encodedDataLength"]))
        session.on("Network.loadingFinished", self._finished)
        session.on("Network.loadingFailed", lambda event: self.open.discard(event["requestId"]))

    def _sent(self, event: dict[str, Any]) -> None:
        self.clock = event["wallTime"] - event["timestamp"]
        self.open.add(event["requestId"])

    def _answer(self, event: dict[str, Any]) -> None:
        if not event["response"].get("fromDiskCache") and event["response"]["url"].startswith("http"):
            self.requests += 1
        self._bytes(event, int(event["response"]["encodedDataLength"]))

    def _bytes(self, event: dict[str, Any], count: int) -> None:
        self.chunks.append((event["timestamp"], count))
        self._heard[event["requestId"]] = self._heard.get(event["requestId"], 0) + count

    def _finished(self, event: dict[str, Any]) -> None:
        # The total is exact; parts heard of before may have been rounded.
        rest = int(event["encodedDataLength"]) - self._heard.get(event["requestId"], 0)
        self.chunks.append((event["timestamp"], rest))
        self.open.discard(event["requestId"])

    def bytes(self, until: float = float("inf")) -> int:
        """Bytes received so far, or until a moment of the wall clock (seconds)."""
        return sum(count for at, count in self.chunks if at + self.clock <= until)


def warm(playwright: Playwright, subject: Subject) -> None:
    """One visit that is not measured: servers keep what they have packed once."""
    with playwright.chromium.launch(executable_path="/usr/bin/chromium") as browser:
        page = browser.new_page()
        page.goto(subject.url, wait_until="networkidle")
        page.wait_for_selector(subject.paths, state="attached")


def visit(
    playwright: Playwright, subject: Subject, count: int, indicators: Sequence[str], years: Sequence[int], slow: bool
) -> Visit:
    """Load cold, scroll through, reload, then change years and indicators at full speed.

    count: regions that must be coloured. years: steps back from the latest. Raises RuntimeError where a change
    left the map as it was, which would be no measurement.
    """
    found = Visit()
    browser = playwright.chromium.launch(executable_path="/usr/bin/chromium")
    try:
        page = browser.new_context(viewport={"width": 1280, "height": 900}).new_page()
        session = page.context.new_cdp_session(page)
        session.send("Network.enable")
        wire = Wire(session)
        page.add_init_script(PROBE.replace("SELECTOR", json.dumps(subject.paths)).replace("COUNT", str(count)))
        throttle(session, slow)
        found.drawn = drawn(page, lambda: page.goto(subject.url, wait_until="commit"))
        origin = page.evaluate("performance.timeOrigin")
        settle(page, wire)
        found.drawn_bytes = wire.bytes((origin + found.drawn) / 1000)
        page.evaluate("scrollTo(0, document.body.scrollHeight)")
        settle(page, wire)
        found.whole_bytes, found.whole_requests = wire.bytes(), wire.requests
        found.reload = drawn(page, lambda: page.reload(wait_until="commit"))
        throttle(session, slow=False)
        page.evaluate("scrollTo(0, 0)")
        settle(page, wire)
        for back in years:
            requests = wire.requests
            found.year.append(_act(page, subject, subject.year, back))
            found.year_requests.append(wire.requests - requests)
        for indicator in indicators:
            before = wire.bytes()
            found.indicator.append(_act(page, subject, subject.indicator, indicator))
            found.indicator_bytes.append(wire.bytes() - before)
    finally:
        browser.close()
    return found


def throttle(session: CDPSession, slow: bool) -> None:
    """The slow profile, or full speed."""
    session.send("Emulation.setCPUThrottlingRate", {"rate": CPU_DIVISOR if slow else 1})
    speed = BYTES_PER_SECOND if slow else -1
    session.send(
        "Network.emulateNetworkConditions",
        {
            "offline": False,
            "latency": LATENCY_MS if slow else 0,
            "downloadThroughput": speed,
            "uploadThroughput": speed,
        },
    )


def drawn(page: Page, navigate: Any) -> float:
    """Milliseconds from the start of a navigation until all regions are painted."""
    navigate()
    for _ in range(600):  # not wait_for_function: it evaluates text in the page, which the atlas's policy forbids
        if drawn := page.evaluate("window.bench && window.bench.drawn"):
            return float(drawn)
        page.wait_for_timeout(100)
    raise RuntimeError("the map was not drawn within a minute")


def settle(page: Page, wire: Wire) -> None:
    """Wait until nothing has been asked or answered, and the page has not been busy, for QUIET_MS."""
    quiet = 0
    for _ in range(300):
        before = len(wire.chunks), wire.requests
        busy = page.evaluate(_BUSY)
        page.wait_for_timeout(100)
        quiet = 0 if busy or wire.open or before != (len(wire.chunks), wire.requests) else quiet + 100
        if quiet >= QUIET_MS:
            return
    raise RuntimeError("the page never came to rest")


def _act(page: Page, subject: Subject, act: str, value: str | int) -> float:
    painted, changed = page.evaluate(_ACT, [subject.paths, act, value])
    if not changed:
        raise RuntimeError(f"{subject.name}: {value} changed nothing on the map")
    return float(painted)
