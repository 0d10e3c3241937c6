"""Where an exception was born, which rings it passed, who stopped it, and what was made of it."""

from __future__ import annotations

from typing import Any

import pytest
from helper import OFFSET, Run, run
from test_websocket import SOCKETS, talk

GROUPING = """
class Grouping:
    def __init__(self, app) -> None: self.app = app  # whatever comes next inside
    async def __call__(self, scope, receive, send) -> None:
        if scope["type"] == "lifespan":
            return await self.app(scope, receive, send)
        async with asyncio.TaskGroup() as group:
            group.create_task(self.app(scope, receive, send))
"""


def raised(result: Run, exchange: int = 0) -> list[tuple[str, str, bool]]:
    events = result.of("raise", exchange=exchange)
    return [(event["layer"], event["error"]["type"], event["born"]) for event in events]


def caught(result: Run, exchange: int = 0) -> list[tuple[str, str, bool]]:
    events = result.of("catch", exchange=exchange)
    return [(event["layer"], event["error"]["type"], event["answered"]) for event in events]


def same_untraced(source: str, *groups: Any) -> Run:
    traced, untraced = run(source, *groups), run(source, *groups, trace=False)
    assert traced.exchanges == untraced.exchanges
    assert [text for _, text in traced.prints()] == [text for _, text in untraced.prints()]
    return traced


def test_a_group_around_an_exception_is_the_same_exception_going_on():
    source = (
        GROUPING
        + """
app.add_middleware(Grouping)
@app.get("/")
async def root(): raise ValueError("inside")
"""
    )
    result = same_untraced(source, "/")
    assert result.exchanges[0]["error"]["type"] == "ExceptionGroup"
    events = raised(result)
    assert [(layer, kind) for layer, kind, born in events if born] == [("endpoint", "ValueError")]
    assert ("Grouping", "ExceptionGroup", False) in events
    assert caught(result) == [("server", "ExceptionGroup", False)]


def test_a_group_that_is_born_whole_and_taken_apart():
    source = (
        GROUPING
        + """
class Some:
    def __init__(self, app) -> None: self.app = app  # whatever comes next inside
    async def __call__(self, scope, receive, send) -> None:
        try:
            await self.app(scope, receive, send)
        except* ValueError:
            print("took the ValueError")
app.add_middleware(Some)
@app.get("/")
async def root():
    async def fail(kind): raise kind("x")
    async with asyncio.TaskGroup() as group:
        group.create_task(fail(ValueError))
        group.create_task(fail(KeyError))
"""
    )
    result = same_untraced(source, "/")
    assert [(layer, kind) for layer, kind, born in raised(result) if born] == [("endpoint", "ExceptionGroup")]
    assert caught(result)[0] == ("Some", "ValueError", False)
    assert raised(result)[-1] == ("ServerErrorMiddleware", "ExceptionGroup", False)
    assert result.response()["status"] == 500


def test_a_group_that_is_opened_again_is_the_same_exception():
    source = (
        GROUPING
        + """
class Opens:
    def __init__(self, app) -> None: self.app = app  # whatever comes next inside
    async def __call__(self, scope, receive, send) -> None:
        try:
            await self.app(scope, receive, send)
        except ExceptionGroup as group:
            raise group.exceptions[0]
app.add_middleware(Grouping)
app.add_middleware(Opens)
@app.get("/")
async def root(): raise ValueError("inside")
"""
    )
    result = same_untraced(source, "/")
    assert [layer for layer, _, born in raised(result) if born] == ["endpoint"]
    assert ("Opens", "ValueError", False) in raised(result)
    assert result.exchanges[0]["error"]["type"] == "ValueError"


def test_who_caught_it_still_knows_where_it_came_from():
    source = """
from fastapi import HTTPException
@app.middleware("http")
async def around(request, call_next):
    try:
        return await call_next(request)
    except KeyError as exc:
        exc.__traceback__ = None
        return PlainTextResponse("caught", status_code=503)
@app.get("/")
async def root(): raise KeyError("x")
"""
    result = same_untraced(source, "/")
    [event] = result.of("catch")
    assert (event["layer"], event["answered"], event["error"]["line"]) == ("around", True, OFFSET + 11)


def test_an_exception_with_a_handler_after_the_response_has_begun():
    source = """
class Shop(Exception): pass
@app.exception_handler(Shop)
async def sorry(request, exc): return PlainTextResponse("sorry", status_code=409)
class Late:
    def __init__(self, app) -> None: self.app = app  # whatever comes next inside
    async def __call__(self, scope, receive, send) -> None:
        await self.app(scope, receive, send)
        if scope["type"] == "http": raise Shop("after")
app.add_middleware(Late)
@app.get("/late")
async def late(): return 1
@app.get("/stream")
async def stream():
    async def parts():
        yield "one"
        raise Shop("midway")
    return StreamingResponse(parts())
"""
    result = same_untraced(source, "/late", "/stream")
    assert result.response(0)["body"] == "1" and result.exchanges[0]["error"]["type"] == "Shop"
    assert [(layer, kind) for layer, kind, born in raised(result) if born] == [("Late", "Shop")]
    assert caught(result)[-1] == ("server", "Shop", False)
    # The handler cannot answer any more: Starlette makes another exception of it.
    assert next((layer, kind) for layer, kind, born in raised(result, 1) if born) == ("endpoint", "RuntimeError")
    assert result.response(1)["body"] == "one"
    assert "already started" in result.exchanges[1]["error"]["message"]


@pytest.mark.parametrize(("path", "code"), [("/refuse", 1008), ("/fails", None), ("/later", 3001)])
def test_exceptions_of_websockets(path: str, code: int | None):
    source = (
        SOCKETS
        + """
@app.websocket("/refuse")
async def refuse(ws: WebSocket):
    await ws.accept()
    raise WebSocketException(1008, "not you")
@app.websocket("/fails")
async def fails(ws: WebSocket):
    await ws.accept()
    raise ValueError("torn")
class Teapot(Exception): pass
@app.exception_handler(Teapot)
async def pour(ws, exc): await ws.close(3001, "tea")
@app.websocket("/later")
async def later(ws: WebSocket):
    await ws.accept()
    raise Teapot()
"""
    )
    result = same_untraced(source, talk(path))
    close = result.exchanges[0]["socket"]["close"]
    assert (close and close["code"]) == code
    if code is None:  # uvicorn hangs up
        assert [layer for layer, _, born in raised(result) if born] == ["endpoint"]
        assert caught(result) == [("server", "ValueError", False)]
    else:
        closes = [event["layer"] for event in result.of("send") if event["message"]["type"] == "websocket.close"]
        assert closes[0] in ("endpoint", "ExceptionMiddleware")
        assert result.exchanges[0]["error"] is None


def test_an_exception_at_shutdown_passes_the_layers():
    source = """
from contextlib import asynccontextmanager
@asynccontextmanager
async def life(app):
    yield
    raise ValueError("cannot close")
app = FastAPI(lifespan=life)
@app.get("/")
async def root(): return 1
"""
    result = same_untraced(source, "/")
    failed = [event for event in result.lifespan() if event["kind"] == "raise" and event["born"]]
    assert [(event["layer"], event["error"]["line"]) for event in failed] == [("APIRouter", OFFSET + 6)]
    assert result.of("lifespan")[-1]["status"] == "failed"
