"""Stops runaway programs: counts lines, jumps, events and virtual time, and words the reason. Knows no loop."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import TYPE_CHECKING

from peel.clock import Clock
from peel.events import BROWSER, SERVER, Limits, StopReason, StopView
from peel.sources import Sources
from peel.tracer import CURRENT, Place, Tracer
from peel.written import begin_messages

if TYPE_CHECKING:
    from types import FrameType


MOST_HEAP_BYTES = 1 << 30
"""A tab may have 4 GB in all, and growing towards that takes longer than anybody waits."""

_HEAP_EACH = 16
"""Lines, or turns of a loop, between two looks at the heap: each is a call out of Python."""


class Stopped(BaseException):
    """Ends a program that went past a limit. Not an Exception, so that `except Exception` does not swallow it."""


class Budget:
    """Counters of one call. Once `stop` is set the session is over."""

    def __init__(self, limits: Limits, clock: Clock, tracer: Tracer, sources: Sources) -> None:
        self._limits = limits
        self._clock = clock
        self._tracer = tracer
        self._sources = sources
        self.lines = 0
        self.jumps = 0
        self._until_ns: float = 0
        self._counting = False
        self.jump_limit = limits.jumps
        self.stop: StopView | None = None
        self.heap_bytes: Callable[[], int] | None = None
        self.on_stop: Callable[[], None] = lambda: None
        self.endless: Callable[[], bool] = lambda: False
        self.stuck: Callable[[], tuple[Place | None, str | None, int | None]] = lambda: (None, None, None)

    def begin(self, waits_ms: float) -> None:
        """Start counting for one call; the waits that the requests ask for are theirs to have."""
        begin_messages()
        self.lines = self.jumps = 0
        self._tracer.allow(self._limits.events)
        self._until_ns = self._clock.now_ns + (self._limits.virtual_ms + waits_ms) * 1e6
        self._counting = True

    def raise_if_stopped(self) -> None:
        """Raise again, for programs that swallowed it."""
        if self.stop is not None:
            raise Stopped

    def count_line(self, file: str, line: int) -> None:
        """One line of the learner's was reached."""
        self.lines += 1
        if self.lines > self._limits.lines or self.stop is not None:
            self._trip("lines", f"{_spaced(self._limits.lines)} lines", file, line)
        if not self.lines % _HEAP_EACH:
            self.check_heap(file, line)

    def check_heap(self, file: str, line: int) -> None:
        """The learner's code goes on: does it hold more than there is room for?"""
        if self.heap_bytes is not None and self.heap_bytes() > MOST_HEAP_BYTES:
            self._trip("memory", "its memory grew to 1 GB", file, line)

    def count_jump(self) -> bool:
        """One loop of the learner's went round; True when the heap should be looked at."""
        self.jumps += 1
        return not self.jumps % _HEAP_EACH

    def too_many_jumps(self, file: str, line: int) -> None:
        """Loops of the learner's went round too often."""
        self._trip("jumps", f"{_spaced(self._limits.jumps)} turns", file, line)

    def too_many_events(self) -> None:
        """More events were written than there was room for."""
        if self._counting:
            file, line = self._here()
            self._trip("events", f"{_spaced(self._limits.events)} events", file, line)

    def check_time(self) -> None:
        """The clock moved."""
        if self._counting and self._clock.now_ns > self._until_ns:
            seconds = self._limits.virtual_ms / 1000
            file, line = self._here()
            self._trip("time", f"{_spaced(seconds)} s on its clock", file, line)

    def _trip(self, reason: StopReason, amount: str, file: str | None, line: int | None) -> None:
        self._counting = False
        if self.stop is None:
            place = CURRENT.get()
            if place is None or place.exchange is None or file is None:
                stuck, stuck_file, stuck_line = self.stuck()
                place = place if place is not None and place.exchange is not None else stuck
                if file is None:
                    file, line = stuck_file, stuck_line
            self.stop = self._view(reason, amount, place, file, line)
            self._tracer.event("stop", place, {"stop": self.stop})
            self._tracer.muted = True
            self._tracer.flush()
            self.on_stop()
        raise Stopped

    def _view(
        self, reason: StopReason, amount: str, place: Place | None, file: str | None, line: int | None
    ) -> StopView:
        waiting = _rings_outside(place)
        where = f"{place.layer}, " if place and place.layer else ""
        at = f"{file} line {line}, " if file else ""
        text = f"Stopped in {where}{at}after {amount}" if where or at else f"Stopped after {amount}"
        loop = self._sources.loop_around(file, line) if file and line else None
        if self.endless():
            text += ": the answer goes on and on. A line `# @disconnect 5` above the request ends it after 5 s."
        elif reason == "memory":
            text += ": nothing lets go of what it holds."
        elif reason == "time":
            text += ": what it waits for takes too long, or never comes."
        elif reason == "events":
            text += ": that is more than can be shown. Send less, or in fewer pieces."
        elif loop:
            text += f": `{loop}` never gives the loop back."
        else:
            text += ": it never gives the loop back."
        if waiting:
            names = ["uvicorn" if ring == SERVER else "the browser" if ring == BROWSER else ring for ring in waiting]
            shown = [name for ring, name in zip(waiting, names, strict=True) if ring in (SERVER, BROWSER)]
            listed = " and ".join(shown)
            text += (
                f" {listed[0].upper()}{listed[1:]} {'was' if len(shown) == 1 else 'were'} waiting for it."
                if shown
                else ""
            )
        return {"reason": reason, "text": text, "file": file, "line": line, "waiting": waiting}

    def _here(self) -> tuple[str | None, int | None]:
        """The innermost frame of the learner's that runs now."""
        frame: FrameType | None = sys._getframe(1)
        while frame is not None:
            if frame.f_code.co_filename in self._sources:
                return frame.f_code.co_filename, frame.f_lineno
            frame = frame.f_back
        return None, None


def _rings_outside(place: Place | None) -> list[str]:
    rings: list[str] = []
    place = place.outer if place else None
    while place is not None:
        if place.layer is not None:
            rings.append(place.layer)
        place = place.outer
    return rings


def _spaced(number: float) -> str:
    whole = int(number) if number == int(number) else number
    return f"{whole:,}".replace(",", " ")
