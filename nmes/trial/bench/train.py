"""Law: a train is every pulse that crossed the skin, kept small: when, on which channel, and which of a few shapes.

A quarter of an hour of 50 Hz is some hundred thousand bytes, so that it can go to another process and be given to any
number of patients. It is what the instrument saw, never what the controller believes it sent.
"""

from __future__ import annotations

from array import array
from collections.abc import Mapping
from dataclasses import dataclass, field

from firmware_sim.stage import Contact, Delivery, Phase, Point, Pulse, Stage, first_phase_of, samples
from firmware_sim.stage import Load as Load  # noqa: PLC0414 - named here, so that nobody else imports the simulator
from firmware_sim.stage.trace import ChannelFailed
from nmes.runtime.families import DEFAULT, Family
from nmes.trial.bench.devices import Device, new_device

SETTLED = 3
"""Pulses after which what is left on the skin capacitor no longer changes: it decays well within a period [design]."""


@dataclass(frozen=True, slots=True)
class Shape:
    """One pulse as it flowed. `points` is what was set, `charge_pc` what flowed in each of them, `first` in its first
    phase: what a nerve meets.

    `limited`: the device's voltage did not suffice, or no current could flow at all.
    """

    points: tuple[tuple[int, int], ...]
    amplitude_ua: int
    charge_pc: tuple[int, ...]
    peak_current_ua: int
    peak_voltage_mv: int
    limited: bool
    first: Phase

    @property
    def set_ua(self) -> int:
        """Mean current of the first phase as it was set: what flows where the voltage suffices, µA."""
        made = tuple(Point(*point) for point in self.points)
        return first_phase_of(made, [duration_us * current_ua for duration_us, current_ua in made]).current_ua

    @property
    def duration_us(self) -> int:
        return sum(duration for duration, _ in self.points)


@dataclass(frozen=True, slots=True)
class Train:
    """Pulse by pulse, in order: `times_us` (session clock), `channels` (1 to 8), `shapes` (into `table`)."""

    times_us: array[int]
    channels: bytes
    shapes: array[int]
    table: tuple[Shape, ...]

    def __len__(self) -> int:
        return len(self.times_us)


@dataclass(slots=True)
class Recorder:
    """A stage's sink that keeps the train."""

    failed: int | None = None
    """The first channel that the device gave up."""
    _times: array[int] = field(default_factory=lambda: array("q"))
    _channels: bytearray = field(default_factory=bytearray)
    _shapes: array[int] = field(default_factory=lambda: array("I"))
    _known: dict[int, tuple[int, Delivery]] = field(default_factory=dict)
    """By identity, because the stage reuses what it has computed; held, so that no identity is given twice."""
    _table: dict[Shape, int] = field(default_factory=dict)

    def __call__(self, item: object) -> None:
        if isinstance(item, ChannelFailed) and self.failed is None:
            self.failed = item.channel
        if not isinstance(item, Pulse) or not item.delivery.points:
            return
        known = self._known.get(id(item.delivery))
        if known is None:
            number = self._table.setdefault(shape_of(item.delivery), len(self._table))
            known = self._known[id(item.delivery)] = (number, item.delivery)
        self._times.append(item.t_us)
        self._channels.append(item.channel)
        self._shapes.append(known[0])

    def train(self) -> Train:
        """Everything up to now."""
        return Train(array("q", self._times), bytes(self._channels), array("I", self._shapes), tuple(self._table))


def shape_of(delivery: Delivery) -> Shape:
    """What one delivery did, without the state of its electrode."""
    return Shape(
        tuple((point.duration_us, point.current_ua) for point in delivery.points),
        delivery.amplitude_ua,
        delivery.charge_pc,
        delivery.peak_current_ua,
        delivery.peak_voltage_mv,
        delivery.contact is not Contact.GOOD,
        delivery.first_phase,
    )


def device_with(loads: Mapping[int, Load], family: Family = DEFAULT) -> tuple[Device, Recorder]:
    """A device with these pads that keeps no trace of its own, and the recorder of what crosses the skin."""
    recorder = Recorder()
    return new_device(family, Stage(loads, keep_trace=False, sink=recorder), keep_trace=False), recorder


def through(points: tuple[tuple[int, int], ...], load: Load, period_us: int) -> Shape:
    """One pulse of a steady train through a load: what the stage delivers, without a device in front of it."""
    stage, made = Stage({1: load}, keep_trace=False), tuple(Point(*point) for point in points)
    for number in range(1, SETTLED):
        stage.deliver(number * period_us, 1, made)
    return shape_of(stage.deliver(SETTLED * period_us, 1, made))


def picture(points: tuple[tuple[int, int], ...], load: Load, count: int = 240) -> tuple[int, list[int], list[int]]:
    """One pulse through a load and a little of the time after it: µs between samples, currents µA, voltages mV."""
    step_us = -(-sum(duration for duration, _ in points) * 5 // (4 * count)) or 1
    made = tuple(Point(*point) for point in points)
    currents, voltages = samples(made, load, 0.0, step_us, count)
    return step_us, list(currents), list(voltages)
