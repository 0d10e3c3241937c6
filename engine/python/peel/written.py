"""Messages as JSON text, for events. One message passes ten rings, mostly unchanged: its text is made once."""

from __future__ import annotations

from typing import Any, cast

from peel.tracer import encode
from peel.views import view_message

_last_head: tuple[Any, list[Any], str] | None = None
_last_body: tuple[str, bytes, Any, str] | None = None


def message_text(message: Any) -> str:
    """The field `message` of an event, as `views.view_message()` has it."""
    global _last_head, _last_body
    if type(message) is not dict:
        return _text(message)
    given = cast("dict[str, Any]", message)
    kind = given.get("type")
    if kind == "http.response.start":
        status, headers = given.get("status"), given.get("headers")
        if type(headers) is not list:
            return _text(given)
        pairs = cast("list[Any]", headers)
        if _last_head is not None and _last_head[0] == status and _last_head[1] == pairs:
            return _last_head[2]
        text = _text(given)
        # A copy: layers change the list in place.
        _last_head = (status, list(pairs), text)
        return text
    if kind == "http.response.body" or kind == "http.request":
        body, more = given.get("body", b""), given.get("more_body", False)
        if type(body) is not bytes:
            return _text(given)
        last = _last_body
        if last is not None and last[1] is body and last[0] == kind and last[2] is more:
            return last[3]
        text = _text(given)
        _last_body = (kind, body, more, text)
        return text
    return _text(given)


def _text(message: Any) -> str:
    return f'"message":{encode(view_message(message))}'
