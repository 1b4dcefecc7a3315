"""Law: what makes no sense together, or says nothing that exists, is refused in one sentence; nothing is ignored."""

from __future__ import annotations

import argparse
from dataclasses import replace

from firmware_sim import devices, switching
from firmware_sim.model import Model
from firmware_sim.options.modes import Mode, Options, Panel, Play, Pty, Serve, Tcp, Where, World
from firmware_sim.options.parser import BadStart
from firmware_sim.stage import LOADS

MOST_PAD_MM2 = 100_000
"""Ten times a large pad. [design]"""


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
        line=_line(given.serve or "tcp", given.port, given.any_settings),
        speed=_speed(given.speed),
        backdoor=_port("--backdoor", given.backdoor),
        exit_when_idle_s=given.exit_when_idle,
    )


def _world(given: argparse.Namespace) -> World:
    model = _model(given.device)
    return World(
        device=model.key,
        device_id=_device_id(model, given.device_id),
        loads=_loads(model, given.load),
        switches=_switches(model, given.switch),
        patient=given.patient,
        sites=_sites(model, given),
        seed=given.seed or 0,
    )


def _model(key: str | None) -> Model:
    try:
        return devices.model(devices.DEFAULT if key is None else key)
    except ValueError as bad:
        raise BadStart(f"--device {key}: {bad}") from None


def _device_id(model: Model, given: str | None) -> str:
    if given is None:
        return model.device_id
    if not model.device_id:
        raise BadStart(f"--device-id {given}: a {model.name} tells no id")
    if len(given) != 10 or not given.isascii():
        raise BadStart(f"--device-id {given!r}: a device id has exactly ten ASCII characters")
    return given


def _line(serve: str, port: int | None, any_settings: bool) -> Tcp | Pty:
    port = _port("--port", port)
    if serve == "tcp":
        if any_settings:
            raise BadStart("--any-settings belongs to --serve pty: a socket has no settings")
        return Tcp(port or 0)
    if port is not None:
        raise BadStart("--port belongs to --serve tcp")
    return Pty(checked=not any_settings)


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


def _loads(model: Model, words: list[str]) -> dict[int, str]:
    loads: dict[int, str] = {}
    for word in words:
        channel, equals, name = word.rpartition("=")
        if name not in LOADS:
            raise BadStart(f"--load {word}: unknown load; known: {', '.join(LOADS)}")
        if equals and channel not in _channels(model):
            raise BadStart(f"--load {word}: a channel is a number from 1 to {model.channels}")
        loads |= {int(channel): name} if equals else dict.fromkeys(range(1, model.channels + 1), name)
    return loads


def _sites(model: Model, given: argparse.Namespace) -> dict[int, Where]:
    muscles = _by_channel(model, "--site", given.site, "CHANNEL=MUSCLE")
    if muscles and given.patient is None:
        raise BadStart("--site belongs to --patient PROFILE")
    sites = {channel: Where(muscle) for channel, muscle in muscles.items()}
    for option, words, what in (
        ("--side", given.side, "CHANNEL=SIDE"),
        ("--pad-mm2", given.pad_mm2, "CHANNEL=MM2"),
        ("--length", given.length, "CHANNEL=LENGTH"),
    ):
        for channel, text in _by_channel(model, option, words, what).items():
            if channel not in sites:
                raise BadStart(f"{option} {channel}={text}: channel {channel} has no --site")
            sites[channel] = _refined(sites[channel], option, text)
    return sites


def _by_channel(model: Model, option: str, words: list[str], form: str) -> dict[int, str]:
    found: dict[int, str] = {}
    for word in words:
        channel, _, text = word.partition("=")
        if channel not in _channels(model) or not text.strip():
            raise BadStart(f"{option} {word}: write it as {form} with a channel from 1 to {model.channels}")
        if int(channel) in found:
            raise BadStart(f"{option} {word}: channel {channel} is given twice")
        found[int(channel)] = text.strip()
    return found


def _channels(model: Model) -> tuple[str, ...]:
    """The channels that exist, as they are written."""
    return tuple(str(channel) for channel in range(1, model.channels + 1))


def _refined(site: Where, option: str, text: str) -> Where:
    match option, text:
        case "--side", _:
            return replace(site, side=text)
        case "--length", "shortened" | "neutral" | "stretched":
            return replace(site, length=text)
        case "--pad-mm2", _ if text.isascii() and text.isdecimal() and 0 < int(text) <= MOST_PAD_MM2:
            return replace(site, pad_mm2=int(text))
        case "--pad-mm2", _:
            raise BadStart(f"--pad-mm2 {text}: a pad's area is a whole number of mm2 from 1 to {MOST_PAD_MM2}")
        case _:
            raise BadStart(f"--length {text}: shortened, neutral or stretched")


def _switches(model: Model, words: list[str]) -> dict[str, str]:
    """By name; each is one of this device's own."""
    chosen: dict[str, str] = {}
    for word in words:
        name, _, text = word.partition("=")
        chosen[name] = text
        try:
            switching.turned(model.switches(), {name: text})
        except ValueError as bad:
            raise BadStart(f"--switch {word}: {bad}") from None
    return chosen
