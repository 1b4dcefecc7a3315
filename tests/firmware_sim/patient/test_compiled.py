"""Compiled or not, the kernel gives the same; without numba nothing is missing but speed."""

from __future__ import annotations

import pickle
from random import Random

import pytest

from firmware_sim.patient import Patient, Site, compiled, load_profile
from firmware_sim.patient.compiled import WISH, wanted
from helpers.trains import S

pytestmark = pytest.mark.thorough


def trained(asked: bool) -> Patient:
    rng, patient = (
        Random(5),
        Patient(load_profile("cramp_prone_calf"), {1: Site("calf", length="shortened")}, compiled=asked),
    )
    for contraction in range(20):
        for pulse in range(120):
            patient.deliver(contraction * 9 * S + pulse * 30_303, 1, rng.randrange(10_000, 100_000), 300)
        patient.advance((contraction + 1) * 9 * S)
    return patient


@pytest.mark.campaign
def test_both_kernels_agree() -> None:
    pytest.importorskip("numba")
    plain, fast = trained(asked=False), trained(asked=True)
    (peak, fti), (fast_peak, fast_fti) = (one.take_peaks()[("gastrocnemius", "")] for one in (plain, fast))
    assert (fast_peak, fast_fti) == pytest.approx((peak, fti), rel=1e-9)
    assert fast.events == plain.events
    assert fast.reading().muscles[0].force_mn == pytest.approx(plain.reading().muscles[0].force_mn, abs=1)
    assert pickle.loads(pickle.dumps(fast)).reading() == fast.reading()


def test_it_is_compiled_only_where_it_was_asked_for_and_numba_is_there(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(WISH, raising=False)
    monkeypatch.setattr(compiled, "find_spec", lambda _: object())
    assert (wanted(None), wanted(asked=False), wanted(asked=True)) == (False, False, True)
    monkeypatch.setenv(WISH, "1")
    assert (wanted(None), wanted(asked=False)) == (True, False)
    monkeypatch.setattr(compiled, "find_spec", lambda _: None)
    assert (wanted(None), wanted(asked=True)) == (False, False)
