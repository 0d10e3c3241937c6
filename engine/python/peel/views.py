"""Copies of messages and scopes as they stand when they cross. Runs no code of the learner's, consumes nothing."""

from __future__ import annotations

import dataclasses
import hashlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import chain
from operator import itemgetter
from typing import Any, cast

from pydantic import BaseModel

from peel.events import BodyView, HeaderPairs, MessageView, ScopeChange, body_text

BODY_LIMIT = 64 * 1024
BODIES_LIMIT = 8 << 20
"""Bytes of bodies that are kept whole in one call, all together: a file of 50 MB in pieces is not."""
_HASH_CHARS = 64
_TEXT_LIMIT = 200
_ITEM_LIMIT = 20
_DEPTH = 3
# Python refuses to write integers of more than some thousand digits.
_MANY_BITS = 10_000
_TEXTS = frozenset((str, bytes))
_PAIR_KINDS = frozenset((tuple,))
_PAIR_LENGTHS = frozenset((2,))
# `type`, without the checker concluding from it.
_kind: Callable[[Any], Any] = cast("Any", type)
_COMPARED = ("method", "path", "root_path", "query_string", "headers", "scheme", "client", "server")
# What the framework keeps in a scope for itself. All else that is not compared as it stands is described.
_PLUMBING = frozenset(
    (
        *(*_COMPARED, "type", "asgi", "http_version", "raw_path", "extensions", "state"),
        *("app", "app_root_path", "router", "route", "subprotocols"),
        # Their prefixes would tell, but nearly every request has these.
        *("fastapi", "fastapi_astack", "fastapi_middleware_astack", "fastapi_inner_astack", "fastapi_function_astack"),
        "starlette.exception_handlers",
    )
)
_PLUMBING_PREFIXES = ("fastapi", "starlette.")

_HEADERS = _COMPARED.index("headers")
_NOTHING: dict[str, str] = {}
_compared = itemgetter(*_COMPARED)

# What is compared as it stands, the state's items, what was added, and all keys.
Snapshot = tuple[tuple[Any, ...], dict[str, str], dict[str, str], tuple[str, ...]]

_BODIES = ("http.request", "http.response.body", "websocket.http.response.body")

# One message passes ten rings: its text is made once. The key holds the object, so its id cannot be reused meanwhile.
_last_headers: tuple[list[tuple[bytes, bytes]], HeaderPairs] | None = None
_last_body: tuple[bytes, BodyView] | None = None
_kept = 0


def begin_bodies() -> None:
    """A call begins: as many bodies as in any other are kept in it."""
    global _kept, _last_body
    _kept, _last_body = 0, None


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
    """Body bytes, whole up to the limits."""
    global _last_body, _kept
    data = body if isinstance(body, bytes) else b""
    if isinstance(body, bytearray | memoryview):
        data = bytes(cast("bytearray", body))
    # What h11 gives is a copy: looking whether it is the same takes a tenth of the time that the hash takes.
    if _last_body is not None and _last_body[0] == data:
        return _last_body[1]
    if len(data) > BODY_LIMIT or (len(data) > _HASH_CHARS and _kept + len(data) > BODIES_LIMIT):
        view: BodyView = {
            "bytes": len(data),
            "text": None,
            "encoding": "utf8",
            "sha256": hashlib.sha256(data).hexdigest(),
        }
    else:
        _kept += len(data)
        text, encoding = body_text(data)
        view = {"bytes": len(data), "text": text, "encoding": encoding}
    _last_body = (data, view)
    return view


def view_message(message: Any) -> MessageView:
    """An ASGI message. Apps send all sorts of things; whatever it is, it gets a view."""
    if type(message) is not dict and not isinstance(message, Mapping):
        return {"type": f"<{type(message).__qualname__}>"}
    read = cast("Mapping[str, Any]", message)
    kind = str(read.get("type"))
    view: MessageView = {"type": kind}
    if "status" in read:
        status = read["status"]
        view["status"] = int(status) if isinstance(status, int) else 0
    if "headers" in read or kind == "http.response.start":
        headers = view_headers(read.get("headers", []))
        if headers is not None:
            view["headers"] = headers
    if kind in _BODIES:
        view["body"] = view_body(read.get("body", b""))
        view["more"] = bool(read.get("more_body", False))
    elif not kind.startswith("http."):
        _add_events(view, kind, read)
    return view


def _add_events(view: MessageView, kind: str, read: Mapping[str, Any]) -> None:
    """What messages of WebSockets and of the lifespan hold."""
    if kind in ("websocket.receive", "websocket.send"):
        text = read.get("text")
        view["frame"] = "binary" if text is None else "text"
        view["body"] = view_body(read.get("bytes") or b"" if text is None else _utf8(text))
    elif kind == "websocket.accept":
        view["subprotocol"] = _optional(read.get("subprotocol"))
    elif kind in ("websocket.close", "websocket.disconnect"):
        code = read.get("code", 1000 if kind == "websocket.close" else 1005)
        view["code"] = int(code) if isinstance(code, int) else 0
        view["reason"] = _optional(read.get("reason")) or ""
    elif "message" in read:
        view["reason"] = _text(read["message"])


def view_scope(scope: Mapping[str, Any]) -> dict[str, Any]:
    """The part of a scope that can be written down."""
    view: dict[str, Any] = {"type": scope["type"]}
    for key in ("http_version", "method", "scheme", "path", "root_path"):
        if key in scope:
            view[key] = _text(scope[key])
    if "query_string" in scope:
        view["query_string"] = _latin(scope["query_string"])
    if "headers" in scope:
        view["headers"] = view_headers(scope["headers"]) or []
    for key in ("client", "server"):
        if key in scope:
            view[key] = list(scope[key]) if scope[key] is not None else None
    if scope.get("state") is not None:
        view["state"] = {str(key): describe(value) for key, value in scope["state"].items()}
    return view


def snapshot(scope: Mapping[str, Any]) -> Snapshot:
    """What `changes()` needs to know later; a copy, for layers change scopes in place."""
    try:
        values = _compared(scope)
    except KeyError:
        values = tuple(scope.get(key, _MISSING) for key in _COMPARED)
    headers = values[_HEADERS]
    if type(headers) is list:
        values = (*values[:_HEADERS], list(cast("list[Any]", headers)), *values[_HEADERS + 1 :])
    state: Any = scope.get("state")
    described = _NOTHING
    if state and isinstance(state, Mapping):
        described = {str(key): describe(value) for key, value in cast("Mapping[Any, Any]", state).items()}
    return values, described, _more(scope) if scope.keys() - _PLUMBING else _NOTHING, tuple(scope)


def is_unchanged(before: Snapshot, scope: Mapping[str, Any]) -> bool:
    """A quick look that finds most scopes to be what they were; else `snapshot()` and `changes()` tell."""
    if before[1] is not _NOTHING or before[2] is not _NOTHING or scope.get("state"):
        return False
    try:
        return _compared(scope) == before[0] and tuple(scope) == before[3]
    except KeyError:
        return False


def _more(scope: Mapping[str, Any]) -> dict[str, str]:
    """What a program added, and what the router found."""
    more: dict[str, str] = {}
    for key, value in scope.items():
        if key in _PLUMBING or key.startswith(_PLUMBING_PREFIXES):
            continue
        if key == "endpoint":
            more[key] = _name_of(value)
        elif key != "path_params" or value:  # a session notes it when somebody asks whether it is empty
            more[key] = describe(value)
    return more


def changes(before: Snapshot, after: Snapshot) -> list[ScopeChange]:
    """What differs between the scope at the next outer ring and here."""
    found: list[ScopeChange] = []
    if before[0] != after[0]:
        for key, old, new in zip(_COMPARED, before[0], after[0], strict=True):
            if old != new:
                found.append({"key": key, "before": _shown(key, old), "after": _shown(key, new)})
    for prefix, olds, news in (("", before[2], after[2]), ("state.", before[1], after[1])):
        if olds != news:
            for key in [*olds, *(key for key in news if key not in olds)]:
                if olds.get(key) != news.get(key):
                    found.append({"key": f"{prefix}{key}", "before": olds.get(key), "after": news.get(key)})
    return found


def describe(value: Any, depth: int = _DEPTH) -> str:
    """Like repr, but it runs no `__repr__` of a learner's class, shows no addresses and stops early."""
    if depth == _DEPTH:
        plain = plain_text(value)
        if plain is not None:
            return plain
    text = _describe(value, depth)
    return text if len(text) <= _TEXT_LIMIT else f"{text[: _TEXT_LIMIT - 1]}…"


def describe_seen(value: Any) -> tuple[str, dict[int, int]]:
    """What `describe()` gives, and of how many of its items the text was made, by the id of each container in it.

    A container that is not there was not looked at.
    """
    global _seen
    before, _seen = _seen, {}
    try:
        text = _describe(value, _DEPTH)
        seen = _seen
    finally:
        _seen = before
    return (text if len(text) <= _TEXT_LIMIT else f"{text[: _TEXT_LIMIT - 1]}…"), seen


_seen: dict[int, int] | None = None


def plain_text(value: Any) -> str | None:
    """What `describe()` gives for a dict or list of a few short plain values, such as a message; None for others.

    It is Python's own repr, which is made ten times as fast.

    """
    text = _plain_repr(value)
    # What stops early is cut within what it has in common with the whole.
    return text if text is None or len(text) <= _TEXT_LIMIT else f"{text[: _TEXT_LIMIT - 1]}…"


def _plain_repr(value: Any) -> str | None:
    kind = _kind(value)
    if (kind is not dict and kind is not list) or not 0 < len(value) <= _ITEM_LIMIT:
        return None
    if kind is dict:
        if not _is_text(value):
            return None
        items = value.values()
    else:
        items = value
    for item in items:
        kind = _kind(item)
        if kind is str or kind is bytes:
            if len(item) > _TEXT_LIMIT:
                return None
        elif kind is list and value is not items:
            if not _is_pairs(item):
                return None
        elif kind is tuple and value is items:
            return repr(cast("object", value)) if _is_pairs(items) else None
        elif kind is int:
            if item.bit_length() >= _MANY_BITS:
                return None
        elif item is not None and kind is not bool and kind is not float:
            return None
    return repr(cast("object", value))


def _is_text(items: Any) -> bool:
    return _TEXTS.issuperset(map(type, items)) and max(map(len, items)) <= _TEXT_LIMIT


def _is_pairs(items: Any) -> bool:
    """Whether it is a list of a few headers."""
    if not items:
        return True
    return (
        len(items) <= _ITEM_LIMIT
        and _PAIR_KINDS.issuperset(map(type, items))
        and _PAIR_LENGTHS.issuperset(map(len, items))
        and _is_text([*chain.from_iterable(items)])
    )


def _describe(value: Any, depth: int) -> str:
    kind = _kind(value)
    if kind is str or kind is bytes or kind is bytearray:
        return repr(value if len(value) <= _TEXT_LIMIT else value[:_TEXT_LIMIT])
    if kind is int:
        # Python refuses to write longer ones.
        return repr(value) if value.bit_length() < _MANY_BITS else f"<int of {value.bit_length()} bits>"
    if kind is bool or value is None or kind is float or kind is complex:
        return repr(value)
    if depth == 0:
        return "…"
    if kind is list:
        return f"[{_listed(value, depth)}]"
    if kind is tuple:
        return f"({_listed(value, depth)}{',' if len(value) == 1 else ''})"
    if kind is dict:
        return _describe_dict(value, depth)
    if kind is set or kind is frozenset:
        return _describe_set(cast("set[Any]", value), depth)
    if issubclass(kind, dict):
        return f"{kind.__qualname__}({_describe_dict(value, depth)})"
    if issubclass(kind, list):
        return f"{kind.__qualname__}([{_listed(cast('Any', list).copy(value), depth)}])"
    if kind.__module__ in ("datetime", "decimal", "uuid", "pathlib", "ipaddress"):
        return repr(value)
    fields: dict[str, Any] | None = None
    if isinstance(value, BaseModel) or kind.__module__ == "starlette.authentication":
        fields = dict(vars(value))
    elif dataclasses.is_dataclass(value):
        fields = {field.name: getattr(value, field.name, None) for field in dataclasses.fields(value)}
    if fields is None:
        return f"<{kind.__qualname__}>"
    parts = (f"{name}={_describe(one, depth - 1)}" for name, one in fields.items())
    return f"{kind.__qualname__}({_joined(parts, fields)})"


def _describe_dict(value: dict[Any, Any], depth: int) -> str:
    # Past what a subclass may have made of these methods: sessions note who reads them.
    plain: Any = dict
    pairs: Iterable[tuple[Any, Any]] = plain.items(value)
    return f"{{{_joined((f'{_describe(k, depth - 1)}: {_describe(v, depth - 1)}' for k, v in pairs), value)}}}"


def _describe_set(value: set[Any] | frozenset[Any], depth: int) -> str:
    if _seen is not None:
        _seen[id(value)] = min(len(value), _ITEM_LIMIT)
    if len(value) > _ITEM_LIMIT:
        # Which of them come first is chance.
        return f"{{… {len(value)} items}}"
    items = sorted(_describe(item, depth - 1) for item in value)
    return f"{{{', '.join(items)}}}" if items else "set()"


def _listed(items: Sequence[Any], depth: int) -> str:
    return _joined((_describe(item, depth - 1) for item in items), items)


def _joined(parts: Iterable[str], of: Any) -> str:
    """Parts with commas; as many as are shown, and how many there are more of that container."""
    shown: list[str] = []
    length = 0
    for part in parts:
        shown.append(part)
        length += len(part)
        if length > _TEXT_LIMIT or len(shown) == _ITEM_LIMIT:
            break
    if _seen is not None:
        _seen[id(of)] = len(shown)
    count: int = cast("Any", dict).__len__(of) if isinstance(of, dict) else len(of)
    if len(shown) < count:
        shown.append(f"… {count - len(shown)} more")
    return ", ".join(shown)


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


def _name_of(endpoint: Any) -> str:
    # A mounted app stands behind a probe of ours.
    while type(endpoint).__module__ == "peel.probe":
        endpoint = endpoint.app
    return str(getattr(endpoint, "__name__", type(endpoint).__name__))


def _optional(value: Any) -> str | None:
    return None if value is None else _text(value)


def _utf8(value: Any) -> bytes:
    return value.encode("utf-8", "surrogatepass") if isinstance(value, str) else b""


def _latin(value: Any) -> str:
    if type(value) is bytes:
        return value.decode("latin-1")
    return bytes(value).decode("latin-1") if isinstance(value, bytes | bytearray) else _text(value)


def _text(value: Any) -> str:
    return value if type(value) is str else describe(value)
