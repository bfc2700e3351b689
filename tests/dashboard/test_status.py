"""The page on the sources' standing, and /metrics: what the ETL wrote, and the days that passed since."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from html import unescape
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient

from dashboard import status
from dashboard.app import create
from dashboard.i18n import languages
from dashboard.pages.status import SIGNS
from dashboard.settings import Settings

TODAY = datetime.now(UTC).date()


def source(state: str) -> dict[str, Any]:
    """A source as etl/status.py writes it, that is in this state today."""
    success = {"empty": None, "overdue": TODAY - timedelta(days=40)}.get(state, TODAY - timedelta(days=2))
    return {
        "title": {"de": f"Quelle {state}", "fr": f"La source {state}", "en": f"The {state} source"},
        "publisher": "Office",
        "url": "https://example.org/",
        "rhythm": "irregular",
        "every_days": 31,
        "last_success": success.isoformat() if success else None,
        "next_due": (success + timedelta(days=31)).isoformat() if success else None,
        "last_error": {"outcome": "rejected", "problem": "/srv/secret/path: broken"} if state == "failed" else None,
        "observations": 0 if state == "empty" else 1234567,
    }


def write(data: Path, sources: dict[str, dict[str, Any]], **over: Any) -> None:
    content = {"format": 1, "written": datetime.now(UTC).isoformat(), "sources": sources, **over}
    (data / "status.json").write_text(json.dumps(content), encoding="utf-8")


@pytest.fixture
def served(settings: Settings, tmp_path: Path) -> Path:
    """A data folder of its own with the real build, and one source in each state."""
    (tmp_path / "builds").symlink_to(settings.data / "builds")
    (tmp_path / "current.json").write_bytes((settings.data / "current.json").read_bytes())
    write(tmp_path, {state: source(state) for state in status.STATES})
    return tmp_path


@pytest.fixture
def asked(settings: Settings, served: Path) -> FlaskClient:
    found: FlaskClient = create(replace(settings, data=served)).server.test_client()
    return found


def rows(page: str) -> list[list[str]]:
    """The cells of the page's table as text."""
    body = page[page.index("<tbody>") : page.index("</tbody>")]
    lines = [re.findall(r"<t[hd].*?</t[hd]>", line) for line in re.findall(r"<tr.*?</tr>", body, re.S)]
    plain = [[unescape(re.sub(r"<[^>]+>", " ", cell)) for cell in line] for line in lines]
    return [[re.sub(r"\s+", " ", cell).strip() for cell in line] for line in plain]


WORDS = {
    "de": [
        "✕ letzter Abruf gescheitert anders geliefert als erwartet",
        "! überfällig",
        "✓ aktuell",
        "○ noch keine Zahlen",
    ],
    "fr": [
        "✕ échec du dernier téléchargement livraison non conforme à la description",
        "! en retard",
        "✓ à jour",
        "○ pas encore de chiffres",
    ],
    "en": ["✕ last fetch failed came otherwise than declared", "! overdue", "✓ up to date", "○ no figures yet"],
}


@pytest.mark.parametrize("lang", languages())
def test_the_four_states_are_told_by_word_and_sign_the_worst_first(asked: FlaskClient, lang: str) -> None:
    found = rows(asked.get(f"/{lang}/data/status").text)
    assert [row[1] for row in found] == WORDS[lang]
    assert [row[3] for row in found] == ["2", "40", "2", "–"]
    million = {"de": "1.234.567", "fr": "1\u202f234\u202f567", "en": "1,234,567"}[lang]
    assert [row[6].replace(" ", "\u202f") for row in found] == [million, million, million, "0"]
    assert len(set(SIGNS.values())) == 4


def test_the_words_of_an_error_stay_with_the_operator(asked: FlaskClient) -> None:
    """They are English and may name a path of the machine; the page says what kind of error it is."""
    assert "/srv/secret" not in asked.get("/en/data/status").text


def test_the_page_is_found_by_its_slash_and_by_its_link(asked: FlaskClient) -> None:
    assert asked.get("/de/data/status").status_code == 200
    assert 'href="/de/data/status"' in asked.get("/de/data").text
    for path in ("/de/data/nothing", "/de/data/status/more", "/de/status", "/de/map/status"):
        assert asked.get(path).status_code == 404, path


def test_a_new_status_shows_at_once_and_an_old_page_is_not_kept(asked: FlaskClient, served: Path) -> None:
    first = asked.get("/en/data/status")
    same = asked.get("/en/data/status", headers={"If-None-Match": first.headers["ETag"]})
    assert same.status_code == 304
    write(served, {"only": source("current")})
    assert [row[0] for row in rows(asked.get("/en/data/status").text)] == ["The current source Office"]


@pytest.mark.parametrize(
    "content", [None, "", "{", '{"format": 2}', '{"format": 1}', "[]", '{"format": 1, "sources": 3}']
)
def test_without_a_readable_status_the_page_says_so(asked: FlaskClient, served: Path, content: str | None) -> None:
    path = served / "status.json"
    path.unlink() if content is None else path.write_text(content)
    answer = asked.get("/en/data/status")
    assert answer.status_code == 200
    assert "has not yet written" in answer.text
    assert asked.get("/metrics").status_code == 200


def test_days_pass_without_a_new_file() -> None:
    """The ETL may have stopped: its last word must not stay true for ever."""
    one = status._standing("x", source("current"))
    assert one.state(TODAY) == "current"
    assert one.state(TODAY + timedelta(days=29)) == "current"
    assert one.state(TODAY + timedelta(days=30)) == "overdue"
    assert one.age(TODAY + timedelta(days=30)) == 32


# ── Metrics ──────────────────────────────────────────────────────────────────────────────────────────────────────

SAMPLE = re.compile(r'([a-z_]+)(\{[a-z]+="(?:[^"\\\n]|\\.)*"\})? (-?[0-9.e+]+)')


def samples(answer: Any) -> dict[tuple[str, str], float]:
    """Every sample, after holding the text to the format: HELP and TYPE before it, one line each, no doubles."""
    assert answer.content_type == "text/plain; version=0.0.4; charset=utf-8"
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.text.endswith("\n")
    found: dict[tuple[str, str], float] = {}
    typed: set[str] = set()
    own = answer.text.partition("# HELP atlas_requests_running")[0]  # the rest is prometheus_client's
    for line in own.splitlines():
        if line.startswith("# TYPE "):
            name = line.split()[2]
            assert name not in typed
            typed.add(name)
        elif not line.startswith("# HELP "):
            match = SAMPLE.fullmatch(line)
            assert match, line
            key = (match[1], match[2] or "")
            assert match[1] in typed
            assert key not in found
            found[key] = float(match[3])
    return found


def test_metrics_tell_the_build_and_every_sources_age(asked: FlaskClient, served: Path) -> None:
    found = samples(asked.get("/metrics"))
    pointer = json.loads((served / "current.json").read_text())
    assert found["atlas_up", ""] == 1
    assert found["atlas_build_info", f'{{build="{pointer["build"]}"}}'] == 1
    assert found["atlas_observations", ""] == pointer["observations"]
    published = datetime.fromisoformat(pointer["published"]).timestamp()
    assert found["atlas_build_published_timestamp_seconds", ""] == pytest.approx(published)

    def of(name: str) -> dict[str, float]:
        return {s: found["atlas_source_" + name, f'{{source="{s}"}}'] for s in status.STATES if s != "empty"}

    assert of("age_days") == {"failed": 2, "overdue": 40, "current": 2}
    assert of("overdue") == {"failed": 0, "overdue": 1, "current": 0}
    assert of("failed") == {"failed": 1, "overdue": 0, "current": 0}
    assert ("atlas_source_age_days", '{source="empty"}') not in found
    assert found["atlas_source_every_days", '{source="empty"}'] == 31


def test_a_label_cannot_break_a_line(asked: FlaskClient, served: Path) -> None:
    write(served, {'we"ird\\\nname': source("current")})
    found = samples(asked.get("/metrics"))
    assert found["atlas_source_every_days", '{source="we\\"ird\\\\\\nname"}'] == 31


def test_metrics_answer_without_any_build(tmp_path: Path) -> None:
    client = create(Settings("", 0, tmp_path, "", 1)).server.test_client()
    assert samples(client.get("/metrics")) == {("atlas_up", ""): 0}


def test_what_the_etl_writes_is_what_the_dashboard_reads(build: Path) -> None:
    """The contract, on the real file that `etl build` wrote: every source, in one of the four states."""
    found = status.read(build)
    assert found is not None
    assert len(found.sources) >= 25
    assert {one.state(TODAY) for one in found.sources} <= set(status.STATES)
    raw = json.loads((build / "status.json").read_text(encoding="utf-8"))
    assert {one.id: one.state(found.written.date()) for one in found.sources} == {
        id_: told["state"] for id_, told in raw["sources"].items()
    }
    assert sum(one.observations for one in found.sources) == raw["current"]["observations"] > 100_000
