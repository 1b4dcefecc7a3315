"""`nmes doctor` as a person meets it: one line each, what to do below, lines to paste, an exit code."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from cli.conftest import Nmes
from pytest_mock import MockerFixture


@pytest.fixture(autouse=True)
def nothing_plugged(mocker: MockerFixture) -> None:
    mocker.patch("serial.tools.list_ports.comports", return_value=[])


def test_doubts_are_no_error_and_each_says_what_to_do(nmes: Nmes, home: Path) -> None:
    told = nmes("doctor")
    assert told.code == 0
    lines = told.out.splitlines()
    at = lines.index("doubtful  no USB serial port is there")
    assert lines[at + 1] == "          → plug the stimulator in and switch it on; the simulator needs none"
    assert lines[-1].endswith(" doubtful, 0 bad")
    assert not home.exists(), "who looks keeps nothing"


def test_what_is_bad_is_exit_code_1_and_said_as_json_too(nmes: Nmes) -> None:
    told = nmes("doctor", "--port", "/dev/ttyNMES0", "--json")
    found = json.loads(told.out)
    assert (told.code, found["grade"]) == (1, "bad")
    assert {"good", "doubtful", "bad"} >= {one["grade"] for one in found["findings"]}
    [port] = [one for one in found["findings"] if one["topic"] == "ports"]
    assert port["said"] == "/dev/ttyNMES0: there is no such port"
    assert {one["topic"] for one in found["findings"]} >= {
        *("permissions", "drivers", "ports"),
        *("clock", "disk", "versions"),
    }


def test_a_home_that_cannot_be_written_is_bad(nmes: Nmes, home: Path) -> None:
    home.parent.mkdir(exist_ok=True)
    home.write_text("a file")
    told = nmes("doctor")
    assert told.code == 1
    assert f"bad       no record can be kept in {home}/records: Not a directory" in told.out


def test_lines_to_paste_begin_in_the_first_column(nmes: Nmes, mocker: MockerFixture) -> None:
    mocker.patch("os.getuid", return_value=54_321)
    mocker.patch("pwd.getpwuid").return_value.pw_name = "ada"
    mocker.patch("os.getgroups", return_value=[])
    mocker.patch("os.getgid", return_value=54_321)
    lines = nmes("doctor").out.splitlines()
    at = next(at for at, line in enumerate(lines) if line.startswith("sudo usermod -aG "))
    assert lines[at].endswith(" ada")
    assert lines[at + 1] == "sudo tee /etc/udev/rules.d/60-nmes.rules <<'EOF'"
    assert lines[lines.index("EOF") + 1].startswith("sudo udevadm control --reload")


def test_the_udev_rules_alone_are_a_file(nmes: Nmes) -> None:
    rules = nmes("doctor", "--udev", "uucp").out.splitlines()
    assert len(rules) == 5
    assert all(rule.startswith(('SUBSYSTEM=="tty"', 'ACTION=="add"')) for rule in rules)


def test_what_is_no_group_gets_no_rules(nmes: Nmes) -> None:
    for wrong in ("a b", 'a", RUN+="/bin/sh', "a\nb"):
        done = nmes("doctor", "--udev", wrong)
        assert (done.code, done.out) == (2, ""), wrong
        assert "is no name of a group" in done.err
