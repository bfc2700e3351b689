"""`python -m dashboard`: serve the published build."""

from __future__ import annotations

import sys
from typing import Final

from dashboard import compressed, mirrored, serving
from dashboard.pointer import pointed
from dashboard.settings import INTERNAL, Settings, from_environment

#: Of a worker; more than exports may hold (exports/pool.py), so that pages always find one.
THREADS: Final = 11


def main() -> None:
    """Pack the static files once, then serve until told to stop."""
    settings = from_environment()
    if settings.audience == INTERNAL or settings.logo or settings.deck_template or settings.operator:
        serving.apart(lambda: _check(settings))
    if not (pointed(settings.data, settings.audience) / "current.json").exists():
        if mirrored.read(settings.data) is None:
            sys.exit(f"There is no published build in {settings.data}. Make one with: make build")
        sys.stderr.write("The mirror has not brought a build yet; until then readers are told so (503).\n")
    for path in compressed.static_files().values():
        compressed.packed_file(path)
    sys.stderr.write(f"The atlas is at http://{settings.host}:{settings.port}/\n")
    serving.serve(settings, THREADS)


def _check(settings: Settings) -> None:
    """What is missing or wrong is said before any worker starts."""
    from dashboard.deck.serve import given  # noqa: PLC0415 (loads most of the application)
    from dashboard.desk import config, roles  # noqa: PLC0415
    from dashboard.legal.folder import Folder  # noqa: PLC0415

    if settings.audience == INTERNAL:
        roles.load_at_start(config.read(settings).roles)
    given(settings)
    for problem in Folder(settings.operator).problems():
        if settings.operator and not settings.operator.is_dir():
            sys.exit(problem)
        sys.stderr.write(f"Not shown: {problem}\n")  # the other texts are


if __name__ == "__main__":
    main()
