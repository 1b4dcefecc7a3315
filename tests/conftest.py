"""How many processes share the tests, and a folder of records and own protocols that is nobody's.

One process for each core, four at most; none where sharing would spoil a figure.
"""

from __future__ import annotations

import os
import tempfile

import pytest

MOST = 4
"""More only wait for each other: the longest file is what remains."""


def pytest_xdist_auto_num_workers(config: pytest.Config) -> int:
    """Asked for by `-n auto` in pyproject.toml; 0 means: in this process. `-n 0` on the command line says so too."""
    if config.getoption("markexpr") == "benchmark":
        return 0  # a ratio measured beside other work is none
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return min(cores, MOST) if cores > 1 else 0


def pytest_configure(config: pytest.Config) -> None:
    """Whoever runs the tests has protocols and records of their own; the tests neither see nor touch them."""
    folder = tempfile.TemporaryDirectory(prefix="nmes-tests-")
    config.add_cleanup(folder.cleanup)
    os.environ["NMES_HOME"] = folder.name
