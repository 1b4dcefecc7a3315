"""What stands on the command line, checked; a mistake costs one line.

`parser` knows the words and nothing of the simulator, so that `--version` costs next to nothing; `checks` knows what
they may say; `modes` is what comes of them.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from firmware_sim.options.parser import BadStart, parser

if TYPE_CHECKING:
    from firmware_sim.options.modes import Options

__all__ = ["BadStart", "parse"]


def parse(argv: Sequence[str] | None) -> Options:
    """The options. BadStart when they make no sense; SystemExit after --help and --version."""
    given = parser().parse_args(argv)
    from firmware_sim.options.checks import checked  # noqa: PLC0415 - --version needs nothing of the simulator

    return checked(given)
