"""The reference pages of the documentation and the README's table of settings, from the code.

`python docs/reference.py` prints the pages, `python docs/reference.py --write` puts them into docs/ and README.md.
tests/docs/test_docs_site.py compares them.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterable, Mapping
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
# As a script its own folder is on the path, not the project.
sys.path.insert(0, str(ROOT))

from dashboard.desk import config  # noqa: E402
from dashboard.digest import config as mail  # noqa: E402
from dashboard.settings import VARIABLES  # noqa: E402
from etl.catalogue import load  # noqa: E402
from etl.cli import command_line  # noqa: E402
from etl.settings import SETTINGS, needed_by  # noqa: E402

README = ROOT / "README.md"
START, END = "<!-- settings: python docs/reference.py --write -->\n", "<!-- /settings -->"
_MADE = "<!-- Made by docs/reference.py --write. -->\n"


def commands() -> str:
    """docs/reference-cli.md: every command with its arguments, as `--help` has them."""
    parser = command_line()
    subparsers = next(a for a in parser._actions if isinstance(a, argparse._SubParsersAction))
    text = f"# Commands\n{_MADE}`.venv/bin/{parser.prog} COMMAND`. {parser.description}\n\n{parser.epilog}\n"
    text += "What each exit code means, and what to do: [README](../README.md#the-pipelines-commands).\n"
    for name, command in subparsers.choices.items():
        text += f"\n## {name}\n{_sentence(command.description)}\n\n```\n{parser.prog} {_usage(name, command)}\n```\n"
        rows = [(f"`{_spelled(a)}`", _help(a)) for a in _arguments(command)]
        text += ("\n" + _table(("argument", "meaning"), rows)) if rows else ""
    return text


def settings() -> str:
    """docs/reference-settings.md: the variables of both packages, and what single sources need to be fetched."""
    rows = []
    for id_, module in load().sources.items():
        for name in needed_by(module.source):
            rows.append((f"`{name}`", f"`{id_}`", module.source.title["en"]))
    text = f"# Settings\n{_MADE}From the environment; an empty one counts as not set.\n"
    text += "Secrets have no default: [the desk](desk.md).\n\n"
    text += settings_table() + "\n## Accounts\n"
    text += "Sources that `fetch` passes by as long as these are not set. They are in no file, message or log.\n\n"
    text += _table(("variable", "source", "publication"), rows)
    return text + (
        "\n## Proxies and certificates\n"
        "`HTTP_PROXY`, `HTTPS_PROXY`, `NO_PROXY`, `SSL_CERT_FILE` and `SSL_CERT_DIR` hold for `fetch`, as everywhere.\n"
    )


def settings_table() -> str:
    """One line per variable that the operator may set: the dashboard's first, then the pipeline's."""
    found: dict[str, tuple[str, str]] = {**VARIABLES, **config.VARIABLES, **mail.VARIABLES}
    found |= {setting.name: (setting.default, setting.meaning) for setting in SETTINGS}
    rows = [(f"`{name}`", f"`{default}`" if default else "empty", text) for name, (default, text) in found.items()]
    return _table(("variable", "default", "meaning"), rows)


def written(readme: str) -> str:
    """The table that stands in the README; raises ValueError where its marks are gone."""
    before, mark, rest = readme.partition(START)
    table, end, _ = rest.partition(END)
    if not (before and mark and end):
        raise ValueError(f"{README.name} has lost the marks around the table of settings")
    return table


def pages() -> Mapping[Path, str]:
    """What each file made here must hold, whole."""
    readme = README.read_text(encoding="utf-8")
    return {
        ROOT / "docs/reference-cli.md": commands(),
        ROOT / "docs/reference-settings.md": settings(),
        README: readme.replace(START + written(readme) + END, START + settings_table() + END),
    }


# argparse has no public way to ask a parser what it takes; the text of --help is wrapped otherwise in every Python.
def _arguments(command: argparse.ArgumentParser) -> list[argparse.Action]:
    return [action for action in command._actions if not isinstance(action, argparse._HelpAction)]


def _spelled(action: argparse.Action) -> str:
    value = action.metavar if isinstance(action.metavar, str) else action.dest.upper()
    if action.choices:
        value = "|".join(map(str, action.choices))
    if not action.option_strings:
        return value
    return action.option_strings[-1] + ("" if action.nargs == 0 else f" {value}")


def _usage(name: str, command: argparse.ArgumentParser) -> str:
    parts = [name]
    for action in _arguments(command):
        many = " …" if action.nargs == "*" or isinstance(action, argparse._AppendAction) else ""
        needed = action.required and action.nargs not in ("?", "*")
        parts.append(_spelled(action) + many if needed else f"[{_spelled(action)}{many}]")
    return " ".join(parts)


def _help(action: argparse.Action) -> str:
    text = (action.help or "").replace("%%", "%")
    return text + (" (may be repeated)" if isinstance(action, argparse._AppendAction) else "")


def _sentence(text: str | None) -> str:
    return f"{(text or '')[:1].upper()}{(text or '')[1:]}."


def _table(head: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> str:
    # In a cell, | would end it and <…> would be HTML.
    lines = [head, *([cell.replace("|", r"\|").replace("<", r"\<") for cell in row] for row in rows)]
    first, *rest = [f"| {' | '.join(line)} |\n" for line in lines]
    return first + "|---" * len(head) + "|\n" + "".join(rest)


def main() -> None:
    """Print the pages, or write them."""
    for path, text in pages().items():
        if sys.argv[1:] == ["--write"]:
            path.write_text(text, encoding="utf-8")
        elif path != README:
            sys.stdout.write(text + "\n")


if __name__ == "__main__":
    main()
