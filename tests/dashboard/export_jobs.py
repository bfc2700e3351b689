"""Jobs for the process in which exports are made, which finds them by their module."""

from __future__ import annotations

import os
import sys
import time

from dashboard import urls
from dashboard.exports.worker import MEMORY
from dashboard.store import Build


def observations(build: Build, times: int) -> bytes:
    """A job that reads the build."""
    return f"{build.id} {len(build.rows('regions')) * times} {os.getpid()} {os.nice(0)}".encode()


def printing(_build: Build) -> bytes:
    """A library that prints."""
    print("noise")
    sys.stdout.flush()
    return b"fine"


def refusing(_build: Build) -> bytes:
    """A job that refuses as a page does."""
    raise urls.NotFoundError("evil", text="No.", status=403)


def dying(_build: Build) -> bytes:
    """A job that takes its process with it."""
    os._exit(1)


def waiting(_build: Build, seconds: float) -> bytes:
    """A job that takes its time."""
    time.sleep(seconds)
    return b"late"


def hungry(_build: Build) -> bytes:
    """A job after which the process is larger than it may be."""
    return b"." if bytearray(b"x") * MEMORY else b""
