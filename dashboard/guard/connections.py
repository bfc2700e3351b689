"""What the server does with connections: many may stand open and say nothing, and a head has to arrive soon.

A connection that is open counts against `backpressure`, not against the threads: with granian's own 1024 a script that
opens so many and waits would keep every reader out. What an open one costs was measured (docs/protection.md).
"""

from __future__ import annotations

import resource
from typing import Any, Final

from granian.constants import HTTPModes
from granian.http import HTTP1Settings

#: Connections of a worker, where the system lets it have so many files; and files that it needs besides.
MOST: Final = 16_384
_FILES: Final = 256
#: Milliseconds that the head of a request may take; bytes that it may have, above which the answer is 431.
HEAD_MS: Final = 15_000
HEAD_BYTES: Final = 64 * 1024


def options() -> dict[str, Any]:
    """Arguments for granian's server. HTTP/1 alone: what stands in front speaks it; HTTP/2 has attacks of its own."""
    return {
        "backpressure": max(128, min(MOST, _files() - _FILES)),
        "http": HTTPModes.http1,
        "http1_settings": HTTP1Settings(header_read_timeout=HEAD_MS, max_buffer_size=HEAD_BYTES),
        "websockets": False,
    }


def _files() -> int:
    """Files that this process may have open, after raising that to what the system allows."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = MOST + _FILES if hard == resource.RLIM_INFINITY else min(hard, MOST + _FILES)
    if soft != resource.RLIM_INFINITY and soft < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
        return wanted
    return MOST + _FILES if soft == resource.RLIM_INFINITY else soft
