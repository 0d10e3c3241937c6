"""A connection in memory: what uvicorn's protocol reads from and writes to. Knows no HTTP, no apps and no layers."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable
from typing import Any

READ_SIZE = 65536


class MemoryTransport(asyncio.Transport):
    """The server's end; the client's is `say()`, `hang_up()` and the two callbacks."""

    def __init__(
        self, loop: asyncio.AbstractEventLoop, client: tuple[str, int], server: tuple[str, int], secure: bool
    ) -> None:
        super().__init__({"peername": client, "sockname": server, "sslcontext": True if secure else None})
        self._loop = loop
        self._protocol: Any = None
        # None stands for the end of the connection.
        self._unread: deque[bytes | memoryview | None] = deque()
        self._paused = False
        self._reading = False
        self._closing = False
        self._gone = False
        self._held = False
        self.dead = False
        self.on_write: Callable[[bytes], None] = lambda _data: None
        self.on_close: Callable[[], None] = lambda: None

    def connect(self, protocol: asyncio.Protocol) -> None:
        """Open the connection."""
        self._protocol = protocol
        protocol.connection_made(self)

    def say(self, data: bytes) -> None:
        """Take bytes from the client; the server reads them as soon as it wants them."""
        if not data or self._gone or self._closing:
            return
        if len(data) <= READ_SIZE:
            self._unread.append(data)
        else:
            whole = memoryview(data)
            self._unread += [whole[start : start + READ_SIZE] for start in range(0, len(data), READ_SIZE)]
        self._read()

    def hang_up(self) -> None:
        """The client closes the connection. The server learns of it once it has read what came before."""
        if self._gone:
            return
        self._gone = True
        self._unread.append(None)
        self._read()

    def _read(self) -> None:
        if self._reading:
            return
        self._reading = True
        try:
            while self._unread and not self._paused and not self._closing:
                self._hand_over(self._unread.popleft())
        finally:
            self._reading = False

    def _hand_over(self, data: bytes | memoryview | None) -> None:
        if data is None:
            self._closing = True
            self._protocol.connection_lost(None)
            return
        try:
            self._protocol.data_received(bytes(data))
        except Exception as exc:
            message = "Fatal error: protocol.data_received() call failed."
            self._loop.call_exception_handler({"message": message, "exception": exc, "transport": self})
            self.close()

    def hold(self) -> None:
        """The client does not read now, and what is written fills up on its way."""
        if not self._held and not self._closing:
            self._held = True
            self._protocol.pause_writing()

    def release(self) -> None:
        """The client reads on."""
        if self._held:
            self._held = False
            if not self._closing:
                self._protocol.resume_writing()

    def write(self, data: Any) -> None:
        """Take bytes from the server."""
        # h11 gives empty bytes where nothing is to be written; a reader would take them for the end.
        if data and not self._closing and not self._gone and not self.dead:
            self.on_write(bytes(data))

    def close(self) -> None:
        """The server closes the connection."""
        if not self._closing:
            self._closing = True
            self.on_close()
            self._loop.call_soon(self._protocol.connection_lost, None)

    def abort(self) -> None:
        """The server drops the connection."""
        self.close()

    def is_closing(self) -> bool:
        """Whether either side closed it, as far as the server knows."""
        return self._closing

    def pause_reading(self) -> None:
        """The server does not want more of the body now."""
        self._paused = True

    def resume_reading(self) -> None:
        """The server wants more of the body."""
        if self._paused:
            self._paused = False
            self._loop.call_soon(self._read)

    def set_write_buffer_limits(self, high: int | None = None, low: int | None = None) -> None:
        """Nothing is buffered here."""

    def set_protocol(self, protocol: asyncio.BaseProtocol) -> None:
        """Another protocol takes over."""
        self._protocol = protocol

    def get_protocol(self) -> asyncio.BaseProtocol:
        """Who reads and writes."""
        return self._protocol
