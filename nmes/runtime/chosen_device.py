"""Which family is at a port: what the person says, else what is remembered for the device that hangs there.

Law: it never asks the port. Whatever it did not hear from the person it says, so that a wrong memory is seen before
anything is opened; and a device that hangs at another port than last time is named with that port, never followed
there.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from nmes.core.self_told import self_told
from nmes.language import _
from nmes.runtime.families import DEFAULT, KEYS, Family, family, model_of
from nmes.runtime.known_devices import Heard, KnownDevicesError, Remembered, find, load
from nmes.runtime.open import is_simulation
from nmes.runtime.ports import Access, Identity, SeenPort, is_same_node, seen_ports


@dataclass(frozen=True, slots=True)
class Chosen:
    """The family, and what is to be said about how it was chosen; "" if there is nothing."""

    family: Family
    said: str = ""


def chosen(home: Path, url: str | None, key: str = "") -> Chosen:
    """For the port at `url` (None = the built-in simulator) and the family a person named, "" for none.

    ValueError if there is no such family; KnownDevicesError if what is remembered cannot be read.
    """
    named = family(key) if key else None
    if url is None or is_simulation(url):
        return Chosen(named or DEFAULT)
    devices = load(home)
    return choose(seen_ports(url), url, devices, named)


def choose(
    ports: tuple[SeenPort, ...], url: str, devices: tuple[Remembered, ...], named: Family | None = None
) -> Chosen:
    """The rule itself, from what was seen and what is remembered."""
    here = port_at(ports, url)
    device = remembered_at(here.identity, devices) if here is not None else None
    if device is None:
        return Chosen(named or DEFAULT, _of_nobody(ports, url, devices, named))
    if named is not None:
        return Chosen(named, _against(device, named))
    if device.known.family not in KEYS:
        said = _(
            '{port}: what is remembered there is a "{family}", which this program does not know; taken for a {model}'
        )
        return Chosen(DEFAULT, said.format(port=url, family=device.known.family, model=DEFAULT.model))
    remembered = family(device.known.family)
    said = _(
        "{port}: taken for the {model} with serial number {serial}, as remembered; --device says otherwise"
    ).format(port=url, model=remembered.model, serial=device.serial_number)
    return Chosen(remembered, f"{said}. {changed_words(device)}" if device.now else said)


def moved(home: Path, url: str | None) -> str:
    """Where the device is now that was at `url` last, in a sentence; "" if that is not known, or the port is there."""
    if url is None or is_simulation(url):
        return ""
    try:
        devices = load(home)
    except KnownDevicesError:
        return ""  # who only adds a word says nothing of it
    ports = seen_ports(url) if any(device.port == url for device in devices) else ()
    here = port_at(ports, url)
    if not ports or (here is not None and here.access is not Access.MISSING):
        return ""
    return _of_nobody(ports, url, devices, None)


def port_at(ports: tuple[SeenPort, ...], url: str) -> SeenPort | None:
    """The port of this name, or that a link of this name leads to."""
    for port in ports:
        if port.identity.url == url or is_same_node(port.identity.url, url):
            return port
    return None


def remembered_at(identity: Identity, devices: tuple[Remembered, ...]) -> Remembered | None:
    """What is remembered of the device that hangs at a port; None without a serial number."""
    if not identity.serial_number:
        return None
    return find(devices, identity.serial_number, identity.vendor_id, identity.product_id)


def now_at(device: Remembered, ports: tuple[SeenPort, ...]) -> str:
    """The port where a device hangs now; "" if at none."""
    for port in ports:
        if remembered_at(port.identity, (device,)) is not None:
            return port.identity.url
    return ""


def changed_words(device: Remembered) -> str:
    """What a device says of itself now, against what is remembered; "" where it has not changed."""
    if device.now is None:
        return ""
    said = _(
        "It has changed: remembered as {before}, and on {day} it said {after}; "
        "if that is right: nmes devices confirm {serial}"
    )
    return said.format(
        before=heard_words(device.known),
        after=heard_words(device.now),
        day=device.now.seen[:10],
        serial=device.serial_number,
    )


def heard_words(heard: Heard) -> str:
    """A device in a few words: model, its own id, its firmware."""
    return self_told(model_of(heard.family), heard.device_id, heard.firmware)


def _of_nobody(ports: tuple[SeenPort, ...], url: str, devices: tuple[Remembered, ...], named: Family | None) -> str:
    """About a port with a device that is not remembered, or without any."""
    here = port_at(ports, url)
    if here is None or here.access is Access.MISSING:
        return "; ".join(_moved(device, url, now_at(device, ports)) for device in devices if device.port == url)
    if named is not None:
        return ""
    said = _("{port}: nothing is remembered about the device there; taken for a {model}, --device says otherwise")
    return said.format(port=url, model=DEFAULT.model)


def _moved(device: Remembered, url: str, now: str) -> str:
    words = self_told(model_of(device.known.family), device.known.device_id, "")
    if now:
        said = _("{port} is not there: the device that was there ({device}) is at {now} now")
        return said.format(port=url, device=words, now=now)
    said = _("{port} is not there, and the device that was there last ({device}) is at no other port")
    return said.format(port=url, device=words)


def _against(device: Remembered, named: Family) -> str:
    if device.known.family == named.key:
        return changed_words(device)
    said = _("the device with serial number {serial} is remembered as {before}; {model} was asked for")
    return said.format(
        serial=device.serial_number,
        before=heard_words(device.known),
        model=named.model,
    )
