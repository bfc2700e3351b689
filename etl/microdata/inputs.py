"""The files of microdata: found by pattern, each looked at before an engine starts, so that a bad one is named."""

from __future__ import annotations

import csv
import glob
from collections.abc import Sequence
from pathlib import Path
from typing import Final

import pyarrow as pa
import pyarrow.parquet as pq

from etl.microdata.recipe import Recipe
from etl.model import AtlasError, DeliveryError

_REMOTE: Final = "://"
_REMEDY: Final = (
    'mend or remove the file, or write bad_files = "skip" in the recipe to leave such files out and say so.'
)


def find(recipe: Recipe, patterns: Sequence[str] = ()) -> list[Path]:
    """The files of a recipe, sorted; patterns: others than the recipe's, relative to where the command runs."""
    found: set[Path] = set()
    for pattern in patterns or recipe.files:
        if _REMOTE in pattern:
            raise AtlasError(f"'{pattern}': files are read from a folder; mount the object store or copy them first")
        place = pattern if patterns else str(recipe.folder / pattern)
        matched = {Path(name) for name in glob.glob(place, recursive=True) if Path(name).is_file()}
        if not matched:
            raise DeliveryError(f"no file matches '{place}'", remedy="see input.files in the recipe, or give --input.")
        found |= matched
    return sorted(found)


def look(files: Sequence[Path], recipe: Recipe, deep: bool = False) -> tuple[list[Path], dict[Path, str]]:
    """The usable files, and what is wrong with each other one; raises DeliveryError naming the first where strict.

    Without `deep` only heads and feet are read; with it every page, after an engine has stumbled over one.
    """
    good: list[Path] = []
    bad: dict[Path, str] = {}
    kinds: dict[str, str] = {}
    for path in files:
        try:
            problem = _parquet(path, recipe, kinds, deep) if recipe.format == "parquet" else _csv(path, recipe, deep)
        except (pa.ArrowException, OSError, UnicodeDecodeError, csv.Error) as error:
            problem = f"unreadable ({(str(error).splitlines() or [type(error).__name__])[0][:200]})"
        if not problem:
            good.append(path)
        elif recipe.bad_files == "strict":
            raise DeliveryError(problem, file=str(path), remedy=_REMEDY)
        else:
            bad[path] = problem
    if not good:
        raise DeliveryError(f"none of the {len(files)} files can be used; the first: {next(iter(bad.values()))}")
    return good, bad


def _parquet(path: Path, recipe: Recipe, kinds: dict[str, str], deep: bool) -> str:
    with pq.ParquetFile(path) as file:
        schema = file.schema_arrow
        missing = [name for name in recipe.columns() if name not in schema.names]
        if missing:
            return f"no column '{missing[0]}'; it has {', '.join(schema.names[:20])}"
        if not pa.types.is_string(schema.field(recipe.region).type) and not pa.types.is_large_string(
            schema.field(recipe.region).type
        ):
            return f"column '{recipe.region}' is {schema.field(recipe.region).type}; codes are text (01 is not 1)"
        for name in recipe.columns():
            kind = _family(schema.field(name).type)
            if kinds.setdefault(name, kind) != kind:
                return f"column '{name}' is {kind}, in the files before it {kinds[name]}"
        if deep:
            for group in range(file.num_row_groups):
                file.read_row_group(group, columns=list(recipe.columns()))
    return ""


def _family(kind: pa.DataType) -> str:
    """What columns of several files must have in common."""
    for name, test in (
        ("text", lambda k: pa.types.is_string(k) or pa.types.is_large_string(k)),
        ("a truth value", pa.types.is_boolean),
        ("a whole number", pa.types.is_integer),
        ("a number", lambda k: pa.types.is_floating(k) or pa.types.is_decimal(k)),
        ("a date", lambda k: pa.types.is_date(k) or pa.types.is_timestamp(k)),
    ):
        if test(kind):
            return name
    return str(kind)


def _csv(path: Path, recipe: Recipe, deep: bool) -> str:
    with path.open(encoding="utf-8-sig", newline="") as file:
        rows = csv.reader(file, delimiter=recipe.separator, strict=True)
        header = next(rows, [])
        missing = [name for name in recipe.columns() if name not in header]
        if missing:
            return f"no column '{missing[0]}'; it has {', '.join(header[:20])}"
        if deep:
            for row in rows:
                if len(row) != len(header):
                    return f"line {rows.line_num} has {len(row)} cells where the header has {len(header)}"
    return ""


def holding(files: Sequence[Path], recipe: Recipe, column: str, value: str) -> str:
    """The first file that has this text in a column, for a message; '' where none is found."""
    for path in files:
        if recipe.format == "parquet":
            with pq.ParquetFile(path) as file:
                for batch in file.iter_batches(columns=[column]):
                    if value in {str(one).strip() for one in batch.column(0).unique().to_pylist()}:
                        return str(path)
        else:
            with path.open(encoding="utf-8-sig", newline="") as text:
                if any(row[column].strip() == value for row in csv.DictReader(text, delimiter=recipe.separator)):
                    return str(path)
    return ""
