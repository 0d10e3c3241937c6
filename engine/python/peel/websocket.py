"""The client's end of a WebSocket: says its lines, hears the server, and closes in the end.

Frames and handshake are those of the `websockets` package. Knows neither apps nor layers, and moves no bytes itself.
"""

from __future__ import annotations

import logging
import random
from collections.abc import Callable
from typing import Any, Literal

from websockets.client import ClientProtocol
from websockets.exceptions import InvalidStatus
from websockets.extensions.permessage_deflate import ClientPerMessageDeflateFactory
from websockets.frames import CloseCode, Frame, Opcode
from websockets.headers import parse_extension, parse_subprotocol
from websockets.http11 import Response
from websockets.protocol import State
from websockets.uri import parse_uri

from peel.determinism import drawing_from
from peel.events import (
    MessageView,
    SocketCloseView,
    SocketLine,
    SocketMessageView,
    SocketView,
    WireRequest,
    body_text,
)
from peel.views import view_body

Sender = Literal["client", "server"]
_DATA = {Opcode.TEXT, Opcode.BINARY, Opcode.CONT}
# In no tree of loggers: the program's own logging must not show what its client does.
_SILENT = logging.Logger("peel.client", logging.CRITICAL)


class Talk:
    """One conversation. What crosses is told by `tell(sender, message)`, the handshake's answer aside."""

    def __init__(
        self, request: WireRequest, index: int, ms: Callable[[], float], tell: Callable[[Sender, MessageView], None]
    ) -> None:
        self._lines = list(request.socket or [])
        self._ms = ms
        self._tell = tell
        # Masks and names are drawn from a source of the client's own: the program's chance is not ours to use up.
        self._chance = random.Random(index)
        self._opcode = Opcode.TEXT
        self._fragments: list[bytes] = []
        self._replies = 0
        self._messages: list[SocketMessageView] = []
        self._close: SocketCloseView | None = None
        self.accepted = False
        with drawing_from(self._chance):
            self._protocol = _protocol(request)

    @property
    def refusal(self) -> str | None:
        """Why the client does not take the server's 101, if so."""
        exc = self._protocol.handshake_exc
        return str(exc) if exc is not None and not isinstance(exc, InvalidStatus) else None

    @property
    def unsaid(self) -> int:
        """Lines that wait for a reply."""
        return len(self._lines)

    @property
    def open(self) -> bool:
        """Whether both sides may still talk."""
        return self.accepted and self._protocol.state is State.OPEN

    def view(self) -> SocketView:
        """The conversation so far."""
        return {"messages": list(self._messages), "close": self._close}

    def feed(self, data: bytes) -> None:
        """Take bytes of the server's, the handshake's included."""
        with drawing_from(self._chance):
            self._protocol.receive_data(data)
        for event in self._protocol.events_received():
            if isinstance(event, Response):
                self.accepted = event.status_code == 101 and self._protocol.handshake_exc is None
            elif isinstance(event, Frame):
                self._hear(event)

    def speak(self) -> bytes:
        """Everything that the client has to say by now: protocol replies, then the lines whose turn it is."""
        while self.open and self._lines and self._lines[0].after_replies <= self._replies:
            line = self._lines.pop(0)
            self._replies = 0
            with drawing_from(self._chance):
                if line.frame == "text":
                    self._protocol.send_text(line.data)
                else:
                    self._protocol.send_binary(line.data)
            self._note("client", line.frame, line.data)
        return b"".join(self._protocol.data_to_send())

    def say(self, frame: Literal["text", "binary"], data: bytes) -> bytes:
        """Say something now; what is said to a WebSocket that is not open goes nowhere."""
        if self.open:
            self._lines.insert(0, SocketLine(frame, data, 0))
        return self.speak()

    def close(self, code: int = CloseCode.NORMAL_CLOSURE, reason: str = "") -> bytes:
        """Begin to close: the client has nothing more to say."""
        with drawing_from(self._chance):
            self._protocol.send_close(code, reason)
        self._note_close("client", code, reason)
        return b"".join(self._protocol.data_to_send())

    def _hear(self, frame: Frame) -> None:
        if frame.opcode is Opcode.CLOSE:
            received = self._protocol.close_rcvd
            if self._close is None and received is not None:
                self._note_close("server", received.code, received.reason)
            return
        if frame.opcode not in _DATA:
            return
        if frame.opcode is not Opcode.CONT:
            self._opcode = frame.opcode
        self._fragments.append(bytes(frame.data))
        if frame.fin:
            data = b"".join(self._fragments)
            self._fragments.clear()
            self._replies += 1
            self._note("server", "text" if self._opcode is Opcode.TEXT else "binary", data)

    def _note(self, sender: Sender, frame: Literal["text", "binary"], data: bytes) -> None:
        text, encoding = body_text(data)
        self._messages.append(
            {"from": sender, "frame": frame, "data": {"text": text, "encoding": encoding}, "at": self._ms()}
        )
        kind = "websocket.receive" if sender == "client" else "websocket.send"
        self._tell(sender, {"type": kind, "frame": frame, "body": view_body(data)})

    def _note_close(self, sender: Sender, code: int, reason: str) -> None:
        self._close = {"by": sender, "code": int(code), "reason": reason}
        kind = "websocket.disconnect" if sender == "client" else "websocket.close"
        self._tell(sender, {"type": kind, "code": int(code), "reason": reason})


def _protocol(request: WireRequest) -> ClientProtocol:
    """What `websockets` would have made for a handshake with these headers, right or wrong."""

    def values(name: str) -> list[str]:
        return [value for key, value in request.headers if key.lower() == name]

    def parsed(name: str, parse: Callable[[str], list[Any]]) -> list[Any]:
        found: list[Any] = []
        for value in values(name):
            try:
                found += parse(value)
            except Exception:  # nonsense in the header offers nothing, and the server gets it as it was written
                continue
        return found

    protocol = ClientProtocol(
        parse_uri("ws://server/"),
        extensions=[
            _deflate(dict(options))
            for name, options in parsed("sec-websocket-extensions", parse_extension)
            if name == "permessage-deflate"
        ]
        or None,
        subprotocols=parsed("sec-websocket-protocol", parse_subprotocol) or None,
        max_size=None,
        logger=_SILENT,
    )
    protocol.key = next(iter(values("sec-websocket-key")), "")
    return protocol


def _deflate(options: dict[str, str | None]) -> ClientPerMessageDeflateFactory:
    def bits(name: str) -> int | None:
        value = options.get(name)
        return int(value) if value is not None and value.isdigit() and 8 <= int(value) <= 15 else None

    return ClientPerMessageDeflateFactory(
        server_no_context_takeover="server_no_context_takeover" in options,
        client_no_context_takeover="client_no_context_takeover" in options,
        server_max_window_bits=bits("server_max_window_bits"),
        client_max_window_bits=bits("client_max_window_bits") or ("client_max_window_bits" in options or None),
    )
