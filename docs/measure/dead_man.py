"""How long current flows after `kill -9`: each family at a pseudo-terminal, its controller another program.

    python docs/measure/dead_man.py [--kills 20] [--write docs/reference/dead-man.md]

In each round the controller is killed while current flows on all four, at a random moment; then, on a RehaStim 1 alone,
the controller is stopped (SIGSTOP), and it is killed together with its keeper. When the last pulse was is told by the
stage's own trace. Exit code 1 unless every device fell silent within its time, and the one without a dead-man and
without a keeper went on. Linux only.
"""

from __future__ import annotations

import argparse
import os
import platform
import random
import signal
import statistics
import sys
import tempfile
import time
from pathlib import Path
from typing import Final

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "tests"))
from together.killing import GOES_ON_S, How, Lit
from together.processes import Controller, Launcher, pulses_us

from helpers.made_figures import write_figures
from nmes.link.vigil import SILENT_MS
from nmes.runtime.families import FAMILIES, family

LIT: Final = str(Path(__file__).resolve().parents[2] / "tests" / "together" / "lit_process.py")
WITHOUT: Final = "rehastim1"
LONGEST_WAIT_S: Final = 0.7
"""The kill comes so long after the first current at most: longer than any device is left without a sign of life."""
SPARE_MS: Final = 600
"""What the computer may be late, beside the bound itself [design]."""

Found = dict[tuple[str, How], list[int]]
"""By family and what was done: ms from then to the last pulse, or pulses in a second where it went on."""


def begun(launcher: Launcher, name: str, keys: tuple[str, ...]) -> list[Lit]:
    """One controller with current on each of these."""
    devices = [launcher.device(f"{name}-{key}", "pty", "--device", key) for key in keys]
    named = [word for key, device in zip(keys, devices, strict=True) for word in (device.url, key)]
    home = launcher.folder / name
    controller = Controller(launcher.process(LIT, str(home), *named), home)
    controller.line("READY")
    return [Lit(key, device, controller) for key, device in zip(keys, devices, strict=True)]


def round_(number: int, draw: random.Random, found: Found) -> None:
    """Everything once."""
    for how, keys in (
        (How.KILLED, tuple(one.key for one in FAMILIES)),
        (How.STOPPED, (WITHOUT,)),
        (How.BOTH, (WITHOUT,)),
    ):
        with tempfile.TemporaryDirectory(prefix="nmes-killed-") as name:
            launcher = Launcher(Path(name))
            try:
                lit = begun(launcher, f"{number}-{how.name.lower()}", keys)
                time.sleep(draw.uniform(0, LONGEST_WAIT_S))
                struck_ns = lit[0].strike(how)
                for one in lit:
                    of = found.setdefault((one.key, how), [])
                    if how is How.BOTH:
                        of.append(one.goes_on(struck_ns))
                    else:
                        of.append(max(0, pulses_us(one.silent(struck_ns))[-1] - one.in_trace_us(struck_ns)) // 1000)
            finally:
                launcher.end()


def bound_ms(key: str) -> int:
    """Until when it has to be silent."""
    return family(key).capabilities.watchdog_ms or SILENT_MS


def wrong(found: Found) -> list[str]:
    """Everything that does not hold."""
    late = [
        f"{key}, {how}: {max(of)} ms, and {bound_ms(key)} are allowed"
        for (key, how), of in found.items()
        if how is not How.BOTH and max(of) > bound_ms(key) + SPARE_MS
    ]
    return late + [
        f"{key}, {how}: it fell silent" for (key, how), of in found.items() if how is How.BOTH and not min(of)
    ]


def figures(found: Found) -> str:
    """All that was found, in lines."""
    kills = max(map(len, found.values()))
    lines = [
        f"{kills} times each; CPython {platform.python_version()}, {platform.system()}, {os.cpu_count()} cores, load "
        f"average {os.getloadavg()[0]:.1f}; 100 Hz",
        "",
        f"{'ms to the last pulse':<44}{'least':>8}{'median':>8}{'most':>8}{'bound':>8}",
    ]
    for (key, how), of in found.items():
        model, without = family(key).model, not family(key).capabilities.watchdog_ms
        what = f"{model}, controller {how}" if how is not How.BOTH else f"{model}, controller and keeper killed"
        if how is How.BOTH:
            lines.append(f"{what:<44}goes on: {min(of)} to {max(of)} pulses in the sixth second after it")
        else:
            by = f"{what}{', its keeper lives' if without and how is How.KILLED else ''}"
            lines.append(f"{by:<44}{min(of):>8}{round(statistics.median(of)):>8}{max(of):>8}{bound_ms(key):>8}")
    return "\n".join([*lines, *(f"WRONG: {one}" for one in wrong(found))]) + "\n"


def main() -> int:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--kills", type=int, default=20)
    options.add_argument("--seed", type=int, default=1)
    options.add_argument("--write", type=Path, help="a page whose figures are replaced")
    asked = options.parse_args()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # so that what was started is ended
    found: Found = {}
    draw = random.Random(asked.seed)  # noqa: S311 - when to kill
    for number in range(asked.kills):
        round_(number, draw, found)
        sys.stderr.write(f"{number + 1} of {asked.kills}\n")
    text = figures(found)
    sys.stdout.write(text)
    if asked.write is not None:
        write_figures(asked.write, text)
    return 1 if wrong(found) else 0


if __name__ == "__main__":
    assert int(GOES_ON_S) == 5, "the text of the figures counts on it"
    sys.exit(main())
