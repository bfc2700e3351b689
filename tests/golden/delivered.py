"""Deliveries for the golden tests: written by the test in the publisher's format, or the whole one where it lies."""

from __future__ import annotations

from pathlib import Path

import pytest

from etl.model import Delivery, Source
from etl.snapshot import find_deliveries

SHARED = Path(__file__).parents[3] / "shared" / "sources"


def written(folder: Path, source: Source, **files: str | bytes) -> Delivery:
    """Write each file under the first name its source declares for the key, and read the folder as `--from` does."""
    place = folder / source.id
    place.mkdir(exist_ok=True)
    for declared in source.files:
        if declared.key in files:
            content = files[declared.key]
            (place / declared.names[0]).write_bytes(content.encode() if isinstance(content, str) else content)
    return find_deliveries(folder, [source])[source.id]


def shared(source: Source) -> Delivery:
    """The publisher's whole delivery beside the checkout; the test is skipped where there is none."""
    if not SHARED.is_dir():
        pytest.skip("the publishers' whole deliveries are not beside this checkout (../shared/sources)")
    return find_deliveries(SHARED, [source])[source.id]
