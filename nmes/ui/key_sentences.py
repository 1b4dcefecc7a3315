"""What each key does, in a sentence, by the id of its binding: for the help and the list of commands.

A table of its own, so that a translator and a reviewer can read it from end to end; a test holds it complete.
"""

from __future__ import annotations

from typing import Final

from nmes.language import _

SENTENCES: Final[dict[str, str]] = {
    # the house
    "help": _("This help."),
    "quit": _("Quit: stops first, then closes the record."),
    "back": _("One step back; it asks first where something would be lost."),
    "continue": _("On to the next step, once nothing is missing."),
    "bench": _("The virtual patient of the simulator, beside the session or in a window."),
    "report": _("Write the report of this session."),
    "acknowledge": _("You have seen this alarm. That changes the alarm only, never the output."),
    "settings": _("Station, therapists, pads, sound, theme, language."),
    "audit": _("Recorded sessions: see, replay and verify them."),
    # home and patient
    "home.new": _("A new patient."),
    "home.try": _("A session on the simulator without a patient."),
    "home.report": _("Write the report of the chosen session."),
    "patient.up": _("The field before."),
    "patient.down": _("The next field."),
    "patient.next": _("The next field; from the last one on to the protocol."),
    "patient.left": _("In the row of the side: left."),
    "patient.right": _("In the row of the side: right."),
    "patient.both": _("In the row of the side: both."),
    "patient.more": _("More of what is known of this patient."),
    "patient.less": _("Back up in it."),
    # the course of care
    "course": _("The course of care of this patient's side: plan, diary, outcomes, proposals."),
    "course.page_before": _("The page before."),
    "course.page_after": _("The next page: next session, outcomes, cramp diary, entries."),
    "course.answers": _("Enter what is told of the last session: in it, and after 48 hours."),
    "course.diary": _("Enter the last whole week of the cramp diary; other weeks by Enter on their row."),
    "course.outcome": _("Enter an outcome that was measured or asked outside a session."),
    "course.plan": _("Enter a plan of care; it takes the place of one that is there."),
    "course.end_plan": _("End the plan, with a reason."),
    "course.leave": _("Back to where you came from."),
    "entry.up": _("The field before."),
    "entry.down": _("The next field."),
    "entry.enter": _("Enter it in the record, just as it stands there in words."),
    "entry.leave": _("Leave; it asks first if something is not entered."),
    # protocol and editor
    "choose.filter": _(
        "Filter the list: words such as calf, tens, stroke or own; a, b or c alone is a grade; nmes, tens or "
        "assessment is a kind."
    ),
    "choose.to_list": _("From the filter to the list, with the first that fits in hand."),
    "choose.hit": _("From the filter: use the protocol that is highlighted."),
    "choose.edit": _("Edit a copy of the protocol; the original never changes."),
    "card.up": _("The card, one page up."),
    "card.down": _("The card, one page down."),
    "editor.before": _("The field before."),
    "editor.next": _("The next field."),
    "editor.page_up": _("Eight fields up."),
    "editor.page_down": _("Eight fields down."),
    "editor.choice": _("The next word, where only some words are accepted."),
    "editor.restore": _("The field as it was in the original."),
    "editor.save": _("Save the copy among your own protocols."),
    "editor.leave": _("Leave; it asks first if something is not saved."),
    # screening
    "yes": _("Yes. One press, one answer; letters as fast as a word is typed are no answers."),
    "no": _("No."),
    "unknown": _("Unknown, which counts as yes."),
    "next_group": _("The next group of questions."),
    "screening.write": _("To the fields: reason, who reviewed it, who asked."),
    "screening.no_card": _("There is no card to read the patient's code from: give the reason."),
    # electrodes
    "place.size": _("The size of this pad, by its number among the pads you own; in the row of the pain, its number."),
    "place.next_size": _("The next size of this pad, for who has only a mouse."),
    "place.next_pain": _("The next number of the pain, for who has only a mouse."),
    "place.left": _("The pads are on the left side."),
    "place.right": _("The pads are on the right side."),
    "place.both": _("The pads are on both sides."),
    "place.no_side": _("The side cannot be read back: give the reason."),
    "place.ten": _("Pain of 10 before the treatment."),
    # levels and treatment
    "channel.before": _("The channel before: + and - move the chosen one."),
    "channel.next": _("The next channel."),
    "level.before": _("The level before, of those to find."),
    "level.next": _("The next level, of those to find."),
    "titrate": _("Begin to find the chosen level, from 0."),
    "increase": _("One step up. One press, one step; holding it does nothing more. Locks after 4 s without a change."),
    "decrease": _("One step down, at any time, at once. Unlocks +."),
    "unlock": _("Unlock +."),
    "accept": _("The patient accepts this level; the output goes to 0."),
    "leave": _("To 0, without a level."),
    "start": _("Start the treatment, from 0."),
    "link": _("Link the channels, so that + and - move all of them; again to part them."),
    "measure.sensory": _("The patient feels it now, for the first time."),
    "measure.motor": _("A twitch is seen now, for the first time."),
    "measure.most": _("This is the most the patient tolerates."),
    "measure.forces": _("Type forces: own strongest contraction, evoked force."),
    "felt.yes": _("It is felt, or the muscle works, where it should."),
    "felt.no": _("It is felt elsewhere: every level is void, and the pads are looked at again."),
    "pause": _("Pause: the output goes to 0. The contraction is repeated when you go on."),
    "resume": _("Go on, climbing from 0 over at least 5 s."),
    "again": _("After a stop: find the levels again, from 0."),
    "here": _("Somebody is here, as any key says: nobody for too long is a pause."),
    "end": _("End the session, after a question."),
    "end.live": _("End the session while a level is found, after a question."),
    "cramp": _(
        "CRAMP: in a train the test stops at once, and this is its result; in the rest after it, it asks first."
    ),
    "cramp.halt": _(
        "CRAMP while no train of the test has run since the output was off: it stops, and measures nothing."
    ),
    "cramp.note": _("Note a cramp; the screen says what to do."),
    "cramp.close": _("Close what the screen says about a cramp; yes to a question, such as a mark that asks."),
    "mark.pain": _("Note pain; a digit after it, or t for 10, says how strong."),
    "mark.pain_of": _("After a pain was noted: how strong, 0 to 9."),
    "mark.pain_ten": _("After a pain was noted: 10 of 10."),
    "mark.wish": _("The patient asks to stop: it pauses."),
    "mark.note": _("Write a note; nothing can be raised meanwhile."),
    # after, sign, summary
    "after.number": _("The pain now, from 0 to 10, or the state of the skin by its number."),
    "after.next_value": _("The next answer of this line, for who has only a mouse."),
    "after.value": _("In the row of an outcome: the number begins its result; F5 opens the field for it."),
    "after.write": _("Write the words of this line."),
    "after.ten": _("Pain of 10."),
    "after.nothing": _("Nothing happened that should not have."),
    "after.yes": _("Something happened: write what."),
    "after.not_done": _("Not done: give the reason."),
    "sign.unsigned": _("Leave without a signature: give the reason."),
    "sign.up": _("One page up."),
    "sign.down": _("One page down."),
    "new": _("On to the next patient."),
    # records
    "audit.replay": _("See this session again, from its record."),
    "audit.filter": _("Filter the list of sessions."),
    "audit.verify": _("Verify this record: was anything changed, moved or cut?"),
    "audit.verify_all": _("Verify all records."),
    "audit.other": _("The other chain: patients' records, or the simulator's."),
    "audit.report": _("Write the report of this session."),
    "audit.leave": _("Back to where you came from."),
    "replay.before": _("The event before."),
    "replay.after": _("The next event."),
    "replay.decision_before": _("The decision before."),
    "replay.decision_after": _("The next decision."),
    "replay.begin": _("To the beginning."),
    "replay.end": _("To the end."),
    "replay.scroll_up": _("What is told of the event, up."),
    "replay.scroll_down": _("What is told of the event, down."),
    "replay.zoom": _("A longer or a shorter piece of the time axis."),
    "replay.report": _("Write the report of this session."),
    "replay.leave": _("Back to the list of sessions."),
    # settings
    "settings.up": _("The field before."),
    "settings.down": _("The next field."),
    "settings.save": _("Save the settings."),
    "settings.leave": _("Leave; it asks first if something is not saved."),
    "choice.next": _("The next word of this field."),
    "choice.before": _("The word before it."),
    # windows
    "ask.yes": _("Yes."),
    "ask.no": _("No."),
    "help.close": _("Close."),
    "bench.close": _("Close."),
    "in_spite.send": _("So it is: go on in spite of these answers."),
    "in_spite.back": _("Back to the questions."),
    "note.leave": _("Back without a note."),
    "forces.other": _("The other field."),
    **{
        f"bench.pad.{channel}": _("Pull the pads of channel {channel}, or put them back.").format(channel=channel)
        for channel in range(1, 9)
    },
}
"""Every id that a screen of ours uses; a binding with a tooltip tells it itself."""
