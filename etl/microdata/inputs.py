"""The files of microdata: found by pattern, each looked at before an engine starts, so that a bad one is named."""

from __future__ import annotations

import csv
import glob
import io
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, Final

import pyarrow as pa
import pyarrow.parquet as pq

from etl.microdata import objects
from etl.microdata.objects import Remote
from etl.microdata.recipe import Recipe
from etl.model import AtlasError, DeliveryError

#: A file here or an object in a store.
Input = Path | Remote
_REMOTE: Final = "://"
_REMEDY: Final = (
    'mend or remove the file, or write bad_files = "skip" in the recipe to leave such files out and say so.'
)


def find(recipe: Recipe, patterns: Sequence[str] = ()) -> list[Input]:
    """The files of a recipe, sorted; patterns: others than the recipe's, relative to where the command runs.

    Patterns are of folders, or of an object store (s3://bucket/…); not of both, since engines read them differently.
    """
    wanted = patterns or recipe.files
    remote = [pattern for pattern in wanted if _REMOTE in pattern]
    for pattern in remote:
        if not pattern.startswith(objects.SCHEME):
            raise AtlasError(f"'{pattern}': files are read from a folder or from {objects.SCHEME}bucket/…")
    if remote and len(remote) < len(wanted):
        raise AtlasError(f"'{remote[0]}': files of one run lie in folders or in an object store, not in both")
    found: set[Input] = set()
    for pattern in wanted:
        place = pattern if patterns or remote else str(recipe.folder / pattern)
        matched: Sequence[Input] = objects.matching(place) if remote else _local(place)
        if not matched:
            raise DeliveryError(f"no file matches '{place}'", remedy="see input.files in the recipe, or give --input.")
        found |= set(matched)
    return sorted(found, key=str)


def _local(place: str) -> list[Input]:
    return [Path(name) for name in glob.glob(place, recursive=True) if Path(name).is_file()]


def look(files: Sequence[Input], recipe: Recipe, deep: bool = False) -> tuple[list[Input], dict[Input, str]]:
    """The usable files, and what is wrong with each other one; raises DeliveryError naming the first where strict.

    Without `deep` only heads and feet are read; with it every page, after an engine has stumbled over one. Raises
    PublishError where an object store does not answer: that is no fault of a file, and nothing is left out for it.
    """
    good: list[Input] = []
    bad: dict[Input, str] = {}
    kinds: dict[str, str] = {}
    remote = any(isinstance(one, Remote) for one in files)
    with ThreadPoolExecutor(objects.AT_ONCE if remote and not deep else 1) as pool:
        for path, (problem, own) in zip(files, pool.map(lambda one: _head(one, recipe, deep), files), strict=True):
            told = problem or _other(own, kinds)
            if not told:
                good.append(path)
            elif recipe.bad_files == "strict":
                pool.shutdown(wait=False, cancel_futures=True)
                raise DeliveryError(told, file=str(path), remedy=_REMEDY)
            else:
                bad[path] = told
    if not good:
        raise DeliveryError(f"none of the {len(files)} files can be used; the first: {next(iter(bad.values()))}")
    return good, bad


def size(one: Input) -> int:
    """Bytes."""
    return one.size if isinstance(one, Remote) else one.stat().st_size


def _head(path: Input, recipe: Recipe, deep: bool) -> tuple[str, dict[str, str]]:
    """What is wrong with a file by itself ('' where nothing is), and of which kind each of its columns is."""
    try:
        return _parquet(path, recipe, deep) if recipe.format == "parquet" else (_csv(path, recipe, deep), {})
    except (pa.ArrowException, OSError, UnicodeDecodeError, csv.Error) as error:
        if trouble := objects.trouble(error, path):
            raise trouble from error
        return f"unreadable ({(str(error).splitlines() or [type(error).__name__])[0][:200]})", {}


def _other(own: dict[str, str], kinds: dict[str, str]) -> str:
    """Which column is of another kind than in the files before."""
    for name, kind in own.items():
        if kinds.setdefault(name, kind) != kind:
            return f"column '{name}' is {kind}, in the files before it {kinds[name]}"
    return ""


def _parquet(path: Input, recipe: Recipe, deep: bool) -> tuple[str, dict[str, str]]:
    with _opened(path) as source, pq.ParquetFile(source) as file:
        schema = file.schema_arrow
        missing = [name for name in recipe.columns() if name not in schema.names]
        if missing:
            return f"no column '{missing[0]}'; it has {', '.join(schema.names[:20])}", {}
        region = schema.field(recipe.region).type
        if _family(region) != "text":
            return f"column '{recipe.region}' is {region}; codes are text (01 is not 1)", {}
        if deep:
            for group in range(file.num_row_groups):
                file.read_row_group(group, columns=list(recipe.columns()))
    return "", {name: _family(schema.field(name).type) for name in recipe.columns()}


def _opened(path: Input) -> Any:
    """The bytes, to be read at any place, by Arrow itself.

    Never a file of Python's: Arrow's threads free what they read of it after the read has returned, and need Python's
    lock for that. Where Python is at its end by then, the whole process aborts (134).
    """
    return objects.system().open_input_file(path.key) if isinstance(path, Remote) else pa.OSFile(str(path))


def _text(path: Input) -> io.TextIOWrapper:
    stream = objects.system().open_input_stream(path.key) if isinstance(path, Remote) else path.open("rb")
    return io.TextIOWrapper(stream, encoding="utf-8-sig", newline="")


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


def _csv(path: Input, recipe: Recipe, deep: bool) -> str:
    with _text(path) as file:
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


def holding(files: Sequence[Input], recipe: Recipe, column: str, value: str) -> str:
    """The first file that has this text in a column, for a message; '' where none is found."""
    for path in files:
        if recipe.format == "parquet":
            with _opened(path) as source, pq.ParquetFile(source) as file:
                for batch in file.iter_batches(columns=[column]):
                    if value in {str(one).strip() for one in batch.column(0).unique().to_pylist()}:
                        return str(path)
        else:
            with _text(path) as text:
                if any(row[column].strip() == value for row in csv.DictReader(text, delimiter=recipe.separator)):
                    return str(path)
    return ""
