"""What changed among the local variables of a call since somebody last looked.

Holds no frame and no value whose end somebody could notice: only texts, ids, and plain numbers and strings.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from itertools import islice
from typing import Any, cast
from weakref import ref

from peel.plans import Plan
from peel.views import describe, describe_seen, plain_text

Changed = dict[str, str | None]

MOST_LOCALS = 30
_MOST_TEXTS = 200
# Longer ones are described again each time; keeping them would keep their memory.
_KEPT_LENGTH = 4096
_SCALARS = frozenset((int, float, complex, bool, str, bytes, type(None)))
_CONTAINERS = frozenset((dict, list, set))
_NOTHING = object()
_CONSTANTS = {id(one): repr(one) for one in (None, True, False)}
# `type`, without the checker concluding from it.
_kind: Callable[[Any], Any] = cast("Any", type)

# What is known of one variable: the value itself where it is plain and short; the type's id where a value of this
# type is described by its type alone, or less than zero the id of a container; the text.
_Known = tuple[object, int, str]
_NOT_TOLD = frozenset(("__class__",))


class Call:
    """One call that runs: what is known of its variables, and at which line it is."""

    __slots__ = ("known", "moving", "plan")

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        self.known: dict[str, _Known] = {}
        # Variables whose text may change while they stay what they are: containers and what holds values.
        self.moving: set[str] = set()


class Locals:
    """Remembers how variables were described."""

    def __init__(self) -> None:
        self._texts: dict[int, _Shape] = {}
        # Types whose values are described by the type alone.
        self._blanks: dict[int, tuple[ref[type[Any]], _Known]] = {}

    def first(self, call: Call, values: Mapping[str, Any], outer: frozenset[str]) -> Changed:
        """The variables with which a call begins.

        `outer` are those of an enclosing function: not told when the call begins, only when they change.
        """
        found: Changed = {}
        known, blanks = call.known, self._blanks
        for name, value in values.items():
            if len(known) >= MOST_LOCALS or name[0] == "." or name in _NOT_TOLD:
                continue
            kind: Any = _kind(value)
            blank = blanks.get(id(kind))
            if blank is not None and blank[0]() is kind:
                one = known[name] = blank[1]
            else:
                one = known[name] = self._look(value, kind)
                if one[0] is _NOTHING:
                    self._note(call, name, one, kind)
            if name not in outer:
                found[name] = one[2]
        return found

    def changed(self, call: Call, names: Iterable[str], values: Mapping[str, Any], outer: frozenset[str]) -> Changed:
        """Those of `names` whose text is another one than at the last look; None for variables that are gone."""
        found: Changed = {}
        known = call.known
        gone = False
        for name in names:
            value = values.get(name, _NOTHING)
            one = known.get(name)
            if value is _NOTHING:
                gone = gone or one is not None
                continue
            kind: Any = _kind(value)
            if one is None:
                if len(known) >= MOST_LOCALS or name[0] == "." or name in _NOT_TOLD:
                    continue
                new = known[name] = self._look(value, kind)
                if name not in outer:
                    found[name] = new[2]
            elif one[0] is value or one[1] == id(kind):
                continue
            else:
                new = known[name] = self._look(value, kind)
                if new[2] != one[2]:
                    found[name] = new[2]
            if new[0] is _NOTHING:
                self._note(call, name, new, kind)
            else:
                call.moving.discard(name)
        if gone:
            for name in [name for name in known if name in names and name not in values]:
                del known[name]
                call.moving.discard(name)
                found[name] = None
        return found

    def _note(self, call: Call, name: str, known: _Known, kind: Any) -> None:
        if known[1] == id(kind) or kind in _SCALARS:
            call.moving.discard(name)
        else:
            call.moving.add(name)

    def text(self, value: Any) -> str:
        """Like `describe()`; a container that is the same as before is not gone through again."""
        kind: Any = _kind(value)
        if kind in _SCALARS:
            return _CONSTANTS.get(id(value)) or describe(value)
        return self._look(value, kind)[2]

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
        plain = plain_text(value)
        if plain is not None:
            return plain
        known = self._texts.get(id(value))
        if known is not None and known.holds(value):
            return known.text
        if len(self._texts) >= _MOST_TEXTS:
            self._texts.clear()
        text, seen = describe_seen(value)
        self._texts[id(value)] = _Shape(value, seen, text)
        return text


class _Shape:
    """What a container held when it was described, as far as its text shows it: ids, and of values only plain ones."""

    __slots__ = ("_count", "_ids", "_inner", "_keys", "_kind", "_plain", "_size", "text")

    def __init__(self, value: Any, seen: dict[int, int], text: str) -> None:
        self.text = text
        """With the outermost, the text."""
        self._kind: Any = _kind(value)
        self._size = len(value)
        self._count = seen[id(value)]
        items = [*islice(value.values() if self._kind is dict else value, self._count)]
        keys = [*islice(value, self._count)] if self._kind is dict else []
        self._keys = [*map(id, keys)]
        self._ids = [*map(id, items)]
        # Kept alive as long as their ids are remembered, so that no other value gets them.
        self._plain = [item for item in (*keys, *items) if _may_keep(item)]
        self._inner = [
            (index, _Shape(item, seen, ""))
            for index, item in enumerate(items)
            if _kind(item) in _CONTAINERS and id(item) in seen
        ]

    def holds(self, value: Any) -> bool:
        """Whether the container would be described by the same text."""
        if len(value) != self._size or _kind(value) is not self._kind:
            return False
        items: Any = value
        if self._kind is dict:
            if [*map(id, self._first(value))] != self._keys:
                return False
            items = value.values()
        if self._count < self._size or self._kind is not list:
            items = [*self._first(items)]
        if [*map(id, items)] != self._ids:
            return False
        for index, inner in self._inner:  # noqa: SIM110  # all() takes longer
            if not inner.holds(items[index]):
                return False
        return True

    def _first(self, items: Any) -> Iterable[Any]:
        return items if self._count == self._size else islice(items, self._count)


def _may_keep(item: Any) -> bool:
    kind = _kind(item)
    if kind is tuple:
        return all(_kind(one) in _SCALARS for one in item)
    return kind in _SCALARS and ((kind is not str and kind is not bytes) or len(item) <= _KEPT_LENGTH)
