"""How many processes share the tests, a folder of records and own protocols that is nobody's, all records replayed, and
what Python does beside the tests: compiling and looking for garbage.

One process for each core; four at most; none where sharing would spoil a figure. After each file of tests every record
that it left is led through today's `step` again: whatever the suite makes is a test of replaying.
"""

from __future__ import annotations

import gc
import os
import signal
import sys
import tempfile
from collections.abc import Generator, Iterator
from pathlib import Path

import pytest

from helpers.slicing import details, every, left_out, long, seed

MOST = 4
"""More only wait for each other: the longest file is what remains."""
RARELY = (20_000, 20, 100)
"""How many new objects bring a look for garbage among them, and how many such looks one among older ones."""


def pytest_xdist_auto_num_workers(config: pytest.Config) -> int:
    """Asked for by `-n auto` in pyproject.toml; 0 means: in this process. `-n 0` on the command line says so too."""
    if _measures(config):
        return 0  # a ratio measured beside other work is none
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return min(cores, MOST) if cores > 1 else 0


def pytest_configure(config: pytest.Config) -> None:
    """Whoever runs the tests has protocols and records of their own; the tests neither see nor touch them."""
    folder = tempfile.TemporaryDirectory(prefix="nmes-tests-")
    config.add_cleanup(folder.cleanup)
    os.environ["NMES_HOME"] = folder.name
    if _sliced():
        seed()  # before the processes that inherit it are begun
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        # Begun in the background by a shell; the programs that tests start would inherit it and hear no Ctrl+C.
        signal.signal(signal.SIGINT, signal.default_int_handler)
    if sys.dont_write_bytecode and not _measures(config):
        _compile_once(
            Path(folder.name) if (cache := getattr(config, "cache", None)) is None else cache.mkdir("compiled")
        )


def pytest_report_header() -> str | None:
    """Which slice of what is long is run."""
    return (
        f"NMES_SLICE={every()}, NMES_DETAILS={details()}, NMES_LONG={long()}, from NMES_SEED={seed()}"
        if _sliced()
        else None
    )


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """All of them, or the slice that was asked for."""
    if _sliced() and (gone := left_out(items)):
        config.hook.pytest_deselected(items=[item for item in items if item in gone])
        items[:] = [item for item in items if item not in gone]


def _sliced() -> bool:
    return every() > 1 or details() > 1 or long() > 1


def _measures(config: pytest.Config) -> bool:
    """Whether figures are taken: then Python is left as it is for a user."""
    return str(config.getoption("markexpr")).startswith("benchmark")


def _compile_once(folder: Path) -> None:
    """Where Python may leave nothing compiled beside the sources, it is left in pytest's own folder: else every process
    that shares the tests, and every program that a test starts, compiles everything again.
    """
    sys.dont_write_bytecode, sys.pycache_prefix = False, str(folder)
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    os.environ["PYTHONPYCACHEPREFIX"] = str(folder)


@pytest.hookimpl(wrapper=True)
def pytest_collection(session: pytest.Session) -> Generator[None, object, object]:
    """To look for garbage took a quarter of the tests' time. What is collected stays until the end, and is much: it is
    looked through once, and then left alone. What tests leave is looked through when there is more of it.
    """
    if _measures(session.config):
        return (yield)
    gc.disable()
    try:
        return (yield)
    finally:
        gc.collect()
        gc.freeze()
        gc.set_threshold(*RARELY)
        gc.enable()


_LOOKED_INTO: set[str] = set()


@pytest.fixture(scope="module", autouse=True)
def every_record_replays(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """After the last test of a file: the records in all folders it was given."""
    yield
    base = tmp_path_factory.getbasetemp()
    names = set(os.listdir(base)) - _LOOKED_INTO  # noqa: PTH208 - of thousands of folders, after each file
    _LOOKED_INTO.update(names)
    folders = [folder for name in names if not (folder := base / name).is_symlink() and _holds_records(folder)]
    if folders:
        from helpers.replayed import different

        wrong = [said for folder in folders for said in different(folder)[1]]
        assert not wrong, "a record made by these tests replays otherwise"


def _holds_records(folder: Path) -> bool:
    return any(file.endswith(".jsonl") for _, _, files in os.walk(folder) for file in files)
