"""Law: what the panel shows is what the backdoor said, taken apart here and nowhere else.

Pure: one answer line in, frozen values out. What is left out is empty, not an error; what is there and is no number,
word or list is Unreadable, one sentence.
"""

from __future__ import annotations

import json

from firmware_sim.panel.fields import Node, Unreadable, all_of, maybe, object_of, points_of, real, whole, wholes, word
from firmware_sim.panel.state import (
    CHANNELS,
    Channel,
    Device,
    Event,
    Fault,
    Felt,
    Muscle,
    PanelState,
    Patient,
    Refused,
    Waveform,
)


def answer(line: str) -> Node | Refused:
    """The answer's fields, or the sentence it refused with. Raises Unreadable."""
    try:
        node = json.loads(line)
    except ValueError:
        raise Unreadable(f"the simulator's answer is no JSON: {line[:60]!r}") from None
    if not isinstance(node, dict):
        raise Unreadable("the simulator's answer is no JSON object")
    if node.get("ok") is True:
        return node
    why = node.get("error")
    return Refused(why if isinstance(why, str) and why else "refused without a reason")


def state(node: Node) -> PanelState:
    """The value of `get state`. Raises Unreadable."""
    root = object_of(node, "state")
    patient = root.get("patient")
    return PanelState(
        t_us=whole(root, "t_us"),
        device=_device(object_of(root, "device")),
        patient=None if patient is None else _patient(object_of(root, "patient")),
        faults=all_of(root, "faults", _fault),
        events=_events(root),
        digest=word(root, "digest", ""),
        line_up=root.get("line_up") is not False,
    )


def waveform(node: Node) -> Waveform | None:
    """The value of `get waveform`; None while the channel has given no pulse. Raises Unreadable."""
    if node.get("waveform") is None:
        return None
    root = object_of(node, "waveform")
    return Waveform(
        channel=whole(root, "channel"),
        t_us=whole(root, "t_us", 0),
        sampling_us=real(root, "sampling_us"),
        currents_ua=wholes(root, "currents_ua"),
        voltages_mv=wholes(root, "voltages_mv"),
        points=points_of(root),
        charge_pc=wholes(root, "charge_pc"),
    )


def _device(node: Node) -> Device:
    channels = all_of(node, "channels", _channel)
    if [channel.channel for channel in channels] != list(range(1, len(channels) + 1)) or not channels:
        raise Unreadable("the state does not hold channels from 1 on in order")
    if len(channels) > CHANNELS:
        raise Unreadable(f"the state holds {len(channels)} channels, more than {CHANNELS}")
    return Device(
        state=word(node, "state"),
        lamp=word(node, "lamp"),
        high_voltage=bool(node.get("high_voltage")),
        version=word(node, "version", ""),
        compliance_mv=whole(node, "compliance_mv", 0),
        channels=channels,
        model=word(node, "model", "P24"),
        state_words=word(node, "state_words", ""),
    )


def _channel(node: Node) -> Channel:
    return Channel(
        channel=whole(node, "channel"),
        active=bool(node.get("active")),
        error=whole(node, "error", 0),
        error_words=word(node, "error_words", ""),
        set_ua=whole(node, "set_ua", 0),
        flowed_ua=whole(node, "flowed_ua", 0),
        period_us=whole(node, "period_us", 0),
        phase_us=whole(node, "phase_us", 0),
        points=points_of(node),
        end_voltage_mv=whole(node, "end_voltage_mv", 0),
        contact=word(node, "contact", "good"),
        contact_permille=whole(node, "contact_permille", 1000),
        load=word(node, "load", "?"),
        pulses=whole(node, "pulses", 0),
        last_us=maybe(node, "last_us"),
    )


def _patient(node: Node) -> Patient:
    return Patient(
        profile=word(node, "profile", "?"),
        pain=real(node, "pain", 0),
        comfort=real(node, "comfort", 10),
        muscles=all_of(node, "muscles", _muscle),
        felt=all_of(node, "channels", _felt),
    )


def _muscle(node: Node) -> Muscle:
    return Muscle(
        name=word(node, "name"),
        side=word(node, "side", ""),
        channels=wholes(node, "channels"),
        force_mn=whole(node, "force_mn", 0),
        peak_mn=whole(node, "peak_mn", 0),
        strength_permille=whole(node, "strength_permille", 1000),
        cramping=bool(node.get("cramping")),
        ctf_mhz=whole(node, "ctf_mhz", 0),
        length=word(node, "length", ""),
    )


def _felt(node: Node) -> Felt:
    return Felt(
        channel=whole(node, "channel"),
        words=word(node, "words", "?"),
        sensory_permille=round(1000 * real(node, "sensory", 0)),
        motor_permille=round(1000 * real(node, "motor", 0)),
        pain_permille=round(1000 * real(node, "pain", 0)),
    )


def _fault(node: Node) -> Fault:
    return Fault(
        number=whole(node, "id"),
        kind=word(node, "kind"),
        state=word(node, "state"),
        channel=maybe(node, "channel"),
        began_us=maybe(node, "began_us"),
        ended_us=maybe(node, "ended_us"),
        effects=whole(node, "effects", 0),
        first_us=maybe(node, "first_effect_us"),
        proof=word(node, "proof", ""),
    )


def _events(root: Node) -> tuple[Event, ...]:
    return all_of(root, "events", lambda node: Event(whole(node, "t_us"), word(node, "what")))
