"""What is new of an exchange that stays open between calls, in the caller's words: see `LivePiece` in the protocol."""

from __future__ import annotations

from typing import Any

from peel.connection import Connection
from peel.events import FetchView, body_text, read_bytes

CUT_OFF = 1006
"""How a WebSocket reads that ended without a closing frame (RFC 6455 7.1.5)."""


ROOM = 65_536
"""Bytes that lie unread before the server has to wait; asyncio's own limit for a socket."""


class Seat:
    """Somebody who follows one fetch, under an id of its own."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._pieces: list[dict[str, Any]] = []
        self._is_open = self._is_readable = False
        self._bytes = self._unread = 0
        self._messages = 0

    @property
    def has_news(self) -> bool:
        """Whether anything came since the last time."""
        return bool(self._pieces)

    @property
    def is_full(self) -> bool:
        """Whether the server has to wait until somebody reads."""
        return self._unread > ROOM

    def empty(self) -> None:
        """Somebody reads."""
        self._unread = 0

    def take(self) -> list[dict[str, Any]]:
        """What came since the last time."""
        pieces, self._pieces = self._pieces, []
        return pieces

    def opened(self, view: FetchView) -> None:
        """The page has the head of its response."""
        self._is_open = True
        content = _content(view)
        self._is_readable = content is not None and content.get("type") not in ("opaque", "opaqueredirect")
        bare = {
            key: {**view[key], "body": {"text": "", "encoding": "utf8"}}
            for key in ("response", "used")
            if view.get(key) is not None
        }
        self._tell("head", view={**view, **bare})

    def heard(self, connection: Connection) -> None:
        """The server has written more, after the head."""
        socket = connection.socket
        if socket is not None:
            for message in socket["messages"][self._messages :]:
                if message["from"] == "server":
                    self._tell("message", frame=message["frame"], data=message["data"])
            self._messages = len(socket["messages"])
        elif self._is_readable and not connection.is_coded:
            self._chunk(connection.body_after(self._bytes))
            if self.is_full:
                connection.hold()

    def over(self, view: FetchView, connection: Connection | None) -> None:
        """Nothing more will come."""
        content = _content(view)
        if not self._is_open and view["outcome"] not in ("blocked", "pending"):
            self.opened(view)
        socket = connection.socket if connection is not None else None
        if socket is not None and connection is not None and self._is_open:
            self.heard(connection)
            close = socket["close"]
            # A browser tells what the other side said; whoever closed first hears its own code back.
            self._tell("closed", code=close["code"] if close else CUT_OFF, reason=close["reason"] if close else "")
        elif content is not None:
            self._chunk(read_bytes(content["body"])[self._bytes :])
        self._tell("done", view=view)

    def _chunk(self, data: bytes) -> None:
        if data:
            self._bytes += len(data)
            self._unread += len(data)
            text, encoding = body_text(data)
            self._tell("chunk", data={"text": text, "encoding": encoding})

    def _tell(self, kind: str, **more: Any) -> None:
        self._pieces.append({"id": self._name, "kind": kind, **more})


def _content(view: FetchView) -> dict[str, Any] | None:
    """The response that a script may read, or that an element makes use of."""
    return view["response"] or view.get("used")
