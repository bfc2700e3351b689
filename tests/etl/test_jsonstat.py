"""The JSON-stat decoder on a cube made by hand, and everything in which such a cube can be broken."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from etl import jsonstat
from etl.model import DeliveryError


def cube() -> dict[str, Any]:
    """By hand: freq 1 × unit 2 × geo 3 × time 2; cell of (unit u, geo g, time t) is 6u + 2g + t."""
    return {
        "version": "2.0",
        "class": "dataset",
        "id": ["freq", "unit", "geo", "time"],
        "size": [1, 2, 3, 2],
        "value": {"0": 1.5, "3": 2, "6": 10, "7": 11.5, "8": 12, "11": 0},
        "status": {"3": "p", "10": "u", "1": "c"},
        "dimension": {
            "freq": {"category": {"index": {"A": 0}}},
            "unit": {"category": {"index": {"NR": 0, "PC": 1}}},
            "geo": {"category": {"index": {"DE": 0, "AT": 1, "FR": 2}}},
            "time": {"category": {"index": {"2023": 0, "2024": 1}}},
        },
    }


def decode(body: object, unit: str = "PC") -> list[tuple[object, ...]]:
    text = body if isinstance(body, str) else json.dumps(body)
    rows = jsonstat.read(Path("x.json"), text, ("unit",), {"unit": (unit,)}, ("DE", "FR"))
    return [(row["geo"], row["period"], row["value"], row["flag"]) for row in rows]


PER_CENT = [("DE", "2023", 10.0, ""), ("DE", "2024", 11.5, ""), ("FR", "2023", None, "u"), ("FR", "2024", 0.0, "")]


def test_a_cube_made_by_hand_is_decoded_row_major() -> None:
    """A zero is a value; a flag without a value is a row; a cell in neither is none; Austria is left out."""
    assert decode(cube()) == PER_CENT
    assert decode(cube(), "NR") == [("DE", "2023", 1.5, ""), ("DE", "2024", None, "c")]


def test_values_may_be_a_list_and_categories_too() -> None:
    body = cube()
    body["value"] = [body["value"].get(str(at)) for at in range(12)]
    body["status"] = [body["status"].get(str(at)) for at in range(12)]
    body["dimension"]["unit"]["category"] = {"index": ["NR", "PC"]}
    body["dimension"]["freq"]["category"] = {"label": {"A": "Annual"}}
    assert decode(body) == PER_CENT


def test_the_order_of_dimensions_and_positions_is_the_cubes_own() -> None:
    body = cube()
    body["id"], body["size"] = ["time", "geo", "unit", "freq"], [2, 3, 2, 1]
    body["dimension"]["geo"]["category"]["index"] = {"FR": 2, "DE": 0, "AT": 1}
    body["value"] = {"1": 10, "7": 11.5, "11": 0}
    body["status"] = {"5": "U"}
    assert sorted(decode(body), key=str) == sorted(PER_CENT, key=str)


def changed(path: str, value: object) -> Callable[[], dict[str, Any]]:
    def make() -> dict[str, Any]:
        body = cube()
        *parents, last = path.split("/")
        place: Any = body
        for parent in parents:
            place = place[parent]
        place[last] = value
        return body

    return make


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (changed("size", [1, 2, 3]), "not two lists of the same length"),
        (changed("size", [1, 2, 3, "2"]), "not numbers of categories"),
        (changed("size", [1, 2, 3, True]), "not numbers of categories"),
        (changed("size", [1, 2, 3, 3]), "the categories of 'time' do not number 0 to 2"),
        (changed("id", ["freq", 5, "geo", "time"]), "not names of dimensions"),
        (changed("id", ["freq", "unit", "unit", "time"]), "the column stands twice"),
        (changed("dimension/geo/category/index", {"DE": 0, "AT": 1, "FR": 1}), "the categories of 'geo'"),
        (changed("dimension/geo", {}), "the categories of 'geo'"),
        (changed("value/12", 5), "'value' has a cell '12', but 'size' makes only 0 to 11"),
        (changed("value/-1", 5), "'value' has a cell '-1'"),
        (changed("value/²", 5), "'value' has a cell '²'"),
        (changed("value/6", "10"), "cell 6 is '10', not a number"),
        (changed("value/6", True), "cell 6 is True, not a number"),
        (changed("value/6", [1]), r"cell 6 is \[1\], not a number"),
        (changed("value/6", 10**400), "is too large to be a number"),
        (changed("value", [1, 2]), "'value' has 2 cells where 'size' makes 12"),
        (changed("value", "none"), "'value' is neither a mapping nor a list"),
        (changed("status/6", 5), "the status 5 of cell 6 is no text"),
        (changed("class", "collection"), "class 'collection'"),
        (changed("version", "1.0"), "version '1.0'"),
        (lambda: "[1]", "no JSON-stat dataset"),
        (lambda: "{} x", "not valid JSON"),
        (lambda: json.dumps(cube()).replace("11.5", "NaN"), "'NaN' is not a number"),
        (lambda: json.dumps(cube()).replace("11.5", "1e999"), "too large or too small to be a number"),
        (lambda: json.dumps(cube()).replace("11.5", "9" * 5000), "too large to be a number"),
        (lambda: "[" * 100_000, "nested too deeply|not valid JSON"),
    ],
)
def test_a_broken_cube_is_refused(make: Callable[[], object], message: str) -> None:
    with pytest.raises(DeliveryError, match=message) as caught:
        decode(make())
    assert "x.json" in str(caught.value)
    assert "Remedy:" in str(caught.value)
