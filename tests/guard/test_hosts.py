"""Headers that were forged: the Host makes no link, nothing gets into another's answer or into the headers of one."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest
from guarded import BASE, LAST, Guarded

from dashboard.app import create
from dashboard.settings import Settings

#: What names the site's own address: feeds, an export, the API, a picture, linked data.
LINKING = (
    "/de/feeds/all.xml",
    "/de/map.json",
    "/api/v1/observations.jsonstat?indicator=x",
    "/de/map.svg",
    "/catalog.jsonld",
)
FORGED = {"Host": "evil.example", "X-Forwarded-Host": "evil.example", "Forwarded": "host=evil.example"}


@pytest.mark.parametrize("path", LINKING)
def test_with_a_base_address_no_link_is_made_from_the_host(settings: Settings, path: str) -> None:
    client = create(replace(settings, base_url=BASE)).server.test_client()
    answer = client.get(path, headers=FORGED)
    assert b"evil.example" not in answer.data
    assert "evil.example" not in str(answer.headers)
    assert client.get(path).data == answer.data, "the answer is the same for everybody, so a cache can keep it"


def test_without_one_each_address_gets_its_own_file(settings: Settings) -> None:
    """A trial on one's own machine: what one Host was told is never told to another."""
    client = create(settings).server.test_client()
    first = client.get("/de/map.json", headers={"Host": "evil.example", "X-Forwarded-Host": "worse.example"})
    assert b"evil.example" in first.data
    second = client.get("/de/map.json", headers={"Host": "good.example"})
    assert b"evil.example" not in second.data
    assert b"good.example" in second.data
    assert b"worse.example" not in first.data + second.data
    page = client.get("/de/map", headers={"Host": "evil.example"})
    assert b"evil.example" not in page.data, "pages have no absolute links then"


@pytest.mark.parametrize(
    "host",
    ["a b", "a<script>", "a/b", "a\\b", "a@b", "a?b", "a#b", "a:b", "a:123456", "[::1", "'", "a,b", "-a", "ä.example",
     "x" * 300],
)  # fmt: skip
def test_what_is_no_host_is_refused(application: object, host: str) -> None:
    client = application.server.test_client()  # type: ignore[attr-defined]
    answer = client.get("/de/map", environ_overrides={"HTTP_HOST": host})
    assert answer.status_code == 400
    assert "Diese Anfrage ist nicht lesbar." in answer.text
    assert host not in answer.text.split("<main")[1] or host in ("'", "-a")


@pytest.mark.parametrize(
    "host", ["atlas.example", "Atlas.Example:8050", "127.0.0.1:8050", "[::1]:8050", "a_b", "localhost"]
)
def test_hosts_as_they_are_pass(application: object, host: str) -> None:
    client = application.server.test_client()  # type: ignore[attr-defined]
    assert client.get("/health/live", environ_overrides={"HTTP_HOST": host}).status_code == 200


#: Where a reader's text comes back in a header: redirects, file names, the id of the request, CORS.
INJECTING = (
    b"GET /de?x=%0d%0aX-Forged:%201 HTTP/1.1\r\n", b"GET /de%0d%0aX-Forged:%201 HTTP/1.1\r\n",
    b"GET /embed/de?x=%0d%0aSet-Cookie:%20a=b HTTP/1.1\r\n", b"GET /de/region/ded%0d%0aX-Forged:1 HTTP/1.1\r\n",
    b"GET /de/region/ded.csv?x=%0aX-Forged:1 HTTP/1.1\r\n", b"GET //evil.example/%2e%2e HTTP/1.1\r\n",
    b"GET /\\evil.example/de HTTP/1.1\r\n", b"GET /de/ HTTP/1.1\r\nX-Request-Id: a\x0b b\r\n",
    b"GET /api/v1 HTTP/1.1\r\nOrigin: https://evil.example\r\n",
    b"GET /de/map.csv?indicator=%0d%0aX-Forged:1 HTTP/1.1\r\n",
)  # fmt: skip


@pytest.mark.parametrize("line", INJECTING)
def test_nothing_of_a_request_becomes_a_header(guarded: Guarded, line: bytes) -> None:
    with guarded.sent(line + b"Connection: close\r\nHost: a\r\n\r\n") as connection:
        got = b""
        while part := connection.recv(65536):
            got += part
    head = got.split(b"\r\n\r\n")[0].lower()
    assert re.match(rb"http/1\.1 [234]\d\d ", head), head[:200]
    assert b"\nx-forged" not in head
    assert b"\nset-cookie" not in head
    for target in re.findall(rb"\nlocation: *([^\r\n]*)", head):
        assert re.match(rb"/(?![/\\])", target), "redirects stay on the site"
    assert guarded.exchange(LAST) == [200]
