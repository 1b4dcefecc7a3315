"""Two things at once: a session, and a sensor that stops it.

    python docs/examples/lab_asyncio.py FOLDER

The sensor's task may do one thing only, and at any time: `stop()`. The session's task hears of it by `Halted`, and the
output was off before it did.
"""

from __future__ import annotations

import argparse
import asyncio
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from nmes.api import AsyncStimulator, Halted, answer_no, load_protocol, open_stimulator


async def watch(stimulator: AsyncStimulator, too_much: Callable[[AsyncStimulator], bool]) -> None:
    """Looks whenever the session lets it; a real sensor would be awaited here."""
    while not too_much(stimulator):
        await asyncio.sleep(0)
    stimulator.stop()


async def session(folder: Path, too_much: Callable[[AsyncStimulator], bool]) -> str:
    loaded = load_protocol("tens_conventional")
    async with open_stimulator(loaded, attended_by="A. Berg", home=folder, virtual=True) as stimulator:
        await stimulator.screen(answer_no(loaded))
        await stimulator.place({one.channel: one.pad_mm2 for one in stimulator.plan.channels})
        await stimulator.titrate(1)
        sensor = asyncio.create_task(watch(stimulator, too_much))
        try:
            while True:
                await stimulator.increase(1)
        except Halted as halted:
            return f"{halted} Output: {stimulator.output.value}."
        finally:
            sensor.cancel()


def above_3_ma(stimulator: AsyncStimulator) -> bool:
    """Stands for a force, a temperature, a signal of the muscle."""
    return (stimulator.channel(1).confirmed_ua or 0) > 3_000


def main(arguments: Sequence[str]) -> None:
    parser = argparse.ArgumentParser(description="A session with asyncio, on a virtual stimulator.")
    parser.add_argument("folder", type=Path, help="where the record goes")
    sys.stdout.write(asyncio.run(session(parser.parse_args(arguments).folder, above_3_ma)) + "\n")


if __name__ == "__main__":
    main(sys.argv[1:])
