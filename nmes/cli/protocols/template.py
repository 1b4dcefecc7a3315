"""The text of a new protocol: every key with a comment, every number with its origin, the checklist complete.

Whatever the answers leave open is written cautiously and tagged as a choice of whoever made the file: nothing here is
evidence, so the grade is C.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from nmes.cli.protocols.questions import Answers
from nmes.core.body_map import SITES, regional_codes
from nmes.core.protocol_screening_rules import list_of
from nmes.core.screening import CATALOGUE, Code, Severity, always_asked
from nmes.core.yaml_edit import scalar
from nmes.runtime.own import MODELINE

_CTF_TEST = {"start_hz": "4", "step_hz": "2", "cap_hz": "40"}
"""From 4 Hz in steps of 2 Hz. [source: Miller 2012; the cap is design] The file says design: it cites nothing."""

_ANYWHERE = ("pain_bracket_first",)
"""A place that may be anywhere, and so makes every region's questions necessary."""


def text_of(answers: Answers) -> str:
    """The whole file."""
    return "\n".join((*_head(answers), *_channel(answers), *_stage(answers), *_how(answers), *_lists(answers), ""))


def _head(answers: Answers) -> Iterator[str]:
    yield MODELINE
    yield "# Made with: nmes protocols new. What a key means: nmes protocols explain KEY"
    yield f"id: {answers['id']}  # the file's name without its ending"
    yield "version: 1  # raise it with every change, and say what changed"
    yield "changes: []  # such as: [{version: 2, text: Shorter off time}]"
    yield f"title: {scalar(answers['title'])}"
    yield f"kind: {answers['kind']}"
    yield "grade: C  # A and B need sources for the numbers; it says nothing of the effect"
    yield f"purpose: {answers['purpose']}"
    yield f"region: {scalar(answers['regions'].replace('_', ' '))}"
    yield f"body_regions: [{answers['regions']}]"
    yield f"indication: {scalar(answers['indication'])}"
    yield f"setting: {answers['setting']}"
    yield "clearance: none  # surgeon, medical or midwife: each needs its own screening code"
    yield f"position: {scalar(answers['position'])}"
    if answers["kind"] == "assessment":
        yield f"assessment: {{measures: {answers['measures']}}}"


def _channel(answers: Answers) -> Iterator[str]:
    yield ""
    yield "channels:  # one entry for each pair of pads, 8 at most"
    yield f"  - muscle: {scalar(answers['muscle'])}"
    yield f"    side: {scalar(answers['side'])}"
    yield f"    pad_cm2: {answers['pad_cm2']}  # cm², the smaller pad: the current density is judged by it"
    yield f"    sites: {scalar('; '.join(SITES[code].words for code in answers['sites'].split(', ')))}"
    yield f"    body_sites: [{answers['sites']}]  # the first is the pad that polarity speaks of first"
    yield "    polarity: The first place is the cathode"
    yield f"    waveform: {{shape: symmetric, phase_us: {answers['phase_us']}, gap_us: 0}}  # µs, one phase"
    yield f"    max_amplitude_ma: {answers['max_amplitude_ma']}  # mA, peak; a ceiling, never a target"


def _stage(answers: Answers) -> Iterator[str]:
    yield ""
    yield "stages:  # one after the other, 10 at most"
    yield f"  - name: {'test' if answers['kind'] == 'assessment' else 'work'}"
    if _is_ctf(answers):
        numbers = ", ".join(f"{key}: {value}" for key, value in _CTF_TEST.items())
        yield f"    frequency_hz: {{{numbers}}}  # Hz, one train a step until the muscle cramps"
        yield "    train_pulses: 150  # of each train"
    else:
        yield f"    frequency_hz: {answers['frequency_hz']}  # Hz"
    yield f"    ramp_up_s: {answers['ramp_up_s']}  # s, from 0 to the level"
    yield f"    ramp_down_s: {answers['ramp_down_s']}"
    if answers["kind"] == "tens":
        yield "    continuous: true  # one long train, without rests"
        yield f"    minutes: {answers['minutes']}"
    if "on_s" in answers:
        yield f"    on_s: {answers['on_s']}  # s, the whole contraction"
    if answers["kind"] != "tens":
        yield "    on_includes_ramps: true"
    if "off_s" in answers:
        yield f"    off_s: {answers['off_s']}  # s"
    if "contractions" in answers:
        yield f"    contractions: {answers['contractions']}"


def _is_ctf(answers: Answers) -> bool:
    return answers.get("measures") == "ctf"


def _how(answers: Answers) -> Iterator[str]:
    yield ""
    yield "intensity:"
    yield f"  target: {answers['target']}"
    if "percent" in answers:
        yield f"  percent: {answers['percent']}"
    yield "  note: Raise slowly and ask the patient at every step"
    yield f"operator_absent_limit_s: {300 if answers['kind'] == 'tens' else 60}  # s without a key until it pauses"


def _lists(answers: Answers) -> Iterator[str]:
    kind, codes = answers["kind"], _codes(answers)
    causes = [code for code in codes if code.is_cause]
    grave = [code for code in codes if list_of(code.code, kind) == "contraindications"]
    yield ""
    yield "# The checklist: every line is asked before the electrodes go on. Take out only what cannot apply."
    yield from _checklist("contraindications", grave)
    yield from _checklist("precautions", [code for code in codes if code not in grave and code not in causes])
    if causes:
        yield from _checklist("causes", causes)
    yield ""
    yield from _texts("first_session", "Half the time, and at most half the usual intensity")
    if kind != "assessment":
        yield "first_session_percent: 50  # %, of target and contractions: what is shown, and what is asked at"
    yield from _texts("progression", "Only if the last session was comfortable: a little more current or time")
    yield from _texts("deload", "Soreness that lasts more than two days, or marks on the skin: leave a session out")
    yield from _texts("patient_instructions", "Say stop at any time. The output is switched off at once.")
    yield from _texts("stop_rules", "The patient asks for it.", "Pain, dizziness, or a change of the skin.")
    yield from _texts("outcomes", "What shall become better, measured before and after")
    yield ""
    yield "evidence_for: []  # {text: ..., cite: [key of a citation]}"
    yield "evidence_against: []  # as loud as what speaks for it"
    yield "citations: []  # {key: smith2020, text: ..., doi: 10.1234/abc}"
    yield ""
    yield "# Where each value comes from: source (with cite), verify (believed, not read), design (chosen) or computed."
    yield "provenance:"
    yield from (f"  {path}: {{tag: design, note: Chosen when this file was made}}" for path in _paths(answers))


def _codes(answers: Answers) -> list[Code]:
    """What its kind and its places make necessary, every precaution, and for cramps every cause."""
    kind, sites = answers["kind"], answers["sites"].split(", ")
    needed = {*always_asked(kind), *regional_codes(sites)}
    elsewhere = {*regional_codes(_ANYWHERE)} - needed
    wanted = {Severity.REVIEW, Severity.WARN, Severity.NOTE}
    cramps = answers["purpose"] == "cramp"
    return [
        code
        for name, code in CATALOGUE.items()
        if code.severity(kind) is not Severity.NONE
        and name not in elsewhere
        and (name in needed or (cramps if code.is_cause else code.severity(kind) in wanted and not _special(name)))
    ]


def _special(name: str) -> bool:
    """Questions that belong to one clearance or one setting only."""
    return name.endswith("_missing")


def _checklist(key: str, codes: Iterable[Code]) -> Iterator[str]:
    yield f"{key}:"
    for code in codes:
        yield f"  - {code.code}  # {code.question}"


def _texts(key: str, *texts: str) -> Iterator[str]:
    yield f"{key}:"
    yield from (f"  - {scalar(text)}" for text in texts)


def _paths(answers: Answers) -> Iterator[str]:
    """Every number, and what else the model wants the origin of."""
    yield "position"
    if answers["kind"] == "assessment":
        yield "assessment.measures"
    channel = ("pad_cm2", "sites", "body_sites", "polarity", "waveform.shape", "waveform.phase_us", "waveform.gap_us")
    yield from (f"channels.0.{name}" for name in (*channel, "max_amplitude_ma"))
    if _is_ctf(answers):
        yield from (f"stages.0.frequency_hz.{name}" for name in _CTF_TEST)
        yield "stages.0.train_pulses"
    else:
        yield "stages.0.frequency_hz"
    timed = ("on_s", "off_s", "contractions", "minutes")
    yield from (f"stages.0.{name}" for name in ("ramp_up_s", "ramp_down_s", *(n for n in timed if n in answers)))
    if answers["kind"] != "tens":
        yield "stages.0.on_includes_ramps"
    yield "intensity.target"
    if "percent" in answers:
        yield "intensity.percent"
    yield "operator_absent_limit_s"
    if answers["kind"] != "assessment":
        yield "first_session_percent"
    yield from ("first_session", "progression", "deload", "patient_instructions", "stop_rules", "outcomes")
