"""Territories are found by their place; one that would count something twice, or nothing, is refused with its name."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import duckdb
import pytest
from tiny_project import HUB, Project

from etl import catalogue, codes
from etl.model import CatalogueError
from etl.territories import frame, read_territory

Change = Callable[[str], str]


def swap(old: str, new: str) -> Change:
    def change(text: str) -> str:
        assert old in text
        return text.replace(old, new, 1)

    return change


def written(folder: Path, text: str, name: str = "a-hub") -> Path:
    folder.mkdir(exist_ok=True)
    path = folder / f"{name}.toml"
    path.write_text(text, encoding="utf-8")
    return path


def test_a_new_file_is_in_the_build_without_editing_a_list(tiny: Project) -> None:
    written(tiny.root / "territories", HUB, "another-hub")
    found = catalogue.load(tiny.root)
    assert found.territories["another-hub"].members == ("DED", "DEG")
    incoming = frame(found.territories.values())
    with duckdb.connect() as connection:
        connection.execute((catalogue.ROOT / "schema.sql").read_text(encoding="utf-8"))
        connection.execute("insert into territory by name from incoming")
        assert incoming.height == 2
        rows = connection.execute("select id, members, name_fr, perimeter_en from territory").fetchall()
    assert rows == [(id_, ["DED", "DEG"], "Le hub", "") for id_ in ("a-hub", "another-hub")]


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (swap('"DEG"', '"DEX"'), "key 'members': unknown NUTS code 'DEX'"),
        (swap('"DEG"', '"DEG0H"'), "DEG0H"),  # of NUTS 2021
        (swap('"DEG"', '"deg"'), "key 'members': write 'DEG', not 'deg'"),
        (swap('"DEG"', '"DED"'), "key 'members': 'DED' stands twice"),
        (swap('"DEG"', '"DED51"'), "key 'members': 'DED51' lies in 'DED' and would count twice"),
        (swap('["DEG", "DED"]', "[]"), "key 'members': a list of NUTS 2024 codes is needed"),
        (swap('["DEG", "DED"]', '["DEG", 3]'), "key 'members': a list of NUTS 2024 codes is needed"),
        (swap('"https://example.org/hub"', '"somebody said so"'), "key 'sources': 'somebody said so' is no address"),
        (swap('kind = "hub"', 'kind = "club"'), "key 'kind': 'club' is not one of"),
        (swap('name = "Le hub"', ""), "key 'words.fr.name': missing"),
        (swap('name = "Le hub"', 'name = "Le hub"\nperimeter = "Choisi."'), "key 'words.perimeter': another language"),
        (swap("on = 2026-11-21", ""), "key 'checked.on': missing"),
        (swap('kind = "hub"', 'kind = "hub"\ncolour = "red"'), "key 'colour': unknown"),
    ],
)
def test_a_wrong_territory_is_refused_naming_file_and_key(tmp_path: Path, change: Change, message: str) -> None:
    with pytest.raises(CatalogueError) as caught:
        read_territory(written(tmp_path, change(HUB)))
    assert "territories/a-hub.toml" in str(caught.value)
    assert message in str(caught.value)


@pytest.mark.parametrize("name", ["A-hub", "a_hub", "de3", "frf"])
def test_a_name_that_is_no_address_or_a_regions_code_is_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(CatalogueError, match="the name is the address"):
        read_territory(written(tmp_path, HUB, name))


def test_the_shipped_territories_are_those_of_their_sources() -> None:
    """What the sources named in the files say, read a second time by a person."""
    found = {id_: one.members for id_, one in catalogue.load().territories.items()}
    assert found["ki-hub-sachsen-thueringen"] == ("DED", "DEG")
    assert {codes.region(code).name for code in found["5-standorte-programm"]} == {
        "Duisburg", "Gelsenkirchen", "Hamm", "Herne", "Unna",
    }  # fmt: skip
    assert {codes.region(code).name for code in found["oberrhein"]} == {
        "Karlsruhe (Stadt)", "Karlsruhe (Landkreis)", "Baden-Baden", "Rastatt", "Freiburg im Breisgau",
        "Breisgau-Hochschwarzwald", "Emmendingen", "Ortenaukreis", "Lörrach", "Waldshut", "Landau in der Pfalz",
        "Germersheim", "Südliche Weinstraße", "Bas-Rhin", "Haut-Rhin",
    }  # fmt: skip
    assert found["grossregion"] == ("DEB", "DEC", "FRF3")
    assert len(found) >= 9
