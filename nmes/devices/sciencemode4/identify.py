"""Who a device is, question by question. Pure: from the answer to one question follows the next, or an end.

Law: the id, then the versions, then the battery where there is one, then the levels. Whatever is answered with anything
but a plain OK ends in `Stranger`; the battery alone may keep its secret, because nothing hangs on it. A device that
does not know this family's version question is asked the other's, so that it can be named for what it is.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from nmes.core.events import Battery, Identified
from nmes.devices.sciencemode4 import wording
from nmes.devices.sciencemode4.dialect import Dialect
from nmes.devices.sciencemode4.heard import Heard
from nmes.devices.sciencemode4.numbers import Result
from nmes.devices.sciencemode4.requests import GetBatteryStatus, GetStimStatus, Request
from nmes.devices.sciencemode4.responses import (
    BatteryStatus,
    DeviceId,
    ExtendedVersion,
    GeneralError,
    Response,
    StimStatusAck,
    UnknownCmd,
    VersionMain,
)

FULL_PERCENT = 100


@dataclass(frozen=True, slots=True)
class Known:
    """What a device has told of itself so far; "" and None are not known."""

    device_id: str = ""
    firmware: str = ""
    battery_percent: int | None = None
    refused: int = 0
    """The result with which it refused this family's version question; 0 = it did not."""


@dataclass(frozen=True, slots=True)
class Next:
    """Ask this next; `known` is what is known by then."""

    question: Request
    known: Known


@dataclass(frozen=True, slots=True)
class Stranger:
    """Not a device of this family; `reason` names what it is instead, where it said so."""

    reason: str


Judged = Next | StimStatusAck | Stranger
"""A StimStatusAck ends it: the device is known, and this is where its levels stand."""


def judge(dialect: Dialect, question: Request, known: Known, answer: Response) -> Judged | None:
    """What follows from the answer to this question; None = it belongs to no question, the deadline decides."""
    match answer:
        case GeneralError():
            return None
        case DeviceId(Result.OK, device_id):
            return Next(dialect.version, replace(known, device_id=device_id))
        case ExtendedVersion(Result.OK) | VersionMain(Result.OK):
            return _judge_version(dialect, known, answer)
        case BatteryStatus(Result.OK, percent) if percent <= FULL_PERCENT:
            return Next(GetStimStatus(), replace(known, battery_percent=percent))
        case StimStatusAck(Result.OK):
            return answer
        case UnknownCmd(result) if question == dialect.version:
            return Next(dialect.foreign_version, replace(known, refused=result))
        case other if isinstance(question, GetBatteryStatus):
            return Next(GetStimStatus(), known)
        case other:
            return Stranger(wording.would_not_say(known.refused or other.result, dialect.capabilities.model))


def _judge_version(dialect: Dialect, known: Known, answer: ExtendedVersion | VersionMain) -> Judged:
    model, sciencemode = dialect.capabilities.model, answer.sciencemode
    if known.refused:
        if sciencemode[0] != dialect.foreign_generation:
            return Stranger(wording.would_not_say(known.refused, model))
        return Stranger(wording.other_family(known.device_id, sciencemode, dialect.foreign_model, model))
    if sciencemode[0] != dialect.generation:
        return Stranger(wording.other_version(known.device_id, sciencemode, model, dialect.generation))
    if sciencemode[1] < dialect.oldest:
        return Stranger(wording.too_old(known.device_id, sciencemode, model, dialect.oldest))
    told = replace(known, firmware=wording.firmware(answer.firmware, sciencemode))
    return Next(GetBatteryStatus() if dialect.has_battery else GetStimStatus(), told)


def unanswered(dialect: Dialect, known: Known, heard: Heard) -> str:
    """Why a device is refused that has not answered a question, though it was put twice."""
    model = dialect.capabilities.model
    if known.refused:
        return wording.would_not_say(known.refused, model)
    return wording.nothing_answered(heard, model, dialect.generation)


def said_of(dialect: Dialect, known: Known) -> tuple[Identified | Battery, ...]:
    """What is told of a device that has said who it is."""
    who = Identified(dialect.capabilities.model, known.device_id, known.firmware)
    return (who,) if known.battery_percent is None else (who, Battery(known.battery_percent))
