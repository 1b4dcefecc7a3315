"""Events and commands of a record in plain words, one short line each. The words for reasons are those of the screens.

Exhaustive on purpose: an event or command added to the core has to be worded here before it type-checks.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import assert_never, get_args

from nmes.core import commands as c
from nmes.core import events as e
from nmes.core.screening import CATALOGUE
from nmes.runtime.measured_words import NAMES, amount
from nmes.ui.numbers import charge, ma
from nmes.ui.words import sentence, why

Amplitudes = tuple[tuple[int, int], ...]


def event_words(event: e.Event) -> str:
    """What happened."""
    match event:
        case e.Tick(stalled_ms=stalled):
            return f"time passed, {stalled} ms late" if stalled else "time passed"
        case e.UiSilent():
            return "the screen had stopped answering"
        case e.OperatorAbsent():
            return "nobody had touched a key for too long"
        case e.Durable(intent=intent):
            return f"intent {intent} is on the disk"
        case e.JournalFailed(reason=reason):
            return f"the record can no longer be written: {reason}"
        case e.GuardTripped(rule=rule, detail=detail):
            return f"the guard let nothing more out: {rule}, {detail}"
        case (
            e.Screened()
            | e.Placed()
            | e.Titrate()
            | e.Increase()
            | e.Decrease()
            | e.Accept()
            | e.Start()
            | e.Pause()
            | e.Resume()
            | e.End()
            | e.Stop()
            | e.Mark()
            | e.Cramp()
            | e.Measure()
        ):
            return _person(event)
        case _:
            return _device(event)


def answer_lines(event: e.Event, *, everything: bool) -> Iterator[str]:
    """The questions of a checklist with their answers: those that are not "no", or all of them."""
    for answer in event.answers if isinstance(event, e.Screened) else ():
        if everything or answer.reply is not e.Reply.NO:
            entry = CATALOGUE.get(answer.code)
            asked = entry.question if entry else "(a question this version does not know)"
            yield f"  {answer.reply.value.upper()}: {asked} [{_applies(answer)}]"


def refused(event: e.Event, commands: Sequence[c.Command]) -> bool:
    """Whether this was a key that did nothing but be refused. A refused checklist is none: it has answers to tell."""
    notes = [command.code for command in commands if isinstance(command, c.Note)]
    pressed = isinstance(event, get_args(e.Operator)) and not isinstance(event, e.Screened)
    return pressed and len(notes) == len(commands) > 0 and all(code.startswith("refused:") for code in notes)


def _applies(answer: e.Answer) -> str:
    reviewed = f"reviewed by {answer.reviewed_by}" if answer.reviewed_by else ""
    why = "; ".join(filter(None, (answer.reason, reviewed)))
    return f"{answer.code} {answer.reply}" + (f" ({why})" if why else "")


def _person(event: e.Operator) -> str:
    match event:
        case e.Screened(answers=answers, by=by):
            applies = sum(answer.reply is not e.Reply.NO for answer in answers)
            return f"screening by {by}: {len(answers)} answers, {f'{applies} not no' if applies else 'all no'}"
        case e.Placed():
            return "electrodes placed"
        case e.Titrate(channel=channel):
            return f"find the level of channel {channel}"
        case e.Increase(channel=channel):
            return f"channel {channel} up"
        case e.Decrease(channel=channel):
            return f"channel {channel} down"
        case e.Accept():
            return "level accepted"
        case e.Start():
            return "start"
        case e.Pause():
            return "pause"
        case e.Resume():
            return "resume"
        case e.End():
            return "end"
        case e.Stop(source=source):
            return f"STOP ({source})"
        case e.Mark(kind=kind, text=text):
            return f"mark {kind}{f': {text}' if text else ''}"
        case e.Cramp(source=source):
            return f"CRAMP ({source})"
        case e.Measure(what=what, value=value):
            return f"measured: {NAMES[what]}{f', {amount(what, value)}' if value else ''}"
        case _:
            assert_never(event)


def _device(event: e.Device) -> str:
    match event:
        case e.Identified(model=model, device_id=device_id, firmware=firmware):
            return f"{model} {device_id}, firmware {firmware}"
        case e.WrongDevice(reason=reason):
            return f"not a stimulator this program knows: {reason}"
        case e.Enabled():
            return "high voltage on, all channels at 0"
        case e.OutputSent(amplitudes=amplitudes, gap=gap):
            return f"sent: {amplitudes_words(amplitudes)}{_gap_words(gap)}"
        case e.OutputConfirmed(amplitudes=amplitudes, gap=gap):
            return f"confirmed: {amplitudes_words(amplitudes)}{_gap_words(gap)}"
        case e.DeviceFault(fault=fault, channel=channel, result=result):
            return f"{why(f'fault:{fault}')} Channel {channel}, result {result}."
        case e.Doubt(since_ms=since_ms):
            return f"from {since_ms} ms of the session's clock on it is not known what flowed"
        case e.Unanswered(request=request):
            return f"no answer to {request}"
        case e.LinkLost(reason=reason):
            return f"the line is gone: {reason}"
        case e.HaltConfirmed():
            return "off, confirmed by the device"
        case e.HaltUnconfirmed():
            return "STOP UNCONFIRMED: the device never answered"
        case _:
            assert_never(event)


def _gap_words(gap: tuple[int, ...]) -> str:
    return ", silent until the next burst" if gap else ""


def command_words(command: c.Command, *, everything: bool) -> str:
    """What was decided or asked for; "" for what is told only with everything."""
    match command:
        case c.Note():
            return _note_words(command)
        case c.Halt():
            return "-> halt"
        case c.Enable():
            return "-> high voltage on, at 0"
        case c.Identify():
            return "-> who are you?"
        case c.Close():
            return ""
        case c.Arm(channel=channel, level_ua=level_ua, ramp_ms=ramp_ms):
            return f"-> guard armed: channel {channel} up to {ma(level_ua)} mA in {ramp_ms} ms" if everything else ""
        case c.SetOutput(outputs=outputs):
            wanted = tuple((output.channel, output.amplitude_ua) for output in outputs)
            return f"-> output {amplitudes_words(wanted)}" if everything else ""
        case c.MakeDurable(intent=intent):
            return f"-> write intent {intent} to the disk" if everything else ""
        case c.Unlatch():
            return "-> guard released" if everything else ""
        case c.Disarm():
            return "-> guard disarmed" if everything else ""
        case _:
            assert_never(command)


def _note_words(note: c.Note) -> str:
    values = dict(note.values)
    if note.code == "dose":
        return f"= dose: {_dose(values)}"
    reason = why(str(values["why"])) if "why" in values else ""
    goal = f" ({values['goal']})" if "goal" in values else ""
    return f"= {sentence(note.code, **values)}{goal} {reason}".rstrip()


def _dose(values: Mapping[str, int | str]) -> str:
    channels = sorted(name.split("_")[1] for name in values if name.endswith("_low_nc"))
    bounds = ((n, int(values[f"channel_{n}_low_nc"]), int(values[f"channel_{n}_high_nc"])) for n in channels)
    return ", ".join(f"channel {n} {charge(low, high)}" for n, low, high in bounds) or "none, no current flowed"


def amplitudes_words(amplitudes: Amplitudes) -> str:
    return ", ".join(f"channel {channel} {ma(ua)} mA" for channel, ua in amplitudes) or "all channels 0 mA"
