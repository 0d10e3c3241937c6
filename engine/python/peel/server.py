"""uvicorn on the virtual loop: its config, its lifespan, its protocol, and one connection for each request.

Everything between bytes and ASGI is uvicorn's own. Knows no layers.
"""

from __future__ import annotations

import copy
from contextvars import Context
from email.utils import formatdate
from typing import Any, Literal, cast
from urllib.parse import SplitResult, urlsplit

from starlette.types import Message, Receive, Scope, Send
from uvicorn.config import LOGGING_CONFIG, Config
from uvicorn.lifespan.on import LifespanOn
from uvicorn.protocols.http.h11_impl import H11Protocol
from uvicorn.server import ServerState

from peel.budget import Stopped
from peel.clock import Clock
from peel.errors import Errors
from peel.events import BROWSER, SERVER, ErrorView, ExchangeView, WireRequest, body_text
from peel.loop import VirtualLoop
from peel.probe import Observer
from peel.tracer import CURRENT, Place, Record, Tracer
from peel.transport import MemoryTransport, Reply, request_bytes
from peel.views import snapshot, view_body, view_message, view_scope

FIRST_CLIENT_PORT = 50_000
LifespanStatus = Literal["begin", "complete", "failed", "unsupported"]


class Server:
    """uvicorn's part of a session."""

    def __init__(self, loop: VirtualLoop, clock: Clock, tracer: Tracer, observer: Observer | None) -> None:
        self.loop = loop
        self.clock = clock
        self.tracer = tracer
        self.observer = observer
        self.app: Any = None
        self.state = ServerState()
        self.lifespan_error: BaseException | None = None
        self._lifespan: LifespanOn | None = None
        # As `uvicorn main:app` does it: logging is set up before the app is imported.
        self.config = Config(
            self._call,
            http="h11",
            ws="none",
            interface="asgi3",
            use_colors=False,
            log_config=copy.deepcopy(LOGGING_CONFIG),
        )

    def load(self, app: Any) -> None:
        """Take the app; the config puts uvicorn's own proxy headers middleware around it."""
        self.app = app
        self.config.load()
        self.config.loaded_app = self._watch(cast("Any", self.config).loaded_app)
        self._lifespan = LifespanOn(self.config)

    async def startup(self) -> LifespanStatus:
        """Run the lifespan as far as its startup."""
        assert self._lifespan is not None
        self._tell("startup", "begin")
        await self._lifespan.startup()
        status: LifespanStatus = "complete"
        if self._lifespan.should_exit:
            status = "failed"
        elif self._lifespan.error_occurred:
            status = "unsupported"
        self._tell("startup", status)
        return status

    async def shutdown(self) -> None:
        """Run the lifespan to its end."""
        if self._lifespan is None or self._lifespan.error_occurred:
            return
        self._tell("shutdown", "begin")
        await self._lifespan.shutdown()
        self._tell("shutdown", "failed" if self._lifespan.shutdown_failed else "complete")

    @property
    def lifespan_state(self) -> dict[str, Any]:
        """What the lifespan yielded, for each request's state."""
        return self._lifespan.state if self._lifespan is not None else {}

    def tick(self) -> None:
        """What uvicorn's main loop does once a second: refresh the headers that go onto every response."""
        second = self.clock.epoch_ns() // 10**9
        date = formatdate(second, usegmt=True).encode()
        self.state.default_headers = [(b"date", date), *self.config.encoded_headers]

    async def _call(self, scope: Scope, receive: Receive, send: Send) -> Any:
        return await self.app(scope, receive, send)

    def _tell(self, phase: str, status: LifespanStatus) -> None:
        self.tracer.event("lifespan", None, {"phase": phase, "status": status})

    def _watch(self, app: Any) -> Any:
        """The server ring: sees the scope as uvicorn's protocol built it, and the exception that reaches it."""

        async def watched(scope: Scope, receive: Receive, send: Send) -> Any:
            place = CURRENT.get()
            if scope["type"] == "lifespan":
                try:
                    return await app(scope, receive, send)
                except BaseException as exc:
                    self.lifespan_error = exc
                    raise
            if place is None or not isinstance(place.record, Connection):
                return await app(scope, receive, send)
            connection = place.record
            if self.observer is not None:
                place.snapshot = snapshot(scope)
                self.tracer.event("enter", place, {"scope": view_scope(scope), "changes": []})

            async def watched_send(message: Message) -> Any:
                result = await send(message)
                connection.drain()
                return result

            try:
                return await app(scope, receive, watched_send)
            except Stopped:
                raise
            except BaseException as exc:
                connection.error = exc
                raise

        return watched


class Connection(Record):
    """One exchange: a client that connects, asks once, and waits."""

    __slots__ = (
        "_arrived",
        "_browser",
        "_closed",
        "_delivered",
        "_errors",
        "_place",
        "_reply",
        "_server",
        "_started_ns",
        "_tasks",
        "_transport",
        "ended_ns",
        "error",
        "index",
        "request",
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
        self._started_ns = 0
        self._browser = Place(BROWSER, index, None, self)
        self._place = Place(SERVER, index, self._browser, self)
        self._reply = Reply(request.method)
        self._tasks: set[Any] = set()
        self._arrived = self._closed = self._delivered = False
        self._transport: MemoryTransport | None = None

    @property
    def finished(self) -> bool:
        """Response there (or connection closed), and the app done with the request."""
        return self._delivered

    def start(self, context: Context) -> None:
        """Connect and send the request."""
        server = self._server
        self.started = True
        self._started_ns = server.clock.now_ns
        self.open += [self._browser, self._place]
        if server.observer is not None:
            self._tell_browser()
        url = urlsplit(self.request.url)
        secure = url.scheme == "https"
        transport = MemoryTransport(
            server.loop,
            ("127.0.0.1", FIRST_CLIENT_PORT + self.index),
            ("127.0.0.1", _port(url) or (443 if secure else 80)),
            secure,
        )
        transport.on_write = self._reply_bytes
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
        server = self._server
        protocol = H11Protocol(server.config, server.state, server.lifespan_state, server.loop)
        transport.connect(protocol, request_bytes(self.request))

    def _tell_browser(self) -> None:
        request = self.request
        added = [[name, value] for name, value in request.headers if name.lower() in request.added]
        names = " and ".join(name for name, _ in added)
        text = f"The browser adds {names} by itself." if added else "The browser adds nothing."
        tracer = self._server.tracer
        tracer.event("rule", self._browser, {"rule": "added-headers", "added": added, "text": text}, task=0)
        path, _, query = request.target.partition("?")
        scope = {
            "type": "http",
            "method": request.method,
            "path": path,
            "query_string": query,
            "headers": [[name, value] for name, value in request.headers],
        }
        tracer.event("enter", self._browser, {"scope": scope, "changes": []}, task=0)
        self._browser.called = True

    def drain(self) -> None:
        """Tell of what uvicorn wrote since."""
        messages, self._reply.messages = self._reply.messages, []
        if self._server.observer is None:
            return
        for message in messages:
            if message["type"] == "http.response.start":
                self._place.head_sent += 1
            self._server.tracer.event("send", self._place, {"message": view_message(message)})

    def _reply_bytes(self, data: bytes) -> None:
        self._reply.feed(data)
        if self._reply.complete:
            self._arrive()

    def _server_closed(self) -> None:
        self._closed = True
        self._reply.feed(b"")
        self._arrive()

    def _arrive(self) -> None:
        if not self._arrived:
            self._arrived = True
            self.ended_ns = self._server.clock.now_ns
            self._server.loop.call_soon(self._after_arrival)

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
        if not self._tasks:
            self._delivered = True

    def _tell_arrival(self) -> None:
        head = self._reply.head
        tracer = self._server.tracer
        if head is not None:
            message: dict[str, Any] = {
                "type": "http.response",
                "status": head[0],
                "headers": head[1],
                "body": view_body(self._reply.body),
                "more": False,
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
        text, encoding = body_text(request.body_bytes())
        error = self.stalled
        if error is None and self.error is not None:
            error = self._errors.view(self.error)
        return {
            "from": request.origin,
            "title": request.title,
            "request": {
                "method": request.method,
                "url": request.url,
                "headers": [[name, value] for name, value in request.headers],
                "body": text,
                "bodyEncoding": encoding,
            },
            "response": self._reply.view(),
            "error": error,
            "startedAt": _ms(self._started_ns if self.started else ended),
            "endedAt": _ms(ended),
        }


def _port(url: SplitResult) -> int | None:
    """The port, where the URL has one; `OPTIONS *` and the like make URLs that have not."""
    try:
        return url.port
    except ValueError:
        return None


def _ms(ns: int) -> float:
    whole, rest = divmod(ns, 1_000_000)
    return whole + round(rest / 1e6, 6) if rest else whole
