"""The ways in and out: version, help, wrong input, no terminal, faults, a reader that leaves."""

from __future__ import annotations

import errno
import io
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
from nmes.cli.stdout import StdoutLost, terminal_is_gone, watched

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


@pytest.mark.thorough
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
        (("run", CRAMP, "--plain", "--speed", "2", "--port", "/dev/ttyUSB0"), "simulator only"),
        (("run", CRAMP, "--plain", "--patient-code", "-", "--port", "/dev/no-such-port"), "/dev/no-such-port"),
        (("--port", "/dev/ttyUSB0", "demo"), "--port"),
        (("--device", "rehamove3", "demo"), "--device"),
        (("demo", "--device", "/dev/ttyUSB0"), "where it is: --port /dev/ttyUSB0"),
        (("protocols", "show", CRAMP, "--device", "p25"), "known are p24, rehamove3"),
        (("run", "cramp_calf_ctf_trainin", "--plain"), 'did you mean "cramp_calf_ctf_training"?'),
        (("run", "nothing_like_it", "--plain"), "nmes protocols list"),
        (("demo", "nothing_like_it"), "nothing_like_it"),
        (("run", CRAMP), "--plain"),
        (("protocols", "show", "nothing_like_it"), "nothing_like_it"),
        (("audit", "show", "77"), "77"),
        (("audit", "verify", "77"), "there is no folder"),
        (("--port", "/dev/ttyNMES0"), "this is no terminal, so the app cannot open"),
    ],
)
def test_wrong_input_is_one_clear_line_and_exit_code_2(nmes: Nmes, arguments: tuple[str, ...], word: str) -> None:
    told = nmes(*arguments)
    assert told.code == 2
    assert told.out == ""
    assert len(told.err.splitlines()) == 1
    assert told.err.startswith("nmes: ")
    assert word in told.err


@pytest.mark.thorough
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


@pytest.mark.thorough
def test_a_reader_that_leaves_early_sees_no_traceback(home: Path) -> None:
    with process(home, "protocols", "show", CRAMP) as nmes:
        assert nmes.stdout is not None
        nmes.stdout.close()
        assert nmes.stderr is not None
        assert nmes.stderr.read() == ""
    assert nmes.returncode == 141, "as SIGPIPE ends a program: it says nothing of what was asked about"


@pytest.mark.thorough
@pytest.mark.parametrize("more", [(), ("nosuch",)])
def test_a_reader_that_leaves_is_no_damage_of_a_record(home: Path, more: tuple[str, ...]) -> None:
    with process(home, "audit", "key", "show") as made:
        made.communicate(timeout=40)
    (home / "records").mkdir(parents=True)
    with process(home, "audit", "verify", *more) as nmes:
        assert nmes.stdout is not None
        nmes.stdout.close()
        assert nmes.stderr is not None
        told = nmes.stderr.read()
    assert nmes.returncode == (2 if more else 141)
    assert "cannot be read" not in told


@pytest.mark.thorough
@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs a file that is always full")
@pytest.mark.parametrize(
    "command", [("audit", "verify"), ("audit", "list"), ("protocols", "show", CRAMP), ("audit", "list", "--json")]
)
def test_output_that_cannot_be_written_is_one_sentence_and_neither_damage_nor_a_fault(
    home: Path, command: tuple[str, ...]
) -> None:
    (home / "records").mkdir(parents=True)
    with Path("/dev/full").open("w") as full, process(home, *command, stdout=full) as nmes:
        _out, err = nmes.communicate(timeout=40)
    assert nmes.returncode == 2
    assert err == ("nmes: what was asked for cannot be written to standard output: No space left on device\n")
    assert not (home / "crash").exists()


def test_a_file_that_fails_is_no_output_that_fails(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    def broken() -> int:
        raise OSError(errno.ENOSPC, "No space left on device")

    assert exits.guarded(broken) == 70
    assert "a fault in the program" in capsys.readouterr().err
    assert not isinstance(StdoutLost(OSError(errno.EPIPE, "Broken pipe")), OSError)


@pytest.mark.parametrize("gone", [True, False])
def test_a_terminal_that_is_gone_leaves_no_details_of_a_fault(
    home: Path, monkeypatch: pytest.MonkeyPatch, gone: bool
) -> None:
    def broken() -> int:
        raise OSError(errno.EIO, "Input/output error")

    def printed() -> int:
        raise StdoutLost(OSError(errno.EIO, "Input/output error"))

    monkeypatch.setattr(exits, "terminal_is_gone", lambda: gone)
    monkeypatch.setattr(exits, "silence_stdout", lambda: None)
    assert exits.guarded(broken) == (129 if gone else 70)
    assert exits.guarded(printed) == (129 if gone else 2)
    assert (home / "crash").exists() is not gone


@pytest.mark.skipif(sys.platform == "win32", reason="needs a pseudo-terminal")
def test_a_terminal_that_was_closed_is_known_from_one_that_is_there() -> None:
    import pty

    keyboard, terminal = pty.openpty()
    try:
        with Path(os.devnull).open() as none:
            assert not terminal_is_gone((none.fileno(), terminal))
        os.close(keyboard)
        assert terminal_is_gone((terminal,))
    finally:
        os.close(terminal)


def test_what_is_written_and_what_the_stream_knows_is_passed_on(monkeypatch: pytest.MonkeyPatch) -> None:
    bytes_ = io.BytesIO()
    stream = io.TextIOWrapper(bytes_, "utf-8")
    monkeypatch.setattr(sys, "stdout", stream)
    with watched():
        print("one", flush=True)
        sys.stdout.writelines(["two\n"])
        sys.stdout.flush()
        sys.stdout.buffer.write(b"three\n")
        assert (sys.stdout.encoding, sys.stdout.isatty()) == ("utf-8", False)
    assert sys.stdout is stream
    assert bytes_.getvalue() == b"one\ntwo\nthree\n"


@pytest.mark.thorough
def test_a_terminal_without_a_micro_sign_does_not_end_the_program(home: Path) -> None:
    command = [sys.executable, "-m", "nmes", "protocols", "show", CRAMP]
    environment = {**os.environ, "PYTHONIOENCODING": "ascii", "NMES_HOME": str(home)}
    found = subprocess.run(command, env=environment, capture_output=True, check=False)
    assert found.returncode == 0
    assert b"150 ?s" in found.stdout
