"""Start a simulated device as a program: `nmes-sim` or `python -m firmware_sim`.

What a mode needs is imported by it, so that --version and a mistake cost next to nothing.
"""

from __future__ import annotations

import contextlib
import os
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, TextIO, assert_never

from firmware_sim.options import BadStart, parse

if TYPE_CHECKING:
    from collections.abc import Callable

    from firmware_sim.backdoor import Backdoor
    from firmware_sim.backdoor.port import Port
    from firmware_sim.options.modes import Options, Panel, Play, Serve, World
    from firmware_sim.serve import Ending, Line, Server
    from firmware_sim.simulator import Simulator
    from firmware_sim.stage.trace import TraceFile


def main(argv: list[str] | None = None) -> int:
    """Exit code 0 after a clean end, 1 when it broke or a scenario did not hold, 2 when it could not start."""
    try:
        return _run(parse(argv))
    except BadStart as bad:
        _say(str(bad))
        return 2
    except OSError as error:
        _say(f"stopped: {error}")
        return 1
    except Exception as error:  # noqa: BLE001 - a fault of our own is one line too, and never looks like a clean end
        _say(f"stopped by a fault of its own: {type(error).__name__}: {error}")
        return 1


def _run(options: Options) -> int:
    from firmware_sim.options.modes import Panel, Play, Serve
    from firmware_sim.stage.trace import TraceFile

    with contextlib.ExitStack() as stack:
        trace = TraceFile(stack.enter_context(_open_trace(options.trace))) if options.trace else None
        match options.mode:
            case Serve() as mode:
                return _serve(mode, trace)
            case Panel() as mode:
                return _panel(mode, trace)
            case Play() as mode:
                return _play(mode, trace)
            case _:
                assert_never(options.mode)


def _serve(mode: Serve, trace: TraceFile | None) -> int:
    from firmware_sim.serve import Signals

    simulator = _simulator(mode.world, trace, digest=mode.backdoor is not None)
    idle, stays = mode.exit_when_idle_s, ("SIGINT", "SIGHUP")
    signals = Signals(
        ends=("SIGTERM",) if idle is not None else ("SIGTERM", *stays),
        ignored=stays if idle is not None else (),
    )
    server, _ = _build(mode, simulator, trace, signals, _say)
    _announce(f"listening {server.line.url}")
    _announce_backdoor(server)
    server.run()
    return 0


def _panel(mode: Panel, trace: TraceFile | None) -> int:
    """The server in a thread, the panel in this one: it owns the terminal and the signals."""
    try:
        from firmware_sim.panel import run_panel
    except ImportError as error:
        raise BadStart(f"the panel cannot be loaded: {error}") from None
    from firmware_sim.background import serving
    from firmware_sim.serve import Request

    ending = Request()
    simulator = _simulator(mode.serve.world, trace, digest=True)
    server, backdoor = _build(mode.serve, simulator, trace, ending, lambda _: None)
    server.announce = lambda _: None  # the terminal is the panel's
    _announce_backdoor(server)  # seen again when the panel closes, or where stdout goes
    with serving(server, ending, "panel") as background:
        return run_panel(backdoor, lambda: server.line.url, alive=background.alive)


def _play(mode: Play, trace: TraceFile | None) -> int:
    from firmware_sim.scenario.command import run

    return run(mode.scenario, mode.speed, mode.over == "socket", trace)


def _simulator(world: World, trace: TraceFile | None, *, digest: bool) -> Simulator:
    from firmware_sim.devices import model
    from firmware_sim.people import place_patient
    from firmware_sim.simulator import Simulator
    from firmware_sim.stage import Stage

    stage = Stage(keep_trace=False)
    try:
        patient = place_patient(world.patient, world.sites, world.seed, stage)
    except ValueError as bad:
        raise BadStart(str(bad)) from None
    for channel, load in world.loads.items():
        stage.set_load(channel, load)
    device = model(world.device).make(world.switches, stage, world.device_id, False)
    return Simulator(device, patient, world.seed, digest=digest, trace=trace)


def _build(
    mode: Serve, simulator: Simulator, trace: TraceFile | None, signals: Ending, complain: Callable[[str], None]
) -> tuple[Server, Backdoor]:
    from firmware_sim.backdoor import Backdoor
    from firmware_sim.serve import Server

    server = Server(
        simulator=simulator,
        line=_open_line(mode, simulator, complain),
        signals=signals,
        start_ns=time.monotonic_ns(),
        trace=trace,
        exit_when_idle_us=None if mode.exit_when_idle_s is None else round(mode.exit_when_idle_s * 1e6),
        speed=mode.speed,
        announce=lambda url: _announce(f"listening {url}"),
    )
    backdoor = Backdoor(simulator, now=server.now_us, lock=server.lock)
    if mode.backdoor is not None:
        server.backdoor = _open_port(mode.backdoor, backdoor)
    return server, backdoor


def _open_trace(path: Path) -> TextIO:
    try:
        return path.open("w", encoding="utf-8", newline="\n")
    except OSError as error:
        raise BadStart(f"--trace {path}: {error.strerror}") from None


def _open_port(port: int, backdoor: Backdoor) -> Port:
    from firmware_sim.backdoor.port import Port
    from firmware_sim.backdoor.visitor import new_token

    try:
        return Port(port, backdoor.handle, new_token())
    except OSError as error:
        raise BadStart(f"cannot open port {port} for the backdoor: {error.strerror}") from None


def _open_line(mode: Serve, simulator: Simulator, complain: Callable[[str], None]) -> Line:
    from firmware_sim.options.modes import Tcp

    line = mode.line
    if isinstance(line, Tcp):
        from firmware_sim.tcp_line import TcpLine

        try:
            return TcpLine(line.port)
        except OSError as error:
            raise BadStart(f"cannot open port {line.port}: {error.strerror}") from None
    try:
        from firmware_sim.pty_line import PtyLine

        model = simulator.device.model
        return PtyLine(model.line if line.checked and model.line_matters else None, complain)
    except OSError as error:
        raise BadStart(f"cannot open a pseudo-terminal: {error.strerror}") from None
    except ImportError:
        raise BadStart("this system has no pseudo-terminals; use --serve tcp") from None


def _announce_backdoor(server: Server) -> None:
    """Its address, and the token that is asked for there: only whoever reads this output can come in."""
    if server.backdoor is not None:
        _announce(f"backdoor {server.backdoor.url} {server.backdoor.token}")


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
