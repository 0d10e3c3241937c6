"""What pages ask for: the modelled browser decides what is sent, and connections of its own carry it out.

The browser is a function beside Python, asked at the virtual moment at which there is something to decide. Knows no
rules and no wire.
"""

from __future__ import annotations

import json
from asyncio import TimerHandle
from collections.abc import Callable
from contextvars import Context
from typing import Any
from urllib.parse import urljoin

from pydantic_core import PydanticSerializationError, to_json

from peel.clock import Clock, as_ms
from peel.connection import Connection, tell_notes
from peel.events import (
    BROWSER,
    BrowserTurn,
    FetchView,
    PageRequest,
    RuleNote,
    StopView,
    WireRequest,
    parse_request,
)
from peel.live import Seat
from peel.loop import VirtualLoop
from peel.tracer import Place, Record, Tracer

Browser = Callable[[str], str]
"""Takes one question as JSON and gives a `BrowserTurn`: `{"call": "begin", "id", "ask", "nowMs"}`, then as often as
something comes back `{"call": "next", "id", "reply", "nowMs"}`. The reply is an exchange as far as it came,
`{"head": exchange}` while its body is still coming, or `{"failed": "aborted"}` where the script went away before there
was anything of it."""

MANY_PIECES = 16
"""Writes of the server's after which a response whose head is there is not waited for any longer."""
NEVER_BEGUN = "The script took it back before it began."
ABORTED = {"failed": "aborted"}
NOBODY_ANSWERED = "The server was stopped before the page got an answer."


class Fetches:
    """All that the pages of a session asked for."""

    def __init__(self, browser: Browser | None, loop: VirtualLoop, clock: Clock, tracer: Tracer, *, told: bool) -> None:
        self._browser = browser
        self.loop = loop
        self.clock = clock
        self.tracer = tracer
        self.told = told
        """Whether decisions go into the trace."""
        self.begun: list[Fetch] = []
        """By number."""
        self.running: list[Fetch] = []
        """Those that are not over."""
        self.failure: Exception | None = None
        """What went wrong in the browser or here, never in the program: for the caller of the session."""
        self.connect: Callable[[WireRequest], Connection] = _nowhere
        self.context: Callable[[], Context] = Context

    def ask(self, call: str, number: int, **more: Any) -> BrowserTurn:
        """Let the browser decide."""
        assert self._browser is not None
        question = {"call": call, "id": number, **more, "nowMs": self.clock.ms()}
        try:
            text = to_json(question).decode()
        except PydanticSerializationError:
            # Half a surrogate pair, in a URL perhaps, is not UTF-8.
            text = json.dumps(question)
        return json.loads(self._browser(text))

    def look(self) -> None:
        """Nothing more happens at this moment: a response whose head is there has a body that takes its time."""
        for fetch in self.running:
            if fetch.may_open:
                self.loop.call_soon(fetch.open, context=Context())

    def tell_change(self, text: str) -> None:
        """Somebody has changed what the browser remembers."""
        if self.told:
            fields: dict[str, Any] = {"rule": "browser-edited", "added": [], "text": text}
            self.tracer.event("rule", _outside(), fields, task=0)

    def guarded(self, work: Callable[[], None]) -> None:
        """Do something from within the loop: what goes wrong here must not pass for the program's mistake."""
        try:
            work()
        except Exception as exc:
            self.failure = self.failure or exc


class Fetch:
    """One thing that a page asked for, from its beginning to its verdict."""

    def __init__(self, owner: Fetches, request: PageRequest, seat: Seat | None = None) -> None:
        self._owner = owner
        self._seat = seat
        self._request = request
        self._ask = request.ask
        self._number = -1
        self._started_ns = 0
        self._connection: Connection | None = None
        self._exchanges: list[int] = []
        self._abortion: TimerHandle | None = None
        self._rest: TimerHandle | None = None
        self._rested: list[RuleNote] = []
        self._writes = 0
        self._is_judged = False
        self._opened: FetchView | None = None
        self._view: FetchView | None = None

    @property
    def begun(self) -> bool:
        """Whether it has a number."""
        return self._number >= 0

    @property
    def number(self) -> int:
        """Its place among the session's fetches."""
        return self._number

    @property
    def exchanges(self) -> list[int]:
        """Numbers of its exchanges."""
        return self._exchanges

    @property
    def connection(self) -> Connection | None:
        """The last one that it has made."""
        return self._connection

    @property
    def over(self) -> bool:
        """Whether nothing more will come of it."""
        return self._view is not None

    def begin(self) -> None:
        """The page asks."""
        if self.over:
            return
        owner = self._owner
        self._number = len(owner.begun)
        owner.begun.append(self)
        owner.running.append(self)
        self._started_ns = owner.clock.now_ns
        if self._request.hang_up_ms is not None:
            self._abortion = self._later(self._request.hang_up_ms, self.abort)
        owner.guarded(lambda: self._take(owner.ask("begin", self._number, ask=self._ask)))

    def abort(self) -> None:
        """The page is not interested any more."""
        if self.over:
            return
        if not self.begun:
            self._view = self._pending(NEVER_BEGUN, self._owner.clock.now_ns)
            if self._seat is not None:
                self._seat.over(self._view, None)
            return
        if self._connection is not None:
            self._connection.leave()
        if self._rest is not None:
            self._owner.loop.cancel_wait(self._rest)
        self._owner.guarded(self._give_up)

    def view(self, stop: StopView | None = None) -> FetchView:
        """What the page got, as far as it came."""
        if self._view is not None:
            return self._view
        if self._opened is not None:
            return {**self._opened, "endedAt": self._owner.clock.ms()}
        text = "The page still waits." if stop is None else NOBODY_ANSWERED
        return self._pending(text, self._owner.clock.now_ns)

    @property
    def may_open(self) -> bool:
        """Whether the page could have the head of a response that is not whole yet."""
        here = self._connection
        return (
            here is not None
            and here.answered
            and not here.arrived
            and self._rest is None
            and not self._is_judged
            and not self.over
        )

    def open(self) -> None:
        """Let the browser decide on the head alone."""
        if self.may_open:
            self._owner.guarded(self._open)
        if self._connection is not None and (self._seat is None or not self._seat.is_full):
            self._connection.release()

    def _open(self) -> None:
        here, owner = self._connection, self._owner
        assert here is not None
        self._is_judged = True
        turn = owner.ask("next", self._number, reply={"head": _brief(here, is_head=True)})
        if turn.get("isWaiting"):
            return
        done = turn.get("done")
        if done is None or not turn.get("isOpen"):
            # Of a redirect, a preflight, or what the page may not read, no browser waits for the body.
            here.leave()
            self._take(turn)
            return
        times = {"startedAt": as_ms(self._started_ns), "endedAt": owner.clock.ms()}
        self._opened = {**done, "exchanges": self._exchanges, **times}
        if owner.told:
            tell_notes(owner.tracer, here.outermost, self._number, turn["notes"])
        if self._seat is not None:
            self._seat.opened(self._opened)
            self._seat.heard(here)

    def _heard(self) -> None:
        self._writes += 1
        if self._opened is None:
            if self._writes == MANY_PIECES and self.may_open and self._connection is not None:
                # An app that never rests would not let the loop turn.
                self._connection.hold()
                self._owner.loop.call_soon(self.open, context=Context())
        elif self._seat is not None and self._connection is not None:
            self._seat.heard(self._connection)

    # The browser's turns

    def _take(self, turn: BrowserTurn) -> None:
        wire = turn.get("wire")
        if wire is None:
            self._end(turn["notes"], {**turn["done"]})  # type: ignore[typeddict-item]  # a turn without both is the browser's bug
        elif wire["atMs"] > 0:
            self._rested = turn["notes"]
            self._rest = self._later(wire["atMs"], lambda: self._rise(wire))
        else:
            self._send(turn["notes"], wire)

    def _rise(self, wire: dict[str, Any]) -> None:
        notes, self._rested, self._rest = self._rested, [], None
        self._owner.guarded(lambda: self._send(notes, wire))

    def _send(self, notes: list[RuleNote], wire: dict[str, Any]) -> None:
        connection = self._owner.connect(parse_request(wire))
        connection.fetch = self._number
        connection.role = wire["role"]
        connection.notes = notes
        connection.on_over = self._over
        connection.on_heard = self._heard
        connection.is_live = self._seat is not None
        self._writes = 0
        self._is_judged = False
        self._connection = connection
        self._exchanges.append(connection.index)
        connection.start(self._owner.context())

    def _over(self) -> None:
        # In a turn of its own: whoever delivers a response is in the middle of something.
        self._owner.loop.call_soon(lambda: self._owner.guarded(self._go_on), context=Context())

    def _go_on(self) -> None:
        connection = self._connection
        if connection is None or self.over:
            return
        self._take(self._owner.ask("next", self._number, reply=_brief(connection)))

    def _give_up(self) -> None:
        """Let the browser say what the page has by now; whatever else it would have sent stays at home."""
        ask, number = self._owner.ask, self._number
        here = self._connection if self._rest is None else None
        came = here is not None and here.answered
        turn = ask("next", number, reply=_brief(here) if here is not None and came else ABORTED)
        notes = turn["notes"]
        if "wire" in turn or turn.get("isOpen") or turn.get("isWaiting"):
            turn = ask("next", number, reply=ABORTED)
            notes = notes + turn["notes"]
        self._end(notes, turn["done"])  # type: ignore[typeddict-item]

    def _end(self, notes: list[RuleNote], done: FetchView) -> None:
        owner = self._owner
        if self._abortion is not None:
            owner.loop.cancel_wait(self._abortion)
        times = {"startedAt": as_ms(self._started_ns), "endedAt": owner.clock.ms()}
        self._view = view = {**done, "exchanges": self._exchanges, **times}
        owner.running.remove(self)
        if owner.told:
            place = self._connection.outermost if self._connection else _outside()
            tell_notes(owner.tracer, place, self._number, self._rested + notes)
            told = {key: view[key] for key in ("outcome", "category", "text", "fix")}
            owner.tracer.event("verdict", place, {"fetch": self._number, **told}, task=0)
        if self._seat is not None:
            self._seat.over(view, self._connection)

    def _pending(self, text: str, now_ns: int) -> FetchView:
        ask = self._ask
        page = ask["page"]
        return {
            "from": ask["from"],
            "title": ask["title"],
            "kind": page["kind"],
            "page": {"url": page["url"], "sandboxed": page["sandboxed"]},
            "method": ask["method"],
            "url": _absolute(page["url"], ask["url"]),
            "exchanges": self._exchanges,
            "outcome": "pending",
            "category": None,
            "text": text,
            "fix": None,
            "console": [],
            "exception": None,
            "response": None,
            "fromCache": False,
            "startedAt": as_ms(self._started_ns),
            "endedAt": as_ms(now_ns),
        }

    def _later(self, after_ms: float, call: Callable[[], object]) -> TimerHandle:
        when = (self._owner.clock.now_ns + round(after_ms * 1e6)) / 10**9
        return self._owner.loop.call_at_wait(when, call, Context())


def _outside() -> Place:
    """The browser's ring where nothing is sent."""
    return Place(BROWSER, None, None, Record())


def _brief(connection: Connection, *, is_head: bool = False) -> dict[str, Any]:
    """The exchange as the browser reads it: it has no use for tracebacks, and at the head none for the body."""
    view: dict[str, Any] = {**connection.view()}
    if is_head:
        view["response"] = {**view["response"], "body": "", "bodyEncoding": "utf8"}
    error = view["error"]
    if error is not None:
        view["error"] = {key: error[key] for key in ("type", "message", "file", "line")}
    return view


def _absolute(page: str, url: str) -> str:
    try:
        return urljoin(page, url)
    except ValueError:
        return url


def _nowhere(_request: WireRequest) -> Connection:
    raise RuntimeError("no server runs yet")
