"""One session by hand, step by step: what a laboratory's script does at the controls.

    python docs/examples/lab_session.py FOLDER [PROTOCOL]

On a virtual stimulator, whose time stands still between two acts; its record stands in FOLDER like any other. With
`virtual=False` the same script runs on the simulator in real time, and with `port=...` on a stimulator.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from nmes.api import Finding, Halted, Stimulator, answer_no, load_protocol, open_stimulator


def find_level(stimulator: Stimulator, channel: int, wanted_ua: int) -> int:
    """Step by step, as a person would say "more" and "enough"; nothing here knows a shorter way."""
    stimulator.titrate(channel)
    step_ua = stimulator.plan.capabilities.amplitude_step_ua
    while stimulator.level_ua(channel) + step_ua <= wanted_ua:
        stimulator.increase(channel)
        stimulator.attend()  # here a person has just been asked, and has answered
    return stimulator.accept()


def session(folder: Path, protocol: str = "quads_knee_oa", wanted_ua: int = 12_000) -> list[str]:
    """The whole session, in lines to be read; each channel at the level wanted, in µA."""
    loaded, said = load_protocol(protocol), list[str]()
    with open_stimulator(loaded, attended_by="A. Berg", home=folder, virtual=True) as stimulator:
        stimulator.screen(answer_no(loaded))  # each question of the checklist was asked, and answered with no
        stimulator.place({one.channel: one.pad_mm2 for one in stimulator.plan.channels})
        for one in stimulator.plan.channels:
            said.append(f"channel {one.channel}: {find_level(stimulator, one.channel, wanted_ua) / 1000:g} mA")
            stimulator.felt(one.channel)
        stimulator.start()
        said.append(treated(stimulator))
        for one in stimulator.plan.channels:
            stimulator.observe(Finding.SKIN, 0, of=str(one.channel))
        stimulator.observe(Finding.NRS, 0)
        stimulator.observe(Finding.ADVERSE, 0)
        stimulator.sign("a session of an example: no outcome was asked for")
    if stimulator.summary is not None:
        said.append(stimulator.summary.verdict)
    return said


def treated(stimulator: Stimulator) -> str:
    """Three contractions, with somebody who shows each second that they are there, and then the end."""
    try:
        while stimulator.view.contractions[0] < 3:
            stimulator.wait(1_000)
            stimulator.attend()
    except Halted as halted:
        return f"it ended by itself: {halted}"
    low_nc, high_nc = stimulator.delivered_nc(1)
    stimulator.end()
    return f"3 contractions gave {low_nc // 1000} to {high_nc // 1000} µC by the record"


def main(arguments: Sequence[str]) -> None:
    parser = argparse.ArgumentParser(description="One session by hand, step by step, on a virtual stimulator.")
    parser.add_argument("folder", type=Path, help="where the record goes")
    parser.add_argument("protocol", nargs="?", default="quads_knee_oa")
    asked = parser.parse_args(arguments)
    sys.stdout.write("\n".join(session(asked.folder, asked.protocol)) + "\n")


if __name__ == "__main__":
    main(sys.argv[1:])
