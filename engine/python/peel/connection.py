"""One exchange: a client that connects, asks once, and waits; or that talks over a WebSocket.

The client's side of the wire and the two outermost rings. Knows no layers.
"""

from __future__ import annotations

from asyncio import TimerHandle
from collections.abc import Callable
from contextvars import Context
from typing import TYPE_CHECKING, Any, Literal
from urllib.parse import SplitResult, urlsplit

from uvicorn.protocols.http.h11_impl import H11Protocol
from websockets.frames import CloseCode

from peel.clock import as_ms
from peel.errors import Errors
from peel.events import (
    BROWSER,
    SERVER,
    ErrorView,
    ExchangeRole,
    ExchangeView,
    HeaderPairs,
    MessageView,
    RuleNote,
    SocketView,
    WireRequest,
)
from peel.reply import Reply, request_head
from peel.tracer import CURRENT, Place, Record, Tracer
from peel.transport import READ_SIZE, MemoryTransport
from peel.views import view_body
from peel.websocket import Sender, Talk
from peel.written import message_text

if TYPE_CHECKING:
    from peel.server import Server

FIRST_CLIENT_PORT = 50_000
CLOSE_TIMEOUT_MS = 10_000
"""How long a client waits for the answer to its closing frame; the default of the `websockets` package."""
CONTINUE_TIMEOUT_MS = 1_000
"""How long a client that asked for leave to send its body waits for it; curl's default."""


class Connection(Record):
    """What becomes of one request."""

    __slots__ = (
        "_arrived",
        "_browser",
        "_context",
        "_delivered",
        "_due",
        "_errors",
        "_held",
        "_place",
        "_reply",
        "_server",
        "_started_ns",
        "_talk",
        "_tasks",
        "_timers",
        "_told_switch",
        "_transport",
        "_untold",
        "ended_ns",
        "error",
        "fetch",
        "index",
        "is_live",
        "notes",
        "on_heard",
        "on_over",
        "request",
        "role",
        "stalled",
        "started",
    )

    def __init__(self, server: Server, errors: Errors, request: WireRequest, index: int) -> None:
        super().__init__()
        self._server = server
        self._errors = errors
        self.request = request
        self.index = index
        self.error: BaseException | None = None
        self.stalled: ErrorView | None = None
        self.started = False
        self.ended_ns: int | None = None
        # Set where a page's browser sends the request: number of the fetch, what it is for, what was decided before.
        self.fetch: int | None = None
        self.role: ExchangeRole = "request"
        self.notes: list[RuleNote] = []
        self.is_live = False
        """Whoever asked will go on with it in a later call."""
        self.on_heard: Callable[[], None] | None = None
        """Called when the server has written something."""
        self.on_over: Callable[[], None] | None = None
        """Called once when the response has been delivered, or none will ever come."""
        self._started_ns = 0
        self._browser = Place(BROWSER, index, None, self)
        self._place = Place(SERVER, index, self._browser, self)
        self._reply = Reply(request)
        self._talk: Talk | None = None
        self._tasks: set[Any] = set()
        self._arrived = self._delivered = self._due = self._told_switch = False
        # Body bytes that wait for the server's leave.
        self._held: bytes = b""
        self._timers: list[TimerHandle] = []
        self._untold: list[MessageView] = []
        self._transport: MemoryTransport | None = None
        self._context: Context = Context()

    @property
    def outermost(self) -> Place:
        """The ring of the browser."""
        return self._browser

    @property
    def finished(self) -> bool:
        """Response there (or connection closed), and the app done with the request."""
        return self._delivered

    @property
    def answered(self) -> bool:
        """Whether the head of a response has come."""
        return self._reply.head is not None

    @property
    def arrived(self) -> bool:
        """Whether the client has all that it will get."""
        return self._arrived

    @property
    def is_coded(self) -> bool:
        """Whether the body has to be decoded as a whole."""
        head = self._reply.head
        return head is not None and any(name.lower() == "content-encoding" for name, _ in head[1])

    @property
    def socket(self) -> SocketView | None:
        """The conversation so far; None where it is none."""
        return self._talk.view() if self._talk is not None else None

    def body_after(self, bytes_before: int) -> bytes:
        """The body as far as it came, but for so many bytes at the beginning."""
        return self._reply.body_after(bytes_before)

    @property
    def streaming(self) -> bool:
        """Whether the server sends and comes to no end, and nothing says that the client will hang up."""
        under_way = self.started and self._reply.head is not None and not self._arrived
        return under_way and self.request.hang_up_ms is None and self._server.clock.now_ns > self._started_ns

    def start(self, context: Context) -> None:
        """Connect and send the request."""
        server = self._server
        self.started = True
        self._context = context
        self._started_ns = server.clock.now_ns
        self.open += [self._browser, self._place]
        if server.observer is not None:
            self._tell_browser()
        if self.request.socket is not None:
            self._talk = Talk(self.request, self.index, server.clock.ms, self._crossed)
        url = urlsplit(self.request.url)
        secure = url.scheme in ("https", "wss")
        transport = MemoryTransport(
            server.loop,
            ("127.0.0.1", FIRST_CLIENT_PORT + self.index),
            ("127.0.0.1", _port(url) or (443 if secure else 80)),
            secure,
        )
        transport.on_write = self._hear
        transport.on_close = self._server_closed
        self._transport = transport
        server.tick()
        before = set(server.state.tasks)
        context.run(self._connect, transport)
        self._tasks = {task for task in server.state.tasks if task not in before}
        for task in self._tasks:
            task.add_done_callback(self._task_done)
        if not self._tasks:
            self.drain()

    def _connect(self, transport: MemoryTransport) -> None:
        CURRENT.set(self._place)
        server, request = self._server, self.request
        transport.connect(H11Protocol(server.config, server.state, server.lifespan_state, server.loop))
        # A page aborts its fetch, and with it whatever connection there is then.
        if request.hang_up_ms is not None and self.fetch is None:
            self._later(request.hang_up_ms, self._hang_up)
        if request.pieces is not None:
            transport.say(request_head(request))
            for piece in request.pieces:
                self._later(piece.at_ms, lambda data=piece.data: transport.say(data))
            return
        body = request.body_bytes()
        if body and any(
            name.lower() == "expect" and value.lower() == "100-continue" for name, value in request.headers
        ):
            self._held = body
            transport.say(request_head(request))
            self._later(CONTINUE_TIMEOUT_MS, self._go_on)
        else:
            head = request_head(request)
            if len(head) + len(body) <= READ_SIZE:
                transport.say(head + body)
            else:
                transport.say(head)
                transport.say(body)

    def _later(self, after_ms: float, call: Callable[[], object]) -> None:
        """Do something at a time after the start of the request, if the exchange lasts until then."""
        if after_ms <= 0:
            call()
            return
        when = (self._started_ns + round(after_ms * 1e6)) / 10**9
        self._timers.append(self._server.loop.call_at_wait(when, call, self._context))

    def _go_on(self) -> None:
        data, self._held = self._held, b""
        if data and self._transport is not None:
            self._transport.say(data)

    def _tell_browser(self) -> None:
        request = self.request
        if self.fetch is not None:
            tell_notes(self._server.tracer, self._browser, self.fetch, self.notes)
        told = {name.lower() for note in self.notes for name, _ in note.get("added", [])}
        added = [
            [name, value]
            for name, value in request.headers
            if name.lower() in request.added and name.lower() not in told
        ]
        if added or self.fetch is None:
            names = " and ".join(name for name, _ in added)
            text = f"The browser adds {names} by itself." if added else "The browser adds nothing."
            self._tell_rule("added-headers", text, added)
        path, _, query = request.target.partition("?")
        scope: dict[str, Any] = {"type": "http", "method": request.method}
        if request.socket is not None:
            scope = {"type": "websocket"}
        scope |= {
            "path": path,
            "query_string": query,
            "headers": [[name, value] for name, value in request.headers],
        }
        self._server.tracer.event("enter", self._browser, {"scope": scope, "changes": []}, task=0)
        self._browser.called = True

    def _tell_rule(self, rule: str, text: str, added: HeaderPairs | None = None) -> None:
        if self._server.observer is not None:
            fields: dict[str, Any] = {"rule": rule, "added": added or [], "text": text}
            if self.fetch is not None:
                fields["fetch"] = self.fetch
            self._server.tracer.event("rule", self._browser, fields, task=0)

    def _crossed(self, sender: Sender, message: MessageView) -> None:
        """Something was said over the WebSocket."""
        if self._server.observer is None:
            return
        if sender == "client":
            self._server.tracer.event("receive", self._browser, {"message": message}, task=0)
        else:
            self._untold.append(message)

    def drain(self) -> None:
        """Tell of what uvicorn wrote since."""
        messages, self._reply.messages = self._reply.messages, []
        tracer = self._server.tracer
        if self._server.observer is None:
            return
        for message in messages:
            if message["type"] == "http.response.start":
                self._place.head_sent += 1
            tracer.write(self._place, message_text("send", message))
        if self._reply.switched and not self._told_switch:
            self._told_switch = True
            self._place.head_sent += 1
            self._untold.insert(0, self._acceptance())
        untold, self._untold = self._untold, []
        for view in untold:
            tracer.event("send", self._place, {"message": view})
            tracer.event("send", self._browser, {"message": view}, task=0)

    def _acceptance(self) -> MessageView:
        head = self._reply.head
        assert head is not None
        subprotocol = next((value for name, value in head[1] if name.lower() == "sec-websocket-protocol"), None)
        return {"type": "websocket.accept", "status": head[0], "headers": head[1], "subprotocol": subprotocol}

    def _hear(self, data: bytes) -> None:
        """Bytes of the server's arrive. They are answered in a later turn of the loop, as over a network."""
        self._reply.feed(data)
        if self._talk is not None:
            self._talk.feed(data)
        if self.on_heard is not None:
            self.on_heard()
        if self._reply.complete or (self._reply.switched and self._talk is None):
            self._arrive()
        elif (self._talk is not None or (self._held and self._reply.told_to_continue)) and not self._due:
            self._due = True
            self._server.loop.call_soon(self._answer, context=self._context)

    def _answer(self) -> None:
        """React to what was heard."""
        self._due = False
        self.drain()
        if self._transport is None or self._arrived:
            return
        if self._talk is None:
            self._go_on()
            return
        if self._talk.refusal is not None:
            self._tell_rule("handshake-refused", f"The client breaks off: {self._talk.refusal}.")
            self._break_off()
            return
        self._transport.say(self._talk.speak())

    def close_socket(self) -> bool:
        """Nothing more can come: the client closes its WebSocket. False where none is open."""
        talk = self._talk
        if talk is None or self._transport is None or self._arrived or not talk.open:
            return False
        if talk.unsaid:
            left = f"{talk.unsaid} message{'s were' if talk.unsaid > 1 else ' was'} not sent"
            self._tell_rule("no-reply", f"The client waited for a message of the server's that never came; {left}.")
        self._close()
        return True

    def _close(self, code: int = CloseCode.NORMAL_CLOSURE, reason: str = "") -> None:
        talk, transport = self._talk, self._transport
        if talk is None or transport is None or self._arrived or not talk.open:
            return
        data = talk.close(code, reason)
        # Before anything is said: the server may answer and close at once, and then the timer is taken back.
        when = (self._server.clock.now_ns + CLOSE_TIMEOUT_MS * 10**6) / 10**9
        self._timers.append(self._server.loop.call_at_wait(when, self._break_off, self._context))
        self._context.run(transport.say, data)

    def hold(self) -> None:
        """Read no more for now; the app waits once it has something to send."""
        if self._transport is not None:
            self._transport.hold()

    def release(self) -> None:
        """Read on."""
        if self._transport is not None:
            self._transport.release()

    def say(self, frame: Literal["text", "binary"], data: bytes) -> None:
        """Say something over the WebSocket, in a turn of the loop."""
        talk, transport = self._talk, self._transport
        if talk is not None and transport is not None and not self._arrived:
            self._server.loop.call_soon(lambda: transport.say(talk.say(frame, data)), context=self._context)

    def say_goodbye(self, code: int, reason: str) -> None:
        """Close the WebSocket, in a turn of the loop; one that is not open yet is broken off."""

        def leave() -> None:
            if self._talk is not None and self._talk.open:
                self._close(code, reason)
            else:
                self._break_off()

        self._server.loop.call_soon(leave, context=Context())

    def _hang_up(self) -> None:
        seconds = f"{(self.request.hang_up_ms or 0) / 1000:g}"
        if not self._arrived:
            self._tell_rule("hang-up", f"The client hangs up after {seconds} s.")
            self._break_off()

    def _break_off(self) -> None:
        """The client closes the connection, whatever it has got by now."""
        if self._transport is not None and not self._arrived:
            self._transport.hang_up()
            self._arrive()

    def _server_closed(self) -> None:
        self._reply.feed(b"")
        self._arrive()

    def _arrive(self) -> None:
        if not self._arrived:
            self._arrived = True
            self.ended_ns = self._server.clock.now_ns
            self._server.loop.call_soon(self._after_arrival)
            self._forget_timers()

    def _forget_timers(self) -> None:
        timers, self._timers = self._timers, []
        for timer in timers:
            self._server.loop.cancel_wait(timer)

    def _after_arrival(self) -> None:
        if not self._tasks:
            self._leave_server()
            self.deliver()

    def _task_done(self, task: Any) -> None:
        self._tasks.discard(task)
        if self._tasks:
            return
        self._leave_server()
        if self._arrived or self._reply.broken:
            self.deliver()

    def _leave_server(self) -> None:
        self.drain()
        observer = self._server.observer
        if observer is None or self._place not in self.open:
            return
        observer.stopped_here(self._place, None)
        self._server.tracer.event("exit", self._place, {"awaited": self._place.called}, task=0)
        self.open.remove(self._place)

    def deliver(self) -> None:
        """The browser has the response; the connection is closed. Done once the app is done as well."""
        if not self._arrived and not self._reply.broken:
            return
        if self._browser in self.open:
            self.open.remove(self._browser)
            if self._server.observer is not None:
                self._tell_arrival()
            if self._transport is not None:
                self._transport.hang_up()
            self._be_over()
        if not self._tasks:
            self._delivered = True

    def _be_over(self) -> None:
        if self.on_over is not None:
            on_over, self.on_over = self.on_over, None
            on_over()

    def _tell_arrival(self) -> None:
        self.drain()
        head = self._reply.head
        tracer = self._server.tracer
        if head is not None and not self._reply.switched:
            message: dict[str, Any] = {
                "type": "http.response",
                "status": head[0],
                "headers": head[1],
                "body": view_body(self._reply.body),
                "more": not self._reply.complete,
            }
            tracer.event("send", self._browser, {"message": message}, task=0)
        tracer.event("exit", self._browser, {"awaited": True}, task=0)

    def give_up(self, error: ErrorView) -> None:
        """Nothing will ever come: the client goes away."""
        self.stalled = error
        if self.ended_ns is None:
            self.ended_ns = self._server.clock.now_ns
        if self._transport is not None:
            self._transport.hang_up()
        self._forget_timers()
        self._be_over()

    def leave(self) -> None:
        """The page is not interested any more: the client closes the connection, whatever it has got by now."""
        self.on_over = None
        self._break_off()

    def silence(self) -> None:
        """The session is over; whatever is written from now on reaches nobody."""
        if self._transport is not None:
            self._transport.dead = True

    def innermost(self) -> Place | None:
        """The ring that has the request now."""
        return self.open[-1] if self.open else None

    def pending_tasks(self) -> list[Any]:
        """The tasks of uvicorn for this request that are not done."""
        return list(self._tasks)

    def view(self) -> ExchangeView:
        """The exchange, as far as it came."""
        request = self.request
        ended = self.ended_ns if self.ended_ns is not None else self._server.clock.now_ns
        error = self.stalled
        if error is None and self.error is not None:
            error = self._errors.view(self.error)
        response = self._reply.view()
        if response is not None and self.ended_ns is not None and self.stalled is None and self._reply.cut:
            response["isCut"] = True
        view: ExchangeView = {
            "from": request.origin,
            "title": request.title,
            "request": {
                "method": request.method,
                "url": request.url,
                "headers": [[name, value] for name, value in request.headers],
                "body": request.body,
                "bodyEncoding": request.encoding,
            },
            "response": response,
            "error": error,
            "startedAt": as_ms(self._started_ns if self.started else ended),
            "endedAt": as_ms(ended),
        }
        if self._talk is not None:
            view["socket"] = self._talk.view()
        if self.fetch is not None:
            view["fetch"] = self.fetch
            view["role"] = self.role
        return view


def tell_notes(tracer: Tracer, place: Place, fetch: int, notes: list[RuleNote]) -> None:
    """Tell of what the browser decided about a fetch."""
    for note in notes:
        fields: dict[str, Any] = {"rule": note["rule"], "added": note.get("added", []), "text": note["text"]}
        fields |= {"source": note["source"]} | ({"fix": note["fix"]} if "fix" in note else {})
        tracer.event("rule", place, {**fields, "fetch": fetch}, task=0)


def _port(url: SplitResult) -> int | None:
    """The port, where the URL has one; `OPTIONS *` and the like make URLs that have not."""
    try:
        return url.port
    except ValueError:
        return None
