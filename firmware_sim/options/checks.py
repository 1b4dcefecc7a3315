"""Law: what makes no sense together, or says nothing that exists, is refused in one sentence; nothing is ignored."""

from __future__ import annotations

import argparse

from firmware_sim.options.modes import Mode, Options, Panel, Play, Pty, Serve, Tcp, World
from firmware_sim.options.parser import BadStart
from firmware_sim.sciencemode4 import switches
from firmware_sim.sciencemode4.switches import Switches
from firmware_sim.stage import LOADS

CHANNELS = frozenset("12345678")
DEVICE_ID = "P24-SIM001"


def checked(given: argparse.Namespace) -> Options:
    """What was asked for; BadStart when it makes no sense."""
    return Options(_mode(given), given.trace)


def _mode(given: argparse.Namespace) -> Mode:
    if given.scenario is not None:
        return _play(given)
    if given.over is not None:
        raise BadStart("--over belongs to --scenario")
    serve = _serve(given)
    return Panel(serve) if given.panel else serve


def _play(given: argparse.Namespace) -> Play:
    """A scenario file decides for itself who and what is simulated."""
    mine = ("scenario", "over", "speed", "trace")
    clash = next((name for name, value in vars(given).items() if name not in mine and _was_given(value)), None)
    if clash is not None:
        raise BadStart(f"--{clash.replace('_', '-')} does not go with --scenario: the file says everything")
    if given.over == "socket":
        return Play(given.scenario, "socket", _speed(given.speed))
    return Play(given.scenario, "memory", _free_speed(given.speed))


def _was_given(value: object) -> bool:
    return value is not None and value is not False and value != []


def _serve(given: argparse.Namespace) -> Serve:
    if given.exit_when_idle is not None and not 0 <= given.exit_when_idle < float("inf"):
        raise BadStart("--exit-when-idle needs a number of seconds, 0 or more")
    return Serve(
        world=_world(given),
        line=_line(given.serve or "tcp", given.port),
        speed=_speed(given.speed),
        backdoor=_port("--backdoor", given.backdoor),
        exit_when_idle_s=given.exit_when_idle,
    )


def _world(given: argparse.Namespace) -> World:
    device_id = DEVICE_ID if given.device_id is None else given.device_id
    if len(device_id) != 10 or not device_id.isascii():
        raise BadStart(f"--device-id {device_id!r}: a device id has exactly ten ASCII characters")
    return World(
        device_id=device_id,
        loads=_loads(given.load),
        switches=_switches(given.switch),
        patient=given.patient,
        sites=_sites(given.site, given.patient),
        seed=given.seed or 0,
    )


def _line(serve: str, port: int | None) -> Tcp | Pty:
    port = _port("--port", port)
    if serve == "tcp":
        return Tcp(port or 0)
    if port is not None:
        raise BadStart("--port belongs to --serve tcp")
    return Pty()


def _port(option: str, port: int | None) -> int | None:
    if port is not None and not 0 <= port <= 65_535:
        raise BadStart(f"{option} {port}: a port is a number from 0 to 65535")
    return port


def _speed(text: str | None, more: str = "") -> float:
    try:
        speed = 1.0 if text is None else float(text)
    except ValueError:
        speed = 0.0
    if not 0.01 <= speed <= 100:
        raise BadStart(f"--speed {text}: a number from 0.01 to 100{more}")
    return speed


def _free_speed(text: str | None) -> float | None:
    """None is as fast as it goes."""
    return None if text in (None, "max") else _speed(text, ", or max")


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
        try:
            chosen = switches.turned(chosen, {name: text})
        except ValueError as bad:
            raise BadStart(f"--switch {word}: {bad}") from None
    return chosen
