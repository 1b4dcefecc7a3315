"""The fault matrix: when the skin is silent, what the session then is, what the record says, what it takes to go on.

Every fault is shown to have taken effect, and the skin is judged by the simulator's stage alone.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import pytest
from together.staging import LIVE, Room, room

from laws.instrument import DEAF_US, REACTION_US
from laws.noise import Noise, NoisyLine
from nmes.core import events as e
from nmes.core.view import Electrode, Output, Word
from nmes.runtime.open import Peer

Act = Callable[[Room], None]


@dataclass(frozen=True)
class Fault:
    """What is done to a session in its first Hold, and what must follow.

    `silent_ms`: no pulse later than this. `resumes`: whether a person can begin again, once `mend` was done.
    """

    name: str
    inject: Act
    silent_ms: int
    word: Word
    why: str
    recorded: dict[str, object]
    mend: Act = lambda _: None
    resumes: bool = True
    took: Callable[[Room], bool] = lambda _: True
    level_ua: int = 20_000


def load(name: str) -> Act:
    return lambda watched: watched.device.stage.set_load(1, name)


def faulty(name: str, value: object = True) -> Act:
    return lambda watched: setattr(watched.device.faults, name, value)


def took(name: str) -> Callable[[Room], bool]:
    return lambda watched: watched.device.faults.effects[name] > 0


def restarted(watched: Room) -> bool:
    return any(type(event).__name__ == "Restarted" for event in watched.device.stage.events)


FAULTS = [
    Fault(
        "electrode off, above 15 mA",
        load("open"),
        20,
        Word.STOPPED,
        "fault:electrode",
        {"type": "DeviceFault", "fault": "electrode", "channel": 1, "result": 10},
        mend=load("good"),
        took=lambda watched: watched.device.stage.trace[-1].peak_current_ua == 0,
    ),
    Fault(
        "a dry electrode that takes too little current",
        load("dry"),
        20,
        Word.STOPPED,
        "fault:low_current",
        {"type": "DeviceFault", "fault": "low_current", "channel": 1, "result": 28},
        mend=load("good"),
        took=lambda watched: watched.device.stage.trace[-1].contact.name == "LIMITED",
        level_ua=25_000,
    ),
    Fault(
        "the device restarts",
        lambda watched: watched.device.restart(watched.now_us),
        0,
        Word.STOPPED,
        "fault:not_initialised",
        {"type": "DeviceFault", "fault": "not_initialised", "channel": 0, "result": 7},
        took=restarted,
    ),
    Fault(
        "the device restarts and does not come up",
        faulty("stuck_in_reset"),
        20,
        Word.UNSURE,
        "unanswered",
        {"type": "HaltUnconfirmed"},
        resumes=False,
        took=took("stuck_in_reset"),
    ),
    Fault(
        "the device answers nothing",
        faulty("mute"),
        800,
        Word.UNSURE,
        "unanswered",
        {"type": "HaltUnconfirmed"},
        mend=faulty("mute", False),
        resumes=False,
        took=took("mute"),
    ),
    Fault(
        "the device hears nothing",
        faulty("deaf"),
        DEAF_US // 1000,
        Word.UNSURE,
        "unanswered",
        {"type": "HaltUnconfirmed"},
        mend=faulty("deaf", False),
        resumes=False,
        took=took("deaf"),
    ),
    Fault(
        "noise instead of every answer",
        faulty("garbage_inside", b"\xf0\x0f\x81\xff" * 8),
        800,
        Word.UNSURE,
        "unanswered",
        {"type": "HaltUnconfirmed"},
        resumes=False,
        took=took("garbage_inside"),
    ),
    Fault(
        "unplugged",
        lambda watched: watched.bench.port.lose(),
        2_000,
        Word.UNSURE,
        "link_lost",
        {"type": "LinkLost"},
        resumes=False,
    ),
    Fault(
        "the line takes no more bytes",
        lambda watched: watched.bench.port.time_out(),
        2_000,
        Word.UNSURE,
        "link_lost",
        {"type": "LinkLost"},
        resumes=False,
    ),
    Fault(
        "the record can no longer be written",
        lambda watched: watched.bench.controller.tell(e.JournalFailed("No space left on device")),
        20,
        Word.STOPPED,
        "record",
        {"type": "JournalFailed", "reason": "No space left on device"},
        resumes=False,
    ),
]


@pytest.fixture(params=FAULTS, ids=[fault.name for fault in FAULTS])
def fault(request: pytest.FixtureRequest) -> Fault:
    found: Fault = request.param
    return found


def after(fault: Fault) -> tuple[Room, int]:
    """The session 5 s after the fault, and when the fault was put in."""
    watched = room().holding(fault.level_ua)
    assert watched.view.word is Word.ON
    at_us = watched.now_us
    watched.judge.faulted(max(fault.silent_ms * 1000, REACTION_US))
    fault.inject(watched)
    watched.run(5_000)
    watched.device.advance(watched.now_us)
    assert fault.took(watched), "the fault took effect"
    return watched, at_us


def test_the_skin_is_silent_by_its_deadline_and_a_person_goes_on_from_zero_or_not_at_all(fault: Fault) -> None:
    """The session says what happened; nothing that is mended and no key brings the current back."""
    watched, at_us = after(fault)
    silent_us = at_us + fault.silent_ms * 1000
    assert watched.last_pulse_us() <= silent_us
    assert (watched.view.word, watched.view.why) == (fault.word, fault.why)
    assert watched.view.output is (Output.OFF if fault.word is Word.STOPPED else Output.UNKNOWN)
    assert watched.view.halt_unconfirmed == (fault.word is Word.UNSURE)
    fault.mend(watched)
    watched.run(20_000)
    epoch = watched.view.epoch
    for event in (e.Resume(epoch), e.Start(epoch), e.Increase(1, epoch), e.Accept(epoch), e.Increase(1, epoch - 1)):
        watched.press(event, 500)
    assert watched.pulses(silent_us + 1) == []
    watched.judge.release()
    watched.press(e.Titrate(1, 0, watched.view.epoch), 500)
    watched.press(e.Increase(1, watched.view.epoch), 1_000)
    again = {pulse.peak_current_ua for pulse in watched.pulses(silent_us + 1)}
    assert again == ({500} if fault.resumes else set())


@pytest.mark.thorough
def test_the_record_has_the_fault_and_the_end_of_the_session(fault: Fault) -> None:
    watched, _ = after(fault)
    assert any(fault.recorded.items() <= event.items() for event in watched.events()), watched.events()[-5:]
    watched.bench.controller.leave()
    watched.run(1_000)
    assert watched.sink.closed == {"why": fault.why}
    assert watched.view.word is Word.ENDED


@pytest.mark.covers("SR-08")
def test_an_electrode_off_below_15_ma_cannot_be_told_and_is_no_fault() -> None:
    watched = room().holding(10_000)
    assert watched.channel(1).electrode is Electrode.CANNOT_TELL
    watched.device.stage.set_load(1, "open")
    off_us = watched.now_us
    watched.run(2_000)
    assert watched.view.word in LIVE
    assert watched.pulses(off_us) == []
    assert watched.channel(1).electrode is Electrode.CANNOT_TELL


@pytest.mark.thorough
@pytest.mark.covers("SR-08")
def test_above_15_ma_the_electrode_is_known_to_be_good() -> None:
    assert room().holding(20_000).channel(1).electrode is Electrode.OK


# --- a device that says yes and does nothing ---


def test_a_start_that_the_device_only_acknowledges_is_a_fault() -> None:
    watched = room().ready()
    watched.device.faults.silent_update = True
    watched.press(e.Titrate(1, 0, watched.view.epoch), 500)
    watched.press(e.Increase(1, watched.view.epoch), 1_000)
    assert (watched.view.word, watched.view.why) == (Word.STOPPED, "fault:channel_silent")
    assert watched.device.faults.effects["silent_update"] == 1
    assert watched.pulses() == []


@pytest.mark.thorough
def test_an_end_of_contraction_that_the_device_only_acknowledges_is_halted() -> None:
    """The next poll finds a channel that stimulates in the rest; a halt is another command, and that one works."""
    watched = room().holding()
    watched.judge.faulted(10_000_000)
    watched.device.faults.silent_update = True
    rest_us = watched.now_us + watched.channel(1).ends_in_ms * 1000 + 1_000_000
    watched.word(Word.STOPPED)
    assert watched.device.faults.effects["silent_update"] > 1
    assert watched.view.why == "fault:refused"
    assert rest_us - 60_000 < watched.last_pulse_us() < rest_us + 200_000


# --- a line that spoils some bytes ---


@pytest.mark.thorough
@pytest.mark.covers("LW-05")
@pytest.mark.parametrize("noise", Noise)
@pytest.mark.parametrize("way", ["to the device", "to the host"])
def test_one_spoiled_message_in_a_ramp_raises_nothing(noise: Noise, way: str) -> None:
    lines: list[NoisyLine] = []

    def wire(peer: Peer) -> NoisyLine:
        lines.append(NoisyLine(peer))
        return lines[0]

    watched = room(wire=wire).running()
    watched.judge.faulted()
    (lines[0].to_device if way == "to the device" else lines[0].to_host_noise).append(noise)
    watched.run(3_000)  # the judge looks at every pulse
    assert lines[0].taken == 1
    assert max(pulse.peak_current_ua for pulse in watched.pulses()) <= 20_000


# --- a controller that does not turn ---


@pytest.mark.covers("SR-07")
@pytest.mark.parametrize(
    "away_s", [pytest.param(3, marks=pytest.mark.thorough), pytest.param(5, marks=pytest.mark.thorough), 3600]
)
@pytest.mark.parametrize("where", [Word.RAMP_UP, Word.ON, Word.REST])
def test_a_controller_that_hung_or_slept_starts_nothing_again(where: Word, away_s: int) -> None:
    watched = room().running()
    watched.word(where, within_ms=20_000)
    watched.run(200)
    watched.judge.faulted(DEAF_US)
    hung_us, position_ms = watched.now_us, watched.view.plan_ms
    watched.bench.clock.advance_to(hung_us + away_s * 1_000_000)
    watched.device.advance(watched.now_us)
    watched.run(20_000)
    assert watched.last_pulse_us() <= hung_us + 2_000_000
    assert watched.view.word in {Word.STOPPED, Word.PAUSED}
    assert watched.view.plan_ms <= position_ms + 500, "the plan has waited"


@pytest.mark.thorough
@pytest.mark.parametrize("away_ms", [200, 600, 900])
def test_a_short_stall_in_a_ramp_delays_the_plan_and_never_jumps_it(away_ms: int) -> None:
    watched = room().running()
    watched.word(Word.RAMP_UP)
    watched.run(300)
    watched.judge.faulted()
    stalled_us, position_ms = watched.now_us, watched.view.plan_ms
    watched.bench.clock.advance_to(stalled_us + away_ms * 1000)
    watched.device.advance(watched.now_us)
    watched.bench.turn()
    assert watched.view.plan_ms - position_ms <= 150
    watched.word(Word.ON)
    rise = watched.pulses(stalled_us)
    assert rise[0].peak_current_ua <= rise[-1].peak_current_ua <= 20_000
