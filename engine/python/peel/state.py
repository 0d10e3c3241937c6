"""`request.state`, `app.state` and contextvars: who sets what. Knows neither lines nor requests.

Python tells nobody of a contextvar that is set. So all that the learner's files hold are compared with what was known
of the running task, before each event: the change belongs to the ring that this task was in until then.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextvars import ContextVar
from typing import Any, cast
from weakref import WeakSet

from starlette.datastructures import State

from peel.patches import Patches
from peel.sources import Sources
from peel.threads import Threads
from peel.tracer import CURRENT, Place, Tracer
from peel.views import describe

_ABSENT = object()
_PLAIN = (str, int, float, bool, bytes, type(None))

# The value where it is plain, else its id; and its text, None where the variable has no value.
_Known = tuple[object, str | None]


class StateWatch:
    """Tells of what is set, with the ring and the task that did it."""

    def __init__(self, tracer: Tracer, sources: Sources, threads: Threads) -> None:
        self._tracer = tracer
        self._threads = threads
        self._sources = sources
        self._variables: list[ContextVar[Any]] = []
        self._tasks: dict[int, tuple[Place | None, dict[ContextVar[Any], _Known]]] = {}

    def install(self, patches: Patches) -> None:
        """Watch every `State` that is made from now on."""
        apps: WeakSet[State] = WeakSet()
        tell = self._set
        make, change, remove = State.__init__, State.__setattr__, State.__delattr__

        def watched_init(self: State, state: dict[str, Any] | None = None) -> None:
            make(self, state)
            # A request's is made around its scope's; an app's is made of nothing.
            if state is None:
                apps.add(self)

        def watched_set(self: State, key: Any, value: Any) -> None:
            before = cast("Any", self)._state.get(key, _ABSENT)
            change(self, key, value)
            tell("app" if self in apps else "request", key, before, value)

        def watched_del(self: State, key: Any) -> None:
            before = cast("Any", self)._state.get(key, _ABSENT)
            remove(self, key)
            tell("app" if self in apps else "request", key, before, _ABSENT)

        patches.set(State, "__init__", watched_init)
        for by_name, by_key, function in (
            ("__setattr__", "__setitem__", watched_set),
            ("__delattr__", "__delitem__", watched_del),
        ):
            patches.set(State, by_name, function)
            if hasattr(State, by_key):
                patches.set(State, by_key, function)

    def find(self) -> None:
        """Look for contextvars in the learner's modules; files may be imported late."""
        for name in self._sources.modules:
            for value in list(vars(sys.modules.get(name, sys)).values()) if name in sys.modules else ():
                if isinstance(value, ContextVar) and value not in self._variables:
                    self._variables.append(cast("ContextVar[Any]", value))
        # structlog is always there: what counts is whether the program speaks of it.
        uses_structlog = any("structlog" in text for text in self._sources.values())
        self._tracer.before = self.look if self._variables or uses_structlog else None

    def born(self, task: int) -> None:
        """A task inherits what is set here and now."""
        if self._tracer.before is not None:
            self._tasks[task] = (CURRENT.get(), {one: _known(one) for one in self._all()})

    def ended(self, task: int) -> None:
        """Forget a task."""
        self._tasks.pop(task, None)
        self.left(task)

    def left(self, task: int) -> None:
        """Forget the thread of a task."""
        self._tasks.pop(-task, None)

    def look(self, task: int, place: Place | None) -> None:
        """Compare what is set with what was known."""
        if task == 0:
            return
        if self._threads.task:
            task = -task  # a thread has a copy of its own
        last = self._tasks.get(task) or self._tasks.get(-task)
        known = dict(last[1]) if last is not None and task not in self._tasks else last[1] if last is not None else {}
        who = last[0] if last is not None else place
        self._tasks[task] = (place, known)
        for variable in self._all():
            value = variable.get(_ABSENT)
            old = known.get(variable, (_ABSENT, None))
            plain = type(value) in _PLAIN
            if (old[0] is value) if plain or value is _ABSENT else (old[0] == id(value)):
                continue
            new = known[variable] = _known(variable)
            if new[1] != old[1]:
                key = variable.name.removeprefix("structlog_")
                fields = {"where": "contextvar", "key": key, "before": old[1], "after": new[1]}
                self._tracer.event("state", who, fields, task=abs(task))

    def _all(self) -> Iterator[ContextVar[Any]]:
        yield from self._variables
        bound = sys.modules.get("structlog.contextvars")
        if bound is not None:
            yield from list(vars(bound).get("_CONTEXT_VARS", {}).values())

    def _set(self, where: str, key: Any, before: Any, after: Any) -> None:
        old, new = _text(before), _text(after)
        if old != new:
            self._tracer.event("state", CURRENT.get(), {"where": where, "key": str(key), "before": old, "after": new})


def _known(variable: ContextVar[Any]) -> _Known:
    value = variable.get(_ABSENT)
    plain = type(value) in _PLAIN or value is _ABSENT
    # structlog unbinds a variable by setting it to an ellipsis.
    return (value if plain else id(value), None if value is ... else _text(value))


def _text(value: Any) -> str | None:
    return None if value is _ABSENT else describe(value)
