"""`nmes devices`: the ports of this computer, what is known about each, and what is remembered. Opens nothing."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import asdict

from nmes.cli.exits import BAD, GOOD, wrong
from nmes.core.printable import printable
from nmes.language import _
from nmes.record.files import home
from nmes.runtime.chosen_device import changed_words, heard_words, now_at, remembered_at
from nmes.runtime.doctor.seen import holder_words
from nmes.runtime.families import KEYS, model_of
from nmes.runtime.known_devices import KnownDevicesError, Remembered, load
from nmes.runtime.ports import Access, SeenPort, families_of, seen_ports


def show(named: str, *, as_json: bool) -> int:
    """All USB serial ports and the one that was named; then what is remembered and hangs at none of them.

    Not good if the one that was named is not there.
    """
    devices, ports = remembered(), seen_ports(named)
    found = BAD if any(port.access is Access.MISSING for port in ports) else GOOD
    if as_json:
        print(json.dumps(_as_json(ports, devices), indent=1))
        return found
    lines = [line for port in ports for line in _of_port(port, devices)]
    if not ports:
        lines = [_("no USB serial port is there: plug the stimulator in and switch it on; see also: nmes doctor")]
    for device in devices:
        if not now_at(device, ports):
            lines += ["", *_of_absent(device)]
    print("\n".join(map(printable, lines)).lstrip("\n"))
    return found


def remembered() -> tuple[Remembered, ...]:
    """What is remembered; a file that cannot be read ends the command."""
    try:
        return load(home())
    except KnownDevicesError as error:
        wrong(str(error))


def _of_port(port: SeenPort, devices: tuple[Remembered, ...]) -> Iterator[str]:
    identity = port.identity
    yield ""
    yield identity.url
    if identity.vendor_id:
        number = identity.serial_number or _("none")
        yield "  " + _("{ids}, serial number {number}, {description}").format(
            ids=f"{identity.vendor_id:04x}:{identity.product_id:04x}",
            number=number,
            description=identity.description or "-",
        )
    elif identity.description:
        yield f"  {identity.description}"
    yield "  " + _about(port, devices)
    if port.access is Access.DENIED:
        yield "  " + _("it may not be opened by this user; see: nmes doctor")
    if who := holder_words(port):
        yield "  " + _("held by {who}").format(who=who)


def _about(port: SeenPort, devices: tuple[Remembered, ...]) -> str:
    """What is known of who is there, and how it is known."""
    device = remembered_at(port.identity, devices)
    if device is not None:
        said = _("remembered as {device}, identified on {day}").format(
            device=heard_words(device.known),
            day=device.known.seen[:10],
        )
        return f"{said}. {changed_words(device)}" if device.now else said
    if port.access is Access.MISSING:
        return _("there is no such port")
    models = ", ".join(model_of(key) for key in families_of(port.identity))
    if models:
        said = _("may be one of: {models}. These ids are a chip's that many devices have; ask it: {command}")
        return said.format(models=models, command=_command(port))
    if port.identity.vendor_id:
        return _("no stimulator known here has such ids; nothing is ever sent there unasked")
    return _("nothing is known about it; if a stimulator is there: {command}").format(command=_command(port))


def _command(port: SeenPort) -> str:
    keys = families_of(port.identity) or KEYS
    return f"nmes devices identify {port.identity.url} --device {'|'.join(keys)}"


def _of_absent(device: Remembered) -> Iterator[str]:
    yield _("remembered, and at no port now: {device}, serial number {number}, last at {port}").format(
        device=heard_words(device.known),
        number=device.serial_number,
        port=device.port,
    )
    if device.now:
        yield "  " + changed_words(device)


def _as_json(ports: tuple[SeenPort, ...], devices: tuple[Remembered, ...]) -> dict[str, object]:
    return {
        "ports": [_port_as_json(port, devices) for port in ports],
        "remembered": [{**asdict(device), "at": now_at(device, ports) or None} for device in devices],
    }


def _port_as_json(port: SeenPort, devices: tuple[Remembered, ...]) -> dict[str, object]:
    device = remembered_at(port.identity, devices)
    return {
        **asdict(port.identity),
        "access": port.access.value,
        "driver": port.driver,
        "latency_ms": port.latency_ms,
        "held_by": asdict(port.holder) if port.holder else None,
        "open_in": [asdict(program) for program in port.programs],
        "may_be": list(families_of(port.identity)),
        "remembered": device.known.family if device else None,
        "changed": bool(device and device.now),
    }
