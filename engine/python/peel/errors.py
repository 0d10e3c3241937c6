"""Exceptions as data a learner can read: trimmed tracebacks, the line to mark, a hint where an `await` is missing."""

from __future__ import annotations

import inspect
import re
import traceback
from collections.abc import Callable, Iterator
from itertools import pairwise
from pathlib import Path
from types import CoroutineType, TracebackType
from typing import Any, Literal, cast

from peel.advice import advise
from peel.events import ErrorView, SessionError
from peel.sources import Sources

# Of a recursion that went too deep, the ends tell it all.
_MOST_FRAMES = 60
_OWN_FOLDER = str(Path(__file__).parent)
_ADDRESS = re.compile(r"(?<= at 0x)[0-9a-fA-F]+|(?<=cancel scope )[0-9a-f]+")


def steady(text: str) -> str:
    """The text without addresses of objects, which are others in every run: `<Task at 0x…>`."""
    return _ADDRESS.sub("…", text) if " at 0x" in text or "cancel scope " in text else text


class Errors:
    """Turns exceptions into views, for one set of learner's files."""

    def __init__(self, sources: Sources) -> None:
        self._sources = sources
        self._last_full: tuple[BaseException, TracebackType | None, str] | None = None
        self._forgotten: list[CoroutineType[Any, Any, Any]] = []
        self._unawaited: tuple[str, int, str] | None = None
        self.on_forgotten: Callable[[CoroutineType[Any, Any, Any]], None] = lambda _coroutine: None

    def place(self, exc: BaseException) -> tuple[str | None, int | None]:
        """The innermost frame in the learner's files."""
        if isinstance(exc, SyntaxError) and exc.filename in self._sources:
            return exc.filename, exc.lineno
        found: tuple[str | None, int | None] = (None, None)
        for file, line in _frames(exc.__traceback__):
            if file in self._sources:
                found = (file, line)
        if found[0] is None:
            members: tuple[BaseException, ...] = getattr(exc, "exceptions", ())
            places = [place for member in members if (place := self.place(member))[0] is not None]
            found = places[-1] if places else found
        return found

    def brief(self, exc: BaseException) -> ErrorView:
        """Type, message and place."""
        file, line = self.place(exc)
        return {"type": type(exc).__name__, "message": _message(exc), "file": file, "line": line}

    def view(self, exc: BaseException) -> ErrorView:
        """The whole story, with both tracebacks."""
        return {**self.trimmed(exc), "full": self.full(exc)}

    def full(self, exc: BaseException) -> str:
        """The whole traceback as Python prints it, without the probes in it."""
        if self._last_full is not None and self._last_full[0] is exc and self._last_full[1] is exc.__traceback__:
            return self._last_full[2]
        whole = traceback.TracebackException.from_exception(exc, lookup_lines=False)
        for one in _chain(whole):
            frames = [frame for frame in one.stack if not frame.filename.startswith(_OWN_FOLDER)]
            # Libraries' lines stand without their source: after a restore it is not on the file system.
            frames = [frame if frame.filename in self._sources else _bare(frame) for frame in frames]
            one.stack = traceback.StackSummary.from_list(_ends(frames))
        text = steady("".join(whole.format()))
        self._last_full = (exc, exc.__traceback__, text)
        return text

    def trimmed(self, exc: BaseException) -> ErrorView:
        """With the traceback through the learner's files, as Python prints it, and a hint where there is one."""
        view = self.brief(exc)
        whole = traceback.TracebackException.from_exception(exc, lookup_lines=False)
        if _wraps(exc.__cause__, exc):
            # A task group had wrapped it, Starlette unwrapped it again: the same story twice.
            whole.__cause__ = whole.__context__ = None
        for one in _chain(whole):
            frames = _ends([frame for frame in one.stack if frame.filename in self._sources])
            one.stack = traceback.StackSummary.from_list(frames)
        view["traceback"] = steady("".join(whole.format()))
        hint = self._missing_await(exc)
        advice = advise(exc, self._sources) if hint is None else None
        if advice is not None:
            hint = advice.hint
            if view["file"] is None and advice.place is not None:
                view["file"], view["line"] = advice.place
        if hint is not None:
            view["hint"] = hint
        return view

    def session(self, exc: BaseException, phase: Literal["load", "lifespan"], text: str) -> SessionError:
        """A failure to load or to start."""
        return {**self.view(exc), "phase": phase, "text": text}

    def coroutine(self, coroutine: CoroutineType[Any, Any, Any]) -> tuple[str, int, str] | None:
        """File, line and text of the learner's call that made a coroutine."""
        origin = coroutine.cr_origin
        if not origin or origin[0][0] not in self._sources:
            return None
        file, line, _ = origin[0]
        name = coroutine.__qualname__.split(".")[-1]
        return file, line, self._sources.call_at(file, line, name) or f"{name}(…)"

    def unawaited(self, made: tuple[str, int, str]) -> None:
        """A coroutine was given up; what fails next may be because of it."""
        self._unawaited = made

    def forget(self) -> None:
        """Let go of the exceptions of a call, and end the coroutines they were about: nobody can await them now."""
        self._last_full = self._unawaited = None
        while self._forgotten:
            self._forgotten.pop().close()

    def _forget(self, coroutine: CoroutineType[Any, Any, Any]) -> None:
        if not any(one is coroutine for one in self._forgotten):
            self._forgotten.append(coroutine)
            self.on_forgotten(coroutine)

    def _missing_await(self, exc: BaseException) -> str | None:
        if not isinstance(exc, TypeError) and "coroutine" not in _message(exc):
            return None
        traced = exc.__traceback__
        while traced is not None:
            values: list[Any] = list(traced.tb_frame.f_locals.values())
            for value in values:
                made = self.coroutine(value) if _is_new_coroutine(value) else None
                if made is not None:
                    self._forget(value)
                    file, line, call = made
                    return f"{call} gives a coroutine: write `await {call}` ({file} line {line})"
            traced = traced.tb_next
        if self._unawaited is not None and self.place(exc)[0] is None and "NoneType" in _message(exc):
            # Nothing was awaited and nothing returned: Starlette calls what the function gave back.
            file, line, call = self._unawaited
            return f"{call} was never awaited: write `return await {call}` ({file} line {line})"
        return None


def _ends(frames: list[traceback.FrameSummary]) -> list[traceback.FrameSummary]:
    # Of a line that calls itself again and again Python prints three, and says how often it is repeated.
    lines = [(frame.filename, frame.lineno, frame.name) for frame in frames]
    if sum(one != before for before, one in pairwise(lines)) < _MOST_FRAMES:
        return frames
    left_out = traceback.FrameSummary("…", 0, f"{len(frames) - _MOST_FRAMES} frames left out", line="")
    return [*frames[: _MOST_FRAMES // 2], left_out, *frames[-_MOST_FRAMES // 2 :]]


def _bare(frame: traceback.FrameSummary) -> traceback.FrameSummary:
    return traceback.FrameSummary(frame.filename, frame.lineno, frame.name, lookup_line=False, line="")


def _chain(whole: traceback.TracebackException) -> Iterator[traceback.TracebackException]:
    """An exception with its causes, contexts and the members of its groups."""
    seen: set[int] = set()
    todo: list[traceback.TracebackException | None] = [whole]
    while todo:
        one = todo.pop()
        if one is not None and id(one) not in seen:
            seen.add(id(one))
            todo += [one.__cause__, one.__context__, *(one.exceptions or [])]
            yield one


def _frames(traced: TracebackType | None) -> Iterator[tuple[str, int]]:
    while traced is not None:
        yield traced.tb_frame.f_code.co_filename, traced.tb_lineno
        traced = traced.tb_next


def _wraps(group: BaseException | None, exc: BaseException) -> bool:
    members: tuple[Any, ...] = getattr(group, "exceptions", ())
    return any(one is exc or _wraps(one, exc) for one in members)


def _is_new_coroutine(value: Any) -> bool:
    return isinstance(value, CoroutineType) and inspect.getcoroutinestate(cast("Any", value)) == inspect.CORO_CREATED


def _message(exc: BaseException) -> str:
    if isinstance(exc, SyntaxError) and exc.msg:
        return exc.msg
    try:
        return steady(str(exc))
    except Exception as broken:
        return f"<no message: {type(broken).__name__} in its __str__>"
