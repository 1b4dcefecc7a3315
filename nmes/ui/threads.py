"""What may wait for a disk or a line, in threads of its own: the event loop waits for none of it.

Law: opening and closing a session never wait for a thread to be free, as they would in asyncio's common pool, which
holds a few threads only; cancelling what waits for an answer does not end the thread. So a look-up, which may be asked
for at each key, has one thread at a time.
"""

from __future__ import annotations

import asyncio
import contextvars
import threading
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any, TypeVar

_Answer = TypeVar("_Answer")


class Overtaken(Exception):
    """A newer question has taken the place of this one, which was never asked."""


def in_thread(call: Callable[[], _Answer], name: str, *, may_be_left: bool = False) -> asyncio.Future[_Answer]:
    """Call it in a new thread. `may_be_left`: the program may end while it still runs."""
    loop, context = asyncio.get_running_loop(), contextvars.copy_context()
    answer: asyncio.Future[_Answer] = loop.create_future()
    answer.add_done_callback(lambda done: done.cancelled() or done.exception())  # nobody may be there any more to ask

    def tell(set_it: Callable[[Any], None], value: object) -> None:
        if not answer.done():
            set_it(value)

    def run() -> None:
        set_it: Callable[[Any], None] = answer.set_result
        value: object
        try:
            value = context.run(call)
        except BaseException as error:  # noqa: BLE001 - it is raised where the answer is waited for
            set_it, value = answer.set_exception, error
        with suppress(RuntimeError):  # the loop is closed: nobody waits for the answer
            loop.call_soon_threadsafe(tell, set_it, value)

    threading.Thread(target=run, name=name, daemon=may_be_left).start()
    return answer


async def answered(answer: asyncio.Future[_Answer]) -> _Answer:
    """Its result or error. Whoever is cancelled while waiting leaves the call alone."""
    await asyncio.wait({answer})
    return answer.result()


class Newest:
    """One question at a time, in a thread; of those asked meanwhile only the newest waits, and it is always asked."""

    def __init__(self) -> None:
        self._call: asyncio.Future[Any] | None = None
        self._asked = 0

    async def ask(self, question: Callable[[], _Answer]) -> _Answer:
        """The answer, or the error of the question; Overtaken if a newer one was asked while this one waited."""
        self._asked += 1
        mine = self._asked
        while self._call is not None and not self._call.done():
            await asyncio.wait({self._call})
            if mine != self._asked:
                raise Overtaken
        self._call = answer = in_thread(question, "nmes-look-up", may_be_left=True)
        return await answered(answer)


@dataclass(frozen=True, slots=True)
class Asking:
    """What is asked of the records: the list of a chain, and what is asked of what it lists. Neither takes the place of
    the other.
    """

    listed: Newest = field(default_factory=Newest)
    of_one: Newest = field(default_factory=Newest)
