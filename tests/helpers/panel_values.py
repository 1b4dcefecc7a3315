"""States for the pure tests, as small as a test needs them."""

from __future__ import annotations

from dataclasses import replace

from firmware_sim.panel.state import Channel, Device, Fault, Felt, Muscle, PanelState, Patient

CALF = Muscle("gastrocnemius", "left", (1,), force_mn=80_000, peak_mn=120_000, strength_permille=910, ctf_mhz=15_500)
FELT = Felt(1, "a strong contraction", sensory_permille=3_100, motor_permille=1_600, pain_permille=700)
PATIENT = Patient("cramp_prone_calf", 3.4, 6.2, (CALF,), (FELT,))


def device(**changes: object) -> Device:
    channels = tuple(Channel(number) for number in range(1, 9))
    return replace(Device("ML_INIT", "green", True, "0.1.0", 150_000, channels), **changes)


def state(*faults: Fault, patient: Patient | None = None, **changes: object) -> PanelState:
    """A device that is ready, with a channel of it changed by `channel=Channel(...)`."""
    made = device()
    channel = changes.pop("channel", None)
    if isinstance(channel, Channel):
        channels = list(made.channels)
        channels[channel.channel - 1] = channel
        made = replace(made, channels=tuple(channels))
    return replace(PanelState(0, made, patient, faults, (), ""), **changes)
