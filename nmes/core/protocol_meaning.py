"""What every key of a protocol file means, its unit, and where the limit of its value comes from.

One table for the editor, `explain` and the JSON schema. A key is written with `N` for any index and `*` for any name.
A source is that of the limit, not of a value: values carry theirs in `provenance`.
"""

from __future__ import annotations

import re
from typing import NamedTuple


class Meaning(NamedTuple):
    """`unit` is empty for what is no number; `source` where there is no limit."""

    meaning: str
    unit: str = ""
    source: str = ""


def key_of(path: str) -> str:
    """The path with `N` for each index; what `provenance` names is itself a path and becomes `*`."""
    if found := re.fullmatch(r"provenance\.(.+?)(\.(tag|note|cite(\.\w+)?))?", path):
        path = f"provenance.*{found[2] or ''}"
    return re.sub(r"(?<=\.)\d+(?=\.|$)", "N", path)


_DESIGN = "design"
_FORM = "design: the form of the file"
_TAGS = "design: docs/reference/protocols.md"
_A_CODE = "One code of the screening catalogue, which decides for each kind of protocol what yes or unknown leads to"

MEANINGS: dict[str, Meaning] = {
    "id": Meaning("The protocol's name: that of the file without its ending", "", _FORM),
    "version": Meaning("Raised with every change of the file", "", _FORM),
    "changes": Meaning("What is new in each version; a version above 1 needs its entry", "", _FORM),
    "changes.N": Meaning("One version and what is new in it"),
    "changes.N.version": Meaning("The version this entry speaks of", "", _FORM),
    "changes.N.text": Meaning("What is new in this version", "", _FORM),
    "title": Meaning("The name that is shown", "", _FORM),
    "kind": Meaning("nmes moves muscles, tens eases pain, assessment measures and is no treatment", "", _DESIGN),
    "grade": Meaning(
        "Where the parameters come from: A all that matter from documents, B partly, C mostly to be verified. It does "
        "not say how strong the effect is",
        "",
        _DESIGN,
    ),
    "purpose": Meaning("What the protocol is for; also the name of the folder of a shipped file", "", _DESIGN),
    "region": Meaning("The part of the body, in words", "", _FORM),
    "body_regions": Meaning("The parts of the body, for finding the protocol", "", _DESIGN),
    "body_regions.N": Meaning("One part of the body", "", _DESIGN),
    "indication": Meaning("For whom, and when", "", _FORM),
    "setting": Meaning("Where it may be used", "", _DESIGN),
    "clearance": Meaning("Who has to agree first; it is asked in the screening", "", _DESIGN),
    "position": Meaning("How the patient sits or lies, and how the joint is held", "", _FORM),
    "channels": Meaning("One entry for each pair of pads", "", "device: the P24 has 8 channels"),
    "channels.N": Meaning("One pair of pads, or more on one lead"),
    "channels.N.muscle": Meaning("What is stimulated; a measurement and its training name it alike", "", _FORM),
    "channels.N.side": Meaning("Which side of the body", "", _FORM),
    "channels.N.pad_cm2": Meaning("Area of the smaller pad; the current density is judged by it", "cm²", _DESIGN),
    "channels.N.sites": Meaning("Where the pads lie, in words", "", _FORM),
    "channels.N.body_sites": Meaning(
        "The same places on the body map; the first pad is the one polarity speaks of first"
    ),
    "channels.N.body_sites.N": Meaning(
        "One place of the body map; none on the neck's front, head, face or chest", "", "source 38"
    ),
    "channels.N.polarity": Meaning("Which pad is the cathode, if it matters", "", _FORM),
    "channels.N.waveform": Meaning("The shape of one pulse"),
    "channels.N.waveform.shape": Meaning(
        "Second phase like the first, or lower and longer; both return their charge", "", _DESIGN
    ),
    "channels.N.waveform.phase_us": Meaning(
        "Duration of one phase (a pulse has two)", "µs", "design: longer is for muscle without its nerve, not supported"
    ),
    "channels.N.waveform.gap_us": Meaning("Pause between the two phases", "µs", _DESIGN),
    "channels.N.waveform.ratio": Meaning(
        "How many times lower and longer the second phase is (asymmetric only)", "times", _DESIGN
    ),
    "channels.N.waveform.definition": Meaning(
        "What the document means by the duration. unknown: it does not say whether one phase or the whole pulse; it is "
        "given as one phase and marked TO VERIFY",
        "",
        _TAGS,
    ),
    "channels.N.max_amplitude_ma": Meaning(
        "The most this channel may ever give; the level is found below it", "mA", "device: the P24 gives at most 130 mA"
    ),
    "channel_timing": Meaning(
        "Whether the channels work together, in two groups by turns, or one after the other", "", _DESIGN
    ),
    "stages": Meaning("The parts of the treatment in their order", "", _DESIGN),
    "stages.N": Meaning("One part of the treatment: contractions with rests, one long train, or rising steps"),
    "stages.N.name": Meaning("What the part is; test belongs to assessments", "", _DESIGN),
    "stages.N.frequency_hz": Meaning(
        "Pulses a second: one number, a range, one derived from the cramp threshold, a sweep, two by turns, or steps",
        "Hz",
        "design: the top of the ranges read",
    ),
    "stages.N.frequency_hz.low_hz": Meaning("The lowest frequency of the range that was read", "Hz", _DESIGN),
    "stages.N.frequency_hz.high_hz": Meaning("The highest frequency of the range that was read", "Hz", _DESIGN),
    "stages.N.frequency_hz.use_hz": Meaning("The frequency of the range that is used", "Hz", _DESIGN),
    "stages.N.frequency_hz.base": Meaning(
        "What it is derived from: the patient's cramp threshold frequency", "", "source 1-4"
    ),
    "stages.N.frequency_hz.offset_hz": Meaning(
        "What is added to the cramp threshold frequency; at most 40", "Hz", "design; 30 Hz in the trials (source 1-4)"
    ),
    "stages.N.frequency_hz.fallback_hz": Meaning("The frequency where no threshold was measured", "Hz", _DESIGN),
    "stages.N.frequency_hz.from_hz": Meaning("One end of the sweep", "Hz", _DESIGN),
    "stages.N.frequency_hz.to_hz": Meaning("The other end of the sweep", "Hz", _DESIGN),
    "stages.N.frequency_hz.sweep_s": Meaning("Time from one end to the other; back takes as long", "s", _DESIGN),
    "stages.N.frequency_hz.first_hz": Meaning("The frequency that comes first", "Hz", _DESIGN),
    "stages.N.frequency_hz.second_hz": Meaning("The frequency that takes turns with it", "Hz", _DESIGN),
    "stages.N.frequency_hz.each_s": Meaning("How long each of the two lasts", "s", _DESIGN),
    "stages.N.frequency_hz.start_hz": Meaning(
        "Frequency of the first train; at least 2", "Hz", "source 5 for 4 Hz; limit design"
    ),
    "stages.N.frequency_hz.step_hz": Meaning(
        "How much higher each next train is", "Hz", "source 5 for 2 Hz; limit design"
    ),
    "stages.N.frequency_hz.cap_hz": Meaning("Where the test ends without a cramp; at most 40", "Hz", _DESIGN),
    "stages.N.ramp_up_s": Meaning("Time from nothing to the full level", "s", "design: slow enough to react to"),
    "stages.N.ramp_down_s": Meaning("Time from the full level to nothing", "s", _DESIGN),
    "stages.N.on_s": Meaning("How long one contraction lasts", "s", _DESIGN),
    "stages.N.off_s": Meaning("Rest after each contraction or train", "s", _DESIGN),
    "stages.N.on_includes_ramps": Meaning(
        "Whether both ramps are part of on_s, or come on top; sources differ", "", _DESIGN
    ),
    "stages.N.contractions": Meaning("Contractions of one set", "contractions", _DESIGN),
    "stages.N.sets": Meaning("How often the set is done", "sets", _DESIGN),
    "stages.N.set_rest_s": Meaning("Rest between two sets, after the off time", "s", _DESIGN),
    "stages.N.minutes": Meaning(
        "Length by the clock, instead of counting contractions", "minutes", "design: 2 hours in all"
    ),
    "stages.N.continuous": Meaning("One long train without rests", "", _DESIGN),
    "stages.N.train_pulses": Meaning(
        "Length of each train of a test in pulses, instead of on_s", "pulses", "source 6 for 150; limit design"
    ),
    "stages.N.burst": Meaning("Groups of pulses; frequency_hz is the rate inside a group", "", _DESIGN),
    "stages.N.burst.pulses": Meaning("Pulses of one burst", "pulses", _DESIGN),
    "stages.N.burst.per_second": Meaning("How many bursts come in a second", "bursts a second", _DESIGN),
    "stages.N.phase_sweep": Meaning("A phase duration that goes up and down during the train", "", _DESIGN),
    "stages.N.phase_sweep.low_us": Meaning("The shortest phase of the sweep", "µs", _DESIGN),
    "stages.N.phase_sweep.high_us": Meaning("The longest phase of the sweep: the channel's phase_us", "µs", _DESIGN),
    "stages.N.phase_sweep.sweep_s": Meaning("Time from one end to the other; back takes as long", "s", _DESIGN),
    "stages.N.amplitude_modulation": Meaning(
        "An amplitude that goes below the level and back, never above it", "", _DESIGN
    ),
    "stages.N.amplitude_modulation.depth_percent": Meaning("How far it goes below the level", "%", _DESIGN),
    "stages.N.amplitude_modulation.cycle_s": Meaning(
        "Time of one fall and rise; never faster than the ramp", "s", _DESIGN
    ),
    "assessment": Meaning("What a test finds out (kind assessment only)"),
    "assessment.measures": Meaning(
        "Cramp threshold frequency (ctf), the first twitch, or the highest level that is tolerated", "", _DESIGN
    ),
    "intensity": Meaning("What to look for when the level is found"),
    "intensity.target": Meaning("What the patient shall feel, or the muscle do", "", _DESIGN),
    "intensity.percent": Meaning("The share of the maximum that a relative target means", "%", _DESIGN),
    "intensity.ceiling_percent": Meaning("The share that may never be exceeded", "%", _DESIGN),
    "intensity.note": Meaning("How to find the level", "", _FORM),
    "schedule": Meaning("How often, and for how long"),
    "schedule.sessions_per_week": Meaning("Sessions a week", "sessions a week", _DESIGN),
    "schedule.weeks_low": Meaning("The fewest weeks", "weeks", _DESIGN),
    "schedule.weeks_high": Meaning("The most weeks", "weeks", _DESIGN),
    "schedule.note": Meaning("What else belongs to the plan", "", _FORM),
    "first_session": Meaning("What is different the first time", "", _FORM),
    "first_session.N": Meaning("One rule of the first session", "", _FORM),
    "first_session_percent": Meaning(
        "How much of the target, and of the contractions, a patient's first session shall be", "%", _DESIGN
    ),
    "progression": Meaning("How to go on from session to session", "", _FORM),
    "progression.N": Meaning("One rule of going on", "", _FORM),
    "deload": Meaning("When to do less, and how", "", _FORM),
    "deload.N": Meaning("One rule of doing less", "", _FORM),
    "progress": Meaning("The rules of these that the program computes proposals from; it sets nothing by them"),
    "progress.advance": Meaning("More current next time, if the last session was easy and the contraction full"),
    "progress.advance.discomfort_at_most": Meaning("The most discomfort that counts as easy", "of 10", _DESIGN),
    "progress.advance.rise_ma_low": Meaning("The least rise that is proposed", "mA", _DESIGN),
    "progress.advance.rise_ma_high": Meaning("The most rise that is proposed", "mA", _DESIGN),
    "progress.share": Meaning("A greater share of the most that is tolerated, if the cramps did not become fewer"),
    "progress.share.weeks": Meaning("Weeks of the diary that are held against as many before", "weeks", _DESIGN),
    "progress.share.step_percent": Meaning("How much greater; never over ceiling_percent", "%", _DESIGN),
    "progress.share.discomfort_at_most": Meaning("The most discomfort with which it is proposed", "of 10", _DESIGN),
    "progress.retest": Meaning("What is measured again, and when"),
    "progress.retest.N": Meaning("One thing that is measured again"),
    "progress.retest.N.measures": Meaning(
        "Cramp threshold frequency (ctf), the most that is tolerated, or the own strongest contraction", "", _DESIGN
    ),
    "progress.retest.N.weeks": Meaning("After so many weeks", "weeks", _DESIGN),
    "progress.retest.N.sessions": Meaning("After so many sessions", "sessions", _DESIGN),
    "progress.deload": Meaning("Less next time, if the muscles were sore after 48 hours"),
    "progress.deload.soreness_at_least": Meaning("The least soreness that asks for it", "of 10", _DESIGN),
    "progress.deload.contractions_percent": Meaning("So much of the contractions is left after that", "%", _DESIGN),
    "progress.booster": Meaning("One session more after the plan"),
    "progress.booster.weeks_low": Meaning("So many weeks after the last session at the earliest", "weeks", _DESIGN),
    "progress.booster.weeks_high": Meaning("So many weeks after it at the latest", "weeks", _DESIGN),
    "operator_absent_limit_s": Meaning("Nobody at the keys for so long pauses the session", "s", _DESIGN),
    "contraindications": Meaning(
        "Codes of the screening that forbid, at least those every protocol of its kind asks. What an answer leads to "
        "comes from the catalogue, not from the list",
        "",
        "source 38, 49, 50",
    ),
    "contraindications.N": Meaning(_A_CODE, "", "source 38, 49, 50"),
    "precautions": Meaning(
        "Codes of the screening that ask for care. What an answer leads to comes from the catalogue, not from the list",
        "",
        "source 38, 49, 50",
    ),
    "precautions.N": Meaning(_A_CODE, "", "source 38, 49, 50"),
    "causes": Meaning("Codes of the causes that are asked before cramps are trained", "", _DESIGN),
    "causes.N": Meaning(_A_CODE, "", _DESIGN),
    "patient_instructions": Meaning("What the patient is told", "", _FORM),
    "patient_instructions.N": Meaning("One sentence for the patient", "", _FORM),
    "stop_rules": Meaning("When to stop at once", "", _FORM),
    "stop_rules.N": Meaning("One reason to stop", "", _FORM),
    "outcomes": Meaning("What shows whether it helped", "", _FORM),
    "outcomes.N": Meaning("One measure", "", _FORM),
    "evidence_for": Meaning("What documents say for it"),
    "evidence_for.N": Meaning("One finding and where it was read"),
    "evidence_for.N.text": Meaning("The finding, with its limits", "", _FORM),
    "evidence_for.N.cite": Meaning("Keys of citations", "", _TAGS),
    "evidence_for.N.cite.N": Meaning("A key of citations", "", _TAGS),
    "evidence_against": Meaning("What documents say against it, or where they differ"),
    "evidence_against.N": Meaning("One finding and where it was read"),
    "evidence_against.N.text": Meaning("The finding, with its limits", "", _FORM),
    "evidence_against.N.cite": Meaning("Keys of citations", "", _TAGS),
    "evidence_against.N.cite.N": Meaning("A key of citations", "", _TAGS),
    "to_verify": Meaning("What is believed and was not read; shown as TO VERIFY, never as evidence"),
    "to_verify.N": Meaning("One such sentence", "", _TAGS),
    "citations": Meaning("The documents"),
    "citations.N": Meaning("One document"),
    "citations.N.key": Meaning("The name by which cite refers to it", "", _FORM),
    "citations.N.text": Meaning("Authors, title or journal, year", "", _FORM),
    "citations.N.doi": Meaning("Its DOI, without https://doi.org/", "", _FORM),
    "citations.N.secondary": Meaning("true if it repeats the original, which was not read", "", _TAGS),
    "provenance": Meaning("Where each value comes from, by its path in the file"),
    "provenance.*": Meaning("Where the value with this path comes from"),
    "provenance.*.tag": Meaning(
        "source: read in a document; verify: believed, not read; design: our choice; computed: worked out. Only source "
        "may be shown as evidence",
        "",
        _TAGS,
    ),
    "provenance.*.cite": Meaning(
        "Keys of citations; with design: the document in whose range the choice lies", "", _TAGS
    ),
    "provenance.*.cite.N": Meaning("A key of citations", "", _TAGS),
    "provenance.*.note": Meaning("What else is to be known about the origin", "", _FORM),
}
