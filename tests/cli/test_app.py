"""The ways in and out: version, help, wrong input, no terminal, faults, a reader that leaves."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest
from cli.conftest import CRAMP, Nmes, process

from helpers.waiting import shortest_s
from nmes import __version__
from nmes.cli import exits

HEAVY = ("textual", "pydantic", "serial", "typer", "ruamel")


def test_the_version_is_told_without_importing_anything_heavy() -> None:
    code = (
        "import sys; sys.argv = ['nmes', '--version']; import nmes.__main__ as m; assert m.main() == 0; "
        f"print([name for name in {HEAVY} if name in sys.modules])"
    )
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert found.stdout.splitlines() == [f"nmes {__version__}", "[]"]


def test_the_version_comes_within_a_fifth_of_a_second(home: Path) -> None:
    def taken_s() -> float:
        began = time.perf_counter()
        process(home, "--version").communicate()
        return time.perf_counter() - began

    assert shortest_s(taken_s, 0.2) < 0.2


def test_importing_the_command_line_does_not_import_the_screens_or_the_port() -> None:
    code = "import sys, nmes.cli.app; print([n for n in ('textual', 'serial', 'firmware_sim') if n in sys.modules])"
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert found.stdout == "[]\n"


@pytest.mark.parametrize(
    "command",
    [
        (),
        ("demo",),
        ("run",),
        ("protocols",),
        ("protocols", "list"),
        ("protocols", "show"),
        ("protocols", "check"),
        ("audit",),
        ("audit", "list"),
        ("audit", "show"),
        ("audit", "verify"),
    ],
)
def test_every_command_has_help(nmes: Nmes, command: tuple[str, ...]) -> None:
    told = nmes(*command, "--help")
    assert told.code == 0
    assert told.out.startswith("Usage: nmes")
    assert "--help" in told.out


@pytest.mark.parametrize("group", ["protocols", "audit"])
def test_a_group_without_a_command_shows_its_help(nmes: Nmes, group: str) -> None:
    told = nmes(group)
    assert (told.code, told.err) == (0, "")
    assert "Commands:" in told.out


def test_the_version_beside_other_words_is_still_the_version(nmes: Nmes) -> None:
    assert nmes("--version", "demo").out == f"nmes {__version__}\n"


@pytest.mark.parametrize(
    ("arguments", "word"),
    [
        (("dance",), "dance"),
        (("run",), "PROTOCOL"),
        (("run", CRAMP, "--fast"), "--fast"),
        (("run", CRAMP, "--plain", "--speed", "0"), "--speed"),
        (("run", CRAMP, "--plain", "--speed", "-3"), "--speed"),
        (("run", CRAMP, "--plain", "--speed", "nan"), "--speed"),
        (("run", CRAMP, "--plain", "--speed", "quick"), "quick"),
        (("run", CRAMP, "--plain", "--speed", "2", "--device", "/dev/ttyUSB0"), "simulator only"),
        (("run", CRAMP, "--plain", "--patient-code", "-", "--device", "/dev/no-such-port"), "/dev/no-such-port"),
        (("--device", "/dev/ttyUSB0", "demo"), "--device"),
        (("run", "cramp_calf_ctf_trainin", "--plain"), 'did you mean "cramp_calf_ctf_training"?'),
        (("run", "nothing_like_it", "--plain"), "nmes protocols list"),
        (("demo", "nothing_like_it"), "nothing_like_it"),
        (("run", CRAMP), "--plain"),
        (("protocols", "show", "nothing_like_it"), "nothing_like_it"),
        (("audit", "show", "77"), "77"),
        (("audit", "verify", "77"), "77"),
    ],
)
def test_wrong_input_is_one_clear_line_and_exit_code_2(nmes: Nmes, arguments: tuple[str, ...], word: str) -> None:
    told = nmes(*arguments)
    assert told.code == 2
    assert told.out == ""
    assert len(told.err.splitlines()) == 1
    assert told.err.startswith("nmes: ")
    assert word in told.err


def test_without_a_terminal_nmes_names_what_works_and_ends_well(home: Path) -> None:
    nmes = process(home, stdin=subprocess.DEVNULL)
    out, err = nmes.communicate(timeout=40)
    assert (nmes.returncode, err) == (0, "")
    assert "nmes demo" in out
    assert "nmes run PROTOCOL --plain" in out
    assert len(out.splitlines()) == 1


def test_a_fault_in_the_program_is_one_sentence_and_a_file(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    def broken() -> int:
        raise ZeroDivisionError("division by zero")

    assert exits.guarded(broken) == 70
    told = capsys.readouterr().err
    assert len(told.splitlines()) == 1
    assert "Traceback" not in told
    (file,) = (home / "crash").iterdir()
    assert str(file) in told
    assert "ZeroDivisionError" in file.read_text()


def test_a_fault_is_told_even_if_its_details_cannot_be_kept(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    home.write_text("a file where the folder should be")

    def broken() -> int:
        raise ZeroDivisionError

    assert exits.guarded(broken) == 70
    assert "could not be written" in capsys.readouterr().err


def test_ctrl_c_ends_a_command_quietly(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    def interrupted() -> int:
        raise KeyboardInterrupt

    assert exits.guarded(interrupted) == 130
    assert capsys.readouterr().err == "nmes: interrupted\n"


def test_a_reader_that_leaves_early_sees_no_traceback(home: Path) -> None:
    with process(home, "protocols", "show", CRAMP) as nmes:
        assert nmes.stdout is not None
        nmes.stdout.close()
        assert nmes.stderr is not None
        assert nmes.stderr.read() == ""
    assert nmes.returncode == 1


def test_a_terminal_without_a_micro_sign_does_not_end_the_program(home: Path) -> None:
    command = [sys.executable, "-m", "nmes", "protocols", "show", CRAMP]
    environment = {**os.environ, "PYTHONIOENCODING": "ascii", "NMES_HOME": str(home)}
    found = subprocess.run(command, env=environment, capture_output=True, check=False)
    assert found.returncode == 0
    assert b"150 ?s" in found.stdout
