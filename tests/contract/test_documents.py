"""What the documents say is so: commands, options, links, coverage, tests, screenshots."""

from __future__ import annotations

import importlib.util
import re
import shutil
import struct
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).resolve().parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")
OUR_FOLDERS = ("docs", "data", "shapes", "etl", "dashboard", "tests", "bench")
DOCUMENTS = sorted([*ROOT.glob("*.md"), *(p for folder in OUR_FOLDERS for p in (ROOT / folder).rglob("*.md"))])
TEST_NAME = re.compile(r"`(tests/[\w/]+\.py)(?:::(\w+))?`")


def name(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def section(title: str, text: str = README) -> str:
    """The text under a heading, up to the next one of the same rank."""
    found = re.search(rf"(?ms)^## {re.escape(title)}\n(.*?)(?=^## |\Z)", text)
    assert found, f"no section '{title}'"
    return found[1]


# ── Links ────────────────────────────────────────────────────────────────────────────────────────────────────────


def anchors(text: str) -> set[str]:
    """The anchors of a document's headings, as forges make them."""
    headings = re.findall(r"(?m)^#+ (.+)$", text)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).strip().replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("path", DOCUMENTS, ids=name)
def test_every_relative_link_leads_somewhere(path: Path) -> None:
    text = re.sub(r"(?ms)^```.*?^```", "", path.read_text(encoding="utf-8"))
    for target in re.findall(r"\]\(([^)\s]+)\)", text):
        if re.match(r"[a-z]+:", target):
            continue
        file, _, anchor = target.partition("#")
        place = (path.parent / file).resolve() if file else path
        assert place.exists(), f"{name(path)} links to {target}"
        assert place.is_relative_to(ROOT), f"{name(path)} links out of the project: {target}"
        if anchor:
            assert anchor in anchors(place.read_text(encoding="utf-8")), f"{name(path)} links to {target}"


@pytest.mark.parametrize("path", DOCUMENTS, ids=name)
def test_every_test_that_a_document_names_exists(path: Path) -> None:
    for file, function in TEST_NAME.findall(path.read_text(encoding="utf-8")):
        if "<" in file:
            continue
        assert (ROOT / file).is_file(), f"{name(path)} names {file}"
        if function:
            source = (ROOT / file).read_text(encoding="utf-8")
            assert re.search(rf"(?m)^def {function}\(", source), f"{name(path)} names {file}::{function}"


def test_the_promises_name_their_tests() -> None:
    """The tables of SECURITY.md and honesty.md would pass the test above if they named none."""
    for document in ("SECURITY.md", "docs/honesty.md"):
        assert len(TEST_NAME.findall((ROOT / document).read_text(encoding="utf-8"))) >= 10, document


# ── Commands ─────────────────────────────────────────────────────────────────────────────────────────────────────


def cli_help(*arguments: str) -> str:
    done = subprocess.run(
        [sys.executable, "-m", "etl", *arguments, "--help"],
        cwd=ROOT,
        env={"COLUMNS": "200"},
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    return done.stdout


def commands() -> list[str]:
    found = re.findall(r"(?m)^    ([a-z]+)(?:  |$)", cli_help())
    assert len(found) >= 10
    return found


@pytest.fixture(scope="module")
def documented() -> dict[str, str]:
    """Command → its line of the README's table."""
    lines = re.findall(r"(?m)^\| `([a-z]+)((?:[^`|]|\\\|)*)` \|", section("The pipeline's commands"))
    return {command: rest for command, rest in lines}


def test_the_readme_lists_exactly_the_commands_there_are(documented: dict[str, str]) -> None:
    assert sorted(documented) == sorted(commands())


@pytest.mark.parametrize("command", commands())
def test_the_readme_shows_every_option_of_a_command(documented: dict[str, str], command: str) -> None:
    """And none that it does not have."""
    options = set(re.findall(r"--[a-z]+", cli_help(command))) - {"--help"}
    assert set(re.findall(r"--[a-z]+", documented[command])) == options


def test_the_exit_codes_are_those_of_the_code() -> None:
    from etl.cli import INTERRUPTED
    from etl.model import Exit

    stated = re.findall(r"(?m)^\| (\d+) \| (\w+)", section("The pipeline's commands"))
    assert sorted(int(code) for code, _ in stated) == sorted([*(int(code) for code in Exit), INTERRUPTED])
    assert {int(code): word for code, word in stated}[Exit.CHECK] == "check"


def test_the_commands_for_everybody_are_in_the_makefile() -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    targets = set(re.findall(r"(?m)^([a-z]+):", makefile))
    named = set(re.findall(r"`?\bmake ([a-z]+)\b", section("Start")))
    assert {"run", "test"} <= named
    assert named <= targets
    phony = re.search(r"\.PHONY: (.+)", makefile)
    assert phony
    assert set(phony[1].split()) <= named, "a target that the README keeps to itself"


def test_ci_runs_the_readmes_test_command() -> None:
    assert (ROOT / ".ci/run").read_text(encoding="utf-8").rstrip().endswith("make test")


def test_the_defaults_of_the_settings_are_those_of_the_code(monkeypatch: pytest.MonkeyPatch) -> None:
    from dashboard.settings import ROOT as BASE
    from dashboard.settings import from_environment

    stated = dict(re.findall(r"(?m)^\| `(ATLAS_\w+)` \| (?:`([^`]*)`|empty) \|", section("Settings")))
    for variable in stated:
        monkeypatch.delenv(variable, raising=False)
    settings = from_environment()
    defaults = {
        "ATLAS_HOST": settings.host,
        "ATLAS_PORT": str(settings.port),
        "ATLAS_DATA": settings.data.relative_to(BASE).as_posix(),
        "ATLAS_BASE_URL": settings.base_url,
        "ATLAS_WORKERS": str(settings.workers),
        "ATLAS_AUDIENCE": settings.audience,
        "ATLAS_EMBED_HOSTS": settings.embed_hosts,
        "ATLAS_LOGO": settings.logo,
        "ATLAS_DECK_TEMPLATE": settings.deck_template,
        "ATLAS_PROXIES": str(settings.proxies),
        "ATLAS_SHARED": settings.shared,
        "ATLAS_SHARED_KEY_FILE": settings.shared_key,
        "ATLAS_RUNTIME": settings.runtime,
        "ATLAS_REQUESTS_A_MINUTE": str(settings.requests),
        "ATLAS_API_A_MINUTE": str(settings.api),
        "ATLAS_EXPORTS_A_MINUTE": str(settings.exports),
        "ATLAS_OPERATOR": str(settings.operator or ""),
        "ATLAS_LOG": settings.log,
    }
    assert len(defaults) == len(settings.__dataclass_fields__)
    assert {variable: stated.get(variable, "missing") for variable in defaults} == defaults


def test_the_parameters_of_the_map_are_those_of_the_code() -> None:
    from dashboard.urls import PARAMETERS

    line = re.search(r"/\{lang\}/map\?([^`]+)`", README)
    assert line
    assert set(re.findall(r"(\w+)=", line[1])) == set(PARAMETERS.values())


def test_the_tree_names_every_folder_of_the_project() -> None:
    block = re.search(r"(?s)```\n(.+?)```", section("Tree"))
    assert block
    stated = set(re.findall(r"(?m)^(\w+)/", block[1]))
    listed = subprocess.run(
        ["git", "-C", str(ROOT), "ls-files"], capture_output=True, text=True, check=False, timeout=60
    ).stdout.split()
    if not listed:
        pytest.skip("this is no git checkout")
    assert {path.split("/")[0] for path in listed if "/" in path and not path.startswith(".")} <= stated
    assert not [folder for folder in stated if not (ROOT / folder).is_dir()]


# ── Figures ──────────────────────────────────────────────────────────────────────────────────────────────────────


def coverage_script() -> ModuleType:
    spec = importlib.util.spec_from_file_location("coverage_of_readme", ROOT / "docs/coverage.py")
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_coverage_table_is_what_the_shipped_figures_give(build: Path, sealed: Path, tmp_path: Path) -> None:
    """Of a copy: this process may have the file open for the dashboard, and DuckDB opens none in two ways."""
    (tmp_path / "builds").mkdir()
    shutil.copy(sealed, tmp_path / "builds")
    shutil.copy(build / "current.json", tmp_path)
    script = coverage_script()
    assert script.written(README) == script.coverage(tmp_path), "run: .venv/bin/python docs/coverage.py --write"


# ── Pictures, citation, licence, packages ────────────────────────────────────────────────────────────────────────


def test_the_screenshots_are_real_pictures_and_small() -> None:
    shown = set(re.findall(r"docs/screenshots/([\w-]+\.png)", README))
    there = {path.name: path for path in (ROOT / "docs/screenshots").glob("*")}
    assert len(shown) >= 4
    assert shown == set(there), "every picture is shown, every shown one is there"
    for path in there.values():
        data = path.read_bytes()
        assert data.startswith(b"\x89PNG\r\n\x1a\n"), path.name
        assert len(data) < 300_000, path.name
        width, _ = struct.unpack(">II", data[16:24])
        assert width >= 390, path.name


def test_the_citation_has_what_the_format_asks_for() -> None:
    """No YAML reader is installed (TOML, not YAML): the required keys and their shape, line by line."""
    text = (ROOT / "CITATION.cff").read_text(encoding="utf-8")
    assert "\t" not in text
    keys = dict(re.findall(r"(?m)^([a-z-]+):[ ]?(.*)$", text))
    assert keys["cff-version"] == "1.2.0"
    assert keys["type"] == "software"
    assert keys["message"].startswith('"')
    assert keys["message"].endswith('"')
    assert keys["title"].startswith('"')
    assert re.search(r'(?m)^authors:\n  - name: ".+"$', text)
    assert re.fullmatch(r"\d{4}-\d\d-\d\d", keys["date-released"])
    assert re.fullmatch(r"[\w.-]+", keys["license"])
    for line in text.splitlines():
        assert re.fullmatch(r"(  )*(- )?[a-z-]+:( .+)?|  .+|", line), line


def test_version_and_licence_are_the_same_everywhere() -> None:
    import tomllib

    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    citation = (ROOT / "CITATION.cff").read_text(encoding="utf-8")
    assert f"version: {project['version']}\n" in citation
    assert f"license: {project['license']}\n" in citation
    assert f"## [{project['version']}] - " in (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    licence = (ROOT / "LICENSE").read_text(encoding="utf-8")
    assert licence.startswith(f"{project['license']} License")
    assert "The Regional AI Atlas contributors" in licence


@pytest.mark.parametrize("lock", ["run", "test"])
def test_every_locked_package_has_a_hash(lock: str) -> None:
    text = (ROOT / f"lock/{lock}.txt").read_text(encoding="utf-8").replace("\\\n", " ")
    packages = [line for line in text.splitlines() if line and not line.startswith(("#", " "))]
    assert len(packages) > 20
    assert not [line[:60] for line in packages if not re.match(r"[\w.-]+==[^ ]+ .*--hash=sha256:[0-9a-f]{64}", line)]
    assert "--require-hashes" in (ROOT / "Makefile").read_text(encoding="utf-8")
