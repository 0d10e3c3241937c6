"""uvicorn on the virtual loop: its config, its lifespan, and the ring around the app. Knows no wire and no layers."""

from __future__ import annotations

import copy
from email.utils import formatdate
from typing import Any, Literal, cast

from starlette.types import Message, Receive, Scope, Send
from uvicorn.config import LOGGING_CONFIG, Config
from uvicorn.lifespan.on import LifespanOn
from uvicorn.server import ServerState

from peel.budget import Stopped
from peel.clock import Clock
from peel.connection import Connection
from peel.events import SERVER
from peel.loop import VirtualLoop
from peel.probe import Observer
from peel.tracer import CURRENT, Place, Record, Tracer
from peel.views import snapshot, view_message, view_scope

LifespanStatus = Literal["begin", "complete", "failed", "unsupported"]


class Server:
    """uvicorn's part of a session."""

    def __init__(
        self,
        loop: VirtualLoop,
        clock: Clock,
        tracer: Tracer,
        observer: Observer | None,
        *,
        is_neighbour: bool = False,
    ) -> None:
        self._is_neighbour = is_neighbour
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
            ws="websockets-sansio",
            # Pings look for connections that broke unnoticed. This one cannot, and the timer would never let the
            # clock come to rest.
            ws_ping_interval=None,
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
        # The lifespan of the trace is the app's.
        if not self._is_neighbour:
            self.tracer.event("lifespan", None, {"phase": phase, "status": status})

    def _watch(self, app: Any) -> Any:
        """The server ring: sees the scope as uvicorn's protocol built it, and the exception that reaches it."""

        async def watched(scope: Scope, receive: Receive, send: Send) -> Any:
            if scope["type"] == "lifespan":
                return await self._live(app, scope, receive, send)
            place = CURRENT.get()
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

            async def watched_receive() -> Message:
                message = await receive()
                self.tracer.event("receive", place, {"message": view_message(message)})
                return message

            talks = scope["type"] == "websocket" and self.observer is not None
            try:
                return await app(scope, watched_receive if talks else receive, watched_send)
            except Stopped:
                raise
            except BaseException as exc:
                connection.error = exc
                raise

        return watched

    async def _live(self, app: Any, scope: Scope, receive: Receive, send: Send) -> Any:
        """The server ring of the lifespan, which belongs to no exchange."""
        observer = self.observer if not self._is_neighbour else None
        place = Place(SERVER, None, None, Record())
        if observer is not None:
            CURRENT.set(place)
            place.snapshot = snapshot(scope)
            self.tracer.event("enter", place, {"scope": view_scope(scope), "changes": []})
        try:
            return await app(scope, receive, send)
        except BaseException as exc:
            self.lifespan_error = exc
            raise
        finally:
            if observer is not None:
                observer.left(place, None)
