"""Replaces attributes of modules and classes for the life of a session, and puts them back. Knows no reasons."""

from __future__ import annotations

from typing import Any, cast

_ABSENT = object()


class Patches:
    """A stack of replaced attributes."""

    def __init__(self) -> None:
        self._undo: list[tuple[Any, str, Any]] = []

    def set(self, owner: Any, name: str, value: Any) -> None:
        """Replace an attribute until `undo()`."""
        own = cast("dict[str, Any]", vars(owner)).get(name, _ABSENT)
        self._undo.append((owner, name, own))
        setattr(owner, name, value)

    def undo(self) -> None:
        """Put everything back, last first."""
        while self._undo:
            owner, name, value = self._undo.pop()
            if value is _ABSENT:
                delattr(owner, name)
            else:
                setattr(owner, name, value)
