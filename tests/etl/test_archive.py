"""A zip is read by names and sizes it has itself, never trusted, and never written to disk."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from etl import archive
from etl.model import DeliveryError
from etl.packed import only_member


def packed(folder: Path, members: list[tuple[str, bytes]], change: Callable[[bytes], bytes] = bytes) -> Path:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as new:
        for name, content in members:
            new.writestr(name, content)
    path = folder / "delivery.zip"
    path.write_bytes(change(buffer.getvalue()))
    return path


def test_a_member_is_found_by_its_file_name_in_whatever_folder(tmp_path: Path) -> None:
    path = packed(tmp_path, [("csv/project.csv", b"id\n1\n"), ("csv/readme.txt", b"x")])
    assert archive.read_member(path, "project.csv") == b"id\n1\n"
    assert only_member(path, ".csv") == ("project.csv", b"id\n1\n")
    assert archive.member_name(path, "project.csv") == "delivery.zip/project.csv"


def test_a_path_that_leads_out_of_the_archive_is_only_a_name(tmp_path: Path) -> None:
    path = packed(tmp_path, [("../../evil.csv", b"x"), ("..\\..\\worse.txt", b"y")])
    assert only_member(path, ".csv") == ("evil.csv", b"x")
    assert archive.read_member(path, "worse.txt") == b"y"
    assert [one.name for one in tmp_path.iterdir()] == ["delivery.zip"]


def test_a_zip_bomb_is_refused_before_it_is_unpacked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(archive, "LIMIT", 1_000_000)
    path = packed(tmp_path, [("bomb.csv", bytes(2_000_000))])
    assert path.stat().st_size < 10_000
    with pytest.raises(DeliveryError, match=r"unpacks to 2,000,000 bytes or more; 1,000,000 are allowed"):
        archive.read_member(path, "bomb.csv")


@pytest.mark.parametrize(
    ("members", "change", "message"),
    [
        ([("a.csv", b"x")], bytes, r"delivery.zip/project.csv: the archive has no such file"),
        ([("a/project.csv", b"x"), ("b/project.csv", b"y")], bytes, "the archive has this file more than once"),
        ([("project.csv", b"x" * 999)], lambda raw: raw[:60], "the archive is damaged or cut short"),
        ([("project.csv", b"x" * 999)], lambda raw: raw[:45] + b"????" + raw[49:], "damaged or cut short"),
        ([("project.csv", b"x")], lambda raw: b"<html>no</html>", "this is a web page"),
        ([("project.csv", b"x")], lambda raw: b"id;title\n", "the file is not a zip archive"),
        ([("project.csv", b"x")], lambda raw: b"", "the file is not a zip archive"),
    ],
)
def test_what_is_no_such_archive_is_refused(
    tmp_path: Path, members: list[tuple[str, bytes]], change: Callable[[bytes], bytes], message: str
) -> None:
    with pytest.raises(DeliveryError, match=message) as caught:
        archive.read_member(packed(tmp_path, members, change), "project.csv")
    assert "Remedy:" in str(caught.value)
