"""The RehaMove3: the same driver in another dialect. What differs is here; the rest is in `sciencemode4`."""

from __future__ import annotations

from dataclasses import dataclass, replace

import pytest
from devices.sciencemode4.bench import (
    BATTERY,
    DEVICE_ID,
    ML_INIT,
    POLL,
    UPDATE,
    VERSION,
    VERSION_MAIN,
    W50,
    Bench,
    Device,
    one,
)
from devices.sciencemode4.vectors import framed

from nmes.core.commands import ChannelOutput, Identify, SetOutput
from nmes.core.events import Battery, DeviceFault, Fault, Identified, WrongDevice
from nmes.devices.sciencemode3.driver import RehaMove3Driver
from nmes.devices.sciencemode3.rehamove3 import REHAMOVE3, SETTINGS
from nmes.devices.stimulator import LinkSettings

KNOWN = Identified("RehaMove3", "RM3-000001", "2.1.16 (ScienceMode 3.2.4)")
RUNNING = 0x10


@dataclass
class RehaMove3(Device):
    """As the P24 of the bench, but for what the reference says of a RehaMove3. `faulty`: bits of channels 1 to 4."""

    faulty: int = 0
    percent: int = 87
    sciencemode: bytes = b"\x03\x02\x04"

    def answer(self, number: int, command: int, data: bytes) -> bytes:
        match command:
            case 50:
                return framed(number, 51, b"\x00\x02\x01\x10" + self.sciencemode)
            case 52:
                return framed(number, 53, b"\x00RM3-000001")
            case 54:
                return framed(number, 55, bytes((0, self.percent)) + (3912).to_bytes(2, "big"))
            case 36:
                return framed(number, 37, bytes((0, 2, (RUNNING if self.active else 0) | self.faulty)))
            case 68:
                return framed(number, 67, b"\x0b")
            case _:
                return super().answer(number, command, data)


def bench(device: RehaMove3 | None = None) -> Bench:
    return Bench(device or RehaMove3(), driver=RehaMove3Driver())


def refusal(one: Bench) -> str:
    [event] = one.events
    assert isinstance(event, WrongDevice)
    return event.reason


def test_it_is_identified_by_id_version_battery_and_status() -> None:
    found = bench().identified()
    assert found.names == ["id", "version main", "battery", "status"]
    assert found.events == [KNOWN, Battery(87)]
    assert found.driver.output.off_confirmed
    assert found.driver.capabilities is REHAMOVE3


@pytest.mark.parametrize("answer", [b"\x02\x00\x00\x00", b"\x00\x65\x0f\x48"])
def test_a_battery_that_does_not_tell_or_is_fuller_than_full_is_not_told(answer: bytes) -> None:
    device = RehaMove3()
    device.instead[BATTERY] = lambda number, data: framed(number, 55, answer)
    assert bench(device).identified().events == [KNOWN]
    device.instead[BATTERY] = lambda number, data: framed(number, 67, b"\x0b")
    assert bench(device).identified().events == [KNOWN]


def test_a_level_left_active_is_stopped_before_it_is_announced_with_its_battery() -> None:
    found = bench(RehaMove3(status=3, voltage=6)).identified()
    assert found.names == ["id", "version main", "battery", "status", "stop", "status"]
    assert found.events == [KNOWN, Battery(87)]


@pytest.mark.covers("SR-17")
def test_a_p24_is_named_for_what_it_is() -> None:
    device = RehaMove3()
    device.instead[DEVICE_ID] = lambda number, data: framed(number, 53, b"\x00P24-000001")
    device.instead[VERSION_MAIN] = lambda number, data: framed(number, 67, b"\x0b")
    told = b"\x00\x01\x02\x03\x04\x00\x00\xde\xad\xbe\xef\x01\x01"
    device.instead[VERSION] = lambda number, data: framed(number, 69, told)
    assert "P24-000001 is a P24, which speaks ScienceMode 4.0.0, not a RehaMove3" in refusal(bench(device).identified())


@pytest.mark.covers("SR-17")
def test_another_sciencemode_or_silence_is_refused_in_the_words_of_a_rehamove3() -> None:
    found = bench(RehaMove3(sciencemode=b"\x02\x00\x00")).identified()
    assert "speaks ScienceMode 2.0.0; a RehaMove3 speaks ScienceMode 3" in refusal(found)
    device = RehaMove3()
    device.mute(DEVICE_ID)
    mute = bench(device)
    mute.order(Identify())
    mute.run(2000)
    assert "nothing that speaks ScienceMode3 answered" in refusal(mute)


def test_its_start_up_and_its_poll_are_those_of_the_vectors() -> None:
    found = bench().identified()
    found.forget()
    found.enabled()
    found.order(one(20_000))
    found.run(120)
    sent = {heard.command: heard.data for heard in found.device.heard}
    assert sent[POLL] == b"\x02"
    assert found.driver.output.confirmed == ((1, 20_000),)
    asked: list[bytes] = []
    device = RehaMove3()
    device.instead[ML_INIT] = lambda number, data: asked.append(data)
    bench(device).enabled()
    assert asked == [b"\x00"]


@pytest.mark.covers("SR-08", "LW-03")
@pytest.mark.parametrize("channel", [1, 2, 3, 4])
def test_each_electrode_error_is_a_fault_of_its_channel_although_the_device_plays_on(channel: int) -> None:
    device = RehaMove3()
    found = bench(device).playing()
    device.faulty = 1 << channel - 1
    found.run(500)
    assert found.events[-1] == DeviceFault(Fault.ELECTRODE, channel, 0)
    before = len(found.device.heard)
    found.run(5000)
    assert len(found.device.heard) == before, "after a fault nothing that renews its dead-man leaves"


@pytest.mark.covers("SR-09")
def test_one_bit_tells_that_it_fell_silent_or_plays_unasked() -> None:
    device = RehaMove3()
    found = bench(device).playing()
    device.active = 0
    found.run(500)
    assert found.events == [DeviceFault(Fault.CHANNEL_SILENT, 1, 0)]
    assert found.driver.output.confirmed == ()
    other = RehaMove3()
    idle = bench(other).enabled()
    other.active = 1
    idle.run(500)
    assert idle.events == [DeviceFault(Fault.REFUSED, 0, 0)]


def test_an_answer_in_the_form_of_another_family_is_no_answer_to_its_poll() -> None:
    device = RehaMove3()
    found = bench(device).playing()
    device.instead[POLL] = lambda number, data: framed(number, 37, b"\x00\x04\x01" + bytes(4))
    found.run(500)
    assert found.events == [DeviceFault(Fault.REFUSED, 0, 0)]
    assert found.driver.output.confirmed == ((1, 20_000),)
    both = RehaMove3()
    twice = bench(both).playing()
    both.instead[POLL] = lambda number, data: framed(number, 37, b"\x00\x03\x10\x00")
    twice.run(500)
    assert twice.events == [DeviceFault(Fault.REFUSED, 0, 0)]


def test_it_plays_what_it_can_and_nothing_else() -> None:
    found = bench().enabled()
    most = replace(W50, period_us=1_000_000, phase_us=20)
    found.order(SetOutput(tuple(ChannelOutput(channel, 130_000, most, 10**9) for channel in (1, 2, 3, 4))))
    for wrong in (
        one(10_000, channel=5),
        one(10_000, waveform=replace(W50, period_us=20_250)),
        one(10_000, waveform=replace(W50, period_us=1_500)),
        one(10_000, waveform=replace(W50, period_us=1_000_500)),
        one(10_000, waveform=replace(W50, phase_us=19)),
        one(130_500),
    ):
        with pytest.raises(ValueError, match="channel"):
            found.order(wrong)
    found.run(100)
    [update] = [heard for heard in found.device.heard if heard.command == UPDATE]
    assert update.data[0] == 0x0F


def test_its_line_is_that_of_its_document() -> None:
    assert LinkSettings(baud=3_000_000, data_bits=8, parity="N", stop_bits=2, rts_cts=True) == SETTINGS
