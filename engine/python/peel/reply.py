"""What a client makes of the bytes that come back: reads them with h11. Knows neither apps nor layers."""

from __future__ import annotations

from typing import Any

import h11

from peel.events import HeaderPairs, ResponseView, WireRequest, body_text


def request_head(request: WireRequest) -> bytes:
    """Request line and headers exactly as they were asked for, right or wrong."""
    lines = [f"{request.method} {request.target} HTTP/1.1", *(f"{name}: {value}" for name, value in request.headers)]
    head = "\r\n".join(lines) + "\r\n\r\n"
    try:
        return head.encode("latin-1")
    except UnicodeEncodeError:
        return head.encode()


class Reply:
    """Reads response bytes piece by piece."""

    def __init__(self, request: WireRequest) -> None:
        self._parser = h11.Connection(h11.CLIENT)
        # h11 wants to have sent a request itself. Only the method and an offer to upgrade matter for reading the reply.
        known = request.method if request.method in ("HEAD", "CONNECT") else "GET"
        headers = [("Host", "a")]
        if any(name.lower() == "upgrade" for name, _ in request.headers):
            headers += [("Connection", "Upgrade"), ("Upgrade", "a")]
        target = "*" if known != "CONNECT" else "a:1"
        self._parser.send(h11.Request(method=known, target=target, headers=headers))
        self._parser.send(h11.EndOfMessage())
        self._head: h11.Response | h11.InformationalResponse | None = None
        self._body = bytearray()
        self.complete = False
        self.broken = False
        self.switched = False
        """The server answered 101: what comes from now on is no HTTP."""
        self.told_to_continue = False
        # Messages that were read and not yet taken, as ASGI would have them.
        self.messages: list[dict[str, Any]] = []

    def feed(self, data: bytes) -> None:
        """Take bytes; empty ones mean that the connection was closed."""
        if self.broken or self.complete or self.switched:
            return
        try:
            self._parser.receive_data(data)
            while True:
                event = self._parser.next_event()
                if event is h11.NEED_DATA or event is h11.PAUSED or isinstance(event, h11.ConnectionClosed):
                    break
                self._take(event)
                if self.complete or self.switched:
                    break
        except h11.RemoteProtocolError:
            self.broken = True

    @property
    def cut(self) -> bool:
        """Whether it would not be whole if nothing more came."""
        return self._head is not None and not self.complete and not self.switched

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

    def body_after(self, bytes_before: int) -> bytes:
        """Body bytes but for so many at the beginning."""
        return bytes(self._body[bytes_before:])

    @property
    def head(self) -> tuple[int, HeaderPairs] | None:
        """Status and headers."""
        return (self._head.status_code, _pairs(self._head)) if self._head is not None else None

    def _take(self, event: Any) -> None:
        if isinstance(event, h11.InformationalResponse):
            if event.status_code == 101:
                self._head = event
                self.switched = True
                return
            self.told_to_continue = self.told_to_continue or event.status_code == 100
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


def _pairs(response: h11.Response | h11.InformationalResponse) -> HeaderPairs:
    return [[name.decode("latin-1"), value.decode("latin-1")] for name, value in response.headers.raw_items()]
