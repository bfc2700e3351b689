"""docs/add-a-source.md and docs/add-a-page.md, followed to the letter in a copy of the project."""

from __future__ import annotations

import ast
import json
import re
import shlex
from dataclasses import dataclass
from pathlib import Path

import duckdb
import httpx
import pytest
from checkout import ROOT, copy_project, in_project
from serving import serving

SOURCE = (ROOT / "docs/add-a-source.md").read_text(encoding="utf-8")
#: A fenced block, the path in bold above it, if any, and what stands behind the path.
BLOCK = re.compile(r"(?m)^(?:\*\*(?P<path>[^*\n]+)\*\*(?P<how>[^\n]*)\n)?```(?P<kind>\w*)\n(?P<text>(?:.*\n)*?)```$")


@dataclass(frozen=True)
class Step:
    """A file to write (path), commands to run (sh), or lines that the commands before must have said (text)."""

    kind: str
    text: str
    path: str
    how: str


def steps(document: str) -> list[Step]:
    found = [Step(m["kind"], m["text"], m["path"] or "", m["how"] or "") for m in BLOCK.finditer(document)]
    assert len(found) * 2 == len(re.findall(r"(?m)^```", document)), "a fence that the test does not understand"
    for step in found:
        assert step.path or step.kind in ("sh", "text"), f"nobody says where this goes:\n{step.text}"
    return found


def replaced(module: str, block: str) -> str:
    """The module with the names that the block assigns assigned as there; each must stand in it already."""

    def assigned(node: ast.stmt) -> str:
        target = (
            node.targets[0]
            if isinstance(node, ast.Assign)
            else node.target
            if isinstance(node, ast.AnnAssign)
            else None
        )
        return target.id if isinstance(target, ast.Name) else ""

    new = {assigned(node): ast.get_source_segment(block, node) or "" for node in ast.parse(block).body}
    old = {assigned(node): ast.get_source_segment(module, node) or "" for node in ast.parse(module).body}
    assert "" not in new
    assert set(new) <= set(old), f"{set(new) - set(old)} stand not in the file that is to be filled in"
    for name, text in new.items():
        assert module.count(old[name]) == 1
        module = module.replace(old[name], text)
    return module


def write(folder: Path, step: Step) -> None:
    path = folder / step.path
    if "in place of" in step.how:
        path.write_text(replaced(path.read_text(encoding="utf-8"), step.text), encoding="utf-8")
    else:
        assert step.how == "", step.how
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(step.text, encoding="utf-8")


def run(folder: Path, line: str) -> str:
    """What a command line says; one that ends in '# fails' must fail, one with '# open …' serves that address."""
    command, _, comment = (part.strip() for part in line.partition("  # "))
    if address := re.fullmatch(r"open http://127\.0\.0\.1:8050(/\S+)", comment):
        return opened(folder, command, address[1])
    done = in_project(folder, command)
    said = done.stdout + done.stderr
    assert comment in ("", "fails"), f"a comment that the test does not understand: {comment}"
    assert (done.returncode != 0) == (comment == "fails"), f"{line}\n{said}"
    return said


def opened(folder: Path, command: str, address: str) -> str:
    """The page at the address, without its tags, from the server that the command starts."""
    setting, *words = shlex.split(command)
    assert words == [".venv/bin/python", "-m", "dashboard"]
    name, _, value = setting.partition("=")
    assert name == "ATLAS_DATA"
    with serving(folder / value, folder / "server.log", folder) as at:
        answer = httpx.get(at + address, timeout=30)
    assert answer.status_code == 200
    return re.sub(r"<script.*?</script>|<[^>]+>", " ", answer.text, flags=re.S)


def follow(folder: Path, document: str) -> None:
    """Do every step in its order."""
    said = ""
    for step in steps(document):
        if step.path:
            write(folder, step)
        elif step.kind == "sh":
            said = "\n".join(run(folder, line) for line in step.text.splitlines())
        else:
            plain = " ".join(said.split())
            for line in step.text.splitlines():
                assert " ".join(line.split()) in plain, f"the page promises:\n{line}\nbut this was said:\n{said}"


@pytest.fixture(scope="module")
def followed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the project in which docs/add-a-source.md was followed from its first line to its last."""
    folder = copy_project(tmp_path_factory.mktemp("followed"))
    follow(folder, SOURCE)
    return folder


def test_following_the_page_ends_in_a_build_with_the_new_figures(followed: Path) -> None:
    """The same figures as those of the delivery, cell by cell."""
    delivered = next(step.text for step in steps(SOURCE) if step.path.endswith("laender.csv")).splitlines()[1:]
    cells = {row[0]: (float(row[2]), row[3]) for row in (line.split(",") for line in delivered)}
    data = followed / "build/try"
    pointer = json.loads((data / "current.json").read_text(encoding="utf-8"))
    connection = duckdb.connect(str(data / pointer["file"]), read_only=True)
    built = connection.execute(
        "select region, value, status from observation where source = 'eurostat_gdp_laender' and value is not null"
    ).fetchall()
    connection.close()
    assert {region: (value, status) for region, value, status in built} == cells
    assert len(cells) == 17


def test_its_figures_are_those_that_the_atlas_has_from_the_whole_table(followed: Path) -> None:
    """The page says that its numbers are real: they are in the shipped figures."""
    import polars as pl

    shipped = pl.read_parquet(ROOT / "data/figures/eurostat_gdp.parquet").filter(
        indicator="context_gdp_mio_eur", period="2022"
    )
    ours = pl.read_parquet(followed / "build/try/figures/eurostat_gdp_laender.parquet")
    both = ours.join(shipped, on="region", how="left")
    assert both.height == 17
    assert both["value"].to_list() == pytest.approx(both["value_right"].to_list())
    assert both["status"].to_list() == both["status_right"].to_list()


def test_following_the_page_on_pages_ends_in_a_page(followed: Path) -> None:
    """Its last step is the test that `etl new` wrote, on the build of the source that was added before."""
    (followed / "data").symlink_to("build/try")
    follow(followed, (ROOT / "docs/add-a-page.md").read_text(encoding="utf-8"))
    assert (followed / "dashboard/pages/hello.py").is_file()


def test_a_language_is_one_file_that_speaks_over_the_english_of_the_build(followed: Path) -> None:
    """As docs/add-a-language.md says, on the server: title, local names, English where it lacks words."""
    locales = followed / "dashboard/locales"
    words = '\nmsgid "Gross domestic product of the Länder"\nmsgstr "Prodotto interno lordo dei Länder"\n'
    text = (locales / "fr.po").read_text(encoding="utf-8") + words
    (locales / "it.po").write_text(text.replace("Language: fr", "Language: it"), encoding="utf-8")
    serve = "ATLAS_DATA=build/try .venv/bin/python -m dashboard  # open http://127.0.0.1:8050"
    said = " ".join(run(followed, f"{serve}/it/map?indicator=context_gdp_laender_mio_eur").split())
    assert "Prodotto interno lordo dei Länder, 2022" in said
    assert "Bayern (717.399" in said
    assert "This example has Germany only." in said


def test_the_project_itself_was_not_written_to(followed: Path) -> None:
    made = [step.path for step in steps(SOURCE) if step.path]
    assert len(made) == 5
    assert all((followed / path).is_file() for path in made)
    assert not [path for path in made if (ROOT / path).exists()]


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("etl new source eurostat_gdp_laender", "etl new source eurostat_gdp_länder"),
        ("ROWS = 17", "ROWS = 16"),
        ("TABLE = ", "TABEL = "),
        ("test_eurostat_gdp_laender.py  # fails", "test_eurostat_gdp_laender.py"),
    ],
)
def test_a_wrong_step_is_noticed(tmp_path: Path, old: str, new: str) -> None:
    """Up to the first build; what follows is as literal."""
    beginning = SOURCE.partition("## 5.")[0]
    assert old in beginning
    with pytest.raises(AssertionError):
        follow(copy_project(tmp_path), beginning.replace(old, new, 1))
