"""Imprint, privacy and accessibility: the operator's words where there are some, never invented ones."""

from __future__ import annotations

import json
import logging
import os
import re
import shutil
from datetime import date
from pathlib import Path

import pytest
from finding import BASE
from flask.testing import FlaskClient

from dashboard.app import create
from dashboard.i18n import languages
from dashboard.legal import folder, statement
from dashboard.legal.folder import Folder
from dashboard.pages import pages
from dashboard.settings import ROOT, Settings

NONE = {
    "de": "Der Betreiber hat noch kein Impressum veröffentlicht.",
    "fr": "L’exploitant n’a pas encore publié de mentions légales.",
    "en": "The operator has not published an imprint yet.",
}


@pytest.fixture
def operator(tmp_path: Path) -> Path:
    """A folder with a German imprint."""
    (tmp_path / "imprint.de.md").write_text("# Angaben\nAmt für **Beispiele**\nBeispielweg 1\n", encoding="utf-8")
    return tmp_path


@pytest.fixture
def site(data: Path, operator: Path) -> FlaskClient:
    found: FlaskClient = create(Settings("127.0.0.1", 0, data, BASE, 1, operator=operator)).server.test_client()
    return found


def main(client: FlaskClient, address: str) -> str:
    answer = client.get(address)
    assert answer.status_code == 200, address
    return answer.text.partition("<main")[2].partition("</main>")[0]


def newer(path: Path, content: bytes) -> None:
    """Write a file so that its time differs, on any clock."""
    before = path.stat().st_mtime_ns if path.exists() else 0
    path.write_bytes(content)
    os.utime(path, ns=(before + 10**9, before + 10**9))


@pytest.mark.parametrize("lang", languages())
def test_without_an_imprint_the_page_says_so_and_invents_nothing(client: FlaskClient, lang: str) -> None:
    text = main(client, f"/{lang}/imprint")
    assert NONE[lang] in text
    assert not re.search(r"@|\b\d{5}\b", text), "no address of anybody"


def test_the_imprint_is_the_operators_file(site: FlaskClient, operator: Path) -> None:
    text = main(site, "/de/imprint")
    assert "<strong>Beispiele</strong><br" in text, "lines of an address stay lines"
    assert "<h2>Angaben</h2>" in text, "below the page's own heading"
    assert NONE["de"] not in text
    newer(operator / "imprint.de.md", b"## Neu\n")
    assert "<h2>Neu</h2>" in main(site, "/de/imprint"), "without a restart"


def test_a_language_without_a_file_shows_another_and_says_so(site: FlaskClient) -> None:
    text = main(site, "/fr/imprint")
    assert "Ce texte n’existe que dans cette langue\u00a0: Deutsch." in text
    assert re.search(r'<div (?=[^>]*lang="de")[^>]*class="told"', text)


def test_html_and_code_in_a_text_are_shown_not_used(site: FlaskClient, operator: Path) -> None:
    nasty = b"<script>alert(1)</script>\n\n[x](javascript:alert(1)) ![p](https://other.example/p.png)\n\n<img src=x>\n"
    newer(operator / "imprint.de.md", nasty)
    text = main(site, "/de/imprint")
    assert "&lt;script&gt;" in text
    for word in ("<script", "<img", 'href="javascript', 'src="'):
        assert word not in text


@pytest.mark.parametrize("content", [b"\xff\xfe kein UTF-8", b"x" * 300_000, b"<!-- MUSTER: bitte -->\n## NAME"])
def test_a_broken_file_leaves_what_was_last_read_and_is_told(
    site: FlaskClient, operator: Path, content: bytes, caplog: pytest.LogCaptureFixture
) -> None:
    assert "Beispiele" in main(site, "/de/imprint")
    newer(operator / "imprint.de.md", content)
    with caplog.at_level(logging.ERROR, "atlas"):
        assert "Beispiele" in main(site, "/de/imprint")
        assert "Beispiele" in main(site, "/de/imprint")
    assert len([record for record in caplog.records if "imprint.de.md" in record.getMessage()]) == 1, "once"
    (problem,) = Folder(operator).problems()
    assert "imprint.de.md: it " in problem
    (operator / "imprint.de.md").unlink()
    assert "Beispiele" in main(site, "/de/imprint"), "until the next start"


def test_facts_that_are_wrong_are_named_with_their_place(operator: Path) -> None:
    for text, said in (
        ("[publisher]\nname = 'A'\nphone = '1'", "publisher.name"),
        ("[publisher]\nname = 'Amt'\nemail = 'nix'", "publisher.email"),
        ("[security]\ncontact = ['mailto:a@b.example']", "security.expires"),
        ("[security]\ncontact = ['call us']\nexpires = 2027-01-01", "security.contact.0"),
        ("[security", "it is no TOML"),
    ):
        newer(operator / folder.FACTS, text.encode())
        (problem,) = Folder(operator).problems()
        assert said in problem, problem
        assert Folder(operator).facts() == folder.Facts()


def test_a_folder_that_is_none_is_named(tmp_path: Path) -> None:
    assert Folder(tmp_path / "nowhere").problems() == [f"ATLAS_OPERATOR names {tmp_path}/nowhere, which is no folder"]
    assert Folder(None).problems() == []


def test_the_examples_are_marked_and_never_shown(tmp_path: Path) -> None:
    """They name nobody, and count as not written until their mark is taken away."""
    copy = shutil.copytree(ROOT / "deploy/operator", tmp_path / "operator")
    found = Folder(copy)
    for path in sorted(copy.glob("*.md")):
        if path.name != "README.md":
            assert re.match(r"<!-- (MUSTER|MODÈLE)", path.read_text(encoding="utf-8")), path.name
            assert not re.search(r"@|\+\d|\b\d{5}\b", path.read_text(encoding="utf-8")), path.name
    assert [found.text(name, lang) for name in folder.NAMES for lang in languages()] == [None] * 9
    assert found.facts() == folder.Facts()


# ── Privacy ──────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("lang", "words"),
    [
        (
            "de",
            ["Keine Cookies", "zwei Minuten im Arbeitsspeicher", "Name Ihres Browsers stehen nicht"],
        ),
        ("fr", ["Aucun cookie", "deux minutes environ", "adresse IP et le nom de votre navigateur n’y figurent pas"]),
        ("en", ["No cookies", "about two minutes", "IP address and the name of your browser are not in it"]),
    ],
)
def test_the_privacy_page_says_what_is_true_of_the_software(client: FlaskClient, lang: str, words: list[str]) -> None:
    text = main(client, f"/{lang}/privacy")
    assert [word for word in words if word not in text] == []
    assert "prüfprotokoll" not in text.lower(), "that is of the internal atlas"
    assert client.get(f"/{lang}/privacy").headers.getlist("Set-Cookie") == []


def test_the_operator_stands_above_the_software(site: FlaskClient, operator: Path) -> None:
    (operator / "privacy.de.md").write_text("## Verantwortlich\nAmt für Beispiele\n", encoding="utf-8")
    text = main(site, "/de/privacy")
    assert text.index("Amt für Beispiele") < text.index("Was dieser Atlas mit Daten macht")
    assert "noch nicht angegeben" not in text


# ── Accessibility ────────────────────────────────────────────────────────────────────────────────────────────────


def test_every_page_was_looked_at(client: FlaskClient) -> None:
    """A page that the statement's run has not seen: `make accessibility`."""
    report = statement.shipped()
    assert set(report.pages) == set(pages()), "run `make accessibility`"
    assert {lang for looks in report.pages.values() for lang, _, _ in looks} == set(languages())
    assert {scheme for looks in report.pages.values() for _, scheme, _ in looks} == {"light", "dark"}
    assert {width for looks in report.pages.values() for _, _, width in looks} >= {390, 1280}
    assert len(report.rules) > 50
    assert report.axe.startswith("axe-core 4.")
    assert date(2026, 11, 1) <= report.day
    assert {path.rpartition("/")[2] for path in report.checks} >= {"test_every_page.py", "test_tasks.py"}


@pytest.mark.parametrize("lang", languages())
def test_the_statement_says_what_the_run_found(client: FlaskClient, lang: str) -> None:
    report, text = statement.shipped(), main(client, f"/{lang}/accessibility")
    assert report.axe in text
    assert report.browser in text
    for number in (len(report.pages), len(report.rules), *(report.checks.values())):
        assert str(number) in text
    for one in report.violations:
        assert one.rule in text, "a barrier that the statement keeps to itself"
    for rule in report.undecided:
        assert rule in text
    assert "schlichtungsstelle-bgg.de" in text or "defenseurdesdroits.fr" in text


def test_a_broken_rule_stands_in_the_statement(
    client: FlaskClient, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    told = json.loads(statement.PATH.read_text(encoding="utf-8"))
    told["violations"] = [{"page": "map", "rule": "color-contrast", "said": "Elements must meet minimum contrast"}]
    told["manual"] = [["2026-11-20", "NVDA 2026.1"]]
    path = tmp_path / "accessibility.json"
    path.write_text(json.dumps(told), encoding="utf-8")
    report = statement.read(path)
    monkeypatch.setattr(statement, "shipped", lambda: report)
    text = main(client, "/de/accessibility?again")
    assert "color-contrast" in text
    assert "Gegen keine Regel" not in text
    assert "NVDA 2026.1" in text
    assert "steht noch aus" not in text


def test_the_operator_names_where_to_complain(site: FlaskClient, operator: Path) -> None:
    (operator / "accessibility.de.md").write_text("## Barriere melden\nStelle für Beispiele\n", encoding="utf-8")
    text = main(site, "/de/accessibility")
    assert "Stelle für Beispiele" in text
    assert "Behindertengleichstellungsgesetz" not in text


# ── On every page ────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("lang", languages())
@pytest.mark.parametrize("path", ["map", "region/DED", "data", "nothing-here"])
def test_every_foot_leads_to_them(client: FlaskClient, lang: str, path: str) -> None:
    foot = client.get(f"/{lang}/{path}").text.partition('<footer class="site"')[2]
    for name in ("imprint", "privacy", "accessibility"):
        assert f'href="/{lang}/{name}"' in foot
