"""Checks: `etl/checks/<name>.sql` returns the rows that must not be published; its first line is the message.

`figure_*.sql` look at the loaded figures before anything is computed from them, the others at the finished tables.
"""

from __future__ import annotations

from pathlib import Path
from typing import Final

import duckdb

from etl.model import CatalogueError, CheckError

FOLDER: Final = Path(__file__).parent / "checks"
_SHOWN: Final = 5


def check(connection: duckdb.DuckDBPyConnection, *, figures: bool, folder: Path = FOLDER) -> int:
    """Run the checks of the loaded figures, or those of the finished tables; returns how many.

    Raises CheckError with, for each failing check, its message, the number of rows and the first five of them.
    """
    files = [path for path in sorted(folder.glob("*.sql")) if path.name.startswith("figure_") == figures]
    problems = []
    for path in files:
        text = path.read_text(encoding="utf-8")
        message = text.partition("\n")[0].removeprefix("--").strip()
        if not text.startswith("-- ") or not message:
            raise CatalogueError(f"checks/{path.name}: the first line must be '-- ' and the message")
        cursor = connection.execute(text)
        names = [column[0] for column in cursor.description or []]
        rows = cursor.fetchall()
        if rows:
            shown = ["  " + ", ".join(f"{n}={v}" for n, v in zip(names, row, strict=True)) for row in rows[:_SHOWN]]
            more = [f"  … and {len(rows) - _SHOWN} more"] if len(rows) > _SHOWN else []
            problems.append("\n".join([f"{path.stem}: {len(rows)} rows. {message}", *shown, *more]))
    if problems:
        raise CheckError("the figures are not fit to be published.\n" + "\n".join(problems))
    return len(files)
