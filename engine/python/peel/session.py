"""One server life: load the files, run the lifespan's startup, answer requests, shut down.

Puts the parts together: clock, loop, server, probes, console, budget. Knows nothing of JSON or JavaScript.
"""

from __future__ import annotations

import asyncio
import contextlib
import gc
import logging
import platform
import sys
import warnings
from collections.abc import Callable
from contextvars import Context, copy_context
from types import CoroutineType
from typing import Any, cast
from urllib.parse import urlsplit

import fastapi
import pydantic
import starlette
import uvicorn
from starlette.types import Receive, Scope, Send

from peel.budget import Budget, Stopped
from peel.calls import Calls
from peel.client import Client, Stage
from peel.clock import Clock, as_ms
from peel.connection import Connection
from peel.console import Console
from peel.discover import BuildError, Discovery, arrange, list_registered
from peel.errors import Errors
from peel.events import (
    ClientResult,
    CloseResult,
    ErrorView,
    Event,
    LiveInput,
    LiveResult,
    LoadResult,
    MoveReason,
    Neighbour,
    OpenOptions,
    OpenResult,
    PageRequest,
    Position,
    RequestGroup,
    SendResult,
    SessionError,
    Versions,
    WireRequest,
)
from peel.fetches import Browser, Fetch, Fetches
from peel.lines import LineWatch
from peel.live import Seat
from peel.loader import Finder, LoadError, load_app
from peel.loop import EXPECTED, DryError, NumberedTask, VirtualLoop
from peel.patches import Patches
from peel.probe import Observer, Probe
from peel.server import Server
from peel.sources import Sources
from peel.stalls import Stalls, ends_in_circle
from peel.state import StateWatch
from peel.threads import Thread, Threads
from peel.tracer import CURRENT, Place, Tracer, encode
from peel.world import World

SETTLE_TURNS = 1000
"""Turns of the loop after the last response in which tasks that are ready go on, as they would on a server."""

THREADS_CAVEAT = (
    "A `def` function slept while another request was under way: all times are right, but there are no threads here, "
    "so what it does after its sleep was done before it, and not in between the other's steps as on a server."
)


def versions() -> Versions:
    """Versions of what runs here."""
    return {
        "fastapi": fastapi.__version__,
        "starlette": starlette.__version__,
        "pydantic": pydantic.VERSION,
        "uvicorn": uvicorn.__version__,
        "python": platform.python_version(),
    }


class Session:
    """A running server with a learner's app in it."""

    def __init__(
        self,
        options: OpenOptions,
        emit: Callable[[str], None],
        heap_bytes: Callable[[], int] | None = None,
        browser: Browser | None = None,
    ) -> None:
        self._options = options
        self._sources = Sources(options.files)
        self._errors = Errors(self._sources)
        self._clock = Clock()
        self._tracer = Tracer(self._clock, emit)
        self._budget = Budget(options.limits, self._clock, self._tracer, self._sources)
        self._budget.heap_bytes = heap_bytes
        self._tracer.budget = self._budget
        self._threads = Threads(self._clock)
        self._loop = VirtualLoop(self._clock, self._threads)
        self._observer = Observer(self._tracer, self._errors) if options.trace else None
        self._lines = LineWatch(self._budget, self._tracer, trace=options.trace)
        self._console = Console(self._tracer)
        self._finder = Finder(self._sources, self._lines.watch)
        self._discovery = Discovery(self._sources, self._observer)
        self._calls = Calls(self._tracer, self._errors, self._sources) if options.trace else None
        self._patches = Patches()
        self._world = World(options.files, options.env, self._clock, self._threads, self._tracer)
        self._state = StateWatch(self._tracer, self._sources, self._threads) if options.trace else None
        self._stalls = Stalls(self._loop, self._sources)
        self._fetches = Fetches(browser, self._loop, self._clock, self._tracer, told=options.trace)
        self._fetches.connect = self._connect
        self._server: Server | None = None
        self._neighbours: dict[str, Server] = {}
        # What is live, by the caller's ids; and all of it that is not quite over, which each call reports again.
        self._seats: dict[str, tuple[Seat, Fetch]] = {}
        self._followed: list[Fetch] = []
        self._context: Context = copy_context()
        self._connections: list[Connection] = []
        self._live: list[Connection] = []
        self._reported: list[Any] = []
        self._closed = False
        self._caveat_told = False
        self._app: Any = None
        self._order = options.order
        self._halt: asyncio.Future[None] | None = None
        self._starting: asyncio.Task[SessionError | None] | None = None

    def open(self) -> OpenResult:
        """Load the app and start it."""
        self._install()
        self._starting = self._loop.create_task(self._start())
        error = self._go_on(self._starting.done)
        return {"versions": versions(), "layers": self._discovery.layers, "error": error, "stop": self._budget.stop}

    def load(self) -> LoadResult:
        """Do the first half of `open()`, up to where the stack is built; `start()` goes on in the same task."""
        self._install()
        self._halt = self._loop.create_future()
        self._starting = task = self._loop.create_task(self._start())
        error = self._go_on(lambda: task.done() or self._app is not None)
        names = list_registered(self._app) if self._app is not None else []
        return {"names": names, "error": error, "stop": self._budget.stop}

    def start(self, order: list[int]) -> OpenResult:
        """Do the second half of `open()`, with these of the user middlewares; raises OrderError."""
        assert self._halt is not None
        assert self._starting is not None
        self._order = order
        self._halt.set_result(None)
        error = self._go_on(self._starting.done)
        return {"versions": versions(), "layers": self._discovery.layers, "error": error, "stop": self._budget.stop}

    @property
    def position(self) -> Position:
        """Numbers of the next exchange and the next event."""
        return {"exchange": len(self._connections), "seq": self._tracer.seq, "live": len(self._followed)}

    def send(self, group: RequestGroup) -> SendResult:
        """Send a group of requests and run until all of them are done."""
        if self._budget.stop is not None or self._server is None or self._closed:
            return {"exchanges": [], "stop": self._budget.stop}
        self._budget.begin(group.wait_ms + max((request.lasts_ms for request in group.requests), default=0))
        first = self._first()
        with contextlib.suppress(Stopped):
            self._run_group(group)
        return self._report(first, has_pages=group.has_pages)

    def live(self, turn: LiveInput) -> LiveResult:
        """Go on with what is live, until somebody who is wanted has news or nobody can go on."""
        if self._budget.stop is not None or self._server is None or self._closed:
            result: SendResult = {"exchanges": [], "stop": self._budget.stop, "fetches": []}
            return {**result, "pieces": [], "isQuiet": True, "at": self._clock.ms()}
        waits = [request.lasts_ms for _, request in turn.start] + [turn.for_ms or 0]
        self._budget.begin(max(waits))
        first = self._first()
        is_quiet = False
        with contextlib.suppress(Stopped):
            is_quiet = self._run_live(turn)
        result = self._report(first, has_pages=True)
        pieces: list[dict[str, Any]] = []
        for name, (seat, fetch) in list(self._seats.items()):
            if self._budget.stop is not None and not fetch.over:
                seat.over(fetch.view(self._budget.stop), None)
            pieces += seat.take()
            if fetch.over or self._budget.stop is not None:
                del self._seats[name]
        return {**result, "pieces": pieces, "isQuiet": is_quiet, "at": self._clock.ms()}

    def _first(self) -> tuple[int, int]:
        """Numbers of the first exchange and the first fetch of a call."""
        return len(self._connections), len(self._fetches.begun)

    def _report(self, first: tuple[int, int], *, has_pages: bool) -> SendResult:
        """What a call has brought: all that began in it, and what is live as far as it came."""
        stop = self._budget.stop
        connections, begun = self._connections, self._fetches.begun
        until = len(connections)
        while stop is not None and until > first[0] and not connections[until - 1].started:
            until -= 1
        fetches = [one for one in self._followed if 0 <= one.number < first[1]]
        exchanges = sorted(number for one in fetches for number in one.exchanges if number < first[0])
        is_next = not exchanges and not fetches
        exchanges += range(first[0], until)
        fetches += begun[first[1] :]
        result: SendResult = {"exchanges": [connections[number].view() for number in exchanges], "stop": stop}
        if has_pages or not is_next:
            result["fetches"] = [one.view(stop) for one in fetches]
        if not is_next:
            result["numbers"] = {"exchanges": exchanges, "fetches": [one.number for one in fetches]}
        self._followed = [one for one in self._followed if not self._is_settled(one)]
        self._errors.forget()
        self._finish_call()
        self._raise_failure()
        return result

    def _is_settled(self, fetch: Fetch) -> bool:
        """Whether neither the page nor the app has anything more to do with it."""
        connections = (self._connections[number] for number in fetch.exchanges)
        return fetch.over and all(one.finished or one.stalled is not None for one in connections)

    def client(self, file: str) -> ClientResult:
        """Run a client program of the session's files, and everything that it asks for."""
        if self._budget.stop is not None or self._server is None or self._closed:
            return {"exchanges": [], "stop": self._budget.stop, "error": None}
        if file not in self._sources:
            text = f"There is no {file} among the files (Python files: {', '.join(self._sources) or 'none'})."
            missing: ErrorView = {"type": "LoadError", "message": text, "file": None, "line": None}
            return {"exchanges": [], "stop": None, "error": missing}
        self._look_again()
        self._budget.begin(0)
        client = Client(self._stage(self._server))
        first = self._first()
        self._live = self._connections
        error: ErrorView | None = None
        self._lines.client = file
        with contextlib.suppress(Stopped):
            error = client.run(file)
            self._finish([one for one in client.connections if not one.is_live], [])
        self._lines.client = None
        return {**self._report(first, has_pages=False), "error": error}

    def browser_changed(self, text: str) -> dict[str, Any]:
        """Tell that somebody has changed what the browser remembers; it does so by itself."""
        if self._budget.stop is None and self._server is not None and not self._closed:
            self._budget.begin(0)
            self._fetches.tell_change(text)
            self._finish_call()
        return {}

    def _stage(self, server: Server) -> Stage:
        return Stage(
            server=server,
            loop=self._loop,
            clock=self._clock,
            threads=self._threads,
            errors=self._errors,
            sources=self._sources,
            context=self._context,
            connections=self._connections,
            watch=self._lines.watch,
            known=lambda app: server.app if app is self._app else app,
            stalled=self._stalls.view,
        )

    def close(self) -> CloseResult:
        """Shut down, and put everything back as it was."""
        if not self._closed and self._server is not None and self._budget.stop is None:
            self._budget.begin(0)
            try:
                self._loop.run(self._server.shutdown())
                for neighbour in dict.fromkeys(self._neighbours.values()):
                    self._loop.run(neighbour.shutdown())
                self._cancel_rest()
            except (Stopped, DryError):
                pass
            self._finish_call()
        self._uninstall()
        return {"stop": self._budget.stop}

    def abandon(self) -> None:
        """Put everything back without a shutdown, as when a server is killed."""
        self._uninstall()

    def _go_on(self, done: Callable[[], bool]) -> SessionError | None:
        """Let the startup run until `done()`, and say what went wrong in it."""
        assert self._starting is not None
        error: SessionError | None = None
        self._budget.begin(0)
        try:
            if not self._loop.run_until(done):
                self._starting.cancel()
                error = self._startup_stalled()
            elif self._starting.done():
                error = self._starting.result()
        except LoadError as exc:
            error = exc.view
        except Stopped:
            pass
        self._finish_call()
        return error

    async def _start(self) -> SessionError | None:
        """Runs on the loop, as uvicorn's serve() does: so `asyncio.run()` in a file fails here as it does there."""
        server = Server(self._loop, self._clock, self._tracer, self._observer)
        self._app = app = load_app(self._options.entry, self._options.app, self._sources, self._errors)
        if self._halt is not None:
            await self._halt
        if self._order is not None:
            arrange(app, self._order)
        failure: SessionError | None = None

        async def build_and_serve(scope: Scope, receive: Receive, send: Send) -> None:
            """An app builds its stack when it is first called, and the lifespan is the first to call it."""
            nonlocal failure
            try:
                server.app = self._discovery.instrument(app)
            except Exception as exc:
                failure = self._build_failure(exc)
                raise
            await server.app(scope, receive, send)

        server.load(build_and_serve)
        status = await server.startup()
        if failure is not None:
            return failure
        if status == "failed":
            return self._lifespan_failure(server.lifespan_error)
        for neighbour in self._options.neighbours:
            failure = await self._start_neighbour(neighbour)
            if failure is not None:
                return failure
        self._look_again()
        self._context = copy_context()
        self._server = server
        return None

    async def _start_neighbour(self, neighbour: Neighbour) -> SessionError | None:
        """Another server beside the app's: what it does with requests is seen from outside only."""
        server = Server(self._loop, self._clock, self._tracer, self._observer, is_neighbour=True)
        server.load(load_app(neighbour.entry, neighbour.app, self._sources, self._errors))
        if await server.startup() == "failed":
            return self._lifespan_failure(server.lifespan_error)
        self._neighbours |= {_origin(url): server for url in neighbour.serves}
        return None

    def _connect(self, request: WireRequest) -> Connection:
        """Make the client's end of a request, to whoever answers at its origin."""
        server = self._server
        if self._neighbours:
            anywhere = self._neighbours.get(_origin(request.url, "*"), server)
            server = self._neighbours.get(_origin(request.url), anywhere)
        assert server is not None
        connection = Connection(server, self._errors, request, len(self._connections))
        self._connections.append(connection)
        self._live.append(connection)
        return connection

    def _run_group(self, group: RequestGroup) -> None:
        loop, clock = self._loop, self._clock
        self._look_again()
        if group.wait_ms > 0:
            waited = False

            def wake() -> None:
                nonlocal waited
                waited = True

            loop.call_at_wait((clock.now_ns + round(group.wait_ms * 1e6)) / 10**9, wake)
            loop.run_until(lambda: waited)
        self._world.stores.tell()
        self._keep_live()
        fetches: list[Fetch] = []
        for request in group.requests:
            if isinstance(request, PageRequest):
                fetch = Fetch(self._fetches, request)
                fetches.append(fetch)
                self._schedule(request.at_ms, fetch.begin)
            else:
                connection = self._connect(request)
                self._schedule(request.at_ms, self._starter(connection), connection.outermost)
        self._finish(self._live, fetches)

    def _schedule(self, after_ms: float, start: Callable[[], object], place: Place | None = None) -> None:
        context = copy_context()
        context.run(EXPECTED.set, place)
        if after_ms > 0:
            self._loop.call_at_wait((self._clock.now_ns + round(after_ms * 1e6)) / 10**9, start, context)
        else:
            self._loop.call_soon(start, context=context)

    def _keep_live(self) -> None:
        """Who of earlier calls is still connected."""
        self._live = [one for one in self._live if one.is_live and not one.finished and one.stalled is None]

    def _run_live(self, turn: LiveInput) -> bool:
        """Do what is asked, and let the loop run for those who are wanted; whether nobody can go on."""
        self._look_again()
        self._world.stores.tell()
        self._keep_live()
        self._begin_live(turn)
        wanted: list[Seat] = []
        for seat, fetch in (self._seats[name] for name in turn.want if name in self._seats):
            wanted.append(seat)
            seat.empty()
            if fetch.connection is not None:
                fetch.connection.release()
        if not wanted:
            self._loop.settle(SETTLE_TURNS)
            return bool(turn.want)
        is_late = False

        def be_late() -> None:
            nonlocal is_late
            is_late = True

        timer = None
        if turn.for_ms is not None:
            timer = self._loop.call_at_wait((self._clock.now_ns + round(turn.for_ms * 1e6)) / 10**9, be_late)
        went_on = self._loop.run_until(
            lambda: is_late or any(one.has_news for one in wanted) or self._fetches.failure is not None
        )
        if timer is not None and not is_late:
            self._loop.cancel_wait(timer)
        return not went_on

    def _begin_live(self, turn: LiveInput) -> None:
        for name, request in turn.start:
            if name in self._seats:
                raise ValueError(f"{name} is live already")
            seat = Seat(name)
            fetch = Fetch(self._fetches, request, seat)
            self._seats[name] = (seat, fetch)
            self._followed.append(fetch)
            self._schedule(request.at_ms, fetch.begin)
        for word in turn.say:
            connection = self._seats[word.id][1].connection if word.id in self._seats else None
            if connection is None:
                continue
            if word.frame == "close":
                connection.say_goodbye(word.code, word.data.decode("utf-8", "replace"))
            else:
                connection.say(word.frame, word.data)
        for name in turn.cancel:
            if name in self._seats:
                self._loop.call_soon(self._seats[name][1].abort)

    def _finish(self, connections: list[Connection], fetches: list[Fetch]) -> None:
        """Run until every exchange is done, or has nobody who could go on with it; what is live goes on as it can."""

        def done() -> bool:
            if self._fetches.failure is not None:
                return True
            return all(one.finished or one.stalled is not None or one.is_live for one in connections) and all(
                one.over for one in fetches
            )

        while not self._loop.run_until(done):
            # One at a time: what an app tells the others of somebody who leaves must find them still there.
            if any(one.close_socket() for one in connections if one.stalled is None and not one.is_live):
                continue
            stuck = [one for one in connections if not one.finished and one.stalled is None and not one.is_live]
            if not stuck:
                raise RuntimeError("a page waits for what nobody has begun")
            waits = self._stalls.waits(stuck)
            place = stuck[0].innermost() if len(stuck) == 1 else None
            self._tracer.event("stall", place, {"waits": waits}, task=0)
            for connection in stuck:
                connection.give_up(self._stalls.view(connection, waits))
        # Told that the client has gone, the app may still have something to do, and take its time for it.
        self._loop.run_until(lambda: not any(one.pending_tasks() for one in connections if not one.is_live))
        self._loop.settle(SETTLE_TURNS)

    def _look_again(self) -> None:
        """Routes, overrides and handlers may be added at any time."""
        if self._state is not None:
            self._state.find()
        found = self._discovery
        found.refresh()
        if self._calls is not None:
            self._calls.watch(found.holders, found.apps, found.handlers())

    def _starter(self, connection: Connection) -> Callable[[], None]:
        return lambda: connection.start(self._context.copy())

    def _context_of_request(self) -> Context:
        return self._context.copy()

    def _finish_call(self) -> None:
        self._world.stores.tell()
        self._console.flush()
        self._tracer.finish()

    def _raise_failure(self) -> None:
        """The browser, or our way to it, has failed: that is nothing to tell a learner."""
        if self._fetches.failure is not None:
            raise self._fetches.failure

    def _deliver(self) -> None:
        for connection in self._live:
            if connection.started and not connection.finished:
                connection.deliver()
        self._fetches.look()

    def _silence(self) -> None:
        for connection in self._connections:
            connection.silence()

    def _cancel_rest(self) -> None:
        """What asyncio.run() does in the end: tasks that still run are cancelled and awaited."""
        # Those of exchanges that were given up first, and unseen: nobody is there to hear how they end.
        stalled = {id(one) for one in self._connections if one.stalled is not None}
        self._tracer.muted = True
        for gone in (True, False):
            # Tasks that exchanges left behind are ended with the rest.
            rest = [
                task
                for task in self._loop.tasks()
                if (task.place is not None and id(task.place.record) in stalled) == gone
            ]
            for task in rest:
                # Tasks that wait for each other cannot be cancelled, on a server neither; here it would end Python.
                if not ends_in_circle(task):
                    task.cancel()
            self._loop.run_until(lambda rest=rest: all(task.done() for task in rest))
            self._tracer.muted = False

    # What goes wrong, in words

    def _build_failure(self, exc: Exception) -> SessionError:
        if not isinstance(exc, BuildError):
            file, line = self._errors.place(exc)
            at = f"{file} line {line}: " if file else ""
            text = f"{at}the stack of middlewares cannot be built: {type(exc).__name__}: {exc}."
            return self._errors.session(exc, "load", text)
        cause = exc.__cause__ or exc
        if not exc.takes_app:
            text = (
                f"add_middleware() wants a class, and gets {exc.name}: write `app.add_middleware(ClassName, option=…)`."
            )
            error = self._errors.session(cause, "load", text)
            if exc.place is not None:
                error["file"], error["line"] = exc.place
            return error
        added = f" (added in {exc.place[0]} line {exc.place[1]})" if exc.place else ""
        text = f"{exc.name}{added} cannot be made: {cause}. Check the arguments it is given and what its __init__ does."
        error = self._errors.session(cause, "load", text)
        if exc.place is not None and error["line"] is None:
            error["file"], error["line"] = exc.place
        return error

    def _lifespan_failure(self, exc: BaseException | None) -> SessionError:
        if exc is None:
            text = "The app said that its startup failed, without a reason. Look at its lifespan."
            return {
                "type": "LifespanError",
                "message": text,
                "file": None,
                "line": None,
                "phase": "lifespan",
                "text": text,
            }
        file, line = self._errors.place(exc)
        at = f" at {file} line {line}" if file else ""
        text = (
            f"The lifespan's startup failed{at}: {type(exc).__name__}: {exc}. The server starts once it gets through."
        )
        return self._errors.session(exc, "lifespan", text)

    def _startup_stalled(self) -> SessionError:
        file, line, what = self._stalls.awaited(None)
        at = f" in {file} line {line}" if file else ""
        text = f"The lifespan's startup awaits {what}{at}, and nobody will ever wake it. No request is served before."
        return {"type": "Stalled", "message": text, "file": file, "line": line, "phase": "lifespan", "text": text}

    def _unawaited(self, coroutine: CoroutineType[Any, Any, Any]) -> None:
        """Stands in for the hook by which Python warns of a coroutine that nobody awaited."""
        name = coroutine.__qualname__
        frame = coroutine.cr_frame
        if coroutine.cr_code is Probe.__call__.__code__ and frame is not None:
            name = f"{type(frame.f_locals['self'].app).__name__}.__call__"
        made = self._errors.coroutine(coroutine)
        where = f"{made[0]}:{made[1]}: " if made else ""
        if made is not None:
            self._errors.unawaited(made)
        self._console.line("stderr", f"{where}RuntimeWarning: coroutine '{name}' was never awaited")

    def _format_exception(self, info: Any) -> str:
        """As logging does it, but without the probes."""
        return self._errors.full(info[1]).rstrip("\n") if info[1] is not None else "NoneType: None"

    def _moved(self, before: int, after: int, why: MoveReason) -> None:
        place = CURRENT.get() if why == "block" else None
        fields: dict[str, Any] = {"from": as_ms(before), "to": as_ms(after), "why": why}
        late = self._late(before, after, place) if why == "block" else None
        if late:
            fields["late"] = late
        self._tracer.event("clock", place, fields)
        self._budget.check_time()

    def _late(self, before: int, after: int, place: Place | None) -> list[Event]:
        """Who of other exchanges could have gone on meanwhile; of each layer the first."""
        first: dict[tuple[int, str | None], int] = {}
        for when, one in self._loop.take_late(before, after):
            if one.exchange is not None and (place is None or one.exchange != place.exchange):
                key = one.exchange, one.layer
                first[key] = min(when, first.get(key, when))
        return [{"at": as_ms(when), "layer": layer, "exchange": exchange} for (exchange, layer), when in first.items()]

    def _born(self, number: int, name: str) -> None:
        self._tracer.write(CURRENT.get(), f'{{"kind":"task","born":{number},"name":{encode(name)}}}')
        if self._state is not None:
            self._state.born(number)

    def _ended(self, task: NumberedTask) -> None:
        # Read past `exception()`, which would count as somebody having looked at it.
        failed = cast("Any", task)._exception is not None
        outcome = "cancelled" if task.cancelled() else "error" if failed else "result"
        self._tracer.write(task.place, f'{{"kind":"done","ended":{task.number},"outcome":"{outcome}"}}', 0)
        if self._state is not None:
            self._state.ended(task.number)

    def _thread_started(self, thread: Thread) -> None:
        fields = {"phase": "start", "name": thread.name, "busy": thread.busy, "of": thread.of}
        self._tracer.event("thread", thread.place, fields, task=thread.task)

    def _thread_ended(self, thread: Thread) -> None:
        if self._state is not None:
            self._state.left(thread.task)
        if self._options.trace:
            fields = {"phase": "end", "name": thread.name, "busy": thread.busy, "of": thread.of}
            slept = {"sleptMs": as_ms(thread.slept_ns)}
            self._tracer.event("thread", thread.place, {**fields, **slept}, task=thread.task)
        if thread.slept_ns and not self._caveat_told and self._others_during(thread):
            self._caveat_told = True
            self._tracer.event("caveat", thread.place, {"caveat": "threads", "text": THREADS_CAVEAT}, task=thread.task)

    def _others_during(self, thread: Thread) -> bool:
        own = thread.place.record if thread.place is not None else None
        return any(
            one is not own and one.started and (one.ended_ns is None or one.ended_ns > thread.started_ns)
            for one in self._connections
        )

    # The world around the program

    def _install(self) -> None:
        patches = self._patches
        self._clock.on_move = self._moved
        self._loop.on_birth = self._born
        if self._options.trace:
            self._loop.on_end = self._ended
            self._threads.on_start = self._thread_started
        self._threads.on_end = self._thread_ended
        self._loop.on_idle = self._deliver
        self._fetches.context = self._context_of_request
        self._loop.on_turn = self._budget.raise_if_stopped
        self._budget.endless = lambda: any(one.streaming for one in self._live)
        self._budget.stuck = lambda: self._stalls.stuck(self._live)
        self._errors.on_forgotten = self._unawaited
        self._budget.on_stop = self._silence
        self._tracer.follow(self._loop, self._threads)
        self._world.install(patches)
        self._console.install(patches)
        if self._state is not None:
            self._state.install(patches)
        patches.set(logging.Formatter, "formatException", self._format_exception)
        patches.set(warnings, "_warn_unawaited_coroutine", self._unawaited)
        self._sources.prime_tracebacks()
        self._finder.install()
        self._lines.start()
        if self._calls is not None:
            self._calls.start()
        self._discovery.watch(patches)
        sys.set_coroutine_origin_tracking_depth(1)
        asyncio.set_event_loop(self._loop)

    def _uninstall(self) -> None:
        if self._closed:
            return
        self._closed = True
        self._tracer.muted = True
        self._forget_tasks()
        self._lines.stop()
        if self._calls is not None:
            self._calls.stop()
        self._finder.uninstall()
        self._sources.forget_tracebacks()
        self._patches.undo()
        self._world.uninstall()
        sys.set_coroutine_origin_tracking_depth(0)
        asyncio.set_event_loop(None)
        self._loop.close()

    def _forget_tasks(self) -> None:
        """End what is still suspended while its output goes nowhere; else it would end at some later time, loudly."""
        for task in asyncio.all_tasks(self._loop):
            cast("Any", task)._log_destroy_pending = False
            with contextlib.suppress(BaseException):
                copy_context().run(cast("Any", task.get_coro()).close)
        if sys.platform != "emscripten":
            gc.collect()


def _origin(url: str, host: str | None = None) -> str:
    """Scheme, host and port of a URL, a WebSocket's as those of the page that opens it; with `host` in its place."""
    parts = urlsplit(url)
    scheme = {"ws": "http", "wss": "https"}.get(parts.scheme, parts.scheme)
    try:
        port = parts.port
    except ValueError:
        port = None
    return f"{scheme}://{host or parts.hostname}:{port or (443 if scheme == 'https' else 80)}"
