"""The network inside of a session: who answers where, and a wire in memory between a client and the server.

Only the running server answers, under the machine's own names and those reserved for examples and tests. Knows bytes,
not requests.
"""

from __future__ import annotations

import asyncio
import io
import socket
import sys
from collections.abc import Callable
from types import ModuleType
from typing import Any, Protocol

_LOOPBACK = ("localhost", "127.0.0.1", "::1", "0.0.0.0")
# RFC 2606 and RFC 6761 keep these for documentation and tests: nobody has them outside.
_RESERVED = (".test", ".example", ".localhost", "example.com", "example.net", "example.org")
PORTS = (8000, 80, 443)
ADDRESS = "127.0.0.1"

# Numbers and words as Linux has them, whatever this Python was built for: programs print them.
REFUSED = (111, "Connection refused")
UNKNOWN = (-2, "Name or service not known")
RESET = (104, "Connection reset by peer")


def is_loopback(host: str) -> bool:
    """Whether a name means the machine itself."""
    return host in _LOOPBACK or host.endswith(".localhost")


def resolve(name: str | bytes) -> str:
    """The address of a name; raises socket.gaierror for names that nobody here has."""
    host = name.decode("latin-1") if isinstance(name, bytes) else name
    if not is_loopback(host) and host != "testserver" and not host.endswith(_RESERVED):
        raise socket.gaierror(*UNKNOWN)
    return ADDRESS


def keep_urllib3_off_the_page() -> None:
    """In Pyodide urllib3 would reach for the page's `fetch`: not wanted, and JavaScript objects spoil a snapshot."""
    if sys.platform == "emscripten":
        bridge: Any = ModuleType("urllib3.contrib.emscripten")
        bridge.inject_into_urllib3 = lambda: None
        sys.modules.setdefault(bridge.__name__, bridge)


class Acceptor(Protocol):
    """The server's end: takes a new wire, and what goes over it."""

    def accept(self, wire: Wire) -> None:
        """A client has connected."""
        ...

    def said(self, wire: Wire, data: bytes) -> None:
        """Bytes of the client's arrive."""
        ...

    def hung_up(self, wire: Wire) -> None:
        """The client is gone."""
        ...


class Wire:
    """One connection, as its client sees it."""

    def __init__(self, acceptor: Acceptor, port: int, client: tuple[str, int]) -> None:
        self._acceptor = acceptor
        self.port = port
        self.client = client
        self.secure = False
        self.received = bytearray()
        self.ended = False
        self.closed = False
        self.on_change: Callable[[], None] = lambda: None

    @property
    def readable(self) -> bool:
        """Whether a read would come back at once."""
        return bool(self.received) or self.ended

    def say(self, data: bytes) -> None:
        """The client writes."""
        if self.ended or self.closed:
            raise BrokenPipeError(32, "Broken pipe")
        self._acceptor.said(self, data)

    def hang_up(self) -> None:
        """The client closes."""
        if not self.closed:
            self.closed = True
            self._acceptor.hung_up(self)

    def hear(self, data: bytes) -> None:
        """The server has written."""
        if not self.closed:
            self.received += data
            self.on_change()

    def end(self) -> None:
        """The server has closed."""
        if not self.ended:
            self.ended = True
            self.on_change()

    def take(self, size: int) -> bytes:
        """Read what is there."""
        data = bytes(self.received[:size])
        del self.received[:size]
        return data


Connect = Callable[[tuple[str, int]], Wire]
Block = Callable[[Callable[[], bool], float | None], bool]
"""Lets time pass until something holds or so many seconds are over; tells which."""


def make_socket_class(connect: Connect, block: Block) -> type[Any]:
    """A stand-in for `socket.socket` that reaches the server alone."""

    class Socket:
        def __init__(
            self, family: int = socket.AF_INET, kind: int = socket.SOCK_STREAM, proto: int = 0, _fileno: Any = None
        ) -> None:
            self.family, self.type, self.proto = family, kind, proto
            self.wire: Wire | None = None
            self._timeout: float | None = socket.getdefaulttimeout()
            self._open = True
            self._files = 0

        def connect(self, address: tuple[str, int]) -> None:
            self.wire = connect(address)

        def connect_ex(self, address: tuple[str, int]) -> int:
            try:
                self.connect(address)
            except OSError as error:
                return error.errno or 1
            return 0

        def settimeout(self, seconds: float | None) -> None:
            self._timeout = seconds

        def gettimeout(self) -> float | None:
            return self._timeout

        def setblocking(self, flag: bool) -> None:
            self._timeout = None if flag else 0.0

        def setsockopt(self, *_options: Any) -> None:
            """No option makes a difference here."""

        def getsockopt(self, *_options: Any) -> int:
            return 0

        def bind(self, _address: Any) -> None:
            raise OSError("no network here: nothing can listen besides the server that runs already")

        def fileno(self) -> int:
            return -1

        def getpeername(self) -> tuple[str, int]:
            return (ADDRESS, self._wire().port)

        def getsockname(self) -> tuple[str, int]:
            return self._wire().client

        def sendall(self, data: Any, _flags: int = 0) -> None:
            self._wire().say(bytes(data))

        def send(self, data: Any, _flags: int = 0) -> int:
            self._wire().say(bytes(data))
            return len(data)

        def recv(self, size: int, _flags: int = 0) -> bytes:
            wire = self._wire()
            if not wire.readable and not block(lambda: wire.readable, self._timeout):
                raise TimeoutError("timed out")
            return wire.take(size)

        def recv_into(self, buffer: Any, size: int = 0, _flags: int = 0) -> int:
            data = self.recv(size or len(buffer))
            buffer[: len(data)] = data
            return len(data)

        def makefile(self, mode: str = "r", buffering: int | None = None, **_options: Any) -> Any:
            raw = _SocketFile(self)
            self._files += 1
            if "w" in mode:
                return io.BufferedWriter(raw)
            return raw if buffering == 0 else io.BufferedReader(raw)

        def shutdown(self, _how: int) -> None:
            if self.wire is not None:
                self.wire.hang_up()

        def detach(self) -> int:
            return -1

        def close(self) -> None:
            self._open = False
            self.file_closed(0)

        def file_closed(self, count: int = 1) -> None:
            # As in the standard library: a file made of a socket keeps it open.
            self._files -= count
            if not self._open and self._files <= 0 and self.wire is not None:
                self.wire.hang_up()

        def _wire(self) -> Wire:
            if self.wire is None or self.wire.closed:
                raise OSError(107, "Transport endpoint is not connected")
            return self.wire

        def __enter__(self) -> Socket:
            return self

        def __exit__(self, *_exc: object) -> None:
            self.close()

    Socket.__name__ = Socket.__qualname__ = "socket"
    Socket.__module__ = "socket"
    return Socket


class _SocketFile(io.RawIOBase):
    def __init__(self, owner: Any) -> None:
        super().__init__()
        self._owner = owner

    def readable(self) -> bool:
        return True

    def writable(self) -> bool:
        return True

    def readinto(self, buffer: Any, /) -> int:
        return self._owner.recv_into(buffer)

    def write(self, data: Any, /) -> int:
        return self._owner.send(data)

    def close(self) -> None:
        if not self.closed:
            super().close()
            self._owner.file_closed()


class ClientTransport(asyncio.Transport):
    """A wire as asyncio's protocols have it."""

    def __init__(self, loop: asyncio.AbstractEventLoop, wire: Wire, protocol: Any, made: Any) -> None:
        super().__init__({"socket": made, "peername": (ADDRESS, wire.port), "sockname": wire.client})
        self._loop = loop
        self._wire = wire
        self._protocol: Any = protocol
        self._paused = self._closing = self._lost = False
        wire.on_change = self._wake
        protocol.connection_made(self)

    def _wake(self) -> None:
        self._loop.call_soon(self._pump)

    def _pump(self) -> None:
        wire = self._wire
        if self._paused or self._closing:
            return
        if wire.received:
            self._protocol.data_received(wire.take(len(wire.received)))
        if wire.ended and not self._lost:
            self._lost = True
            if not self._protocol.eof_received():
                self.close()

    def write(self, data: Any) -> None:
        """Send bytes."""
        if data and not self._closing and not self._wire.ended:
            self._wire.say(bytes(data))

    def close(self) -> None:
        """Close the connection."""
        if not self._closing:
            self._closing = True
            self._wire.hang_up()
            self._loop.call_soon(self._protocol.connection_lost, None)

    def abort(self) -> None:
        """Close it at once."""
        self.close()

    def is_closing(self) -> bool:
        """Whether it is closed or about to be."""
        return self._closing

    def pause_reading(self) -> None:
        """Keep what comes."""
        self._paused = True

    def resume_reading(self) -> None:
        """Hand over what came."""
        self._paused = False
        if self._wire.readable:
            self._wake()

    def is_reading(self) -> bool:
        """Whether bytes are handed over as they come."""
        return not self._paused and not self._closing

    def can_write_eof(self) -> bool:
        """Half-closed connections are of no use to HTTP."""
        return False

    def write_eof(self) -> None:
        """Said by anyio before it closes."""

    def set_write_buffer_limits(self, high: int | None = None, low: int | None = None) -> None:
        """Nothing is buffered here."""

    def get_write_buffer_size(self) -> int:
        """Nothing is buffered here."""
        return 0

    def set_protocol(self, protocol: asyncio.BaseProtocol) -> None:
        """Another protocol takes over."""
        self._protocol = protocol

    def get_protocol(self) -> asyncio.BaseProtocol:
        """Who reads and writes."""
        return self._protocol
