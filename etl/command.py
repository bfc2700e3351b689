"""What every command of the command line is given."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from etl.audience import Audience, folder_for

Say = Callable[[str], None]


@dataclass(frozen=True)
class Context:
    """Where data lies, where the catalogue lies, the arguments, where to write lines."""

    data: Path
    root: Path
    arguments: argparse.Namespace
    say: Say

    @property
    def place(self) -> Path:
        """The data folder of the audience that was asked for; the public one without."""
        return folder_for(self.data, Audience(getattr(self.arguments, "audience", Audience.PUBLIC)))
