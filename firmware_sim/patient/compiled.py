"""Separate because numba is optional: here the kernel is chosen, as Python or compiled, with the same results."""

from __future__ import annotations

import os
from functools import cache
from importlib.util import find_spec
from typing import cast

from firmware_sim.patient.kernel import Run, run_pool

WISH = "FIRMWARE_SIM_COMPILED"
"""Environment variable: 1 asks for the compiled kernel wherever nothing else was asked for."""


def wanted(asked: bool | None) -> bool:
    """Whether to compile: what was asked for, else what the environment says; never without numba."""
    wish = os.environ.get(WISH, "") == "1" if asked is None else asked
    return wish and find_spec("numba") is not None


@cache
def compiled_kernel() -> Run:
    """The kernel, compiled by numba on first use (about 2 s, then kept in its cache folder)."""
    import numba  # noqa: PLC0415 - heavy and optional

    return cast(Run, numba.njit(cache=True)(run_pool))
