"""Law: one client at a time, and a client that comes or goes changes nothing at the device.

A second connection is closed at once. Bytes for nobody are lost, as on an unplugged cable.
"""

import contextlib
import socket

BACKLOG_BYTES = 65_536
"""Reply bytes kept for a client that does not read, before further ones are lost. [design]"""


class TcpLine:
    """A listening socket on the loopback address. Port 0 takes any free port. Raises OSError when it is busy."""

    def __init__(self, port: int) -> None:
        self._listener = socket.create_server(("127.0.0.1", port), backlog=8)
        self._listener.setblocking(False)
        self._client: socket.socket | None = None
        self._unsent = b""
        self.url = f"socket://127.0.0.1:{self._listener.getsockname()[1]}"

    @property
    def occupied(self) -> bool:
        """Whether a client is connected."""
        return self._client is not None

    @property
    def unsent(self) -> bool:
        """Whether bytes wait for the client to read."""
        return bool(self._unsent)

    def watched(self) -> list[int]:
        """What to wait on."""
        sockets = [self._listener] if self._client is None else [self._listener, self._client]
        return [item.fileno() for item in sockets]

    def read(self) -> bytes:
        """Bytes from the client; also lets a client in, and turns a second one away."""
        data = self._receive()
        with contextlib.suppress(BlockingIOError, ConnectionError):
            newcomer, _ = self._listener.accept()
            if self._client is not None:
                newcomer.close()
            else:
                newcomer.setblocking(False)
                newcomer.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                self._client = newcomer
        return data

    def _receive(self) -> bytes:
        if self._client is None:
            return b""
        try:
            data = self._client.recv(65_536)
        except BlockingIOError:
            return b""
        except ConnectionError:
            data = b""
        if not data:
            self._hang_up()
        return data

    def write(self, data: bytes) -> None:
        """Send as much as the client takes; keep the rest, within bounds."""
        if self._client is None:
            return
        self._unsent += data[: BACKLOG_BYTES - len(self._unsent)]
        try:
            sent = self._client.send(self._unsent) if self._unsent else 0
        except BlockingIOError:
            return
        except ConnectionError:
            self._hang_up()
            return
        self._unsent = self._unsent[sent:]

    def unplug(self) -> None:
        """The line is gone: the client is dropped, and whoever comes is turned away."""
        self._hang_up()
        with contextlib.suppress(BlockingIOError, ConnectionError):
            self._listener.accept()[0].close()

    def plug(self) -> None:
        """The line is there: nothing to do, the port has stayed the same."""

    def _hang_up(self) -> None:
        if self._client is not None:
            self._client.close()
        self._client, self._unsent = None, b""

    def close(self) -> None:
        """Close the client and the listening socket."""
        self._hang_up()
        self._listener.close()
