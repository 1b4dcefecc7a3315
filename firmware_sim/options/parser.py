"""Law: which words there are. What is not given is None or empty, so that whoever checks can tell it from a default."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import NoReturn

from firmware_sim import __version__


class BadStart(Exception):
    """The program cannot start; the message is one line for the person who typed."""


class _Parser(argparse.ArgumentParser):
    """Bad arguments cost one line, and the tables are read only for whoever asks for help."""

    def error(self, message: str) -> NoReturn:
        raise BadStart(message)

    def format_help(self) -> str:
        self.epilog = _tables()
        return super().format_help()


def parser() -> argparse.ArgumentParser:
    """All options."""
    made = _Parser(
        prog="nmes-sim",
        description="A simulated HASOMED stimulator, with a person on its electrodes and faults on demand.",
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    made.add_argument("--version", action="version", version=f"nmes-sim {__version__}")
    _line(made.add_argument_group("the line"))
    _device(made.add_argument_group("the device"))
    _person(made.add_argument_group("the person"))
    _control(made.add_argument_group("looking and breaking"))
    return made


def _line(group: argparse._ArgumentGroup) -> None:
    group.add_argument("--serve", choices=("tcp", "pty"), help="the line (default: tcp)")
    group.add_argument(
        "--any-settings",
        action="store_true",
        help="with --serve pty: understand a host at whatever rate and stop bits it opened the terminal with",
    )
    group.add_argument("--port", type=int, help="TCP port on 127.0.0.1; 0 = any free one (default)")
    group.add_argument(
        "--exit-when-idle",
        type=float,
        metavar="SECONDS",
        help="end when no client was there for that long and the output is silent; "
        "ignores Ctrl+C and a closed terminal",
    )
    group.add_argument(
        "--speed",
        metavar="FACTOR",
        help="how fast the device's time passes, 0.01 to 100 (default: 1); with --scenario also max (its default)",
    )


def _device(group: argparse._ArgumentGroup) -> None:
    group.add_argument("--device", metavar="KEY", help="which family, see below (default: p24)")
    group.add_argument("--device-id", metavar="TEXT", help="ten characters (default: the family's, such as P24-SIM001)")
    group.add_argument(
        "--load",
        nargs="+",
        action="extend",
        default=[],
        metavar="[CHANNEL=]LOAD",
        help="electrode of all channels or of one, see below",
    )
    group.add_argument(
        "--switch", action="append", default=[], metavar="NAME=VALUE", help="an undocumented behaviour, see below"
    )


def _person(group: argparse._ArgumentGroup) -> None:
    group.add_argument("--patient", metavar="PROFILE", help="who is on the electrodes: a profile's name or its file")
    group.add_argument(
        "--site",
        action="append",
        default=[],
        metavar="CHANNEL=MUSCLE",
        help='where a channel\'s pads lie, such as 1=gastrocnemius (default: 1="quadriceps femoris")',
    )
    group.add_argument(
        "--side", action="append", default=[], metavar="CHANNEL=SIDE", help="left or right, such as 1=left"
    )
    group.add_argument(
        "--pad-mm2", action="append", default=[], metavar="CHANNEL=MM2", help="the smaller pad's area (default: 2500)"
    )
    group.add_argument(
        "--length",
        action="append",
        default=[],
        metavar="CHANNEL=LENGTH",
        help="how the joint holds the muscle: shortened, neutral (default) or stretched",
    )
    group.add_argument("--seed", type=int, metavar="N", help="decides all that is random (default: 0)")


def _control(group: argparse._ArgumentGroup) -> None:
    group.add_argument("--trace", type=Path, metavar="FILE", help="write pulses and events as JSON lines")
    group.add_argument(
        "--backdoor",
        type=int,
        nargs="?",
        const=0,
        metavar="PORT",
        help="look, set and break through JSON lines on a TCP port of its own; without a number any free one",
    )
    group.add_argument("--panel", action="store_true", help="show a control panel in this terminal")
    group.add_argument(
        "--scenario", metavar="FILE", help="play a scenario, a file or a shipped one by name, and tell whether it held"
    )
    group.add_argument(
        "--over",
        choices=("memory", "socket"),
        help="how a scenario's host reaches the device: in memory on a virtual clock (default), or by a real socket",
    )


def _tables() -> str:
    """What the words may name."""
    from firmware_sim import switching  # noqa: PLC0415 - only for help
    from firmware_sim.devices import MODELS  # noqa: PLC0415 - only for help
    from firmware_sim.patient import profile_names  # noqa: PLC0415 - the models take time to load
    from firmware_sim.scenario import shipped  # noqa: PLC0415 - only for help
    from firmware_sim.stage import LOADS  # noqa: PLC0415 - only for help

    lines = [
        f"loads: {', '.join(LOADS)}",
        f"profiles: {', '.join(profile_names())}",
        f"scenarios: {', '.join(shipped.names())}",
        "devices:",
    ]
    for one in MODELS.values():
        timer = (
            f"{one.dead_man_us / 1e6:g} s" if one.dead_man_us else "none: its output goes on when the host falls silent"
        )
        lines.append(f"  {one.key:<10} {one.name}, {one.channels} channels, {one.line}; dead-man {timer}")
    for one in MODELS.values():
        lines += ["", f"switches of {one.key} (default first):"]
        for name in switching.names(one.switches):
            values = "|".join(str(value).lower() for value in switching.values_of(one.switches, name))
            lines += [f"  {name}={values}", f"      {switching.covers(one.switches, name)}"]
    return "\n".join(lines)
