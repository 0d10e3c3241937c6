"""The door to JavaScript: JSON in, JSON out, nothing left behind. Imports nothing of the browser's."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any, Protocol

from pydantic_core import PydanticSerializationError, to_json

from peel import determinism
from peel.engine import Engine, MisuseError
from peel.fetches import Browser

LONG = 16 << 10
"""Bytes from which an answer goes as UTF-8: as a string it would be carried over character by character."""


class Carried(Protocol):
    """Bytes of JavaScript's."""

    def to_bytes(self) -> bytes:
        """Give a copy."""
        ...


def install(
    emit: Callable[[str], None],
    heap_bytes: Callable[[], int] | None = None,
    browser: Callable[[Any], Any] | None = None,
    across: Callable[[bytes], Any] | None = None,
) -> Callable[[str, str | Carried], Any]:
    """Make the one function that the worker calls; it takes and gives JSON, as text or as UTF-8.

    `emit` gets batches of trace events (see `peel.batches`); `heap_bytes` says how large the memory has become;
    `browser` is asked what becomes of a page's request, with JSON as text or as UTF-8 too; `across` makes bytes of
    JavaScript's, and without it everything goes as text.
    """
    engine = Engine(emit, heap_bytes, _carrying(browser, across) if browser is not None else None)
    determinism.prepare()

    def call(name: str, payload: str | Carried) -> Any:
        try:
            value = engine.call(name, json.loads(payload if isinstance(payload, str) else payload.to_bytes()))
        except Exception as exc:
            kind = "misuse" if isinstance(exc, MisuseError) else "bug"
            message = str(exc) if kind == "misuse" else f"{type(exc).__name__}: {exc}"
            return answer({"ok": False, "error": {"kind": kind, "message": message}})
        return answer({"ok": True, "value": value})

    def answer(value: object) -> Any:
        try:
            data = to_json(value)
        except PydanticSerializationError:
            # Text with half a surrogate pair is not UTF-8.
            return json.dumps(value)
        return data.decode() if across is None or len(data) < LONG else across(data)

    return call


def _carrying(browser: Callable[[Any], Any], across: Callable[[bytes], Any] | None) -> Browser:
    def ask(question: str) -> str:
        data = question.encode()
        answer = browser(question if across is None or len(data) < LONG else across(data))
        return answer if isinstance(answer, str) else answer.to_bytes().decode()

    return ask
