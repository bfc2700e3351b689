"""The desk's first page says what to look at, within the scopes of who reads it."""

from __future__ import annotations

from pathlib import Path

import desking
import pytest
from desking import copied

from dashboard import alerts, programmes
from dashboard.app import create
from dashboard.components import alerts as said
from dashboard.i18n import words
from dashboard.settings import INTERNAL, Settings
from dashboard.store import Store


def test_the_desk_shows_alerts_within_the_scopes(build: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    data = copied(build, tmp_path)
    for name, value in desking.pilot(data).items():
        monkeypatch.setenv(name, value)
    server = create(Settings("127.0.0.1", 0, data, desking.LOCAL, 1, INTERNAL)).server
    opened, t = Store(data, INTERNAL).current(), words("de")
    found = alerts.alerts(opened, programmes.today())
    overdue = [alert for alert in found if alert.kind == alerts.OVERDUE]
    everywhere = desking.signed_in(server.test_client(), "rita").get("/de/desk").text
    assert t("To look at") in everywhere
    assert said.title(opened, t, overdue[0]) in everywhere
    assert f"{said.kind_word(t, alerts.OVERDUE)} ({len(overdue)})" in everywhere
    here = alerts.select(opened, found, regions=["DED"], programmes=["zaki-d"])
    assert 0 < len(here) < len(found)
    sachsen = desking.signed_in(server.test_client(), "conny").get("/de/desk").text
    for alert in here[: said.SHOWN]:
        assert said.title(opened, t, alert) in sachsen
    assert said.title(opened, t, overdue[0]) not in sachsen
