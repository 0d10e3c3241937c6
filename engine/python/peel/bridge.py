"""The door to JavaScript: strings in, strings out, nothing left behind. Imports nothing of the browser's."""

from __future__ import annotations

import json
from collections.abc import Callable

from peel import determinism
from peel.engine import Engine, MisuseError
from peel.fetches import Browser


def install(
    emit: Callable[[str], None],
    heap_bytes: Callable[[], int] | None = None,
    browser: Browser | None = None,
) -> Callable[[str, str], str]:
    """Make the one function that the worker calls.

    `emit` gets batches of trace events as JSON arrays; `heap_bytes` says how large the memory has become; `browser` is
    asked what becomes of a page's request.
    """
    engine = Engine(emit, heap_bytes, browser)
    determinism.prepare()

    def call(name: str, payload: str) -> str:
        try:
            value = engine.call(name, json.loads(payload))
        except Exception as exc:
            kind = "misuse" if isinstance(exc, MisuseError) else "bug"
            message = str(exc) if kind == "misuse" else f"{type(exc).__name__}: {exc}"
            return _dump({"ok": False, "error": {"kind": kind, "message": message}})
        return _dump({"ok": True, "value": value})

    return call


def _dump(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
