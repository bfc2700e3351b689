"""What a build is made of and what it holds, as hashes: same inputs and code, same id and same content."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import duckdb
import polars as pl

from etl.catalogue import ROOT
from etl.figures import Figures, frame_hash

_CODE: Final = {".py", ".sql", ".toml", ".csv"}
_TABLES: Final = """select table_name from information_schema.tables
    where table_schema = 'main' and table_type = 'BASE TABLE' and table_name <> 'build' order by table_name"""


@dataclass(frozen=True)
class Table:
    """What a table of a build holds: rows, and SHA-256 over names, types and rows in the order of all columns."""

    rows: int
    sha256: str


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


def build_id(inputs: Mapping[str, str], code: str, audience: str) -> str:
    """Twelve hexadecimal digits over input hashes, code and audience; regions and indicators are part of the code."""
    return hashlib.sha256(json.dumps([dict(inputs), code, audience]).encode()).hexdigest()[:12]


def table_hashes(connection: duckdb.DuckDBPyConnection) -> dict[str, Table]:
    """Every table but `build`, by name."""
    found = {}
    for (name,) in connection.execute(_TABLES).fetchall():
        frame = connection.table(name).pl()
        types = [f"{column} {kind}" for column, kind in zip(frame.columns, connection.table(name).types, strict=True)]
        text = f"({', '.join(types)}) {frame_hash(_sorted(frame))}"
        found[name] = Table(frame.height, hashlib.sha256(text.encode()).hexdigest())
    return found


def content_of(tables: Mapping[str, Table]) -> str:
    """The content hash of a build with these tables."""
    text = "".join(f"{name} {tables[name].sha256}\n" for name in sorted(tables))
    return hashlib.sha256(text.encode()).hexdigest()


def content_hash(connection: duckdb.DuckDBPyConnection) -> str:
    """SHA-256 over all tables but `build`."""
    return content_of(table_hashes(connection))


def _sorted(frame: pl.DataFrame) -> pl.DataFrame:
    plain = [name for name, kind in frame.schema.items() if not kind.is_nested()]
    return frame.sort(plain, nulls_last=True)
