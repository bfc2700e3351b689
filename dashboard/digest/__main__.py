"""`python -m dashboard.digest`: mail what is new to those in `data/internal/subscriptions.toml`.

Exit 0: all is sent, or nothing was due; 1: a setting or the subscriptions are wrong, or a mail was not taken.
"""

from __future__ import annotations

import argparse
import logging
import sys
from collections.abc import Sequence

from dashboard import programmes
from dashboard.digest import config, run, subscriptions
from dashboard.digest.outbox import Outbox
from dashboard.settings import INTERNAL, PUBLIC, from_environment
from dashboard.store import NoBuildError, Store


def main(arguments: Sequence[str] | None = None) -> int:
    """Read settings, subscriptions and builds, then send; the exit code."""
    parser = argparse.ArgumentParser("python -m dashboard.digest", description="Mail new alerts to their subscribers.")
    parser.add_argument("--dry-run", action="store_true", help="print the mails; send and remember nothing")
    asked = parser.parse_args(arguments)
    logging.basicConfig(level=logging.INFO, format="%(message)s")
    settings = from_environment()
    if not settings.base_url:
        raise SystemExit("ATLAS_BASE_URL is not set. A mail needs the address readers type, such as https://atlas.…")
    mail = None if asked.dry_run else config.read()
    folder = settings.data / INTERNAL
    try:
        internal = Store(settings.data, settings.audience).current()
        readers = subscriptions.read(folder / "subscriptions.toml", internal)
    except (NoBuildError, subscriptions.WrongSubscriptionsError) as error:
        raise SystemExit(str(error)) from None
    try:
        public = internal if internal.audience == PUBLIC else Store(settings.data).current()
    except NoBuildError:
        public = None
    desk = run.Desk(public, internal, settings.base_url, mail.sender if mail else "atlas@localhost")
    day = programmes.today()
    if mail is None:
        seen = Outbox(folder / "digest") if (folder / "digest").is_dir() else None
        run.preview(desk, readers, seen, day, sys.stdout.write)
        return 0
    outbox = Outbox(folder / "digest")
    with outbox.alone() as free:
        if not free:
            raise SystemExit("Another digest is running; this one does nothing.")
        return 1 if run.send(desk, readers, outbox, mail, day) else 0


if __name__ == "__main__":
    sys.exit(main())
