"""What each stimulator makes of one protocol: asked and delivered, and the charge at the skin beside the record's.

    python docs/examples/lab_families.py FOLDER

One session for each family on its virtual twin, driven by a scripted attendant. What a family cannot deliver it
refuses, with the reason, before anything is open.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from nmes.api import DEVICES, CannotDeliver, Scripted, load_protocol, run

BY = "C. Dahl"
"""Who would have the emergency button of a device without a dead-man; needed for the virtual one too."""


def compared(folder: Path, protocol: Path | str, level_ua: int = 9_500) -> list[str]:
    """One line for each family; the level in µA, which each rounds down to its own step."""
    return [line(folder, protocol, device, level_ua) for device in DEVICES]


def line(folder: Path, protocol: Path | str, device: str, level_ua: int = 9_500) -> str:
    try:
        done = run(
            load_protocol(protocol),
            Scripted({1: level_ua}),
            device=device,
            emergency_button_by=BY,
            home=folder,
            virtual=True,
        )
    except CannotDeliver as refused:
        return f"{device}: refused, {refused.problems[0]}"
    [(_, found_ua)], [(_, low_nc, high_nc)] = done.levels_ua, done.delivered_nc
    return f"{device}: {done.why} at {found_ua / 1000:g} mA, {low_nc // 1000} to {high_nc // 1000} µC"


def main(arguments: Sequence[str]) -> None:
    parser = argparse.ArgumentParser(description="One protocol on every family of stimulators, virtual.")
    parser.add_argument("folder", type=Path, help="where the records go")
    for told in compared(parser.parse_args(arguments).folder, "assess_motor_threshold_calf"):
        sys.stdout.write(f"{told}\n")


if __name__ == "__main__":
    main(sys.argv[1:])
