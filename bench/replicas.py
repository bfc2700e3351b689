"""How long after a publication each replica shows it: a bucket on loopback, a mirror and a server for each.

`python -m bench.replicas --data F [--replicas 2] [--times 10] [--write]`: F is a data folder with a published build.
Editions of it are sealed beforehand; measured are the push, and from its end to the answer of each replica that names
the build.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path
from statistics import median

import orjson
from moto.server import ThreadedMotoServer

from bench.figures import ROOT
from bench.serving import running
from etl.remote.push import push
from etl.remote.store import Remote

sys.path.insert(0, str(ROOT / "tests" / "replicas"))
import editions

PLACE = "s3://atlas-bench/public"


def main() -> None:
    """Measure and print; --write keeps it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--replicas", type=int, default=2)
    parser.add_argument("--times", type=int, default=10)
    parser.add_argument("--write", action="store_true")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        pushes, shown = measure(arguments.data, Path(folder), arguments.replicas, arguments.times)
    size = arguments.data / orjson.loads((arguments.data / "current.json").read_bytes())["file"]
    lines = [
        "| s | median | longest |",
        "|---|--:|--:|",
        f"| push of a build of {size.stat().st_size / 1e6:.0f} MB | {median(pushes):.2f} | {max(pushes):.2f} |",
        f"| from then until a replica shows it ({len(shown)} times) | {median(shown):.2f} | {max(shown):.2f} |",
    ]
    text = f"# Replicas\n`python -m bench.replicas`, {datetime.now(UTC):%d %b %Y}, {os.cpu_count()} cores, load "
    text += f"{os.getloadavg()[1]:.1f}, {arguments.replicas} replicas, each with a mirror of its own.\n\n"
    text += "\n".join(lines) + "\n"
    print(text)
    if arguments.write:
        (ROOT / "bench" / "results" / f"{datetime.now(UTC):%Y-%m-%d}-replicas.md").write_text(text, encoding="utf-8")


def measure(built: Path, folder: Path, replicas: int, times: int) -> tuple[list[float], list[float]]:
    """Seconds of each push, and until each replica showed it."""
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    os.environ |= {"AWS_ENDPOINT_URL": f"http://127.0.0.1:{server.get_host_and_port()[1]}", "AWS_REGION": "us-east-1"}
    os.environ |= {"AWS_ACCESS_KEY_ID": "bench", "AWS_SECRET_ACCESS_KEY": "bench"}
    address = f"{os.environ['AWS_ENDPOINT_URL']}/atlas-bench"
    urllib.request.urlopen(urllib.request.Request(address, method="PUT")).close()
    data = folder / "publisher"
    editions.first(built, data)
    ids = [editions.seal(data, number + 1) for number in range(times)]
    push(data, Remote(PLACE), print)
    pushes, shown = [], []
    with ExitStack() as stack:
        homes = [folder / f"replica-{number}" for number in range(replicas)]
        for home in homes:
            command = [sys.executable, "-m", "etl", "mirror", PLACE, "--watch"]
            mirror = subprocess.Popen(
                command, cwd=ROOT, env=os.environ | {"ATLAS_DATA": str(home)}, stdout=subprocess.DEVNULL
            )
            stack.callback(mirror.wait)
            stack.callback(mirror.terminate)
        _until(lambda: all((home / "current.json").exists() for home in homes))
        addresses = [stack.enter_context(running("-m", "dashboard", ATLAS_DATA=str(home))) for home in homes]
        for id_ in ids:
            editions.show(data, id_)
            began = time.monotonic()
            push(data, Remote(PLACE), print)
            pushed = time.monotonic()
            pushes.append(pushed - began)
            with ThreadPoolExecutor() as pool:
                shown += [moment - pushed for moment in pool.map(_shows, addresses, [id_] * replicas)]
    server.stop()
    return pushes, shown


def _shows(address: str, build: str) -> float:
    """When a replica first named the build; every worker of it looks for itself."""
    _until(lambda: orjson.loads(urllib.request.urlopen(f"{address}/health/ready").read())["build"] == build)
    return time.monotonic()


def _until(reached: Callable[[], bool]) -> None:
    end = time.monotonic() + 120
    while not reached():
        if time.monotonic() > end:
            raise RuntimeError("a replica does not follow")
        time.sleep(0.02)


if __name__ == "__main__":
    main()
