"""The order of the user middlewares: chosen when a session opens, and tried one after another without loading again."""

from __future__ import annotations

import json
from typing import Any, cast

import pytest
from helper import HEAD, LIMITS, request

from peel.batches import read_batches
from peel.engine import Engine, MisuseError

STACK = """
from starlette.middleware.gzip import GZipMiddleware

class Mark:
    def __init__(self, app, word):
        self.app, self.word = app, word

    async def __call__(self, scope, receive, send) -> None:
        if scope["type"] == "http":
            print("in", self.word)
        await self.app(scope, receive, send)

@app.middleware("http")
async def stamp(request, call_next):
    print("in stamp")
    return await call_next(request)

app.add_middleware(Mark, word="first")
app.add_middleware(GZipMiddleware, minimum_size=10)
app.add_middleware(Mark, word="last")

sub = FastAPI()
sub.add_middleware(Mark, word="sub a")
sub.add_middleware(Mark, word="sub b")

@sub.get("/")
async def inside():
    return None

app.mount("/sub", sub)
"""


def _options(source: str, order: list[int] | None = None, **more: Any) -> dict[str, Any]:
    files = {"main.py": HEAD + source}
    return {"files": files, "entry": "main.py", "app": None, "trace": True, "limits": LIMITS, "order": order, **more}


def _opened(source: str, order: list[int] | None) -> tuple[Engine, Any]:
    engine = Engine(lambda _batch: None)
    return engine, engine.call("open", _options(source, order))


def _names(opened: Any) -> list[str]:
    return [layer["name"] for layer in opened["layers"] if layer["origin"] != "framework" and "parent" not in layer]


def test_an_order_counts_the_registered_middlewares_from_the_outermost():
    engine, opened = _opened(STACK, None)
    assert _names(opened) == ["Mark", "GZipMiddleware", "Mark", "stamp"]
    engine.call("close", None)
    engine, opened = _opened(STACK, [3, 0, 2, 1])
    assert _names(opened) == ["stamp", "Mark", "Mark", "GZipMiddleware"]
    engine.call("close", None)


def test_arguments_stay_with_their_middleware_and_mounted_apps_keep_their_order():
    batches: list[str] = []
    engine = Engine(batches.append)
    engine.call("open", _options(STACK, [2, 3, 0]))
    batches.clear()
    engine.call("send", {"waitMs": 0, "requests": [request("/sub/")]})
    engine.call("close", None)
    text = json.dumps(list(read_batches(batches)), separators=(",", ":"))
    words = ["in first", "in stamp", "in last", "in sub b", "in sub a"]
    at = [text.index(f'"text":"{word}"') for word in words]
    assert at == sorted(at)


def test_an_order_that_leaves_all_out_opens_a_bare_app():
    engine, opened = _opened(STACK, [])
    assert opened["error"] is None and _names(opened) == []
    engine.call("close", None)


@pytest.mark.parametrize(
    ("order", "says"),
    [
        ([0, 4], "order names 4, and 4 middlewares are registered: count them from 0"),
        ([-1], "order names -1, and 4 middlewares are registered: count them from 0"),
        ([True], "order names True, and 4 middlewares are registered: count them from 0"),
        ([1, 1], r"order \[1, 1\] names a middleware twice"),
    ],
)
def test_an_order_that_cannot_be_is_misuse(order: list[int], says: str):
    engine = Engine(lambda _batch: None)
    with pytest.raises(MisuseError, match=says):
        engine.call("open", _options(STACK, order))
    with pytest.raises(MisuseError, match="send needs an open session"):
        engine.call("send", {"waitMs": 0, "requests": []})


def test_an_order_reaches_an_app_that_was_wrapped_by_hand():
    source = STACK + "whole = app\napp = Mark(whole, word='outside')\n"
    engine, opened = _opened(source, [3, 1])
    assert _names(opened) == ["Mark", "stamp", "GZipMiddleware"]
    engine.call("close", None)


def test_loading_stops_before_the_stack_is_built_and_a_try_goes_on_from_there():
    source = (
        STACK + "made = []\nclass Made(Mark):\n    def __init__(self, app):\n        made.append(1); self.app = app\n"
    )
    source += "    async def __call__(self, scope, receive, send) -> None: await self.app(scope, receive, send)\n"
    source += "app.add_middleware(Made)\n@app.get('/made')\nasync def count(): return made\n"
    engine = Engine(lambda _batch: None)
    groups = [{"waitMs": 0, "requests": [request("/made")]}]
    loaded = cast("Any", engine.call("load", {"open": _options(source, trace=False), "groups": groups}))
    assert loaded == {"names": ["Made", "Mark", "GZipMiddleware", "Mark#2", "stamp"], "error": None, "stop": None}
    tried = cast("Any", engine.call("try", [4, 0]))
    assert tried["error"] is None and tried["stop"] is None
    assert tried["exchanges"][0]["response"]["body"] == "[1]"
    assert cast("Any", engine.call("position", None))["exchange"] == 1
    engine.call("close", None)


def test_what_goes_wrong_while_loading_is_told_by_load():
    engine = Engine(lambda _batch: None)
    loaded = cast("Any", engine.call("load", {"open": _options("import nothing_such"), "groups": []}))
    assert loaded["names"] == [] and loaded["error"]["phase"] == "load"
    loaded = cast("Any", engine.call("load", {"open": _options("time.sleep(100)"), "groups": []}))
    assert loaded["names"] == [] and loaded["stop"]["reason"] == "time"
    source = "app = lambda scope, receive, send: None\n"
    loaded = cast("Any", engine.call("load", {"open": _options(source), "groups": []}))
    assert loaded == {"names": [], "error": None, "stop": None}
    engine.call("close", None)
