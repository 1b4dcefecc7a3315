"""Law: a load says what the current meets; lifting, drying and warming it give a new load, never a changed one.

Skin is a series resistance and a parallel RC. With `i0_ua` its Rp falls with the current, Rp(I) = Rp / (1 + |I|/I0)
[source: Vargas Luna 2015, Dorgan & Reilly 1999 for the fall; form and I0 about 10 mA: design]. It is taken at the set
current of each point, which keeps the closed form [design]. The loads by name are linear: their numbers were chosen so.
"""

from dataclasses import dataclass, replace
from math import exp

DRYING_S = 20 * 3600
"""Wear after which a pad's Rp has grown e-fold. [design]"""
WARM_AFTER_S = 600
WARM_SHARE = 0.3
"""Sweat lowers Rp by 30 % over 10 min. [design]"""
WHOLE = 1000
"""Contact of the whole pad, per mille."""


@dataclass(frozen=True, slots=True)
class Skin:
    """Rs in series with Rp parallel to Cp. Rp or Cp of 0 gives a plain resistor of Rs + Rp; I0 of 0 a linear Rp."""

    rs_ohm: int
    rp_ohm: int = 0
    cp_nf: int = 0
    i0_ua: int = 0

    def __post_init__(self) -> None:
        if self.rs_ohm < 1 or min(self.rp_ohm, self.cp_nf, self.i0_ua) < 0:
            raise ValueError("a skin needs rs_ohm of at least 1, and rp_ohm, cp_nf and i0_ua of at least 0")

    def rp_at(self, current_ua: int) -> float:
        """Rp at a set current, Ohm."""
        return self.rp_ohm / (1 + abs(current_ua) / self.i0_ua) if self.i0_ua else float(self.rp_ohm)

    def at_contact(self, fraction_permille: int) -> "Skin":
        """The same pad with a part of it on the skin: Rs and Rp ~ 1/a, Cp ~ a [design]; I0 stays as it is.

        ValueError for a fraction outside 1 to 1000.
        """
        if not 1 <= fraction_permille <= WHOLE:
            raise ValueError(f"contact of {fraction_permille} per mille is not 1 to {WHOLE}; use an open lead for none")
        if fraction_permille == WHOLE:
            return self
        cp_nf = round(self.cp_nf * fraction_permille / WHOLE)
        return replace(
            self,
            rs_ohm=round(self.rs_ohm * WHOLE / fraction_permille),
            rp_ohm=round(self.rp_ohm * WHOLE / fraction_permille),
            cp_nf=max(cp_nf, min(self.cp_nf, 1)),  # a capacitor does not vanish by rounding
        )

    def dried(self, wear_s: float) -> "Skin":
        """After `wear_s` of use: Rp grows e-fold in 20 h of wear. [design]"""
        return replace(self, rp_ohm=round(self.rp_ohm * exp(wear_s / DRYING_S)))

    def warmed(self, on_s: float) -> "Skin":
        """After `on_s` on the skin: sweat lowers Rp linearly by 30 % within 10 min, and then no further. [design]"""
        share = WARM_SHARE * min(max(on_s, 0.0), WARM_AFTER_S) / WARM_AFTER_S
        return replace(self, rp_ohm=round(self.rp_ohm * (1 - share)))


@dataclass(frozen=True, slots=True)
class OpenLead:
    """A lead that is off: over 1 MOhm [design]; taken as no current at all, so that silence is exactly 0."""


@dataclass(frozen=True, slots=True)
class Short:
    """The two leads touch: about 50 Ohm [design], whatever the pads do.

    Beside it the person, of about 1.8 kOhm with good pads [design], gets `body_permille` of the current [computed].
    """

    ohm: int = 50
    body_permille: int = 27


Load = Skin | OpenLead | Short

GOOD = Skin(300, 1_500, 100)  # 5 x 5 cm pad [verify][design]
WORN = Skin(600, 5_000, 60)  # [verify][design]
DRY = Skin(1_200, 20_000, 30)  # [verify][design]


def half_lifted(skin: Skin) -> Skin:
    """The same pad with half its area in contact: Rs x 1.7, Rp x 2, Cp / 2. [verify][design]"""
    return replace(skin, rs_ohm=skin.rs_ohm * 17 // 10, rp_ohm=skin.rp_ohm * 2, cp_nf=skin.cp_nf // 2)


LOADS: dict[str, Load] = {
    "good": GOOD,
    "worn": WORN,
    "dry": DRY,
    "half-lifted": half_lifted(GOOD),
    "open": OpenLead(),
    "short": Short(),
}
