"""A RehaStim2 announces itself on every line it hangs at: a session for another family names it."""

from __future__ import annotations

import pytest
from devices.sciencemode4.bench import DEVICE_ID, Bench, Device

from nmes.core.commands import Identify
from nmes.core.events import WrongDevice

INIT = bytes.fromhex("F0 81 2C 81 56 01 01 01 0F")
"""Vector init_pn1_version1 of the reference."""
WATCHDOG = bytes.fromhex("F0 81 08 81 57 05 04 0F")


@pytest.mark.covers("FR-06")
@pytest.mark.parametrize(
    ("heard", "words"),
    [
        (
            INIT,
            "a RehaStim2 announces itself there, which speaks ScienceMode2. Say that it is a RehaStim2, or connect",
        ),
        (INIT[:-1], "only unreadable bytes came"),
        (WATCHDOG, "only unreadable bytes came"),
    ],
)
def test_a_rehastim2_is_named_for_what_it_is(heard: bytes, words: str) -> None:
    device = Device()
    device.mute(DEVICE_ID)
    bench = Bench(device)
    bench.order(Identify())
    for byte in heard:
        bench.driver.receive(bytes([byte]), bench.now_ms)
    bench.driver.receive(b"\x7f", bench.now_ms)
    bench.run(2_000)
    [event] = bench.events
    assert isinstance(event, WrongDevice)
    assert words in event.reason
