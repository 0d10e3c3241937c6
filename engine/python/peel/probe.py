"""Rings of observation around layers and endpoints. A probe passes on the same objects in the same order: it looks."""

from __future__ import annotations

from asyncio import CancelledError
from collections.abc import Hashable, Mapping
from typing import Any, cast

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from peel.budget import Stopped
from peel.errors import Errors
from peel.events import ENDPOINT
from peel.tracer import CURRENT, Place, Tracer
from peel.views import changes, is_unchanged, snapshot
from peel.written import message_text

DoorKey = Hashable
"""Which doors a request came through; None for the way on which there is none."""

# What counts as an answer to the client, when one looks for who made an answer of an exception.
_ANSWERS = tuple(
    f'{{"kind":"send","message":{{"type":"{kind}"'
    for kind in ("http.response.start", "websocket.http.response.start", "websocket.close")
)

_ENTERED = '{"kind":"enter","changes":[]}'
_LEFT = '{"kind":"exit","awaited":true}'
_LEFT_AT_ONCE = '{"kind":"exit","awaited":false}'


class Observer:
    """Writes down what happens to places; shared by all rings of a session."""

    def __init__(self, tracer: Tracer, errors: Errors) -> None:
        self.tracer = tracer
        self.errors = errors

    def begin(self, layer: str, outer: Place) -> Place:
        """A ring is called from inside `outer`."""
        place = Place(layer, outer.exchange, outer, outer.record)
        outer.called = True
        if place.record is not None:
            place.record.open.append(place)
        return place

    def enter(self, place: Place, scope: Scope) -> None:
        """The request enters."""
        before = place.outer.snapshot if place.outer else None
        if before is not None and is_unchanged(before, scope):
            place.snapshot = before
            self.tracer.write(place, _ENTERED)
            return
        place.snapshot = snapshot(scope)
        changed = changes(before, place.snapshot) if before is not None else []
        if changed:
            self.tracer.event("enter", place, {"changes": changed})
        else:
            self.tracer.write(place, _ENTERED)

    def sent(self, place: Place, message: Mapping[str, Any]) -> None:
        """A message leaves the ring."""
        text = message_text("send", message)
        if text.startswith(_ANSWERS):
            place.head_sent += 1
        self.tracer.write(place, text)

    def received(self, place: Place, message: Mapping[str, Any]) -> None:
        """A message from outside reached the ring."""
        self.tracer.write(place, message_text("receive", message))

    def raised(self, place: Place, exc: BaseException) -> None:
        """An exception leaves the ring."""
        self.stopped_here(place, exc)
        known = place.record.errors if place.record else []
        born = not any(_same(one, exc) for one in known)
        known.append(exc)
        brief = self.errors.brief(exc)
        if place.outer is not None:
            place.outer.caught.append((exc, place.outer.head_sent, brief))
        self.tracer.event("raise", place, {"error": self.errors.trimmed(exc) if born else brief, "born": born})

    def left(self, place: Place, exc: BaseException | None) -> None:
        """The ring is done."""
        if exc is None:
            self.stopped_here(place, None)
        awaited = place.called or place.layer == ENDPOINT
        self.tracer.write(place, _LEFT if awaited else _LEFT_AT_ONCE)
        if place.record is not None and place in place.record.open:
            place.record.open.remove(place)

    def stopped_here(self, place: Place, leaving: BaseException | None) -> None:
        """Exceptions from further in that do not go on outwards ended in this ring."""
        if not place.caught:
            return
        caught, place.caught = place.caught, []
        seen: list[BaseException] = []
        for exc, heads, error in caught:
            if exc is leaving or any(one is exc for one in seen):
                continue
            seen.append(exc)
            answered = place.head_sent > heads
            if not _same(exc, leaving):
                self.tracer.event("catch", place, {"error": error, "answered": answered})
            elif isinstance(exc, BaseExceptionGroup):
                # `except*` takes some of a group and lets the rest go on.
                for part in _parts(cast("BaseException", exc)):
                    if not _same(part, leaving):
                        self.tracer.event("catch", place, {"error": self.errors.brief(part), "answered": answered})


class Probe:
    """Stands in for an ASGI app, and tells what goes in and out."""

    def __init__(self, app: ASGIApp, observer: Observer, layer: str | None = None) -> None:
        self.app = app
        self._observer = observer
        self._layer = layer
        self._route: dict[str, Any] | None = None
        self._by_door: dict[DoorKey, str] = {}

    def __getattr__(self, name: str) -> Any:
        # Middleware may look at what it wraps. Not by special names: copy() asks for them before there is an app.
        if name == "app" or name.startswith("__"):
            raise AttributeError(name)
        return getattr(self.app, name)

    def name(self, door: DoorKey, layer: str) -> None:
        """Say which layer this is for requests that came through `door`; the first name holds for all others."""
        if self._layer is None:
            self._layer = layer
        else:
            self._by_door[door] = layer

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> Any:
        """Pass the call on, watched: requests, websockets and the lifespan alike."""
        outer = CURRENT.get()
        layer = self._layer
        if outer is None or layer is None:
            return await self.app(scope, receive, send)
        if self._by_door:
            layer = self._by_door.get(outer.next_door, layer)
        observer = self._observer
        place = observer.begin(layer, outer)
        CURRENT.set(place)
        if self._route is not None:
            observer.tracer.event("route", place, self._route)
        observer.enter(place, scope)

        async def watched_receive() -> Message:
            # What `receive` does belongs to the ring outside.
            caller = CURRENT.get()
            CURRENT.set(outer)
            try:
                message = await receive()
            except BaseException as exc:
                _step_out(exc)
                raise
            finally:
                CURRENT.set(caller)
            observer.received(place, message)
            return message

        async def watched_send(message: Message) -> Any:
            observer.sent(place, message)
            caller = CURRENT.get()
            CURRENT.set(outer)
            try:
                return await send(message)
            except BaseException as exc:
                _step_out(exc)
                raise
            finally:
                CURRENT.set(caller)

        leaving: BaseException | None = None
        try:
            return await self.app(scope, watched_receive, watched_send)
        except Stopped:
            raise
        except BaseException as exc:
            leaving = exc
            observer.raised(place, exc)
            _step_out(exc)
            raise
        finally:
            # Not by token: a generator may be closed in another context than it was made in.
            CURRENT.set(outer)
            observer.left(place, leaving)
            leaving = None


class EndpointProbe(Probe):
    """The ring at the core: one route's app."""

    def __init__(self, app: ASGIApp, observer: Observer, route: dict[str, Any]) -> None:
        super().__init__(app, observer, ENDPOINT)
        self._route = route


class Door:
    """Stands at a mount of an app that is mounted elsewhere too, and notes that the request came this way."""

    def __init__(self, app: ASGIApp, key: int) -> None:
        self.app = app
        self.key = key

    def __getattr__(self, name: str) -> Any:
        if name == "app" or name.startswith("__"):
            raise AttributeError(name)
        return getattr(self.app, name)

    def __call__(self, scope: Scope, receive: Receive, send: Send) -> Any:
        """Pass the call on."""
        place = CURRENT.get()
        if place is not None:
            place.next_door = step_through(place.door, self.key)
        return self.app(scope, receive, send)


def step_through(way: DoorKey, key: int) -> DoorKey:
    """The way on, through one more door."""
    return (way, key)


def _step_out(exc: BaseException) -> None:
    """Take our own frame out of the traceback: programs print theirs, and it must read as on a server."""
    if exc.__traceback__ is not None:
        exc.__traceback__ = exc.__traceback__.tb_next


def _same(exc: BaseException, leaving: BaseException | None) -> bool:
    """Whether `exc` goes on in `leaving`: as itself, in or out of a group, or as the cancellation of each task."""
    if leaving is None:
        return False
    if exc is leaving:
        return True
    parts = _parts(leaving)
    return any(
        one is part or (isinstance(one, CancelledError) and isinstance(part, CancelledError))
        for one in _parts(exc)
        for part in parts
    )


def _parts(exc: BaseException) -> list[BaseException]:
    """The exceptions in a group, and in groups within it; of any other exception itself."""
    if not isinstance(exc, BaseExceptionGroup):
        return [exc]
    return [part for one in cast("BaseExceptionGroup[BaseException]", exc).exceptions for part in _parts(one)]
