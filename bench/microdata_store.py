"""Memory of `etl aggregate` that reads an object store, beside the same files in a folder, over the number of rows.

`python -m bench.microdata_store [--rows 1000000 10000000 100000000] [--folder FOLDER] [--out RESULT.json]`. The store
is moto, an S3 server on loopback, in a process of its own whose memory is not counted. Results are added to the JSON
that `python -m bench.microdata --out` wrote.
"""

from __future__ import annotations

import argparse
import json
import os
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx

from bench.microdata import RECIPE, ROOT, make, watched

BUCKET = "microdata"


@contextmanager
def store() -> Iterator[dict[str, str]]:
    """An empty bucket; the variables that lead to it."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-c", "from moto.server import main; main()", "-H", "127.0.0.1", "-p", str(port)]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    address = f"http://127.0.0.1:{port}"
    try:
        for _ in range(600):
            try:
                httpx.put(f"{address}/{BUCKET}").raise_for_status()
                break
            except httpx.TransportError:
                time.sleep(0.1)
        yield {
            "AWS_ENDPOINT_URL": address,
            "AWS_ACCESS_KEY_ID": "AKIATEST",
            "AWS_SECRET_ACCESS_KEY": "bench",
            "AWS_REGION": "us-east-1",
            "AWS_EC2_METADATA_DISABLED": "true",
        }
    finally:
        process.kill()
        process.wait()


def compare(rows: int, folder: Path, found: dict[str, str]) -> dict[str, Any]:
    """Both ways on so many rows; raises where they do not deliver the same bytes."""
    if not list(folder.glob("*.parquet")):
        make("ads", folder, rows)
    recipe = folder / "ads.toml"
    recipe.write_text(RECIPE, encoding="utf-8")
    for path in folder.glob("*.parquet"):
        httpx.put(f"{found['AWS_ENDPOINT_URL']}/{BUCKET}/{rows}/{path.name}", content=path.read_bytes(), timeout=60)
    told: dict[str, Any] = {"rows": rows, "files": len(list(folder.glob("*.parquet")))}
    delivered = []
    for name, place in (("folder", str(folder / "*.parquet")), ("store", f"s3://{BUCKET}/{rows}/*.parquet")):
        with tempfile.TemporaryDirectory(prefix="atlas-bench-") as out:
            command = [sys.executable, "-m", "etl", "aggregate", str(recipe), "--input", place, "--out", out]
            started = time.perf_counter()
            done, peak, processor = watched(command, env={**os.environ, **found, "ATLAS_DATA": "build/none"})
            seconds = time.perf_counter() - started
            if done.returncode:
                raise RuntimeError(f"{name}: {done.stderr[-800:].decode()} ({ROOT})")
            delivered.append((Path(out) / "ads.parquet").read_bytes())
        told[name] = {"seconds": seconds, "peak": peak, "processor": processor}
    if delivered[0] != delivered[1]:
        raise RuntimeError(f"{rows:,} rows: the store gives other figures than the folder")
    return told


def table(runs: list[dict[str, Any]]) -> str:
    """As Markdown; MB and seconds of processor time."""
    lines = ["| rows | objects | folder: peak, MB | store: peak, MB | folder: processor s | store: processor s |"]
    lines.append("|--:|--:|--:|--:|--:|--:|")
    for run in runs:
        here, there = run["folder"], run["store"]
        lines.append(
            f"| {run['rows']:,} | {run['files']} | {here['peak']:.0f} | {there['peak']:.0f} "
            f"| {here['processor']:.1f} | {there['processor']:.1f} |"
        )
    return "\n".join(lines) + "\n"


def main(argv: list[str]) -> int:
    """Print a table."""
    parser = argparse.ArgumentParser(prog="python -m bench.microdata_store", description=__doc__)
    parser.add_argument("--rows", type=int, nargs="*", default=[1_000_000, 10_000_000, 100_000_000])
    parser.add_argument("--folder", type=Path, help="where the rows are, or are written and kept")
    parser.add_argument("--out", type=Path, help="a JSON file to add the result to")
    arguments = parser.parse_args(argv)
    with tempfile.TemporaryDirectory(prefix="atlas-bench-") as own, store() as found:
        base = arguments.folder or Path(own)
        runs = [compare(rows, base / f"ads-{rows}", found) for rows in arguments.rows]
    print(table(runs))
    if arguments.out:
        known = json.loads(arguments.out.read_text("utf-8")) if arguments.out.is_file() else {}
        known["from_a_store"] = {"load": [round(one, 1) for one in os.getloadavg()], "runs": runs}
        arguments.out.write_text(json.dumps(known, indent=1) + "\n", encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
