"""A connection in memory: bytes for uvicorn's protocol, and what a client makes of the bytes that come back.

Reads with h11 in the client's role. Knows neither apps nor layers.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import h11

from peel.events import HeaderPairs, ResponseView, WireRequest, body_text

READ_SIZE = 65536


def request_bytes(request: WireRequest) -> bytes:
    """The request exactly as it was asked for, right or wrong."""
    lines = [f"{request.method} {request.target} HTTP/1.1", *(f"{name}: {value}" for name, value in request.headers)]
    head = "\r\n".join(lines) + "\r\n\r\n"
    try:
        return head.encode("latin-1") + request.body_bytes()
    except UnicodeEncodeError:
        return head.encode() + request.body_bytes()


class Reply:
    """Reads response bytes piece by piece."""

    def __init__(self, method: str) -> None:
        self._parser = h11.Connection(h11.CLIENT)
        # h11 wants to have sent a request itself. Only the method matters for reading the reply.
        known = method if method in ("HEAD", "CONNECT") else "GET"
        self._parser.send(
            h11.Request(method=known, target="*" if known != "CONNECT" else "a:1", headers=[("Host", "a")])
        )
        self._parser.send(h11.EndOfMessage())
        self._head: h11.Response | None = None
        self._body = bytearray()
        self.complete = False
        self.broken = False
        # Messages that were read and not yet taken, as ASGI would have them.
        self.messages: list[dict[str, Any]] = []

    def feed(self, data: bytes) -> None:
        """Take bytes; empty ones mean that the connection was closed."""
        if self.broken or self.complete:
            return
        try:
            self._parser.receive_data(data)
            while True:
                event = self._parser.next_event()
                if event is h11.NEED_DATA or event is h11.PAUSED or isinstance(event, h11.ConnectionClosed):
                    break
                self._take(event)
                if self.complete:
                    break
        except h11.RemoteProtocolError:
            self.broken = True

    def view(self) -> ResponseView | None:
        """The response as far as it came; None without a head."""
        if self._head is None:
            return None
        text, encoding = body_text(bytes(self._body))
        return {
            "status": self._head.status_code,
            "reason": self._head.reason.decode("latin-1"),
            "headers": _pairs(self._head),
            "body": text,
            "bodyEncoding": encoding,
        }

    @property
    def body(self) -> bytes:
        """Body bytes so far."""
        return bytes(self._body)

    @property
    def head(self) -> tuple[int, HeaderPairs] | None:
        """Status and headers."""
        return (self._head.status_code, _pairs(self._head)) if self._head is not None else None

    def _take(self, event: Any) -> None:
        if isinstance(event, h11.InformationalResponse):
            self.messages.append(
                {
                    "type": "http.response.informational",
                    "status": event.status_code,
                    "headers": event.headers.raw_items(),
                }
            )
        elif isinstance(event, h11.Response):
            self._head = event
            self.messages.append(
                {"type": "http.response.start", "status": event.status_code, "headers": event.headers.raw_items()}
            )
        elif isinstance(event, h11.Data):
            self._body += event.data
            self.messages.append({"type": "http.response.body", "body": bytes(event.data), "more_body": True})
        elif isinstance(event, h11.EndOfMessage):
            self.complete = True
            last = self.messages[-1] if self.messages else None
            if last is not None and last["type"] == "http.response.body":
                last["more_body"] = False
            else:
                self.messages.append({"type": "http.response.body", "body": b"", "more_body": False})


class MemoryTransport(asyncio.Transport):
    """What uvicorn's protocol writes to and reads from."""

    def __init__(
        self, loop: asyncio.AbstractEventLoop, client: tuple[str, int], server: tuple[str, int], secure: bool
    ) -> None:
        super().__init__({"peername": client, "sockname": server, "sslcontext": True if secure else None})
        self._loop = loop
        self._protocol: Any = None
        self._unread: list[bytes] = []
        self._paused = False
        self._closing = False
        self.dead = False
        self.on_write: Callable[[bytes], None] = lambda _data: None
        self.on_close: Callable[[], None] = lambda: None

    def connect(self, protocol: asyncio.Protocol, data: bytes) -> None:
        """Open the connection and write the whole request to it."""
        self._protocol = protocol
        protocol.connection_made(self)
        self._unread = [data[start : start + READ_SIZE] for start in range(0, len(data), READ_SIZE)]
        self._read()

    def hang_up(self) -> None:
        """The client closes the connection."""
        if not self._closing:
            self._closing = True
            self._protocol.connection_lost(None)

    def _read(self) -> None:
        while self._unread and not self._paused and not self._closing:
            data = self._unread.pop(0)
            try:
                self._protocol.data_received(data)
            except Exception as exc:
                message = "Fatal error: protocol.data_received() call failed."
                self._loop.call_exception_handler({"message": message, "exception": exc, "transport": self})
                self.close()

    def write(self, data: Any) -> None:
        """Take bytes from the server."""
        # h11 gives empty bytes where nothing is to be written; a reader would take them for the end.
        if data and not self._closing and not self.dead:
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
        """Whether either side closed it."""
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


def _pairs(response: h11.Response) -> HeaderPairs:
    return [[name.decode("latin-1"), value.decode("latin-1")] for name, value in response.headers.raw_items()]
