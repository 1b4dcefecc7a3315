"""What is asked of every story of a fault: a column of the matrix each. A check names what it found in its assertion.

`broken` puts every story to every check and names fault, moment and column of each that fails; a story that cannot be
told to its end, because the instrument of the laws stopped it, is named as well.
"""

from __future__ import annotations

import traceback
from collections.abc import Callable, Iterable, Mapping

from together.fault_moments import HALTED, Moment
from together.fault_rows import FOR_EVER_MS, Case, Ends, GoesOn, Since
from together.fault_story import Story, story
from together.fault_table import alarm_of

from nmes.core.alarm import Alarms, Level
from nmes.core.events import Event
from nmes.core.view import Output, View, Word
from nmes.record.codec import EVENTS
from nmes.runtime.families import DEFAULT, FAMILIES, Family
from nmes.ui.alarm_words import alarm_sentence
from nmes.ui.record_words import event_words
from nmes.ui.words import Tone, output_words, state_words, unconfirmed_words, why_of

Pair = tuple[Case, Moment]


def took_effect(told: Story) -> None:
    """A fault that did nothing would prove nothing."""
    assert told.proof.effects > 0, told.proof.proof
    assert told.proof.first_effect_us is not None
    assert told.began_us <= told.proof.first_effect_us


def output_ends_by_its_deadline(told: Story) -> None:
    must = outcome(told)
    if isinstance(must, Ends):
        from_us = since_us(told, must)
        late = told.pulses(from_us + must.silent_ms * 1000 + 1, told.again_us)
        assert late == [], f"{(late[-1].t_us - from_us) // 1000} ms later"


def never_more_than_the_level_and_the_fault_itself(told: Story) -> None:
    most = max((pulse.peak_current_ua for pulse in told.pulses(told.began_us, told.again_us)), default=0)
    assert most <= told.case.most_ua(told.case.level_ua), f"{most} uA"


def session_says_what_happened(told: Story) -> None:
    must = outcome(told)
    match must:
        case Ends(word=word, why=why):
            assert (told.view.word, told.view.why) == (word, why), f"{told.view.word} {told.view.why}"
            assert told.view.halt_unconfirmed == (told.view.output is Output.UNKNOWN)
            assert state_words(told.view).tone is tone(told.view)
        case GoesOn():
            assert told.told_us is None, f"{told.view.word} {told.view.why}"


def off_is_said_only_when_the_device_has_confirmed_it(told: Story) -> None:
    must = outcome(told)
    if isinstance(must, Ends):
        confirmed = "HaltConfirmed" in must.records or must.word is Word.STOPPED or told.moment in HALTED
        known = confirmed and must.word is not Word.UNSURE
        assert told.view.output is (Output.OFF if known else Output.UNKNOWN), told.view.output


def off_is_false_only_where_the_device_itself_says_it_falsely(told: Story) -> None:
    assert (told.false_off_us is not None) == (told.moment in told.case.false_off), told.false_off_us


def alarm_is_of_the_class_that_the_table_says(told: Story) -> None:
    shown = Alarms().next(told.view).shown
    level = alarm_of(outcome(told))
    if level is not None or told.told_us is not None:
        assert (shown and shown.level) == level, shown
    else:
        assert shown is None or shown.level is not Level.FAULT, shown


def words_are_true_for_the_family(told: Story) -> None:
    """No other model, no high voltage of a device that knows none, no timer of one that has none, no channel 0."""
    shown = Alarms().next(told.view).shown
    events: list[Event] = [EVENTS.decode(event) for event in told.events]
    said = [text for view in (told.view, told.stopped, told.ended) for text in _shown(view)]
    said += [alarm_sentence(shown)] if shown else []
    said += [event_words(event) for event in events]
    wrong = [one.model for one in FAMILIES if one is not told.family]
    wrong += [] if told.family.generation >= 3 else ["high voltage"]
    wrong += [] if told.family.capabilities.watchdog_ms else ["own timer", "pull its cable"]
    wrong += ["hannel 0"]
    found = [(word, text) for word in wrong for text in said if word in text]
    assert found == [], found


def halted_session_stays_what_it_was_until_a_person_wants_output(told: Story) -> None:
    if told.moment not in HALTED:
        return
    assert told.pulses(told.began_us, told.wanted_us) == []
    must = outcome(told)
    is_stopped_again = (
        not told.family.capabilities.watchdog_ms
    )  # once a second: a device that is gone is known of at once
    if is_stopped_again and isinstance(must, Ends) and told.quiet.word is must.word:
        return
    assert told.quiet.output is Output.OFF, told.quiet.output
    assert told.quiet.word is (Word.ENDED if told.case.kind == "disconnect" else told.before.word), told.quiet.word


def record_has_it(told: Story) -> None:
    must = outcome(told)
    kinds = {event["type"] for event in told.events}
    match must:
        case Ends(records=tuple(records)):
            assert set(records) <= kinds, sorted(kinds)
        case Ends(records=values):
            assert any(dict(values).items() <= event.items() for event in told.events), told.events[-6:]
        case GoesOn():
            assert not {"DeviceFault", "Unanswered", "LinkLost", "GuardTripped"} & kinds, sorted(kinds)


def record_says_how_the_session_ended(told: Story) -> None:
    must = outcome(told)
    assert told.ended.word is Word.ENDED
    assert told.closed == {"why": told.ended.why}
    if isinstance(must, Ends) and not must.again:
        assert told.ended.why == must.why
        assert told.ended.output is told.view.output
        assert told.ended.halt_unconfirmed == told.view.halt_unconfirmed


def stop_silences_a_session_that_could_not_know(told: Story) -> None:
    must = outcome(told)
    if not isinstance(must, GoesOn):
        return
    stop = must.after_stop
    assert told.stop_us is not None
    from_us = told.mended_us if stop and stop.since is Since.MENDED else told.stop_us
    silent_ms = told.case.line_ms if stop is None else stop.silent_ms
    late = told.pulses(from_us + silent_ms * 1000 + 1, told.again_us)
    assert late == [], f"{(late[-1].t_us - from_us) // 1000} ms later"
    shown = (told.stopped.word, told.stopped.why)
    assert shown == ((Word.STOPPED, "stop:key") if stop is None else (stop.word, stop.why)), shown
    assert told.stopped.output is (Output.OFF if told.stopped.word is Word.STOPPED else Output.UNKNOWN)


def nothing_comes_back_when_it_is_mended_nor_by_any_key(told: Story) -> None:
    must = outcome(told)
    end = must if isinstance(must, Ends) else must.after_stop
    spare_ms = end.silent_ms if end and end.since is Since.MENDED else 0
    back = told.pulses(told.mended_us + spare_ms * 1000, told.again_us)
    assert back == [], f"{(back[0].t_us - told.mended_us) // 1000} ms after it was mended"


def person_begins_again_from_zero_or_not_at_all(told: Story) -> None:
    must = outcome(told)
    end = must if isinstance(must, Ends) else must.after_stop
    again = end is None or end.again
    found = {pulse.amplitude_ua for pulse in told.pulses(told.again_us)}
    if end is not None and end.silent_ms >= FOR_EVER_MS:  # what never ended was not begun again
        found -= {pulse.amplitude_ua for pulse in told.pulses(told.mended_us, told.again_us)}
    assert found == ({told.family.capabilities.amplitude_step_ua} if again else set()), found


CHECKS: tuple[Callable[[Story], None], ...] = (
    took_effect,
    output_ends_by_its_deadline,
    never_more_than_the_level_and_the_fault_itself,
    session_says_what_happened,
    off_is_said_only_when_the_device_has_confirmed_it,
    off_is_false_only_where_the_device_itself_says_it_falsely,
    alarm_is_of_the_class_that_the_table_says,
    words_are_true_for_the_family,
    halted_session_stays_what_it_was_until_a_person_wants_output,
    record_has_it,
    record_says_how_the_session_ended,
    stop_silences_a_session_that_could_not_know,
    nothing_comes_back_when_it_is_mended_nor_by_any_key,
    person_begins_again_from_zero_or_not_at_all,
)


def broken(
    pairs: Iterable[Pair], family: Family = DEFAULT, checks: Iterable[Callable[[Story], None]] = CHECKS
) -> Mapping[str, str]:
    """`fault | moment | column` of everything that does not hold, and what was found instead."""
    found: dict[str, str] = {}
    for case, moment in pairs:
        named = f"{case.name} | {moment}"
        try:
            told = story(case, moment, family)
        except (AssertionError, ValueError) as error:
            found[f"{named} | story"] = _said(error)
            continue
        for check in checks:
            try:
                check(told)
            except AssertionError as error:
                found[f"{named} | {check.__name__}"] = _said(error)
    return found


def _shown(view: View) -> list[str]:
    """What the screen says of the session and of its output."""
    unconfirmed = [unconfirmed_words(view)] if view.halt_unconfirmed else []
    return [str(state_words(view)), why_of(view), output_words(view), *unconfirmed]


def _said(error: BaseException) -> str:
    """The first line of what was wrong, and where."""
    at = traceback.extract_tb(error.__traceback__)[-1]
    return f"{(str(error).splitlines() or [''])[0]} ({at.name}:{at.lineno}: {at.line})"


def outcome(told: Story) -> Ends | GoesOn:
    """What must follow; STOP was pressed where the session had gone on."""
    return told.case.at(told.moment)


def tone(view: View) -> Tone:
    """An alarm for all that nobody asked for, and for every halt that nobody confirmed."""
    if view.halt_unconfirmed:
        return Tone.ALARM
    if view.word is Word.ENDED:
        return Tone.CALM
    return Tone.HELD if view.why == "stop:key" else Tone.ALARM


def since_us(told: Story, must: Ends) -> int:
    """From when the deadline of this row counts."""
    match must.since:
        case Since.PULSE:
            assert told.noticed_us is not None, "the device saw no bad pulse"
            return told.noticed_us
        case Since.TOLD:
            assert told.told_us is not None, "nobody was told"
            return told.told_us
        case Since.MENDED:
            return told.mended_us
        case Since.FAULT:
            return told.wanted_us if told.moment in HALTED else told.began_us
