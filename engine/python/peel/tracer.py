"""Numbers and stamps events, counts them, and hands them out in batches. Knows what an event is, not what it means."""

from __future__ import annotations

import json
from collections.abc import Callable, Hashable, Mapping
from contextvars import ContextVar
from time import perf_counter as real_seconds
from typing import TYPE_CHECKING, Any

from pydantic_core import PydanticSerializationError, to_json

from peel.clock import Clock
from peel.events import ErrorView
from peel.views import Snapshot

if TYPE_CHECKING:
    from peel.budget import Budget

_encode_any = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode


def encode(value: Any) -> str:
    """A value as JSON text, the way all events are written."""
    try:
        return to_json(value).decode()  # a third of the time that `json` takes for small values
    except PydanticSerializationError:
        return _encode_any(value)  # text with half a surrogate pair is not UTF-8


NOWHERE = '"layer":null,"exchange":null'

BATCH = 32
BATCH_SECONDS = 0.002


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
        self.tag = f'"layer":{name},"exchange":{"null" if exchange is None else exchange}'
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


class Tracer:
    """The one door through which events leave."""

    def __init__(self, clock: Clock, emit: Callable[[str], None]) -> None:
        self._clock = clock
        self._emit = emit
        self._pending: list[str] = []
        self._flushed = real_seconds()
        self.seq = 0
        self.muted = False
        self.budget: Budget | None = None
        self.task_number: Callable[[], int] = lambda: 0
        self.before: Callable[[int, Place | None], None] | None = None
        """Called before an event of the code that runs now."""

    def event(self, kind: str, place: Place | None, fields: Mapping[str, Any], *, task: int | None = None) -> None:
        """Write one event down, as happening now in `place`."""
        if not self.muted:
            self.write(kind, place, encode(fields)[1:-1], task=task)

    def write(self, kind: str, place: Place | None, text: str, *, task: int | None = None) -> None:
        """Like `event()`, with the fields as JSON text without the braces: what happens often is encoded once."""
        if self.muted:
            return
        if task is None:
            number = self.task_number()
            if self.before is not None:
                self.before(number, place)
        else:
            number = task
        tag = place.tag if place is not None else NOWHERE
        seq = self.seq
        self.seq = seq + 1
        self._pending.append(
            f'{{"seq":{seq},"at":{self._clock.ms()},"task":{number},{tag},"kind":"{kind}"{"," if text else ""}{text}}}'
        )
        size = len(self._pending)
        if size >= BATCH or (not size & 7 and real_seconds() - self._flushed > BATCH_SECONDS):
            self.flush()
        if self.budget is not None:
            self.budget.count_event()

    def flush(self) -> None:
        """Hand out what is pending."""
        if self._pending:
            batch, self._pending = self._pending, []
            self._emit(f"[{','.join(batch)}]")
        self._flushed = real_seconds()
