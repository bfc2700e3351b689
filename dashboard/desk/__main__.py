"""`python -m dashboard.desk`: passwords of a pilot, ending sessions, proving the audit log."""

from __future__ import annotations

import argparse
import getpass
import os
import sys
from collections.abc import Sequence
from pathlib import Path

from dashboard.desk import config, passwords
from dashboard.desk.audit import Audit, AuditError, noted
from dashboard.desk.records import Records
from dashboard.settings import INTERNAL, ROOT, from_environment

#: Who a step of this command is written down as.
OPERATOR = "operator"


def command_line() -> argparse.ArgumentParser:
    """The commands and their arguments."""
    parser = argparse.ArgumentParser(prog="python -m dashboard.desk", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    password = commands.add_parser("password", help="set a password in the file that ATLAS_PASSWORDS names")
    password.add_argument("name", metavar="NAME", help="the account")
    password.add_argument("--remove", action="store_true", help="take the account away instead")
    revoke = commands.add_parser("revoke", help="end all sessions of a person at once")
    revoke.add_argument("user", metavar="USER", help="name, e-mail or key, as in the audit log")
    commands.add_parser("sessions", help="who is signed in")
    check = commands.add_parser("check", help="check an upload; the desk does so by itself")
    check.add_argument("upload", metavar="ID", help="as in the address of its page")
    commands.add_parser("verify-audit", help="prove that the audit log is whole; prints its last hash")
    return parser


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; 0 done, 1 refused, 2 usage."""
    asked = command_line().parse_args(arguments)
    folder = config.folder(from_environment())
    try:
        if asked.command == "password":
            return _password(folder, asked.name, remove=asked.remove)
        if asked.command == "revoke":
            return _revoke(folder, asked.user)
        if asked.command == "sessions":
            return _sessions(folder)
        if asked.command == "check":
            return _check(folder, asked.upload)
        return _verify(folder)
    except (passwords.PasswordError, AuditError, OSError) as error:
        return _no(str(error))


def _password(folder: Path, name: str, *, remove: bool) -> int:
    named = os.environ.get("ATLAS_PASSWORDS")
    if not named:
        return _no("ATLAS_PASSWORDS is not set: the file to write to, such as data/internal/passwords")
    path = Path(named) if Path(named).is_absolute() else ROOT / named
    new = None
    if not remove:
        new = getpass.getpass(f"Password for {name}: ")
        if getpass.getpass("Once more: ") != new:
            return _no("the two differ; nothing was changed")
    passwords.change(path, name, new)
    Audit(folder).write(OPERATOR, "password removed" if remove else "password set", account=name)
    ended = Records(folder).end_all(passwords.key(name))
    return _yes(f"{'removed' if remove else 'set'}: {name} in {path.name}; sessions ended: {ended}")


def _revoke(folder: Path, user: str) -> int:
    records = Records(folder)
    wanted = user.casefold()
    found = [
        who
        for who in records.people().values()
        if wanted in (who.key.casefold(), who.name.casefold(), who.email.casefold())
    ]
    if not found:
        return _no(f"nobody called {user!r} is signed in; `sessions` lists who is")
    for who in found:
        count = records.end_all(who.key)
        Audit(folder).write(OPERATOR, "sessions revoked", person=who.key, sessions=count)
        _yes(f"ended: {count} of {who.key}")
    return 0


def _sessions(folder: Path) -> int:
    for who in Records(folder).people().values():
        _yes("\t".join((who.name, who.email, who.key)))
    return 0


def _check(folder: Path, id_: str) -> int:
    from dashboard.desk import checking, uploads  # noqa: PLC0415 - half a second that no other command needs
    from dashboard.store import Store  # noqa: PLC0415

    settings = from_environment()
    build = Store(settings.data, INTERNAL).current()
    checking.limit_memory()
    try:
        checking.run(uploads.Uploads(folder), id_, build)
    except KeyError:
        return _no(f"there is no upload {id_!r}")
    return 0


def _verify(folder: Path) -> int:
    heads = noted(folder / "released")
    checked = Audit(folder).verify(heads)
    torn = f"; half lines left by a failure: {checked.torn}" if checked.torn else ""
    kept = f"; as {len(heads)} releases noted it" if heads else ""
    return _yes(f"whole: {checked.records} records, last hash {checked.head}{torn}{kept}")


def _yes(text: str) -> int:
    sys.stdout.write(f"{text}\n")
    return 0


def _no(text: str) -> int:
    sys.stderr.write(f"error: {text}\n")
    return 1


if __name__ == "__main__":
    sys.exit(main())
