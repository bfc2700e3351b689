"""The bill of materials is that of the lock; nothing of it is stale, and no package comes from elsewhere."""

from __future__ import annotations

import json
import os
import re
from pathlib import Path

from serving import ROOT

LOCK = ROOT / "lock"


def locked(name: str) -> set[tuple[str, str]]:
    """(name, version) of each package in lock/<name>.txt."""
    return set(re.findall(r"^([a-z0-9._-]+)(?:\[[^]]*\])?==([^ ;]+)", (LOCK / f"{name}.txt").read_text(), re.MULTILINE))


def test_the_bill_of_materials_is_what_the_server_runs_on() -> None:
    found = json.loads((LOCK / "sbom.json").read_text())
    assert (found["bomFormat"], found["specVersion"]) == ("CycloneDX", "1.5")
    parts = {(part["name"], part["version"]) for part in found["components"]}
    assert parts == locked("run"), "run lock/sbom"
    assert len(parts) > 50
    assert {part["purl"] for part in found["components"]} == {f"pkg:pypi/{name}@{version}" for name, version in parts}
    assert {part["name"] for part in found["components"]} >= {"dash", "duckdb", "granian", "limits"}


def test_it_names_no_host_and_no_moment() -> None:
    """The same lock gives the same bytes, and a registry of one's own stays one's own."""
    text = (LOCK / "sbom.json").read_text()
    assert "http" not in text.replace("httpcore", "").replace("httpx", "")
    assert "timestamp" not in text
    assert "serialNumber" not in text


def test_both_scripts_can_be_run_and_the_update_writes_the_bill() -> None:
    for name in ("audit", "sbom", "update"):
        assert os.access(LOCK / name, os.X_OK)
    assert "lock/sbom" in (LOCK / "update").read_text()
    assert "uv audit --frozen" in (LOCK / "audit").read_text()
    assert Path(LOCK / "sbom").read_text().count("cyclonedx1.5") == 1
