"""What the panel says: the lamp, the states, numbers with their unit, and the lines of each list.

Pure: values in, text out. Every state is a word; symbol and colour only stand beside it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from textwrap import wrap
from typing import Final

from firmware_sim.panel.state import Channel, Device, Event, Fault, PanelState

SIMULATOR: Final = "◇ ◇ ◇  SIMULATOR, no patient, no stimulator  ◇ ◇ ◇"
TOO_SMALL: Final = "Make the window at least 80 x 24 to see channels, waveform and patient."


@dataclass(frozen=True, slots=True)
class Lamp:
    """The device's one lamp. `hues` are the colours it shows: two when it blinks between them."""

    symbol: str
    word: str
    meaning: str
    hues: tuple[str, ...]

    def __str__(self) -> str:
        return f"{self.symbol} {self.word} {self.meaning}"


LAMPS: Final[Mapping[str, Lamp]] = {
    # [source: P24 Instructions for Use p. 13]
    "violet": Lamp("◌", "VIOLET", "starting up", ("violet",)),
    "green": Lamp("○", "GREEN", "ready, no stimulation", ("green",)),
    "yellow": Lamp("●", "YELLOW", "stimulating", ("yellow",)),
    "red": Lamp("✖", "RED", "error", ("red",)),
    "yellow_red": Lamp("◐", "YELLOW+RED", "error, still on", ("yellow", "red")),
}
NO_LAMP: Final = Lamp("·", "NO LAMP", "is simulated", ())
"""Of a family whose lamp no document here describes."""
STATES: Final = {
    "NONE": "idle, waits for a host",
    "LL": "low level",
    "ML_INIT": "mid level, not running",
    "ML_RUN": "mid level, running",
}
WHERE_COLUMNS: Final = 78
"""The row of the smallest window, less its padding."""
RECENT_US: Final = 2_000_000
"""How long a single pulse is told after it was given. [design]"""
_RESISTANCES: Final = re.compile(r"(\d+)\+(\d+) Ohm")
FAULTS: Final = {
    "electrode_off": "electrode off",
    "electrode_dry": "electrode dry",
    "electrode_open": "lead open",
    "electrode_short": "electrodes shorted",
    "supply_sag": "supply drained",
    "corrupt_bytes": "line garbled",
    "mute": "answers nothing",
    "deaf": "hears nothing",
    "disconnect": "disconnected",
}


def lamp(name: str) -> Lamp:
    """The lamp of the backdoor's name for it, which may be none; an unknown name is shown as it came."""
    if not name:
        return NO_LAMP
    return LAMPS.get(name, Lamp("?", name.upper(), "not a lamp it has", ()))


def state_line(device: Device) -> str:
    """The device's state and its high voltage."""
    voltage = f"high voltage ON {device.compliance_mv / 1000:.0f} V" if device.high_voltage else "high voltage off"
    return f"{STATES.get(device.state.upper()) or device.state_words or device.state}   {voltage}"


def where_line(state: PanelState, url: str) -> str:
    """How to reach it, what it is, how long it has lived, and the name of its trace so far."""
    line = url if state.line_up else f"{url} UNPLUGGED"
    text = "   ".join([line, f"{state.device.model} {state.device.version}".rstrip(), f"time {clock(state.t_us)}"])
    trace = f"   trace {state.digest[:8]}" if state.digest else ""
    return f"{text}{trace}" if len(text) + len(trace) <= WHERE_COLUMNS else text


def clock(t_us: int) -> str:
    """`hh:mm:ss.t` of the device's own time."""
    seconds, tenths = divmod(t_us // 100_000, 10)
    return f"{seconds // 3600:02}:{seconds // 60 % 60:02}:{seconds % 60:02}.{tenths}"


def ma(current_ua: int) -> str:
    """mA with one decimal; a current that is not 0 never reads as 0.0."""
    if 0 < abs(current_ua) < 50:
        return f"{current_ua / 1000:.3f}"
    return f"{current_ua / 1000:.1f}"


def short(value: float) -> str:
    """At most five characters: what a column holds."""
    return f"{value:.5g}" if value >= 100 else f"{value:.3g}"


CHANNEL_HEAD: Final = f"  Ch Output Set mA Flowed    ms    Hz   µs  {'Contact':<12} {'Error':<11} Load"
WIDE_HEAD: Final = f"{CHANNEL_HEAD:<80} {'End V':>7} {'µC/phase':>8} {'Pulses':>9}"


def channel_line(channel: Channel, now_us: int, *, chosen: bool, wide: bool = False) -> str:
    """One row under CHANNEL_HEAD, or under WIDE_HEAD. What flowed once and is over is not told as if it flowed now."""
    live = is_live(channel, now_us)
    current, flowed = (ma(channel.set_ua), ma(channel.flowed_ua)) if live else ("-", "-")
    period = short(channel.period_us / 1000) if channel.period_us else "-"
    hertz = short(1_000_000 / channel.period_us) if channel.period_us else "-"
    text = (
        f"{'▸' if chosen else ' '} {channel.channel}  {output_word(channel):<6} {current:>6}"
        f" {flowed:>6} {period:>5} {hertz:>5} {channel.phase_us or '-':>4}  "
        f"{contact_words(channel):<12} {error_words(channel):<11} {load_words(channel.load)}"
    )
    if not wide:
        return text
    volts = f"{channel.end_voltage_mv / 1000:.1f}" if live else "-"
    charge_uc = f"{channel.flowed_ua * channel.phase_us / 1_000_000:.2f}" if live else "-"
    return f"{text:<80} {volts:>7} {charge_uc:>8} {channel.pulses:>9}"


def is_live(channel: Channel, now_us: int) -> bool:
    """Whether the last pulse tells of now: the channel runs, failed by it, or gave a single one just now."""
    if channel.active or channel.error:
        return True
    return channel.last_us is not None and now_us - channel.last_us <= RECENT_US


def output_word(channel: Channel) -> str:
    if channel.error:
        return "✖ err"
    return "● on" if channel.active else "○ off"


def error_words(channel: Channel) -> str:
    """The device's error of the channel, in at most eleven columns."""
    return (channel.error_words or str(channel.error)).removeprefix("pulse ") if channel.error else "-"


def load_words(load: str) -> str:
    """The name of a load; one without a name is told by its resistances, in kOhm because they are in a column."""
    values = _RESISTANCES.fullmatch(load)
    if values is None:
        return load
    return "+".join(f"{int(ohm) / 1000:.2g}" for ohm in values.groups()) + " kΩ"


def contact_words(channel: Channel) -> str:
    """How the load took the last pulse, and how much of the pad touches the skin when it is not all."""
    word = channel.contact.lower().replace("_", "-")
    return word if channel.contact_permille == 1000 else f"{word} {channel.contact_permille / 10:.0f}%"


# --- faults and events ---


def fault_name(kind: str) -> str:
    return FAULTS.get(kind, kind.replace("_", " "))


def fault_lines(fault: Fault, now_us: int, width: int) -> list[str]:
    """One fault with the proof that it took effect, on a row of its own where one is too short."""
    where = f" ch {fault.channel}" if fault.channel is not None else ""
    name = f"{_fault_state(fault, now_us):<16} {fault.number:>3} {fault_name(fault.kind)}{where}"
    proof = proof_words(fault)
    together = f"{name:<44}  {proof}"
    if len(together) <= width:
        return [together]
    return [name, *wrap(proof, width, initial_indent="  ", subsequent_indent="  ")]


def _fault_state(fault: Fault, now_us: int) -> str:
    match fault.state:
        case "active":
            return f"■ active {seconds(now_us - fault.began_us)}" if fault.began_us is not None else "■ active"
        case "waiting":
            return "◌ waiting"
        case _:
            return f"□ {fault.state}"


def proof_words(fault: Fault) -> str:
    """What it really altered; a fault nobody met yet says so."""
    if not fault.effects:
        return "no effect yet" if fault.state != "over" else "had no effect"
    told, first, _ = fault.proof.rpartition(", the first at ")
    if first and fault.first_us is not None:
        return f"{told}{first}{clock(fault.first_us)}"
    return fault.proof or f"{fault.effects} effect{'s' if fault.effects != 1 else ''}"


def event_line(event: Event) -> str:
    return f"{clock(event.t_us)}  {event.what}"


def seconds(duration_us: int) -> str:
    """`4.2 s`, `125 s`."""
    value = max(0, duration_us) / 1_000_000
    return f"{value:.1f} s" if value < 100 else f"{value:.0f} s"
