"""What is likely meant by an exception whose own words do not say it: the usual mistakes with middleware.

Looks at the frames that the exception went through; runs nothing.
"""

from __future__ import annotations

import inspect
import re
import sys
from collections.abc import Iterator
from types import FrameType
from typing import Any, NamedTuple

from peel.sources import Sources


class Advice(NamedTuple):
    """What helps, and the line to look at."""

    hint: str
    place: tuple[str, int] | None


SIGNATURE = "`async def __call__(self, scope, receive, send)`"
_SAID_TWICE = (
    "Expected ASGI message 'http.response.body', but got 'http.response.start'",
    "Unexpected ASGI message 'http.response.start' sent, after response already completed",
)
_BODY_FIRST = "Expected ASGI message 'http.response.start', but got 'http.response.body'"


def advise(exc: BaseException, sources: Sources) -> Advice | None:
    """A hint, for the mistakes that are known here."""
    text = str(exc) if isinstance(exc, TypeError | RuntimeError | AttributeError) else ""
    if isinstance(exc, TypeError):
        return _about_types(exc, text, sources)
    if isinstance(exc, AttributeError):
        return _about_run(exc)
    if text.startswith(_SAID_TWICE):
        return Advice("The response had begun already: one request has one `http.response.start`", None)
    if text.startswith(_BODY_FIRST):
        return Advice("The head comes first: send `http.response.start` with the status, then the body", None)
    if text == "No response returned.":
        hint = "What call_next() called came to its end without a response. Look at the layers further in"
        return Advice(hint, None)
    return None


def _about_types(exc: TypeError, text: str, sources: Sources) -> Advice | None:
    if "call_next() missing 1 required positional argument: 'request'" in text:
        return Advice("call_next wants the request: write `await call_next(request)`", None)
    uncalled = re.fullmatch(r"'(.+)' object is not callable", text)
    unawaited = re.fullmatch(r"(?:object (.+) can't be used in|'(.+)' object can't be awaited).*", text)
    frames = list(_frames(exc))
    if not frames or not (uncalled or unawaited):
        return None
    inner = frames[-1]
    dispatch = _dispatch(inner)
    if dispatch is not None:
        place = sources.definition(dispatch)
        if place is None:
            return None
        name = f"`{dispatch.__name__}` ({place[0]} line {place[1]})"
        if unawaited:
            return Advice(f"{name} is a plain function: write `async def {dispatch.__name__}(…)`", place)
        if uncalled and uncalled[1] == "NoneType":
            return Advice(f"{name} gave nothing back: end it with `return response`", place)
        if uncalled:
            what = f"{name} gave a {uncalled[1]} back"
            return Advice(f"{what}; it must be a Response, such as `JSONResponse(…)`", place)
    if uncalled:
        return _about_class(uncalled[1], sources)
    app = _called_app(inner)
    call = next((vars(one)["__call__"] for one in type(app).__mro__ if "__call__" in vars(one)), None)
    place = sources.definition(call) if inspect.isfunction(call) else None
    if place is None or inspect.iscoroutinefunction(call):
        return None
    where = f"{type(app).__name__}.__call__ ({place[0]} line {place[1]})"
    return Advice(f"{where} is a plain function: write {SIGNATURE}", place)


def _about_class(name: str, sources: Sources) -> Advice | None:
    """A class of the learner's whose instances cannot be called."""
    for module in sources.modules:
        found = getattr(sys.modules.get(module), name, None)
        if inspect.isclass(found) and not any("__call__" in vars(one) for one in found.__mro__):
            place = sources.definition(found)
            if place is not None:
                at = f"{name} ({place[0]} line {place[1]})"
                return Advice(f"{at} has no __call__: a middleware class needs {SIGNATURE}", place)
    return None


def _about_run(exc: AttributeError) -> Advice | None:
    if exc.name == "run" and hasattr(exc.obj, "build_middleware_stack"):
        return Advice("An app has no run(): the server is started for you. Take the line out", None)
    return None


def _dispatch(frame: FrameType) -> Any:
    """The learner's function or method, where BaseHTTPMiddleware was about to use what it gave back."""
    code = frame.f_code
    if not code.co_filename.replace("\\", "/").endswith("starlette/middleware/base.py") or code.co_name != "__call__":
        return None
    return getattr(frame.f_locals.get("self"), "dispatch_func", None)


def _called_app(frame: FrameType) -> Any:
    """The app that was being called in a layer's `await self.app(scope, receive, send)`."""
    app = getattr(frame.f_locals.get("self"), "app", None)
    # A probe stands in front of it.
    return getattr(app, "app", app) if type(app).__module__.startswith("peel.") else app


def _frames(exc: BaseException) -> Iterator[FrameType]:
    traced = exc.__traceback__
    while traced is not None:
        yield traced.tb_frame
        traced = traced.tb_next
