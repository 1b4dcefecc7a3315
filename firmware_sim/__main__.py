"""Start the simulated P24 as a program: `nmes-sim` or `python -m firmware_sim`."""

import contextlib
import os
import sys
import threading
import time
from pathlib import Path
from typing import TextIO

from firmware_sim.backdoor import Backdoor
from firmware_sim.backdoor.port import Port
from firmware_sim.device import P24, Stage
from firmware_sim.options import BadStart, Options, parse
from firmware_sim.people import person
from firmware_sim.serve import Ending, Line, Request, Server, Signals
from firmware_sim.simulator import Simulator
from firmware_sim.stage.trace import TraceFile


def main(argv: list[str] | None = None) -> int:
    """Exit code 0 after a clean end, 1 without trace or when a scenario did not hold, 2 when it could not start."""
    try:
        options = parse(argv)
        with contextlib.ExitStack() as stack:
            trace = TraceFile(stack.enter_context(_open_trace(options.trace))) if options.trace else None
            if options.scenario is not None:
                return _play(options, trace)
            return _panel(options, trace) if options.panel else _serve(options, trace)
    except BadStart as bad:
        _say(str(bad))
        return 2
    except OSError as error:
        _say(f"stopped: {error}")
        return 1


def _serve(options: Options, trace: TraceFile | None) -> int:
    simulator = _simulator(options, trace)
    idle, stays = options.exit_when_idle_s, ("SIGINT", "SIGHUP")
    signals = Signals(
        ends=("SIGTERM",) if idle is not None else ("SIGTERM", *stays),
        ignored=stays if idle is not None else (),
    )
    server, _ = _build(options, simulator, trace, signals)
    _announce(f"listening {server.line.url}")
    if server.backdoor is not None:
        _announce(f"backdoor {server.backdoor.url}")
    server.run()
    return 0


def _panel(options: Options, trace: TraceFile | None) -> int:
    """The server in a thread, the panel in this one: it owns the terminal and the signals."""
    try:
        from firmware_sim.panel import run_panel
    except ImportError as error:
        raise BadStart(f"the panel cannot be loaded: {error}") from None
    ending = Request()
    failed: list[OSError] = []

    def serve() -> None:
        try:
            server.run()
        except OSError as error:
            failed.append(error)

    server, backdoor = _build(options, _simulator(options, trace), trace, ending)
    server.announce = lambda _: None  # the terminal is the panel's
    thread = threading.Thread(target=serve, name="nmes-sim-line", daemon=True)
    thread.start()
    try:
        code = run_panel(backdoor, lambda: server.line.url, alive=thread.is_alive)
    finally:
        ending.end("panel")
        thread.join(5)
        ending.close()
    if failed:
        raise failed[0]
    return code


def _play(options: Options, trace: TraceFile | None) -> int:
    from firmware_sim.scenario.command import run

    return run(options.scenario or "", options.speed, options.over == "socket", trace)


def _simulator(options: Options, trace: TraceFile | None) -> Simulator:
    stage = Stage(keep_trace=False, sink=trace)
    try:
        patient = person(options.patient, options.sites, options.seed, stage)
    except ValueError as bad:
        raise BadStart(str(bad)) from None
    for channel, load in options.loads.items():
        stage.set_load(channel, load)
    device = P24(options.switches, stage, options.device_id, keep_trace=False)
    return Simulator(device, patient, options.seed, digest=True)


def _build(options: Options, simulator: Simulator, trace: TraceFile | None, signals: Ending) -> tuple[Server, Backdoor]:
    server = Server(
        simulator=simulator,
        line=_open_line(options),
        signals=signals,
        start_ns=time.monotonic_ns(),
        trace=trace,
        exit_when_idle_us=None if options.exit_when_idle_s is None else round(options.exit_when_idle_s * 1e6),
        speed=options.speed or 1.0,
        announce=lambda url: _announce(f"listening {url}"),
    )
    backdoor = Backdoor(simulator, now=server.now_us, lock=server.lock)
    if options.backdoor is not None:
        server.backdoor = _open_port(options.backdoor, backdoor)
    return server, backdoor


def _open_trace(path: Path) -> TextIO:
    try:
        return path.open("w", encoding="utf-8", newline="\n")
    except OSError as error:
        raise BadStart(f"--trace {path}: {error.strerror}") from None


def _open_port(port: int, backdoor: Backdoor) -> Port:
    try:
        return Port(port, backdoor.handle)
    except OSError as error:
        raise BadStart(f"cannot open port {port} for the backdoor: {error.strerror}") from None


def _open_line(options: Options) -> Line:
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


def _announce(text: str) -> None:
    """One line for the parent; a parent that has gone away does not end the device."""
    with contextlib.suppress(OSError, ValueError, AttributeError):
        print(text, flush=True)
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
