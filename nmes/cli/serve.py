"""`nmes serve`: the app in a browser of this computer. Bound to the loopback address and nothing else.

Separate from the server itself, which needs the extra; here is what can be said without it.
"""

from __future__ import annotations

import os
import socket
from collections.abc import Sequence
from typing import Final

from nmes.cli.exits import GOOD, wrong
from nmes.cli.served import HOST
from nmes.language import _

PORT: Final = 8000

NO_EXTRA: Final = _(
    'nmes serve needs textual-serve, which is not installed. In the folder of nmes: pip install ".[serve]"'
)
OTHER_HOST: Final = _(
    "--host {host}: the page asks for no name and no password, so it is served to this computer only ({here}). "
    "For another computer use ssh and the app in its terminal, or forward the port: ssh -L {port}:{here}:{port}."
)
BAD_PORT: Final = _("--port {port}: a port is a number from 0 (any free one) to 65535.")
BUSY_PORT: Final = _("--port {port} cannot be opened: {reason}. Choose another, or 0 for any free one.")
READY: Final = _(
    "nmes is at {address} for a browser on this computer. One page at a time. Closing the page stops the output and "
    "ends the session. Everybody who is logged in on this computer can open it. Ctrl+C ends it."
)
WORDS: Final = {
    "language": "en",
    "over": _("The page's session has ended. The output was stopped first."),
    "again": _("Open nmes again"),
    "broken": _("The page sent what no page of nmes sends. Its session was stopped and ended."),
    "busy": _(
        "nmes is open in another window or tab of this computer. One page at a time works one stimulator. "
        "This page opens by itself when the other one is closed."
    ),
    "elsewhere": _("nmes answers only pages of its own, asked for by the address it named when it was started."),
}


def run_server(host: str, port: int, arguments: Sequence[str]) -> int:
    """Serve the app with these `arguments` until it is ended."""
    if host not in {HOST, "localhost"}:
        wrong(OTHER_HOST.format(host=host, here=HOST, port=port or PORT))
    if not 0 <= port <= 65_535:
        wrong(BAD_PORT.format(port=port))
    try:
        from nmes.cli.browser_server import own_command, serve
    except ImportError:
        wrong(NO_EXTRA)
    try:
        listener = socket.create_server((HOST, port))
    except OSError as error:
        wrong(BUSY_PORT.format(port=port, reason=os.strerror(error.errno or 0)))
    with listener:
        serve(own_command(arguments), listener, WORDS, lambda address: print(READY.format(address=address), flush=True))
    return GOOD
