"""Says who waits for what when nothing can go on. Reads suspended coroutines; wakes nobody."""

from __future__ import annotations

import asyncio
import gc
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any, cast

from peel.connection import Connection
from peel.events import ENDPOINT, SERVER, ErrorView, WaitView
from peel.loop import NumberedTask, VirtualLoop
from peel.sources import Sources
from peel.tracer import Place

# uvicorn's task that waits for the shutdown, as it should.
_LIFESPAN = "LifespanOn.main"
_LONGEST_CHAIN = 100
_PROBE = "Probe.__call__()"
_CALL_NEXT = "BaseHTTPMiddleware.__call__.<locals>.call_next"

# What is awaited, by the end of the awaited function's name; and who would have to act.
_REASONS = (
    ("Event.wait()", "nobody is left who could set it"),
    ("Condition.wait()", "nobody is left who could notify it"),
    ("Condition.wait_for()", "nobody is left who could notify it"),
    ("Lock.acquire()", "whoever holds the lock waits as well, or has gone without giving it back"),
    ("Semaphore.acquire()", "those who hold it wait as well, or have gone without giving it back"),
    ("Queue.get()", "nobody is left who could put anything in"),
    ("Queue.put()", "nobody is left who could take anything out"),
    ("Queue.join()", "nobody is left who could call `task_done()`"),
    ("Barrier.wait()", "not enough others are left to come to it"),
    ("receive()", "nobody is left who could send anything"),
)


@dataclass(frozen=True, slots=True)
class _Frame:
    """Where a suspended function stands."""

    file: str
    line: int
    name: str
    values: dict[str, Any]


class Stalls:
    """Looks at the tasks of a loop that ran dry."""

    def __init__(self, loop: VirtualLoop, sources: Sources) -> None:
        self._loop = loop
        self._sources = sources

    def waits(self, connections: Iterable[Connection]) -> list[WaitView]:
        """Each task of these exchanges that cannot go on, and those of the learner's that belong to no exchange."""
        records = list(connections)
        found: list[WaitView] = []
        for task in self._loop.tasks():
            if task.get_name() == _LIFESPAN:
                continue
            record = task.place.record if task.place is not None else None
            mine = any(record is one for one in records)
            wait, is_own = self._wait(task)
            if mine or (is_own and not isinstance(record, Connection)):
                found.append(wait)
        return found

    def view(self, connection: Connection, waits: list[WaitView] | None = None) -> ErrorView:
        """Why an exchange cannot go on, in one sentence: that of the wait on which the others rest."""
        own = [one for one in waits or self.waits([connection]) if one["exchange"] == connection.index]
        # Who waits for another task is not to blame for it.
        best = max(own, key=lambda one: (one["file"] is not None, one["on"] is None, one["task"]), default=None)
        if best is None:
            message = "Nobody works on this request any more, and it was never answered."
            return {"type": "Stalled", "message": message, "file": None, "line": None}
        text = best["text"]
        return {
            "type": "Stalled",
            "message": f"{text[0].upper()}{text[1:]}",
            "file": best["file"],
            "line": best["line"],
        }

    def awaited(self, record: Connection | None) -> tuple[str | None, int | None, str]:
        """Where the request's tasks stand: the innermost line of the learner's, and what is awaited there."""
        best: tuple[str | None, int | None, str] = (None, None, "something")
        for task in self._loop.tasks():
            place = task.place if task.place is not None and task.place.exchange is not None else None
            if (place.record if place else None) is not record:
                continue
            wait, _ = self._wait(task)
            if wait["file"] is not None:
                best = (wait["file"], wait["line"], wait["awaits"])
        return best

    def stuck(self, connections: list[Connection]) -> tuple[Place | None, str | None, int | None]:
        """The first exchange that is not done: its innermost ring, and where the learner's code stands."""
        for connection in connections:
            if connection.started and not connection.finished:
                file, line, _ = self.awaited(connection)
                return connection.innermost(), file, line
        return None, None, None

    def _wait(self, task: NumberedTask) -> tuple[WaitView, bool]:
        """What a task waits for, and whether it runs code of the learner's."""
        frames = list(_suspended(task.get_coro()))
        own = next((i for i in range(len(frames) - 1, -1, -1) if frames[i].file in self._sources), None)
        file, line = (frames[own].file, frames[own].line) if own is not None else (None, None)
        inner = frames[own + 1 :] if own is not None else frames[-2:]
        on = _tasks_awaited(task, inner)
        awaits = _words(inner, on)
        place = _place(frames) or task.place
        view: WaitView = {
            "task": task.number,
            "name": task.get_name(),
            "layer": place.layer if place is not None else None,
            "exchange": place.exchange if place is not None else None,
            "awaits": awaits,
            "on": on[0].number if on else None,
            "file": file,
            "line": line,
            "text": "",
        }
        source = f" in {file} line {line} (`{self._sources.line(file, line)}`)" if file and line else ""
        view["text"] = f"{_who(view)} awaits {awaits}{source}; {self._why(task, awaits, on, inner)}."
        return view, own is not None

    def _why(self, task: NumberedTask, awaits: str, on: list[NumberedTask], frames: list[_Frame]) -> str:
        if on:
            circle = any(_waits_for(one, task, set()) for one in on)
            if circle:
                return f"{_named(on)} waits for it in turn"
            return f"{_named(on)} {'waits' if len(on) == 1 else 'wait'} as well"
        if awaits == "receive()" and _is_server_s(frames):
            return "nobody will send anything more, because the client has sent all that it had"
        return next((why for end, why in _REASONS if awaits.endswith(end)), "nobody will ever wake it")


def _who(view: WaitView) -> str:
    layer = view["layer"]
    if layer == ENDPOINT:
        return "the endpoint"
    if layer == SERVER:
        return "uvicorn"
    return f"layer {layer}" if layer is not None else f"task {view['task']} ({view['name']})"


def _named(tasks: list[NumberedTask]) -> str:
    return " and ".join(f"task {one.number} ({one.get_name()})" for one in tasks[:3])


def _words(inner: list[_Frame], on: list[NumberedTask]) -> str:
    """What is awaited, as the learner wrote it where a function stands for it."""
    if _is_server_s(inner):
        return "receive()"
    # `async with lock` stands in `__aenter__`, which awaits what has a name.
    plain = [one.name for one in inner if not one.name.rpartition(".")[2].startswith("_")]
    names = plain or [one.name for one in inner]
    if names:
        name = names[0]
        # `BaseHTTPMiddleware.__call__.<locals>.call_next()` is called by its last name.
        return name.rpartition("<locals>.")[2]
    if on:
        return _named(on) if len(on) == 1 else f"a gather of {_named(on)}"
    return "a future"


def _is_server_s(frames: list[_Frame]) -> bool:
    """Whether it is uvicorn's `receive()`, in whatever the learner called."""
    return any(one.name.endswith(("RequestResponseCycle.receive()", "Protocol.receive()")) for one in frames)


def _place(frames: list[_Frame]) -> Place | None:
    """The innermost ring that a task stands in, by the probes among its frames."""
    for one in reversed(frames):
        place = one.values.get("place") if one.name == _PROBE else None
        if isinstance(place, Place):
            return place
    return None


def _tasks_awaited(task: NumberedTask, inner: list[_Frame]) -> list[NumberedTask]:
    """Tasks that have to be done before this one goes on, by number."""
    found: list[Any] = _of_future(cast("Any", task)._fut_waiter) or _apps_inside(task, inner)
    if not found:
        for one in inner:
            # Task groups of asyncio and anyio, `asyncio.wait()`, `wait_for()` and the like hold what they wait for.
            for name in ("self", "task_group"):
                found += _set_of_tasks(getattr(one.values.get(name), "_tasks", None))
            found += _set_of_tasks(one.values.get("fs"))
            found += _of_future(one.values.get("fut"))
    numbered = {
        one.number: one for one in found if isinstance(one, NumberedTask) and not one.done() and one is not task
    }
    return [numbered[number] for number in sorted(numbered)]


def _apps_inside(task: NumberedTask, frames: list[_Frame]) -> list[NumberedTask]:
    """`call_next()` waits for what the app inside sends, from the task with the other end of its stream.

    Older versions of Starlette and anyio have more tasks in the group, or keep its tasks elsewhere.
    """
    streams = [one.values.get("send_stream") for one in frames if one.name.endswith(f"{_CALL_NEXT}()")]
    if not streams:
        return []
    return [
        other
        for other in cast("VirtualLoop", task.get_loop()).tasks()
        for one in _suspended(other.get_coro())
        if one.name.endswith(f"{_CALL_NEXT}.<locals>.coro()") and one.values.get("send_stream") is streams[-1]
    ]


def _set_of_tasks(value: Any) -> list[Any]:
    return list(cast("Iterable[Any]", value)) if isinstance(value, set | list | tuple | frozenset) else []


def _of_future(future: Any) -> list[Any]:
    if isinstance(future, asyncio.Task):
        return [cast("Any", future)]
    return _set_of_tasks(getattr(future, "_children", None))


def _waits_for(task: NumberedTask, other: NumberedTask, seen: set[int]) -> bool:
    if task.number in seen:
        return False
    seen.add(task.number)
    on = _tasks_awaited(task, list(_suspended(task.get_coro())))
    return any(one is other or _waits_for(one, other, seen) for one in on)


def ends_in_circle(task: Any, above: tuple[int, ...] = ()) -> bool:
    """Whether cancelling would never end: it is passed on to what a task awaits, and comes back to the same task."""
    if id(task) in above:
        return True
    return any(
        ends_in_circle(one, (*above, id(task)))
        for one in _of_future(getattr(task, "_fut_waiter", None))
        if len(above) < _LONGEST_CHAIN
    )


def _suspended(awaited: Any) -> Iterator[_Frame]:
    """Each frame that a suspended coroutine stands in, outermost first."""
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
        yield _Frame(frame.f_code.co_filename, frame.f_lineno, f"{awaited.__qualname__}()", frame.f_locals)
        awaited = getattr(awaited, "gi_yieldfrom" if kind == "gi" else f"{kind}_await")
