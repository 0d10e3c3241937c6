"""Numbers and stamps events, counts them, and hands them out in batches. Knows what an event is, not what it means."""

from __future__ import annotations

import json
import math
from asyncio import current_task
from collections.abc import Callable, Hashable, Mapping
from contextvars import ContextVar
from time import perf_counter as real_seconds
from typing import TYPE_CHECKING, Any, Protocol

from pydantic_core import PydanticSerializationError, to_json

from peel.clock import Clock
from peel.events import ErrorView
from peel.views import Snapshot

if TYPE_CHECKING:
    from asyncio import AbstractEventLoop

    from peel.budget import Budget

_encode_any = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode


def encode(value: Any) -> str:
    """A value as JSON text, the way all events are written."""
    try:
        return to_json(value).decode()  # a third of the time that `json` takes for small values
    except PydanticSerializationError:
        return _encode_any(value)  # text with half a surrogate pair is not UTF-8


NOWHERE = '{"layer":null,"exchange":null}'

BATCH = 128
BATCH_SECONDS = 0.004
# Events between two looks at the real clock.
_LOOK_EACH = 8
_MOST_PARTS = 4096
_MOST_PART_CHARS = 1 << 20


_names: dict[str | None, str] = {}


class Place:
    """One call of one ring: who is running, for which exchange, and on whose behalf."""

    __slots__ = (
        "called",
        "caught",
        "door",
        "exchange",
        "head_sent",
        "layer",
        "next_door",
        "outer",
        "record",
        "snapshot",
        "tag",
    )

    def __init__(self, layer: str | None, exchange: int | None, outer: Place | None, record: Record | None) -> None:
        self.layer = layer
        self.exchange = exchange
        self.outer = outer
        self.record = record
        self.called = False
        self.head_sent = 0
        # Exceptions from further in, each with the count of response heads this ring had sent by then, and as they were
        # then: whoever handles one may take its traceback away.
        self.caught: list[tuple[BaseException, int, ErrorView]] = []
        self.snapshot: Snapshot | None = None
        name = _names.get(layer)
        if name is None:
            name = _names[layer] = encode(layer)
        self.tag = f'{{"layer":{name},"exchange":{"null" if exchange is None else exchange}}}'
        # Through which mounts the request came here, and goes on: they tell apart apps that are mounted twice.
        self.door: Hashable = outer.next_door if outer else None
        self.next_door: Hashable = self.door


class Record:
    """What is remembered about one exchange while it lasts."""

    __slots__ = ("errors", "open")

    def __init__(self) -> None:
        self.errors: list[BaseException] = []
        self.open: list[Place] = []


CURRENT: ContextVar[Place | None] = ContextVar("peel_place", default=None)


class Running(Protocol):
    """Tells the number of the task whose thread runs; 0 outside of one."""

    task: int


class _NoThread:
    task = 0


class Tracer:
    """The one door through which events leave.

    They leave in batches that say once what many events have in common. `engine/protocol/batch.ts` reads them.
    """

    def __init__(self, clock: Clock, emit: Callable[[str], None]) -> None:
        self._clock = clock
        self._emit = emit
        self._pending: list[tuple[float, int, str, str]] = []
        self._flushed = real_seconds()
        self._parts: dict[str, int] = {}
        self._part_chars = 0
        self._loop: AbstractEventLoop | None = None
        self._threads: Running = _NoThread()
        # Position of the first event that is pending.
        self._first = 0
        # So many pending ones are looked at: to hand them out, to count them, or to drop them.
        self._due: float = _LOOK_EACH
        self._muted = False
        self._room: float = math.inf
        self.budget: Budget | None = None
        self.before: Callable[[int, Place | None], None] | None = None
        """Called before an event of the code that runs now."""

    def follow(self, loop: AbstractEventLoop, threads: Running) -> None:
        """Events belong to the tasks of this loop."""
        self._loop = loop
        self._threads = threads

    def event(self, kind: str, place: Place | None, fields: Mapping[str, Any], *, task: int | None = None) -> None:
        """Write one event down, as happening now in `place`."""
        if not self.muted:
            self.write(place, encode({"kind": kind, **fields}), task)

    def write(self, place: Place | None, text: str, task: int | None = None) -> None:
        """Like `event()`, with kind and fields as JSON text: what happens often is encoded once."""
        number = task
        if number is None:
            number = self._threads.task or getattr(current_task(self._loop), "number", 0)
            if self.before is not None and not self._muted:
                self.before(number, place)
        pending = self._pending
        pending.append((self._clock.now_ms, number, NOWHERE if place is None else place.tag, text))
        if len(pending) >= self._due:
            self._look()

    @property
    def seq(self) -> int:
        """Position of the next event."""
        return self._first + len(self._pending)

    @property
    def muted(self) -> bool:
        """Whether nothing is written down."""
        return self._muted

    @muted.setter
    def muted(self, muted: bool) -> None:
        self._muted = muted
        self._set_due()

    def allow(self, events: int) -> None:
        """Have the budget asked when more events than these are written from now on."""
        self._room = self.seq + events
        self._set_due()

    def _look(self) -> None:
        """What is not done at each event, because it takes longer than writing it."""
        pending = self._pending
        if self._muted:
            pending.pop()
            return
        if len(pending) >= BATCH or real_seconds() - self._flushed > BATCH_SECONDS:
            self.flush()
        self._set_due()
        if self.seq > self._room and self.budget is not None:
            self.budget.too_many_events()

    def _set_due(self) -> None:
        self._due = 0 if self._muted else min(len(self._pending) + _LOOK_EACH, self._room + 1 - self._first)

    def flush(self) -> None:
        """Hand out what is pending."""
        pending = self._pending
        if pending:
            self._pending = []
            parts = self._parts
            first = len(parts)
            at, tasks, tags, texts = zip(*pending, strict=True)
            new = [*{*tags, *texts}.difference(parts)]
            parts.update(zip(new, range(first, first + len(new)), strict=True))
            rest = [*map(parts.__getitem__, texts)]
            tag = [*map(parts.__getitem__, tags)]
            new_text = ",".join(new)
            self._emit(f"[{self._first},{first},[{new_text}],{[*at]},{[*tasks]},{tag},{rest}]")
            self._first += len(pending)
            self._part_chars += len(new_text)
            if len(parts) > _MOST_PARTS or self._part_chars > _MOST_PART_CHARS:
                self._forget()
            self._set_due()
        self._flushed = real_seconds()

    def finish(self) -> None:
        """Hand out what is pending; the next batch begins anew, whatever the reader gets in between."""
        self.flush()
        self._forget()

    def _forget(self) -> None:
        self._parts.clear()
        self._part_chars = 0
