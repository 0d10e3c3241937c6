"""Numbers and stamps events, counts them, and hands them out in batches. Knows what an event is, not what it means."""

from __future__ import annotations

import json
from collections.abc import Callable
from contextvars import ContextVar
from time import perf_counter as real_seconds
from typing import TYPE_CHECKING, Any

from peel.clock import Clock
from peel.events import Event
from peel.views import Snapshot

if TYPE_CHECKING:
    from peel.budget import Budget

_encode = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode

BATCH = 32
BATCH_SECONDS = 0.002


class Place:
    """One call of one ring: who is running, for which exchange, and on whose behalf."""

    __slots__ = ("called", "caught", "exchange", "head_sent", "layer", "outer", "record", "snapshot")

    def __init__(self, layer: str | None, exchange: int | None, outer: Place | None, record: Record | None) -> None:
        self.layer = layer
        self.exchange = exchange
        self.outer = outer
        self.record = record
        self.called = False
        self.head_sent = 0
        # Exceptions from further in, each with the count of response heads this ring had sent by then.
        self.caught: list[tuple[BaseException, int]] = []
        self.snapshot: Snapshot | None = None


class Record:
    """What is remembered about one exchange while it lasts."""

    __slots__ = ("errors", "open")

    def __init__(self) -> None:
        self.errors: list[BaseException] = []
        self.open: list[Place] = []


CURRENT: ContextVar[Place | None] = ContextVar("peel_place", default=None)


class Tracer:
    """The one door through which events leave."""

    def __init__(self, clock: Clock, emit: Callable[[str], None]) -> None:
        self._clock = clock
        self._emit = emit
        self._pending: list[Event] = []
        self._flushed = real_seconds()
        self.seq = 0
        self.muted = False
        self.budget: Budget | None = None
        self.task_number: Callable[[], int] = lambda: 0

    def event(self, kind: str, place: Place | None, fields: dict[str, Any], *, task: int | None = None) -> None:
        """Write one event down, as happening now in `place`."""
        if self.muted:
            return
        event: Event = {
            "seq": self.seq,
            "at": self._clock.ms(),
            "task": self.task_number() if task is None else task,
            "layer": place.layer if place else None,
            "exchange": place.exchange if place else None,
            "kind": kind,
        }
        event.update(fields)
        self.seq += 1
        self._pending.append(event)
        if len(self._pending) >= BATCH or real_seconds() - self._flushed > BATCH_SECONDS:
            self.flush()
        if self.budget is not None:
            self.budget.count_event()

    def flush(self) -> None:
        """Hand out what is pending."""
        if self._pending:
            batch, self._pending = self._pending, []
            self._emit(_encode(batch))
        self._flushed = real_seconds()
