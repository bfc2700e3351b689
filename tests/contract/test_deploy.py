"""The systemd units and the cron line: they run commands that there are, where the manual says."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from dashboard import serving, settings
from dashboard.desk import config
from etl import cli

ROOT = Path(__file__).resolve().parents[2]
SERVICE, TIMER = ROOT / "deploy/atlas-etl.service", ROOT / "deploy/atlas-etl.timer"
LIFT, LIFT_TIMER = ROOT / "deploy/atlas-lift.service", ROOT / "deploy/atlas-lift.timer"
DIGEST, DIGEST_TIMER = ROOT / "deploy/atlas-digest.service", ROOT / "deploy/atlas-digest.timer"
INTERNAL = ROOT / "deploy/atlas-internal.service"
WEB, SOCKET = ROOT / "deploy/atlas-web.service", ROOT / "deploy/atlas-web.socket"
MANUAL = (ROOT / "docs/operations.md").read_text(encoding="utf-8")
DEPLOY = (ROOT / "docs/deploy.md").read_text(encoding="utf-8")


UNITS = (SERVICE, TIMER, LIFT, LIFT_TIMER, DIGEST, DIGEST_TIMER, INTERNAL, WEB, SOCKET)


def commands(text: str) -> list[str]:
    return re.findall(r"python -m etl (\w+)", text)


def test_service_and_cron_run_the_same_commands_in_the_same_order() -> None:
    cron = re.search(r"(?m)^(\d+ \d+ \* \* \* .+)$", MANUAL)
    assert cron
    ran = commands("\n".join(re.findall(r"(?m)^ExecStart=.*$", SERVICE.read_text(encoding="utf-8"))))
    assert ran == commands(cron[1]) == ["fetch", "build", "status"]
    assert set(ran) <= set(cli._COMMANDS)


def test_a_failed_fetch_does_not_keep_the_build_from_running_and_a_failed_build_is_told() -> None:
    lines = re.findall(r"(?m)^ExecStart=(-?)\S+ -m etl (\w+)$", SERVICE.read_text(encoding="utf-8"))
    assert lines == [("-", "fetch"), ("", "build"), ("", "status")]


def test_embargoes_are_watched_all_the_time_and_by_a_command_that_there_is() -> None:
    text = LIFT.read_text(encoding="utf-8")
    command = re.search(r"(?m)^ExecStart=\S+ -m etl (.+)$", text)
    assert command
    assert cli.command_line().parse_args(command[1].split()).watch
    assert "Restart=always" in text
    assert f"Unit={LIFT.name}" in LIFT_TIMER.read_text(encoding="utf-8")
    assert re.findall(r"(?m)^UMask=.*$", text) == re.findall(r"(?m)^UMask=.*$", SERVICE.read_text(encoding="utf-8"))


def test_the_digest_is_run_by_a_command_that_there_is() -> None:
    command = re.search(r"(?m)^ExecStart=\S+ (-m dashboard\.digest)$", DIGEST.read_text(encoding="utf-8"))
    assert command
    done = subprocess.run(
        [sys.executable, *command[1].split(), "--help"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    assert "--dry-run" in done.stdout
    assert "OnCalendar=" in DIGEST_TIMER.read_text(encoding="utf-8")


def test_the_internal_server_starts_with_the_settings_that_the_manual_names(tmp_path: Path) -> None:
    text = INTERNAL.read_text(encoding="utf-8")
    assert re.search(r"(?m)^ExecStart=\S+ -m dashboard$", text)
    assert f"deploy/{INTERNAL.name}" in MANUAL
    (given,) = re.findall(r"(?m)^EnvironmentFile=(/\S+)$", text)
    assert f"`{given}`" in MANUAL
    assert re.findall(r"(?m)^ReadWritePaths=(.+)$", text) == ["/srv/atlas/data/internal/desk"], "all else is read-only"
    block = re.search(r"```sh\n(ATLAS_BASE_URL=.+?)```", MANUAL, re.DOTALL)
    assert block
    lines = [*re.findall(r"ATLAS_\w+=\S+", text), *block[1].splitlines()]
    environment = dict(line.split("=", 1) for line in lines)
    assert environment.keys() <= {*settings.VARIABLES, *config.VARIABLES}
    for name in (one for one in environment if one.endswith("_FILE")):
        environment[name] = str(tmp_path / name)
        (tmp_path / name).write_text("".join(map(chr, range(33, 97))))
    of_all = settings.Settings(
        "",
        int(environment["ATLAS_PORT"]),
        tmp_path,
        environment["ATLAS_BASE_URL"],
        1,
        proxies=int(environment["ATLAS_PROXIES"]),
    )
    read = config.read(of_all, environment)
    assert read.secure
    assert read.oidc
    assert environment["ATLAS_AUDIENCE"] == settings.INTERNAL
    assert read.folder == tmp_path / "internal" / "desk", "the folder that it may write to"


def test_the_public_website_is_stopped_as_it_wants_and_can_write_nothing() -> None:
    text = WEB.read_text(encoding="utf-8")
    assert re.search(r"(?m)^ExecStart=/srv/atlas/\.venv/bin/python -m dashboard$", text)
    assert "KillMode=mixed" in text, "SIGTERM to the main process only: a deck in the making is finished"
    (seconds,) = re.findall(r"(?m)^TimeoutStopSec=(\d+)$", text)
    assert int(seconds) > serving.STOP_SECONDS
    assert f"{serving.STOP_SECONDS} s are" in text
    assert "ReadWritePaths" not in text
    assert "ProtectSystem=strict" in text
    assert re.search(r"(?m)^User=(?!atlas$)\S+$", text), "not the pipeline's user"
    assert "InaccessiblePaths=-/srv/atlas/data/internal" in text
    environment = re.findall(r"ATLAS_\w+(?==)", text)
    assert set(environment) <= settings.VARIABLES.keys()
    listens = re.findall(r"(?m)^ListenStream=(\S+)$", SOCKET.read_text(encoding="utf-8"))
    assert listens == [f"127.0.0.1:{settings.VARIABLES['ATLAS_PORT'][0]}"]
    for unit in (WEB, SOCKET):
        assert f"deploy/{unit.name}" in DEPLOY


@pytest.mark.parametrize("service", [SERVICE, LIFT, DIGEST], ids=lambda path: path.stem)
def test_the_manual_names_the_units_and_their_places(service: Path) -> None:
    text = service.read_text(encoding="utf-8")
    for name in (service.name, service.with_suffix(".timer").name):
        assert f"deploy/{name}" in MANUAL
    folder = re.search(r"(?m)^WorkingDirectory=(.+)$", text)
    settings = re.search(r"(?m)^EnvironmentFile=-(.+)$", text)
    assert folder
    assert settings
    assert f"`{folder[1]}`" in MANUAL
    assert f"`{settings[1]}`" in MANUAL
    assert f"ReadWritePaths={folder[1]}/data" in text, "all else is read-only to it"


@pytest.mark.skipif(not shutil.which("systemd-analyze"), reason="systemd is not installed here")
def test_systemd_finds_nothing_wrong_with_the_units() -> None:
    done = subprocess.run(
        ["systemd-analyze", "verify", *map(str, UNITS)],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    told = [
        line
        for line in done.stderr.splitlines()
        if re.search("atlas-(etl|lift|digest|internal|web)", line) and "not executable" not in line
    ]
    assert (done.returncode, told) == (0, []) or all("/srv/atlas" in line for line in told), told


@pytest.mark.skipif(not shutil.which("systemd-analyze"), reason="systemd is not installed here")
def test_the_public_website_is_closed_as_far_as_systemd_can() -> None:
    """systemd's own measure, 0 to 10: what listens to strangers is at most 1.5."""
    command = ["systemd-analyze", "security", "--offline=true", "--threshold=15", str(WEB)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    if "unrecognized option" in done.stderr:
        pytest.skip("systemd is older than 250 here")
    assert done.returncode == 0, done.stdout[-300:] + done.stderr
