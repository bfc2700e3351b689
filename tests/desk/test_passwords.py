"""The password file: what a wrong guess costs."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

import argon2
import pytest
from desking import PASSWORD

from dashboard.desk import passwords


def test_a_name_there_is_not_costs_the_same_work(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Who measures answers learns no names: one verification each, at the same cost. Counted, as seconds vary."""
    verified: list[argon2.Parameters] = []

    class Counting(argon2.PasswordHasher):
        def verify(self, hash: str | bytes, password: str | bytes) -> Literal[True]:
            verified.append(argon2.extract_parameters(str(hash)))
            return super().verify(hash, password)

    monkeypatch.setattr(passwords, "_HASHER", Counting())
    file = tmp_path / "passwords"
    passwords.change(file, "rolf", PASSWORD)
    assert passwords.check(file, "rolf", PASSWORD)
    assert not passwords.check(file, "rolf", "not the right one")
    assert not passwords.check(file, "who", "not the right one")
    assert len(verified) == 3
    assert verified[0] == verified[1] == verified[2]
