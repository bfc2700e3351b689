"""`python -m dashboard`: serve the published build."""

from __future__ import annotations

import sys

from granian import Granian
from granian.constants import Interfaces

from dashboard import compressed
from dashboard.deck.serve import given
from dashboard.desk import config, roles
from dashboard.exports.pool import WAITING
from dashboard.settings import INTERNAL, from_environment
from dashboard.store import pointed

#: Of a worker; more than exports may hold (exports/pool.py), so that pages always find one.
THREADS = 4 + 1 + WAITING


def main() -> None:
    """Pack the static files once, then serve until interrupted."""
    settings = from_environment()
    if settings.audience == INTERNAL:
        roles.load_at_start(config.read(settings).roles)  # says what is missing before any worker starts
    if not (pointed(settings.data, settings.audience) / "current.json").exists():
        sys.exit(f"There is no published build in {settings.data}. Make one with: make build")
    given(settings)  # a wrong logo or template is said before any worker starts
    for path in compressed.static_files().values():
        compressed.packed_file(path)
    sys.stderr.write(f"The atlas is at http://{settings.host}:{settings.port}/\n")
    Granian(
        "dashboard.wsgi:server",
        address=settings.host,
        port=settings.port,
        interface=Interfaces.WSGI,
        workers=settings.workers,
        blocking_threads=THREADS,
        log_access=False,
    ).serve()


if __name__ == "__main__":
    main()
