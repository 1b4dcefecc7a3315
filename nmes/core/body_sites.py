"""The places where a pad may lie: code, words, the drawing it is on and its spot there, and the regions it belongs to.

Which places there are, their words and spots are this project's choice [design]. The law about them is in `body_map`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

View = Literal["front", "back", "side", "any"]


@dataclass(frozen=True, slots=True)
class Site:
    """One place. `plate` names its drawing ("" = none: it lies where the pain is), x and y the spot on it."""

    code: str
    words: str
    view: View
    plate: str
    x: int
    y: int
    regions: tuple[str, ...]


REGIONS = (
    *("calf", "foot", "thigh", "hamstring", "shoulder", "forearm", "lower_leg"),
    *("back", "neck_shoulder", "abdomen", "pelvis", "knee"),
)


def _sites(view: View, plate: str, regions: tuple[str, ...], *places: tuple[str, int, int, str]) -> tuple[Site, ...]:
    return tuple(Site(code, words, view, plate, x, y, regions) for code, x, y, words in places)


_ALL = (
    *_sites(
        "back",
        "calf",
        ("calf", "lower_leg"),
        ("tibial_nerve_knee", 8, 1, "hollow of the knee, over the tibial nerve"),
        ("calf_lateral_head", 5, 3, "outer head of the calf, over its motor point"),
        ("calf_medial_head", 12, 3, "inner head of the calf, over its motor point"),
        ("calf_proximal", 8, 2, "upper calf, across both heads"),
        ("calf_distal", 8, 6, "lower end of the calf's belly, above the Achilles tendon"),
        ("popliteal_fossa", 8, 0, "hollow of the knee, upper half"),
        ("soleus", 11, 7, "soleus, on the inner side below the calf's belly"),
    ),
    *_sites(
        "back",
        "hamstring",
        ("hamstring", "thigh"),
        ("hamstring_proximal", 8, 3, "back of the thigh, a hand's width below the fold of the buttock"),
        ("hamstring_distal", 7, 7, "back of the thigh, a hand's width above the hollow of the knee"),
        ("hamstring_medial_distal", 10, 6, "back of the thigh, lower third, inner side"),
        ("hamstring_lateral_distal", 5, 6, "back of the thigh, lower third, outer side"),
    ),
    *_sites(
        "side",
        "ankle",
        ("lower_leg", "foot"),
        ("tibial_nerve_10cm_above", 8, 2, "inner side of the lower leg, about 10 cm above the ankle, towards the knee"),
        ("tibial_nerve_ankle", 5, 5, "behind and above the inner ankle bone, over the tibial nerve"),
        ("abductor_hallucis", 8, 8, "inner edge of the foot below the ankle, over the abductor hallucis"),
        ("foot_arch_medial", 11, 8, "inner arch of the foot"),
        ("great_toe_flexor", 14, 9, "sole under the first metatarsal, over the short flexor of the great toe"),
        ("foot_sole_middle", 11, 9, "middle of the sole"),
        ("foot_dorsum", 12, 7, "back of the foot"),
    ),
    *_sites(
        "front",
        "shin",
        ("lower_leg",),
        ("fibular_head", 5, 2, "below and behind the head of the fibula, over the common peroneal nerve"),
        ("tibialis_anterior_proximal", 6, 4, "outer side of the shin, upper third, over the tibialis anterior"),
        ("tibialis_anterior_distal", 6, 6, "outer side of the shin, middle, over the tibialis anterior"),
        ("peroneal_muscles", 5, 5, "outer side of the lower leg, over the peroneal muscles"),
    ),
    *_sites(
        "front",
        "thigh",
        ("thigh",),
        ("femoral_nerve_groin", 10, 2, "just below the groin, over the femoral nerve"),
        ("thigh_front_proximal", 7, 3, "front of the thigh, upper third"),
        ("thigh_front_proximal_lateral", 4, 3, "front of the thigh, upper third, outer side"),
        ("thigh_front_proximal_medial", 11, 3, "front of the thigh, upper third, inner side"),
        ("thigh_front_middle", 7, 5, "middle of the front of the thigh, over the rectus femoris"),
        ("thigh_front_distal", 7, 6, "front of the thigh, a hand's width above the kneecap"),
        ("thigh_front_distal_medial", 10, 8, "above the kneecap on the inner side, over the vastus medialis"),
        ("thigh_front_distal_lateral", 5, 7, "above the kneecap on the outer side, over the vastus lateralis"),
    ),
    *_sites(
        "front",
        "knee",
        ("knee",),
        ("knee_proximal_lateral", 5, 2, "above the knee joint, outer side"),
        ("knee_proximal_medial", 10, 2, "above the knee joint, inner side"),
        ("knee_lateral", 4, 5, "outer side of the knee joint"),
        ("knee_medial", 11, 5, "inner side of the knee joint"),
        ("knee_distal_lateral", 6, 8, "below the knee joint, outer side"),
        ("knee_distal_medial", 9, 8, "below the knee joint, inner side"),
    ),
    *_sites(
        "back",
        "shoulder",
        ("shoulder",),
        ("shoulder_supraspinatus", 7, 3, "above the spine of the shoulder blade, over the supraspinatus"),
        ("shoulder_posterior_deltoid", 3, 5, "back of the shoulder, over the posterior deltoid"),
        ("shoulder_middle_deltoid", 1, 4, "outer side of the shoulder, over the middle deltoid"),
    ),
    *_sites(
        "back",
        "forearm",
        ("forearm",),
        ("forearm_back_proximal", 8, 3, "back of the forearm, below the elbow, over the extensors' motor points"),
        ("forearm_back_middle", 8, 5, "back of the forearm, middle"),
        ("forearm_back_distal", 8, 7, "back of the forearm, a hand's width above the wrist"),
    ),
    *_sites(
        "back",
        "trunk_back",
        ("neck_shoulder",),
        ("upper_trapezius_left", 5, 1, "left upper trapezius, between neck and shoulder"),
        ("upper_trapezius_right", 12, 1, "right upper trapezius, between neck and shoulder"),
        ("upper_trapezius_medial", 6, 1, "upper trapezius of one side, at its tight spot, near the neck's back"),
        ("upper_trapezius_lateral", 3, 2, "upper trapezius of the same side, towards the shoulder"),
    ),
    *_sites(
        "back",
        "trunk_back",
        ("back",),
        ("thoracolumbar_left", 6, 5, "left of the spine, T10 to L1"),
        ("thoracolumbar_right", 11, 5, "right of the spine, T10 to L1"),
        ("lumbar_left", 6, 7, "left of the spine, L3 to L5"),
        ("lumbar_right", 11, 7, "right of the spine, L3 to L5"),
    ),
    *_sites(
        "back",
        "trunk_back",
        ("back", "pelvis"),
        ("sacral_left", 6, 9, "left of the sacrum, S2 to S4"),
        ("sacral_right", 11, 9, "right of the sacrum, S2 to S4"),
    ),
    *_sites(
        "front",
        "trunk_front",
        ("abdomen", "pelvis"),
        ("lower_abdomen_right", 6, 7, "right lower abdomen, above the groin"),
        ("lower_abdomen_left", 12, 7, "left lower abdomen, above the groin"),
    ),
    *_sites(
        "any",
        "",
        (),
        ("pain_bracket_first", 0, 0, "on one side of the pain, within the same dermatome"),
        ("pain_bracket_second", 0, 0, "on the other side of the pain, within the same dermatome"),
        ("myotome_first", 0, 0, "over a muscle of the same segment as the pain"),
        ("myotome_second", 0, 0, "farther along the same muscle"),
    ),
)

SITES: dict[str, Site] = {site.code: site for site in _ALL}
