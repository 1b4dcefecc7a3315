"""From a seed to a scenario; the same seed gives the same scenario as long as nothing here changes.

The families take turns: the remainder of the seed says whose it is. With a family named every seed is one of it, so
that a seed is a scenario of the P24 as it was before there were others, and another one on each family.
Half of the steps are a person's, a quarter is time that passes, the rest is what goes wrong. A tenth of the scenarios
have no fault at all: there every deadline is the short one.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from random import Random

from firmware_sim.devices import model
from firmware_sim.model import Model
from firmware_sim.patient import profile_names
from firmware_sim.switching import names, values_of
from laws.campaign import faults, protocols
from laws.campaign.script import (
    Away,
    Blank,
    ClockStep,
    Crash,
    Disk,
    Fault,
    Find,
    Health,
    Key,
    Kill,
    Mend,
    Minus,
    Pad,
    Plus,
    Prepare,
    Press,
    Say,
    Scenario,
    Stall,
    Step,
    Stop,
    Swap,
    Treat,
    Wait,
)
from nmes.runtime.families import DEFAULT, KEYS, family

SLIPS = ("", "", "", "", "", "code", "side", "pads", "stop", "lost", "felt")
"""What a person leaves out, by mistake."""
SOURCES = ("key", "key", "mouse", "palette", "signal", "terminal", "patient", "patient_lost")
LOADS = ("good", "good", "worn", "dry", "open", "half-lifted", "short")


class Chance(Random):
    """The dice of one scenario; they know of which family its device is."""

    device: Model = model(DEFAULT.key)


Draws = Sequence[tuple[int, Callable[[Chance], Step]]]


def turn_of(seed: int) -> str:
    """The family whose turn it is with this seed."""
    return KEYS[seed % len(KEYS)]


def drawn(seed: int, device: str = "") -> Scenario:
    """The scenario of a seed on a family; "": on the one whose turn it is."""
    device = device or turn_of(seed)
    chance = Chance(f"campaign/{seed}" if device == DEFAULT.key else f"campaign/{device}/{seed}")
    chance.device = model(device)
    capabilities = family(device).capabilities
    protocol, refused = protocols.drawn(chance, capabilities)
    edited, more = protocols.drawn(chance, capabilities) if chance.random() < 0.1 else ("", 0)
    return Scenario(
        seed=seed,
        protocol=protocol,
        edited=edited,
        switches=_switches(chance),
        profile=chance.choice(profile_names()),
        person=chance.randint(-1, 30),
        lives=chance.random() < 0.1,
        attended=chance.choice(("nobody", "nobody", "somebody", "with a stop")),
        mark_steps=chance.choice((0, 0, 4, 8, 20)),
        script=_script(chance),
        refused=refused + more,
        device=device,
    )


def _switches(chance: Chance) -> tuple[tuple[str, bool | int | str], ...]:
    """None, one or a few of what no document states; each other value comes as often as any."""
    table = chance.device.switches
    many = chance.choices((0, 1, 4, len(names(table))), (15, 55, 20, 10))[0]
    sampled = sorted(chance.sample(names(table), many))
    return tuple((name, chance.choice(values_of(table, name)[1:])) for name in sampled)


def _script(chance: Chance) -> tuple[Step, ...]:
    ill = chance.random() < 0.9
    steps: list[Step] = []
    if chance.random() < 0.05 and not chance.device.senseless("wrong_version", {}):
        steps += (Fault("wrong_version"), _kill(chance))  # it tells its version when a session begins
    if ill and chance.random() < 0.1:
        steps.append(_fault(chance))
    steps.append(_treat(chance) if chance.random() < 0.95 else Prepare())
    for _ in range(chance.choice((2, 4, 8, 14))):
        kinds = chance.choices((PERSON, TIME, WORLD), (45, 25, 40 if ill else 0))[0]
        steps.append(_one(chance, kinds))
        if chance.random() < 0.25:
            steps += _again(chance, ill=ill)
    return (*steps, *_long_after(chance))


def _long_after(chance: Chance) -> tuple[Step, ...]:
    """What is live goes on for minutes, or everybody has left."""
    match chance.choices(("over", "watched", "left"), (85, 5, 10))[0]:
        case "watched":
            return (_treat(chance), Wait(chance.choice((60_000, 180_000))))
        case "left":
            return (Away(chance.choice((300_000, 900_000, 1_500_000))),)
        case _:
            return ()


def _treat(chance: Chance) -> Step:
    steps = chance.randint(2, 16) if chance.random() < 0.8 else chance.randint(30, 44)
    return Treat(steps, chance.choice(SLIPS) if chance.random() < 0.4 else "")


def _again(chance: Chance, *, ill: bool) -> Sequence[Step]:
    """Whatever had stopped it, a person goes on and stays for a while; most faults have no effect at any other time."""
    mended = (Mend(),) if chance.random() < 0.6 else ()
    fault = (_fault(chance),) if ill and chance.random() < 0.6 else ()
    waits = Wait(chance.choice((20, 500, 2_000))), Wait(chance.choice((500, 2_000, 8_000)))
    return (*mended, Press(Key.RESUME), _treat(chance), waits[0], *fault, waits[1])


def _one(chance: Chance, draws: Draws) -> Step:
    return chance.choices([draw for _, draw in draws], [weight for weight, _ in draws])[0](chance)


def _plus(chance: Chance) -> Step:
    presses, apart_ms = chance.choice(((1, 0), (3, 300), (10, 260), (12, 130), (30, 33), (40, 0)))
    over_ua = chance.choice((None, None, 0, 500, 4_000))
    return Plus(chance.randint(1, 3), presses, apart_ms, chance.choice((0, 0, 0, 1, 3)), chance.random() < 0.2, over_ua)


def _say(chance: Chance) -> Step:
    what, values, texts = chance.choice(
        (
            ("max_tolerated", (None, 0, 20_000, 10**9), ("",)),
            ("code", (None,), ("P-017", "P-018", "")),
            ("side", (None,), ("left", "right", "")),
            ("felt", (0, 1), ("",)),
            ("nrs", (None, 0, 1, 11), ("1", "")),
            ("pads", (0, 1, 4_499, 10_000), ("",)),
        )
    )
    return Say(what, chance.randint(1, 3), chance.choice(values), chance.choice(texts))


def _fault(chance: Chance) -> Step:
    return faults.drawn(chance, channels=2, model=chance.device)


def _pad(chance: Chance) -> Step:
    channel = chance.randint(1, 2)
    return Pad(channel, worn_h=chance.randint(0, 20)) if chance.random() < 0.3 else Pad(channel, chance.choice(LOADS))


def _kill(chance: Chance) -> Step:
    down_ms = chance.choice((5, 100, 700, 1_900, 2_600, 6_000))
    return Kill(down_ms, chance.choice((0, 0, 1, 90, 4_000)), chance.random() < 0.3)


PERSON: Draws = (
    (20, _plus),
    (10, lambda chance: Minus(chance.randint(1, 3), chance.choice((1, 1, 2, 9)))),
    (22, lambda chance: Press(chance.choice((Key.PAUSE, Key.PAUSE, Key.RESUME, Key.RESUME, Key.START, Key.ACCEPT)))),
    (9, lambda chance: Press(chance.choice((Key.MARK, Key.CRAMP, Key.WISH, Key.ACKNOWLEDGE, Key.BACK, Key.SIGN)))),
    (2, lambda chance: Press(chance.choice((Key.END, Key.QUIT)))),
    (12, lambda chance: Stop(chance.choice(SOURCES), chance.choice((0, 0, 1, 20)))),
    (8, lambda chance: Find(chance.randint(0, 2), chance.randint(1, 20), chance.choice(("right", "wrong", "")))),
    (2, lambda chance: Find(chance.randint(0, 2), chance.randint(1, 20), accepts=False)),
    (15, _treat),
    (6, _say),
)
TIME: Draws = (
    (70, lambda chance: Wait(chance.choice((5, 50, 400, 1_500, 4_000, 10_000)))),
    (15, lambda chance: Wait(chance.choice((20_000, 60_000)))),
    (15, lambda chance: Away(chance.choice((3_000, 12_000, 25_000)))),
    (5, lambda _: Treat(4)),
)
WORLD: Draws = (
    (55, _fault),
    (10, lambda _: Mend()),
    (4, lambda chance: Swap(chance.randint(1, 3))),
    (5, _pad),
    (8, lambda chance: Stall(chance.choice((30, 150, 400, 900, 1_500, 2_500, 6_000)))),
    (4, lambda chance: Blank(chance.choice((1_000, 1_600, 4_000)))),
    (1, lambda _: Crash()),
    (6, _kill),
    (6, lambda chance: Disk(chance.choice(tuple(Health)))),
    (3, lambda chance: ClockStep(chance.choice((-3_600_000, -2_500, 2_500, 86_400_000)))),
)
