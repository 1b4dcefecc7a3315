"""Events and commands of a record in plain words, one short line each. The words for reasons are those of the screens.

Exhaustive on purpose: an event or command added to the core has to be worded here before it type-checks. Used by the
audit in the terminal and in the app, and by the report.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import assert_never, get_args

from nmes.core import commands as c
from nmes.core import events as e
from nmes.core.screening import CATALOGUE
from nmes.core.self_told import NO_ID, self_told
from nmes.language import _
from nmes.runtime.measured_words import NAMES, amount
from nmes.ui.alarm_words import code_sentence
from nmes.ui.decision_words import decision_words
from nmes.ui.finding_words import finding_words
from nmes.ui.mark_words import MARKS
from nmes.ui.names import REPLIES
from nmes.ui.numbers import cm2, ma
from nmes.ui.words import why

Amplitudes = tuple[tuple[int, int], ...]


def event_words(event: e.Event) -> str:
    """What happened."""
    match event:
        case e.Tick(stalled_ms=stalled):
            return _("time passed, {ms} ms late").format(ms=stalled) if stalled else _("time passed")
        case e.UiSilent():
            return _("the screen had stopped answering")
        case e.OperatorAbsent():
            return _("nobody had touched a key for too long")
        case e.Durable(intent=intent):
            return _("intent {number} is on the disk").format(number=intent)
        case e.JournalFailed(reason=reason):
            return _("the record can no longer be written: {reason}").format(reason=reason)
        case e.GuardTripped(rule=rule, detail=detail):
            said = _("this computer was too busy to send in time") if rule == "written_late" else rule
            return _("the guard let nothing more out: {rule}, {detail}").format(rule=said, detail=detail)
        case (
            e.Identified()
            | e.Battery()
            | e.WrongDevice()
            | e.Enabled()
            | e.OutputSent()
            | e.OutputConfirmed()
            | e.Doubt()
            | e.DeviceFault()
            | e.Unanswered()
            | e.LinkLost()
            | e.HaltConfirmed()
            | e.HaltUnconfirmed()
        ):
            return _device(event)
        case _:
            return _person(event)


def answer_lines(event: e.Event, *, everything: bool) -> Iterator[str]:
    """The questions of a checklist with their answers: those that are not "no", or all of them."""
    for answer in event.answers if isinstance(event, e.Screened) else ():
        if everything or answer.reply is not e.Reply.NO:
            yield f"  {answer_words(answer)}"


def answer_words(answer: e.Answer) -> str:
    """A question with its answer, the reason and who reviewed it: `YES: Is there ...? [code yes (reason)]`."""
    entry = CATALOGUE.get(answer.code)
    asked = _(entry.question) if entry else _("(a question this version does not know)")
    return f"{REPLIES[answer.reply]}: {asked} [{_applies(answer)}]"


def refused(event: e.Event, commands: Sequence[c.Command]) -> bool:
    """Whether this was a key that did nothing but be refused. A refused checklist is none: it has answers to tell."""
    notes = [command.code for command in commands if isinstance(command, c.Note)]
    pressed = isinstance(event, get_args(e.Operator)) and not isinstance(event, e.Screened)
    return pressed and len(notes) == len(commands) > 0 and all(code.startswith("refused:") for code in notes)


def _applies(answer: e.Answer) -> str:
    reviewed = _("reviewed by {name}").format(name=answer.reviewed_by) if answer.reviewed_by else ""
    why = "; ".join(filter(None, (answer.reason, reviewed)))
    return f"{answer.code} {answer.reply}" + (f" ({why})" if why else "")


def _person(event: e.Operator) -> str:
    match event:
        case e.Screened(answers=answers, by=by):
            return _screened(answers, by)
        case e.Back():
            return _("one step back")
        case e.ReadBack():
            return _read_back(event)
        case e.Placed(pads=pads):
            sizes = ", ".join(_("channel {channel} {area}").format(channel=ch, area=cm2(mm2)) for ch, mm2 in pads)
            return _("electrodes placed, pads confirmed: {pads}").format(pads=sizes) if pads else _("electrodes placed")
        case e.ButtonConfirmed(by=by):
            return _("emergency button in reach and tested, by {name}").format(name=by)
        case e.FeltAt(channel=channel, there=True):
            return _("channel {channel} is felt where it should be").format(channel=channel)
        case e.FeltAt(channel=channel):
            return _("channel {channel} is felt at another place").format(channel=channel)
        case e.Titrate(channel=channel):
            return _("find the level of channel {channel}").format(channel=channel)
        case e.Increase() | e.Decrease():
            return _moved(event)
        case e.Accept():
            return _("level accepted")
        case e.Start():
            return _("start")
        case e.Pause():
            return _("pause")
        case e.Resume():
            return _("resume")
        case e.End():
            return _("end")
        case e.Stop(source=source):
            return _("STOP ({source})").format(source=source)
        case e.Mark(kind=kind, text=text):
            kind = MARKS.get(kind, kind)
            return _("mark {kind}: {text}").format(kind=kind, text=text) if text else _("mark {kind}").format(kind=kind)
        case e.Cramp(source=source):
            return _("CRAMP ({source})").format(source=source)
        case e.Measure(what=what, value=value):
            said = f"{NAMES[what]}, {amount(what, value)}" if value else NAMES[what]
            return _("measured: {what}").format(what=said)
        case _:
            return _afterwards(event)


def _screened(answers: tuple[e.Answer, ...], by: str) -> str:
    applies = sum(answer.reply is not e.Reply.NO for answer in answers)
    if applies:
        said = _("screening by {name}: {answers} answers, {applies} not no")
        return said.format(name=by, answers=len(answers), applies=applies)
    return _("screening by {name}: {answers} answers, all no").format(name=by, answers=len(answers))


def _read_back(event: e.ReadBack) -> str:
    match event:
        case e.ReadBack(what=e.Read.CODE, said=said) if said:
            return _("the patient's code read back: {said}").format(said=said)
        case e.ReadBack(what=e.Read.SIDE, said=said) if said:
            return _("the side read back: {said}").format(said=said)
        case e.ReadBack(what=e.Read.CODE, reason=reason):
            return _("the patient's code was not read back: {reason}").format(reason=reason)
        case e.ReadBack(reason=reason):
            return _("the side was not read back: {reason}").format(reason=reason)


def _moved(event: e.Increase | e.Decrease) -> str:
    match event:
        case e.Increase(channel=channel, over_ua=over_ua) if over_ua:  # 0 in an old record: none was confirmed
            said = _("channel {channel} up, over the mark of {mark} mA, confirmed")
            return said.format(channel=channel, mark=ma(over_ua))
        case e.Increase(channel=channel, linked=linked) if linked:
            others = ", ".join(map(str, linked))
            return _("channel {channel} up, and with it {others}").format(channel=channel, others=others)
        case e.Increase(channel=channel):
            return _("channel {channel} up").format(channel=channel)
        case e.Decrease(channel=channel):
            return _("channel {channel} down").format(channel=channel)
        case _:
            assert_never(event)


_After = e.Observed | e.Signed | e.LeftUnsigned | e.Acknowledged


def _afterwards(event: _After) -> str:
    match event:
        case e.Observed():
            return _("found: {finding}").format(finding=finding_words(event))
        case e.Signed(by=by, reason=reason):
            said = _("signed by {name}, outcomes left open: {reason}") if reason else _("signed by {name}")
            return said.format(name=by, reason=reason)
        case e.LeftUnsigned(reason=reason):
            return _("left without a signature: {reason}").format(reason=reason)
        case e.Acknowledged(alarm=alarm):
            return _("alarm seen: {alarm}").format(alarm=code_sentence(alarm) or alarm)
        case _:
            assert_never(event)


def _device(event: e.Device) -> str:
    match event:
        case e.Identified(model=model, device_id=device_id, firmware=firmware):
            if device_id == NO_ID:
                return self_told(model, device_id, firmware)
            return _("{model} {device}, firmware {firmware}").format(model=model, device=device_id, firmware=firmware)
        case e.Battery(percent=percent):
            return _("its battery is at {percent} %").format(percent=percent)
        case e.WrongDevice(reason=reason):
            return _("not a stimulator this program knows: {reason}").format(reason=reason)
        case e.Enabled():
            return _("ready to stimulate, all channels at 0")
        case e.OutputSent(amplitudes=amplitudes, gap=gap):
            return _("sent: {output}").format(output=amplitudes_words(amplitudes)) + _gap_words(gap)
        case e.OutputConfirmed(amplitudes=amplitudes, gap=gap):
            return _("confirmed: {output}").format(output=amplitudes_words(amplitudes)) + _gap_words(gap)
        case e.DeviceFault(fault=fault, channel=channel, result=result):
            said = (
                _("{fault} Channel {channel}, result {result}.")
                if channel
                else _("{fault} No channel told, result {result}.")
            )
            return said.format(fault=why(f"fault:{fault}"), channel=channel, result=result)
        case e.Doubt(since_ms=since_ms):
            return _("from {ms} ms of the session's clock on it is not known what flowed").format(ms=since_ms)
        case e.Unanswered(request=request):
            return _("no answer to {request}").format(request=request)
        case e.LinkLost(reason=reason):
            return _("the line is gone: {reason}").format(reason=reason)
        case e.HaltConfirmed():
            return _("off, confirmed by the device")
        case e.HaltUnconfirmed():
            return _("STOP UNCONFIRMED: the device never answered")
        case _:
            assert_never(event)


def _gap_words(gap: tuple[int, ...]) -> str:
    return _(", silent until the next burst") if gap else ""


def command_words(command: c.Command, *, everything: bool) -> str:
    """What was decided or asked for; "" for what is told only with everything."""
    match command:
        case c.Note():
            return f"= {decision_words(command.code, command.values)}".rstrip()
        case c.Halt():
            return _("-> halt")
        case c.Enable():
            return _("-> get ready, at 0")
        case c.Identify():
            return _("-> who are you?")
        case c.Close():
            return ""
        case _:
            return _to_guard_or_device(command) if everything else ""


_Quiet = c.MakeDurable | c.Unlatch | c.Arm | c.Disarm | c.SetOutput


def _to_guard_or_device(command: _Quiet) -> str:
    match command:
        case c.Arm(channel=channel, level_ua=level_ua, ramp_ms=ramp_ms):
            said = _("-> guard armed: channel {channel} up to {level} mA in {ms} ms")
            return said.format(channel=channel, level=ma(level_ua), ms=ramp_ms)
        case c.SetOutput(outputs=outputs):
            wanted = tuple((output.channel, output.amplitude_ua) for output in outputs)
            return _("-> output {output}").format(output=amplitudes_words(wanted))
        case c.MakeDurable(intent=intent):
            return _("-> write intent {number} to the disk").format(number=intent)
        case c.Unlatch():
            return _("-> guard released")
        case c.Disarm():
            return _("-> guard disarmed")
        case _:
            assert_never(command)


def amplitudes_words(amplitudes: Amplitudes) -> str:
    """`channel 1 12.0 mA, channel 2 8.5 mA`."""
    said = _("channel {channel} {amplitude} mA")
    told = ", ".join(said.format(channel=channel, amplitude=ma(ua)) for channel, ua in amplitudes)
    return told or _("all channels 0 mA")
