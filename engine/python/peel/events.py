"""The shapes that leave and enter Python, key for key those of `engine/protocol`.

Events are plain dicts, typed: one request makes a hundred of them, and a dict is ready for JSON as it is.
What comes in is parsed once into frozen dataclasses. Knows nothing of how events come about.
"""

from __future__ import annotations

import base64
from dataclasses import dataclass
from typing import Any, Literal, NotRequired, TypedDict

BROWSER = "browser"
SERVER = "server"
ENDPOINT = "endpoint"

Encoding = Literal["utf8", "base64"]
HeaderPairs = list[list[str]]
StopReason = Literal["lines", "jumps", "events", "time", "wall", "memory"]
LogSource = Literal["print", "logging", "structlog", "access", "server"]
CallPhase = Literal["call", "yield", "resume", "throw", "return", "raise"]
StreamName = Literal["stdout", "stderr"]
MoveReason = Literal["sleep", "block", "wait"]
ExchangeRole = Literal["preflight", "request"]
FetchOutcome = Literal["ok", "blocked", "opaque", "opaqueredirect", "pending"]
Event = dict[str, Any]


class PlaceView(TypedDict):
    """A line in the learner's files."""

    file: str
    line: int


class LayerView(TypedDict):
    """One layer of the stack, as `Layer` in the protocol."""

    id: str
    name: str
    origin: Literal["yours", "library", "framework"]
    depth: int
    style: Literal["function", "base", "asgi", "router"]
    parent: NotRequired[str]
    mount: NotRequired[str]
    route: NotRequired[str]
    file: NotRequired[str]
    line: NotRequired[int]
    added: NotRequired[PlaceView]


class BodyView(TypedDict):
    """Body bytes in a message."""

    bytes: int
    text: str | None
    encoding: Encoding
    sha256: NotRequired[str]


class MessageView(TypedDict):
    """An ASGI message as it stood when it crossed."""

    type: str
    status: NotRequired[int]
    headers: NotRequired[HeaderPairs]
    body: NotRequired[BodyView]
    more: NotRequired[bool]
    frame: NotRequired[Literal["text", "binary"]]
    subprotocol: NotRequired[str | None]
    code: NotRequired[int]
    reason: NotRequired[str]


class ScopeChange(TypedDict):
    """One key of the scope that differs from what the next outer ring saw."""

    key: str
    before: str | None
    after: str | None


class StoreChange(TypedDict):
    """A key of a store that is not what it was."""

    key: str
    before: str | None
    after: str | None
    ttlMs: int | None


class ErrorView(TypedDict):
    """An exception as data."""

    type: str
    message: str
    file: str | None
    line: int | None
    traceback: NotRequired[str]
    full: NotRequired[str]
    hint: NotRequired[str]


class SessionError(ErrorView):
    """A failure to load or to start, with one sentence for the learner."""

    phase: Literal["load", "lifespan"]
    text: str


class StopView(TypedDict):
    """Why a session was stopped."""

    reason: StopReason
    text: str
    file: str | None
    line: int | None
    waiting: list[str]


class WaitView(TypedDict):
    """Somebody who cannot go on, as `Wait` in the protocol."""

    task: int
    name: str
    layer: str | None
    exchange: int | None
    awaits: str
    on: int | None
    file: str | None
    line: int | None
    text: str


class BodyText(TypedDict):
    """Bytes as JSON-safe text."""

    text: str
    encoding: Encoding


# Python keywords among the keys: hence the functional form.
SocketMessageView = TypedDict(
    "SocketMessageView",
    {"from": Literal["client", "server"], "frame": Literal["text", "binary"], "data": BodyText, "at": float},
)


class SocketCloseView(TypedDict):
    """Who closed a WebSocket, and how."""

    by: Literal["client", "server"]
    code: int
    reason: str


class SocketView(TypedDict):
    """What went over a WebSocket, in order."""

    messages: list[SocketMessageView]
    close: SocketCloseView | None


class Versions(TypedDict):
    """Versions of everything that shapes a trace."""

    fastapi: str
    starlette: str
    pydantic: str
    uvicorn: str
    python: str


class RequestView(TypedDict):
    """The request of an exchange."""

    method: str
    url: str
    headers: HeaderPairs
    body: str
    bodyEncoding: Encoding


class ResponseView(TypedDict):
    """The response of an exchange, as it was on the wire after de-chunking."""

    status: int
    reason: str
    headers: HeaderPairs
    body: str
    bodyEncoding: Encoding
    isCut: NotRequired[Literal[True]]


# The protocol's key is a Python keyword, hence the functional form.
ExchangeView = TypedDict(
    "ExchangeView",
    {
        "from": int,
        "title": str,
        "request": RequestView,
        "response": ResponseView | None,
        "error": ErrorView | None,
        "socket": NotRequired[SocketView],
        "fetch": NotRequired[int],
        "role": NotRequired[ExchangeRole],
        "startedAt": float,
        "endedAt": float,
    },
)

FetchView = dict[str, Any]
"""`FetchView` of the protocol. Most of it is the browser's, and passes through unread."""


class RuleNote(TypedDict):
    """A decision of the browser's."""

    rule: str
    source: str
    text: str
    fix: NotRequired[str]
    added: NotRequired[HeaderPairs]


class BrowserTurn(TypedDict):
    """What the browser does next with a fetch: `wire` is a `WireRequest` with a role, `done` a `FetchView` to be."""

    notes: list[RuleNote]
    wire: NotRequired[dict[str, Any]]
    done: NotRequired[dict[str, Any]]
    isOpen: NotRequired[bool]
    isWaiting: NotRequired[bool]


class OpenResult(TypedDict):
    """What `open` gives back."""

    versions: Versions
    layers: list[LayerView]
    error: SessionError | None
    stop: StopView | None


class LoadResult(TypedDict):
    """What loading without starting gives: the user middlewares by name, as `order` counts them."""

    names: list[str]
    error: SessionError | None
    stop: StopView | None


class Position(TypedDict):
    """Numbers that the next exchange and the next event will have, and how many exchanges are live."""

    exchange: int
    seq: int
    live: int


class SendResult(TypedDict):
    """What `send` gives back."""

    exchanges: list[ExchangeView]
    stop: StopView | None
    fetches: NotRequired[list[FetchView]]
    numbers: NotRequired[Numbers]


class Numbers(TypedDict):
    """Places of exchanges and fetches in the document."""

    exchanges: list[int]
    fetches: list[int]


class ClientResult(SendResult):
    """What `client` gives back."""

    error: ErrorView | None


class LiveResult(SendResult):
    """What `live` gives back."""

    pieces: list[dict[str, Any]]
    isQuiet: bool
    at: float


class CloseResult(TypedDict):
    """What `close` gives back."""

    stop: StopView | None


@dataclass(frozen=True, slots=True)
class Limits:
    """How far one call may go."""

    lines: int
    jumps: int
    events: int
    virtual_ms: float


@dataclass(frozen=True, slots=True)
class Neighbour:
    """Another app of the same files, and the origins that it answers."""

    entry: str
    app: str | None
    serves: list[str]


@dataclass(frozen=True, slots=True)
class OpenOptions:
    """What a session is made of."""

    files: dict[str, str]
    entry: str
    app: str | None
    limits: Limits
    trace: bool
    order: list[int] | None
    env: dict[str, str]
    neighbours: list[Neighbour]


@dataclass(frozen=True, slots=True)
class Piece:
    """Some of a request's body as it goes onto the wire."""

    data: bytes
    at_ms: float


@dataclass(frozen=True, slots=True)
class SocketLine:
    """One message that the client of a WebSocket sends."""

    frame: Literal["text", "binary"]
    data: bytes
    after_replies: int


@dataclass(frozen=True, slots=True)
class WireRequest:
    """One request, complete and exact, before it becomes bytes."""

    origin: int
    title: str
    method: str
    url: str
    target: str
    headers: list[tuple[str, str]]
    added: list[str]
    body: str
    encoding: Encoding
    at_ms: float
    pieces: list[Piece] | None
    hang_up_ms: float | None
    socket: list[SocketLine] | None

    @property
    def lasts_ms(self) -> float:
        """How long the client itself takes, counted from the start of the group."""
        last = max((piece.at_ms for piece in self.pieces or ()), default=0)
        return self.at_ms + max(last, self.hang_up_ms or 0)

    def body_bytes(self) -> bytes:
        """The body as it goes onto the wire."""
        return read_bytes({"text": self.body, "encoding": self.encoding})


@dataclass(frozen=True, slots=True)
class PageRequest:
    """What a page asks its browser for."""

    at_ms: float
    hang_up_ms: float | None
    ask: dict[str, Any]
    """`PageRequest` of the protocol, for the browser to read."""

    @property
    def lasts_ms(self) -> float:
        """How long the script itself takes, counted from the start of the group."""
        return self.at_ms + (self.hang_up_ms or 0)


@dataclass(frozen=True, slots=True)
class RequestGroup:
    """Requests that share the stage."""

    wait_ms: float
    requests: list[WireRequest | PageRequest]

    @property
    def has_pages(self) -> bool:
        """Whether the browser is needed."""
        return any(isinstance(request, PageRequest) for request in self.requests)


@dataclass(frozen=True, slots=True)
class LiveWord:
    """Something to say over an open WebSocket."""

    id: str
    frame: Literal["text", "binary", "close"]
    data: bytes
    code: int


@dataclass(frozen=True, slots=True)
class LiveInput:
    """One turn of what is live."""

    start: list[tuple[str, PageRequest]]
    say: list[LiveWord]
    cancel: list[str]
    want: list[str]
    for_ms: float | None


def parse_live(payload: dict[str, Any]) -> LiveInput:
    """Read `LiveInput` of the protocol."""
    return LiveInput(
        start=[(one["id"], parse_page_request(one["request"])) for one in payload.get("start") or ()],
        say=[
            LiveWord(one["id"], one["frame"], read_bytes(one["data"]), one.get("code", 1000))
            for one in payload.get("say") or ()
        ],
        cancel=list(payload.get("cancel") or ()),
        want=list(payload["want"]),
        for_ms=payload.get("forMs"),
    )


def parse_options(payload: dict[str, Any]) -> OpenOptions:
    """Read `OpenOptions` of the protocol; a missing key is a bug of the caller and raises KeyError."""
    limits = payload["limits"]
    return OpenOptions(
        files=dict(payload["files"]),
        entry=payload["entry"],
        app=payload["app"],
        limits=Limits(limits["lines"], limits["jumps"], limits["events"], limits["virtualMs"]),
        trace=payload["trace"],
        order=payload.get("order"),
        env=dict(payload.get("env") or {}),
        neighbours=[
            Neighbour(one["entry"], one["app"], list(one["serves"])) for one in payload.get("neighbours") or ()
        ],
    )


def parse_group(payload: dict[str, Any]) -> RequestGroup:
    """Read `RequestGroup` of the protocol."""
    return RequestGroup(
        payload["waitMs"],
        [parse_page_request(one) if "page" in one else parse_request(one) for one in payload["requests"]],
    )


def parse_page_request(raw: dict[str, Any]) -> PageRequest:
    """Read `PageRequest` of the protocol as far as it is Python's business."""
    return PageRequest(raw["atMs"], raw.get("hangUpMs"), raw)


def parse_request(raw: dict[str, Any]) -> WireRequest:
    """Read `WireRequest` of the protocol."""
    return WireRequest(
        origin=raw["from"],
        title=raw["title"],
        method=raw["method"],
        url=raw["url"],
        target=raw["target"],
        headers=[(name, value) for name, value in raw["headers"]],
        added=list(raw["added"]),
        body=raw["body"]["text"],
        encoding=raw["body"]["encoding"],
        at_ms=raw["atMs"],
        pieces=[Piece(read_bytes(one["bytes"]), one["atMs"]) for one in raw["pieces"]] if "pieces" in raw else None,
        hang_up_ms=raw.get("hangUpMs"),
        socket=_parse_socket(raw["socket"]) if "socket" in raw else None,
    )


def _parse_socket(raw: dict[str, Any]) -> list[SocketLine]:
    return [SocketLine(one["frame"], read_bytes(one["data"]), one["afterReplies"]) for one in raw["messages"]]


def read_bytes(raw: BodyText) -> bytes:
    """What `body_text()` was made of."""
    return base64.b64decode(raw["text"]) if raw["encoding"] == "base64" else raw["text"].encode()


def body_text(data: bytes) -> tuple[str, Encoding]:
    """Bytes as JSON-safe text: UTF-8 where they are valid, else base64."""
    try:
        return data.decode(), "utf8"
    except UnicodeDecodeError:
        return base64.b64encode(data).decode(), "base64"
