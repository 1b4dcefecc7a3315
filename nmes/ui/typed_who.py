"""What may be typed about a patient on the first screen: a code that stands for them, and a frequency. Pure."""

from __future__ import annotations

from nmes.core import limits
from nmes.core.measurement import is_code
from nmes.language import _
from nmes.runtime.typed_number import typed_number


def code_trouble(text: str) -> str:
    """Why this cannot be a patient's code; "" if it can, or is empty."""
    if not text.strip() or is_code(text.strip()):
        return ""
    return _("! Patient code: 1 to 32 letters, digits, - and _, such as P-017. A code, never a name.")


def mistyped(text: str) -> str:
    """That a code of this program does not fit its own last character."""
    said = _("! Patient code {code} is mistyped: its last character does not fit the others. Look at it once more.")
    return said.format(code=text)


def ctf_mhz(text: str) -> int | None:
    """The typed cramp threshold frequency in mHz; None if none was typed."""
    return typed_number(text, 1000, digits=3)


def ctf_trouble(text: str) -> str:
    """Why this cannot be a cramp threshold frequency; "" if it can, or is empty."""
    low, high = limits.MIN_CTF_MHZ // 1000, limits.MAX_CTF_MHZ // 1000
    if not text.strip():
        return ""
    if (typed_mhz := ctf_mhz(text)) is None:
        return _(
            "! CTF: write the measured cramp threshold frequency in Hz, {low} to {high}; or leave it empty."
        ).format(low=low, high=high)
    if not limits.MIN_CTF_MHZ <= typed_mhz <= limits.MAX_CTF_MHZ:
        return _("! CTF: {typed} Hz cannot be right; {low} to {high} Hz is accepted. Measure again.").format(
            typed=text.strip(), low=low, high=high
        )
    return ""
