"""Where a pad may lie, where never, what a place asks for, and a small figure of it.

The law: a place that is not among `SITES` cannot be named by a protocol. There are none on the front of the neck, the
head, the face, the chest or the genitals, and `why_forbidden` says why [source 38, 49, 53 of the cards' references].
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from nmes.core.body_plates import PLATES, WIDTH
from nmes.core.body_sites import REGIONS, SITES, Site

__all__ = ["FORBIDDEN", "REGIONS", "SITES", "Site", "figure", "legend", "regional_codes", "why_forbidden"]

_NECK = "stimulating the front of the neck can close the larynx, slow the heart or drop the blood pressure"
_HEAD = "current must not pass the head, the eyes or the mouth"
_CHEST = "current across the chest can disturb the heart's rhythm"
_GENITALS = "electrodes do not go on the genitals"

FORBIDDEN: dict[str, str] = {
    **dict.fromkeys(
        ("neck_front", "neck_side", "throat", "larynx", "carotid_sinus", "submental", "infrahyoid"),
        f"{_NECK} [source 38, 49, 53]",
    ),
    **dict.fromkeys(
        ("head", "forehead", "temple", "scalp", "face", "cheek", "jaw", "eye", "mouth"), f"{_HEAD} [source 38, 49]"
    ),
    **dict.fromkeys(
        ("chest", "breast", "heart", "sternum", "ribs", "chest_and_upper_back", "transthoracic"),
        f"{_CHEST} [source 38]",
    ),
    **dict.fromkeys(("genitals", "perineum"), f"{_GENITALS} [source 49]"),
}


def why_forbidden(code: str) -> str:
    """Why a place is not supported, in a sentence's words; "" if the code names nothing forbidden."""
    if code in SITES:
        return ""
    parts = set(code.split("_"))
    whole = (why for forbidden, why in FORBIDDEN.items() if set(forbidden.split("_")) <= parts)
    neck = FORBIDDEN["neck_front"] if "carotid" in parts or ("neck" in parts and "back" not in parts) else ""
    return FORBIDDEN.get(code) or next(whole, neck)


# --- what a region asks for ---

_EVERYWHERE = ("malignancy", "damaged_skin", "recent_radiotherapy")
_LEG = ("varicose_veins_local",)
_ARM_AND_NECK = ("anterior_neck_carotid", "transthoracic_heart", "epilepsy")
_REGIONAL: dict[str, tuple[str, ...]] = {
    "calf": _LEG,
    "lower_leg": _LEG,
    "shoulder": ("transthoracic_heart",),
    "neck_shoulder": _ARM_AND_NECK,
    "back": ("abdomen_pelvis",),
    "abdomen": ("abdomen_pelvis", "menstruating_uterus"),
    "pelvis": ("abdomen_pelvis", "menstruating_uterus"),
}
"""Which local questions a placement makes necessary [design]; the questions' own sources are in the catalogue."""


def regional_codes(sites: Iterable[str]) -> tuple[str, ...]:
    """The screening codes a protocol has to ask for because of where its pads lie; a free place asks for all."""
    regions = [region for site in sites for region in (SITES[site].regions or tuple(_REGIONAL))]
    found = [*_EVERYWHERE, *(code for region in regions for code in _REGIONAL.get(region, ()))]
    return tuple(dict.fromkeys(found))


# --- the figure ---

SitesByChannel = Sequence[Sequence[str]]
"""Per channel, from 1 on, the codes of its pads; the first is the pad that `polarity` speaks of first."""


def figure(sites_by_channel: SitesByChannel, width: int) -> list[str]:
    """The drawings that the pads lie on, side by side as far as `width` columns go; "" lines part the rows.

    Every pad is marked by its channel and a letter: `1a` is the first pad of channel 1. Empty if no place is drawn.
    """
    marks = _marks(sites_by_channel)
    wanted = dict.fromkeys(site.plate for _, site in marks if site.plate)
    drawn = [_drawn(plate, [(mark, site) for mark, site in marks if site.plate == plate]) for plate in wanted]
    per_row = max(1, (width + 1) // (WIDTH + 1))
    lines: list[str] = []
    for first in range(0, len(drawn), per_row):
        lines += [""] if first else []
        lines += [" ".join(parts).rstrip() for parts in zip(*drawn[first : first + per_row], strict=True)]
    return lines


def legend(sites_by_channel: SitesByChannel) -> list[tuple[str, str]]:
    """Every pad's mark and its place in words."""
    return [(mark, site.words) for mark, site in _marks(sites_by_channel)]


def _marks(sites_by_channel: SitesByChannel) -> list[tuple[str, Site]]:
    return [
        (f"{channel}{'abcdefgh'[pad % 8]}", SITES[code])
        for channel, codes in enumerate(sites_by_channel, start=1)
        for pad, code in enumerate(codes)
    ]


def _drawn(plate: str, marks: Sequence[tuple[str, Site]]) -> list[str]:
    title, rows = PLATES[plate]
    canvas = [list(row.ljust(WIDTH)) for row in rows]
    taken: set[tuple[int, int]] = set()
    for mark, site in marks:
        x = site.x
        while taken & {(site.y, x), (site.y, x + 1)}:
            x = (x + 1) % (WIDTH - 1)  # two pads may name one place: the second mark stands beside the first
        canvas[site.y][x : x + len(mark)] = mark
        taken |= {(site.y, x), (site.y, x + 1)}
    return [title.ljust(WIDTH), *("".join(row) for row in canvas)]
