"""Where a fetch may be led: redirects, certificates, proxies; each against a real server on loopback."""

from __future__ import annotations

import os
import shutil
import ssl
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import httpx
import pytest
from publisher import Publisher, head, page, publishing, status
from test_fetch import fetched, source

# ── Where it leads ───────────────────────────────────────────────────────────────────────────────────────────────


def test_redirects_stay_with_the_publisher(tmp_path: Path, publisher: Publisher) -> None:
    port = publisher.address.rpartition(":")[2]
    elsewhere = f"http://localhost:{port}/b.csv"
    publisher.on("/b.csv", page(b"x"))
    what = source(publisher.on("/a.csv", status(302, location=elsewhere)))
    assert "another host, localhost" in fetched(tmp_path, what).problems[0]
    assert fetched(tmp_path, replace(what, hosts=("localhost",))).state == "new"
    publisher.on("/a.csv", status(301, location="/b.csv"))
    assert fetched(tmp_path / "same", what).state == "new"
    publisher.on("/a.csv", status(302, location="/a.csv"))
    assert "more than 5 times" in fetched(tmp_path / "loop", what).problems[0]
    publisher.on("/a.csv", status(302, location="file:///etc/passwd"))
    assert fetched(tmp_path / "file", what).state == "failed"


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A self-signed certificate for the loopback, with its key."""
    if not shutil.which("openssl"):
        pytest.skip("there is no openssl here to make a certificate with")
    path = tmp_path_factory.mktemp("tls") / "both.pem"
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2",
         "-subj", "/CN=localhost", "-addext", "subjectAltName=IP:127.0.0.1", "-keyout", path, "-out", f"{path}.crt"],
        check=True, capture_output=True, timeout=30,
    )  # fmt: skip
    path.write_text(path.read_text() + Path(f"{path}.crt").read_text())
    return path


@contextmanager
def secure(certificate: Path) -> Iterator[Publisher]:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    with publishing(context) as server:
        yield server


def test_a_certificate_nobody_vouches_for_is_refused(
    tmp_path: Path, certificate: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with secure(certificate) as server:
        what = source(server.on("/a.csv", page(b"x")))
        result = fetched(tmp_path, what)
        assert "certificate cannot be trusted" in result.problems[0]
        assert server.asked == []
        monkeypatch.setenv("SSL_CERT_FILE", str(certificate))  # the operator vouches: so it was the certificate
        assert fetched(tmp_path, what).state == "new"


def test_a_redirect_from_https_to_http_is_refused(
    tmp_path: Path, publisher: Publisher, certificate: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    with secure(certificate) as server:
        plain = publisher.on("/a.csv", page(b"x"))
        result = fetched(tmp_path, source(server.on("/a.csv", status(302, location=plain))))
    assert "from https to http" in result.problems[0]
    assert publisher.asked == []


@contextmanager
def proxying() -> Iterator[tuple[str, list[str]]]:
    """A proxy on the loopback, and the addresses it was asked for."""
    through: list[str] = []

    class Proxy(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            through.append(self.path)
            with httpx.Client(trust_env=False) as client:
                answer = client.get(f"http://127.0.0.1:{httpx.URL(self.path).port}{httpx.URL(self.path).path}")
            head(self, answer.status_code, {"content-length": str(len(answer.content))})
            self.wfile.write(answer.content)

        def log_message(self, format: str, *args: object) -> None:
            """Quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Proxy)
    threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}", through
    finally:
        server.shutdown()
        server.server_close()


def test_proxy_settings_are_honoured(tmp_path: Path, publisher: Publisher, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in os.environ if name.lower().endswith("_proxy")]:
        monkeypatch.delenv(name)
    port = publisher.address.rpartition(":")[2]
    publisher.on("/a.csv", page(b"x"))
    url = f"http://office.invalid:{port}/a.csv"  # resolves nowhere: only the proxy can get there
    with proxying() as (proxy, through):
        monkeypatch.setenv("HTTP_PROXY", proxy)
        assert fetched(tmp_path, source(url)).state == "new"
        assert through == [url]
        monkeypatch.setenv("NO_PROXY", "office.invalid")
        assert fetched(tmp_path / "direct", source(url)).state == "failed"
        assert through == [url]
