"""Dependencies, exception handlers and background tasks in the trace. Needs sys.monitoring; Pyodide has it."""

from __future__ import annotations

from typing import Any

import pytest
from helper import OFFSET, Run, request, run
from test_websocket import talk

from peel.calls import AVAILABLE

pytestmark = pytest.mark.skipif(not AVAILABLE, reason="this Python has no sys.monitoring (3.12 and later have it)")

IMPORTS = """
import functools
from dataclasses import dataclass
from typing import Annotated
from fastapi import APIRouter, HTTPException, Response, Security
from fastapi.security import HTTPBearer
from starlette.background import BackgroundTask, BackgroundTasks as Several
"""
START = OFFSET + IMPORTS.count("\n")


def told(result: Run, kind: str = "depends", exchange: int = 0) -> list[tuple[Any, ...]]:
    """Phase, name and what came of it."""
    return [
        (event["phase"], event["name"], *[event["value"] for _ in ("",) if "value" in event], *_type_of(event))
        for event in result.of(kind, exchange=exchange)
    ]


def _type_of(event: dict[str, Any]) -> list[str]:
    return [event["error"]["type"]] if "error" in event else []


def same_untraced(source: str, *groups: Any) -> Run:
    """Run it with and without a trace; both must have the same effects."""
    traced, untraced = run(source, *groups), run(source, *groups, trace=False)
    assert traced.exchanges == untraced.exchanges
    assert [text for _, text in traced.prints()] == [text for _, text in untraced.prints()]
    assert not {"depends", "handler", "background"} & {event["kind"] for event in untraced.events}
    return traced


def test_functions_are_told_with_what_they_return():
    source = (
        IMPORTS
        + """
def number(n: int = 3):
    return n
async def double(n=Depends(number)):
    await asyncio.sleep(0)
    return n * 2
@app.get("/")
async def root(both=Depends(double), again=Depends(number)):
    return [both, again]
"""
    )
    result = same_untraced(source, "/")
    assert result.response()["body"] == "[6,3]"
    assert told(result) == [
        ("call", "number"),
        ("return", "number", "3"),
        ("call", "double"),
        ("return", "double", "6"),
    ]
    first = result.of("depends")[0]
    assert (first["layer"], first["exchange"], first["file"], first["line"]) == ("endpoint", 0, "main.py", START + 2)


def test_generators_have_two_halves():
    source = (
        IMPORTS
        + """
def plain():
    yield {"db": 1}
    print("closed")
async def waiting():
    await asyncio.sleep(0)
    yield "w"
    await asyncio.sleep(0)
@app.get("/")
async def root(a=Depends(plain), b=Depends(waiting)): return [a, b]
"""
    )
    result = same_untraced(source, "/")
    assert told(result) == [
        ("call", "plain"),
        ("yield", "plain", "{'db': 1}"),
        ("call", "waiting"),
        ("yield", "waiting", "'w'"),
        ("resume", "waiting"),
        ("return", "waiting"),
        ("resume", "plain"),
        ("return", "plain"),
    ]
    kinds = [event["kind"] for event in result.events]
    assert kinds.index("route") < kinds.index("depends")


def test_classes_instances_methods_and_partials():
    source = (
        IMPORTS
        + """
class Paging:
    def __init__(self, limit: int = 10): self.limit = limit
@dataclass
class Sorting:
    by: str = "name"
class Checker:
    def __init__(self, role): self.role = role
    def __call__(self, request: Request): return self.role
class Service:
    async def load(self): return "loaded"
service = Service()
def scaled(n: int, by: int = 1): return n * by
@app.get("/{n}")
async def root(
    paging: Annotated[Paging, Depends()],
    sorting: Sorting = Depends(),
    role=Depends(Checker("admin")),
    token=Depends(HTTPBearer(auto_error=False)),
    loaded=Depends(service.load),
    many=Depends(functools.partial(scaled, by=3)),
): return [paging.limit, sorting.by, role, token, loaded, many]
"""
    )
    result = same_untraced(source, "/2")
    assert result.response()["body"] == '[10,"name","admin",null,"loaded",6]'
    assert told(result) == [
        ("call", "Paging"),
        ("return", "Paging", "<Paging>"),
        ("call", "Sorting"),
        ("return", "Sorting", "Sorting(by='name')"),
        ("call", "Checker"),
        ("return", "Checker", "'admin'"),
        ("call", "HTTPBearer"),
        ("return", "HTTPBearer", "None"),
        ("call", "load"),
        ("return", "load", "'loaded'"),
        ("call", "scaled"),
        ("return", "scaled", "6"),
    ]
    lines = {event["name"]: event["line"] for event in result.of("depends")}
    assert lines == {
        "Paging": START + 2,
        "Sorting": START + 5,
        "Checker": START + 7,
        "HTTPBearer": None,
        "load": START + 11,
        "scaled": START + 13,
    }


def test_decorated_dependencies_go_by_their_own_names():
    source = (
        IMPORTS
        + """
def logged(function):
    @functools.wraps(function)
    async def around(*args, **kwargs):
        return await function(*args, **kwargs)
    return around
@logged
async def one(): return 1
@logged
async def two(): return 2
@functools.lru_cache
def settings(): return "settings"
@app.get("/")
async def root(a=Depends(one), b=Depends(two), c=Depends(settings)): return [a, b, c]
"""
    )
    result = same_untraced(source, "/", "/")
    assert told(result) == [
        ("call", "one"),
        ("return", "one", "1"),
        ("call", "two"),
        ("return", "two", "2"),
        ("call", "settings"),
        ("return", "settings", "'settings'"),
    ]
    # The second time nothing of the cached one is called.
    assert [name for _, name, *_ in told(result, exchange=1)] == ["one", "one", "two", "two"]


def test_dependencies_of_the_app_of_routers_and_of_security():
    source = (
        IMPORTS
        + """
def of_app(): pass
def of_router(): pass
def of_include(): pass
def of_route(): pass
def secured(): return "me"
app = FastAPI(dependencies=[Depends(of_app)])
api = APIRouter(dependencies=[Depends(of_router)])
@api.get("/x", dependencies=[Depends(of_route)])
async def x(me=Security(secured, scopes=["read"])): return me
app.include_router(api, prefix="/api", dependencies=[Depends(of_include)])
"""
    )
    result = same_untraced(source, "/api/x")
    called = [name for phase, name, *_ in told(result) if phase == "call"]
    assert called == ["of_app", "of_include", "of_router", "of_route", "secured"]


def test_what_stands_in_for_a_dependency_is_told_with_its_own():
    source = (
        IMPORTS
        + """
def real(): return "real"
def below(): return "below"
def fake(b=Depends(below)): return f"fake on {b}"
@app.get("/")
async def root(value=Depends(real)): return value
@app.get("/swap")
async def swap(): app.dependency_overrides[real] = fake
"""
    )
    result = same_untraced(source, "/", "/swap", "/")
    assert told(result) == [("call", "real"), ("return", "real", "'real'")]
    assert told(result, exchange=2) == [
        ("call", "below"),
        ("return", "below", "'below'"),
        ("call", "fake"),
        ("return", "fake", "'fake on below'"),
    ]


def test_calls_that_the_program_makes_by_itself_are_not_told():
    source = (
        IMPORTS
        + """
def number(): return 3
@app.get("/")
async def root(): return number()
@app.get("/both")
async def both(n=Depends(number)): return n + number()
"""
    )
    result = same_untraced(source, "/", "/both")
    assert told(result) == []
    assert told(result, exchange=1) == [("call", "number"), ("return", "number", "3")]


def test_a_dependency_that_raises():
    source = (
        IMPORTS
        + """
def opened():
    yield 1
    print("not reached")
def guard(o=Depends(opened)):
    raise HTTPException(401, "who?")
@app.get("/")
async def root(me=Depends(guard)): return me
"""
    )
    result = same_untraced(source, "/")
    assert result.response()["status"] == 401
    assert told(result) == [
        ("call", "opened"),
        ("yield", "opened", "1"),
        ("call", "guard"),
        ("raise", "guard", "HTTPException"),
        ("throw", "opened", "HTTPException"),
        ("raise", "opened", "HTTPException"),
    ]
    raised = next(event for event in result.of("depends") if event["phase"] == "raise")
    assert ("who?" in raised["error"]["message"], raised["error"]["line"]) == (True, START + 6)


def test_a_dependency_that_swallows_an_exception_and_one_that_replaces_it():
    source = (
        IMPORTS
        + """
async def swallows():
    try:
        yield 1
    except ValueError:
        pass
def replaces():
    try:
        yield 2
    except ValueError as exc:
        raise HTTPException(418, "replaced") from exc
@app.get("/swallow")
async def swallow(n=Depends(swallows)): raise ValueError("lost")
@app.get("/replace")
async def replace(n=Depends(replaces)): raise ValueError("lost")
"""
    )
    result = same_untraced(source, "/replace", "/swallow")
    assert result.response()["status"] == 418
    assert told(result)[2:] == [("throw", "replaces", "ValueError"), ("raise", "replaces", "HTTPException")]
    assert told(result, exchange=1)[2:] == [("throw", "swallows", "ValueError"), ("return", "swallows")]
    # Nothing was left to answer with: FastAPI says so, and that is born at the endpoint.
    born = [event["error"]["type"] for event in result.of("raise", exchange=1) if event["born"]]
    assert born == ["FastAPIError"]


def test_a_dependency_is_finished_after_the_response_has_left():
    source = (
        IMPORTS
        + """
async def session():
    yield 1
@app.get("/")
async def root(s=Depends(session)):
    return StreamingResponse(part for part in "ab")
"""
    )
    result = same_untraced(source, "/")
    at = [
        event["kind"] if event["kind"] == "send" else event["phase"]
        for event in result.events
        if event["layer"] == "endpoint" and event["kind"] in ("send", "depends")
    ]
    assert at == ["call", "yield", "send", "send", "send", "send", "resume", "return"]


def test_exception_handlers_are_told_with_what_they_handle():
    source = (
        IMPORTS
        + """
class Shop(Exception): pass
class Bakery(Shop): pass
@app.exception_handler(Shop)
async def sorry(request, exc):
    return JSONResponse({"shop": "shut"}, status_code=409)
@app.exception_handler(404)
def lost(request, exc):
    return PlainTextResponse("lost", status_code=404)
@app.exception_handler(Exception)
async def broken(request, exc):
    return PlainTextResponse("broken", status_code=500)
@app.get("/shop")
async def shop(): raise Bakery()
@app.get("/fails")
async def fails(): raise KeyError("x")
@app.get("/tea")
async def tea(): raise HTTPException(418)
@app.get("/n/{n}")
async def n(n: int): return n
"""
    )
    result = same_untraced(source, "/shop", "/none", "/fails", "/tea", "/n/x")
    assert [result.response(index)["status"] for index in range(5)] == [409, 404, 500, 418, 422]

    def handled(index: int) -> list[tuple[str, ...]]:
        events = result.of("handler", exchange=index)
        return [(event["phase"], event["name"], event["handles"], event["layer"]) for event in events]

    assert handled(0) == [("call", "sorry", "Bakery", "endpoint"), ("return", "sorry", "Bakery", "endpoint")]
    assert handled(1)[0] == ("call", "lost", "HTTPException", "ExceptionMiddleware")
    assert handled(2)[0] == ("call", "broken", "KeyError", "ServerErrorMiddleware")
    assert handled(3)[0] == ("call", "http_exception_handler", "HTTPException", "endpoint")
    assert handled(4)[0] == ("call", "request_validation_exception_handler", "RequestValidationError", "endpoint")
    first = result.of("handler")[0]
    assert (first["file"], first["line"]) == ("main.py", START + 5)
    assert result.of("handler")[1]["value"] == "<JSONResponse>"


def test_a_handler_that_fails_is_told():
    source = (
        IMPORTS
        + """
class Shop(Exception): pass
@app.exception_handler(Shop)
async def sorry(request, exc): raise RuntimeError("no sign")
@app.get("/")
async def root(): raise Shop()
"""
    )
    result = same_untraced(source, "/")
    assert [(event["phase"], *_type_of(event)) for event in result.of("handler")] == [
        ("call",),
        ("raise", "RuntimeError"),
    ]
    assert result.exchanges[0]["error"]["type"] == "RuntimeError"


def test_background_tasks_are_told_by_their_functions():
    source = (
        IMPORTS
        + """
def sync(n): print("sync", n)
async def waits(n):
    await asyncio.sleep(1)
    print("waits", n)
async def fails(): raise ValueError("late")
@app.get("/")
async def root(tasks: BackgroundTasks):
    tasks.add_task(sync, 1)
    tasks.add_task(waits, n=2)
    return "ok"
@app.get("/single")
async def single(): return PlainTextResponse("x", background=BackgroundTask(functools.partial(sync, 3)))
@app.get("/fails")
async def failing(): return PlainTextResponse("x", background=BackgroundTask(fails))
"""
    )
    result = same_untraced(source, "/", "/single", "/fails")
    assert told(result, "background") == [
        ("call", "sync"),
        ("return", "sync"),
        ("call", "waits"),
        ("return", "waits"),
    ]
    assert [event["at"] for event in result.of("background", exchange=0)] == [0, 0, 0, 1000]
    assert [name for _, name in told(result, "background", 1)] == ["sync", "sync"]
    assert told(result, "background", 2) == [("call", "fails"), ("raise", "fails", "ValueError")]
    event = result.of("background")[0]
    assert (event["layer"], event["file"], event["line"]) == ("endpoint", "main.py", START + 2)


def test_requests_at_once_keep_their_calls_apart():
    source = (
        IMPORTS
        + """
async def slow(n: int):
    await asyncio.sleep(n)
    yield n
@app.get("/{n}")
async def root(n: int, s=Depends(slow)): return s
"""
    )
    result = same_untraced(source, [request("/2"), request("/1")])
    for exchange, value in ((0, "2"), (1, "1")):
        assert told(result, exchange=exchange) == [
            ("call", "slow"),
            ("yield", "slow", value),
            ("resume", "slow"),
            ("return", "slow"),
        ]


def test_dependencies_of_websockets_are_told():
    source = (
        IMPORTS
        + """
from fastapi import WebSocket
async def session():
    yield "s"
@app.websocket("/ws")
async def ws(socket: WebSocket, s=Depends(session)):
    await socket.accept()
    await socket.send_text(s)
    await socket.close()
"""
    )
    result = same_untraced(source, talk("/ws"))
    assert told(result) == [
        ("call", "session"),
        ("yield", "session", "'s'"),
        ("resume", "session"),
        ("return", "session"),
    ]


def test_the_same_calls_give_the_same_trace():
    source = (
        IMPORTS
        + """
class Things: pass
def things(): return {Things(), 1}
@app.get("/")
async def root(a=Depends(things)): return 1
"""
    )
    assert run(source, "/").events == run(source, "/").events
