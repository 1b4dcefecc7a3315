"""Devices that are remembered: what is kept, what is told, and a file that may hold anything."""

from __future__ import annotations

import fcntl
import json
import multiprocessing
import os
import stat
from dataclasses import replace
from pathlib import Path

import pytest
from pytest_mock import MockerFixture

from nmes.record.disk import Disk
from nmes.runtime.known_devices import (
    FILE,
    LOCK,
    MOST_BYTES,
    MOST_DEVICES,
    Changed,
    Heard,
    KnownDevicesError,
    New,
    Remembered,
    Same,
    confirm,
    find,
    forget,
    load,
    remember,
)

IDS = (0x0483, 0x5740)
P24 = Heard("p24", "P24-0001", "1.2.3 (ScienceMode 4.0.0)", "2026-11-26T10:00:00+00:00")
LATER = replace(P24, seen="2026-11-27T10:00:00+00:00")
OTHER = replace(LATER, firmware="1.3.0 (ScienceMode 4.0.0)")


def keep(home: Path, heard: Heard = P24, serial: str = "A1", port: str = "/dev/ttyACM0") -> New | Same | Changed:
    return remember(home, serial, IDS, port, heard)


@pytest.mark.covers("SR-27")
def test_a_device_is_known_by_its_serial_number_and_not_by_its_port(tmp_path: Path) -> None:
    assert load(tmp_path) == ()
    assert keep(tmp_path) == New(Remembered("A1", *IDS, "/dev/ttyACM0", P24))
    assert keep(tmp_path, LATER, port="/dev/ttyACM7") == Same(Remembered("A1", *IDS, "/dev/ttyACM7", LATER))
    assert isinstance(keep(tmp_path, serial="B2"), New)
    found = load(tmp_path)
    assert [device.serial_number for device in found] == ["A1", "B2"]
    assert find(found, "A1", *IDS) == found[0]
    assert find(found, "A1", 0x0403, 0x6001) is None, "another maker's device with the same number"
    assert stat.S_IMODE((tmp_path / FILE).stat().st_mode) == 0o600


@pytest.mark.covers("SR-27")
def test_a_changed_device_is_told_until_a_person_confirms_it(tmp_path: Path) -> None:
    keep(tmp_path)
    changed = Remembered("A1", *IDS, "/dev/ttyACM0", P24, OTHER)
    for _ in range(2):
        assert keep(tmp_path, OTHER) == Changed(changed)
    assert load(tmp_path) == (changed,)
    assert confirm(tmp_path, "B2") is None
    assert confirm(tmp_path, "A1") == replace(changed, known=OTHER, now=None)
    assert confirm(tmp_path, "A1") is None, "it has not changed any more"
    assert isinstance(keep(tmp_path, OTHER), Same)
    for other in (replace(P24, device_id="P24-0002"), replace(P24, family="rehamove3")):
        assert isinstance(keep(tmp_path, other), Changed)
    assert isinstance(keep(tmp_path, OTHER), Same), "it is again as it was remembered"
    assert load(tmp_path)[0].now is None


def test_a_forgotten_device_is_new(tmp_path: Path) -> None:
    keep(tmp_path)
    assert not forget(tmp_path, "B2")
    assert forget(tmp_path, "A1")
    assert load(tmp_path) == ()
    assert isinstance(keep(tmp_path, OTHER), New)


def whole(**other: object) -> dict[str, object]:
    heard = {"family": "p24", "device_id": "x", "firmware": "y", "seen": "z"}
    device = {"serial_number": "A1", "vendor_id": 1, "product_id": 2, "port": "p", "known": heard, "now": None}
    return {"version": 1, "devices": [{**device, **other}]}


def hostile() -> dict[str, bytes]:
    texts: dict[str, object] = {
        "another version": {**whole(), "version": 2},
        "true for a version": {**whole(), "version": True},
        "a list": [],
        "no devices": {"version": 1},
        "one key more": {**whole(), "x": 1},
        "devices that are no list": {"version": 1, "devices": {}},
        "a number for a serial number": whole(serial_number=7),
        "no serial number": whole(serial_number=""),
        "an escape": whole(port="\x1b[2J"),
        "a long word": whole(port="p" * 201),
        "true for an id": whole(vendor_id=True),
        "a large id": whole(vendor_id=70_000),
        "a text for what was heard": whole(known="p24"),
        "half of what was heard": whole(now={"family": "p24"}),
        "a device twice": {"version": 1, "devices": whole()["devices"] * 2},  # type: ignore[operator]  # it is a list
        "too many": {"version": 1, "devices": whole()["devices"] * (MOST_DEVICES + 1)},  # type: ignore[operator]  # as above
    }
    return {
        "nothing": b"",
        "no JSON": b"devices",
        "no text": b"\xff\xfe",
        "nested": b"[" * 100_000,
        "nested objects": b'{"a":' * 40_000,
        "an endless number": b'{"version": ' + b"9" * 50_000 + b"}",
        "not a number": json.dumps(whole(vendor_id=float("nan"))).encode(),
        "devices twice": json.dumps(whole())[:-1].encode() + b', "devices": []}',
        "an id twice": json.dumps(whole()).replace('"port"', '"vendor_id": 7, "port"').encode(),
        "endless": json.dumps(whole()).encode() + b" " * MOST_BYTES,
        **{name: json.dumps(text).encode() for name, text in texts.items()},
    }


@pytest.mark.covers("SR-27")
def test_a_file_that_cannot_be_read_is_one_sentence_and_stays_as_it_is(tmp_path: Path) -> None:
    path = tmp_path / FILE
    path.write_text(json.dumps(whole()))
    assert len(load(tmp_path)) == 1, "what the hostile ones differ from"
    wrong = []
    for name, data in hostile().items():
        path.write_bytes(data)
        for action in (lambda: load(tmp_path), lambda: keep(tmp_path), lambda: confirm(tmp_path, "A1")):
            try:
                action()
            except KnownDevicesError as error:
                if "nothing was changed" in str(error) and "\n" not in str(error):
                    continue
            wrong.append(name)
        if path.read_bytes() != data:
            wrong.append(f"{name}: overwritten")
    assert wrong == []
    assert {entry.name for entry in tmp_path.iterdir()} == {FILE, LOCK}


def test_what_is_no_plain_file_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / FILE)
    with pytest.raises(KnownDevicesError, match="no plain file"):
        load(tmp_path)
    (tmp_path / FILE).unlink()
    (tmp_path / FILE).symlink_to(tmp_path / "elsewhere")
    with pytest.raises(KnownDevicesError, match="cannot be read"):
        load(tmp_path)
    (tmp_path / FILE).unlink()
    (tmp_path / FILE).mkdir()
    with pytest.raises(KnownDevicesError, match="no plain file"):
        keep(tmp_path)
    assert load(tmp_path / "file" / "that" / "is" / "missing") == ()


def test_whatever_a_device_says_can_be_read_again(tmp_path: Path) -> None:
    said = Heard("p24", "\x1b[31m\u202e" + "x" * 500, "\n", "")
    assert isinstance(remember(tmp_path, "A\t1", IDS, "/dev/x", said), New)
    kept = load(tmp_path)[0]
    assert (len(kept.known.device_id), kept.known.device_id.isprintable()) == (200, True)
    assert isinstance(remember(tmp_path, "A\t1", IDS, "/dev/x", said), Same)


def test_more_devices_than_can_be_read_are_not_kept(tmp_path: Path) -> None:
    one = whole()["devices"][0]  # type: ignore[index]  # it is a list
    many = [{**one, "serial_number": f"N{number}"} for number in range(MOST_DEVICES)]
    (tmp_path / FILE).write_text(json.dumps({"version": 1, "devices": many}))
    with pytest.raises(KnownDevicesError, match="500 devices are remembered, and no more"):
        keep(tmp_path)
    assert len(load(tmp_path)) == MOST_DEVICES
    assert forget(tmp_path, "N7")
    assert isinstance(keep(tmp_path), New)


def test_a_write_that_fails_leaves_the_old_file(tmp_path: Path) -> None:
    keep(tmp_path)

    def full(fd: int, data: bytes) -> int:
        raise OSError(28, "No space left on device")

    with pytest.raises(KnownDevicesError, match=r"cannot be written \(No space left on device\); nothing was changed"):
        remember(tmp_path, "B2", IDS, "/dev/x", P24, Disk(write=full))
    assert [device.serial_number for device in load(tmp_path)] == ["A1"]
    assert {entry.name for entry in tmp_path.iterdir()} == {FILE, LOCK}


def test_another_program_that_never_lets_go_is_not_waited_for_without_end(
    tmp_path: Path, mocker: MockerFixture
) -> None:
    waited = mocker.patch("threading.Event.wait")
    with (tmp_path / LOCK).open("w") as other:
        fcntl.flock(other, fcntl.LOCK_EX)
        with pytest.raises(KnownDevicesError, match="cannot be written"):
            keep(tmp_path)
    assert waited.call_count == 59
    assert isinstance(keep(tmp_path), New)


def _one(home: str, number: int) -> None:
    for again in range(4):
        keep(Path(home), serial=f"{number}-{again}")


def test_two_programs_lose_nothing_of_each_other(tmp_path: Path) -> None:
    context = multiprocessing.get_context("fork")
    programs = [context.Process(target=_one, args=(str(tmp_path), number)) for number in range(3)]
    for program in programs:
        program.start()
    for program in programs:
        program.join(30)
    assert len(load(tmp_path)) == 12
