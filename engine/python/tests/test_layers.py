"""Layers wherever they stand: around the app, a router, a mount, one route; each where it was registered."""

from __future__ import annotations

from typing import Any

import pytest
from helper import HEAD, OFFSET, Run, run

KINDS = """
from starlette.middleware import Middleware
from starlette.routing import Host, Mount, Route, Router, WebSocketRoute
from starlette.applications import Starlette
class Tag:
    def __init__(self, app, name): self.app, self.name = app, name
    async def __call__(self, scope, receive, send) -> None:
        async def tagged(message):
            if message["type"] == "http.response.start":
                message.setdefault("headers", []).append((b"x-tag", self.name.encode()))
            await send(message)
        await self.app(scope, receive, tagged)
class First(Tag): pass
class Second(Tag): pass
def closed(app, name="closed"):
    async def around(scope, receive, send):
        await app(scope, receive, send)
    return around
async def hello(request): return PlainTextResponse("hello")
"""
KINDS_LINES = OFFSET + KINDS.count("\n")


def tags(result: Run, index: int = 0) -> list[str]:
    return [value for name, value in result.response(index)["headers"] if name == "x-tag"]


def rings(result: Run, exchange: int = 0) -> list[str]:
    return [event["layer"] for event in result.of("enter", exchange=exchange)][2:]


def layer(result: Run, name: str) -> dict[str, Any]:
    return next(one for one in result.opened["layers"] if one["id"] == name)


def test_middleware_around_one_route_is_a_layer_of_that_route():
    source = KINDS + (
        'around = [Middleware(First, name="1"), Middleware(closed), Middleware(Second, name="2")]\n'
        'app.router.routes += [Route("/one", hello, middleware=around), Route("/two", hello)]\n'
    )
    result = run(source, "/one", "/two")
    assert tags(result) == ["2", "1"] and tags(result, 1) == []
    inside = ["APIRouter/First", "APIRouter/closed", "APIRouter/Second", "endpoint"]
    assert rings(result)[-5:] == ["APIRouter", *inside]
    assert rings(result, 1)[-2:] == ["APIRouter", "endpoint"]
    first = layer(result, "APIRouter/First")
    assert (first["parent"], first["route"], first["origin"]) == ("APIRouter", "/one", "yours")
    assert "mount" not in first
    assert first["added"] == {"file": "main.py", "line": KINDS_LINES + 1}
    depths = [layer(result, name)["depth"] for name in ["APIRouter", *inside[:3]]]
    assert depths == list(range(depths[0], depths[0] + 4))


def test_middleware_around_a_router_stands_outside_of_its_routing():
    source = """
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.gzip import GZipMiddleware
from starlette.routing import Mount, Route, Router
async def hello(request): return PlainTextResponse("hello")
inner = Router([Route("/hello", hello)], middleware=[Middleware(GZipMiddleware)])
app = Starlette(routes=[Mount("/in", app=inner), Mount("/plain", routes=[Route("/hello", hello)])])
"""
    result = run(source, "/in/hello", "/plain/hello", "/in/none")
    assert [result.response(index)["status"] for index in range(3)] == [200, 200, 404]
    assert rings(result)[-4:] == ["Router", "Router/GZipMiddleware", "Router/Router", "endpoint"]
    assert rings(result, 1)[-3:] == ["Router", "Router/Router#2", "endpoint"]
    gzip = layer(result, "Router/GZipMiddleware")
    assert (gzip["mount"], gzip["origin"], gzip["added"]["line"]) == ("/in", "library", OFFSET + 7)
    assert layer(result, "Router/Router")["style"] == "router"
    assert layer(result, "Router/Router#2")["mount"] == "/plain"


def test_middleware_around_a_mount_comes_before_the_mounted_app():
    source = KINDS + (
        "sub = FastAPI()\n"
        '@sub.middleware("http")\n'
        "async def inner(request, call_next): return await call_next(request)\n"
        '@sub.get("/hello")\n'
        "async def sub_hello(): return 1\n"
        'app.router.routes.append(Mount("/sub", app=sub, middleware=[Middleware(First, name="m")]))\n'
    )
    result = run(source, "/sub/hello")
    assert tags(result) == ["m"]
    met = rings(result)
    assert met[met.index("APIRouter") + 1 : met.index("APIRouter") + 3] == [
        "APIRouter/First",
        "APIRouter/ServerErrorMiddleware",
    ]
    assert met[-2:] == ["APIRouter/APIRouter", "endpoint"] and "APIRouter/inner" in met
    assert layer(result, "APIRouter/inner")["added"]["line"] == KINDS_LINES + 2
    assert layer(result, "APIRouter/inner")["line"] == KINDS_LINES + 3


def test_plain_asgi_apps_that_are_mounted_are_layers():
    files = {
        "main.py": HEAD
        + """
from fastapi.staticfiles import StaticFiles
app.mount("/static", StaticFiles(directory="public"))
async def bare(scope, receive, send):
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": b"bare"})
app.mount("/bare", bare)
""",
        "public/a.txt": "text",
    }
    result = run(files, "/static/a.txt", "/bare/x")
    assert [result.response(0)["body"], result.response(1)["body"]] == ["text", "bare"]
    assert rings(result)[-2:] == ["APIRouter", "APIRouter/StaticFiles"]
    assert rings(result, 1)[-2:] == ["APIRouter", "APIRouter/bare"]
    static, bare = layer(result, "APIRouter/StaticFiles"), layer(result, "APIRouter/bare")
    assert (static["mount"], static["origin"], static["style"]) == ("/static", "library", "asgi")
    assert (bare["mount"], bare["origin"], bare["line"]) == ("/bare", "yours", OFFSET + 4)


def test_an_app_that_is_mounted_twice_has_layers_for_each_mount():
    source = (
        KINDS
        + """
deep = Starlette(routes=[Route("/hello", hello)])
sub = Starlette(routes=[Route("/hello", hello), Mount("/deep", app=deep)], middleware=[Middleware(First, name="s")])
app.mount("/a", sub)
app.mount("/b", sub)
"""
    )
    result = run(source, "/a/hello", "/b/hello", "/a/deep/hello", "/b/deep/hello", "/a/hello")
    assert [result.response(index)["body"] for index in range(5)] == ["hello"] * 5
    assert [layer(result, name)["mount"] for name in ("APIRouter/First", "APIRouter/First#2")] == ["/a", "/b"]
    assert rings(result)[-4:] == ["APIRouter/First", "APIRouter/ExceptionMiddleware", "APIRouter/Router", "endpoint"]
    twice = ["APIRouter/First#2", "APIRouter/ExceptionMiddleware#2", "APIRouter/Router#2", "endpoint"]
    assert rings(result, 1)[-4:] == twice
    assert rings(result, 2)[-2:] == ["APIRouter/Router/Router", "endpoint"]
    assert rings(result, 3)[-2:] == ["APIRouter/Router#2/Router", "endpoint"]
    assert layer(result, "APIRouter/Router#2/Router")["mount"] == "/b/deep"
    assert rings(result, 4) == rings(result)
    ids = result.layers
    assert len(set(ids)) == len(ids)


def test_an_app_that_is_mounted_in_itself_comes_to_an_end():
    result = run('@app.get("/x")\nasync def x(): return 1\napp.mount("/again", app)', "/again/again/x", "/x")
    assert [result.response(0)["body"], result.response(1)["body"]] == ["1", "1"]
    assert rings(result, 1)[-2:] == ["APIRouter", "endpoint"]


def test_an_endpoint_that_keeps_its_app_is_an_endpoint():
    source = """
class Status:
    def __init__(self, app) -> None: self.app = app
    async def __call__(self, scope, receive, send) -> None:
        await PlainTextResponse("up")(scope, receive, send)
app.router.add_route("/status", Status(app))
"""
    result = run(source, "/status")
    assert result.response()["body"] == "up"
    assert rings(result)[-2:] == ["APIRouter", "endpoint"] and result.of("route")[0]["endpoint"] == "Status"


def test_hosts_and_nested_mounts_have_layers():
    source = (
        KINDS
        + """
site = Starlette(routes=[Route("/", hello)], middleware=[Middleware(First, name="h")])
app.router.routes.append(Host("api.example", app=site))
app.router.routes.append(Mount("/v1", routes=[Mount("/in", app=Starlette(routes=[Route("/x", hello)]))]))
"""
    )
    result = run(source, "/v1/in/x")
    assert layer(result, "APIRouter/First")["mount"] == "api.example"
    assert layer(result, "APIRouter/Router#2/Router")["mount"] == "/v1/in"
    assert rings(result)[-2:] == ["APIRouter/Router#2/Router", "endpoint"]


def test_each_way_of_registering_names_its_line():
    source = """
from starlette.middleware import Middleware
class Pure:
    def __init__(self, app) -> None: self.app = app  # whatever comes next inside
    async def __call__(self, scope, receive, send) -> None: await self.app(scope, receive, send)
class Based(BaseHTTPMiddleware):
    async def dispatch(self, request, call_next): return await call_next(request)
app = FastAPI(
    middleware=[
        Middleware(Pure),
    ],
)
app.add_middleware(Based)
@app.middleware("http")
async def stamp(request, call_next):
    return await call_next(request)
"""
    places = {
        one["name"]: (one["line"] - OFFSET, one["added"]["line"] - OFFSET)
        for one in run(source).opened["layers"]
        if one["origin"] == "yours"
    }
    assert places == {"Pure": (3, 10), "Based": (6, 13), "stamp": (15, 14)}


def test_what_is_put_around_by_hand_names_the_line_of_its_call():
    source = """
from fastapi.staticfiles import StaticFiles
class Outer:
    def __init__(self, app) -> None: self.app = app  # whatever comes next inside
    async def __call__(self, scope, receive, send) -> None: await self.app(scope, receive, send)
app.mount("/static", StaticFiles(directory="."))
app = Outer(app)
"""
    result = run(source)
    assert layer(result, "Outer")["added"] == {"file": "main.py", "line": OFFSET + 7}
    assert layer(result, "APIRouter/StaticFiles")["added"]["line"] == OFFSET + 6


def test_layers_of_the_framework_were_added_by_nobody():
    layers = run("").opened["layers"]
    assert layers and not any("added" in one for one in layers)


def test_programs_may_read_lists_of_middleware():
    source = """
from starlette.middleware import Middleware
from starlette.middleware.gzip import GZipMiddleware
app.add_middleware(GZipMiddleware)
@app.get("/")
async def root():
    kind, *_ = app.user_middleware[0]
    return [kind is GZipMiddleware, [part.__class__.__name__ for part in Middleware(GZipMiddleware)][0]]
"""
    assert run(source, "/").response()["body"] == '[true,"type"]'


@pytest.mark.parametrize("path", ["/one", "/two", "/a/hello", "/b/deep/hello", "/none", "/a/none"])
def test_layers_of_all_kinds_change_nothing(path: str):
    source = (
        KINDS
        + """
deep = Starlette(routes=[Route("/hello", hello)])
inner = Router([Route("/hello", hello), Mount("/deep", app=deep)], middleware=[Middleware(Second, name="r")])
app.router.routes += [
    Route("/one", hello, middleware=[Middleware(First, name="1"), Middleware(closed)]),
    Route("/two", hello),
    Mount("/a", app=inner, middleware=[Middleware(First, name="a")]),
    Mount("/b", app=inner),
]
"""
    )
    traced, untraced = run(source, path), run(source, path, trace=False)
    assert traced.exchanges == untraced.exchanges
    assert traced.opened["layers"] == untraced.opened["layers"]
