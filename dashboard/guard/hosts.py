"""The Host of a request: one name as names are, or the answer is 400.

Where ATLAS_BASE_URL is set, no link is made from it. Where it is not (a trial on one's own machine), files name the
address under which they were asked for, and are kept by it; X-Forwarded-Host counts for nothing in either case.
"""

from __future__ import annotations

import re
from typing import Final

from flask import Flask, request
from werkzeug.exceptions import BadRequest

#: A name, an IPv4 address, or an IPv6 one in brackets; and a port.
_HOST: Final = re.compile(r"(?:[A-Za-z0-9](?:[A-Za-z0-9._-]{0,252})|\[[0-9A-Fa-f:.]{2,45}\])(?::[0-9]{1,5})?")


def register(server: Flask) -> None:
    """Refuse what is no host, two of them, and HTTP/1.1 without any."""

    @server.before_request
    def refuse_strange_hosts() -> None:
        host = request.environ.get("HTTP_HOST", "")
        if not host and request.environ.get("SERVER_PROTOCOL") == "HTTP/1.0":
            return
        if not _HOST.fullmatch(host):
            raise BadRequest("no host")
