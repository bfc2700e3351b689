"""Rules that every file of the ETL keeps, read from the files themselves."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

from etl import catalogue
from etl.check import FOLDER as CHECKS
from etl.model import LANGUAGES

REPOSITORY = Path(__file__).parents[2]
MODULES = sorted((REPOSITORY / "etl").rglob("*.py"))
#: Modules that open a DuckDB build; the others leave the engine alone.
ENGINE = {
    *("load.py", "check.py", "identity.py", "reuse.py", "publish.py", "manifest.py", "history.py", "coverage.py"),
    *("diff.py", "release.py", "cli.py", "interruption.py", "changes.py"),
    # The engine of `aggregate`, which never sees a build.
    "engines.py",
}
EXECUTE = {"execute", "executemany", "sql", "query"}


def imports(path: Path) -> set[str]:
    """The names of all modules a file imports, wherever in it."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found.add(node.module)
    return found


@pytest.mark.parametrize("path", MODULES, ids=lambda path: path.name)
def test_etl_never_imports_the_dashboard_nor_its_libraries(path: Path) -> None:
    assert not {name.split(".")[0] for name in imports(path)} & {"dashboard", "dash", "plotly", "flask"}


def test_only_the_named_modules_open_duckdb_and_only_the_fetcher_the_network() -> None:
    assert {path.name for path in MODULES if "duckdb" in imports(path)} <= ENGINE
    networked = {path.name for path in MODULES if {"httpx", "urllib.request", "requests", "socket"} & imports(path)}
    assert networked == {"http.py", "download.py"}


def built(node: ast.expr) -> bool:
    """Whether an expression glues text: f-string, +, %, .format, .join, .replace."""
    if isinstance(node, ast.JoinedStr | ast.BinOp):
        return True
    is_call = isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)
    return is_call and node.func.attr in {"format", "join", "replace", "format_map"}  # type: ignore[attr-defined]


@pytest.mark.parametrize("path", MODULES, ids=lambda path: path.name)
def test_no_sql_by_string_building(path: Path) -> None:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if (
            isinstance(node, ast.Call)
            and isinstance(node.func, ast.Attribute)
            and node.func.attr in EXECUTE
            and node.args
        ):
            assert not built(node.args[0]), f"{path.name}:{node.lineno}"


def test_the_rule_against_string_building_sees_it() -> None:
    for text in ('f"select {x}"', '"select " + x', '"select %s" % x', '"select {}".format(x)'):
        assert built(ast.parse(text, mode="eval").body)
    assert not built(ast.parse('"select 1"', mode="eval").body)


def test_transforms_and_checks_have_no_clock_and_no_chance() -> None:
    """Same inputs, same content: nothing in the SQL may depend on when or how often it runs."""
    files = [*(REPOSITORY / "etl" / "transform").glob("*.sql"), *CHECKS.glob("*.sql")]
    assert len(files) > 10
    for path in files:
        text = re.sub(r"--.*", "", path.read_text(encoding="utf-8")).lower()
        assert not re.search(r"\b(now|current_date|current_timestamp|today|random|uuid|gen_random_uuid)\b", text), (
            path.name
        )


def test_no_transform_or_check_names_an_indicator_or_a_source() -> None:
    """What differs between indicators is data, never SQL."""
    found = catalogue.load()
    for path in [*(REPOSITORY / "etl" / "transform").glob("*.sql"), *CHECKS.glob("*.sql")]:
        text = path.read_text(encoding="utf-8")
        assert not [id_ for id_ in (*found.indicators, *found.sources) if id_ in text], path.name


def test_every_check_says_what_is_wrong_and_what_to_do() -> None:
    for path in CHECKS.glob("*.sql"):
        first = path.read_text(encoding="utf-8").partition("\n")[0]
        assert re.fullmatch(r"-- [A-Z].+\. Remedy: .+\.|-- [A-Z].+\. Remedy: .+", first), path.name


def test_modules_stay_readable() -> None:
    """Files under 400 lines; every module says what it is for."""
    for path in MODULES:
        text = path.read_text(encoding="utf-8")
        assert text.count("\n") < 400, path.name
        assert not text or ast.get_docstring(ast.parse(text)), path.name


# ── The real catalogue ───────────────────────────────────────────────────────────────────────────────────────────


def test_the_catalogue_is_complete_in_three_languages() -> None:
    found = catalogue.load()
    assert len(found.indicators) >= 20
    assert {indicator.theme for indicator in found.indicators.values()} == {
        "adoption",
        "jobs",
        "funding",
        "research",
        "context",
    }
    for indicator in found.indicators.values():
        assert set(indicator.words) == set(LANGUAGES)
        texts = [indicator.words[lang].definition for lang in LANGUAGES]
        assert len(set(texts)) == 3, f"{indicator.id}: two languages have the same definition"


def test_every_source_is_used_and_every_id_begins_with_its_theme() -> None:
    found = catalogue.load()
    used = {indicator.source for indicator in found.indicators.values() if indicator.source}
    assert used == set(found.sources)
    for indicator in found.indicators.values():
        assert indicator.id.startswith(f"{indicator.theme}_"), indicator.id
