"""Both verifiers on one chain: ours, and the one in docs/ that shares no line with it. They have to agree.

Agree: on the exit code, on every damaged session and its first bad entry, and on what the format gives a name. Once for
each test and finding both are run as commands, whose own exit codes have to be that one.
"""

from __future__ import annotations

import importlib.util
import io
import os
import sys
import tempfile
from collections.abc import Iterable, Mapping, Sequence
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import ModuleType
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from nmes.cli.app import run
from nmes.record.files import Kind
from nmes.record.keys import known_keys
from nmes.record.verdicts import verify_chain, verify_session
from nmes.record.verify import Damaged, Torn

PROGRAM = Path(__file__).parents[2] / "docs" / "verify_record.py"
NAMED = {"UNSIGNED", "SIGNATURE", "TEXT"}
"""Kinds of damage the format gives a name, whoever verifies."""


@cache
def theirs() -> ModuleType:
    """docs/verify_record.py as a module."""
    spec = importlib.util.spec_from_file_location("verify_record", PROGRAM)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


@dataclass(frozen=True, slots=True)
class Bad:
    """A damaged session and its first bad entry; `kind` is "" where each verifier has words of its own."""

    session: str
    seq: int
    kind: str


@dataclass(frozen=True, slots=True)
class Finding:
    """What is found of a chain."""

    code: int
    bad: tuple[Bad, ...]

    @property
    def first(self) -> Bad | None:
        return self.bad[0] if self.bad else None


def _finding(bad: Iterable[Bad], *, unknown: bool, torn: bool) -> Finding:
    found = tuple(bad)
    return Finding(1 if found else 4 if unknown else 3 if torn else 0, found)


def _bad(session: str, seq: int, kind: str) -> Bad:
    return Bad(session, seq, kind if kind in NAMED else "")


def by_ours(folder: Path, keys: Mapping[str, bytes], session: str = "") -> Finding:
    found = [verify_session(folder / f"{session}.jsonl", keys)] if session else list(verify_chain(folder, keys))
    sealed = [one.sealed for one in found if one.sealed]
    return _finding(
        (_bad(f.session, f.verdict.seq, f.verdict.kind.name) for f in found if isinstance(f.verdict, Damaged)),
        unknown=not all(one.known for one in sealed) or (not sealed and any(f.verdict.head for f in found)),
        torn=any(isinstance(one.verdict, Torn) or (one.sealed and one.sealed.pending) for one in found),
    )


def by_theirs(folder: Path, keys: Mapping[str, bytes], session: str = "") -> Finding:
    chain = theirs().chain_at(folder, keys)
    one: list[Any] = [theirs().check_one(chain, folder / f"{session}.jsonl")] if session else []
    found = one or list(theirs().check_chain(chain))
    seals = [checked.seals for checked in found if checked.seals]
    return _finding(
        (_bad(f.session, f.wrong.seq, f.wrong.kind) for f in found if f.wrong),
        unknown=not all(map(chain.is_known, seals)) or (not seals and any(checked.entries for checked in found)),
        torn=any(checked.torn or checked.empty or checked.pending for checked in found),
    )


def both(folder: Path, keys: Mapping[str, bytes] | None = None, session: str = "") -> Finding:
    """What both verifiers say of a chain, or of one session of it; AssertionError where they do not agree."""
    known = known_keys(folder.parent) if keys is None else keys
    ours, others = by_ours(folder, known, session), by_theirs(folder, known, session)
    assert ours == others, (ours, others)
    asked = (os.environ.get("PYTEST_CURRENT_TEST", ""), ours, bool(session))
    if known and folder.name in {kind.value for kind in Kind} and asked not in _ASKED:
        _ASKED.add(asked)
        said = commands(folder, known, session)
        assert said == (ours.code, ours.code), (ours, said)
    return ours


_ASKED: set[tuple[str, Finding, bool]] = set()


def commands(folder: Path, keys: Mapping[str, bytes], session: str = "", *more: str) -> tuple[int, int]:
    """What `nmes audit verify` ends with, and what docs/verify_record.py does, given these keys and no other."""
    with tempfile.TemporaryDirectory() as place:
        options = [*_key_files(Path(place), keys), *more]
        chain = "--patients" if folder.name == Kind.PATIENT.value else "--simulation"
        ours = ["audit", "verify", *([session] if session else []), chain, *options]
        other = [str(folder / f"{session}.jsonl" if session else folder), *options]
        with redirect_stdout(io.StringIO()), redirect_stderr(io.StringIO()):
            return _at_home(folder.parent, ours), int(theirs().main(other))


def _at_home(home: Path, arguments: Sequence[str]) -> int:
    before = os.environ.get("NMES_HOME")
    os.environ["NMES_HOME"] = str(home)
    try:
        return run(arguments)
    finally:
        os.environ.pop("NMES_HOME")
        os.environ |= {} if before is None else {"NMES_HOME": before}


def _key_files(place: Path, keys: Mapping[str, bytes]) -> list[str]:
    """The options that name these keys, each in a file of its own."""
    options = []
    for name, raw in keys.items():
        file = place / f"{name}.pub"
        public = Ed25519PublicKey.from_public_bytes(raw)
        file.write_bytes(public.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo))
        options += ["--key", str(file)]
    return options
