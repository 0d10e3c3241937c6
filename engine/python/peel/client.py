"""Runs a client program beside the server: `requests`, `httpx`, `TestClient`, as one writes them outside.

Their own HTTP code writes and reads the bytes; each request of theirs becomes an exchange. Knows no layers.
"""

from __future__ import annotations

import asyncio
import itertools
import sys
import threading
import time
import warnings
from collections.abc import Callable
from contextvars import Context
from dataclasses import dataclass, replace
from types import CodeType, ModuleType
from typing import Any

import anyio.from_thread
import h11
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from uvicorn.protocols.http.h11_impl import H11Protocol

from peel import portal
from peel.budget import Stopped
from peel.clock import Clock
from peel.connection import FIRST_CLIENT_PORT, Connection
from peel.errors import Errors
from peel.events import ErrorView, ExchangeView, HeaderPairs, SocketView, WireRequest, body_text
from peel.loop import VirtualLoop
from peel.net import ADDRESS, PORTS, REFUSED, Wire
from peel.patches import Patches
from peel.server import Server
from peel.sources import Sources
from peel.threads import Threads
from peel.tracer import CURRENT, Place
from peel.views import snapshot, view_message, view_scope


@dataclass(frozen=True)
class Stage:
    """The running session, as far as a client program needs it."""

    server: Server
    loop: VirtualLoop
    clock: Clock
    threads: Threads
    errors: Errors
    sources: Sources
    context: Context
    """What requests start from."""
    connections: list[Connection]
    """All exchanges of the session; new ones are added."""
    watch: Callable[[CodeType], None]
    known: Callable[[ASGIApp], ASGIApp]
    """The app as the server calls it, with its probes."""
    stalled: Callable[[Connection], ErrorView]


class Client:
    """One run of a client program."""

    def __init__(self, stage: Stage) -> None:
        self._stage = stage
        self._first = len(stage.connections)
        self._ports = itertools.count(FIRST_CLIENT_PORT + self._first)
        self._served: dict[int, _Served] = {}
        self._driver = portal.Driver(stage.loop, stage.clock)
        self._driver.on_dry = self._give_up
        self._stalled: ErrorView | None = None

    @property
    def connections(self) -> list[Connection]:
        """The exchanges that the program made."""
        return self._stage.connections[self._first :]

    def run(self, file: str) -> ErrorView | None:
        """Run the program to its end, with everything that it left open; how it failed. Raises Stopped."""
        patches = Patches()
        self._install(patches)
        module = ModuleType("__main__")
        module.__dict__["__file__"] = file
        before = sys.modules.get("__main__")
        sys.modules["__main__"] = module
        asyncio.set_event_loop(None)
        try:
            code = compile(self._stage.sources[file], file, "exec", dont_inherit=True)
            self._stage.watch(code)
            Context().run(exec, code, module.__dict__)
        except Stopped:
            raise
        except portal.StalledError as exc:
            return self._stalled_error(exc)
        except SystemExit as exc:
            return None if not exc.code else self._stage.errors.view(exc)
        except BaseException as exc:
            return self._stage.errors.view(exc)
        finally:
            asyncio.set_event_loop(self._stage.loop)
            patches.undo()
            if before is not None:
                sys.modules["__main__"] = before
            # The end of a process closes what it had open.
            for served in list(self._served.values()):
                served.wire.hang_up()
        return None

    def _install(self, patches: Patches) -> None:
        stage, driver = self._stage, self._driver
        portal.install_sockets(patches, self._connect, driver)
        block, sleep, wait = stage.clock.block, driver.sleep, threading.Condition.wait
        driven = portal.wait_for_condition(driver)

        def is_client() -> bool:
            """Whether it is the program's own code that asks, not the app's."""
            return asyncio._get_running_loop() is not stage.loop and not stage.clock.threads

        def pause(seconds: float) -> None:
            (sleep if is_client() else block)(seconds)

        def wait_for(self: Any, timeout: float | None = None) -> bool:
            return (driven if is_client() else wait)(self, timeout)

        def new_loop() -> asyncio.AbstractEventLoop:
            if is_client():
                return portal.ClientLoop(stage.loop, stage.clock, stage.threads, driver, self._connect)
            return made()

        made: Any = asyncio.new_event_loop
        patches.set(time, "sleep", pause)
        patches.set(threading.Condition, "wait", wait_for)
        patches.set(asyncio, "new_event_loop", new_loop)
        patches.set(asyncio.events, "new_event_loop", new_loop)
        patches.set(anyio.from_thread, "start_blocking_portal", portal.make_portals(stage.loop, driver))
        with warnings.catch_warnings():
            # It would rather have httpx2.
            warnings.simplefilter("ignore")
            from starlette import testclient
        transport: Any = testclient._TestClientTransport
        make = transport.__init__
        client = self

        def init(self: Any, app: Any, *args: Any, **options: Any) -> None:
            make(self, client._watch(app), *args, **options)

        patches.set(transport, "__init__", init)

    # Over the wire, through uvicorn

    def _connect(self, address: tuple[str, int]) -> Wire:
        if address[1] not in PORTS:
            raise ConnectionRefusedError(*REFUSED)
        wire = Wire(self, address[1], (ADDRESS, next(self._ports)))
        self.accept(wire)
        return wire

    def accept(self, wire: Wire) -> None:
        """A client has connected."""
        self._served[id(wire)] = _Served(self._stage, wire, self._new)

    def said(self, wire: Wire, data: bytes) -> None:
        """Bytes of the client's are on their way."""
        self._stage.loop.call_soon(self._served[id(wire)].hear, data, context=self._stage.context)

    def hung_up(self, wire: Wire) -> None:
        """The client is gone."""
        self._stage.loop.call_soon(self._served[id(wire)].hung_up, context=self._stage.context)

    def _new(self, request: WireRequest) -> ClientExchange:
        stage = self._stage
        index = len(stage.connections)
        exchange = ClientExchange(stage.server, stage.errors, replace(request, origin=index - self._first), index)
        stage.connections.append(exchange)
        return exchange

    # TestClient: no server between it and the app

    def _watch(self, app: ASGIApp) -> ASGIApp:
        stage = self._stage

        async def watched(scope: Scope, receive: Receive, send: Send) -> None:
            if scope["type"] not in ("http", "websocket"):
                await app(scope, receive, send)
                return
            index = len(stage.connections)
            exchange = DirectExchange(stage.server, stage.errors, _asked(scope, index - self._first), index)
            stage.connections.append(exchange)
            await exchange.run(stage.known(app), scope, receive, send)

        return watched

    # When nothing can go on

    def _give_up(self) -> bool:
        for connection in self.connections:
            if connection.started and not connection.finished and connection.stalled is None:
                connection.give_up(self._stage.stalled(connection))
                self._stalled = self._stalled or connection.stalled
        return False

    def _stalled_error(self, exc: BaseException) -> ErrorView:
        view = self._stage.errors.view(exc)
        why = f": {self._stalled['message']}" if self._stalled else ""
        at = f"{view['file']} line {view['line']}" if view["file"] else "The program"
        return {**view, "type": "Stalled", "message": f"{at} waits for what will never come{why}"}


class ClientExchange(Connection):
    """One request on a wire that a client program has open."""

    __slots__ = ("on_end",)

    def __init__(self, server: Server, errors: Errors, request: WireRequest, index: int) -> None:
        super().__init__(server, errors, request, index)
        self.on_end: Callable[[], None] = lambda: None

    @property
    def lingers(self) -> bool:
        """The client has the whole response, and the app has not come to its end."""
        return self._arrived and bool(self._tasks)

    def _task_done(self, task: Any) -> None:
        super()._task_done(task)
        if not self._tasks:
            self.on_end()

    def begin(self, context: Context) -> None:
        """The head of the request has arrived at the server."""
        server = self._server
        self.started = True
        self._started_ns = server.clock.now_ns
        self.open += [self._browser, self._place]
        server.tick()
        if server.observer is not None:
            _enter(self, self._browser)
        context.run(CURRENT.set, self._place)

    def serve(self, call: Callable[[], None], context: Context) -> None:
        """Let the server work on bytes, and see which tasks come of it."""
        tasks = self._server.state.tasks
        before = set(tasks)
        context.run(call)
        for task in [task for task in tasks if task not in before]:
            self._tasks.add(task)
            task.add_done_callback(self._task_done)

    def hear(self, data: bytes) -> None:
        """The server writes."""
        self._reply.feed(data)
        if self._reply.complete:
            self._arrive()

    def lose(self) -> None:
        """Either end has closed the connection."""
        if not self._arrived:
            self._reply.feed(b"")
            self._arrive()


class _Served:
    """A wire with uvicorn's protocol at its other end."""

    def __init__(self, stage: Stage, wire: Wire, new: Callable[[WireRequest], ClientExchange]) -> None:
        self.wire = wire
        self._stage = stage
        self._new = new
        self._parser = h11.Connection(h11.SERVER)
        self._protocol: Any = None
        self._transport: _ServerTransport | None = None
        self._exchange: ClientExchange | None = None
        self._context = stage.context.copy()
        self._body = bytearray()
        self._waiting: list[bytes] = []
        self._lost = False

    def hear(self, data: bytes) -> None:
        """Bytes of the client's arrive."""
        if self._lost:
            return
        if self._waiting or (self._exchange is not None and self._exchange.lingers and not self._is_free()):
            # uvicorn would keep them until then, and begin the next request on behalf of the one before.
            self._waiting.append(data)
            return
        server = self._stage.server
        if self._protocol is None:
            # Not when the client connects: only now it is known whether the connection is secure.
            self._protocol = H11Protocol(server.config, server.state, server.lifespan_state, server.loop)
            self._transport = _ServerTransport(self)
            self._protocol.connection_made(self._transport)
        self._read(data)
        self._feed(data)

    def _is_free(self) -> bool:
        cycle = getattr(self._protocol, "cycle", None)
        return cycle is None or cycle.response_complete

    def _go_on(self) -> None:
        waiting, self._waiting = self._waiting, []
        for data in waiting:
            self._stage.loop.call_soon(self.hear, data, context=self._stage.context)

    def _feed(self, *data: bytes) -> None:
        def call() -> None:
            if self._transport is not None:
                self._transport.feed(*data)

        if self._exchange is not None:
            self._exchange.serve(call, self._context)
        else:
            self._context.run(call)

    def _read(self, data: bytes) -> None:
        """See what is asked for, as uvicorn will."""
        try:
            self._parser.receive_data(data)
            while True:
                event = self._parser.next_event()
                if isinstance(event, h11.Request):
                    self._body = bytearray()
                    self._context = self._stage.context.copy()
                    self._exchange = self._new(_asked_on_wire(event, self.wire))
                    self._exchange.on_end = self._go_on
                    self._exchange.begin(self._context)
                elif isinstance(event, h11.Data):
                    self._body += event.data
                elif isinstance(event, h11.EndOfMessage):
                    if self._exchange is not None:
                        text, encoding = body_text(bytes(self._body))
                        self._exchange.request = replace(self._exchange.request, body=text, encoding=encoding)
                    rest, _ = self._parser.trailing_data
                    self._parser = h11.Connection(h11.SERVER)
                    if rest:
                        self._parser.receive_data(rest)
                else:
                    return
        except h11.RemoteProtocolError:
            return

    def written(self, data: bytes) -> None:
        """The server writes."""
        if self._exchange is not None:
            self._exchange.hear(data)
        self._stage.loop.call_soon(self.wire.hear, data)

    def closed(self) -> None:
        """The server closes the connection."""
        self._stage.loop.call_soon(self.wire.end)
        self._stage.loop.call_soon(self.hung_up)

    def hung_up(self) -> None:
        """The connection is gone."""
        if self._lost:
            return
        self._lost = True
        if self._exchange is not None:
            self._exchange.lose()
        if self._protocol is not None and self._transport is not None:
            self._transport.closing = True
            self._context.run(self._protocol.connection_lost, None)


class _ServerTransport(asyncio.Transport):
    """What uvicorn's protocol writes to and reads from."""

    def __init__(self, served: _Served) -> None:
        wire = served.wire
        extra = {"peername": wire.client, "sockname": (ADDRESS, wire.port), "sslcontext": wire.secure or None}
        super().__init__(extra)
        self._served = served
        self._unread: list[bytes] = []
        self._paused = False
        self.closing = False

    def feed(self, *data: bytes) -> None:
        """Bytes for the server; without any, those that wait."""
        self._unread += data
        self._read()

    def _read(self) -> None:
        while self._unread and not self._paused and not self.closing:
            self._served._protocol.data_received(self._unread.pop(0))

    def write(self, data: Any) -> None:
        """Take bytes from the server."""
        if data and not self.closing:
            self._served.written(bytes(data))

    def close(self) -> None:
        """The server closes the connection."""
        if not self.closing:
            self.closing = True
            self._served.closed()

    def abort(self) -> None:
        """The server drops the connection."""
        self.close()

    def is_closing(self) -> bool:
        """Whether either side closed it."""
        return self.closing

    def pause_reading(self) -> None:
        """The server does not want more of the body now."""
        self._paused = True

    def resume_reading(self) -> None:
        """The server wants more of the body."""
        if self._paused:
            self._paused = False
            self._served._stage.loop.call_soon(self._served._feed)

    def set_write_buffer_limits(self, high: int | None = None, low: int | None = None) -> None:
        """Nothing is buffered here."""

    def set_protocol(self, protocol: asyncio.BaseProtocol) -> None:
        """Another protocol takes over."""
        self._served._protocol = protocol

    def get_protocol(self) -> asyncio.BaseProtocol:
        """Who reads and writes."""
        return self._served._protocol


class DirectExchange(Connection):
    """One call of the app by TestClient; between the two there is no server."""

    __slots__ = ("_asked", "_body", "_done", "_head", "_socket", "_talk_view")

    def __init__(self, server: Server, errors: Errors, request: WireRequest, index: int) -> None:
        super().__init__(server, errors, request, index)
        self._asked = bytearray()
        self._body = bytearray()
        self._head: tuple[int, HeaderPairs] | None = None
        self._done = False
        self._socket: SocketView | None = None

    @property
    def finished(self) -> bool:
        """Whether the app is done."""
        return self._done

    async def run(self, app: ASGIApp, scope: Scope, receive: Receive, send: Send) -> None:
        """Call the app, watched."""
        server, place = self._server, self._browser
        self.started = True
        self._started_ns = server.clock.now_ns
        self.open.append(place)
        if scope["type"] == "websocket":
            self._socket = {"messages": [], "close": None}
        place.snapshot = snapshot(scope)
        if server.observer is not None:
            server.tracer.event("enter", place, {"scope": view_scope(scope), "changes": []})
        outer = CURRENT.get()
        CURRENT.set(place)

        async def watched_receive() -> Message:
            message = await receive()
            self._take(message, "client")
            return message

        async def watched_send(message: Message) -> None:
            self._take(message, "server")
            if server.observer is not None:
                server.tracer.event("send", place, {"message": view_message(message)})
            await send(message)

        try:
            await app(scope, watched_receive, watched_send)
        except Stopped:
            raise
        except BaseException as exc:
            self.error = exc
            raise
        finally:
            CURRENT.set(outer)
            self._done = True
            self.ended_ns = server.clock.now_ns
            if server.observer is not None:
                server.tracer.event("exit", place, {"awaited": place.called})
            self.open.remove(place)

    def give_up(self, error: ErrorView) -> None:
        """Nothing will ever come."""
        self.stalled = error

    def _take(self, message: Message, sender: Any) -> None:
        kind = message["type"]
        if kind == "http.request":
            self._asked += message.get("body", b"")
        elif kind in ("http.response.start", "websocket.http.response.start", "websocket.accept"):
            view: Any = view_message({"headers": [], **message})
            self._head = (message.get("status", 101), view.get("headers", []))
        elif kind in ("http.response.body", "websocket.http.response.body"):
            self._body += message.get("body", b"")
        elif self._socket is not None and kind in ("websocket.receive", "websocket.send"):
            data = message.get("bytes")
            text, encoding = body_text(data) if data is not None else (message.get("text", ""), "utf8")
            self._socket["messages"].append(
                {
                    "from": sender,
                    "frame": "text" if data is None else "binary",
                    "data": {"text": text, "encoding": encoding},
                    "at": self._server.clock.ms(),
                }
            )
        elif self._socket is not None and kind in ("websocket.close", "websocket.disconnect"):
            code, reason = message.get("code", 1000), message.get("reason") or ""
            self._socket["close"] = self._socket["close"] or {"by": sender, "code": code, "reason": reason}

    def view(self) -> ExchangeView:
        """The exchange, as far as it came."""
        text, encoding = body_text(bytes(self._asked))
        self.request = replace(self.request, body=text, encoding=encoding)
        view = super().view()
        if self._head is not None:
            body, how = body_text(bytes(self._body))
            status, headers = self._head
            reason = _reason(status)
            view["response"] = {
                "status": status,
                "reason": reason,
                "headers": headers,
                "body": body,
                "bodyEncoding": how,
            }
        if self._socket is not None:
            view["socket"] = self._socket
        return view


def _reason(status: int) -> str:
    """What uvicorn would write behind a status."""
    from uvicorn.protocols.http.h11_impl import STATUS_PHRASES

    return STATUS_PHRASES.get(status, b"").decode()


def _enter(exchange: Connection, place: Place) -> None:
    request = exchange.request
    path, _, query = request.target.partition("?")
    headers = [[name, value] for name, value in request.headers]
    scope = {"type": "http", "method": request.method, "path": path, "query_string": query, "headers": headers}
    exchange._server.tracer.event("enter", place, {"scope": scope, "changes": []}, task=0)
    place.called = True


def _request(method: str, url: str, target: str, headers: list[tuple[str, str]], origin: int) -> WireRequest:
    return WireRequest(
        origin=origin,
        title=f"{method} {target}",
        method=method,
        url=url,
        target=target,
        headers=headers,
        added=[],
        body="",
        encoding="utf8",
        at_ms=0,
        pieces=None,
        hang_up_ms=None,
        socket=None,
    )


def _asked_on_wire(event: Any, wire: Wire) -> WireRequest:
    headers = [(name.decode("latin-1"), value.decode("latin-1")) for name, value in event.headers.raw_items()]
    target = event.target.decode("latin-1")
    host = next((value for name, value in headers if name.lower() == "host"), f"{ADDRESS}:{wire.port}")
    scheme = "https" if wire.secure else "http"
    url = target if "://" in target else f"{scheme}://{host}{target}"
    return _request(event.method.decode("latin-1"), url, target, headers, 0)


def _asked(scope: Scope, origin: int) -> WireRequest:
    headers = [(name.decode("latin-1"), value.decode("latin-1")) for name, value in scope["headers"]]
    query = scope["query_string"].decode("latin-1")
    # Older versions of Starlette leave the query in it.
    path = scope.get("raw_path", scope["path"].encode()).decode("latin-1").partition("?")[0]
    target = path + (f"?{query}" if query else "")
    host = next((value for name, value in headers if name.lower() == "host"), scope["server"][0])
    return _request(scope.get("method", "GET"), f"{scope['scheme']}://{host}{target}", target, headers, origin)
