"""The password file of a pilot on one machine: `name:hash` a line, argon2id. None has a default."""

from __future__ import annotations

import fcntl
import os
import re
import tempfile
import unicodedata
from functools import lru_cache
from pathlib import Path

from argon2 import PasswordHasher
from argon2.exceptions import Argon2Error, InvalidHashError

SHORTEST, LONGEST = 12, 1024
NAME = re.compile(r"[a-z0-9][a-z0-9._@-]{1,63}")
_HASHER = PasswordHasher()  # argon2id as RFC 9106 recommends: 64 MiB, three passes


class PasswordError(Exception):
    """The name or the new password cannot be taken; the message says why."""


def account(name: str) -> str:
    """The spelling under which a name is kept: case and compatibility forms do not matter."""
    return unicodedata.normalize("NFKC", name).strip().casefold()[:64]


def key(name: str) -> str:
    """What sessions and the audit log know an account by."""
    return f"{name} @ password file"


def read(path: Path) -> dict[str, str]:
    """Account → hash."""
    lines = path.read_text(encoding="utf-8").splitlines()
    return dict(line.split(":", 1) for line in lines if ":" in line)


def check(path: Path, name: str, password: str) -> bool:
    """Whether the password is that of the account. Takes as long for an account there is not."""
    known = read(path).get(account(name))
    try:
        return _HASHER.verify(known or _nobody(), _spelled(password)) and known is not None
    except (Argon2Error, InvalidHashError):
        return False


def change(path: Path, name: str, password: str | None) -> None:
    """Give an account a password, or take the account away (None). Raises PasswordError.

    The file is replaced in one step, readable by its owner only; two commands at once wait for each other.
    """
    if not NAME.fullmatch(name):
        raise PasswordError(f"{name!r} is no name: small letters, digits, . _ @ -, at least two")
    hashed = None if password is None else _HASHER.hash(_spelled(_long_enough(name, password)))
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    lock = os.open(path.with_name(path.name + ".lock"), os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX)
        accounts = read(path) if path.exists() else {}
        if hashed is None and name not in accounts:
            raise PasswordError(f"there is no account {name!r}")
        accounts = {**accounts, name: hashed} if hashed else {k: v for k, v in accounts.items() if k != name}
        _replace(path, "".join(f"{key}:{value}\n" for key, value in sorted(accounts.items())))
    finally:
        os.close(lock)


def _long_enough(name: str, password: str) -> str:
    if len(password) < SHORTEST:
        raise PasswordError(f"too short: at least {SHORTEST} characters; a few words in a row are easy to remember")
    if len(password) > LONGEST or name in password.casefold() or len(set(password)) < 5:
        raise PasswordError("too easy to guess: it holds the name, repeats few characters, or has no end")
    return password


def _replace(path: Path, text: str) -> None:
    number, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")  # mkstemp: 0600
    try:
        with os.fdopen(number, "w", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        os.replace(temporary, path)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise
    folder = os.open(path.parent, os.O_RDONLY)
    os.fsync(folder)
    os.close(folder)


def _spelled(password: str) -> str:
    """Umlauts typed on another keyboard are the same characters."""
    return unicodedata.normalize("NFKC", password[:LONGEST])


@lru_cache(maxsize=1)
def _nobody() -> str:
    return _HASHER.hash(os.urandom(16).hex())
