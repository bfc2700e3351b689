"""What must not be in git, and what must be written down."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).parents[2]
SHARED = REPOSITORY.parent / "shared" / "sources"
#: The project's own tables; everything else below `sources` is a publisher's.
OWN = {"regions", "programmes", "land_register"}


def git(*arguments: str) -> str:
    return subprocess.run(
        ["git", "-C", str(REPOSITORY), *arguments], capture_output=True, text=True, check=True, timeout=60
    ).stdout


def tracked() -> list[Path]:
    if not (REPOSITORY / ".git").exists():
        pytest.skip("this is no git checkout")
    return [path for line in git("ls-files", "-z").split("\0") if line and (path := REPOSITORY / line).is_file()]


def texts() -> dict[Path, str]:
    found = {}
    for path in tracked():
        try:
            found[path] = path.read_text(encoding="utf-8")
        except UnicodeDecodeError:
            continue
    return found


def test_no_package_registry_and_no_path_of_a_machine_is_named() -> None:
    # Written in pieces, so that this file does not name what it looks for.
    hosts = "|".join([r"files\.python" r"hosted\.org", r"py" r"pi\.org/simple", r"registry\.npm" r"js\.org",
                      r"deb\.debi" r"an\.org"])  # fmt: skip
    folders = "(^|[^A-Za-z0-9_.])/(work|farm|root)/"
    for path, text in texts().items():
        assert not re.search(hosts, text), f"{path.name} names a registry's host"
        if path.suffix != ".svg":
            assert not re.search(folders, text, re.M), f"{path.name} names a path of a machine"


def test_no_file_is_larger_than_3_mb() -> None:
    assert not [path.name for path in tracked() if path.stat().st_size > 3_000_000]


def test_no_publishers_file_is_committed() -> None:
    if not SHARED.is_dir():
        pytest.skip("the raw deliveries lie beside the project only where it is developed")
    raw = [
        path
        for path in SHARED.rglob("*")
        if path.is_file()
        and path.stat().st_size > 2048
        and not OWN & set(path.relative_to(SHARED).parts)
        and not path.name.upper().startswith("LICENSE")
    ]
    assert len(raw) > 20
    sizes = {path.stat().st_size for path in tracked()}
    suspects = [path for path in raw if path.stat().st_size in sizes]
    ours = {path.read_bytes() for path in tracked() if path.stat().st_size in {p.stat().st_size for p in suspects}}
    assert not [path.name for path in suspects if path.read_bytes() in ours]


def test_every_setting_is_documented_in_the_readme() -> None:
    code = "".join(
        path.read_text(encoding="utf-8")
        for folder in ("etl", "dashboard")
        for path in (REPOSITORY / folder).rglob("*.py")
    )
    used = set(re.findall(r"\bATLAS_[A-Z_]+", code + (REPOSITORY / "Makefile").read_text(encoding="utf-8")))
    assert {"ATLAS_HOST", "ATLAS_PORT", "ATLAS_DATA", "ATLAS_BASE_URL"} <= used
    readme = (REPOSITORY / "README.md").read_text(encoding="utf-8")
    assert not {setting for setting in used if setting not in readme}


def test_the_readme_documents_no_setting_that_nothing_reads() -> None:
    readme = (REPOSITORY / "README.md").read_text(encoding="utf-8")
    code = "".join(
        path.read_text(encoding="utf-8")
        for path in tracked()
        if path.suffix in (".py", "") and path.name != "README.md" and "tests" not in path.parts
    )
    assert not {setting for setting in re.findall(r"\bATLAS_[A-Z_]+", readme) if setting not in code}
