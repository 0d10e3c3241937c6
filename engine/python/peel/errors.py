"""Exceptions as data a learner can read: trimmed tracebacks, the line to mark, and a hint where an `await` is missing."""

from __future__ import annotations

import inspect
import traceback
from collections.abc import Iterator
from types import CoroutineType, TracebackType
from typing import Any, Literal

from peel.events import ErrorView, SessionError
from peel.sources import Sources


class Errors:
    """Turns exceptions into views, for one set of learner's files."""

    def __init__(self, sources: Sources) -> None:
        self._sources = sources

    def place(self, exc: BaseException) -> tuple[str | None, int | None]:
        """The innermost frame in the learner's files."""
        if isinstance(exc, SyntaxError) and exc.filename in self._sources:
            return exc.filename, exc.lineno
        found: tuple[str | None, int | None] = (None, None)
        for file, line in _frames(exc.__traceback__):
            if file in self._sources:
                found = (file, line)
        return found

    def brief(self, exc: BaseException) -> ErrorView:
        """Type, message and place."""
        file, line = self.place(exc)
        return {"type": type(exc).__name__, "message": _message(exc), "file": file, "line": line}

    def view(self, exc: BaseException) -> ErrorView:
        """The whole story, with both tracebacks."""
        view = self.brief(exc)
        whole = traceback.TracebackException.from_exception(exc)
        view["full"] = "".join(whole.format())
        self._trim(whole)
        view["traceback"] = "".join(whole.format())
        hint = self._missing_await(exc)
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

    def _trim(self, whole: traceback.TracebackException) -> None:
        seen: set[int] = set()
        todo: list[traceback.TracebackException | None] = [whole]
        while todo:
            one = todo.pop()
            if one is None or id(one) in seen:
                continue
            seen.add(id(one))
            one.stack = traceback.StackSummary.from_list([frame for frame in one.stack if frame.filename in self._sources])
            todo += [one.__cause__, one.__context__, *(one.exceptions or [])]

    def _missing_await(self, exc: BaseException) -> str | None:
        if not isinstance(exc, TypeError) and "coroutine" not in _message(exc):
            return None
        traced = exc.__traceback__
        while traced is not None:
            for value in list(traced.tb_frame.f_locals.values()):
                if not isinstance(value, CoroutineType) or inspect.getcoroutinestate(value) != inspect.CORO_CREATED:
                    continue
                made = self.coroutine(value)
                if made is not None:
                    file, line, call = made
                    return f"{call} gives a coroutine: write `await {call}` ({file} line {line})"
            traced = traced.tb_next
        return None


def _frames(traced: TracebackType | None) -> Iterator[tuple[str, int]]:
    while traced is not None:
        yield traced.tb_frame.f_code.co_filename, traced.tb_lineno
        traced = traced.tb_next


def _message(exc: BaseException) -> str:
    if isinstance(exc, SyntaxError) and exc.msg:
        return exc.msg
    try:
        return str(exc)
    except Exception as broken:
        return f"<no message: {type(broken).__name__} in its __str__>"
