"""Which mistakes and dangers a record shows to have been caught: a refusal, a pause or a stop in the place of harm.

Law: a catch is a decision that stands in the record, never an inference. Refusals that only say "not now" (a key in the
wrong state) are no catches, or the list would hide the ones that matter.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from nmes.record.happening import Happening


class Catch(StrEnum):
    """What kind of mistake or danger it was."""

    WRONG_PATIENT = "wrong_patient"
    WRONG_SIDE = "wrong_side"
    SCREENING = "screening"
    """A contraindication, a review or a reason was missing."""
    PAD_SMALLER = "pad_smaller"
    FELT_ELSEWHERE = "felt_elsewhere"
    """Felt or seen at another place: pads, leads or sides were swapped."""
    PLUS_HELD = "plus_held"
    TOO_FAST = "too_fast"
    """A single press sooner than a step may follow the one before: no sign of a held key."""
    OVER_MARK = "over_mark"
    """A step over the last session's level or the target, not confirmed."""
    OVER_CEILING = "over_ceiling"
    NOT_IN_HOLD = "not_in_hold"
    LATE_KEY = "late_key"
    """Pressed before a STOP or a change, heard after it."""
    NOBODY_THERE = "nobody_there"
    SCREEN_SILENT = "screen_silent"
    STEP_MISSING = "step_missing"
    """A step was to be left out without a reason."""
    ELECTRODE = "electrode"
    DEVICE = "device"
    """Another fault of the stimulator or its line."""
    GUARD = "guard"
    RECORD = "record"


_BY_CODE = {
    "refused:screening_blocked": Catch.SCREENING,
    "refused:screening_review_first": Catch.SCREENING,
    "refused:screening_needs_reason": Catch.SCREENING,
    "refused:pad_smaller": Catch.PAD_SMALLER,
    "felt_elsewhere": Catch.FELT_ELSEWHERE,
    "refused:too_fast": Catch.TOO_FAST,
    "refused:not_confirmed_yet": Catch.TOO_FAST,
    "refused:mark": Catch.OVER_MARK,
    "refused:over_first": Catch.OVER_MARK,
    "refused:ceiling": Catch.OVER_CEILING,
    "refused:over_target": Catch.OVER_CEILING,
    "refused:only_in_hold": Catch.NOT_IN_HOLD,
    "refused:increase_dropped": Catch.NOT_IN_HOLD,
    "refused:stale": Catch.LATE_KEY,
    "refused:read_back_missing": Catch.STEP_MISSING,
    "refused:patient_stop_untested": Catch.STEP_MISSING,
    "refused:patient_stop_lost": Catch.STEP_MISSING,
    "refused:patient_stop_restless": Catch.STEP_MISSING,
    "refused:pad_missing": Catch.STEP_MISSING,
    "refused:signer_missing": Catch.STEP_MISSING,
    "refused:finding_reason": Catch.STEP_MISSING,
    "refused:not_signed": Catch.RECORD,
    "refused:level_missing": Catch.STEP_MISSING,
    "refused:felt_missing": Catch.STEP_MISSING,
    "refused:not_felt_yet": Catch.STEP_MISSING,
    "refused:after_missing": Catch.STEP_MISSING,
    "refused:reason_missing": Catch.STEP_MISSING,
    "refused:sign_first": Catch.STEP_MISSING,
    "unanswered": Catch.DEVICE,
    "link_lost": Catch.DEVICE,
    "wrong_device": Catch.DEVICE,
    "guard": Catch.GUARD,
    "record_failed": Catch.RECORD,
    "refused:record_slow": Catch.RECORD,
    "refused:record_broken": Catch.RECORD,
}
_SILENCES = {"operator_absent": Catch.NOBODY_THERE, "screen_silent": Catch.SCREEN_SILENT}
_LEFT = frozenset({"pause", "titration_left", "start_left"})
"""How output is given up by itself, whatever was under way."""
SCRIPT = "scripted therapist"
"""Who acts in a demonstration: it tries + until a step is due, which is nobody's mistake."""
HELD_MARK = "plus_held"
"""The kind of mark by which a screen tells that it did not pass a held key on."""


@dataclass(frozen=True, slots=True)
class Caught:
    """Every time one kind of mistake was caught, in order."""

    catch: Catch
    times: tuple[Happening, ...]


def caught_by(happening: Happening) -> Catch | None:
    """The kind of mistake a decision caught; None for all else."""
    match happening.code:
        case "refused:read_back_differs":
            return Catch.WRONG_PATIENT if happening.value("what") == "code" else Catch.WRONG_SIDE
        case "fault":
            return Catch.ELECTRODE if happening.value("fault") == "electrode" else Catch.DEVICE
        case "mark" if happening.value("kind") == HELD_MARK:
            return Catch.PLUS_HELD
        case code if code in _LEFT:
            return _SILENCES.get(str(happening.value("why")))
        case code:
            catch = _BY_CODE.get(code)
            return None if catch is Catch.TOO_FAST and happening.at.actor == SCRIPT else catch


def gather(happenings: Iterable[Happening]) -> tuple[Caught, ...]:
    """What was caught, by kind, in the order of the kinds."""
    found: dict[Catch, list[Happening]] = {}
    for one in happenings:
        catch = caught_by(one)
        if catch is not None:
            found.setdefault(catch, []).append(one)
    return tuple(Caught(catch, tuple(found[catch])) for catch in Catch if catch in found)
