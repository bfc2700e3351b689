"""Settings from the environment, prefix ATLAS_. All of them, with their defaults."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

ROOT = Path(__file__).resolve().parent.parent

#: Variable → default and meaning; docs/reference.py makes the tables of the documentation from it.
VARIABLES: Final = {
    "ATLAS_HOST": ("127.0.0.1", "address to listen on"),
    "ATLAS_PORT": ("8050", "port to listen on"),
    "ATLAS_DATA": ("data", "folder with `builds/` and `current.json`"),
    "ATLAS_BASE_URL": (
        "",
        "public address, such as `https://atlas.example.org`, for absolute links; empty: links without a host",
    ),
    "ATLAS_WORKERS": ("2", "server processes"),
    "ATLAS_PROXIES": ("0", "web servers in front that add to X-Forwarded-For; without it all readers look like one"),
    "ATLAS_SHARED": (
        "",
        "Valkey that all machines share, such as `valkey://10.0.0.5:6379/0`, for limits and caches; empty: none",
    ),
    "ATLAS_SHARED_KEY_FILE": (
        "",
        "file with a secret of at least 32 bytes that all machines have; with it they also share drawn files there",
    ),
    "ATLAS_RUNTIME": (
        "",
        "folder for what the processes of a machine share while they run; empty: systemd's, else in memory (/dev/shm)",
    ),
    "ATLAS_REQUESTS_A_MINUTE": ("3000", "pages and their data that one address may ask for in a minute; 0: no limit"),
    "ATLAS_API_A_MINUTE": ("600", "answers of the API that one address may ask for in a minute; 0: no limit"),
    "ATLAS_EXPORTS_A_MINUTE": ("120", "files and pictures that one address may ask for in a minute; 0: no limit"),
    "ATLAS_EMBED_HOSTS": (
        "",
        "sites that may show `/embed/…` in a frame, such as `example.org, *.example.de`; `*`: every site; empty: none",
    ),
    "ATLAS_LOGO": ("", "PNG or JPEG of at most 2 MB that stands on every slide of a deck"),
    "ATLAS_DECK_TEMPLATE": (
        "",
        "`.pptx` whose master, layouts and theme decks use in place of the atlas’s own; at most 20 MB",
    ),
    "ATLAS_LOG": (
        "plain",
        "a line on standard error per request and error: `json`, `plain` for people, `off`: warnings and errors only",
    ),
    "ATLAS_OPERATOR": (
        "",
        "folder with the operator’s imprint, privacy and accessibility texts and `operator.toml`; empty: none",
    ),
    "ATLAS_AUDIENCE": (
        "public",
        "`public`, or `internal`: with internal and embargoed figures, for people who sign in",
    ),
}
_LABEL = r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?"
_HOST = re.compile(rf"(?:https?://)?(?:\*\.)?{_LABEL}(?:\.{_LABEL})*(?::[0-9]{{1,5}})?", re.IGNORECASE)
#: How an address of ATLAS_SHARED may begin; those that end in s are encrypted.
SHARED: Final = ("valkey", "valkeys", "redis", "rediss")
#: Who the pages are for (docs/audiences.md).
PUBLIC, INTERNAL = AUDIENCES = ("public", "internal")
#: How it logs (dashboard/logs.py).
LOGS: Final = ("json", "plain", "off")


@dataclass(frozen=True)
class Settings:
    """host, port: where `make run` listens. data: the folder with `current.json` and `builds/`.

    base_url: the public address, for absolute links; empty means "as asked". workers: server processes.
    audience: one of AUDIENCES. embed_hosts: sites that may frame, with a space between them, or `*`; empty for none.
    logo, deck_template: files for decks, empty for none; dashboard/deck/template.py reads them.
    operator: the folder of dashboard/legal/folder.py.
    proxies: web servers in front whose X-Forwarded-For is believed. shared: address of a Valkey, empty for none;
    shared_key: file with the secret that seals what lies there.
    runtime: folder for limits, empty for the usual one. requests, api, exports: limits per address and minute, 0 for
    none, which is what an application made by hand has; the defaults of a server are those of VARIABLES.
    log: one of LOGS.
    """

    host: str
    port: int
    data: Path
    base_url: str
    workers: int
    audience: str = PUBLIC
    embed_hosts: str = ""
    logo: str = ""
    deck_template: str = ""
    operator: Path | None = None
    proxies: int = 0
    shared: str = ""
    shared_key: str = ""
    runtime: str = ""
    requests: int = 0
    api: int = 0
    exports: int = 0
    log: str = "plain"


def from_environment() -> Settings:
    """Read all VARIABLES; an empty one counts as not set. Raises SystemExit with a sentence for an unreadable one."""
    read = {name: os.environ.get(name) or default for name, (default, _) in VARIABLES.items()}
    try:
        port, workers = int(read["ATLAS_PORT"]), int(read["ATLAS_WORKERS"])
    except ValueError as error:
        raise SystemExit(f"ATLAS_PORT and ATLAS_WORKERS must be whole numbers: {error}") from None
    if read["ATLAS_AUDIENCE"] not in AUDIENCES:
        raise SystemExit(f"ATLAS_AUDIENCE is {read['ATLAS_AUDIENCE']!r}; it must be one of: {', '.join(AUDIENCES)}")
    if read["ATLAS_LOG"] not in LOGS:
        raise SystemExit(f"ATLAS_LOG is {read['ATLAS_LOG']!r}; it must be one of: {', '.join(LOGS)}")
    data = Path(read["ATLAS_DATA"])
    return Settings(
        host=read["ATLAS_HOST"],
        port=port,
        data=data if data.is_absolute() else ROOT / data,
        base_url=read["ATLAS_BASE_URL"].rstrip("/"),
        workers=workers,
        audience=read["ATLAS_AUDIENCE"],
        embed_hosts=embed_hosts(read["ATLAS_EMBED_HOSTS"], read["ATLAS_AUDIENCE"]),
        logo=read["ATLAS_LOGO"],
        deck_template=read["ATLAS_DECK_TEMPLATE"],
        operator=Path(read["ATLAS_OPERATOR"]) if read["ATLAS_OPERATOR"] else None,
        proxies=number("ATLAS_PROXIES", read["ATLAS_PROXIES"], 9),
        shared=_shared(read["ATLAS_SHARED"]),
        shared_key=read["ATLAS_SHARED_KEY_FILE"],
        runtime=read["ATLAS_RUNTIME"],
        requests=number("ATLAS_REQUESTS_A_MINUTE", read["ATLAS_REQUESTS_A_MINUTE"]),
        api=number("ATLAS_API_A_MINUTE", read["ATLAS_API_A_MINUTE"]),
        exports=number("ATLAS_EXPORTS_A_MINUTE", read["ATLAS_EXPORTS_A_MINUTE"]),
        log=read["ATLAS_LOG"],
    )


def number(name: str, text: str, most: int = 10**9) -> int:
    """A whole number of a setting, 0 to `most`; raises SystemExit with a sentence."""
    if not (text.isascii() and text.isdecimal()) or int(text) > most:
        raise SystemExit(f"{name} is {text!r}; it must be a whole number, 0 to {most}")
    return int(text)


def _shared(text: str) -> str:
    parts = urlsplit(text)
    if text and (parts.scheme not in SHARED or not parts.hostname):
        shown = parts._replace(netloc=parts.netloc.rpartition("@")[2]).geturl()  # it may hold a password
        raise SystemExit(f"ATLAS_SHARED is {shown!r}; it must be an address such as valkey://10.0.0.5:6379/0")
    return text


def embed_hosts(text: str, audience: str = PUBLIC) -> str:
    """The hosts of ATLAS_EMBED_HOSTS as a Content-Security-Policy names them; raises SystemExit for what is none."""
    hosts = text.replace(",", " ").split()
    for host in hosts:
        if not _HOST.fullmatch(host) and hosts != ["*"]:
            raise SystemExit(
                f"ATLAS_EMBED_HOSTS names {host!r}; it takes hosts such as example.org, *.example.org or "
                "https://example.org:8443, with commas between them, or * alone"
            )
    if hosts and audience != PUBLIC:
        raise SystemExit("ATLAS_EMBED_HOSTS is for ATLAS_AUDIENCE=public: internal pages are shown on no other site")
    return " ".join(hosts)
