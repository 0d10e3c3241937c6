"""What changed among the local variables of a call since somebody last looked.

Holds no frame and no value whose end somebody could notice: only texts, ids, and plain numbers and strings.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from itertools import islice
from types import FrameType
from typing import Any, cast
from weakref import ref

from peel.views import describe

Changed = dict[str, str | None]

MOST_LOCALS = 30
_MOST_CALLS = 500
_MOST_TEXTS = 200
_LOOKED_AT = 64
_DEPTH = 3
_MOST_INNER = 16
# Longer ones are described again each time; keeping them would keep their memory.
_KEPT_LENGTH = 4096
_SCALARS = frozenset((int, float, complex, bool, str, bytes, type(None)))
_CONTAINERS = frozenset((dict, list, set))
_NOTHING = object()
# `type`, without the checker concluding from it.
_kind: Callable[[Any], Any] = cast("Any", type)

# What is known of one variable: the value itself where it is plain and short; the type's id where a value of this
# type is described by its type alone, or less than zero the id of a container; the text.
_Known = tuple[object, int, str]


class Locals:
    """Remembers, for each call that runs, how its variables were described."""

    def __init__(self) -> None:
        self._calls: dict[int, dict[str, _Known]] = {}
        self._texts: dict[int, tuple[object, str, object]] = {}
        # Types whose values are described by the type alone.
        self._blanks: dict[int, tuple[ref[type[Any]], _Known]] = {}

    def forget(self, frame: FrameType) -> None:
        """A call begins or ends: what is known by this frame's id is of another one."""
        self._calls.pop(id(frame), None)

    def changed(self, frame: FrameType, outer: frozenset[str], contents: bool = True) -> Changed:
        """Variables whose text is another one than at the last look; None for those that are gone.

        `outer` are those of an enclosing function: not told when the call begins, only when they change. Without
        `contents` a container that is the same object as before is taken to hold the same.
        """
        key = id(frame)
        known = self._calls.get(key)
        if known is None:
            if len(self._calls) >= _MOST_CALLS:
                # Calls that were left by an exception are never told of.
                del self._calls[next(iter(self._calls))]
            known = self._calls[key] = {}
        found: Changed = {}
        here = 0
        for name, value in frame.f_locals.items():
            one = known.get(name)
            kind: Any = _kind(value)
            if one is None:
                if len(known) >= MOST_LOCALS or name[0] == "." or name == "__class__":
                    continue
                known[name] = self._look(value, kind)
                if name not in outer:
                    found[name] = known[name][2]
            elif one[0] is not value and one[1] != id(kind) and (contents or one[1] != -id(value)):
                new = known[name] = self._look(value, kind)
                if new[2] != one[2]:
                    found[name] = new[2]
            here += 1
        if here < len(known):
            present = frame.f_locals
            for name in [name for name in known if name not in present]:
                del known[name]
                found[name] = None
        return found

    def text(self, value: Any) -> str:
        """Like `describe()`; a container that is the same as before is not gone through again."""
        kind: Any = _kind(value)
        return self._container(value) if kind in _CONTAINERS else describe(value)

    def _look(self, value: Any, kind: Any) -> _Known:
        if kind in _SCALARS:
            long = (kind is str or kind is bytes) and len(value) > _KEPT_LENGTH
            return (_NOTHING if long else value, 0, describe(value))
        if kind in _CONTAINERS:
            return (_NOTHING, -id(value), self._container(value))
        blank = self._blanks.get(id(kind))
        if blank is not None and blank[0]() is kind:
            return blank[1]
        text = describe(value)
        if text != f"<{kind.__qualname__}>":
            return (_NOTHING, 0, text)
        known = (_NOTHING, id(kind), text)
        self._blanks[id(kind)] = (ref(kind), known)
        return known

    def _container(self, value: Any) -> str:
        mark = _mark(value)
        known = self._texts.get(id(value))
        if known is not None and known[0] == mark:
            return known[1]
        if len(self._texts) >= _MOST_TEXTS:
            self._texts.clear()
        text = describe(value)
        plain: list[object] = []
        _keep(value, _DEPTH, plain)
        self._texts[id(value)] = (mark, text, plain)
        return text


def _items(value: Any) -> Iterable[Any]:
    return _first(value.values() if _kind(value) is dict else value)


def _first(values: Any) -> Iterable[Any]:
    return islice(values, _LOOKED_AT) if len(values) > _LOOKED_AT else values


def _mark(value: Any) -> list[int]:
    """Ids of what is in a container, and in those inside it: cheap, and different as soon as its text may be."""
    mark: list[int] = []
    todo: list[Any] = [value]
    for one in todo:
        size = len(one)
        mark.append(size)
        values: Any = one
        if _kind(one) is dict:
            values = one.values()
            mark += map(id, _first(one))
        if size > _LOOKED_AT:
            values = list(_first(values))
        mark += map(id, values)
        if len(todo) < _MOST_INNER and not _CONTAINERS.isdisjoint(map(_kind, values)):
            todo += [item for item in values if _kind(item) in _CONTAINERS]
    return mark


def _keep(value: Any, depth: int, plain: list[object]) -> None:
    """Keep plain values alive as long as their ids are remembered, so that no other value gets them."""
    if _kind(value) is dict:
        plain += _plain(_first(value))
    for item in _items(value):
        kind: Any = _kind(item)
        if kind in _SCALARS:
            if (kind is not str and kind is not bytes) or len(item) <= _KEPT_LENGTH:
                plain.append(item)
        elif kind is tuple:
            if all(_kind(one) in _SCALARS for one in item):
                plain.append(item)
        elif depth > 1 and kind in _CONTAINERS:
            _keep(item, depth - 1, plain)


def _plain(values: Iterable[Any]) -> list[object]:
    return [value for value in values if _kind(value) in _SCALARS]
