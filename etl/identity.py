"""What a build is made of and what it holds, as hashes: same inputs and code, same id and same content."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Final

import duckdb
import polars as pl

from etl.catalogue import ROOT, Catalogue
from etl.figures import Figures, frame_hash

_CODE: Final = {".py", ".sql", ".toml", ".csv"}
_TABLES: Final = """select table_name from information_schema.tables
    where table_schema = 'main' and table_type = 'BASE TABLE' and table_name <> 'build' order by table_name"""


def code_hash(root: Path = ROOT) -> str:
    """SHA-256 over the ETL's own files: programs, SQL, declarations and region tables."""
    digest = hashlib.sha256()
    for folder in dict.fromkeys((ROOT, root)):
        for path in sorted(path for path in folder.rglob("*") if path.suffix in _CODE and path.is_file()):
            content = hashlib.sha256(path.read_bytes()).hexdigest()
            digest.update(f"{path.relative_to(folder).as_posix()} {content}\n".encode())
    return digest.hexdigest()


def input_hashes(gathered: Mapping[str, Figures]) -> dict[str, str]:
    """Source id → SHA-256 of its figures and their origin, sorted."""
    return {id_: gathered[id_].sha256 for id_ in sorted(gathered)}


def build_id(catalogue: Catalogue, gathered: Mapping[str, Figures]) -> str:
    """Twelve hexadecimal digits over inputs and code; regions and indicators are part of the code."""
    parts = [input_hashes(gathered), code_hash(catalogue.root)]
    return hashlib.sha256(json.dumps(parts).encode()).hexdigest()[:12]


def content_hash(connection: duckdb.DuckDBPyConnection) -> str:
    """SHA-256 over all tables but `build`: names, types, and rows in the order of all their columns."""
    digest = hashlib.sha256()
    for (name,) in connection.execute(_TABLES).fetchall():
        table = connection.table(name)
        types = [f"{column} {kind}" for column, kind in zip(table.columns, table.types, strict=True)]
        digest.update(f"{name} ({', '.join(types)}) {frame_hash(_sorted(table.pl()))}\n".encode())
    return digest.hexdigest()


def _sorted(frame: pl.DataFrame) -> pl.DataFrame:
    plain = [name for name, kind in frame.schema.items() if not kind.is_nested()]
    return frame.sort(plain, nulls_last=True)
