"""Law: every line in gives one line out; nothing a client sends may raise, stall or fill the memory.

A fault of the device as its time goes on is nothing that a client sent, and no answer: it is raised, and ends the
program. So its line drops, and its controller halts; a device that went on with a fault would only look alive.

{"id":1,"do":"get","what":"state"} -> {"id":1,"ok":true,"state":{...}}, or {"id":1,"ok":false,"error":"one sentence"}.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any

from firmware_sim.backdoor import help_text, views
from firmware_sim.backdoor.settings import change
from firmware_sim.backdoor.words import Fields, Refused
from firmware_sim.simulator import Simulator

LONGEST_LINE = 16_384
"""Bytes of a request. [design]"""
LONGEST_LEAP_US = 3_600_000_000
"""How far one `advance` may go: an hour. [design]"""

Answer = dict[str, Any]


class Backdoor:
    """Answers requests about one simulator.

    `now` is the clock the simulator lives by, read before every request; without it time stands where the simulator
    is. `advance` lets a client move a virtual clock; without it a request to do so is refused. `lock` is shared with
    whoever else turns the simulator.
    """

    def __init__(
        self,
        simulator: Simulator,
        *,
        now: Callable[[], int] | None = None,
        advance: Callable[[int], None] | None = None,
        lock: AbstractContextManager[Any] | None = None,
    ) -> None:
        self._simulator = simulator
        self._now = now
        self._advance = advance
        self._lock = lock or threading.RLock()

    def handle(self, line: str) -> str:
        """The answer to one request, without a line end. Raises only what the device's own time raises."""
        try:
            fields = Fields(_decoded(line))
            number = fields.number()
        except ValueError as bad:
            return _line(None, _refused(str(bad)))
        with self._lock:
            if self._now is not None:
                self._simulator.advance(max(self._now(), self._simulator.now_us))
            return _line(number, self._answer(fields))

    def _answer(self, fields: Fields) -> Answer:
        try:
            return {"ok": True, **self._do(fields)}
        except ValueError as bad:
            return _refused(str(bad))
        except Exception as error:  # noqa: BLE001 - whatever a client caused, the device lives on and the client is told
            return _refused(f"internal error: {type(error).__name__}: {error}")

    def _do(self, fields: Fields) -> Answer:
        what = fields.word("do", ("get", "set", "inject", "clear", "snapshot", "restore", "advance", "help"))
        answer = self._carry_out(what, fields)
        fields.done()
        return answer

    def _carry_out(self, what: str, fields: Fields) -> Answer:
        simulator = self._simulator
        match what:
            case "get":
                return self._get(fields)
            case "set":
                return change(simulator, fields)
            case "inject":
                return self._inject(fields)
            case "clear":
                simulator.clear(fields.whole("injection", 1, 1_000_000_000, None))
                return {}
            case "snapshot":
                simulator.snapshot(fields.text("name"))
                return {"snapshots": list(simulator.snapshots)}
            case "restore":
                simulator.restore(fields.text("name"))
                return {"t_us": simulator.now_us}
            case "advance":
                return self._move(fields)
            case _:
                return {"help": help_text.page(simulator.device.model)}

    def _get(self, fields: Fields) -> Answer:
        simulator = self._simulator
        channels = simulator.device.model.channels
        match fields.word("what", ("state", "pulses", "waveform", "faults", "help")):
            case "state":
                return {"state": views.state(simulator)}
            case "pulses":
                return {"pulses": views.pulses(simulator, fields.whole("last", 1, 256, 20))}
            case "waveform":
                return {"waveform": views.waveform(simulator, fields.whole("channel", 1, channels))}
            case "faults":
                return {"faults": views.faults(simulator)}
            case _:
                return {"help": help_text.page(simulator.device.model)}

    def _inject(self, fields: Fields) -> Answer:
        kind = fields.text("fault")
        at_us = fields.whole("at_us", 0, 10**15, None)
        for_us = fields.whole("for_us", 1, 10**15, None)
        params = fields.group("params")
        if clash := params.keys() & {"at_us", "for_us", "channel", "kind", "self"}:
            raise Refused(f'{min(clash)!r} is no parameter of a fault; it stands beside "fault"')
        channel = fields.any("channel")
        number = self._simulator.inject(kind, at_us=at_us, for_us=for_us, channel=channel, **params)
        return {"injection": number}

    def _move(self, fields: Fields) -> Answer:
        by_us = fields.whole("by_us", 0, LONGEST_LEAP_US)
        if self._advance is None:
            raise Refused("this simulator lives by a clock that cannot be moved; start a virtual one for that")
        try:
            self._advance(by_us)
        except ValueError as fault:  # what was asked for was right: it is the device's own
            raise RuntimeError(str(fault)) from fault
        return {"t_us": self._simulator.now_us}


def _refused(why: str) -> Answer:
    return {"ok": False, "error": why}


def _line(number: object, answer: Answer) -> str:
    return json.dumps({"id": number, **answer}, separators=(",", ":"), allow_nan=False)


def _decoded(line: str) -> object:
    if len(line) > LONGEST_LINE:
        raise Refused(f"a request has at most {LONGEST_LINE} characters, not {len(line)}")
    try:
        return json.loads(line)
    except (ValueError, RecursionError) as error:
        said = str(error) if isinstance(error, ValueError) else "nested too deeply"
        raise Refused(f"this is not JSON: {said}") from None
