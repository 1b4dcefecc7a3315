"""Start the simulated P24 as a program: `nmes-sim` or `python -m firmware_sim`."""

import argparse
import contextlib
import os
import sys
import time
from dataclasses import dataclass, replace
from pathlib import Path
from typing import NoReturn, TextIO

from firmware_sim import __version__
from firmware_sim.device import P24, Stage
from firmware_sim.sciencemode4 import switches
from firmware_sim.sciencemode4.switches import Switches
from firmware_sim.serve import Line, Server, Signals
from firmware_sim.stage import LOADS
from firmware_sim.stage.trace import TraceFile


class _Parser(argparse.ArgumentParser):
    """Bad arguments cost one line."""

    def error(self, message: str) -> NoReturn:
        raise BadStart(message)


class BadStart(Exception):
    """The program cannot start; the message is one line for the person who typed."""


@dataclass(frozen=True, slots=True)
class _Options:
    serve: str
    port: int
    trace: Path | None
    device_id: str
    loads: dict[int, str]
    switches: Switches
    exit_when_idle_s: float | None
    speed: float


def main(argv: list[str] | None = None) -> int:
    """Exit code 0 after a clean end, 1 when the trace could not be written, 2 when it could not start."""
    try:
        options = _parse(argv)
        with contextlib.ExitStack() as stack:
            server = _build(options, stack)
            _announce(server.line.url)
            server.run()
    except BadStart as bad:
        _say(str(bad))
        return 2
    except OSError as error:
        _say(f"stopped: {error}")
        return 1
    return 0


def _parse(argv: list[str] | None) -> _Options:
    parser = _Parser(
        prog="nmes-sim",
        description="A simulated HASOMED P24 stimulator on a socket or a pseudo-terminal.",
        formatter_class=argparse.RawDescriptionHelpFormatter,
        epilog=_switch_help(),
    )
    parser.add_argument("--version", action="version", version=f"nmes-sim {__version__}")
    parser.add_argument("--serve", choices=("tcp", "pty"), default="tcp", help="the line (default: tcp)")
    parser.add_argument("--port", type=int, default=0, help="TCP port on 127.0.0.1; 0 = any free one (default)")
    parser.add_argument("--trace", type=Path, metavar="FILE", help="write pulses and events as JSON lines")
    parser.add_argument("--device-id", default="P24-SIM001", metavar="TEXT", help="ten characters")
    parser.add_argument(
        "--load",
        nargs="+",
        default=[],
        metavar="[CHANNEL=]LOAD",
        help=f"electrode of all channels or of one: {', '.join(LOADS)}",
    )
    parser.add_argument(
        "--switch", action="append", default=[], metavar="NAME=VALUE", help="an undocumented behaviour, see below"
    )
    parser.add_argument(
        "--exit-when-idle",
        type=float,
        metavar="SECONDS",
        help="end when no client was there for that long and the output is silent; "
        "ignores Ctrl+C and a closed terminal",
    )
    parser.add_argument(
        "--speed", type=float, default=1.0, metavar="FACTOR", help="how fast the device's time passes (0.01 to 100)"
    )
    return _options(parser.parse_args(argv))


def _options(given: argparse.Namespace) -> _Options:
    if not 0 <= given.port <= 65_535:
        raise BadStart(f"--port {given.port}: a port is a number from 0 to 65535")
    if given.serve == "pty" and given.port:
        raise BadStart("--port belongs to --serve tcp")
    if len(given.device_id) != 10 or not given.device_id.isascii():
        raise BadStart(f"--device-id {given.device_id!r}: a device id has exactly ten ASCII characters")
    if given.exit_when_idle is not None and not 0 <= given.exit_when_idle < float("inf"):
        raise BadStart("--exit-when-idle needs a number of seconds, 0 or more")
    if not 0.01 <= given.speed <= 100:
        raise BadStart(f"--speed {given.speed}: a number from 0.01 to 100")
    return _Options(
        serve=given.serve,
        port=given.port,
        trace=given.trace,
        device_id=given.device_id,
        loads=_loads(given.load),
        switches=_switches(given.switch),
        exit_when_idle_s=given.exit_when_idle,
        speed=given.speed,
    )


def _loads(words: list[str]) -> dict[int, str]:
    loads: dict[int, str] = {}
    for word in words:
        channel, equals, name = word.rpartition("=")
        if name not in LOADS:
            raise BadStart(f"--load {word}: unknown load; known: {', '.join(LOADS)}")
        if equals and channel not in set("12345678"):
            raise BadStart(f"--load {word}: a channel is a number from 1 to 8")
        loads |= {int(channel): name} if equals else dict.fromkeys(range(1, 9), name)
    return loads


def _switches(words: list[str]) -> Switches:
    chosen = Switches()
    for word in words:
        name, _, text = word.partition("=")
        if name not in switches.names():
            raise BadStart(f"--switch {word}: unknown switch; known: {', '.join(switches.names())}")
        values = {str(value).lower(): value for value in switches.values_of(name)}
        if text.lower() not in values:
            raise BadStart(f"--switch {word}: {name} is one of {', '.join(values)}")
        chosen = replace(chosen, **{name: values[text.lower()]})
    return chosen


def _switch_help() -> str:
    lines = ["switches (default first):"]
    for name in switches.names():
        values = "|".join(str(value).lower() for value in switches.values_of(name))
        lines += [f"  {name}={values}", f"      {switches.covers(name)}"]
    return "\n".join(lines)


def _build(options: _Options, stack: contextlib.ExitStack) -> Server:
    trace = TraceFile(stack.enter_context(_open_trace(options.trace))) if options.trace else None
    stage = Stage(dict(options.loads), keep_trace=False, sink=trace)
    idle = options.exit_when_idle_s
    stays = ("SIGINT", "SIGHUP")
    signals = Signals(
        ends=("SIGTERM",) if idle is not None else ("SIGTERM", *stays),
        ignored=stays if idle is not None else (),
    )
    return Server(
        device=P24(options.switches, stage, options.device_id, keep_trace=False),
        line=_open_line(options),
        signals=signals,
        start_ns=time.monotonic_ns(),
        trace=trace,
        exit_when_idle_us=None if idle is None else round(idle * 1e6),
        speed=options.speed,
    )


def _open_trace(path: Path) -> TextIO:
    try:
        return path.open("w", encoding="utf-8", newline="\n")
    except OSError as error:
        raise BadStart(f"--trace {path}: {error.strerror}") from None


def _open_line(options: _Options) -> Line:
    try:
        if options.serve == "tcp":
            from firmware_sim.tcp_line import TcpLine

            return TcpLine(options.port)
        from firmware_sim.pty_line import PtyLine

        return PtyLine()
    except OSError as error:
        where = f"port {options.port}" if options.serve == "tcp" else "a pseudo-terminal"
        raise BadStart(f"cannot open {where}: {error.strerror}") from None
    except ImportError:
        raise BadStart("this system has no pseudo-terminals; use --serve tcp") from None


def _announce(url: str) -> None:
    """One line for the parent; a parent that has gone away does not end the device."""
    with contextlib.suppress(OSError, ValueError, AttributeError):
        print(f"listening {url}", flush=True)
    _mute_broken("stdout")


def _say(message: str) -> None:
    with contextlib.suppress(OSError, ValueError, AttributeError):
        print(f"nmes-sim: {message}", file=sys.stderr, flush=True)
    _mute_broken("stderr")


def _mute_broken(name: str) -> None:
    """Lets the interpreter's own flush at exit go nowhere when the stream is broken."""
    stream = getattr(sys, name)
    if stream is None:
        return
    try:
        stream.flush()
    except (OSError, ValueError):
        with contextlib.suppress(OSError, ValueError):
            os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())


if __name__ == "__main__":
    sys.exit(main())
