"""Says who waits for what when nothing can go on. Reads suspended coroutines; wakes nobody."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from typing import Any

from peel.connection import Connection
from peel.events import ErrorView
from peel.loop import VirtualLoop
from peel.sources import Sources
from peel.tracer import Place


class Stalls:
    """Looks at the tasks of a loop that ran dry."""

    def __init__(self, loop: VirtualLoop, sources: Sources) -> None:
        self._loop = loop
        self._sources = sources

    def view(self, connection: Connection) -> ErrorView:
        """Why an exchange cannot go on."""
        place = connection.innermost()
        file, line, what = self.awaited(connection)
        who = place.layer if place is not None else "The app"
        at = f" in {file} line {line} (`{self._sources.line(file, line)}`)" if file and line else ""
        message = f"{who} awaits {what}{at}; nobody will ever wake it."
        return {"type": "Stalled", "message": message, "file": file, "line": line}

    def awaited(self, record: Connection | None) -> tuple[str | None, int | None, str]:
        """Where the request's tasks stand: the innermost line of the learner's, and what is awaited there."""
        best: tuple[str | None, int | None, str] = (None, None, "something")
        for task in self._loop.tasks():
            place = task.place if task.place is not None and task.place.exchange is not None else None
            if (place.record if place else None) is not record:
                continue
            chain = list(_suspended(task.get_coro()))
            for position, (frame_file, frame_line, _) in enumerate(chain):
                if frame_file in self._sources:
                    inner = chain[position + 1][2] if position + 1 < len(chain) else "something"
                    best = (frame_file, frame_line, inner)
        return best

    def stuck(self, connections: list[Connection]) -> tuple[Place | None, str | None, int | None]:
        """The first exchange that is not done: its innermost ring, and where the learner's code stands."""
        for connection in connections:
            if connection.started and not connection.finished:
                file, line, _ = self.awaited(connection)
                return connection.innermost(), file, line
        return None, None, None


def _suspended(awaited: Any) -> Iterator[tuple[str, int, str]]:
    """File, line and name of each frame that a suspended coroutine stands in, outermost first."""
    while awaited is not None:
        if type(awaited).__name__ in ("async_generator_asend", "async_generator_athrow", "anext_awaitable"):
            # One step of an async generator; only the collector knows of which.
            inner = [one for one in gc.get_referents(awaited) if hasattr(one, "ag_frame") or hasattr(one, "ag_await")]
            awaited = inner[0] if inner else None
            continue
        kind = next((kind for kind in ("cr", "gi", "ag") if getattr(awaited, f"{kind}_frame", None) is not None), None)
        if kind is None:
            return
        frame = getattr(awaited, f"{kind}_frame")
        yield frame.f_code.co_filename, frame.f_lineno, f"{awaited.__qualname__}()"
        awaited = getattr(awaited, "gi_yieldfrom" if kind == "gi" else f"{kind}_await")
