"""Who asks: the address that the web servers in front report, as far as they are trusted, and its network."""

from __future__ import annotations

import ipaddress
from typing import Final

from flask import Flask
from werkzeug.middleware.proxy_fix import ProxyFix

#: The network of one household or office; a single reader has so many addresses of it.
_IPV6_PREFIX: Final = 64


def believe(server: Flask, proxies: int) -> None:
    """Let `request.remote_addr` be what the last `proxies` web servers in front wrote into X-Forwarded-For.

    Without any, the header is a claim of the reader and counts for nothing. Host and scheme are never taken from
    headers: ATLAS_BASE_URL says them.
    """
    if proxies:
        fixed = ProxyFix(server.wsgi_app, x_for=proxies, x_proto=0, x_host=0)
        server.wsgi_app = fixed  # type: ignore[method-assign]


def network(address: str | None) -> str:
    """An IPv4 address, or the /64 of an IPv6 one; "unknown" for what is none."""
    try:
        found = ipaddress.ip_address(address or "")
    except ValueError:
        return "unknown"
    if found.version == 4:
        return str(found)
    mapped = getattr(found, "ipv4_mapped", None)
    return str(mapped) if mapped else str(ipaddress.ip_network((int(found), _IPV6_PREFIX), strict=False))


def loopback(host: str | None) -> bool:
    """Whether a host name or address is this machine's own."""
    try:
        found = ipaddress.ip_address(host or "")
    except ValueError:
        return host == "localhost"
    return found.is_loopback or bool((mapped := getattr(found, "ipv4_mapped", None)) and mapped.is_loopback)
