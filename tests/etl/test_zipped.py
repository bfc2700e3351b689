"""Zips are read by member name and within bounds; an archive that could do harm is refused whole."""

from __future__ import annotations

import io
import stat
import struct
import zipfile
from pathlib import Path

import pytest

from etl import zipped
from etl.model import DeliveryError
from etl.packed import only_member

TEXT = b'"id";"title"\n"1";"a"\n'


def zip_of(path: Path, members: dict[str, bytes], link: str = "") -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
        if link:
            info = zipfile.ZipInfo(link)
            info.external_attr = (stat.S_IFLNK | 0o777) << 16
            archive.writestr(info, "/etc/passwd")
    return path


def test_a_member_is_read_wherever_it_lies_and_never_by_a_part_of_its_name(tmp_path: Path) -> None:
    path = zip_of(tmp_path / "a.zip", {"csv/project.csv": TEXT, "old_project.csv": b"no", "project.csv.txt": b"no"})
    assert zipped.read_member(path, "project.csv") == TEXT
    assert zipped.member_name(path, "project.csv") == "a.zip:project.csv"
    assert [entry.name for entry in tmp_path.iterdir()] == ["a.zip"]


@pytest.mark.parametrize(
    ("members", "link", "message"),
    [
        ({"other.csv": TEXT}, "", r"a\.zip: the archive lacks 'project\.csv'; it has other\.csv"),
        ({}, "", "it has none"),
        ({"a/project.csv": TEXT, "b/project.csv": TEXT}, "", "2 members are called 'project.csv'"),
        ({"project.csv": TEXT, "../../outside.csv": b"x"}, "", r"'\.\./\.\./outside\.csv' would be written outside"),
        ({"project.csv": TEXT, "/etc/cron.d/x": b"x"}, "", "would be written outside its folder"),
        ({"project.csv": TEXT, "a\\..\\x": b"x"}, "", "would be written outside its folder"),
        ({"project.csv": TEXT, "C:/x": b"x"}, "", "would be written outside its folder"),
        ({"project.csv": TEXT}, "data.csv", "'data.csv' is a link"),
        ({"project.csv": b"0" * 20_000_000}, "", "bytes unpack to 20,000,000: this looks like a zip bomb"),
        ({f"{number}.csv": b"" for number in range(1_001)}, "", "1001 members where 1000 are allowed"),
    ],
)
def test_an_unsafe_or_incomplete_archive_is_refused(
    tmp_path: Path, members: dict[str, bytes], link: str, message: str
) -> None:
    path = zip_of(tmp_path / "a.zip", members, link)
    with pytest.raises(DeliveryError, match=message) as caught:
        zipped.read_member(path, "project.csv")
    assert "Remedy:" in str(caught.value)


def test_a_member_larger_than_allowed_is_refused(tmp_path: Path) -> None:
    path = zip_of(tmp_path / "a.zip", {"project.csv": TEXT * 10})
    with pytest.raises(DeliveryError, match=r"unpacks to 210 bytes, more than the 100 allowed"):
        zipped.read_member(path, "project.csv", largest=100)


def test_an_archive_that_lies_about_its_sizes_is_stopped_while_reading(tmp_path: Path) -> None:
    """A member that says of itself to be small: zipfile stops at that size and the checksum does not fit."""
    path = zip_of(tmp_path / "a.zip", {"project.csv": b"0" * 20_000_000})
    raw = path.read_bytes()
    path.write_bytes(raw.replace(struct.pack("<L", 20_000_000), struct.pack("<L", 900)))
    with pytest.raises(DeliveryError, match="damaged or cut short"):
        zipped.read_member(path, "project.csv")


def test_a_bomb_is_stopped_by_what_really_comes_out(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The check of the declared sizes taken away, the bytes themselves are still counted."""
    path = zip_of(tmp_path / "a.zip", {"project.csv": b"0" * 20_000_000})
    monkeypatch.setattr(zipped, "_expect_bounded", lambda *_: None)
    with pytest.raises(DeliveryError, match=r"unpacks to more than 1,9\d\d,\d\d\d bytes"):
        zipped.read_member(path, "project.csv")


def test_damaged_encrypted_and_other_files_are_named(tmp_path: Path) -> None:
    whole = zip_of(tmp_path / "a.zip", {"project.csv": TEXT * 1000}).read_bytes()
    at = whole.index(b"PK\x01\x02")
    flipped = bytearray(whole)
    flipped[60] ^= 0xFF
    locked = bytearray(whole)
    locked[6] |= 1
    locked[at + 8] |= 1
    for content, message in (
        (whole[: len(whole) // 2], "damaged or cut short"),
        (bytes(flipped), "damaged or cut short"),
        (bytes(locked), "the member is encrypted"),
        (b"<!DOCTYPE html><html>502</html>", "this is a web page, not the zip file"),
        (b"id;title\n", "this is no zip file"),
        (b"", "this is no zip file"),
    ):
        path = tmp_path / "b.zip"
        path.write_bytes(content)
        with pytest.raises(DeliveryError, match=message):
            zipped.read_member(path, "project.csv")


def test_a_zip_in_a_zip_is_a_missing_member(tmp_path: Path) -> None:
    inner = io.BytesIO()
    with zipfile.ZipFile(inner, "w") as archive:
        archive.writestr("project.csv", TEXT)
    path = zip_of(tmp_path / "a.zip", {"inner.zip": inner.getvalue()})
    with pytest.raises(DeliveryError, match=r"lacks 'project\.csv'; it has inner\.zip"):
        zipped.read_member(path, "project.csv")


def test_the_only_file_of_a_kind_is_found_by_its_ending(tmp_path: Path) -> None:
    path = zip_of(tmp_path / "a.zip", {"Daten/Table.CSV": TEXT, "readme.txt": b"x"})
    assert only_member(path, ".csv") == ("Table.CSV", TEXT)
    assert zipped.members(path) == ["Daten/Table.CSV", "readme.txt"]
    with pytest.raises(DeliveryError, match=r"2 files of the archive end with \.csv"):
        only_member(zip_of(tmp_path / "b.zip", {"a.csv": TEXT, "b.csv": TEXT}), ".csv")


def test_a_reader_of_its_own_gets_no_unsafe_archive_either(tmp_path: Path) -> None:
    """A workbook or a shapefile is opened by another library; what it would unpack is bounded before."""
    for members, message in (
        ({"xl/sheet.xml": b"0" * 20_000_000}, "this looks like a zip bomb"),
        ({"../sheet.xml": b"x"}, "would be written outside its folder"),
    ):
        with pytest.raises(DeliveryError, match=message):
            zipped.members(zip_of(tmp_path / "a.zip", members))


def test_an_unknown_way_of_packing_is_named(tmp_path: Path) -> None:
    for method in (14, 99):
        raw = bytearray(zip_of(tmp_path / "a.zip", {"project.csv": TEXT * 9}).read_bytes())
        raw[8] = method
        raw[raw.index(b"PK\x01\x02") + 10] = method
        (tmp_path / "a.zip").write_bytes(raw)
        with pytest.raises(DeliveryError, match="damaged or cut short"):
            zipped.read_member(tmp_path / "a.zip", "project.csv")
