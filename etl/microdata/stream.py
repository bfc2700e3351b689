"""Objects of a store as one dataset. Apart from `objects`, since pyarrow.dataset loads pandas, which files need not."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pyarrow as pa
import pyarrow.csv
import pyarrow.dataset
from pyarrow import fs

from etl.microdata import objects
from etl.microdata.objects import Remote


def rows(files: Sequence[Remote], form: str, separator: str) -> Any:
    """The objects as one dataset, which an engine reads column by column and part by part, as often as it likes."""
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
