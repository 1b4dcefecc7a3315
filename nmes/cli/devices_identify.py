"""`nmes devices identify`, `confirm`, `forget`: asking a device on a port that a person picked, and what is kept of it.

Law: nothing is sent to a port before a person has said which family is there, or it is remembered by its serial number.
"""

from __future__ import annotations

import json
from dataclasses import asdict

from nmes.cli.devices_list import remembered
from nmes.cli.exits import BAD, GOOD, WRONG_INPUT, Failed, bad, complain, wrong
from nmes.cli.which import family_named
from nmes.core.events import Identified
from nmes.core.printable import printable
from nmes.core.self_told import self_told
from nmes.language import _
from nmes.record.files import home
from nmes.runtime.chosen_device import changed_words, heard_words, port_at, remembered_at
from nmes.runtime.device_versions import Verdict, judge
from nmes.runtime.families import KEYS, Family, family
from nmes.runtime.identify import NotIt, identify
from nmes.runtime.known_devices import (
    Changed,
    KnownDevicesError,
    New,
    Remembered,
    Same,
    confirm,
    forget,
    remember,
)
from nmes.runtime.noticing import heard_now
from nmes.runtime.ports import Identity, seen_ports


def identify_at(url: str, key: str, *, halt: bool, as_json: bool) -> int:
    """Ask who is at `url`; exit code 1 if it is not what was said, or has changed."""
    devices = remembered()
    port = port_at(seen_ports(url), url)
    identity = port.identity if port is not None else Identity(url)
    asked = _family(key, remembered_at(identity, devices))
    if asked.asked_by_halt and not halt:
        wrong(
            _(
                "a {model} tells nothing unless it is sent a command; the one that starts nothing is the halt. If that "
                "is meant, add --halt"
            ).format(model=asked.model)
        )
    found = identify(url, asked)
    if isinstance(found, NotIt):
        bad(printable(found.reason if found.unreachable else f"{url}: {found.reason}"))
    verdict = judge(asked.key, found.identified.firmware)
    return _kept(identity, asked, found.identified, verdict, as_json=as_json)


def confirm_one(which: str, *, as_json: bool) -> int:
    """What a changed device said last is remembered."""
    number = _number(which)
    try:
        device = confirm(home(), number)
    except KnownDevicesError as error:
        wrong(str(error))
    if device is None:
        wrong(_("no remembered device with serial number {number} has changed").format(number=number))
    said = _("remembered from now on: {device}").format(device=heard_words(device.known))
    print(json.dumps({"confirmed": asdict(device)}) if as_json else said)
    return GOOD


def forget_one(which: str, *, as_json: bool) -> int:
    """The device is remembered no more."""
    number = _number(which)
    try:
        there = forget(home(), number)
    except KnownDevicesError as error:
        wrong(str(error))
    if not there:
        wrong(_("no device with serial number {number} is remembered").format(number=number))
    said = _("no longer remembered: serial number {number}").format(number=number)
    print(json.dumps({"forgotten": number}) if as_json else said)
    return GOOD


def _family(key: str, device: Remembered | None) -> Family:
    """What the person said, else what is remembered; never a guess."""
    if key:
        return family_named(key)
    if device is not None and device.known.family in KEYS:
        return family(device.known.family)
    raise _unsaid()


def _unsaid() -> Failed:
    said = _(
        "which stimulator is there? say it with --device {keys}: what is meant for one device is noise for another, so "
        "nothing is tried"
    )
    return Failed(WRONG_INPUT, said.format(keys="|".join(KEYS)))


def _number(which: str) -> str:
    """The serial number that was typed, or that the device at the port that was typed has."""
    devices = remembered()
    if any(device.serial_number == which for device in devices):
        return which
    port = port_at(seen_ports(which), which)
    return (port.identity.serial_number if port is not None else "") or which


def _kept(identity: Identity, asked: Family, identified: Identified, verdict: Verdict, *, as_json: bool) -> int:
    heard = heard_now(asked, identified)
    outcome: New | Same | Changed | None = None
    if identity.serial_number:
        try:
            ids = (identity.vendor_id, identity.product_id)
            outcome = remember(home(), identity.serial_number, ids, identity.url, heard)
        except KnownDevicesError as error:
            wrong(str(error))
    if as_json:
        told = {
            "port": identity.url,
            "identified": asdict(heard),
            "outcome": type(outcome).__name__.lower() if outcome else "not_kept",
            "known_version": verdict.known,
            "version": verdict.said,
        }
        print(json.dumps(told, indent=1))
    else:
        print(f"{identity.url}: {_of(identified)}")
        print(verdict.said)
        print(_outcome_words(outcome, identity))
    if isinstance(outcome, Changed):
        complain(changed_words(outcome.device))
        return BAD
    return GOOD


def _outcome_words(outcome: New | Same | Changed | None, identity: Identity) -> str:
    match outcome:
        case None:
            return _("it has no USB serial number, so it cannot be remembered")
        case New():
            return _("remembered by serial number {number}").format(number=identity.serial_number)
        case Same():
            return _("it is the device that is remembered by serial number {number}").format(
                number=identity.serial_number
            )
        case Changed():
            return _("it is not as it is remembered by serial number {number}").format(number=identity.serial_number)


def _of(identified: Identified) -> str:
    return self_told(identified.model, identified.device_id, identified.firmware)
