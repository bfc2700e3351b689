"""Rules that every file of the dashboard keeps, and those that both packages share, read from the files themselves."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from etl import catalogue

REPOSITORY = Path(__file__).parents[2]
DASHBOARD = sorted((REPOSITORY / "dashboard").rglob("*.py"))
BOTH = [*DASHBOARD, *sorted((REPOSITORY / "etl").rglob("*.py"))]
SCRIPTS = sorted((REPOSITORY / "dashboard" / "assets").glob("*.js"))
RUN = {"execute", "executemany", "sql", "query"}
LINES, FUNCTION_LINES = 400, 60


def name(path: Path) -> str:
    return path.relative_to(REPOSITORY).as_posix()


def imports(path: Path) -> set[str]:
    """The first part of every module a file imports, wherever in it."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            found.add(node.module.split(".")[0])
        elif isinstance(node, ast.ImportFrom) and node.level:
            found.add("(relative)")
    return found


@pytest.mark.parametrize("path", DASHBOARD, ids=name)
def test_the_dashboard_never_imports_the_etl_nor_the_network_nor_geometry(path: Path) -> None:
    forbidden = {"etl", "httpx", "urllib3", "requests", "socket", "geopandas", "shapely", "pyreadr", "(relative)"}
    if name(path) != "dashboard/desk/oidc.py":  # it asks the provider that people sign in with
        forbidden |= {"authlib"}
    if name(path) == "dashboard/serving.py":  # it listens
        forbidden -= {"socket"}
    if name(path) != "dashboard/digest/post.py":  # it hands mails in
        forbidden |= {"smtplib"}
    assert not imports(path) & forbidden
    assert "urllib.request" not in path.read_text(encoding="utf-8")


def test_only_the_store_opens_duckdb() -> None:
    assert [name(path) for path in DASHBOARD if "duckdb" in imports(path)] == ["dashboard/store.py"]


def test_nobody_imports_by_text() -> None:
    """importlib with a name from outside could bring in anything; only pages and their slides are found by file."""
    users = {name(path) for path in DASHBOARD if "importlib" in imports(path)}
    assert users == {"dashboard/pages/__init__.py", "dashboard/deck/of/__init__.py"}
    assert not [
        name(path) for path in BOTH if re.search(r"(?<![\w.])(__import__|eval|exec)\(", path.read_text("utf-8"))
    ]


# ── No SQL by string building ────────────────────────────────────────────────────────────────────────────────────


def glued(node: ast.expr) -> bool:
    """Whether an expression glues text anywhere: f-string with values, +, %, .format, .join, .replace, Template."""
    for part in ast.walk(node):
        if isinstance(part, ast.JoinedStr) and any(isinstance(v, ast.FormattedValue) for v in part.values):
            return True
        if isinstance(part, ast.BinOp) and isinstance(part.op, ast.Add | ast.Mod):
            return True
        method = part.func.attr if isinstance(part, ast.Call) and isinstance(part.func, ast.Attribute) else ""
        if method in {"format", "format_map", "join", "replace", "substitute", "safe_substitute"}:
            return True
    return False


def assignments(tree: ast.AST) -> dict[str, list[ast.expr]]:
    """name → every expression it is given somewhere in the file."""
    found: dict[str, list[ast.expr]] = {}
    for node in ast.walk(tree):
        targets = node.targets if isinstance(node, ast.Assign) else [getattr(node, "target", None)]
        value = getattr(node, "value", None)
        if isinstance(node, ast.AugAssign) and isinstance(node.target, ast.Name):
            value = ast.BinOp(node.target, node.op, node.value)
        for target in targets:
            if isinstance(target, ast.Name) and value is not None:
                found.setdefault(target.id, []).append(value)
    return found


def statements(tree: ast.AST) -> Iterator[tuple[int, ast.expr]]:
    """(line, expression) of all that is run as SQL: the argument itself, or what a name it uses was given."""
    given = assignments(tree)
    for node in ast.walk(tree):
        if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in RUN):
            continue
        for argument in [*node.args[:1], *(k.value for k in node.keywords if k.arg in ("query", "sql"))]:
            yield node.lineno, argument
            names = {part.id for part in ast.walk(argument) if isinstance(part, ast.Name)}
            yield from ((node.lineno, value) for each in names for value in given.get(each, []))


@pytest.mark.parametrize("path", BOTH, ids=name)
def test_no_sql_by_string_building(path: Path) -> None:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    # Geometry trees have a `query` of their own; what they are asked is no text.
    lines = [line for line, node in statements(tree) if glued(node)] if "duckdb" in imports(path) else []
    assert not lines, f"{name(path)}: SQL is glued together in line {lines}"


@pytest.mark.parametrize(
    "text",
    [
        'c.execute(f"select {x}")',
        'c.sql("select " + x)',
        'c.sql("select %s" % x)',
        'c.execute("select {}".format(x))',
        'c.sql(" ".join(parts))',
        'q = "select " + x\nc.sql(q)',
        'q = "select "\nq += x\nc.execute(q)',
        'c.execute(query=f"select {x}")',
        'c.sql(sql("a").replace("x", y))',
    ],
)
def test_the_rule_against_string_building_sees_it(text: str) -> None:
    assert any(glued(node) for _, node in statements(ast.parse(text)))


def test_the_rule_lets_files_and_bound_values_pass() -> None:
    text = 'c.execute(path.read_text(), {"depth": d})\nc.sql(sql(query), params=v)\nc.execute("select 1")'
    assert not any(glued(node) for _, node in statements(ast.parse(text)))


def test_every_value_in_the_dashboards_sql_is_bound() -> None:
    """The .sql files hold `$name` where a value belongs; none holds a place for text to be put in."""
    files = sorted((REPOSITORY / "dashboard" / "queries").glob("*.sql"))
    assert len(files) >= 10
    for path in files:
        text = path.read_text(encoding="utf-8")
        assert not re.search(r"\{|%s|%\(|\?", text), path.name
        assert re.search(r"(?im)^select\b", text), path.name


# ── Nothing about single indicators, sources or regions in the code ──────────────────────────────────────────────


def codes_and_ids() -> dict[str, set[str]]:
    found = catalogue.load()
    regions = (REPOSITORY / "etl" / "regions" / "regions.csv").read_text(encoding="utf-8").splitlines()[1:]
    codes = {line.split(",")[0].strip('"') for line in regions}
    return {
        "indicator": set(found.indicators),
        "source": set(found.sources),
        "region": {code for code in codes if code not in ("DE", "FR")},
    }


@pytest.mark.parametrize(
    "path", [*DASHBOARD, *SCRIPTS, *(REPOSITORY / "dashboard" / "queries").glob("*.sql")], ids=name
)
def test_no_indicator_source_or_region_is_named_in_the_code(path: Path) -> None:
    """What differs between indicators is data; a region that needs its own branch is a rule nobody wrote down."""
    text, known = path.read_text(encoding="utf-8"), codes_and_ids()
    assert len(known["region"]) > 590
    if path.suffix == ".py":
        tree = ast.parse(text)
        docs = {ast.get_docstring(node, clean=False) for node in ast.walk(tree) if hasattr(node, "body")
                and isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef)}  # fmt: skip
        nodes = (node.value for node in ast.walk(tree) if isinstance(node, ast.Constant))
        literals = [value for value in nodes if isinstance(value, str) and value not in docs]
    else:
        code = re.sub(r"(?m)^\s*(//|--).*$|/\*.*?\*/", "", text, flags=re.S) if path.suffix == ".js" else text
        literals = [part[1:-1] for part in re.findall(r"\"[^\"\n]*\"|'[^'\n]*'|`[^`]*`", code)]
    for literal in literals:
        tokens = set(re.findall(r"[A-Za-z0-9_]+", literal))
        for kind, ids in known.items():
            assert not tokens & ids, f"{name(path)} names the {kind} {tokens & ids} in {literal[:80]!r}"


# ── Readable ─────────────────────────────────────────────────────────────────────────────────────────────────────


def own_files() -> list[Path]:
    found = [p for folder in ("etl", "dashboard", "tests", "bench") for e in ("py", "js", "sql")
             for p in (REPOSITORY / folder).rglob(f"*.{e}")]  # fmt: skip
    return sorted(p for p in found if "vendor" not in p.parts and ".compressed" not in p.parts)


def test_no_file_is_too_long_to_read() -> None:
    long = {name(p): n for p in own_files() if (n := p.read_text(encoding="utf-8").count("\n")) > LINES}
    assert not long, f"over {LINES} lines: is there a second thing in them?"


def test_no_function_is_too_long_to_read() -> None:
    long = {}
    for path in BOTH:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.FunctionDef) and (n := (node.end_lineno or 0) - node.lineno + 1) > FUNCTION_LINES:
                long[f"{name(path)}:{node.name}"] = n
    assert not long


def test_every_public_thing_of_the_dashboard_says_what_it_is() -> None:
    silent = []
    for path in DASHBOARD:
        tree = ast.parse(path.read_text(encoding="utf-8"))
        if path.read_text(encoding="utf-8") and not ast.get_docstring(tree):
            silent.append(name(path))
        for node in tree.body:
            if isinstance(node, ast.FunctionDef | ast.ClassDef) and not node.name.startswith("_"):
                silent += [f"{name(path)}:{node.name}"] * (not ast.get_docstring(node))
    assert not silent
