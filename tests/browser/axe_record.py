"""What the browser tests found on accessibility, written down for the statement: `make accessibility`.

With AXE_REPORT naming the file, every run of axe on a whole page and every test that passed is noted; when the
tests have ended the file is written anew. What people tried by hand (`manual`) is kept.
"""

from __future__ import annotations

import json
import os
from collections import Counter
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from dashboard.discovery.head import page_of
from dashboard.pages import pages

_SEEN: dict[str, set[tuple[str, str, int]]] = {}
_RULES: set[str] = set()
_UNDECIDED: set[str] = set()
_VIOLATIONS: set[tuple[str, str, str]] = set()
_ABOUT: dict[str, str] = {}
_PASSED: Counter[str] = Counter()
_FAILED: list[str] = []


def target() -> Path | None:
    """The file to write; None in an ordinary run."""
    return Path(os.environ["AXE_REPORT"]) if os.environ.get("AXE_REPORT") else None


def note(page: Any, response: dict[str, Any]) -> None:
    """Note one run of axe. page: Playwright's; response: axe's results."""
    path = urlsplit(page.url).path
    name = page_of(path)
    scheme = "dark" if page.evaluate("matchMedia('(prefers-color-scheme: dark)').matches") else "light"
    kinds = ("passes", "violations", "incomplete", "inapplicable")
    _RULES.update(found["id"] for kind in kinds for found in response[kind])
    _UNDECIDED.update(found["id"] for found in response["incomplete"])
    _ABOUT.update(axe=response["testEngine"]["version"], browser=page.context.browser.version)
    if page.evaluate("document.querySelector('body').dataset.page") != name:
        return  # an error page
    _SEEN.setdefault(name, set()).add((path[1:3], scheme, page.viewport_size["width"]))
    _VIOLATIONS.update((name, found["id"], found["help"]) for found in response["violations"])


def outcome(report: Any) -> None:
    """Note how a test ended."""
    if report.when == "call" and report.passed:
        _PASSED[report.nodeid.partition("::")[0]] += 1
    if report.failed:
        _FAILED.append(report.nodeid)


def write(path: Path) -> None:
    """Write the file. Raises SystemExit where tests failed or a page was not looked at: nothing can be stated then."""
    missing = set(pages()) - set(_SEEN)
    if missing or _FAILED:
        raise SystemExit(f"not written: axe did not see {sorted(missing)}, failed {_FAILED}")
    manual = json.loads(path.read_text())["manual"] if path.exists() else []
    said = {
        "date": datetime.now(UTC).date().isoformat(),
        "axe": f"axe-core {_ABOUT['axe']} (axe-playwright-python {version('axe-playwright-python')})",
        "browser": f"Chromium {_ABOUT['browser']}",
        "rules": sorted(_RULES),
        "violations": [dict(zip(("page", "rule", "said"), one, strict=True)) for one in sorted(_VIOLATIONS)],
        "undecided": sorted(_UNDECIDED),
        "checks": dict(sorted(_PASSED.items())),
        "manual": manual,
    }
    looks = ",\n".join(f"  {json.dumps(name)}: {json.dumps(sorted(seen))}" for name, seen in sorted(_SEEN.items()))
    rows = [f" {json.dumps(key)}: {json.dumps(value, ensure_ascii=False)}" for key, value in said.items()]
    path.write_text("{\n" + ",\n".join([*rows, f' "pages": {{\n{looks}\n }}']) + "\n}\n", encoding="utf-8")
