"""Law: what a pulse meets on a channel follows from the pad, its contact, its wear and the charge left on the skin.

Wear and warmth change slowly, so they are evaluated on a coarse grid of device time: pulses within one cell share
their computation, and the result does not depend on when anybody looked.
"""

from dataclasses import dataclass, field, replace
from math import exp

from firmware_sim.stage import electrode
from firmware_sim.stage.pulse import Delivery, Pulse
from firmware_sim.stage.skin import GOOD, WHOLE, Load, Skin

GONE_AFTER = 20
"""Time constants after which the capacitor counts as empty: 150 V x e^-20 is 0.3 µV. [design]"""
REVIEW_US = 5_000_000
"""Grid of device time on which a pad's wear and warmth are evaluated: 0.25 % of Rp at most between two. [design]"""


@dataclass(frozen=True, slots=True)
class Worn:
    """A pad lies on the skin since `since_us`; it had dried for `before_s` of earlier use."""

    since_us: int
    before_s: int

    def at(self, skin: Skin, t_us: int) -> Skin:
        """`skin` as it is at `t_us`, evaluated on the grid."""
        on_s = max(0, t_us // REVIEW_US * REVIEW_US - self.since_us) / 1e6
        return skin.dried(self.before_s + on_s).warmed(on_s)


@dataclass(frozen=True, slots=True)
class Placed:
    """What was put on a channel: the load, the share of it that lies on, and its wear (without, it stays as it is)."""

    load: Load = GOOD
    contact_permille: int = WHOLE
    worn: Worn | None = None

    def __post_init__(self) -> None:
        GOOD.at_contact(self.contact_permille)  # refuses one that is none


@dataclass(slots=True)
class Pad:
    """One channel's pad, with the charge left on the skin's capacitor at `since_us`, and what it met last."""

    placed: Placed = Placed()
    load: Load = GOOD
    tau_us: float = field(default_factory=lambda: electrode.time_constant_us(GOOD))
    review_us: int | None = None
    residual_v: float = 0.0
    since_us: int = 0
    pulses: int = 0
    last: Pulse | None = None
    cache: dict[tuple[object, ...], Delivery] = field(default_factory=dict)

    def __deepcopy__(self, _memo: object) -> "Pad":
        """Without what can be computed again; everything else never changes in itself."""
        return replace(self, cache={})

    def residual_mv(self, t_us: int) -> int:
        """Capacitor voltage at `t_us`, mV."""
        gap_us = t_us - self.since_us
        if not self.residual_v or gap_us > GONE_AFTER * self.tau_us:
            return 0
        return round(self.residual_v * exp(-gap_us / self.tau_us) * 1000)

    def load_at(self, t_us: int) -> Load:
        """The pad with its wear at `t_us` and its contact counted in."""
        skin, worn = self.placed.load, self.placed.worn
        if not isinstance(skin, Skin):
            return skin
        return (skin if worn is None else worn.at(skin, t_us)).at_contact(self.placed.contact_permille)

    def review(self, t_us: int) -> None:
        """Work out the load for the pulses from `t_us` on."""
        self.load = self.load_at(t_us)
        self.tau_us = electrode.time_constant_us(self.load)
        self.review_us = None if self.placed.worn is None else (t_us // REVIEW_US + 1) * REVIEW_US
        self.cache.clear()
