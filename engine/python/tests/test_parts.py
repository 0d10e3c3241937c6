"""Parts of FastAPI, Starlette and uvicorn that learners' programs are made of: each runs as it stands, and is seen."""

from __future__ import annotations

import importlib
import re
from typing import Any

import pytest
from helper import request, run

# As in the page, where it is there before any session.
importlib.import_module("jwt")


def texts(result: Any) -> list[str]:
    return [text for _, text in result.prints()]


def bodies(result: Any) -> list[Any]:
    return [one["response"]["body"] for one in result.exchanges]


def statuses(result: Any) -> list[int]:
    return [one["response"]["status"] for one in result.exchanges]


def test_routers_carry_prefix_tags_and_dependencies():
    source = """
from fastapi import APIRouter, Header, HTTPException
from typing import Annotated
async def key(x_key: Annotated[str, Header()]):
    if x_key != "onion": raise HTTPException(403, "wrong key")
    print("key")
async def audit(): print("audit")
inner = APIRouter(prefix="/items", tags=["items"], dependencies=[Depends(audit)])
@inner.get("/{item}")
async def read(item: int): return item
outer = APIRouter(prefix="/v1", tags=["v1"])
outer.include_router(inner)
app.include_router(outer, prefix="/api", dependencies=[Depends(key)])
@app.get("/tags")
async def tags(): return [route.get("tags") for route in app.openapi()["paths"]["/api/v1/items/{item}"].values()]
"""
    good = [["X-Key", "onion"]]
    result = run(source, request("/api/v1/items/7", headers=good), "/api/v1/items/7", "/items/7", "/tags")
    assert statuses(result) == [200, 422, 404, 200]
    # The router's own dependencies run after those it was included with.
    assert texts(result) == ["key", "audit", "audit"]
    assert set(re.findall(r"\w+", bodies(result)[3])) == {"items", "v1"}


def test_security_schemes_read_credentials():
    source = """
from typing import Annotated
from fastapi import Security
from fastapi.security import *
from fastapi.security import SecurityScopes
bearer, basic, header = HTTPBearer(), HTTPBasic(), APIKeyHeader(name="X-Key", auto_error=False)
oauth = OAuth2PasswordBearer(tokenUrl="token", scopes={"read": "Read.", "write": "Write."})
async def user(scopes: SecurityScopes, token: Annotated[str, Depends(oauth)]):
    return [token, scopes.scope_str]
@app.get("/bearer")
async def a(it: Annotated[HTTPAuthorizationCredentials, Depends(bearer)]): return [it.scheme, it.credentials]
@app.get("/basic")
async def b(it: Annotated[HTTPBasicCredentials, Depends(basic)]): return [it.username, it.password]
@app.get("/key")
async def c(it: Annotated[str | None, Security(header)]): return it
@app.get("/scopes")
async def d(it: Annotated[list, Security(user, scopes=["read", "write"])]): return it
@app.post("/token")
async def token(form: Annotated[OAuth2PasswordRequestForm, Depends()]): return [form.username, form.scopes]
"""

    def with_(target: str, value: str, name: str = "Authorization") -> dict[str, Any]:
        return request(target, headers=[[name, value]])

    form = request("/token", "POST", headers=[["Content-Type", "application/x-www-form-urlencoded"]])
    form["body"]["text"] = "grant_type=password&username=ann&password=x&scope=read"
    form["headers"].append(["Content-Length", str(len(form["body"]["text"]))])
    result = run(
        source,
        with_("/bearer", "Bearer abc"),
        with_("/bearer", "Basic abc"),
        "/bearer",
        with_("/basic", "Basic YW5uOnNlY3JldA=="),
        "/basic",
        with_("/key", "k", "X-Key"),
        "/key",
        with_("/scopes", "Bearer t"),
        form,
    )
    assert statuses(result) == [200, 401, 401, 200, 401, 200, 200, 200, 200]
    assert bodies(result)[0] == '["Bearer","abc"]' and bodies(result)[3] == '["ann","secret"]'
    assert bodies(result)[5:] == ['"k"', "null", '["t","read write"]', '["ann",["read"]]']
    assert result.header("www-authenticate", 4) == "Basic"


def test_a_token_of_pyjwt_is_made_read_and_runs_out():
    source = """
import jwt
from datetime import datetime, timedelta, timezone
from fastapi import HTTPException
SECRET = "a secret that is long enough for HS256, as it should be"
@app.get("/login")
async def login():
    return jwt.encode({"sub": "ann", "exp": datetime.now(timezone.utc) + timedelta(minutes=1)}, SECRET, "HS256")
async def user(request: Request):
    try:
        return jwt.decode(request.headers["authorization"].removeprefix("Bearer "), SECRET, ["HS256"])["sub"]
    except jwt.ExpiredSignatureError as exc:
        raise HTTPException(401, "expired") from exc
    except jwt.InvalidTokenError as exc:
        raise HTTPException(401, type(exc).__name__) from exc
@app.get("/me")
async def me(name: str = Depends(user)): return name
"""
    token = run(source, "/login").response()["body"].strip('"')
    me = request("/me", headers=[["Authorization", f"Bearer {token}"]])
    late = {**me, "atMs": 50_000}
    too_late = {**me, "atMs": 59_999 + 2}
    wrong = request("/me", headers=[["Authorization", f"Bearer {token[:-4]}AAAA"]])
    result = run(source, [me, late], [too_late], wrong, limits={"virtualMs": 10**6})
    assert statuses(result) == [200, 200, 401, 401]
    assert bodies(result)[2:] == ['{"detail":"expired"}', '{"detail":"InvalidSignatureError"}']


def test_mounted_apps_have_stacks_and_handlers_of_their_own():
    source = """
from starlette.applications import Starlette
from starlette.responses import JSONResponse as Json
from starlette.routing import Mount, Route
api = FastAPI()
@api.middleware("http")
async def inner(request, call_next):
    response = await call_next(request)
    response.headers["x-inner"] = "1"
    return response
@api.exception_handler(KeyError)
async def missing(request, exc): return Json({"inner": str(exc)}, 404)
@api.get("/items/{name}")
async def item(request: Request, name: str):
    if name == "none": raise KeyError(name)
    return [request.scope["root_path"], request.url.path, request.scope["path"]]
async def plain(request): return Json([request.scope["root_path"], request.path_params])
app.mount("/api", api)
app.mount("/old", Starlette(routes=[Mount("/deep", routes=[Route("/{x:int}", plain)])]))
async def raw(scope, receive, send):
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": scope["path"].encode()})
app.mount("/raw", raw)
"""
    result = run(source, "/api/items/tea", "/api/items/none", "/old/deep/7", "/raw/x/y", "/api/docs", "/raw")
    assert bodies(result)[0].startswith('["/api') and result.header("x-inner") == "1"
    assert (statuses(result)[1], bodies(result)[1]) == (404, '{"inner":"\'none\'"}')
    assert bodies(result)[2] == '["/old/deep",{"x":7}]'
    assert bodies(result)[3] == "/raw/x/y"
    assert result.header("content-type", 4) == "text/html; charset=utf-8"
    assert statuses(result)[5] == 307 and result.header("location", 5) == "http://localhost:8000/raw/"


def test_exception_handlers_for_classes_statuses_and_validation():
    source = """
from fastapi import HTTPException
from fastapi.exceptions import RequestValidationError
from fastapi.exception_handlers import http_exception_handler
class Sold(Exception): pass
@app.exception_handler(Sold)
async def sold(request, exc): return JSONResponse({"sold": True}, 410)
@app.exception_handler(404)
async def missing(request, exc): return PlainTextResponse("no such page", 404)
@app.exception_handler(RequestValidationError)
async def invalid(request, exc): return JSONResponse([one["loc"] for one in exc.errors()], 400)
@app.exception_handler(HTTPException)
async def other(request, exc):
    print("http", exc.status_code)
    return await http_exception_handler(request, exc)
@app.exception_handler(Exception)
async def last(request, exc): return PlainTextResponse(f"last: {exc}", 500)
@app.get("/{what}/{number}")
async def root(what: str, number: int):
    if what == "sold": raise Sold
    if what == "teapot": raise HTTPException(418, headers={"x-pot": "1"})
    if what == "broken": raise ZeroDivisionError("by hand")
    return number
"""
    result = run(source, "/sold/1", "/nowhere", "/tea/x", "/teapot/1", "/broken/1", "/tea/7")
    assert statuses(result) == [410, 404, 400, 418, 500, 200]
    assert bodies(result)[1] == "no such page" and bodies(result)[2] == '[["path","number"]]'
    assert result.header("x-pot", 3) == "1" and bodies(result)[4] == "last: by hand"
    assert result.exchanges[4]["error"]["type"] == "ZeroDivisionError"
    assert [one["error"] for one in result.exchanges[:4]] == [None] * 4


def test_background_tasks_run_in_order_after_the_response():
    source = """
from starlette.background import BackgroundTask
def log(text): print(text)
async def slow(text):
    await asyncio.sleep(1)
    print(text)
async def given(tasks: BackgroundTasks): tasks.add_task(log, "from a dependency")
@app.get("/", dependencies=[Depends(given)])
async def root(tasks: BackgroundTasks):
    tasks.add_task(slow, "slow")
    tasks.add_task(log, "quick")
    return {}
@app.get("/own")
async def own(): return PlainTextResponse("own", background=BackgroundTask(log, "with the response"))
@app.get("/fails")
async def fails(tasks: BackgroundTasks):
    tasks.add_task(lambda: 1 / 0)
    tasks.add_task(log, "never")
    return {}
"""
    result = run(source, "/", "/own", "/fails")
    assert texts(result) == ["from a dependency", "slow", "quick", "with the response"]
    assert statuses(result) == [200, 200, 200]
    assert result.exchanges[2]["error"]["type"] == "ZeroDivisionError"


@pytest.mark.parametrize("via", ["lifespan", "events", "router"])
def test_startup_and_shutdown_in_every_way_of_writing_them(via: str):
    source = {
        "lifespan": """
from contextlib import asynccontextmanager, AsyncExitStack
@asynccontextmanager
async def pool(name):
    print("open", name)
    yield name
    print("close", name)
@asynccontextmanager
async def life(app):
    async with AsyncExitStack() as stack:
        app.state.db = await stack.enter_async_context(pool("db"))
        cache = await stack.enter_async_context(pool("cache"))
        yield {"cache": cache}
app = FastAPI(lifespan=life)
@app.get("/")
async def root(request: Request): return [request.app.state.db, request.state.cache]
""",
        "events": """
import warnings
warnings.simplefilter("ignore")
@app.on_event("startup")
async def up():
    app.state.db = "db"
    print("open")
@app.on_event("shutdown")
def down(): print("close")
@app.get("/")
async def root(): return [app.state.db, "cache"]
""",
        "router": """
from contextlib import asynccontextmanager
from fastapi import APIRouter
@asynccontextmanager
async def life(app):
    print("open")
    yield {"db": "db"}
    print("close")
@asynccontextmanager
async def outer(app):
    print("open app")
    yield {"cache": "cache"}
    print("close app")
router = APIRouter(lifespan=life)
@router.get("/")
async def root(request: Request): return [request.state.db, request.state.cache]
app = FastAPI(lifespan=outer)
app.include_router(router)
""",
    }[via]
    result = run(source, "/")
    assert bodies(result) == ['["db","cache"]']
    said = texts(result)
    assert [text.split()[0] for text in said] == ["open"] * (len(said) // 2) + ["close"] * (len(said) // 2)


def test_the_middlewares_of_the_box_do_their_work():
    source = """
from fastapi.middleware.cors import CORSMiddleware
from fastapi.middleware.gzip import GZipMiddleware
from fastapi.middleware.httpsredirect import HTTPSRedirectMiddleware
from fastapi.middleware.trustedhost import TrustedHostMiddleware
from starlette.middleware.sessions import SessionMiddleware
app.add_middleware(GZipMiddleware, minimum_size=100)
app.add_middleware(SessionMiddleware, secret_key="secret", max_age=60)
shop = ["https://shop.example"]
app.add_middleware(CORSMiddleware, allow_origins=shop, allow_credentials=True, expose_headers=["x-a"])
app.add_middleware(HTTPSRedirectMiddleware)
app.add_middleware(TrustedHostMiddleware, allowed_hosts=["localhost", "*.example"])
@app.get("/")
async def root(request: Request):
    request.session["visits"] = request.session.get("visits", 0) + 1
    return {"visits": request.session["visits"], "pad": "x" * 200}
"""
    secure = {"origin": "https://localhost:8000"}
    origin = ["Origin", "https://shop.example"]
    first = run(source, request("/", headers=[origin, ["Accept-Encoding", "gzip"]], **secure))
    assert first.header("content-encoding") == "gzip"
    assert first.header("access-control-allow-origin") == "https://shop.example"
    assert first.header("access-control-expose-headers") == "x-a"
    cookie = (first.header("set-cookie") or "").split(";")[0]
    result = run(
        source,
        request("/", headers=[["Cookie", cookie]], **secure),
        "/?a=1",
        {**request("/", **secure), "headers": [["Host", "evil.test"]]},
        request("/", "OPTIONS", headers=[origin, ["Access-Control-Request-Method", "GET"]], **secure),
        [{**request("/", headers=[["Cookie", cookie]], **secure), "atMs": 61_000}],
        limits={"virtualMs": 10**6},
    )
    assert statuses(result) == [200, 307, 400, 200, 200]
    assert '"visits":2' in bodies(result)[0] and '"visits":1' in bodies(result)[4]
    assert result.header("location", 1) == "https://localhost:8000/?a=1"
    assert bodies(result)[2] == "Invalid host header"
    assert result.header("access-control-allow-methods", 3) == "GET"


def test_uvicorn_s_proxy_headers_middleware_is_registered_like_any_other():
    source = """
from uvicorn.middleware.proxy_headers import ProxyHeadersMiddleware
app.add_middleware(ProxyHeadersMiddleware, trusted_hosts=["127.0.0.1", "10.0.0.0/8"])
@app.get("/")
async def root(request: Request): return [request.client.host, request.url.scheme]
"""
    chain = [["X-Forwarded-For", "1.2.3.4, 10.0.0.9"], ["X-Forwarded-Proto", "https"]]
    result = run(source, request("/", headers=chain), "/")
    assert bodies(result) == ['["1.2.3.4","https"]', '["127.0.0.1","http"]']
    assert "ProxyHeadersMiddleware" in result.layers


WSGI = """
import warnings
warnings.simplefilter("ignore")
{imported}
def old(environ, start_response):
    body = environ["wsgi.input"].read()
    print(environ["REQUEST_METHOD"], environ["PATH_INFO"], body)
    if environ["PATH_INFO"].endswith("/fails"): raise ValueError("old and tired")
    start_response("200 OK", [("Content-Type", "text/plain"), ("X-Old", "1")])
    time.sleep(1)
    yield b"old "
    yield body
app.mount("/old", WSGIMiddleware(old))
"""


@pytest.mark.parametrize(
    "imported",
    ["from fastapi.middleware.wsgi import WSGIMiddleware", "from uvicorn.middleware.wsgi import WSGIMiddleware"],
)
def test_wsgi_apps_are_mounted(imported: str):
    result = run(WSGI.replace("{imported}", imported), request("/old/x", "POST", body="tea"), "/old/fails", "/old/y")
    assert (statuses(result)[0], bodies(result)[0], result.header("x-old")) == (200, "old tea", "1")
    assert texts(result)[0].startswith("POST /") and texts(result)[0].endswith("b'tea'")
    # uvicorn's own looks into a list that the thread fills, and threads run ahead of their sleep here.
    assert result.exchanges[0]["endedAt"] == (0 if "uvicorn" in imported else 1000)
    # Older Starlettes let the group of the task that failed through.
    assert statuses(result)[1] == 500 and result.exchanges[1]["error"]["type"] in ("ValueError", "ExceptionGroup")
    assert bodies(result)[2] == "old "


def test_threads_call_back_into_the_loop():
    source = """
import anyio
from anyio import from_thread
event = asyncio.Event()
async def nap(seconds):
    await asyncio.sleep(seconds)
    return asyncio.current_task() is not None
@app.get("/back")
def back():
    time.sleep(1)
    return [from_thread.run(nap, 2), from_thread.run_sync(lambda: asyncio.get_running_loop() is not None)]
@app.get("/wakes")
async def wakes():
    await asyncio.sleep(0.5)
    event.set()
    return "woke"
@app.get("/waits")
def waits():
    from_thread.run(event.wait)
    return "woken"
@app.get("/fails")
def fails(): from_thread.run(asyncio.wait_for, event.wait(), -1) if not event.is_set() else 1 / 0
@app.get("/async")
async def not_in_a_thread(): from_thread.run(nap, 1)
"""
    result = run(source, "/back", [request("/waits"), request("/wakes")], "/fails", "/async")
    assert bodies(result)[:3] == ["[true,true]", '"woken"', '"woke"']
    assert [one["endedAt"] for one in result.exchanges[:3]] == [3000, 3500, 3500]
    assert result.exchanges[3]["error"]["type"] == "ZeroDivisionError"
    assert result.exchanges[4]["error"]["type"] in ("NoEventLoopError", "RuntimeError")
    assert result.stop is None


def test_forms_and_several_files():
    source = """
from typing import Annotated
from fastapi import File, Form, UploadFile
from pydantic import BaseModel
class Order(BaseModel):
    name: str
    count: int = 1
@app.post("/files")
async def files(files: list[UploadFile], note: Annotated[str, Form()], raw: Annotated[bytes, File()] = b""):
    first = await files[0].read(2)
    await files[0].seek(0)
    return [[one.filename, one.size, one.content_type] for one in files] + [first.decode(), note, len(raw)]
@app.post("/order")
async def order(order: Annotated[Order, Form()]): return order
"""
    parts = (
        '--b\r\nContent-Disposition: form-data; name="files"; filename="a.txt"\r\n'
        "Content-Type: text/plain\r\n\r\naaa\r\n"
        '--b\r\nContent-Disposition: form-data; name="files"; filename="ü.bin"\r\n\r\n' + "x" * 2_000_000 + "\r\n"
        '--b\r\nContent-Disposition: form-data; name="note"\r\n\r\nhello\r\n--b--\r\n'
    )

    def form(target: str, kind: str, body: str) -> dict[str, Any]:
        length = ["Content-Length", str(len(body.encode()))]
        made = request(target, "POST", headers=[["Content-Type", kind], length])
        return {**made, "body": {"text": body, "encoding": "utf8"}}

    multipart, encoded = "multipart/form-data; boundary=b", "application/x-www-form-urlencoded"
    result = run(
        source,
        form("/files", multipart, parts),
        form("/files", multipart, parts.replace("note", "other")),
        form("/order", encoded, "name=tea&count=2"),
        form("/order", encoded, "count=x"),
        form("/files", "multipart/form-data", parts),
    )
    assert statuses(result) == [200, 422, 200, 422, 400]
    expected = '[["a.txt",3,"text/plain"],["ü.bin",2000000,null],"aa","hello",0]'
    assert bodies(result)[0] == expected
    assert bodies(result)[2] == '{"name":"tea","count":2}'


def test_pages_without_a_template_engine():
    source = """
from fastapi.responses import HTMLResponse, RedirectResponse, Response
@app.get("/", response_class=HTMLResponse)
async def page(name: str = "you"): return f"<h1>Hello {name}</h1>"
@app.get("/go")
async def go(): return RedirectResponse("/?name=ann", 303)
@app.delete("/thing", status_code=204)
async def delete(): pass
@app.get("/xml")
async def xml(): return Response("<a/>", media_type="application/xml", headers={"x-a": "1"})
@app.get("/cookie")
async def cookie(response: Response):
    response.set_cookie("a", "1", httponly=True, samesite="lax", max_age=60)
    response.status_code = 201
    return {}
"""
    result = run(source, "/?name=ann", "/go", request("/thing", "DELETE"), "/xml", "/cookie", "/docs", "/openapi.json")
    assert statuses(result) == [200, 303, 204, 200, 201, 200, 200]
    assert bodies(result)[0] == "<h1>Hello ann</h1>" and result.header("location", 1) == "/?name=ann"
    assert result.header("set-cookie", 4) == "a=1; HttpOnly; Max-Age=60; Path=/; SameSite=lax"


def test_dependencies_are_cached_nested_classes_and_overridden():
    source = """
from typing import Annotated
from fastapi import Query
class Page:
    def __init__(self, start: int = 0, size: Annotated[int, Query(le=100)] = 10): self.start, self.size = start, size
calls = []
async def db():
    calls.append("open")
    try:
        yield "db"
    finally:
        calls.append("close")
def user(db=Depends(db)): return f"user of {db}"
async def admin(user=Depends(user), db=Depends(db)): return f"admin {user}"
@app.get("/")
async def root(page: Annotated[Page, Depends()], who=Depends(admin), db=Depends(db)):
    calls.append("run")
    return [page.start, page.size, who, db]
@app.get("/calls")
async def told(): return calls
def real(): return "real"
@app.get("/overridden")
async def over(value=Depends(real)): return value
app.dependency_overrides[real] = lambda: "fake"
"""
    result = run(source, "/?start=5", "/calls", "/?size=1000", "/overridden")
    assert bodies(result)[:2] == ['[5,10,"admin user of db","db"]', '["open","run","close"]']
    assert statuses(result)[2] == 422 and bodies(result)[3] == '"fake"'
