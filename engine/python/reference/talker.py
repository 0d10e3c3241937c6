"""A plain client for one WebSocket: says the lines of a script, hears the server, and closes when it has gone quiet."""

from __future__ import annotations

import base64
import contextlib
import socket
import time
from http.client import HTTPResponse
from io import BytesIO
from typing import Any

from client import raw_bytes, request_head
from websockets.client import ClientProtocol
from websockets.extensions.permessage_deflate import ClientPerMessageDeflateFactory
from websockets.frames import Frame, Opcode
from websockets.protocol import State
from websockets.uri import parse_uri

QUIET_SECONDS = 0.6
"""Peel's client listens until nothing more can come. Here nobody knows: the programs leave no longer pauses."""


class Talker:
    """One connection that carries one conversation."""

    def __init__(self, port: int, request: dict[str, Any], patience: float) -> None:
        self._request = request
        self._patience = patience
        self._began = time.monotonic()
        self._socket = socket.create_connection(("127.0.0.1", port), timeout=patience)
        self.port: int = self._socket.getsockname()[1]
        headers = {name.lower(): value for name, value in request["headers"]}
        offered = headers.get("sec-websocket-protocol")
        self._protocol = ClientProtocol(
            parse_uri("ws://localhost/"),
            extensions=[ClientPerMessageDeflateFactory(client_max_window_bits=True)]
            if "sec-websocket-extensions" in headers
            else None,
            subprotocols=[one.strip() for one in offered.split(",")] if offered else None,  # type: ignore[misc]
            max_size=None,
        )
        self._protocol.key = headers.get("sec-websocket-key", "")
        self._lines: list[dict[str, Any]] = list(request["socket"]["messages"])
        self._messages: list[dict[str, Any]] = []
        self._replies = 0
        self._head = b""
        self._frames: list[Frame] = []
        self._close: dict[str, Any] | None = None

    def ask(self) -> None:
        """Send the handshake."""
        self._socket.sendall(request_head(self._request))

    def answer(self) -> dict[str, Any]:
        """Talk until the connection is closed."""
        timed_out = False
        with self._socket:
            while True:
                self._speak()
                try:
                    self._socket.settimeout(self._patience_left())
                    data = self._socket.recv(65536)
                except TimeoutError:
                    if self._is_time_to_go():
                        break
                    if self._protocol.state is State.OPEN:
                        self._protocol.send_close(1000)
                        self._close = {"by": "client", "code": 1000, "reason": ""}
                        continue
                    timed_out = True
                    break
                except ConnectionError:
                    break
                if not data:
                    break
                self._hear(data)
        response = self._response()
        return {
            "response": response,
            "timedOut": timed_out,
            "socket": {"messages": self._messages, "close": self._close},
        }

    def _patience_left(self) -> float:
        patience = QUIET_SECONDS if self._protocol.state is State.OPEN else self._patience
        after = self._request.get("hangUpMs")
        if after is None:
            return patience
        # Who hangs up at a set time listens until then.
        return max(0.001, self._began + after / 1000 - time.monotonic())

    def _is_time_to_go(self) -> bool:
        after = self._request.get("hangUpMs")
        return after is not None and time.monotonic() >= self._began + after / 1000

    def _speak(self) -> None:
        while self._protocol.state is State.OPEN and self._lines and self._lines[0]["afterReplies"] <= self._replies:
            line = self._lines.pop(0)
            self._replies = 0
            data = raw_bytes(line["data"])
            (self._protocol.send_text if line["frame"] == "text" else self._protocol.send_binary)(data)
            self._note("client", line["frame"], data)
        with contextlib.suppress(ConnectionError):
            for data in self._protocol.data_to_send():
                self._socket.sendall(data)

    def _hear(self, data: bytes) -> None:
        if self._protocol.state is State.CONNECTING:
            self._head += data
        self._protocol.receive_data(data)
        for event in self._protocol.events_received():
            if not isinstance(event, Frame):
                continue
            if event.opcode is Opcode.CLOSE:
                received = self._protocol.close_rcvd
                if self._close is None and received is not None:
                    self._close = {"by": "server", "code": int(received.code), "reason": received.reason}
            elif event.opcode in (Opcode.TEXT, Opcode.BINARY, Opcode.CONT):
                self._frames.append(event)
                if event.fin:
                    kind = "text" if self._frames[0].opcode is Opcode.TEXT else "binary"
                    self._note("server", kind, b"".join(bytes(frame.data) for frame in self._frames))
                    self._frames = []
                    self._replies += 1

    def _note(self, sender: str, frame: str, data: bytes) -> None:
        self._messages.append({"from": sender, "frame": frame, "data": base64.b64encode(data).decode()})

    def _response(self) -> dict[str, Any] | None:
        """The answer to the handshake, read as HTTP."""
        if b"\r\n\r\n" not in self._head:
            return None
        head, _, rest = self._head.partition(b"\r\n\r\n")
        # The standard library takes a 101 for an answer before the answer.
        status, _, reason = head.partition(b"\r\n")[0].removeprefix(b"HTTP/1.1 ").partition(b" ")
        if status == b"101":
            read = _Read(head.replace(b"HTTP/1.1 101", b"HTTP/1.1 204", 1) + b"\r\n\r\n")
        else:
            read = _Read(head + b"\r\n\r\n" + rest)
        response = HTTPResponse(read)  # type: ignore[arg-type]
        response.begin()
        return {
            "status": int(status),
            "reason": reason.decode(),
            "headers": list(response.msg.items()),
            "body": base64.b64encode(response.read()).decode(),
        }


class _Read:
    """Bytes that have arrived, as `HTTPResponse` wants them."""

    def __init__(self, data: bytes) -> None:
        self._data = data

    def makefile(self, _mode: str) -> BytesIO:
        return BytesIO(self._data)
