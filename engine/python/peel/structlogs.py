"""structlog's loggers, watched: which event was logged with which fields. Knows no streams and no trace."""

from __future__ import annotations

import contextvars
import copy
from collections.abc import Callable, Mapping
from contextlib import contextmanager, suppress
from types import FunctionType, ModuleType
from typing import TYPE_CHECKING, Any, cast

from peel.patches import Patches
from peel.views import describe

structlog: ModuleType | None = None
with suppress(ImportError):
    import structlog

if TYPE_CHECKING:
    from collections.abc import Generator

_NOT_FIELDS = frozenset(("event", "exc_info", "stack_info", "_record", "_from_structlog"))


class StructlogCall:
    """One call of a logger."""

    __slots__ = ("fields", "level", "logger", "rendered")

    def __init__(self, level: str, logger: str | None, fields: dict[str, str]) -> None:
        self.level = level
        self.logger = logger
        self.fields = fields
        self.rendered = False
        """Whether the processors are through: what is written from now on is the event."""


def watch(patches: Patches, around: Callable[[StructlogCall], Any]) -> None:
    """Have `around(call)` entered, as a context manager, while an event is processed and written.

    Every kind of bound logger goes through these two methods of the base class, the async ones in a thread.
    """
    if structlog is None:
        return
    base: Any = structlog.BoundLoggerBase
    proxy, process = base._proxy_to_logger, base._process_event
    calls: list[StructlogCall] = []

    @contextmanager
    def watched(logger: Any, method: str, keywords: Mapping[str, Any]) -> Generator[None]:
        call = StructlogCall(method.upper(), _name(logger), _fields(logger, keywords))
        calls.append(call)
        try:
            with around(call):
                yield
        finally:
            calls.pop()

    def proxy_to_logger(self: Any, method_name: str, *args: Any, **kwargs: Any) -> Any:
        with watched(self, method_name, kwargs):
            return proxy(self, method_name, *args, **kwargs)

    def process_event(self: Any, *args: Any, **kwargs: Any) -> Any:
        result = process(self, *args, **kwargs)
        if calls:
            calls[-1].rendered = True
        return result

    patches.set(base, "_proxy_to_logger", _as_structlog_s(proxy_to_logger))
    patches.set(base, "_process_event", _as_structlog_s(process_event))
    patches.set(cast("Any", structlog).contextvars, "contextvars", _in_order())
    # What a program configures is gone with its session.
    config: Any = cast("Any", structlog)._config
    patches.set(config, "_CONFIG", copy.copy(config._CONFIG))


def _in_order() -> ModuleType:
    """The module `contextvars` with contexts that list their variables by name, not by address as they really do."""
    ordered: Any = ModuleType("contextvars")
    ordered.ContextVar, ordered.Token = contextvars.ContextVar, contextvars.Token
    ordered.copy_context = lambda: dict(sorted(contextvars.copy_context().items(), key=lambda item: item[0].name))
    return ordered


def _as_structlog_s(function: Any) -> Any:
    """Structlog tells the file and line that logged: the first frame outside of modules of its name."""
    names = {"__name__": "structlog"}
    return FunctionType(function.__code__, names, function.__name__, None, function.__closure__)


def _name(logger: Any) -> str | None:
    name: Any = getattr(logger._logger, "name", None)
    return name if isinstance(name, str) else None


def _fields(logger: Any, keywords: Mapping[str, Any]) -> dict[str, str]:
    """Bound values and keywords, and those of contextvars where the logger merges them in."""
    variables: Any = cast("Any", structlog).contextvars
    found: dict[str, Any] = dict(logger._context)
    if variables.merge_contextvars in logger._processors:
        found = {**variables.get_contextvars(), **found}
    found.update(keywords)
    return {str(key): describe(value) for key, value in found.items() if key not in _NOT_FIELDS}
