"""`nmes serve`: for this computer only, one page at a time, no page of others; and a page that is closed ends it."""

from __future__ import annotations

import asyncio
import builtins
import socket
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from aiohttp import web

from nmes.cli import browser_server, serve, served
from nmes.cli.app import run
from nmes.cli.browser_server import BrowserServer
from nmes.cli.exits import Failed
from nmes.cli.serve import WORDS

ECHO = """
import os, sys
out = sys.stdout.buffer
def tell(kind, data): out.write(kind + len(data).to_bytes(4, "big") + data); out.flush()
out.write(b"__GANGLION__\\n"); out.flush()
tell(b"D", (os.environ["TEXTUAL_DRIVER"] + " " + os.environ["COLUMNS"]).encode())
while True:
    head = sys.stdin.buffer.read(5)
    if not head: break
    body = sys.stdin.buffer.read(int.from_bytes(head[1:], "big"))
    tell(b"D", head[:1] + body)
    if b"quit" in body or body == b"q": break
"""
"""An app that says what it was started with and repeats what it is told."""
STUBBORN = ECHO.replace('    if b"quit" in body or body == b"q": break\n', "").replace(
    "import os, sys", "import os, signal, sys; signal.signal(signal.SIGTERM, signal.SIG_IGN)"
)


@asynccontextmanager
async def serving(program: str = ECHO) -> AsyncIterator[tuple[aiohttp.ClientSession, str]]:
    listener = socket.create_server(("127.0.0.1", 0))
    address = f"127.0.0.1:{listener.getsockname()[1]}"
    runner = web.AppRunner(BrowserServer([sys.executable, "-c", program], address, WORDS).app(), shutdown_timeout=1)
    await runner.setup()
    await web.SockSite(runner, listener).start()
    async with aiohttp.ClientSession() as client:
        yield client, address
    await runner.cleanup()


async def key_of(client: aiohttp.ClientSession, address: str) -> str:
    async with client.get(f"http://{address}/") as answer:
        assert answer.status == 200
        page = await answer.text()
    return page.partition("/ws/")[2].partition('"')[0]


async def opened(client: aiohttp.ClientSession, address: str) -> aiohttp.ClientWebSocketResponse:
    key = await key_of(client, address)
    page = await client.ws_connect(f"ws://{address}/ws/{key}?width=100&height=30")
    assert await page.receive_bytes() == f"{served.DRIVER} 100".encode()
    return page


async def test_a_page_s_app_has_our_driver_and_hears_what_is_typed() -> None:
    async with serving() as (client, address):
        page = await opened(client, address)
        await page.send_json(["stdin", "ä"])
        assert await page.receive_bytes() == "Dä".encode()
        await page.send_json(["ping", "7"])
        assert await page.receive_json() == ["pong", "7"]
        for told, heard in (
            (["focus"], b'M{"type": "focus"}'),
            (["blur"], b'M{"type": "blur"}'),
            (["resize", {"width": 9999, "height": 20}], b'M{"type": "resize", "width": 500, "height": 20}'),
            (["resize", {"width": -5, "height": 0}], b'M{"type": "resize", "width": 1, "height": 1}'),
            (["stdin", "\ud800"], b"D?"),
        ):
            await page.send_json(told)
            assert await page.receive_bytes() == heard
        await page.send_json(["stdin", "q"])
        assert await page.receive_bytes() == b"Dq"
        assert (await page.receive()).type in {aiohttp.WSMsgType.CLOSE, aiohttp.WSMsgType.CLOSED}


@pytest.mark.parametrize("said", ["[[[", '["stdin"]', "1e999", '["stdin", 5]', "[" * 100_000])
async def test_a_page_that_sends_what_is_no_message_ends_its_session_with_one_sentence(
    capsys: pytest.CaptureFixture[str], said: str
) -> None:
    async with serving() as (client, address):
        page = await opened(client, address)
        await page.send_str(said)
        last = [message async for message in page][-1:]
        assert [message.data for message in last] == [b'M{"type": "quit"}'], "it stops first, as when a page is closed"
        assert capsys.readouterr().err == f"{WORDS['broken']}\n"


@pytest.mark.thorough
@pytest.mark.covers("TH-06")
async def test_one_page_at_a_time_and_the_next_when_it_is_closed() -> None:
    async with serving() as (client, address):
        page = await opened(client, address)
        async with client.get(f"http://{address}/") as answer:
            assert answer.status == 409
            assert WORDS["busy"] in await answer.text()
        await page.close()
        second = await opened(client, address)
        await second.close()


@pytest.mark.covers("TH-06")
async def test_a_key_opens_one_app_once() -> None:
    async with serving() as (client, address):
        old, key = await key_of(client, address), await key_of(client, address)
        for wrong in (old, "x", key + "x"):
            with pytest.raises(aiohttp.WSServerHandshakeError):
                await client.ws_connect(f"ws://{address}/ws/{wrong}")
        page = await client.ws_connect(f"ws://{address}/ws/{key}")
        with pytest.raises(aiohttp.WSServerHandshakeError):
            await client.ws_connect(f"ws://{address}/ws/{key}")
        await page.close()


async def test_the_page_s_beats_reach_its_own_app_only() -> None:
    async with serving() as (client, address):
        key = await key_of(client, address)
        page = await client.ws_connect(f"ws://{address}/ws/{key}")
        await page.receive_bytes()
        stranger = await client.ws_connect(f"ws://{address}/beat/{key}x")
        beats = await client.ws_connect(f"ws://{address}/beat/{key}")
        await stranger.send_str("b")
        await beats.send_str("b")
        assert await page.receive_bytes() == b'M{"type": "beat"}'
        await page.send_json(["focus"])
        assert await page.receive_bytes() == b'M{"type": "focus"}'
        for one in (stranger, beats, page):
            await one.close()


@pytest.mark.covers("TH-06")
@pytest.mark.parametrize(
    "headers",
    [{"Origin": "http://evil.example"}, {"Host": "evil.example"}, {"Origin": "null"}, {"Host": "127.0.0.1:1"}],
)
@pytest.mark.parametrize("path", ["/", "/ws/x", "/beat/x", "/static/js/textual.js"])
async def test_nobody_else_s_page_gets_in(headers: dict[str, str], path: str) -> None:
    async with serving() as (client, address), client.get(f"http://{address}{path}", headers=headers) as answer:
        assert answer.status == 403
        assert await answer.text() == WORDS["elsewhere"]


async def test_the_page_cannot_be_put_into_another_and_fetches_nothing_from_elsewhere() -> None:
    async with serving() as (client, address), client.get(f"http://{address}/") as answer:
        text = await answer.text()
        assert answer.headers["Content-Security-Policy"] == "frame-ancestors 'none'"
        assert text.count("://") == text.count(f"ws://{address}/")


@pytest.mark.parametrize("told", ['["stdin"]', "[]", '["resize", {"width": "a"}]', '{"a": 1}', '["what"]'])
async def test_what_is_no_message_of_a_terminal_ends_the_page(told: str) -> None:
    async with serving() as (client, address):
        page = await opened(client, address)
        await page.send_str(told)
        while (message := await page.receive()).type is aiohttp.WSMsgType.BINARY:
            pass
        assert message.type in {aiohttp.WSMsgType.CLOSE, aiohttp.WSMsgType.CLOSED}


@pytest.mark.thorough
async def test_an_app_that_will_not_end_is_made_to(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(browser_server, "END_S", 0.2)
    async with serving(STUBBORN) as (client, address):
        page = await opened(client, address)
        await page.close()
        await asyncio.sleep(0)
        await (await opened(client, address)).close()


async def test_an_app_that_cannot_start_closes_its_page() -> None:
    async with serving("import sys; sys.exit('a bad settings file')") as (client, address):
        key = await key_of(client, address)
        page = await client.ws_connect(f"ws://{address}/ws/{key}")
        assert (await page.receive()).type in {aiohttp.WSMsgType.CLOSE, aiohttp.WSMsgType.CLOSED}


# --- the command ---


@pytest.mark.covers("TH-08")
@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--host", "0.0.0.0"], "served to this computer only (127.0.0.1)"),
        (["--host", "::1"], "no name and no password"),
        (["--port", "65536"], "a port is a number from 0 (any free one) to 65535"),
        (["--port", "-1"], "a port is a number"),
    ],
)
def test_another_host_or_no_port_is_refused_with_the_reason(
    arguments: list[str], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["serve", *arguments]) == 2
    out, err = capsys.readouterr()
    assert (out, err.count("\n")) == ("", 1)
    assert said in err


def test_a_port_that_is_taken_is_said(capsys: pytest.CaptureFixture[str]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        assert run(["serve", "--port", str(taken.getsockname()[1])]) == 2
    assert "Address already in use. Choose another, or 0" in capsys.readouterr().err


def test_without_the_extra_it_says_how_to_get_it(monkeypatch: pytest.MonkeyPatch) -> None:
    real = builtins.__import__

    def without(name: str, *more: Any) -> Any:
        if name == "nmes.cli.browser_server":
            raise ImportError(name)
        return real(name, *more)

    monkeypatch.setattr(builtins, "__import__", without)
    with pytest.raises(Failed, match=r'pip install "\.\[serve\]"'):
        serve.run_server("127.0.0.1", 0, [])


def test_only_the_app_behind_a_page_counts_as_served(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("TEXTUAL_DRIVER", raising=False)
    assert not served.is_served()
    monkeypatch.setenv("TEXTUAL_DRIVER", served.DRIVER)
    assert served.is_served()
    module, _, name = served.DRIVER.partition(":")
    assert hasattr(sys.modules.get(module) or __import__(module, fromlist=[name]), name)


def test_its_pages_lie_beside_it() -> None:
    assert {path.name for path in Path(browser_server.PAGES).iterdir()} == {"index.html", "busy.html"}
