"""The app in a browser of this computer: one page, one app, one device.

Laws: the app is started with the page and ends with it, however the page ends. Only a page that this server made, asked
for by an address of this computer, reaches the app: without that any page in the same browser could press its keys.
The page's beats are passed on, so that the app knows whether its page lives. What textual-serve brings is its terminal
in the page and the passing of bytes between page and app; its server is not used, because it looks at no origin, opens
as many apps as there are pages, fetches a font from the network and waits for ever for an app to end.
"""

from __future__ import annotations

import asyncio
import contextlib
import html
import json
import os
import secrets
import socket
import sys
from asyncio.subprocess import Process
from collections.abc import Awaitable, Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

import textual_serve
from aiohttp import WSMsgType, web
from textual_serve.app_service import AppService
from textual_serve.download_manager import DownloadManager

from nmes.cli.served import DRIVER, HOST

PAGES: Final = Path(__file__).parent / "browser"
STATIC: Final = Path(textual_serve.__file__).parent / "static"
PING_S: Final = 5.0
"""A connection whose far end has vanished without a word is closed after one and a half of this [design]."""
END_S: Final = 15.0
"""An app ends within 10 s of being asked, its record closed; then it is made to [design: as `Live.finish`]."""
RELOAD_S: Final = 1.0
"""How long a page that is opened waits to learn that the one before is going [design]."""
FONT_SIZE: Final = 16
MOST_COLUMNS, MOST_ROWS = 500, 200

Wanted = Mapping[str, str]


class Child(AppService):
    """The app as a child of this server, with our driver, and no shell between."""

    def __init__(self, argv: Sequence[str], socket_: web.WebSocketResponse) -> None:
        super().__init__(
            "nmes",
            write_bytes=_while_open(socket_.send_bytes),
            write_str=_while_open(socket_.send_str),
            close=_while_open(socket_.close),
            download_manager=DownloadManager(),
        )
        self._argv = argv
        self._child: Process | None = None

    async def _open_app_process(self, width: int = 80, height: int = 24) -> Process:
        self._process = self._child = await asyncio.create_subprocess_exec(
            *self._argv,
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
            env=self._build_environment(width, height),
        )
        self._stdin = self._child.stdin
        return self._child

    def _build_environment(self, width: int = 80, height: int = 24) -> dict[str, str]:
        environment = super()._build_environment(width, height)
        frames = {name: os.environ[name] for name in ("TEXTUAL_FPS",) if name in os.environ}
        environment.pop("TEXTUAL_FPS")
        return {**environment, **frames, "TEXTUAL_DRIVER": DRIVER}

    async def beat(self) -> None:
        """The page lives."""
        await self.send_meta({"type": "beat"})

    async def ended(self) -> None:
        """When the app has ended by itself, however early."""
        if self._child is not None:
            await self._child.wait()

    async def end(self) -> None:
        """Ask the app to end, and make it end if it does not.

        What waits for its end is never cancelled: AppService swallows that, and the waiting would have no end.
        """
        ending = asyncio.create_task(self._ask_to_end())
        await asyncio.wait({ending}, timeout=END_S)
        for kill in (Process.terminate, Process.kill):
            if self._child is not None and self._child.returncode is None:
                kill(self._child)
                await asyncio.wait({ending}, timeout=END_S)

    async def _ask_to_end(self) -> None:
        await self.stop()
        await self.ended()


def _while_open(send: Callable[..., Awaitable[Any]]) -> Callable[..., Awaitable[None]]:
    """Sends to a page, or nowhere once it is gone: what the app writes must still be taken, or it could not end."""

    async def sent(*data: Any) -> None:
        with contextlib.suppress(ConnectionError, RuntimeError):
            await send(*data)

    return sent


class BrowserServer:
    """`argv` is the app's command line. Pages are made here; `words` are the sentences on them."""

    def __init__(self, argv: Sequence[str], address: str, words: Wanted) -> None:
        self._argv, self._address, self._words = argv, address, words
        port = address.rpartition(":")[2]
        self._hosts = frozenset({address, f"localhost:{port}"})
        self._keys: set[str] = set()
        self._key = ""
        self._child: Child | None = None
        self._page: web.WebSocketResponse | None = None
        self._free = asyncio.Event()
        self._free.set()

    def app(self) -> web.Application:
        """What listens."""
        app = web.Application(middlewares=[self._only_here])
        app.add_routes(
            [
                web.get("/", self._index),
                web.get("/favicon.ico", _nothing),
                web.get("/ws/{key}", self._session),
                web.get("/beat/{key}", self._beats),
                web.static("/static", STATIC),
            ]
        )
        app.on_shutdown.append(self._shut_down)
        return app

    @web.middleware
    async def _only_here(
        self, request: web.Request, handler: Callable[[web.Request], Awaitable[web.StreamResponse]]
    ) -> web.StreamResponse:
        """Another name for this computer, or another page's request, is somebody else's doing."""
        origin = request.headers.get("Origin")
        if request.host not in self._hosts or (
            origin is not None and origin not in {f"http://{host}" for host in self._hosts}
        ):
            raise web.HTTPForbidden(text=self._words["elsewhere"])
        return await handler(request)

    async def _index(self, request: web.Request) -> web.Response:
        for limit_s in (RELOAD_S, 4 * END_S):  # reloaded: the app of the page before is just ending
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(limit_s):
                    await self._free.wait()
            if self._page is None or not self._page.closed:
                break
        if not self._free.is_set():
            return _page("busy", 409, self._words)
        key = secrets.token_urlsafe(16)
        self._keys = {key}  # of two pages that were opened before either had an app, the later one gets it
        return _page("index", 200, {**self._words, "key": key, "address": request.host, "font_size": str(FONT_SIZE)})

    async def _session(self, request: web.Request) -> web.StreamResponse:
        key = request.match_info["key"]
        if key not in self._keys or not self._free.is_set():
            raise web.HTTPForbidden(text=self._words["busy"])
        self._keys.discard(key)
        self._free.clear()
        page = self._page = web.WebSocketResponse(heartbeat=PING_S)
        child = Child(self._argv, page)
        try:
            await page.prepare(request)
            await child.start(_number(request, "width", 80, MOST_COLUMNS), _number(request, "height", 24, MOST_ROWS))
            self._child, self._key = child, key
            ended = asyncio.create_task(_close_after(child, page))
            try:
                await self._pass_on(page, child)
            finally:
                ended.cancel()
        finally:
            self._child, self._key = None, ""
            await asyncio.shield(self._end(page, child))
        return page

    async def _end(self, page: web.WebSocketResponse, child: Child) -> None:
        try:
            await child.end()
            await page.close()
        finally:
            self._free.set()

    async def _pass_on(self, page: web.WebSocketResponse, child: Child) -> None:
        """What the page says; what is no message of its terminal ends the session."""
        async for message in page:
            if message.type is not WSMsgType.TEXT:
                continue
            match _said(message.data):
                case ["stdin", str(typed)]:
                    await child.send_bytes(typed.encode(errors="replace"))
                case ["resize", {"width": int(width), "height": int(height)}]:
                    await child.set_terminal_size(_within(width, MOST_COLUMNS), _within(height, MOST_ROWS))
                case ["ping", stamp]:
                    await page.send_json(["pong", stamp])
                case ["blur"]:
                    await child.blur()
                case ["focus"]:
                    await child.focus()
                case _:
                    print(self._words["broken"], file=sys.stderr, flush=True)
                    return

    async def _beats(self, request: web.Request) -> web.StreamResponse:
        beats = web.WebSocketResponse(heartbeat=PING_S)
        await beats.prepare(request)
        async for _message in beats:
            if self._child is not None and request.match_info["key"] == self._key:
                await self._child.beat()
        return beats

    async def _shut_down(self, _app: web.Application) -> None:
        if self._page is not None and not self._page.closed:
            await self._page.close()
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(4 * END_S):
                await self._free.wait()


def _said(text: str) -> Any:
    """What a page's message says; None for what is none."""
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None


def _within(size: int, most: int) -> int:
    return min(max(size, 1), most)


async def _nothing(_request: web.Request) -> web.Response:
    return web.Response(status=204)


async def _close_after(child: Child, page: web.WebSocketResponse) -> None:
    """A page whose app has ended shows that it has."""
    await child.ended()
    await page.close()


def _page(name: str, status: int, words: Wanted) -> web.Response:
    text = (PAGES / f"{name}.html").read_text("utf-8")
    filled = text.format_map({key: html.escape(value) for key, value in words.items()})
    headers = {"Content-Security-Policy": "frame-ancestors 'none'", "Cache-Control": "no-store"}
    return web.Response(text=filled, status=status, content_type="text/html", headers=headers)


def _number(request: web.Request, name: str, usual: int, most: int) -> int:
    text = request.query.get(name, "")
    return min(int(text), most) if text.isascii() and text.isdecimal() and int(text) > 0 else usual


def serve(argv: Sequence[str], listener: socket.socket, words: Wanted, ready: Callable[[str], None]) -> None:
    """Until Ctrl+C, SIGTERM or a hang-up; the app is ended first. `ready` is told the address."""
    address = f"{HOST}:{listener.getsockname()[1]}"

    async def make() -> web.Application:
        ready(f"http://{address}")
        return BrowserServer(argv, address, words).app()

    web.run_app(make(), sock=listener, print=None, access_log=None, shutdown_timeout=1.0)


def own_command(arguments: Sequence[str]) -> list[str]:
    """The app of this very program, and nothing of the folder that it was started in."""
    return [sys.executable, "-P", "-m", "nmes", *arguments]
