"""Static files and data: one content in three encodings, validated by ETag, kept for ever only under their own hash."""

from __future__ import annotations

import gzip
import re
from pathlib import Path

import brotli
import pytest
from flask.testing import FlaskClient

from dashboard import compressed
from dashboard.compressed import FOREVER, address, pack, packed_file, static_files
from dashboard.store import Build

ADDRESSES = ("/assets/map.js", "/shapes/land.json", "/de/slice/{indicator}/land.json", "/fr/regions.json", "/en/map")
UNPACK = {"br": brotli.decompress, "gzip": gzip.decompress, "": bytes}


@pytest.fixture(params=ADDRESSES)
def where(request: pytest.FixtureRequest, opened: Build) -> str:
    first = opened.rows("indicators", lang="en")[0]["id"]
    return str(request.param).format(indicator=first)


def test_all_encodings_are_the_same_content(client: FlaskClient, where: str) -> None:
    answers = {form: client.get(where, headers={"Accept-Encoding": form or "identity"}) for form in UNPACK}
    contents = {form: UNPACK[form](answer.data) for form, answer in answers.items()}
    assert contents["br"] == contents["gzip"] == contents[""]
    for form, answer in answers.items():
        assert answer.status_code == 200
        assert answer.headers.get("Content-Encoding", "") == form
        assert "Accept-Encoding" in answer.headers["Vary"]
        assert int(answer.headers["Content-Length"]) == len(answer.data)
    sizes = [len(answers[form].data) for form in ("br", "gzip", "")]
    assert sizes == sorted(sizes)
    assert len({answer.headers["ETag"] for answer in answers.values()}) == 3


@pytest.mark.parametrize(
    ("accepted", "form"),
    [
        ("gzip, deflate, br, zstd", "br"),
        ("gzip", "gzip"),
        ("br;q=0.5, gzip;q=0.1", "br"),
        ("", ""),
        ("identity", ""),
        ("br;q=0, gzip", "gzip"),
        ("br;q=0, gzip;q=0", ""),
        ("brown, gzipped", ""),
    ],
)
def test_the_client_gets_what_it_takes(client: FlaskClient, accepted: str, form: str) -> None:
    answer = client.get("/assets/map.css", headers={"Accept-Encoding": accepted})
    assert answer.headers.get("Content-Encoding", "") == form


def test_what_the_client_has_is_not_sent_again(client: FlaskClient, where: str) -> None:
    asked = {"Accept-Encoding": "br"}
    tag = client.get(where, headers=asked).headers["ETag"]
    again = client.get(where, headers=asked | {"If-None-Match": tag})
    assert (again.status_code, again.data) == (304, b"")
    assert again.headers["ETag"] == tag
    assert "Content-Security-Policy" in again.headers
    assert client.get(where, headers=asked | {"If-None-Match": '"other"'}).status_code == 200
    assert client.get(where, headers={"If-None-Match": tag}).status_code == 200, "another encoding is another thing"


def test_head_is_get_without_the_body(client: FlaskClient, where: str) -> None:
    got, head = client.get(where), client.head(where)
    assert (head.status_code, head.data) == (200, b"")
    assert head.headers["ETag"] == got.headers["ETag"]
    assert head.headers["Content-Length"] == got.headers["Content-Length"]


@pytest.mark.parametrize("name", ["/assets/map.js", "/shapes/nuts3.json", "/assets/vendor/plotly-basic.min.js"])
def test_only_an_address_with_the_right_hash_is_kept_for_ever(client: FlaskClient, name: str) -> None:
    own = address(name)
    assert re.fullmatch(re.escape(name) + r"\?h=[0-9a-f]{12}", own)
    assert client.get(own).headers["Cache-Control"] == FOREVER
    for other in (name, f"{name}?h=", f"{name}?h=000000000000", f"{name}?h={own[-12:]}x", f"{name}?v={own[-12:]}"):
        assert client.get(other).headers["Cache-Control"] == "no-cache", other


def test_only_an_address_with_the_right_build_is_kept_for_ever(client: FlaskClient, opened: Build) -> None:
    first = opened.rows("indicators", lang="en")[0]["id"]
    for path in (f"/de/slice/{first}/land.json", "/de/regions.json"):
        assert client.get(f"{path}?v={opened.id}").headers["Cache-Control"] == FOREVER
        for other in ("", "?v=", "?v=000000000000", f"?v={opened.id}x", f"?h={opened.id}"):
            assert client.get(path + other).headers["Cache-Control"] == "no-cache", other
    assert client.get("/de/map").headers["Cache-Control"] == "no-cache"


def test_every_address_in_a_page_has_its_hash(client: FlaskClient) -> None:
    page = client.get("/de/map").text
    found = re.findall(r'(?:src|href)="(/(?:assets|shapes)/[^"]+)"', page)
    assert len(found) >= 9
    assert all(client.get(each).headers["Cache-Control"] == FOREVER for each in found)


def test_dashs_bundles_are_packed_and_kept(client: FlaskClient) -> None:
    page = client.get("/de/map").text
    bundles = re.findall(r'src="(/_dash-component-suites/[^"]+)"', page)
    assert len(bundles) >= 3
    for bundle in bundles:
        packed, plain = client.get(bundle, headers={"Accept-Encoding": "br"}), client.get(bundle)
        assert packed.headers["Content-Encoding"] == "br"
        assert brotli.decompress(packed.data) == plain.data
        assert packed.headers["Cache-Control"] == FOREVER


def test_a_bundle_under_a_thousand_fingerprints_is_held_once(client: FlaskClient) -> None:
    """Dash answers to any fingerprint; who invents some must not fill the memory."""
    found = re.search(
        r'src="(/_dash-component-suites/[^"]+?\.v)[^"]+?m[0-9a-f]+(\.min\.js)"', client.get("/de/map").text
    )
    assert found
    held = None
    for i in range(20):
        answer = client.get(f"{found.group(1)}1_{i}m{i}{found.group(2)}")
        assert answer.status_code == 200
        held = held or compressed.packed_bytes.cache_info().currsize
    assert compressed.packed_bytes.cache_info().currsize == held
    assert client.get("/_dash-component-suites/dash/dcc/async-graph.js").headers["Cache-Control"] == "no-cache"


@pytest.mark.parametrize(
    "path",
    [
        "/assets/nope.js", "/assets/", "/assets", "/shapes/", "/shapes/nope.json", "/shapes/manifest.json/x",
        "/assets/../app.py", "/assets/..%2fapp.py", "/assets/%2e%2e/app.py", "/assets//etc/passwd",
        "/shapes/../pyproject.toml", "/shapes/..%2f..%2fetc%2fpasswd", "/assets/vendor/../../app.py",
        "/assets/map.js%00.css", "/assets/fonts", "/shapes/LICENCES.md", "/assets/.compressed",
        "/_dash-component-suites/dash/../../app.py", "/_dash-component-suites/nope/x.js",
    ],
)  # fmt: skip
def test_an_unknown_file_is_404(client: FlaskClient, path: str) -> None:
    answer = client.get(path)
    assert answer.status_code == 404, path
    assert "import" not in answer.text.split("</head>")[-1].replace("important", "")


def test_every_file_is_served_with_its_type(client: FlaskClient) -> None:
    assert len(static_files()) > 20
    for name, path in static_files().items():
        answer = client.get(name)
        assert answer.status_code == 200
        assert answer.data == path.read_bytes()
        assert answer.headers["Content-Type"] == compressed.TYPES[path.suffix], name


def test_a_changed_file_is_served_changed(tmp_path: Path) -> None:
    path = tmp_path / "a.css"
    path.write_text("a{}" * 100)
    before = packed_file(path)
    path.write_text("b{}" * 100)
    after = packed_file(path)
    assert before.etag != after.etag
    assert brotli.decompress(after.br) == gzip.decompress(after.gz) == path.read_bytes()


def test_packing_is_deterministic_and_loses_nothing() -> None:
    data = b"figures " * 1000
    first, second = pack(data), pack(data)
    assert first == second
    assert brotli.decompress(first.br) == gzip.decompress(first.gz) == first.plain == data


def test_a_read_only_installation_still_serves(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "file").write_text("in the way")
    monkeypatch.setattr(compressed, "CACHE", tmp_path / "file" / "below")
    packed = compressed.packed_bytes(b"x" * 1000)
    assert brotli.decompress(packed.br) == b"x" * 1000
