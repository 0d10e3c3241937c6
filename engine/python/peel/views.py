"""Copies of messages and scopes as they stand when they cross. Runs no code of the learner's, consumes nothing."""

from __future__ import annotations

import dataclasses
import hashlib
from collections.abc import Mapping, Sequence
from typing import Any, cast

from pydantic import BaseModel

from peel.events import BodyView, HeaderPairs, MessageView, ScopeChange, body_text

BODY_LIMIT = 64 * 1024
_TEXT_LIMIT = 200
_SCALARS = (str, int, float, complex, bool, bytes, bytearray, type(None))
_COMPARED = ("method", "path", "root_path", "query_string", "headers", "scheme", "client", "server")

Snapshot = tuple[list[Any], dict[str, str]]

# One message passes ten rings: its text is made once. The key holds the object, so its id cannot be reused meanwhile.
_last_headers: tuple[list[tuple[bytes, bytes]], HeaderPairs] | None = None
_last_body: tuple[bytes, BodyView] | None = None


# Mostly the same few headers, at every ring and in every request.
_known_pairs: dict[tuple[bytes, bytes], list[str]] = {}
_MOST_PAIRS = 1000


def _learn_pair(name: bytes, value: bytes) -> list[str]:
    if len(_known_pairs) >= _MOST_PAIRS:
        _known_pairs.clear()
    pair = _known_pairs[name, value] = [name.decode("latin-1"), value.decode("latin-1")]
    return pair


def view_headers(headers: Any) -> HeaderPairs | None:
    """Header pairs as text; None for what cannot be read twice, such as a generator."""
    if not isinstance(headers, list | tuple):
        return None
    global _last_headers
    given = cast("Sequence[tuple[Any, Any]]", headers)
    if _last_headers is not None and _last_headers[0] == given:
        return _last_headers[1]
    pairs: HeaderPairs = []
    plain = True
    try:
        for name, value in given:
            if type(name) is bytes and type(value) is bytes:
                pairs.append(_known_pairs.get((name, value)) or _learn_pair(name, value))
            else:
                pairs.append([_latin(name), _latin(value)])
                plain = False
    except (TypeError, ValueError):
        return None
    if plain:
        _last_headers = (list(given), pairs)
    return pairs


def view_body(body: Any) -> BodyView:
    """Body bytes, whole up to the limit."""
    global _last_body
    data = body if isinstance(body, bytes) else b""
    if isinstance(body, bytearray | memoryview):
        data = bytes(cast("bytearray", body))
    if _last_body is not None and _last_body[0] is data:
        return _last_body[1]
    if len(data) > BODY_LIMIT:
        view: BodyView = {
            "bytes": len(data),
            "text": None,
            "encoding": "utf8",
            "sha256": hashlib.sha256(data).hexdigest(),
        }
    else:
        text, encoding = body_text(data)
        view = {"bytes": len(data), "text": text, "encoding": encoding}
    _last_body = (data, view)
    return view


def view_message(message: Any) -> MessageView:
    """An ASGI message. Apps send all sorts of things; whatever it is, it gets a view."""
    if type(message) is not dict and not isinstance(message, Mapping):
        return {"type": f"<{type(message).__qualname__}>"}
    read = cast("Mapping[str, Any]", message)
    view: MessageView = {"type": str(read.get("type"))}
    if "status" in read:
        status = read["status"]
        view["status"] = int(status) if isinstance(status, int) else 0
    if "headers" in read or view["type"] == "http.response.start":
        headers = view_headers(read.get("headers", []))
        if headers is not None:
            view["headers"] = headers
    if view["type"] in ("http.request", "http.response.body"):
        view["body"] = view_body(read.get("body", b""))
        view["more"] = bool(read.get("more_body", False))
    return view


def view_scope(scope: Mapping[str, Any]) -> dict[str, Any]:
    """The part of a scope that can be written down."""
    view: dict[str, Any] = {"type": scope["type"]}
    for key in ("http_version", "method", "scheme", "path", "root_path"):
        if key in scope:
            view[key] = _text(scope[key])
    if "query_string" in scope:
        view["query_string"] = _latin(scope["query_string"])
    view["headers"] = view_headers(scope.get("headers")) or []
    for key in ("client", "server"):
        if key in scope:
            view[key] = list(scope[key]) if scope[key] is not None else None
    if scope.get("state") is not None:
        view["state"] = {str(key): describe(value) for key, value in scope["state"].items()}
    return view


def snapshot(scope: Mapping[str, Any]) -> Snapshot:
    """What `changes()` needs to know later; a copy, for layers change scopes in place."""
    values = [scope.get(key, _MISSING) for key in _COMPARED]
    headers = values[4]
    if isinstance(headers, list):
        values[4] = list(cast("list[Any]", headers))
    state: Any = scope.get("state")
    if not isinstance(state, Mapping) or not state:
        return values, {}
    return values, {str(key): describe(value) for key, value in cast("Mapping[Any, Any]", state).items()}


def changes(before: Snapshot, after: Snapshot) -> list[ScopeChange]:
    """What differs between the scope at the next outer ring and here."""
    found: list[ScopeChange] = []
    if before[0] != after[0]:
        for key, old, new in zip(_COMPARED, before[0], after[0], strict=True):
            if old != new:
                found.append({"key": key, "before": _shown(key, old), "after": _shown(key, new)})
    if before[1] != after[1]:
        for key in [*before[1], *(key for key in after[1] if key not in before[1])]:
            if before[1].get(key) != after[1].get(key):
                found.append({"key": f"state.{key}", "before": before[1].get(key), "after": after[1].get(key)})
    return found


def describe(value: Any, depth: int = 3) -> str:
    """Like repr, but it runs no `__repr__` of a learner's class, and shows no addresses."""
    text = _describe(value, depth)
    return text if len(text) <= _TEXT_LIMIT else f"{text[: _TEXT_LIMIT - 1]}…"


def _describe(value: Any, depth: int) -> str:
    kind = cast("type[Any]", type(value))
    if kind in _SCALARS:
        return repr(value)
    if depth == 0:
        return "…"
    if kind is list or kind is tuple or kind is set or kind is frozenset:
        items = [_describe(item, depth - 1) for item in value]
        if kind is list:
            return f"[{', '.join(items)}]"
        if kind is tuple:
            return f"({', '.join(items)}{',' if len(items) == 1 else ''})"
        return f"{{{', '.join(sorted(items))}}}" if items else "set()"
    if kind is dict:
        pairs = cast("dict[Any, Any]", value).items()
        return f"{{{', '.join(f'{_describe(k, depth - 1)}: {_describe(v, depth - 1)}' for k, v in pairs)}}}"
    if kind.__module__ in ("datetime", "decimal", "uuid", "pathlib", "ipaddress"):
        return repr(value)
    fields: dict[str, Any] | None = None
    if isinstance(value, BaseModel):
        fields = dict(vars(value))
    elif dataclasses.is_dataclass(value):
        fields = {field.name: getattr(value, field.name, None) for field in dataclasses.fields(value)}
    if fields is None:
        return f"<{kind.__qualname__}>"
    return f"{kind.__qualname__}({', '.join(f'{k}={_describe(v, depth - 1)}' for k, v in fields.items())})"


class _Missing:
    def __eq__(self, other: object) -> bool:
        return other is self

    __hash__ = object.__hash__


_MISSING = _Missing()


def _shown(key: str, value: Any) -> str | None:
    if value is _MISSING:
        return None
    if key == "headers":
        pairs = view_headers(value)
        return "\n".join(f"{name}: {text}" for name, text in pairs) if pairs is not None else describe(value)
    return describe(value)


def _latin(value: Any) -> str:
    if type(value) is bytes:
        return value.decode("latin-1")
    return bytes(value).decode("latin-1") if isinstance(value, bytes | bytearray) else _text(value)


def _text(value: Any) -> str:
    return value if type(value) is str else describe(value)
