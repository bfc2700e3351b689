"""200 changed deliveries of every source: each ends in a named error or in correct rows, none in anything else.

In this process, through the path of a build (`figures.from_delivery`), which would turn a module's traceback into a
sentence; a module that needs that sentence has not named file and line itself, so it counts as a failure here.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from etl import catalogue
from etl.catalogue import Catalogue
from etl.model import AtlasError
from tests.fuzz.goldens import GOLDENS, Golden
from tests.fuzz.mutators import May, Mutant, mutants
from tests.fuzz.reading import Reader
from tests.fuzz.rules import broken_rule

EXAMPLES = 200


@pytest.fixture(scope="module")
def project() -> Catalogue:
    return catalogue.load()


def test_every_source_is_fuzzed(project: Catalogue) -> None:
    assert set(GOLDENS) == set(project.sources)


def judge(reader: Reader, golden: Golden, before: pl.DataFrame, mutant: Mutant) -> str:
    """How the delivery ended: 'refused', 'same', 'other'; fails where it must not end like that."""
    files = {name: one.bytes() for name, one in golden.files.items() if name != mutant.file}
    try:
        after = reader.read({**files, mutant.file: mutant.content})
    except AtlasError as error:
        said = str(error)
        assert any(name in said for name in reader_names(golden)), f"{mutant.how}: no file is named: {said}"
        for general in ("could not read the delivery (", "see the delivered file; fetch it again or mend"):
            assert general not in said, f"{mutant.how}: the module did not say it itself: {said}"
        assert mutant.may != May.NOTHING, f"{mutant.how} was refused: {said}"
        return "refused"
    problem = broken_rule(before, after, mutant, golden)
    assert not problem, f"{mutant.how} of {mutant.file}, which may change {mutant.may.value}: {problem}"
    return "same" if after.equals(before) else "other"


def reader_names(golden: Golden) -> Iterator[str]:
    yield from golden.files
    yield "52911-9999_de_flat.csv"  # the member of GENESIS's zip, which is named instead of it


@pytest.mark.parametrize("source", GOLDENS)
def test_every_changed_delivery_is_refused_by_name_or_read_correctly(
    project: Catalogue, tmp_path: Path, source: str
) -> None:
    reader = Reader(project, source, tmp_path)
    goldens = GOLDENS[source]()
    befores = [reader.read({name: one.bytes() for name, one in golden.files.items()}) for golden in goldens]
    forms = st.integers(0, len(goldens) - 1)

    @settings(
        max_examples=EXAMPLES, derandomize=True, deadline=None, database=None, suppress_health_check=list(HealthCheck)
    )
    @given(forms.flatmap(lambda at: st.tuples(st.just(at), mutants(goldens[at]))))
    def changed(drawn: tuple[int, Mutant]) -> None:
        at, mutant = drawn
        judge(reader, goldens[at], befores[at], mutant)

    changed()
