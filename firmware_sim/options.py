"""Law: what stands on the command line is checked here, and a mistake costs one line."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import NoReturn

from firmware_sim import __version__
from firmware_sim.people import profile_names
from firmware_sim.scenario import shipped
from firmware_sim.sciencemode4 import switches
from firmware_sim.sciencemode4.switches import Switches
from firmware_sim.stage import LOADS

CHANNELS = frozenset("12345678")


class BadStart(Exception):
    """The program cannot start; the message is one line for the person who typed."""


class _Parser(argparse.ArgumentParser):
    """Bad arguments cost one line."""

    def error(self, message: str) -> NoReturn:
        raise BadStart(message)


@dataclass(frozen=True, slots=True)
class Options:
    """Everything that was asked for. `speed` None is as fast as it goes; `backdoor` None is none."""

    serve: str
    port: int
    trace: Path | None
    device_id: str
    loads: dict[int, str]
    switches: Switches
    exit_when_idle_s: float | None
    speed: float | None
    backdoor: int | None
    panel: bool
    patient: str | None
    sites: dict[int, str]
    seed: int
    scenario: str | None
    over: str


def parse(argv: Sequence[str] | None) -> Options:
    """The options. BadStart when they make no sense; SystemExit after --help and --version."""
    return _options(_parser().parse_args(argv))


def _parser() -> argparse.ArgumentParser:
    parser = _Parser(
        prog="nmes-sim",
        description="A simulated HASOMED P24 stimulator, with a person on its electrodes and faults on demand.",
        formatter_class=argparse.RawDescriptionHelpFormatter,
        epilog=_epilog(),
        allow_abbrev=False,
    )
    parser.add_argument("--version", action="version", version=f"nmes-sim {__version__}")
    _line(parser.add_argument_group("the line"))
    _device(parser.add_argument_group("the device"))
    _person(parser.add_argument_group("the person"))
    _control(parser.add_argument_group("looking and breaking"))
    return parser


def _line(group: argparse._ArgumentGroup) -> None:
    group.add_argument("--serve", choices=("tcp", "pty"), default="tcp", help="the line (default: tcp)")
    group.add_argument("--port", type=int, default=0, help="TCP port on 127.0.0.1; 0 = any free one (default)")
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
    group.add_argument("--device-id", default="P24-SIM001", metavar="TEXT", help="ten characters")
    group.add_argument(
        "--load",
        nargs="+",
        action="extend",
        default=[],
        metavar="[CHANNEL=]LOAD",
        help=f"electrode of all channels or of one: {', '.join(LOADS)}",
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
    group.add_argument("--seed", type=int, default=0, metavar="N", help="decides all that is random (default: 0)")


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
        default="memory",
        help="how a scenario's host reaches the device: in memory on a virtual clock (default), or by a real socket",
    )


def _epilog() -> str:
    lines = [
        f"profiles: {', '.join(profile_names())}",
        f"scenarios: {', '.join(shipped.names())}",
        "",
        "switches (default first):",
    ]
    for name in switches.names():
        values = "|".join(str(value).lower() for value in switches.values_of(name))
        lines += [f"  {name}={values}", f"      {switches.covers(name)}"]
    return "\n".join(lines)


def _options(given: argparse.Namespace) -> Options:
    if not 0 <= given.port <= 65_535:
        raise BadStart(f"--port {given.port}: a port is a number from 0 to 65535")
    if given.backdoor is not None and not 0 <= given.backdoor <= 65_535:
        raise BadStart(f"--backdoor {given.backdoor}: a port is a number from 0 to 65535")
    if given.serve == "pty" and given.port:
        raise BadStart("--port belongs to --serve tcp")
    if len(given.device_id) != 10 or not given.device_id.isascii():
        raise BadStart(f"--device-id {given.device_id!r}: a device id has exactly ten ASCII characters")
    if given.exit_when_idle is not None and not 0 <= given.exit_when_idle < float("inf"):
        raise BadStart("--exit-when-idle needs a number of seconds, 0 or more")
    _check_scenario(given)
    return Options(
        serve=given.serve,
        port=given.port,
        trace=given.trace,
        device_id=given.device_id,
        loads=_loads(given.load),
        switches=_switches(given.switch),
        exit_when_idle_s=given.exit_when_idle,
        speed=_speed(given),
        backdoor=given.backdoor,
        panel=given.panel,
        patient=given.patient,
        sites=_sites(given.site, given.patient),
        seed=given.seed,
        scenario=given.scenario,
        over=given.over,
    )


def _check_scenario(given: argparse.Namespace) -> None:
    """A scenario file decides for itself who and what is simulated."""
    if given.scenario is None:
        if given.over != "memory":
            raise BadStart("--over belongs to --scenario")
        return
    others = {
        "--patient": given.patient,
        "--site": given.site,
        "--seed": given.seed,
        "--load": given.load,
        "--switch": given.switch,
        "--panel": given.panel,
        "--port": given.port,
        "--backdoor": given.backdoor is not None,
        "--exit-when-idle": given.exit_when_idle is not None,
    }
    clash = next((name for name, value in others.items() if value), None)
    if clash:
        raise BadStart(f"{clash} does not go with --scenario: the file says everything")


def _speed(given: argparse.Namespace) -> float | None:
    """How fast; None is as fast as it goes, which only a scenario in memory can."""
    free = given.scenario is not None and given.over == "memory"
    if given.speed is None:
        return None if free else 1.0
    if given.speed == "max" and free:
        return None
    try:
        speed = float(given.speed)
    except ValueError:
        speed = 0.0
    if not 0.01 <= speed <= 100:
        raise BadStart(f"--speed {given.speed}: a number from 0.01 to 100{', or max' if free else ''}")
    return speed


def _loads(words: list[str]) -> dict[int, str]:
    loads: dict[int, str] = {}
    for word in words:
        channel, equals, name = word.rpartition("=")
        if name not in LOADS:
            raise BadStart(f"--load {word}: unknown load; known: {', '.join(LOADS)}")
        if equals and channel not in CHANNELS:
            raise BadStart(f"--load {word}: a channel is a number from 1 to 8")
        loads |= {int(channel): name} if equals else dict.fromkeys(range(1, 9), name)
    return loads


def _sites(words: list[str], patient: str | None) -> dict[int, str]:
    if words and patient is None:
        raise BadStart("--site belongs to --patient PROFILE")
    sites: dict[int, str] = {}
    for word in words:
        channel, _, muscle = word.partition("=")
        if channel not in CHANNELS or not muscle.strip():
            raise BadStart(f"--site {word}: write it as CHANNEL=MUSCLE with a channel from 1 to 8")
        if int(channel) in sites:
            raise BadStart(f"--site {word}: channel {channel} is given twice")
        sites[int(channel)] = muscle.strip()
    return sites


def _switches(words: list[str]) -> Switches:
    chosen = Switches()
    for word in words:
        name, _, text = word.partition("=")
        if name not in switches.names():
            raise BadStart(f"--switch {word}: unknown switch; known: {', '.join(switches.names())}")
        values = {str(value).lower(): value for value in switches.values_of(name)}
        if text.lower() not in values:
            raise BadStart(f"--switch {word}: {name} is one of {', '.join(values)}")
        chosen = replace(chosen, **{name: values[text.lower()]})
    return chosen
