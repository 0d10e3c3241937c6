"""Events of messages as JSON text. One message passes ten rings, mostly unchanged: its text is made once."""

from __future__ import annotations

from typing import Any, Literal, cast

from peel.tracer import encode
from peel.views import begin_bodies, view_message

Way = Literal["send", "receive"]

_HEAD = "http.response.start"
_BODIES = ("http.response.body", "http.request")

# Heads by status and header list, as a tuple: the next request is mostly answered like the last one.
_heads: dict[tuple[Any, ...], str] = {}
_MOST_HEADS = 100
_last_head: tuple[Way, Any, list[Any], str] = ("send", object(), [], "")
_NO_BODY: tuple[Way, str, Any, Any, str] = ("send", "", None, None, "")
_last_body = _NO_BODY


def begin_messages() -> None:
    """A call begins: whether a body is kept whole is asked anew."""
    global _last_body
    _last_body = _NO_BODY
    begin_bodies()


def message_text(way: Way, message: Any) -> str:
    """An event with the field `message`, as `views.view_message()` has it."""
    if type(message) is not dict:
        return _text(way, message)
    given = cast("dict[str, Any]", message)
    kind = given.get("type")
    if kind in _BODIES:
        last = _last_body
        body, more = given.get("body"), given.get("more_body", False)
        if last[2] is body and last[3] is more and last[1] == kind and last[0] is way:
            return last[4]
        return _body_text(way, given, kind, body, more)
    if kind == _HEAD:
        headers = given.get("headers")
        last = _last_head
        # By what they hold: layers change the list in place.
        if type(headers) is list and last[2] == headers and last[1] == given.get("status") and last[0] is way:
            return last[3]
        return _head_text(way, given, headers)
    return _text(way, given)


def _body_text(way: Way, message: dict[str, Any], kind: str, body: Any, more: Any) -> str:
    global _last_body
    if body is not None and type(body) is not bytes:
        return _text(way, message)
    _, last_kind, last_body, last_more, text = _last_body
    if _last_body[0] is not way or last_kind != kind or last_more is not more or last_body != body:
        text = _text(way, message)
    _last_body = (way, kind, body, more, text)
    return text


def _head_text(way: Way, message: dict[str, Any], headers: Any) -> str:
    global _last_head
    if type(headers) is not list:
        return _text(way, message)
    pairs = cast("list[Any]", headers)
    status = message.get("status")
    # True and 1 are the same key.
    key = (way, status, *pairs) if type(status) is int else None
    try:
        text = _heads.get(key) if key is not None else None
    except TypeError:  # a header is a list
        key = text = None
    if text is None:
        text = _text(way, message)
        if key is not None and all(_is_plain(pair) for pair in pairs):
            if len(_heads) >= _MOST_HEADS:
                _heads.clear()
            _heads[key] = text
    _last_head = (way, status, list(pairs), text)
    return text


def _is_plain(pair: Any) -> bool:
    return type(pair) is tuple and all(type(part) is bytes for part in cast("tuple[Any, ...]", pair))


def _text(way: Way, message: Any) -> str:
    return encode({"kind": way, "message": view_message(message)})
