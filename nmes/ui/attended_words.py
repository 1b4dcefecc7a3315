"""Sentences of an attended session: what is read back, confirmed, felt, found and signed, and what is refused of it.

A table of its own beside the other sentences of `words`, which takes it in; whole sentences, none put together.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

from nmes.language import _
from nmes.runtime.missing_words import missing_words
from nmes.ui.names import side_words
from nmes.ui.numbers import cm2, ma

Values = Mapping[str, int | str]

NOTES: Final = {
    "refused:not_back": _("There is no way back from here: let the output go to 0 first."),
    "refused:pad_missing": _("Confirm the pads of channel {channel} first."),
    "refused:patient_stop_untested": _("The patient's own stop has not been tested: let the patient press it once."),
    "refused:patient_stop_lost": _("The patient's own stop is lost: connect it, and let the patient press it once."),
    "refused:patient_stop_restless": _(
        "The patient's own stop speaks without end: change the button or its line, then let the patient press it once."
    ),
    "refused:felt_missing": _("Channel {channel}: ask where it is felt, or look where it contracts, before the start."),
    "refused:finding_range": _("That cannot be right, so it was not noted."),
    "refused:finding_reason": _("Not done needs a reason: two different letters at least, and no answer or command."),
    "refused:not_observed_now": _("Not while current may flow: pause or stop first."),
    "refused:not_after": _("The treatment is not over yet."),
    "refused:not_signed": _("The record is broken, so it cannot be signed. Leave it unsigned, with the reason."),
    "refused:sign_first": _("Sign the session, or leave it unsigned with a reason."),
    "refused:signer_missing": _("Write who signs: a name, no answer or command."),
    "refused:reason_missing": _("A reason is needed. Still open: {open}"),
    "read_back_skipped": _("Gone on without reading it back, because: {reason}"),
    "patient_stop_tested": _("The patient's own stop was pressed and heard. It works."),
    "refused:button_missing": _("This stimulator does not stop by itself: first say who has its button."),
    "refused:button_unnamed": _("Write who has the emergency button: a name, no answer or command."),
    "refused:button_not_needed": _("Not asked for: this stimulator stops by itself when the program falls silent."),
    "button_confirmed": _("Emergency button in reach and tested: {by}."),
    "felt": _("Channel {channel}: felt where it should be."),
    "felt_elsewhere": _(
        "Channel {channel} ({muscle}) is felt at another place: every level is void. Look at the pads."
    ),
    "over_mark": _("Channel {channel}: the mark of {mark_ua} was passed, as confirmed."),
    "observed": _("Noted."),
    "signed": _("Signed by {by}."),
    "left_unsigned": _("Left unsigned: {reason}"),
    "acknowledged": _("Seen."),
    "back": _("One step back. What was confirmed there is asked again."),
    "owes_first": _("That answer still owes its reason: Enter writes it. To change it, go up and down once."),
    "code_missing": _("Write the code as it stands on the patient's own card; F4 if it cannot be read."),
    "code_again": _(
        "The code is not read back right yet. Look at the patient's own card, and write what stands there."
    ),
    "side_missing": _("On which side do the pads lie? Look, then press l, r or b; F4 if it cannot be read back."),
    "side_again": _("The side is not read back right yet. Look again, then press l, r or b."),
    "size_there": _(
        "Not changed: the pads of channel {channel} are confirmed already. Enter opens the row; then press their size."
    ),
    "side_row_first": _("First go to the row of the side: left, right and both are answers only there."),
    "no_such_size": _("There is no pad size number {number}. The sizes stand above the list."),
    "patient_stop_missing": _("Let the patient press the own stop once: it shows here when it was heard."),
    "no_such_answer": _("That key is no answer here. The line of keys says which are."),
    "typed_word": _("Not counted: keys as fast as a word is typed. Here single keys are answers."),
    "words_missing": _('"{text}" says nothing: two different letters at least, and no answer or command.'),
    "after_missing": _("Still missing: {what}"),
    "sign_by_f2": _("Enter signs nothing. F2 signs."),
    "signer_missing": _("Write who signs."),
    "outcomes_open": _("Outcomes of the card are open: write why, or go back (F3) and measure them."),
    "unsigned_why": _("Write why the session is left unsigned."),
    "record_first": _("Wait: the record is still being closed and verified."),
}
"""By code; the last block are the screens' own."""


def _differs(values: Values) -> str:
    if values["what"] == "side":
        return _("WRONG SIDE? The pads lie {said}, this session is for {wanted}. Look again.").format(
            said=side_words(str(values["said"])), wanted=side_words(str(values["wanted"]))
        )
    return _("WRONG PATIENT? The card says {said}, this session is for {wanted}. Look again.").format(
        said=values["said"], wanted=values["wanted"]
    )


def _contradicted(values: Values) -> str:
    """No reason makes a wrong patient the right one."""
    if values["what"] == "side":
        return _(
            "What was read back differs: no reason leads past it. The pads must lie {wanted}; else leave the session."
        ).format(wanted=str(values["wanted"]).upper())
    return _(
        "What was read back differs: no reason leads past it. The card must say {wanted}; else leave the session."
    ).format(wanted=values["wanted"])


def _read_back(values: Values) -> str:
    if values["what"] == "side":
        return _("Side read back: {said}.").format(said=side_words(str(values["said"])))
    return _("Patient's code read back: {said}.").format(said=values["said"])


def _read_back_missing(values: Values) -> str:
    if values["what"] == "side":
        return _("Read the side of the pads back off the patient first.")
    return _("Read the patient's code back off the patient's own card first.")


def _pad(sentence: str) -> Callable[[Values], str]:
    return lambda values: sentence.format(
        channel=values["channel"], pad=cm2(int(values["pad_mm2"])), needed=cm2(int(values["needed_mm2"]))
    )


def _places(values: Values) -> dict[str, int | str]:
    return {"channel": values["channel"], "mark": ma(int(values["mark_ua"])), "to": ma(int(values["to_ua"]))}


def _mark(values: Values) -> str:
    places = _places(values)
    if values["kind"] == "first":
        return _(
            "Channel {channel}: {to} mA is over a first session's target of {mark} mA. Not raised: it asks first."
        ).format(**places)
    if values["kind"] == "last":
        return _(
            "Channel {channel}: {to} mA is over the last session's level of {mark} mA. Not raised: it asks first."
        ).format(**places)
    return _("Channel {channel}: {to} mA is over the target of {mark} mA. Not raised: it asks first.").format(**places)


WHOLE: Final[dict[str, Callable[[Values], str]]] = {
    "refused:read_back_differs": _differs,
    "refused:read_back_missing": _read_back_missing,
    "refused:read_back_contradicted": _contradicted,
    "read_back": _read_back,
    "refused:pad_smaller": _pad(_("Channel {channel}: a pad of {pad} is too small. The plan counts with {needed}.")),
    "pad_larger": _pad(_("Channel {channel}: pads of {pad}, larger than the {needed} of the plan.")),
    "refused:after_missing": lambda values: _("Not signed. Still missing: {what}").format(
        what=", ".join(missing_words(str(values["codes"]).split()))
    ),
    "refused:mark": _mark,
    "refused:over_first": lambda values: _(
        "Channel {channel}: {to} mA is over a first session's target of {mark} mA. Not accepted: it asks first."
    ).format(**_places(values)),
}
"""Sentences whose words depend on their values."""
