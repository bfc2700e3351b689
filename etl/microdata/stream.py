"""Objects of a store as one dataset. Apart from `objects`, since pyarrow.dataset loads pandas, which files need not."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Final

import pyarrow as pa
import pyarrow.csv
import pyarrow.dataset
from pyarrow import fs

from etl.microdata import objects
from etl.microdata.objects import Remote

#: Batches of an object, and objects, that Arrow fetches before DuckDB asks for them. With its own 16 and 4 a hundred
#: objects took 480 to 640 MB where one took 330; with these they take 354, and no longer.
_BATCHES: Final = 2
_OBJECTS: Final = 1


def rows(files: Sequence[Remote], form: str, separator: str, columns: Sequence[str]) -> Any:
    """These columns of the objects, which an engine reads part by part, as often as it likes."""
    return _dataset(files, form, separator).scanner(
        columns=list(columns), batch_readahead=_BATCHES, fragment_readahead=_OBJECTS
    )


def _dataset(files: Sequence[Remote], form: str, separator: str) -> Any:
    keys, store = [one.key for one in files], objects.system()
    if form == "parquet":
        heads = _heads(keys, store, form)
        schema = pa.unify_schemas([one.remove_metadata() for one in heads], promote_options="permissive")
        return pa.dataset.dataset(keys, schema=schema, filesystem=store, format=form)
    parse = pa.csv.ParseOptions(delimiter=separator, newlines_in_values=True)
    heads = _heads(keys, store, pa.dataset.CsvFileFormat(parse_options=parse))
    kinds = {name: pa.string() for one in heads for name in one.names}
    # Everything is text, as on the other engines; numbers are read by the expression. Empty is nothing.
    convert = pa.csv.ConvertOptions(column_types=kinds, strings_can_be_null=True, null_values=[""])
    text = pa.dataset.CsvFileFormat(parse_options=parse, convert_options=convert)
    return pa.dataset.dataset(keys, schema=pa.schema(list(kinds.items())), filesystem=store, format=text)


def _heads(keys: Sequence[str], store: fs.S3FileSystem, form: Any) -> list[pa.Schema]:
    with ThreadPoolExecutor(objects.AT_ONCE) as pool:
        return list(pool.map(lambda key: pa.dataset.dataset(key, filesystem=store, format=form).schema, keys))
