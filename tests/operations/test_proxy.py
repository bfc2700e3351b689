"""deploy/nginx/atlas.conf in a real nginx, in front of the real server: what the manual says of it."""

from __future__ import annotations

import json
import os
import re
import shutil
import socket
import ssl
import subprocess
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from operating import PATIENCE, Readers, Running, running, until
from serving import ROOT, free_port

from dashboard.security import BODY_BYTES

NGINX = shutil.which("nginx", path=f"{os.environ.get('PATH', '')}:/usr/sbin")
pytestmark = pytest.mark.skipif(not NGINX, reason="no nginx here; tests/ensure-nginx says how to get one")
HOST = "atlas.example"
BROWSER = {"Host": HOST, "Accept-Encoding": "gzip, br"}
MORE = {"ATLAS_PROXIES": "1", "ATLAS_BASE_URL": f"https://{HOST}", "ATLAS_WORKERS": "1"}


def certificate(folder: Path) -> None:
    """A certificate for HOST that it signed itself, as fullchain.pem and key.pem."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, HOST)])
    now = datetime.now(UTC)
    made = x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number(), now, now + timedelta(1))
    made = made.add_extension(x509.SubjectAlternativeName([x509.DNSName(HOST)]), critical=False)
    signed = made.sign(key, hashes.SHA256())
    (folder / "fullchain.pem").write_bytes(signed.public_bytes(serialization.Encoding.PEM))
    plain = serialization.NoEncryption()
    pem, form = serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8
    (folder / "key.pem").write_bytes(key.private_bytes(pem, form, plain))


def configured(name: str, folder: Path, ports: dict[str, str]) -> str:
    """A configuration of deploy/nginx with the folders and ports of this test, and nothing else changed."""
    text = (ROOT / "deploy/nginx" / name).read_text(encoding="utf-8")
    text = re.sub(r"(?m)^\s*listen \[::\].*\n", "", text)  # not every machine has IPv6
    for path in ("/etc/ssl/atlas", "/var/log/nginx", "/var/cache/nginx"):
        assert path in text
        text = text.replace(path, str(folder))
    for old, new in ports.items():
        assert re.search(old, text), old
        text = re.sub(old, new, text)
    return text


class Proxy:
    """nginx, and the two servers it knows, of which none need be running."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.port, self.http = folder, free_port(), free_port()
        self.blue, self.green = free_port(), free_port()
        certificate(folder)
        ports = {
            r"listen 80;": f"listen 127.0.0.1:{self.http};",
            r"listen 443 ": f"listen 127.0.0.1:{self.port} ",
            r"127\.0\.0\.1:8050 ": f"127.0.0.1:{self.blue} ",
            r"# server 127\.0\.0\.1:8052 ": f"server 127.0.0.1:{self.green} ",
        }
        inside = {r"listen 443 ": f"listen 127.0.0.1:{self.port} "}
        user = "user root;" if os.geteuid() == 0 else ""
        temporary = "".join(f"{one}_temp_path {folder}/{one};" for one in ("client_body", "fastcgi", "uwsgi", "scgi"))
        (folder / "nginx.conf").write_text(
            f"{user} daemon off; pid {folder}/pid; error_log {folder}/error.log; events {{}}\n"
            f"http {{ {temporary} proxy_temp_path {folder}/proxy;\n{configured('atlas.conf', folder, ports)}\n"
            f"{configured('atlas-internal.conf', folder, inside)} }}\n"
        )
        self.command = [
            str(NGINX),
            "-p",
            str(folder),
            "-c",
            str(folder / "nginx.conf"),
            "-e",
            str(folder / "error.log"),
        ]

    @property
    def address(self) -> str:
        return f"https://127.0.0.1:{self.port}"

    def client(self) -> httpx.Client:
        """A browser that knows the certificate and the name."""
        context = ssl.create_default_context(cafile=str(self.folder / "fullchain.pem"))
        context.check_hostname = False  # asked for by address; HOST is checked by `name`
        return httpx.Client(base_url=self.address, verify=context, headers=BROWSER, timeout=PATIENCE)

    def lines(self) -> list[dict[str, object]]:
        return [json.loads(line) for line in (self.folder / "atlas.log").read_text().splitlines()]


@pytest.fixture(scope="module")
def proxy(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Proxy]:
    found = Proxy(tmp_path_factory.mktemp("nginx"))
    checked = subprocess.run([*found.command, "-t"], capture_output=True, text=True, check=False)
    assert checked.returncode == 0, checked.stderr
    assert "warn" not in checked.stderr
    process = subprocess.Popen(found.command, stderr=subprocess.DEVNULL)
    try:
        until(lambda: socket.socket().connect_ex(("127.0.0.1", found.port)) == 0, "nginx listens")
        yield found
    finally:
        process.terminate()
        process.wait(PATIENCE)


@pytest.fixture(scope="module")
def atlas(proxy: Proxy, build: Path) -> Iterator[Running]:
    with running(build, proxy.folder / "server.log", port=proxy.blue, more=MORE) as server:
        server.ready()
        for page in ("/de/data", "/fr/data?x=1", "/en/data?slow"):  # on a loaded machine a first query may be too slow
            until(lambda page=page: httpx.get(f"{server.address}{page}", timeout=PATIENCE).status_code == 200, page)  # type: ignore[misc]
        yield server


def numbered(atlas: Running, number: str) -> dict[str, object]:
    """The server's line on a request."""

    def found() -> list[dict[str, object]]:
        told = [json.loads(line) for line in atlas.log.read_text().splitlines() if line.startswith("{")]
        return [line for line in told if line.get("request") == number]

    until(found, f"the server logs request {number}")
    (line,) = found()
    return line


def test_pages_come_over_tls_with_all_headers_and_one_number(proxy: Proxy, atlas: Running) -> None:
    with socket.create_connection(("127.0.0.1", proxy.port)) as raw:
        context = ssl.create_default_context(cafile=str(proxy.folder / "fullchain.pem"))
        with context.wrap_socket(raw, server_hostname=HOST) as safe:
            assert safe.version() in ("TLSv1.2", "TLSv1.3")
    plain = httpx.get(f"http://127.0.0.1:{proxy.http}/de/map?level=land", headers={"Host": HOST})
    assert (plain.status_code, plain.headers["Location"]) == (308, f"https://{HOST}/de/map?level=land")
    with proxy.client() as client:
        forged = {"X-Request-Id": "forged-by-a-reader", "X-Forwarded-For": "203.0.113.9", "X-Forwarded-Host": "evil"}
        answer = client.get("/de/data", headers=forged)
        assert answer.status_code == 200
        direct = httpx.get(f"{atlas.address}/de/data", headers=BROWSER)
        assert answer.content == direct.content
        own = {"date", "server", "connection", "x-request-id", "transfer-encoding", "content-length", "keep-alive"}
        lost = {name for name in direct.headers.keys() - own if answer.headers.get(name) != direct.headers[name]}
        assert lost == set(), "headers of the atlas that do not arrive"
        assert "max-age" in answer.headers["Strict-Transport-Security"]
        number = answer.headers["X-Request-Id"]
        assert re.fullmatch(r"[0-9a-f]{32}", number), "nginx's, not the reader's"
        assert numbered(atlas, number)["path"] == "/de/data"
        assert len(answer.headers.get_list("X-Request-Id")) == 1
        assert "evil" not in answer.text
        assert client.get("/de/map", headers={"Host": "evil.example"}).status_code == 421
        assert client.get("/metrics").status_code == 403
    log = (proxy.folder / "atlas.log").read_text()
    assert number in log
    assert "127.0.0.1" not in log, "no address of a reader"
    assert "203.0.113.9" not in log + atlas.log.read_text()


def test_pages_are_kept_asked_for_again_by_etag_and_never_what_is_private(proxy: Proxy, atlas: Running) -> None:
    path = "/fr/data?x=1"
    with proxy.client() as client:
        first = client.get(path)
        assert first.headers["X-Cache"] == "MISS"
        assert first.headers["Cache-Control"] == "no-cache", "browsers ask each time"
        until(lambda: client.get(path).headers["X-Cache"] == "HIT", "it comes from the cache")
        until(lambda: client.get(path).headers["X-Cache"] == "REVALIDATED", "it is asked for again")
        told = [json.loads(line) for line in atlas.log.read_text().splitlines() if '"/fr/data"' in line]
        assert 304 in {line["status"] for line in told}, "by its ETag"
        again = client.get(path, headers={"If-None-Match": first.headers["ETag"]})
        assert (again.status_code, again.content) == (304, b"")
        assert client.get(path, headers={"Accept-Encoding": "identity"}).text == first.text
        assert client.get(path).headers["X-Request-Id"] != client.get(path).headers["X-Request-Id"]
        for private in ("/health/ready", "/de/nothing-here"):
            assert {client.get(private).headers["X-Cache"] for _ in range(5)} == {"MISS"}
        assert "X-Cache" not in client.get("/api/v1/sources.json").headers
        csv = client.get("/api/v1/sources", headers={"Accept": "text/csv"})
        assert csv.headers["Content-Type"] != client.get("/api/v1/sources").headers["Content-Type"]
    text = (ROOT / "deploy/nginx/atlas-internal.conf").read_text(encoding="utf-8")
    assert re.findall(r"(?m)^\s*proxy_cache\w* .*;", text) == ["    proxy_cache off;"]


def test_a_slow_or_large_body_does_not_reach_a_worker(proxy: Proxy, atlas: Running) -> None:
    def logged() -> int:
        return atlas.log.read_text().count("/_dash-update-component")

    context = ssl.create_default_context(cafile=str(proxy.folder / "fullchain.pem"))
    head = f"POST /_dash-update-component HTTP/1.1\r\nHost: {HOST}\r\nContent-Length: 1000\r\n\r\n"
    with ExitStack() as stack, proxy.client() as client:
        slow = []
        for _ in range(40):  # three times as many as there are threads
            raw = stack.enter_context(socket.create_connection(("127.0.0.1", proxy.port)))
            slow.append(stack.enter_context(context.wrap_socket(raw, server_hostname=HOST)))
            slow[-1].sendall(head.encode() + b"x" * 10)
        assert client.get("/en/data?slow").status_code == 200
        assert "\natlas_requests_running 1.0" in httpx.get(f"{atlas.address}/metrics").text, "only this one"
        assert logged() == 0
        slow[0].sendall(b"x" * 990)
        assert slow[0].recv(12) == b"HTTP/1.1 400"
        until(lambda: logged() == 1, "the one that is whole was passed on")
        for size in (300_000, 20_000_000):
            assert client.post("/_dash-update-component", content=b"x" * size).status_code == 413
        assert logged() == 1, "nginx refuses these itself"
        assert client.post("/_dash-update-component", content=b"x" * BODY_BYTES).status_code == 400, "none is smaller"


def test_one_server_is_exchanged_for_another_without_a_failed_request(
    proxy: Proxy, atlas: Running, build: Path, tmp_path: Path
) -> None:
    """The upgrade of docs/deploy.md: the new one beside the old one, then the old one is stopped."""
    with proxy.client() as client, Readers(proxy.address, client=client) as readers:
        readers.more()
        with running(build, tmp_path / "green", port=proxy.green, more=MORE) as green:
            green.ready()
            readers.more()
            assert atlas.stop() == 0
            readers.more()
            until(lambda: "/shapes/" in green.log.read_text(), "the new one answers")
            readers.stop()
    assert readers.wrong == []
