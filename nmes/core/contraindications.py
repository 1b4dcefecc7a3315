"""The catalogue of contraindications and precautions: a code, a plain question, a severity per kind, its source.

Every question is worded so that "no" is the safe answer. Severities and wording follow device manuals and the
standard's text on instructions for use; spelling of codes: design. A number is that of a reference of the cards.
"""

from __future__ import annotations

from nmes.core.causes import CAUSES
from nmes.core.screening_code import NOT_ASKED, Code, Group, Severity
from nmes.core.screening_code import item as _code

__all__ = ["CATALOGUE", "NOT_ASKED", "Code", "Group", "Severity", "always_asked"]

_B, _L, _R, _W, _N = Severity.BLOCK, Severity.LOCAL, Severity.REVIEW, Severity.WARN, Severity.NONE

_ABSOLUTE = (
    _code(
        "active_dvt_thrombophlebitis",
        _B,
        _B,
        "source 49",
        "Is there, or could there be, a blood clot or vein inflammation (new swelling or pain in one limb)?",
        "verify",
    ),
    _code(
        "active_implant",
        _B,
        _B,
        "source 49",
        "Does the patient have a pacemaker, defibrillator, pump, nerve stimulator or other active implant?",
        "source 38",
    ),
    _code("pregnancy", _B, _L, "source 49", "Is the patient pregnant, or could she be?", "source 50, 43"),
    _code(
        "uncontrolled_bleeding", _B, _B, "source 49", "Is there bleeding or an untreated bleeding disorder?", "verify"
    ),
    _code(
        "infection_tb_osteomyelitis",
        _B,
        _L,
        "source 49",
        "Is there an infection of tissue or bone, or tuberculosis, where the electrodes go?",
        "verify",
    ),
    _code(
        "severe_arterial_insufficiency",
        _B,
        _W,
        "source 49; how to tell it from a narrow spine: design",
        "Is the blood flow to this region badly reduced (arterial disease; pain on walking that eases by just "
        "standing still, without sitting or bending forward)?",
        "verify",
    ),
    _code(
        "cannot_give_feedback",
        _B,
        _B,
        "source 49",
        "Is the patient unable to understand what is done, or to say what is felt?",
        "verify",
    ),
    _code("undiagnosed_pain", _N, _B, NOT_ASKED, "Is this a lasting pain whose cause is not known?", "source 50"),
    _code(
        "near_diathermy_rf",
        _B,
        _B,
        "source 38, 59",
        "Is a shortwave, microwave or radio-frequency surgical device in use nearby, or within about 1 m?",
    ),
    _code(
        "denervated_muscle",
        _B,
        _N,
        "design; source 20: an intact motor nerve is needed",
        "Apart from a stroke or a disc herniation alone: is the nerve to this muscle damaged (muscle paralysed or "
        "wasted, no contraction), or not known to work?",
        NOT_ASKED,
    ),
)

_REGIONAL = (
    _code(
        "malignancy", _L, _L, "source 49, 50", "Is there a known or suspected tumour near the electrodes, or spread?"
    ),
    _code("anterior_neck_carotid", _L, _L, "source 38, 49, 53", "Would an electrode lie on the front of the neck?"),
    _code("eyes_transcranial_mouth", _L, _L, "source 38, 49", "Would current pass the eyes, the head or the mouth?"),
    _code("transthoracic_heart", _L, _L, "source 38", "Would current cross the chest or the heart?"),
    _code(
        "arrhythmia_heart_failure",
        _L,
        _L,
        "source 49",
        "Does the patient have heart failure or a rhythm disorder, and would electrodes lie on the chest?",
    ),
    _code("abdomen_pelvis", _L, _L, "source 49, 53", "Would electrodes lie over a hernia, or the belly in pregnancy?"),
    _code("genitals", _L, _L, "source 49", "Would electrodes lie on the genitals?"),
    _code("epilepsy", _L, _L, "source 49", "Does the patient have epilepsy, and would electrodes lie on head or neck?"),
    _code("recent_radiotherapy", _L, _L, "source 49", "Was this region irradiated within the last 6 months?"),
    _code(
        "recent_surgery_fracture_suture_tendon",
        _L,
        _W,
        "source 49",
        "Could a contraction disturb a recent operation, fracture, suture or tendon repair here?",
        "design",
    ),
    _code("damaged_skin", _L, _L, "source 49, 50", "Is the skin under the electrodes broken, inflamed or infected?"),
    _code(
        "active_epiphysis",
        _L,
        _W,
        "source 49",
        "Is the patient still growing, with a growth plate in this region?",
        "design",
    ),
    _code("regenerating_nerve_superficial", _W, _W, "source 49", "Is a nerve near the surface healing in this region?"),
    _code("varicose_veins_local", _L, _L, "source 59", "Are there varicose veins under the electrodes?"),
    _code("menstruating_uterus", _W, _W, "source 59", "Would current pass a menstruating uterus?"),
)

_PRECAUTIONS = (
    _code(
        "impaired_sensation",
        _W,
        _W,
        "source 59",
        "Is the feeling of the skin reduced here (test hot and cold, or sharp and dull, first)?",
    ),
    _code("impaired_cognition", _W, _W, "verify", "Is thinking or communicating impaired?"),
    _code("frail_skin", _W, _W, "verify", "Is the skin thin or frail?"),
    _code("unstable_blood_pressure", _W, _W, "verify", "Is the blood pressure unstable?"),
    _code("heart_problems", _W, _W, "source 59", "Does the patient have a known or suspected heart problem?"),
    _code("epilepsy_elsewhere", _W, _W, "source 49, 59", "Does the patient have epilepsy?"),
    _code("insulin_treated_diabetes", _W, _W, "verify", "Does the patient have diabetes treated with insulin?"),
    _code("skin_allergy_gel", _W, _W, "source 59", "Does the skin react to gel or adhesive?"),
    _code("severe_osteoporosis", _W, _W, "verify", "Does the patient have severe osteoporosis?"),
    _code("high_adiposity", _W, _W, "verify", "Is there much fat over the muscle (the response may be poor)?"),
    _code("anticoagulants", _W, _W, "verify", "Does the patient take blood thinners?"),
    _code("autonomic_dysreflexia", _W, _W, "verify", "Does the patient have a spinal cord injury at T6 or above?"),
    _code("recent_botulinum_toxin", _W, _W, "verify", "Was botulinum toxin injected here recently?"),
    _code(
        "hearing_aid_or_monitor",
        _W,
        _W,
        "verify",
        "Is a hearing aid or a patient monitor in use that may be disturbed?",
    ),
    _code("driving_or_machinery", _W, _W, "source 53b, 59", "Will the patient drive or use machines while stimulated?"),
    _code("bath_or_water", _W, _W, "source 53b", "Will the patient be in water while stimulated?"),
    _code("masks_pain", _N, _W, NOT_ASKED, "Could the relief hide a pain that must be noticed?", "verify"),
    _code(
        "muscle_breakdown_risk",
        _W,
        _N,
        "source 55, 55b",
        "Was there dark urine or heavy soreness after effort or stimulation, or will several large muscles be trained?",
        NOT_ASKED,
    ),
    _code(
        "first_nmes_session",
        _W,
        _N,
        "design",
        "Is this the first session (do half the contractions, at most half the usual intensity)?",
        NOT_ASKED,
    ),
    _code(
        "motor_neurone_signs",
        _B,
        _N,
        "design",
        "Are there signs of a motor neurone disease (wasting, twitching, weakness that spreads)?",
        NOT_ASKED,
        then="Send to a doctor for a neurological examination.",
    ),
    _code(
        "cramp_medication_or_salts",
        _W,
        _N,
        "design",
        "Could a drug (statin, diuretic) or a salt or fluid imbalance explain the cramps, not yet reviewed?",
        NOT_ASKED,
    ),
)

_CLEARANCES = (
    _code(
        "surgeon_clearance_missing",
        _B,
        _B,
        "design",
        "Is the surgeon's clearance for electrical stimulation of this limb missing?",
    ),
    _code(
        "medical_clearance_missing",
        _B,
        _B,
        "design",
        "Is a doctor's clearance for electrical stimulation of this patient missing?",
    ),
    _code(
        "midwife_protocol_missing",
        _B,
        _B,
        "design",
        "Is the midwife's or obstetrician's protocol for stimulation in labour missing?",
    ),
    _code(
        "icu_order_missing",
        _B,
        _B,
        "design",
        "Is a written medical order for stimulation in the intensive care unit missing?",
    ),
)

_OF_ONE_INDICATION = (
    _code(
        "back_red_flags",
        _B,
        _B,
        "design",
        "Are there red flags of the back (numb saddle, new bladder or bowel trouble, growing weakness, fever, a fall)?",
        then="Numb saddle, bladder or bowel trouble: to a hospital at once. The others: to a doctor first.",
    ),
    _code(
        "heart_failure_nyha_iv",
        _R,
        _R,
        "design",
        "Is there heart failure with breathlessness at rest (NYHA IV), or is it decompensated?",
        then="Needs the cardiologist's clearance for this treatment.",
    ),
    _code(
        "cardiac_renal_oedema_cellulitis",
        _B,
        _B,
        "design",
        "Could the swelling come from heart, kidneys, lymph vessels or an infection of the skin (cellulitis)?",
        then="Send to a doctor.",
    ),
    _code(
        "intrauterine_device",
        _L,
        _L,
        "verify",
        "Does the patient have an intrauterine device, and would current pass the pelvis?",
    ),
    _code(
        "secondary_dysmenorrhoea",
        _B,
        _B,
        "verify",
        "Is there, or could there be, a disease behind the period pain (for example endometriosis)?",
        then="Send to a gynaecologist.",
    ),
    _code(
        "pregnancy_before_37_weeks",
        _B,
        _B,
        "source 49",
        "Are fewer than 37 weeks of the pregnancy complete?",
        "verify",
    ),
    _code(
        "established_labour",
        _B,
        _W,
        "source 49",
        "Is labour established (guidance is believed to advise against TENS then)?",
        "verify",
    ),
    _code(
        "urinary_infection",
        _B,
        _B,
        "design; source 34f, secondary",
        "Is there an infection of the urinary tract that is not treated?",
        then="Treat it first.",
    ),
    _code(
        "no_foot_sensation_neuropathy",
        _L,
        _L,
        "design; source 34f, secondary",
        "Is the feeling of the foot lost, or is there a severe neuropathy of the legs?",
    ),
    _code(
        "cramp_within_30_min",
        _W,
        _N,
        "source 6",
        "Was a cramp provoked in this muscle within the last 30 minutes?",
        NOT_ASKED,
        then="Wait until 30 minutes have passed.",
    ),
    _code(
        "sore_or_marked_since_last",
        _W,
        _W,
        "design",
        "After the last session, was the muscle sore (5 of 10 or more) at 48 h, or a skin mark there after 24 h?",
        then="Do less than last time: see the protocol's rules for doing less.",
    ),
    _code(
        "large_muscle_session_within_48_h",
        _W,
        _N,
        "design",
        "Was a large muscle trained with stimulation within the last 48 hours?",
        NOT_ASKED,
        then="Wait 48 to 72 hours between sessions of large muscles.",
    ),
)

# Not in the catalogue: a metal implant, which is not a contraindication [source 49, 54].
CATALOGUE: dict[str, Code] = {
    entry.code: entry for entry in (*_ABSOLUTE, *_REGIONAL, *_CLEARANCES, *_OF_ONE_INDICATION, *_PRECAUTIONS, *CAUSES)
}


def always_asked(kind: str, clearance: str = "none") -> tuple[str, ...]:
    """The questions that every protocol of a kind has to ask, whatever its severity for that kind.

    Labour is the one exception for the trunk in pregnancy [source 50, 43]: a protocol with clearance "midwife" asks for
    the midwife's protocol instead of the pregnancy.
    """
    skipped = {"pregnancy"} if clearance == "midwife" and kind == "tens" else set()
    return tuple(
        entry.code for entry in _ABSOLUTE if entry.severity(kind) is not Severity.NONE and entry.code not in skipped
    )
