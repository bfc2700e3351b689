"""A real nginx before two servers, as docs/scaling.md sets it up."""

from __future__ import annotations

import os
import shutil
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest
from serving import free_port

CONF = """
daemon off; master_process off; worker_processes 1; pid {folder}/pid; error_log {folder}/error.log warn;
events {{ worker_connections 256; }}
http {{
  access_log off; client_body_temp_path {folder}/b; proxy_temp_path {folder}/p; fastcgi_temp_path {folder}/f;
  uwsgi_temp_path {folder}/u; scgi_temp_path {folder}/s;
  upstream atlas {{ {servers} }}
  server {{
    listen 127.0.0.1:{port};
    location / {{
      proxy_pass http://atlas; proxy_set_header Host $host;
      proxy_next_upstream error timeout http_502 http_503; proxy_connect_timeout 2s;
    }}
  }}
}}
"""


@contextmanager
def before(addresses: list[str], folder: Path) -> Iterator[str]:
    """nginx that shares requests out among the servers, until the block ends; yields its address."""
    nginx = shutil.which("nginx", path=f"{os.environ.get('PATH', '')}:/usr/sbin")
    if nginx is None:
        pytest.skip("no nginx here; tests/ensure-nginx says how to get one")
    folder.mkdir()
    port = free_port()
    servers = " ".join(f"server {each.removeprefix('http://')} max_fails=1 fail_timeout=1s;" for each in addresses)
    (folder / "conf").write_text(CONF.format(folder=folder, port=port, servers=servers))
    process = subprocess.Popen([nginx, "-p", str(folder), "-e", f"{folder}/error.log", "-c", f"{folder}/conf"])
    address = f"http://127.0.0.1:{port}"
    try:
        end = time.monotonic() + 60
        while True:
            try:
                httpx.get(f"{address}/health/live", timeout=30)
                break
            except httpx.ConnectError:
                assert process.poll() is None, (folder / "error.log").read_text()
                assert time.monotonic() < end
                time.sleep(0.05)
        yield address
    finally:
        process.terminate()
        process.wait(30)
