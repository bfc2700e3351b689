"""What the server writes to standard error: one line per request, and errors with the number that the reader was shown.

ATLAS_LOG: `json` has one object per line, `plain` the same for people, `off` only warnings and errors. No line has an
address, a browser's name, or what stands behind the `?`. Nothing in a request can forge a line: JSON is plain ASCII,
and in plain text control characters are escaped and further lines of a traceback begin with `    | `.

The standard library's logging does it: structlog and python-json-logger would replace the twenty lines of `Lines`.
"""

from __future__ import annotations

import json
import logging
import logging.config
import os
import secrets
from datetime import UTC, datetime
from typing import Any

from flask import has_request_context, request

from dashboard.settings import LOGS

JSON, _PLAIN, OFF = LOGS
#: Characters of a message and a traceback that are written at most.
MESSAGE, TRACE = 2000, 8000
#: Where the environment of a request has its number, and a record its further fields.
NUMBER, FIELDS = "atlas.request", "fields"


def request_id() -> str:
    """The number of the request being answered, as its X-Request-Id says it; outside of one a fresh number."""
    found = request.environ.get(NUMBER) if has_request_context() else None
    return str(found) if found else secrets.token_hex(6)


def configure(mode: str) -> None:
    """Let this process log so."""
    logging.config.dictConfig(config(mode))


def config(mode: str) -> dict[str, Any]:
    """The configuration for `logging.config` and for granian, one of LOGS: everything to standard error."""
    quiet = {"handlers": ["atlas"], "level": "WARNING", "propagate": False}
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {"atlas": {"()": "dashboard.logs.Lines", "as_json": mode == JSON}},
        "handlers": {"atlas": {"class": "logging.StreamHandler", "formatter": "atlas", "stream": "ext://sys.stderr"}},
        "root": {"handlers": ["atlas"], "level": "WARNING"},
        "loggers": {
            "atlas.request": {"level": "WARNING" if mode == OFF else "INFO"},
            "_granian": quiet | {"level": "WARNING" if mode == OFF else "INFO"},
            "granian.access": quiet,
        },
    }


class Lines(logging.Formatter):
    """One line per record, whatever is in it."""

    def __init__(self, *, as_json: bool) -> None:
        super().__init__()
        self._as_json = as_json

    def format(self, record: logging.LogRecord) -> str:
        """The record as a line of JSON, or as text for people."""
        moment = datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
        fields: dict[str, object] = dict(getattr(record, FIELDS, {}))
        if not fields and has_request_context():
            fields["request"] = request_id()
        trace = self.formatException(record.exc_info)[-TRACE:] if record.exc_info else ""
        message = record.getMessage()[:MESSAGE]
        if self._as_json:
            line = {"time": moment, "level": record.levelname.lower(), "message": message, **fields, "pid": os.getpid()}
            return json.dumps(line | ({"trace": trace} if trace else {}))
        told = " ".join(f"{name}={_printable(str(value))}" for name, value in fields.items())
        text = f"{moment} {record.levelname} {_printable(message)} {told}".rstrip()
        return text + "".join(f"\n    | {_printable(line)}" for line in trace.splitlines())


def _printable(text: str) -> str:
    return "".join(one if one.isprintable() else one.encode("unicode_escape").decode() for one in text)
