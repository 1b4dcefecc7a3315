"""What the panel says of the device and its faults: a word for everything, colour for nothing alone."""

from __future__ import annotations

from dataclasses import replace

import pytest

from firmware_sim.panel import words
from firmware_sim.panel.state import Channel, Event, Fault
from firmware_sim.panel.theme import PANEL
from firmware_sim.sciencemode4.replies import ChannelError
from helpers.panel_values import device, state
from helpers.rows import bundled

pytestmark = pytest.mark.thorough

ON = Channel(1, active=True, set_ua=40_000, flowed_ua=39_500, period_us=20_000, phase_us=300, pulses=1234)


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("violet", "VIOLET starting up"),
        ("green", "GREEN ready, no stimulation"),
        ("yellow", "YELLOW stimulating"),
        ("red", "RED error"),
        ("yellow_red", "YELLOW+RED error, still on"),
    ],
)
def test_every_lamp_has_its_word(name: str, said: str) -> None:
    assert str(words.lamp(name)).endswith(said)


def test_every_lamp_has_a_symbol_of_its_own_and_colours_the_theme_has() -> None:
    assert len({lamp.symbol for lamp in words.LAMPS.values()}) == len(words.LAMPS)
    hues = {f"lamp-{hue}" for lamp in words.LAMPS.values() for hue in lamp.hues}
    assert hues <= set(PANEL.variables)


def test_an_unknown_lamp_is_shown_as_it_came() -> None:
    assert "BLUE" in str(words.lamp("blue"))


def test_the_state_and_the_high_voltage_are_told() -> None:
    assert words.state_line(device(state="ML_RUN")) == "mid level, running   high voltage ON 150 V"
    assert words.state_line(device(state="NONE", high_voltage=False)) == "idle, waits for a host   high voltage off"


def test_the_longest_lamp_and_state_fit_into_80_columns() -> None:
    lamps = max(len(f" {lamp} ") for lamp in words.LAMPS.values())
    states = max(len(words.state_line(device(state=name))) for name in words.STATES)
    assert lamps + 2 + states <= 80


def test_the_address_and_the_devices_time_are_told() -> None:
    line = words.where_line(state(t_us=3_723_400_000, digest="abcdef0123456789"), "socket://127.0.0.1:41234")
    assert line == "socket://127.0.0.1:41234   P24 0.1.0   time 01:02:03.4   trace abcdef01"
    assert len(line) < 80


def test_a_running_channel_tells_all_its_figures_under_their_heads() -> None:
    line = words.channel_line(ON, 0, chosen=True)
    for head, said in [("Output", "● on"), ("Flowed", "39.5"), ("Contact", "good"), ("Error", "-"), ("Load", "good")]:
        start = words.CHANNEL_HEAD.index(head)
        assert said in line[start : start + 12]
    assert line.startswith("▸ 1")
    assert line.split()[4:9] == ["40.0", "39.5", "20", "50", "300"]


@bundled("error", [0, 1, 2, 3])
@bundled("contact", ["good", "limited", "open", "lift_off"])
def test_no_channel_is_wider_than_80_columns(error: int, contact: str) -> None:
    channel = replace(
        ON, error=error, contact=contact, contact_permille=500, load="half-lifted", period_us=16_383_000, phase_us=4095
    )
    assert len(words.channel_line(replace(channel, set_ua=130_000, flowed_ua=-130_000), 0, chosen=True)) <= 80
    assert len(words.channel_line(channel, 0, chosen=True, wide=True)) <= 112


def test_what_is_over_is_not_told_as_if_it_flowed_now() -> None:
    off = replace(ON, active=False, last_us=1_000_000)
    assert words.channel_line(off, 1_500_000, chosen=False).split()[3:5] == ["40.0", "39.5"]
    assert words.channel_line(off, 4_000_000, chosen=False).split()[3:5] == ["-", "-"]
    assert words.channel_line(replace(off, error=1), 4_000_000, chosen=False).split()[3:5] == ["40.0", "39.5"]


def test_the_errors_are_the_devices_own_in_words() -> None:
    told = [replace(ON, error=int(one), error_words=one.words) for one in ChannelError]
    assert [words.error_words(one) for one in told] == ["-", "electrode", "timeout", "low current"]
    assert words.error_words(replace(ON, error=9)) == "9"
    assert "✖ err" in words.channel_line(replace(ON, error=1), 0, chosen=False)


def test_a_load_without_a_name_is_told_by_its_resistances_in_few_columns() -> None:
    assert words.load_words("230+13000 Ohm") == "0.23+13 kΩ"
    assert words.load_words("half-lifted") == "half-lifted"


def test_an_unplugged_line_says_so() -> None:
    line = words.where_line(state(line_up=False, digest="abcdef0123456789"), "socket://127.0.0.1:41234")
    assert "socket://127.0.0.1:41234 UNPLUGGED" in line
    assert "time 00:00:00.0" in line
    assert len(line) <= 78, "the trace's name gives way"
    assert "UNPLUGGED" not in words.where_line(state(), "/dev/pts/3")


def test_a_lifted_pad_tells_how_much_of_it_is_left() -> None:
    assert words.contact_words(replace(ON, contact_permille=500)) == "good 50%"


def test_a_current_that_is_not_0_never_reads_as_0() -> None:
    assert words.ma(0) == "0.0"
    assert words.ma(4) == "0.004"
    assert words.ma(-39_960) == "-40.0"


def test_a_fault_is_told_with_its_age_and_its_proof() -> None:
    fault = Fault(
        3, "electrode_off", "active", 1, began_us=1_000_000, effects=12, proof="12 pulses into the lifted pad"
    )
    (line,) = words.fault_lines(fault, 5_200_000, 90)
    assert line.split("  ")[0].startswith("■ active 4.2 s")
    assert "3 electrode off ch 1" in line
    assert line.endswith("12 pulses into the lifted pad")


def test_a_fault_that_met_nothing_says_so() -> None:
    assert words.proof_words(Fault(1, "mute", "active")) == "no effect yet"
    assert words.proof_words(Fault(1, "mute", "over")) == "had no effect"
    assert words.proof_words(Fault(1, "mute", "over", effects=2)) == "2 effects"
    told = Fault(1, "mute", "over", effects=2, first_us=151_735_454, proof="2 effects (x), the first at 151.735454 s")
    assert words.proof_words(told) == "2 effects (x), the first at 00:02:31.7"
    assert words.proof_words(Fault(1, "mute", "over", effects=2, proof="2 bytes lost")) == "2 bytes lost"


def test_where_a_fault_is_too_long_its_proof_has_a_row_of_its_own() -> None:
    fault = Fault(3, "electrode_off", "over", 1, effects=12, proof="12 pulses into the lifted pad")
    assert [len(line) <= 50 for line in words.fault_lines(fault, 0, 50)] == [True, True]


def test_an_event_begins_with_its_time() -> None:
    assert words.event_line(Event(61_500_000, "the 2 s timer fired")) == "00:01:01.5  the 2 s timer fired"
