"""JSON deliveries are read so that nothing is silently other than it stands in the text."""

from __future__ import annotations

from pathlib import Path

import pytest

from etl import records
from etl.model import DeliveryError


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('[{"a": 1, "a": 2}]', "column 'a': the key 'a' stands twice"),
        ('[{"a": 1e999}]', "'1e999' is too large or too small"),
        ('[{"a": 1e-999}]', "'1e-999' is too large or too small"),
        ('[{"a": ' + "9" * 5000 + "}]", "is too large to be a number"),
        ('[{"a": ' + "9" * 19 + "}]", "is too large to be a number"),
        ('[{"a": NaN}]', "'NaN' is not a number that JSON knows"),
        ('[{"a": -Infinity}]', "'-Infinity' is not a number"),
        ('[{"a": "\\ud800"}]', "is half a character"),
        ('[{"a": 1}', "line 1: not valid JSON .*truncated"),
        ("[" * 100_000, "nested too deeply|not valid JSON"),
    ],
)
def test_what_other_readers_take_for_something_else_is_refused(tmp_path: Path, text: str, message: str) -> None:
    path = tmp_path / "x.json"
    path.write_text(text)
    for read in (records.read_records, records.read_json):
        with pytest.raises(DeliveryError, match=message) as caught:
            read(path)
        assert "x.json" in str(caught.value)
        assert "Remedy:" in str(caught.value)


def test_what_json_can_say_is_read_as_it_stands(tmp_path: Path) -> None:
    path = tmp_path / "x.json"
    path.write_text('[{"a": 0.0, "b": 1e-300},\n{"a": -5, "b": "\\ud83d\\ude00"}]')
    assert records.read_records(path) == [(1, {"a": 0.0, "b": 1e-300}), (2, {"a": -5, "b": "😀"})]
