"""deploy/container: linted, and its commands run as in the image, without privileges, in a read-only project.

There is no container runtime where the tests run; what that leaves open stands in docs/deploy.md.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from operating import PATIENCE, running, until
from serving import ROOT

FOLDER = ROOT / "deploy/container"
CONTAINERFILE = (FOLDER / "Containerfile").read_text(encoding="utf-8")
NOBODY = 65534
BIN = Path(sys.executable).parent


def copied() -> list[str]:
    """What the Containerfile takes from the project."""
    return [one for one in re.findall(r"(?m)^COPY (?!--from)(\S+) ", CONTAINERFILE) if not one.startswith("lock/")]


#: As root the modes of files count for nothing; without its capabilities it is a user like any other.
WEAK = ["setpriv", "--bounding-set=-all", "--inh-caps=-all", "--no-new-privs"] if os.geteuid() == 0 else []


def assemble(folder: Path) -> None:
    """/srv/atlas of the image, read-only; the libraries are those of this environment."""
    for name in copied():
        source, target = ROOT / name, folder / name
        if source.is_dir():
            ignored = shutil.ignore_patterns("__pycache__", "builds", "snapshots", "internal", "history")
            shutil.copytree(source, target, ignore=ignored)
        else:
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(source, target)
    (folder / ".venv").symlink_to(BIN.parent)
    steps = re.findall(r"\.venv/bin/python -m (?:dashboard\.compressed|compileall)[^&\n]*", CONTAINERFILE)
    assert len(steps) == 2
    for step in steps:
        subprocess.run(step.split(), cwd=folder, check=True, timeout=600)
    for path in (folder, *folder.rglob("*")):
        if not path.is_symlink():
            path.chmod(path.stat().st_mode & ~0o222)
    give(folder, NOBODY)


def give(folder: Path, owner: int) -> None:
    """Make it somebody else's, where that can be done."""
    for path in (folder, *folder.rglob("*")) if os.geteuid() == 0 else ():
        os.chown(path, owner, owner, follow_symlinks=False)


@pytest.fixture(scope="module")
def image(build: Path) -> Iterator[Path]:
    """A folder with /srv/atlas as `srv`, and /data with what an older image has published as `data`."""
    with tempfile.TemporaryDirectory(prefix="atlas-image-") as made:
        folder, data = Path(made) / "srv", Path(made) / "data"
        Path(made).chmod(0o755)
        assemble(folder)
        shutil.copytree(build / "builds", data / "builds")
        for name in ("current.json", "publications.json", "status.json"):
            shutil.copy2(build / name, data / name)
        yield Path(made)
        for path in (folder, *(one for one in folder.rglob("*") if one.is_dir() and not one.is_symlink())):
            path.chmod(0o755)


def contents(folder: Path) -> dict[str, float]:
    return {str(path): path.lstat().st_mtime for path in folder.rglob("*")}


@pytest.mark.skipif(bool(WEAK) and not shutil.which("setpriv"), reason="root, and no setpriv to be less")
def test_the_image_runs_without_privileges_in_folders_that_cannot_be_written(image: Path) -> None:
    folder, data = image / "srv", image / "data"
    tried = subprocess.run([*WEAK, "touch", folder / "dashboard/x"], check=False, capture_output=True)
    assert tried.returncode != 0, "the project is read-only"
    environment = {"PATH": os.environ["PATH"], "ATLAS_DATA": str(data), "PYTHONDONTWRITEBYTECODE": "1", "HOME": "/"}
    (image / "log").touch()
    with (image / "log").open("a") as log:
        pipeline = subprocess.Popen(
            [*WEAK, folder / "deploy/container/nightly"], cwd=folder, env=environment, stdout=log, stderr=log
        )
        try:
            until(
                lambda: "published" in (image / "log").read_text() or pipeline.poll() is not None,
                "the pipeline has built",
                300,
            )
            assert pipeline.poll() is None, (image / "log").read_text()
        finally:
            pipeline.terminate()
            assert pipeline.wait(PATIENCE) == 0
    before = contents(image)
    give(data, NOBODY)  # the website has the volume read-only
    more = {"ATLAS_WORKERS": "1", "PYTHONDONTWRITEBYTECODE": "1", "HOME": "/"}
    with running(data, image / "web", folder, more=more, before=WEAK) as server:
        server.ready()
        assert httpx.get(f"{server.address}/fr/map", timeout=PATIENCE).status_code == 200
        deck = httpx.get(f"{server.address}/fr/region/DE.pptx", timeout=PATIENCE)
        assert (deck.status_code, deck.content[:2]) == (200, b"PK"), "the process of exports works, too"
        probe = re.search(r'CMD \["\.venv/bin/python", "-c", "(.+)"\]', CONTAINERFILE)
        assert probe
        command = probe[1].replace("127.0.0.1:8050", server.address.removeprefix("http://"))
        assert subprocess.run([sys.executable, "-c", command], check=False).returncode == 0, "the health check"
        assert server.stop() == 0
    written = {name for name, moment in contents(image).items() if before.get(name) != moment} - {str(image / "web")}
    assert written == set(), "the website writes nothing"


@pytest.mark.skipif(not (BIN / "hadolint").exists(), reason="hadolint has no wheel for this system")
def test_hadolint_finds_nothing() -> None:
    done = subprocess.run([BIN / "hadolint", FOLDER / "Containerfile"], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (0, "")


def test_compose_is_what_its_specification_says() -> None:
    command = [BIN / "check-jsonschema", "--builtin-schema", "vendor.compose-spec", FOLDER / "compose.yaml"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def test_every_container_is_closed() -> None:
    """No service is left out of the hardened settings, none writes but to volumes and tmpfs, none is without limits."""
    text = (FOLDER / "compose.yaml").read_text(encoding="utf-8")
    services = re.findall(r"(?ms)^  (\w+):\n(.+?)(?=^  \w+:\n|^volumes:)", text.partition("\nservices:\n")[2])
    assert [name for name, _ in services] == ["web", "pipeline", "proxy"]
    for name, said in services:
        assert "<<: *hardened" in said, name
        assert all(f"{limit}:" in said for limit in ("mem_limit", "cpus", "pids_limit")), name
    assert "data:/data:ro" in dict(services)["web"]
    assert "USER 10001:10001" in CONTAINERFILE
    for path in (*copied(), "deploy/nginx/atlas.conf", "deploy/container/nightly"):
        assert (ROOT / path).exists(), path
