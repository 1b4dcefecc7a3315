"""Every judgement of `nmes doctor`, each from a world that differs in one thing from a good one."""

from __future__ import annotations

from dataclasses import replace

import pytest
from runtime.doctor.worlds import ACM, FTDI, GOOD, NOON_MS

from nmes.link.holders import Holder
from nmes.link.lock import Note
from nmes.runtime.doctor import Finding, Grade, examine
from nmes.runtime.doctor.components import fits
from nmes.runtime.doctor.rights import udev_rules
from nmes.runtime.doctor.world import Component, Disk, Module, World
from nmes.runtime.ports import Access, Identity, SeenPort

HELD = Note("nmes", 77, "2026-11-26T10:00:00+00:00", "ada", "000012-x", "/dev/ttyACM0")
OUTSIDER = replace(GOOD.rights, member=False, enrolled=False)


def rights(**other: object) -> World:
    return replace(GOOD, rights=replace(GOOD.rights, **other))


def port(*ports: SeenPort, asked: str = "") -> World:
    return replace(GOOD, ports=ports, asked_port=asked)


def clock(**other: object) -> World:
    return replace(GOOD, clock=replace(GOOD.clock, **other))


def disk(**other: object) -> World:
    return replace(GOOD, disk=replace(GOOD.disk, **other))


def terminal(**other: object) -> World:
    return replace(GOOD, terminal=replace(GOOD.terminal, **other))


def component(name: str, found: str, wanted: str) -> World:
    return replace(GOOD, components=(Component(name, found, wanted),))


ROWS: list[tuple[str, World, str, str, str]] = [
    ("another system", replace(GOOD, system="Darwin"), "permissions", "good", "asks for no right"),
    ("another system's drivers", replace(GOOD, system="Darwin"), "drivers", "doubtful", "not looked for"),
    ("root", rights(root=True), "permissions", "doubtful", "runs as root"),
    ("a udev rule", rights(member=False, enrolled=False, rule=True), "permissions", "good", "a udev rule gives"),
    ("in no group", rights(member=False, enrolled=False), "permissions", "doubtful", "ada is not in the group dialout"),
    ("no group found", rights(member=False, enrolled=False, group=""), "permissions", "doubtful", "the group dialout"),
    (
        "a port that may not be opened",
        replace(port(replace(ACM, access=Access.DENIED)), rights=OUTSIDER),
        "permissions",
        "bad",
        "ada may not open /dev/ttyACM0",
    ),
    (
        "denied, seen as a port",
        port(replace(ACM, access=Access.DENIED)),
        "ports",
        "bad",
        "may not be opened by this user",
    ),
    ("no driver", replace(GOOD, modules=(("cdc_acm", Module.MISSING),)), "drivers", "bad", "no driver cdc_acm (P24)"),
    ("no way to see", replace(GOOD, modules=(("cdc_acm", Module.UNKNOWN),)), "drivers", "doubtful", "cannot be seen"),
    ("a modem manager", replace(GOOD, probing=("ModemManager",)), "drivers", "doubtful", "ModemManager is running"),
    ("no port", port(), "ports", "doubtful", "no USB serial port"),
    ("a port that is not there", port(SeenPort(Identity("/dev/x"), Access.MISSING)), "ports", "bad", "no such port"),
    (
        "an address",
        port(SeenPort(Identity("socket://a:1"), Access.ELSEWHERE)),
        "ports",
        "doubtful",
        "a network address",
    ),
    ("a chip of nobody's", port(SeenPort(Identity("/dev/x", 1, 2), Access.OPEN)), "ports", "good", "/dev/x: free"),
    ("ours", port(ACM), "ports", "good", "a chip that stimulators have"),
    ("held by nmes", port(replace(ACM, holder=HELD)), "ports", "doubtful", "held by nmes, process 77, user ada, since"),
    (
        "held, and asked about",
        port(replace(ACM, holder=HELD), asked="/dev/ttyACM0"),
        "ports",
        "bad",
        "session 000012-x",
    ),
    (
        "held by another",
        port(replace(ACM, programs=(Holder("minicom", 5), Holder("cat", 6)))),
        "ports",
        "doubtful",
        "held by minicom, process 5, cat, process 6",
    ),
    (
        "held by a keeper",
        port(replace(ACM, programs=(Holder("nmes-keeper", 5),))),
        "ports",
        "doubtful",
        "held by the keeper of nmes, process 5",
    ),
    ("held by nobody knows whom", port(replace(ACM, holder=Note("", 0, ""))), "ports", "doubtful", "cannot be seen"),
    ("a slow chip", port(replace(FTDI, latency_ms=16)), "latency", "doubtful", "the latency timer is 16 ms"),
    ("a mute chip", port(replace(FTDI, latency_ms=None)), "latency", "doubtful", "the latency timer cannot be read"),
    ("a quick chip", port(FTDI), "latency", "good", "the latency timer is 1 ms"),
    ("a broken memory", replace(GOOD, devices_trouble="devices.json: no"), "devices", "bad", "devices.json: no"),
    ("a changed device", replace(GOOD, changed=("It has changed",)), "devices", "doubtful", "It has changed"),
    ("a clock of 1970", clock(utc_ms=0, newest_ms=None), "clock", "bad", "the clock says 1970"),
    ("a clock of 2099", clock(utc_ms=NOON_MS + 73 * 31_557_600_000), "clock", "bad", "the clock says 2099"),
    ("a clock that went back", clock(newest_ms=NOON_MS + 1), "clock", "bad", "began later"),
    ("a clock that jumps", clock(skew_us=-6_000), "clock", "doubtful", "jumped by -6 ms"),
    ("a clock that is slewed", clock(skew_us=5_000), "clock", "good", "runs evenly"),
    ("a clock nobody keeps", clock(synchronised=False), "clock", "doubtful", "nobody keeps it"),
    ("a clock nobody tells about", clock(synchronised=None), "clock", "good", "2026-11-26 12:00"),
    ("no disk", replace(GOOD, disk=Disk("/r", "Read-only file system")), "disk", "bad", "kept in /r: Read-only"),
    ("a full disk", disk(free_bytes=32 << 20, sync_us=(1,)), "disk", "doubtful", "33 MB are free"),
    ("a fuller disk", disk(free_bytes=(32 << 20) - 1), "disk", "bad", "33 MB are free"),
    ("a disk that does not tell", disk(free_bytes=None), "disk", "doubtful", "cannot be seen"),
    ("a disk that is slow at times", disk(sync_us=(5_000, 5_000, 60_001)), "disk", "doubtful", "at worst 60.0 ms"),
    ("a disk that is always slow", disk(sync_us=(2_000_001,)), "disk", "bad", "after 2000.0 ms"),
    ("a narrow way", disk(bytes_per_s=999_999), "disk", "doubtful", "takes 1.0 MB a second"),
    ("no terminal", terminal(there=False), "terminal", "doubtful", "no terminal"),
    ("a dumb terminal", terminal(kind="dumb"), "terminal", "bad", "TERM is dumb"),
    ("a nameless terminal", terminal(kind=""), "terminal", "bad", "TERM is -"),
    ("a narrow terminal", terminal(columns=79), "terminal", "bad", "79 columns"),
    ("a low terminal", terminal(rows=23), "terminal", "bad", "23 rows"),
    ("no colour by wish", terminal(no_color=True), "terminal", "good", "NO_COLOR"),
    ("256 colours", terminal(depth=""), "terminal", "good", "256 colours"),
    ("all colours by name", terminal(depth="", kind="xterm-direct"), "terminal", "good", "all colours"),
    ("few colours", terminal(depth="", kind="linux"), "terminal", "doubtful", "few colours"),
    ("few letters", terminal(encoding="iso-8859-1"), "terminal", "doubtful", "letters are sent as iso-8859-1"),
    ("no name of letters", terminal(encoding=""), "terminal", "doubtful", "letters are sent as ?"),
    ("over the network", terminal(remote=True), "terminal", "doubtful", "so does every STOP by key"),
    ("an unknown terminal", terminal(kind="vt220"), "terminal", "doubtful", "whether vt220 sends"),
    ("no library", component("textual", "", ">=8,<9"), "versions", "bad", "textual is not installed"),
    ("a later library", component("textual", "9.0.0", ">=8,<9"), "versions", "doubtful", "9.0.0; >=8,<9 is wanted"),
    ("an older library that is not told of", component("rich", "1", ">=13"), "versions", "doubtful", "rich is 1;"),
]


def test_a_good_computer_is_good_in_every_line() -> None:
    assert [finding for finding in examine(GOOD) if finding.grade is not Grade.GOOD or finding.todo] == []


def test_each_thing_that_can_be_wrong_is_one_line_of_its_grade_with_what_to_do() -> None:
    wrong = []
    for name, world, topic, grade, words in ROWS:
        found = [one for one in examine(world) if (one.topic, one.grade.value) == (topic, grade) and words in one.said]
        mended = grade == "good" or topic == "devices" or all(one.todo for one in found)
        if not found or not mended:
            wrong.append((name, [(one.grade.value, one.said) for one in examine(world) if one.topic == topic]))
    assert wrong == []


def of(world: World, topic: str) -> Finding:
    return next(finding for finding in examine(world) if finding.topic == topic)


def test_the_right_to_open_ports_is_printed_ready_to_paste() -> None:
    paste = of(replace(GOOD, rights=replace(OUTSIDER, group="uucp")), "permissions").paste
    assert paste[0] == "sudo usermod -aG uucp ada"
    assert paste[1] == "sudo tee /etc/udev/rules.d/60-nmes.rules <<'EOF'"
    assert paste[-2] == "EOF"
    assert paste[2:-2] == udev_rules("uucp")
    for ids in (
        'ATTRS{idVendor}=="0483", ATTRS{idProduct}=="5740"',
        'ATTRS{idVendor}=="0403", ATTRS{idProduct}=="6015"',
    ):
        assert any(ids in rule and 'GROUP="uucp"' in rule for rule in udev_rules("uucp"))
    assert udev_rules("uucp")[-1].endswith('ATTR{latency_timer}="1"')


def test_who_has_joined_the_group_and_not_logged_in_again_is_told_that() -> None:
    denied = replace(port(replace(ACM, access=Access.DENIED)), rights=replace(OUTSIDER, enrolled=True))
    finding = of(denied, "permissions")
    assert "log out and in again" in finding.todo
    assert finding.paste == ()


def test_the_latency_timer_is_set_by_a_line_to_paste() -> None:
    assert of(port(replace(FTDI, latency_ms=16)), "latency").paste == (
        "echo 1 | sudo tee /sys/class/tty/ttyUSB0/device/latency_timer",
    )


@pytest.mark.parametrize(
    ("found", "wanted", "good"),
    [
        ("8", ">=8,<9", True),
        ("8.99.1", "<9,>=8", True),
        ("9", ">=8,<9", False),
        ("7.9", ">=8,<9", False),
        ("0.18.10", ">=0.18.10,<0.20", True),
        ("0.18.9", ">=0.18.10,<0.20", False),
        ("3.5", "==3.5.0", True),
        ("3.5.1", "==3.5", False),
        ("3.5", "!=3.5", False),
        ("3.5", "<=3.5", True),
        ("3.5", ">3.5", False),
        ("2.3.9", "~=2.2", True),
        ("3.0", "~=2.2", False),
        ("8.0.0rc1", ">=8", True),
        ("x", ">=8", False),
        ("", "", False),
        ("1", "", True),
    ],
)
def test_versions_are_compared_by_their_numbers(found: str, wanted: str, good: bool) -> None:
    assert fits(found, wanted) is good
