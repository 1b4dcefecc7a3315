"""The command line as a person meets it: arguments and stdin in; exit code, stdout and stderr out."""

from __future__ import annotations

import io
import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from nmes.cli.app import run
from nmes.runtime.library import Library

CRAMP = "cramp_calf_ctf_training"


@dataclass(frozen=True)
class Result:
    code: int
    out: str
    err: str


Nmes = Callable[..., Result]


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home of its own for every test."""
    folder = tmp_path / "home"
    monkeypatch.setenv("NMES_HOME", str(folder))
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path))  # lock files of ports
    return folder


@pytest.fixture
def nmes(home: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Nmes:
    """The command line in this process."""

    def call(*arguments: str, stdin: str = "") -> Result:
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(stdin.encode()), "utf-8"))
        code = run(arguments)
        said = capsys.readouterr()
        return Result(code, said.out, said.err)

    return call


def process(home: Path, *arguments: str, **options: object) -> subprocess.Popen[str]:
    """The command line as a process of its own."""
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True}
    environment = {**os.environ, "NMES_HOME": str(home), "PYTHONIOENCODING": "utf-8"}
    command = [sys.executable, "-m", "nmes", *arguments]
    return subprocess.Popen(command, env=environment, **{**pipes, **options})


SIGNED = ("skin 1 normal", "nrs 2", "adverse none", "sign Dr Test: asked at the next visit")
"""What is found after a treatment, and the signature."""


NOBODY = ("-",)
"""The answer to the question for whom it is, where the command line does not tell."""
READ_BACK = ("code P-017", "side left")
"""What is read off the patient who was named on the command line as P-017, left."""


def script(*then: str, steps: int = 3, who: tuple[str, ...] = NOBODY, read: tuple[str, ...] = ()) -> str:
    """The lines of a session up to its start, then `then`."""
    questions = ["no"] * len(Library().load(CRAMP).protocol.screening_codes)
    level = ["titrate 1", *["+"] * steps, "accept", "felt 1 yes", "start"]
    return "\n".join([*who, *questions, "Dr Test", *read, "pads 1 25", "placed", *level, *then]) + "\n"


def records(home: Path) -> list[Path]:
    return sorted((home / "simulation").glob("*.jsonl"))
