"""The virtual patient of the built-in simulator, asked through its backdoor: JSON lines, one answer per request.

Law: only a thread of its own ever asks, and only while somebody looks; a backdoor that is slow, silent or gone costs
the session and the screen nothing. The device's own line is another socket, which nothing here knows.
"""

from __future__ import annotations

import json
import socket
import threading
import time
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final, Literal

from nmes.runtime.sim_bench import Body, Comfort, Model, MuscleState, PadState

ANSWER_S: Final = 1.0
"""The longest one answer is waited for; the child answers in milliseconds [design]."""
LONGEST_ANSWER: Final = 1_000_000
"""Bytes; the whole state of a simulator is some thousands [design]."""
TOLERANCE_C: Final = 700
"""A pain score of 7 is the most that is tolerated [design, the virtual patient's own scale]."""
PAIN_C: Final = 500
"""A pain score of 5 is pain [design, the virtual patient's own scale]."""
OFF: Final = "electrode_off"

Ask = Callable[[str], str]
"""One request line in, one answer line out; OSError when there is none."""
Node = Mapping[str, Any]
Act = tuple[Literal["pull", "put_back"], int]


@dataclass(frozen=True, slots=True)
class Timing:
    """How often it is looked at the virtual patient, and for how long what was seen counts."""

    poll_s: float = 0.5
    """As often as a screen shows it [design: 2 Hz]."""
    unseen_s: float = 5.0
    """Nobody has looked for so long: the thread ends, the next look starts another [design]."""
    stale_s: float = 3.0
    """What is older is not shown as the present [design]."""


TIMING: Final = Timing()


def _nothing_open() -> None:
    """What asks holds nothing that would have to be closed."""


class SocketAsk:
    """Asks over a loopback socket, which is opened when it is needed and again after a failure.

    `token` is said first on each connection: the simulator answers nobody else on this computer.
    """

    def __init__(self, port: int, token: str, answer_s: float = ANSWER_S, longest: int = LONGEST_ANSWER) -> None:
        self._port, self._answer_s, self._longest = port, answer_s, longest
        self._greeting = json.dumps({"token": token}).encode() + b"\n"
        self._socket: socket.socket | None = None
        self._unread = b""

    def __call__(self, line: str) -> str:
        try:
            return self._exchange(line.encode() + b"\n")
        except OSError:
            self.close()
            raise

    def close(self) -> None:
        """Idempotent."""
        if self._socket is not None:
            self._socket.close()
        self._socket, self._unread = None, b""

    def _exchange(self, data: bytes) -> str:
        until = time.monotonic() + self._answer_s
        if self._socket is None:
            self._socket = socket.create_connection(("127.0.0.1", self._port), self._answer_s)
            self._socket.sendall(self._greeting)
            self._line(self._socket, until)  # a refusal closes the connection, which the next line finds
        self._socket.sendall(data)
        return self._line(self._socket, until)

    def _line(self, connection: socket.socket, until: float) -> str:
        while b"\n" not in self._unread:
            left_s = until - time.monotonic()
            if left_s <= 0 or len(self._unread) > self._longest:
                raise TimeoutError("no answer from the backdoor")
            connection.settimeout(left_s)
            more = connection.recv(65_536)
            if not more:
                raise ConnectionError("the backdoor was closed")
            self._unread += more
        answer, _, self._unread = self._unread.partition(b"\n")
        return answer.decode()


class BackdoorBench:
    """A `SimBench` behind a backdoor. `ask`, and `hang_up` after it, are called by its own thread only."""

    def __init__(
        self,
        ask: Ask,
        hang_up: Callable[[], None] = _nothing_open,
        timing: Timing = TIMING,
        clock_s: Callable[[], float] = time.monotonic,
    ) -> None:
        self._ask, self._hang_up, self._timing, self._clock_s = ask, hang_up, timing, clock_s
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None
        self._wanted: deque[Act] = deque()
        self._wake = threading.Event()
        self._looked_s = self._known_s = float("-inf")
        self._body: Body | None = None
        self._off: Mapping[int, tuple[int, ...]] = {}

    def look(self) -> Body | None:
        self._looked_s = self._clock_s()
        self._go_on()
        return self._body if self._clock_s() - self._known_s <= self._timing.stale_s else None

    def pull(self, channel: int) -> None:
        self._do(("pull", channel))

    def put_back(self, channel: int) -> None:
        self._do(("put_back", channel))

    def _do(self, act: Act) -> None:
        self._looked_s = self._clock_s()
        self._wanted.append(act)
        self._wake.set()
        self._go_on()

    def _go_on(self) -> None:
        """There is a thread as long as somebody looks."""
        with self._lock:
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name="nmes-sim-bench", daemon=True)
                self._thread.start()

    def _run(self) -> None:
        try:
            while not self._unseen():
                self._wake.clear()
                self._try()
                self._wake.wait(self._timing.poll_s)
        finally:
            with self._lock:
                self._let_go()

    def _try(self) -> None:
        """Slow, gone or not understood: what was known grows old and nothing is shown."""
        try:
            self.turn()
        except Exception:  # noqa: BLE001 - an answer can be wrong in any way; the next one may be right
            self._wanted.clear()  # nobody's pad is pulled long after he asked for it

    def _unseen(self) -> bool:
        with self._lock:
            if self._clock_s() - self._looked_s < self._timing.unseen_s:
                return False
            self._let_go()  # in one piece with the decision: a look that comes now starts another thread
            return True

    def _let_go(self) -> None:
        """The thread is over, whatever ended it; with the lock held."""
        if self._thread is threading.current_thread():
            self._hang_up()
            self._thread = None

    def turn(self) -> None:
        """Look once, and do what is wanted. Raises what `ask` does, and ValueError for a refusal."""
        self._see()
        while self._wanted:
            self._carry_out(*self._wanted.popleft())
            self._see()

    def _see(self) -> None:
        state = self._request({"do": "get", "what": "state"})["state"]
        self._off = pulled_pads(state)
        self._body, self._known_s = body_of(state), self._clock_s()

    def _carry_out(self, what: str, channel: int) -> None:
        injections = self._off.get(channel, ())
        if what == "pull" and not injections:
            self._request({"do": "inject", "fault": OFF, "channel": channel})
        elif what == "put_back":
            for injection in injections:
                self._request({"do": "clear", "injection": injection})

    def _request(self, request: Node) -> Node:
        answer: Node = json.loads(self._ask(json.dumps(request)))
        if not answer["ok"]:
            raise ValueError(answer["error"])
        return answer


def pulled_pads(state: Node) -> dict[int, tuple[int, ...]]:
    """By channel, the numbers of what holds its pads off the skin."""
    off: dict[int, tuple[int, ...]] = {}
    for fault in state["faults"]:
        if fault["kind"] == OFF and fault["state"] != "over":
            off[fault["channel"]] = (*off.get(fault["channel"], ()), fault["id"])
    return off


def body_of(state: Node) -> Body | None:
    """The virtual patient out of the simulator's state; None where there is none."""
    person = state["patient"]
    if person is None:
        return None
    off = pulled_pads(state)
    pain_c = round(person["pain"] * 100)
    felt = max((channel["sensory"] for channel in person["channels"]), default=0.0)
    strong = any(channel["motor"] >= 1 or channel["sensory"] >= 1.5 for channel in person["channels"])
    return Body(
        _comfort(pain_c, felt >= 1, strong),
        pain_c,
        tuple(_muscle(muscle) for muscle in person["muscles"]),
        tuple(_pad(channel, off) for channel in person["channels"]),
    )


def _comfort(pain_c: int, felt: bool, strong: bool) -> Comfort:
    if pain_c > TOLERANCE_C:
        return Comfort.TOO_MUCH
    if pain_c >= PAIN_C:
        return Comfort.HURTS
    if strong:
        return Comfort.STRONG
    return Comfort.FELT if felt else Comfort.NOTHING


def _muscle(node: Node) -> MuscleState:
    return MuscleState(
        node["name"], node["side"], node["force_mn"], 1000 - min(1000, node["strength_permille"]), node["cramping"]
    )


def _pad(node: Node, off: Mapping[int, tuple[int, ...]]) -> PadState:
    match node["model"]:
        case None:
            model = Model.NONE
        case "generic":
            model = Model.GENERIC
        case _:
            model = Model.OWN
    return PadState(node["channel"], node["muscle"], node["side"], model, node["channel"] not in off)
