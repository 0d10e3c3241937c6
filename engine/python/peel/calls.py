"""The calls at the core of a request: dependencies, exception handlers, background tasks, by sys.monitoring.

Their code objects are watched, so nothing that FastAPI inspects or calls is wrapped. Knows no ASGI.
"""

from __future__ import annotations

import functools
import gc
import inspect
import sys
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from types import CodeType, FrameType, FunctionType
from typing import Any, Literal, cast

from fastapi.dependencies.utils import get_dependant
from starlette.background import BackgroundTask

from peel.errors import Errors
from peel.events import CallPhase, ErrorView
from peel.sources import Sources
from peel.tracer import CURRENT, Place, Tracer
from peel.views import describe

_monitoring: Any = getattr(sys, "monitoring", None)
# The budget's lines are 4.
_TOOL = 3

AVAILABLE = _monitoring is not None
"""False before Python 3.12: then nothing is told of these calls."""

_Kind = Literal["depends", "handler", "background"]


@dataclass(frozen=True, slots=True)
class _Target:
    """A callable as it will be told of."""

    call: Any
    function: Any
    """The Python function behind it, whose code is watched."""
    name: str
    place: tuple[str, int] | None
    is_class: bool
    in_wrapper: bool
    """A decorator of the learner's stands around it, and calls it."""


@dataclass(slots=True)
class _Watched:
    """One code object, with everything that runs by it."""

    code: CodeType
    kind: _Kind
    is_generator: bool
    is_async: bool
    targets: list[_Target] = field(default_factory=list[_Target])


@dataclass(slots=True)
class _Running:
    """A call that has not ended."""

    place: Place
    watched: _Watched
    fields: dict[str, Any]
    is_class: bool
    paused: bool = False


class Calls:
    """Tells of the calls of one session's app."""

    def __init__(self, tracer: Tracer, errors: Errors, sources: Sources) -> None:
        self._tracer = tracer
        self._errors = errors
        self._sources = sources
        # By id: comparing two code objects compares all of their instructions.
        self._watched: dict[int, _Watched] = {}
        self._running: dict[int, _Running] = {}
        self._known: dict[int, Any] = {}
        self._places: dict[int, tuple[Any, tuple[str, int] | None]] = {}
        self._started = False

    def start(self) -> None:
        """Claim the tool; code is watched from `watch()` on."""
        if not AVAILABLE:
            return
        events = _monitoring.events
        _monitoring.use_tool_id(_TOOL, "peel calls")
        for event, callback in (
            (events.PY_START, self._begins),
            (events.PY_RETURN, self._returns),
            (events.PY_YIELD, self._yields),
            (events.PY_RESUME, self._resumes),
            (events.PY_THROW, self._thrown),
            (events.PY_UNWIND, self._make_raises()),
        ):
            _monitoring.register_callback(_TOOL, event, callback)
        # These two cannot be had for single code objects.
        _monitoring.set_events(_TOOL, events.PY_THROW | events.PY_UNWIND)
        self._started = True
        self._add("background", [BackgroundTask.__call__])

    def stop(self) -> None:
        """Let go of the tool and of all code."""
        if not self._started:
            return
        self._started = False
        events = _monitoring.events
        _monitoring.set_events(_TOOL, 0)
        for watched in self._watched.values():
            _monitoring.set_local_events(_TOOL, watched.code, 0)
        for name in ("PY_START", "PY_RETURN", "PY_YIELD", "PY_RESUME", "PY_THROW", "PY_UNWIND"):
            _monitoring.register_callback(_TOOL, getattr(events, name), None)
        _monitoring.free_tool_id(_TOOL)
        self._watched.clear()
        self._running.clear()

    def watch(self, holders: Iterable[Any], apps: Iterable[Any], handlers: Iterable[Any]) -> None:
        """Watch the dependencies of routes, those that stand in for them, and exception handlers."""
        if not self._started:
            return
        for holder in holders:
            dependant = getattr(holder, "dependant", None)
            if dependant is not None and self._is_new(dependant):
                self._add("depends", _calls(dependant))
        for app in apps:
            for instead in getattr(app, "dependency_overrides", {}).values():
                if self._is_new(instead):
                    self._add("depends", [instead, *_calls_of_override(instead)])
        self._add("handler", [one for one in handlers if self._is_new(one)])

    def _is_new(self, value: Any) -> bool:
        if id(value) in self._known:
            return False
        self._known[id(value)] = value
        return True

    def _add(self, kind: _Kind, calls: Iterable[Any]) -> None:
        for call in calls:
            target = self._target(call)
            if target is None:
                continue
            code: CodeType = target.function.__code__
            watched = self._watched.get(id(code))
            if watched is None:
                watched = self._watch(kind, code)
            if not any(one.call is call for one in watched.targets):
                watched.targets.append(target)

    def _watch(self, kind: _Kind, code: CodeType) -> _Watched:
        events = _monitoring.events
        is_async = bool(code.co_flags & inspect.CO_ASYNC_GENERATOR)
        is_generator = is_async or bool(code.co_flags & inspect.CO_GENERATOR)
        local = events.PY_START | events.PY_RETURN
        if is_generator:
            local |= events.PY_YIELD | events.PY_RESUME
        _monitoring.set_local_events(_TOOL, code, local)
        watched = self._watched[id(code)] = _Watched(code, kind, is_generator, is_async)
        return watched

    def _target(self, call: Any) -> _Target | None:
        """What runs when FastAPI calls `call`; None where that is no Python function."""
        inner = call
        while isinstance(inner, functools.partial):
            inner = cast("Any", inner).func
        is_class = inspect.isclass(inner)
        if is_class:
            candidates = [inner.__init__, inner.__new__]
        elif inspect.isroutine(inner) or hasattr(inner, "__wrapped__"):
            candidates = [inner]
        else:
            candidates = [type(inner).__call__]
        for candidate in candidates:
            function, in_wrapper = self._function(candidate)
            if function is not None:
                return _Target(call, function, _name(inner), self._place(inner), is_class, in_wrapper)
        return None

    def _function(self, call: Any) -> tuple[FunctionType | None, bool]:
        """The function to watch: the outermost of the learner's decorators that is of its kind, else the inner one."""
        chain: list[FunctionType] = []
        while call is not None:
            function = getattr(call, "__func__", call)
            if isinstance(function, FunctionType):
                chain.append(function)
            call = getattr(function, "__wrapped__", None)
        if not chain:
            return None, False
        innermost = chain[-1]
        for index, function in enumerate(chain):
            if function.__code__.co_filename in self._sources and _shape(function) == _shape(innermost):
                return function, any(one.__code__.co_filename in self._sources for one in chain[:index])
        return innermost, False

    def _place(self, value: Any) -> tuple[str, int] | None:
        # By what lives as long as the program: a background task may be a function that was made for one request.
        key: Any = getattr(getattr(value, "__func__", value), "__code__", None)
        if key is None:
            key = value if inspect.isclass(value) or hasattr(value, "__wrapped__") else cast("Any", type(value))
        known = self._places.get(id(key))
        if known is None:
            known = self._places[id(key)] = (key, self._sources.definition(value))
        return known[1]

    # What happens

    def _begins(self, code: CodeType, _offset: int) -> None:
        place = CURRENT.get()
        watched = self._watched.get(id(code))
        if watched is None or place is None or place.exchange is None:
            return
        frame = sys._getframe(1)
        target = _which(watched.targets, frame)
        caller = frame.f_back
        if caller is not None and caller.f_code.co_filename in self._sources and not target.in_wrapper:
            return  # the program calls it by itself
        name, defined = target.name, target.place
        if watched.kind == "background":
            function = frame.f_locals["self"].func
            name, defined = _name(function), self._place(function)
        fields: dict[str, Any] = {
            "name": name,
            "file": defined[0] if defined else None,
            "line": defined[1] if defined else None,
        }
        if watched.kind == "handler":
            fields["handles"] = _handled(frame)
        running = self._running[id(frame)] = _Running(place, watched, fields, target.is_class)
        self._tell(running, "call")

    def _returns(self, _code: CodeType, _offset: int, value: Any) -> None:
        frame = sys._getframe(1)
        running = self._running.pop(id(frame), None)
        if running is None:
            return
        if running.watched.is_generator or running.watched.kind == "background":
            self._tell(running, "return")
            return
        if running.is_class and value is None:
            value = frame.f_locals[running.watched.code.co_varnames[0]]
        self._tell(running, "return", value=describe(value))

    def _yields(self, _code: CodeType, _offset: int, value: Any) -> None:
        running = self._running.get(id(sys._getframe(1)))
        if running is None:
            return
        if running.watched.is_async:
            if type(value).__name__ != "async_generator_wrapped_value":
                return  # it awaits
            # There is no other way to what it holds.
            value = next(iter(gc.get_referents(value)), None)
        running.paused = True
        self._tell(running, "yield", value=describe(value))

    def _resumes(self, _code: CodeType, _offset: int) -> None:
        running = self._running.get(id(sys._getframe(1)))
        if running is not None and running.paused:
            running.paused = False
            self._tell(running, "resume")

    def _thrown(self, code: CodeType, _offset: int, exc: BaseException) -> None:
        if id(code) not in self._watched:
            return
        running = self._running.get(id(sys._getframe(1)))
        if running is not None and running.paused:
            running.paused = False
            self._tell(running, "throw", error=self._errors.brief(exc))

    def _make_raises(self) -> Callable[[CodeType, int, BaseException], None]:
        watched, running = self._watched, self._running

        # Called for every exception anywhere, a dozen in a request: it must be quick to say no.
        def raises(code: CodeType, _offset: int, exc: BaseException) -> None:
            if id(code) in watched:
                ended = running.pop(id(sys._getframe(1)), None)
                if ended is not None:
                    self._tell(ended, "raise", error=self._errors.brief(exc))

        return raises

    def _tell(
        self, running: _Running, phase: CallPhase, *, value: str | None = None, error: ErrorView | None = None
    ) -> None:
        fields: dict[str, Any] = {"phase": phase, **running.fields}
        if value is not None:
            fields["value"] = value
        if error is not None:
            fields["error"] = error
        # A generator's second half may run in another ring than its first.
        self._tracer.event(running.watched.kind, CURRENT.get() or running.place, fields)


def _calls(dependant: Any) -> Iterator[Any]:
    """Everything that is called before the endpoint itself."""
    for one in dependant.dependencies:
        yield one.call
        yield from _calls(one)


def _calls_of_override(call: Any) -> Iterator[Any]:
    try:
        return _calls(get_dependant(path="/", call=call))
    except Exception:
        # Its signature cannot be read: FastAPI says so when a request comes.
        return iter(())


def _shape(function: FunctionType) -> int:
    return function.__code__.co_flags & (inspect.CO_GENERATOR | inspect.CO_COROUTINE | inspect.CO_ASYNC_GENERATOR)


def _which(targets: list[_Target], frame: FrameType) -> _Target:
    """Which of several callables that share their code it is: methods of one class, functions of one decorator."""
    if len(targets) == 1:
        return targets[0]
    values = frame.f_locals
    for target in targets:
        names = target.function.__code__.co_freevars
        cells = target.function.__closure__ or ()
        owner: Any = target.call if not inspect.isroutine(target.call) else getattr(target.call, "__self__", None)
        first = values.get(frame.f_code.co_varnames[0]) if frame.f_code.co_varnames else None
        if owner is not None and (owner is first or owner is type(first)):
            return target
        if cells and all(values.get(name) is cell.cell_contents for name, cell in zip(names, cells, strict=True)):
            return target
    return targets[0]


def _handled(frame: FrameType) -> str:
    values = frame.f_locals
    for name in frame.f_code.co_varnames[: frame.f_code.co_argcount]:
        if isinstance(values.get(name), BaseException):
            return type(values[name]).__name__
    return "Exception"


def _name(function: Any) -> str:
    while isinstance(function, functools.partial):
        function = cast("Any", function).func
    return str(getattr(function, "__name__", type(function).__name__))
