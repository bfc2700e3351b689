"""The documentation as a site: it builds without a warning, holds together, and asks no other host for anything."""

from __future__ import annotations

import importlib.util
import re
import subprocess
import sys
from html.parser import HTMLParser
from pathlib import Path
from types import ModuleType
from urllib.parse import unquote, urldefrag

import pytest

ROOT = Path(__file__).parents[2]
#: What a browser loads by itself: (tag, attribute). A link that a reader follows is none.
LOADS = {
    *(("script", "src"), ("img", "src"), ("img", "srcset"), ("iframe", "src"), ("source", "src"), ("source", "srcset")),
    *(("audio", "src"), ("video", "src"), ("video", "poster"), ("embed", "src"), ("object", "data"), ("input", "src")),
    *(("link", "href"), ("use", "href"), ("image", "href"), ("form", "action"), ("base", "href")),
}
FOREIGN = re.compile(r"\s*(?:[a-z][a-z0-9+.-]*:)?//", re.I)


def build(source: Path, out: Path) -> subprocess.CompletedProcess[str]:
    """As `make docs` does."""
    command = re.search(r"(?m)^\t\$\(BIN\)/python (-m sphinx .*)$", (ROOT / "Makefile").read_text(encoding="utf-8"))
    assert command, "the Makefile has no `make docs`"
    places = {"build/docs": str(out), "build/docs-cache": str(out.with_name(out.name + "-cache"))}
    return subprocess.run(
        [sys.executable, *[places.get(part, part) for part in command[1].split()]],
        cwd=source,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The built site."""
    out = tmp_path_factory.mktemp("site") / "docs"
    done = build(ROOT, out)
    assert done.returncode == 0, done.stderr[-4000:]
    assert done.stderr == ""
    return out


class Seen(HTMLParser):
    """Everything a page loads, links to and can be linked at, and the text of its style elements and attributes."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.loads: list[str] = []
        self.links: list[str] = []
        self.ids: set[str] = set()
        self.styles: list[str] = []
        self._style = False
        self.feed(text)

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        self._style = tag == "style"
        for name, value in attributes:
            if (tag, name) in LOADS:
                self.loads.append(value or "")
            elif (tag, name) == ("a", "href"):
                self.links.append(value or "")
            elif name in ("id", "name"):
                self.ids.add(value or "")
            elif name == "style":
                self.styles.append(value or "")

    def handle_data(self, data: str) -> None:
        if self._style:
            self.styles.append(data)


def foreign_styles(text: str) -> list[str]:
    """The addresses on other hosts that a style sheet loads: url(…) and @import."""
    text = re.sub(r"/\*.*?\*/", "", text, flags=re.S)
    found = re.findall(r"url\(\s*[\"']?([^\"')]+)", text) + re.findall(r"@import\s+[\"']([^\"']+)", text)
    return [address for address in found if FOREIGN.match(address)]


def foreign_scripts(text: str) -> list[str]:
    """The quoted addresses in a script, but not the names of XML namespaces, which nothing is loaded from."""
    found = re.findall(r"[\"'`]((?:https?:)?//[^\"'`\s]+)", text)
    return [
        address for address in found if not re.match(r"http://www\.w3\.org/(2000/svg|1999/xhtml|1999/xlink)$", address)
    ]


def test_every_document_of_the_project_is_a_page(site: Path) -> None:
    documents = {path.relative_to(ROOT).with_suffix(".html").as_posix() for path in (ROOT / "docs").glob("*.md")}
    documents |= {path.with_suffix(".html").name for path in ROOT.glob("*.md")}
    assert len(documents) > 15
    assert not [name for name in documents if not (site / name).is_file()]
    assert 'url=docs/index.html"' in (site / "index.html").read_text(encoding="utf-8")


def test_no_page_style_or_script_loads_anything_from_another_host(site: Path) -> None:
    checked = {".html": 0, ".css": 0, ".js": 0, ".svg": 0}
    for path in (path for path in site.rglob("*") if path.suffix in checked):
        checked[path.suffix] += 1
        text = path.read_text(encoding="utf-8")
        if path.suffix in (".html", ".svg"):
            seen = Seen(text)
            foreign = [load for load in seen.loads if FOREIGN.match(load)]
            foreign += [address for style in seen.styles for address in foreign_styles(style)]
            scripts = re.findall(r"(?s)<script(?![^>]*\ssrc=)[^>]*>(.*?)</script>", text)
            foreign += [address for script in scripts for address in foreign_scripts(script)]
        else:
            foreign = foreign_styles(text) if path.suffix == ".css" else foreign_scripts(text)
        assert not foreign, f"{path.relative_to(site)} loads {foreign}"
    assert checked[".html"] > 20
    assert checked[".css"] >= 3
    assert checked[".js"] >= 3


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        (foreign_styles, "a { background: url('https://fonts.example/a.woff2') }"),
        (foreign_styles, '@import "//cdn.example/a.css";'),
        (foreign_scripts, 'import("https://cdn.example/mathjax.js")'),
        (foreign_scripts, 's.src = "//cdn.example/x.js"'),
    ],
)
def test_the_rule_against_other_hosts_sees_them(kind: object, text: str) -> None:
    assert kind(text)  # type: ignore[operator]
    assert FOREIGN.match(Seen('<script src="//cdn.example/x.js"></script>').loads[0])


def test_every_link_within_the_site_leads_to_a_page_and_a_place_on_it(site: Path) -> None:
    pages = {path: Seen(path.read_text(encoding="utf-8")) for path in site.rglob("*.html")}
    followed = 0
    for path, seen in pages.items():
        for link in seen.links:
            address, anchor = urldefrag(link)
            if re.match(r"[a-z]+:", address):
                continue
            target = (path.parent / unquote(address)).resolve() if address else path
            assert target.exists(), f"{path.relative_to(site)} links to {link}"
            if anchor and target in pages:
                assert unquote(anchor) in pages[target].ids, f"{path.relative_to(site)} links to {link}"
            followed += 1
    assert followed > 500


def test_a_broken_link_stops_the_build(tmp_path: Path) -> None:
    """The strictness itself: the same command on two pages, one of which links to nothing."""
    (tmp_path / "docs").mkdir()
    (tmp_path / "pyproject.toml").write_bytes((ROOT / "pyproject.toml").read_bytes())
    (tmp_path / "docs/conf.py").write_bytes((ROOT / "docs/conf.py").read_bytes())
    (tmp_path / "docs/templates").symlink_to(ROOT / "docs/templates")
    index = "# Index\n\n```{toctree}\nother\n```\n"
    (tmp_path / "docs/index.md").write_text(index, encoding="utf-8")
    (tmp_path / "docs/other.md").write_text("# Other\n[fine](index.md#index)\n", encoding="utf-8")
    done = build(tmp_path, tmp_path / "fine")
    assert done.returncode == 0, done.stderr
    for broken in ("[gone](gone.md)", "[gone](index.md#gone)", "![gone](gone.png)"):
        (tmp_path / "docs/other.md").write_text(f"# Other\n{broken}\n", encoding="utf-8")
        done = build(tmp_path, tmp_path / "broken")
        assert done.returncode != 0, broken
        assert "other.md:2" in done.stderr
    (tmp_path / "docs/other.md").write_text("# Other\n", encoding="utf-8")
    (tmp_path / "docs/lost.md").write_text("# Nobody links to me\n", encoding="utf-8")
    assert "isn't included in any toctree" in build(tmp_path, tmp_path / "lost").stderr


# ── What is made from the code ───────────────────────────────────────────────────────────────────────────────────


@pytest.fixture(scope="module")
def reference() -> ModuleType:
    """docs/reference.py as a module."""
    spec = importlib.util.spec_from_file_location("reference_of_docs", ROOT / "docs/reference.py")
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_commands_and_settings_are_those_of_the_code(reference: ModuleType) -> None:
    pages = reference.pages()
    assert {path.name for path in pages} == {"reference-cli.md", "reference-settings.md", "README.md"}
    for path, text in pages.items():
        stated = path.read_text(encoding="utf-8")
        assert stated == text, f"{path.name} is out of date; run: .venv/bin/python docs/reference.py --write"


def test_the_reference_has_every_option_of_the_help_and_no_other(
    reference: ModuleType, capsys: pytest.CaptureFixture[str]
) -> None:
    """Against the text that `--help` prints, which argparse makes on its own."""
    from etl.cli import command_line

    sections = dict(re.findall(r"(?ms)^## (\w+)\n(.*?)(?=^## |\Z)", reference.commands()))
    parser = command_line()
    assert set(sections) == set(re.findall(r"(?m)^    ([a-z]+)(?:  |$)", parser.format_help()))
    for name, text in sections.items():
        with pytest.raises(SystemExit):
            parser.parse_args([name, "--help"])
        helped = capsys.readouterr().out
        assert set(re.findall(r"--[a-z]+", text)) == set(re.findall(r"--[a-z]+", helped)) - {"--help"}
        assert not re.search(r"(?m)^\| `[^`]+` \|  \|$", text), f"{name}: an argument without a word of help"


def test_every_variable_that_the_code_reads_is_in_the_settings(reference: ModuleType) -> None:
    code = "".join(
        path.read_text(encoding="utf-8") for part in ("etl", "dashboard") for path in (ROOT / part).rglob("*.py")
    )
    used = set(re.findall(r"\bATLAS_[A-Z]+(?:_[A-Z]+)*\b", code))
    assert used == set(re.findall(r"(?m)^\| `(ATLAS_\w+)`", reference.settings()))
