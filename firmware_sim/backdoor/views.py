"""Law: what is told of the simulator, as plain JSON values. Looking changes nothing but the time of the patient."""

from __future__ import annotations

from dataclasses import asdict, is_dataclass
from enum import Enum
from typing import Any

from firmware_sim.faults.timeline import InjectionStatus, Phase
from firmware_sim.model import Model
from firmware_sim.simulator import Simulator
from firmware_sim.stage import LOADS, Skin
from firmware_sim.stage.detection import found
from firmware_sim.stage.pulse import Pulse
from firmware_sim.stage.trace import (
    ChannelFailed,
    DeadManFired,
    Event,
    FaultBegan,
    FaultEnded,
    Restarted,
    Restored,
    StateChanged,
)

SAMPLES = 128  # as the device's own measurement has
OVER_SHOWN, EVENTS_SHOWN = 20, 20
Node = dict[str, Any]


def state(simulator: Simulator) -> Node:
    """Everything at a glance."""
    return {
        "t_us": simulator.now_us,
        "device": _device(simulator),
        "patient": _patient(simulator),
        "faults": [_fault(one) for one in _shown(simulator.injections())],
        "events": _events(simulator),
        "line_up": simulator.line_up,
        "snapshots": list(simulator.snapshots),
        "seed": simulator.seed,
        "digest": simulator.digest,
    }


def _device(simulator: Simulator) -> Node:
    device, model = simulator.device, simulator.device.model
    return {
        "key": model.key,
        "model": model.name,
        "id": model.device_id,
        "line": str(model.line),
        "state": device.state.name.lower(),
        "state_words": model.states.get(device.state.name, ""),
        "high_voltage": device.high_voltage,
        "lamp": "" if device.lamp is None else device.lamp.name.lower(),
        "version": device.firmware,
        "compliance_mv": simulator.stage.limit_mv,
        "clock_ppm": simulator.engine.clock.ppm,
        "channels": [_channel(simulator, channel) for channel in range(1, model.channels + 1)],
    }


def _channel(simulator: Simulator, channel: int) -> Node:
    stage, device = simulator.stage, simulator.device
    points, period_us = device.settings.get(channel, ((), 0))
    last = stage.last_pulse(channel)
    shape = last.points if last else points
    return {
        "channel": channel,
        "active": channel in device.active_channels,
        "error": device.errors[channel - 1],
        "error_words": device.model.words_of(device.errors[channel - 1]),
        "set_ua": last.amplitude_ua if last else 0,
        "flowed_ua": last.measured_current_ua if last else 0,
        "period_us": period_us,
        "phase_us": shape[0].duration_us if shape else 0,
        "points": [list(point) for point in shape],
        "end_voltage_mv": last.end_voltage_mv if last else 0,
        "contact": last.contact.name.lower() if last else "good",
        "contact_permille": stage.contact_permille(channel),
        "finding": _finding(simulator, channel),
        "worn_s": _worn_s(simulator, channel),
        "load": load_name(simulator, channel),
        "pulses": stage.pulses(channel),
        "last_us": last.t_us if last else None,
    }


def _finding(simulator: Simulator, channel: int) -> str | None:
    """What a stimulator that measures itself would say of the channel; None when it gave no pulse lately."""
    finding = found((one for one in simulator.pulses if one.channel == channel), simulator.stage.limit_mv)
    return None if finding is None else finding.value


def _worn_s(simulator: Simulator, channel: int) -> int | None:
    """How long the pad has been used; None for one that neither dries nor warms."""
    worn = simulator.stage.placed(channel).worn
    return None if worn is None else worn.before_s + (simulator.engine.device_us - worn.since_us) // 1_000_000


def load_name(simulator: Simulator, channel: int) -> str:
    """The name of the load on a channel, or its values."""
    load = simulator.stage.load(channel)
    for name, known in LOADS.items():
        if known == load:
            return name
    return f"{load.rs_ohm}+{load.rp_ohm} Ohm" if isinstance(load, Skin) else type(load).__name__


def _patient(simulator: Simulator) -> Node | None:
    patient = simulator.patient
    if patient is None:
        return None
    patient.advance(simulator.engine.t_us)
    told = patient.reading()
    sites = patient.sites.values()
    reading: Node = _plain(told)
    reading |= {
        "t_us": told.t_us + simulator.engine.shift_us,
        "profile": patient.profile.name,
        "channels": [
            {
                "channel": channel,
                "muscle": site.muscle,
                "model": patient.profile.muscle_named(site.muscle),
                "side": site.side,
                **_plain(felt),
                "words": str(felt),
            }
            for channel, site, felt in zip(patient.sites, sites, told.channels, strict=True)
        ],
        "events": _felt(simulator, 10),
    }
    return reading


def faults(simulator: Simulator) -> list[Node]:
    """What became of every fault."""
    return [_fault(one) for one in simulator.injections()]


def _fault(one: InjectionStatus) -> Node:
    """Field by field: there may be a thousand, and the general way takes ten times as long."""
    return {name: getattr(one, name) for name in one.__slots__}


def _shown(injections: tuple[InjectionStatus, ...]) -> list[InjectionStatus]:
    """All that wait or act, and the last of those that are over."""
    over = {one.id for one in [one for one in injections if one.state is Phase.OVER][-OVER_SHOWN:]}
    return [one for one in injections if one.state is not Phase.OVER or one.id in over]


def _events(simulator: Simulator) -> list[Node]:
    """What happened at the device and in the person, in words, oldest first."""
    told: list[Node] = [{"t_us": one.t_us, "what": in_words(one, simulator.device.model)} for one in simulator.happened]
    return sorted([*told, *_felt(simulator, EVENTS_SHOWN)], key=lambda one: int(one["t_us"]))[-EVENTS_SHOWN:]


def _felt(simulator: Simulator, last: int) -> list[Node]:
    """What happened in the person."""
    shift_us, patient = simulator.engine.shift_us, simulator.patient
    events = [] if patient is None else patient.events[-last:]
    return [{"t_us": one.t_us + shift_us, "what": str(one)} for one in events]


def in_words(event: Event, model: Model) -> str:
    """One line for a person."""
    match event:
        case StateChanged():
            return f"{model.states.get(event.state, event.state)}, high voltage {'on' if event.high_voltage else 'off'}"
        case DeadManFired():
            return f"its {(model.dead_man_us or 0) / 1e6:g} s timer fired: no request had renewed it"
        case ChannelFailed():
            return f"channel {event.channel} failed: {model.words_of(event.error)}"
        case Restarted():
            return "the device restarted"
        case FaultBegan():
            where = "" if event.channel is None else f" on channel {event.channel}"
            return f"fault {event.injection} began: {event.kind}{where}"
        case FaultEnded():
            return f"fault {event.injection} ended: {event.kind}, {event.effects} effects"
        case Restored():
            return f"restored {event.name!r}"
        case _:
            return type(event).__name__


def pulses(simulator: Simulator, last: int) -> list[Node]:
    """The last pulses of all channels, oldest first."""
    return [pulse_node(pulse) for pulse in list(simulator.pulses)[-last:]]


def pulse_node(pulse: Pulse) -> Node:
    """One pulse as it was set and as it flowed."""
    return {
        "t_us": pulse.t_us,
        "channel": pulse.channel,
        "set_ua": pulse.amplitude_ua,
        "points": [list(point) for point in pulse.points],
        "flowed_ua": pulse.measured_current_ua,
        "peak_current_ua": pulse.peak_current_ua,
        "end_voltage_mv": pulse.end_voltage_mv,
        "charge_pc": list(pulse.charge_pc),
        "contact": pulse.contact.name.lower(),
        "contact_permille": pulse.contact_permille,
    }


def waveform(simulator: Simulator, channel: int) -> Node | None:
    """The shape of the channel's last pulse as it would flow now; None when it gave none."""
    last = simulator.stage.last_pulse(channel)
    if last is None:
        return None
    sampling_us = -(-last.duration_us // SAMPLES) or 1
    count = -(-last.duration_us // sampling_us)
    currents, voltages = simulator.stage.samples(simulator.engine.device_us, channel, last.points, sampling_us, count)
    return {
        "channel": channel,
        "t_us": last.t_us,
        "sampling_us": sampling_us,
        "currents_ua": list(currents),
        "voltages_mv": list(voltages),
        "points": [list(point) for point in last.points],
        "charge_pc": list(last.charge_pc),
    }


def _plain(value: Any) -> Any:
    """Dataclasses, enumerations and tuples as JSON values."""
    if is_dataclass(value) and not isinstance(value, type):
        return _plain(asdict(value))
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, dict):
        return {str(key): _plain(part) for key, part in value.items()}
    return [_plain(part) for part in value] if isinstance(value, list | tuple | set | frozenset) else value
