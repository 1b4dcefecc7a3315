"""Care around a session of cramp training: what to do in an acute cramp, and a sheet to take home, in plain language.

The law: every line carries its tag, and only what was read in a document is called evidence. Here that is one thing:
daily stretching of calf and hamstrings comes first, because the trials that a systematic review took in (reference 7b
of the cards) were all on stretching; they were few. Everything else, how to stretch too, is this project's choice
[design] and is worded as advice, never as proof.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

EVIDENCE: Final = "source 7b"
DESIGN: Final = "design"

TAGS: Final = {
    EVIDENCE: "Cochrane review CD008496 (doi 10.1002/14651858.CD008496.pub3): 3 trials, 201 people, all on stretching; "
    "what they found was not read for this program",
    DESIGN: "this program's suggestion; not from a trial",
}


@dataclass(frozen=True, slots=True)
class Line:
    """One piece of advice and where it is from."""

    text: str
    tag: str = DESIGN


@dataclass(frozen=True, slots=True)
class Part:
    """A heading with its lines; `why` is said below the heading."""

    heading: str
    lines: tuple[Line, ...]
    why: str = ""


@dataclass(frozen=True, slots=True)
class Sheet:
    """A page for one complaint."""

    code: str
    title: str
    intro: str
    parts: tuple[Part, ...]
    closing: str


_WHERE_IT_SPEAKS_OF: Final = frozenset({"calf", "foot", "hamstring", "thigh", "lower_leg"})


def speaks_of(purpose: str, body_regions: Iterable[str]) -> bool:
    """Whether the acute-cramp instruction is about the muscles of such a protocol: it names those of the leg only."""
    return purpose == "cramp" or not _WHERE_IT_SPEAKS_OF.isdisjoint(body_regions)


def acute_cramp() -> tuple[str, ...]:
    """What to do while a muscle cramps under stimulation, in lines of at most 76 columns. [design], usual practice."""
    return (
        "CRAMP: let the train end, or press STOP if it is too much.",
        "If it lasts over 30 s after the train: STOP, then stretch slowly and hold:",
        "calf: pull the foot up, knee straight; foot: pull the toes up.",
        "Hamstring: straighten the knee. No forcing. Then rest, and ask how it is.",
    )


_STRETCHES: Final = {
    "Calf: pull the foot up, knee straight.": {"calf", "lower_leg"},
    "Foot: pull the toes up.": {"foot"},
    "Back of the thigh: straighten the knee.": {"hamstring"},
    "Front of the thigh: heel to the buttock.": {"thigh"},
}
"""By what is done, the regions it is for."""
STILL: Final = "If the cramp still lasts: stretch slowly and hold, without forcing."
THEN: Final = "Then rest, and ask how it is."


def after_cramp(body_regions: Iterable[str]) -> tuple[str, ...]:
    """What to do about a cramp that lasts once the output is off, for the regions of a protocol. [design], as above."""
    regions = set(body_regions)
    return (STILL, *(said for said, where in _STRETCHES.items() if where & regions), THEN)


_FIRST = Part(
    "First: stretch every day",
    (
        Line("Stretch the calf and the back of the thigh (hamstrings) every day.", EVIDENCE),
        Line("Calf: stand facing a wall, one foot back, heel down, knee straight. Lean in until it pulls."),
        Line("Hamstrings: sit, one leg straight, toes up. Lean forward from the hip until it pulls."),
        Line("Hold each 30 seconds, three times each side, for example in the evening. It should pull, not hurt."),
        Line("Front of the thigh (quadriceps): stand, hold on, bring the heel to the buttock. Hold as above."),
    ),
    why="This is the first thing to try. The studies of it are few: 3, with 201 people. What they found was not read "
    "for this sheet, so how much it helps is not told here.",
)

_ACUTE = Part(
    "When a cramp comes",
    (
        Line("Stop what you are doing. Stretch the muscle slowly and hold until it lets go."),
        Line("Calf: straighten the knee and pull the foot towards you, by hand or with a towel."),
        Line("Foot: pull the toes up. Back of the thigh: straighten the knee. Front: heel to the buttock."),
        Line("Then rub it gently, walk a few steps, or put something warm on it. Never rub a swollen, warm leg."),
    ),
)

_DAY = Part(
    "Through the day",
    (
        Line("Strength: rise on your toes 10 times, let down slowly, twice a day, holding on. Stop if it cramps."),
        Line("Warm up for 5 to 10 minutes before effort; add a little each week, not a lot at once; take breaks."),
        Line("Drink through the day, more in heat or when you sweat. If a doctor limits what you drink, keep to that."),
        Line("Eat varied and regular meals. Take no salts or supplements for cramps without asking."),
        Line("Warmth on the muscle before bed, if it helps; not on skin that feels little, not if blood flow is poor."),
        Line("Do not stop or change a medicine by yourself. Ask who prescribed it whether it can cause cramps."),
        Line("Write down each cramp: day, time, where, how strong from 0 to 10. Bring the list."),
    ),
)

_CALL = Part(
    "When to call",
    (
        Line("At once (emergency): a leg that is cold, pale and suddenly painful; chest pain or short of breath."),
        Line("At once (emergency): numb between the legs, or new trouble with bladder or bowel."),
        Line("At once, to a doctor: dark urine with sore, swollen or weak muscles."),
        Line("The same day: one leg newly swollen, warm, red or tender. Do not rub or stretch it."),
        Line("Soon: weakness, wasting or twitching; numb feet; pain on walking that eases at rest; a new medicine."),
        Line("Soon: cramps that become more or spread, in pregnancy, or that keep you from sleeping."),
        Line("After stimulation: a skin mark after 24 hours, or soreness of 5 or more out of 10 after 48 hours."),
    ),
)

_REFERRALS = Part(
    "Other things a physiotherapist may combine",
    (
        Line("Manual therapy: where joints or muscles move less than they should."),
        Line("Instrument-assisted soft tissue work (IASTM): where tissue feels stiff to the hand."),
        Line("PNF (contract and relax stretching): where plain stretching does not reach the range."),
        Line("Motor control training: where a muscle works too much or too little in a movement."),
        Line("Gait analysis: where the way of walking, the shoes or leg lengths may overload the calf."),
        Line("Blood flow restriction training (BFR): where loads must stay light; not with poor blood flow or a clot."),
        Line("Dry needling: by somebody trained, where a tender point is found; not with blood thinners unasked."),
    ),
    why="Named as places to ask, not as proven for cramps: no trial of them for cramps was read for this sheet.",
)

CRAMPS: Final = Sheet(
    "cramps",
    "Muscle cramps: what you can do at home",
    "For you to take home. Your therapist goes through it with you and crosses out what is not for you.",
    (_ACUTE, _FIRST, _DAY, _CALL, _REFERRALS),
    "No stimulation at home: cramp training with current is done with your therapist only.",
)

SHEETS: Final = {CRAMPS.code: CRAMPS}
