"""The causes and red flags of cramps: asked before a cramp is trained away that is a sign of something else.

Each leads to "do not stimulate", "medical review first" or "note", and says what to do. The list and what follows from
each item are this project's choice [design]; that pregnancy forbids stimulation of muscles is from a manual (49).
"""

from __future__ import annotations

from nmes.core.screening_code import Severity, cause

_PRESCRIBER = "Ask who prescribed it whether it can be changed; nobody stops a medicine by himself."

CAUSES = (
    cause(
        "cause_dvt_signs",
        Severity.BLOCK,
        "design",
        "Is one leg newly swollen, warm, red or tender, or painful at rest (signs of a clot)?",
        "Send to a doctor the same day. No stimulation, massage or stretching before that.",
    ),
    cause(
        "cause_motor_neurone_signs",
        Severity.BLOCK,
        "design",
        "Are there wasting, twitching at rest, or a weakness that spreads, in speech or swallowing too?",
        "Send to a doctor for a neurological examination.",
    ),
    cause(
        "cause_muscle_damage",
        Severity.BLOCK,
        "design",
        "Is the urine dark, or are muscles swollen and very sore, after effort, stimulation or a new medicine?",
        "Send to a doctor the same day: muscle may be breaking down.",
    ),
    cause(
        "cause_pregnancy",
        Severity.BLOCK,
        "source 49",
        "Could a present pregnancy explain the cramps?",
        "Tell the midwife or doctor; stretching is open to her.",
    ),
    cause(
        "cause_arterial_disease",
        Severity.REVIEW,
        "design",
        "Could poor blood flow explain them (cold or pale foot, weak foot pulse, slow healing), not yet looked at?",
        "Feel the foot pulses of both sides and have the blood flow examined. Pain on walking is asked for above.",
    ),
    cause(
        "cause_nerve_compression",
        Severity.REVIEW,
        "design",
        "Could a pinched nerve explain them (back or leg pain, numbness, weakness), not yet looked at by a doctor?",
        "Have the back and the nerves examined. Known and reviewed stenosis or disc herniation has its own protocol.",
    ),
    cause(
        "cause_neuropathy",
        Severity.REVIEW,
        "design",
        "Could damaged nerves explain them (numb, burning or tingling feet; diabetes, alcohol), not yet looked at?",
        "Test the feeling of the feet and have the cause looked for.",
    ),
    cause(
        "cause_medication",
        Severity.REVIEW,
        "design",
        "Does the patient take a medicine that may cause cramps (statin, diuretic, or a new one), not yet reviewed?",
        _PRESCRIBER,
    ),
    cause(
        "cause_electrolytes",
        Severity.REVIEW,
        "design",
        "Could the salts of the blood be out of balance (long vomiting or diarrhoea, dialysis, known low values)?",
        "Have the blood values looked at.",
    ),
    cause(
        "cause_kidney",
        Severity.REVIEW,
        "design",
        "Is there a kidney disease or dialysis, not yet reviewed as the cause?",
        "Ask who treats the kidneys.",
    ),
    cause(
        "cause_thyroid",
        Severity.REVIEW,
        "design",
        "Is there a thyroid disorder, known and not controlled, or suspected?",
        "Have the thyroid values looked at.",
    ),
    cause(
        "cause_dehydration",
        Severity.NOTE,
        "design",
        "Could loss of fluid explain them (heat, heavy sweating, little drinking)?",
        "Speak about drinking and salt in heat; the home sheet has a line on it.",
    ),
    cause(
        "cause_overuse",
        Severity.NOTE,
        "design",
        "Did they begin with unusual effort, new training or long standing?",
        "Speak about pacing and warm-up; the home sheet has lines on them.",
    ),
    cause(
        "cause_age",
        Severity.NOTE,
        "design",
        "Is the patient older than about 60?",
        "Ask about medicines and blood flow with special care, and begin low.",
    ),
)
