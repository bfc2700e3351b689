"""The systemd unit of the mirror runs a command that there is, and writes what the website's user can read."""

from __future__ import annotations

import re
from pathlib import Path

from etl import cli

UNIT = Path(__file__).resolve().parents[2] / "deploy" / "atlas-mirror.service"


def test_the_unit_runs_a_command_that_there_is() -> None:
    text = UNIT.read_text(encoding="utf-8")
    command = re.search(r"(?m)^ExecStart=\S+ -m etl (.+)$", text)
    assert command
    asked = cli.command_line().parse_args(command[1].replace("${ATLAS_MIRROR_OF}", "s3://bucket/prefix").split())
    assert (asked.command, asked.watch) == ("mirror", True)
    assert "Restart=always" in text
    assert "UMask=0022" in text
