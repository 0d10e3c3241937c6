"""Things programs do, which must work here as on a server."""

from __future__ import annotations

import base64
import json
from typing import Any

from helper import FASTAPI, HEAD, LIMITS, STARLETTE, request, run

from peel.engine import Engine


def test_static_files_and_file_responses_are_read_from_the_working_directory():
    files = {
        "main.py": """
from fastapi import FastAPI
from fastapi.responses import FileResponse
from fastapi.staticfiles import StaticFiles
app = FastAPI()
app.mount("/static", StaticFiles(directory="public"))
@app.get("/file")
def file(): return FileResponse("public/a.txt")
""",
        "public/a.txt": "text of a",
    }
    result = run(files, "/static/a.txt", "/file", "/static/none.txt")
    assert [result.response(0)["body"], result.response(1)["body"]] == ["text of a", "text of a"]
    assert result.response(2)["status"] == 404


def test_gzip_gives_the_same_bytes_each_time():
    source = """
from starlette.middleware.gzip import GZipMiddleware
app.add_middleware(GZipMiddleware, minimum_size=10)
@app.get("/")
def root(): return PlainTextResponse("word " * 100)
"""
    asked = request("/", headers=[["Accept-Encoding", "gzip"]])
    one, two = run(source, asked), run(source, asked)
    assert one.header("content-encoding") == "gzip" and one.response()["bodyEncoding"] == "base64"
    assert one.response() == two.response()
    assert base64.b64decode(one.response()["body"])[:2] == b"\x1f\x8b"


def test_signed_sessions_go_there_and_back():
    source = """
from starlette.middleware.sessions import SessionMiddleware
app.add_middleware(SessionMiddleware, secret_key="k")
@app.get("/in")
def log_in(request: Request):
    request.session["who"] = "ada"
    return 1
@app.get("/me")
def me(request: Request): return request.session.get("who")
"""
    first = run(source, "/in")
    cookie = (first.header("set-cookie") or "").split(";")[0]
    result = run(source, "/in", request("/me", headers=[["Cookie", cookie]]))
    assert result.header("set-cookie") == first.header("set-cookie")
    assert result.response(1)["body"] == '"ada"'


def test_dependencies_with_yield_and_http_exceptions():
    source = """
from fastapi import HTTPException
def resource():
    print("open")
    try:
        yield "r"
    finally:
        print("close")
async def other():
    yield "o"
    print("close other")
@app.get("/{ok}")
def root(ok: bool, r: str = Depends(resource), o: str = Depends(other)):
    if not ok:
        raise HTTPException(418, "short and stout", headers={"x-tea": "1"})
    return r + o
"""
    result = run(source, "/1", "/0")
    assert result.response(0)["body"] == '"ro"'
    assert (result.response(1)["status"], result.header("x-tea", 1)) == (418, "1")
    assert result.exchanges[1]["error"] is None
    texts = ["open", "close other", "close", "open", "close"]
    assert [text for _, text in result.prints()] == texts
    # Until FastAPI 0.106 a middleware of its own closes them.
    closed_by = "endpoint" if FASTAPI >= (0, 106) else "AsyncExitStackMiddleware"
    assert {layer for layer, text in result.prints() if text == "close other"} == {closed_by}


def test_exception_handlers_answer_inside_the_stack():
    source = """
class Shop(Exception): pass
@app.exception_handler(Shop)
async def sorry(request, exc): return JSONResponse({"shop": "shut"}, status_code=409)
@app.get("/")
async def root(): raise Shop()
"""
    result = run(source, "/")
    assert (result.response()["status"], result.exchanges[0]["error"]) == (409, None)


def test_a_timeout_around_the_rest_cancels_it():
    source = """
@app.middleware("http")
async def limit(request, call_next):
    try:
        return await asyncio.wait_for(call_next(request), 2)
    except asyncio.TimeoutError:
        return PlainTextResponse("too slow", status_code=504)
@app.get("/{s}")
async def root(s: float):
    await asyncio.sleep(s)
    return s
"""
    result = run(source, "/1", "/5")
    assert [result.response(0)["status"], result.response(1)["status"]] == [200, 504]
    assert result.exchanges[1]["endedAt"] - result.exchanges[1]["startedAt"] == 2000
    assert result.stop is None


def test_locks_queues_and_task_groups_work_across_requests():
    source = """
lock = asyncio.Lock()
queue: asyncio.Queue = asyncio.Queue()
@app.get("/put")
async def put():
    await asyncio.sleep(1)
    await queue.put("thing")
@app.get("/get")
async def get():
    async with lock:
        return await queue.get()
@app.get("/both")
async def both():
    async def one(x):
        await asyncio.sleep(x)
        return x
    return await asyncio.gather(one(2), one(1))
"""
    result = run(source, [request("/get"), request("/put")], "/both")
    assert result.response(0)["body"] == '"thing"' and result.exchanges[0]["endedAt"] == 1000
    assert result.response(2)["body"] == "[2,1]"


def test_sync_generators_stream_through_threads():
    source = """
def parts():
    for part in "abc":
        time.sleep(1)
        yield part
@app.get("/")
def root(): return StreamingResponse(parts())
"""
    result = run(source, "/")
    assert result.response()["body"] == "abc" and result.exchanges[0]["endedAt"] == 3000
    ended = [event["at"] for event in result.of("send", "server") if event["message"]["type"] == "http.response.body"]
    assert ended == [1000, 2000, 3000, 3000]


def test_uploads_are_parsed():
    source = """
from fastapi import UploadFile, Form
@app.post("/")
async def root(file: UploadFile, name: str = Form()):
    return [name, file.filename, (await file.read()).decode()]
"""
    body = (
        '--b\r\nContent-Disposition: form-data; name="name"\r\n\r\nada\r\n'
        '--b\r\nContent-Disposition: form-data; name="file"; filename="a.txt"\r\n\r\nhello\r\n--b--\r\n'
    )
    asked = request("/", "POST", body=body)
    asked["headers"][-1] = ["Content-Type", "multipart/form-data; boundary=b"]
    assert json.loads(run(source, asked).response()["body"]) == ["ada", "a.txt", "hello"]


def test_a_preflight_is_answered_by_cors_alone():
    source = """
from fastapi.middleware.cors import CORSMiddleware
app.add_middleware(CORSMiddleware, allow_origins=["http://page.test"], allow_methods=["PUT"])
@app.put("/")
async def root(): return 1
"""
    headers = [["Origin", "http://page.test"], ["Access-Control-Request-Method", "PUT"]]
    result = run(source, request("/", "OPTIONS", headers=headers))
    assert result.response()["status"] == 200 and result.header("access-control-allow-origin") == "http://page.test"
    assert result.of("exit", "CORSMiddleware")[0]["awaited"] is False


def test_large_request_bodies_arrive_in_pieces():
    source = """
@app.post("/")
async def root(request: Request):
    sizes = [len(part) async for part in request.stream()]
    return [sum(sizes), len(sizes) > 1]
"""
    result = run(source, request("/", "POST", body="x" * 300_000))
    assert result.response()["body"] == "[300000,true]"


def test_a_client_that_waits_for_100_continue_gets_it():
    source = '@app.post("/")\nasync def root(request: Request): return len(await request.body())'
    result = run(source, request("/", "POST", body="{}", headers=[["Expect", "100-continue"]]))
    assert result.response()["body"] == "2"
    types = [event["message"]["type"] for event in result.of("send", "server")]
    assert types[:2] == ["http.response.informational", "http.response.start"]


def test_two_hundred_clients_at_once_are_served():
    result = run(
        '@app.get("/")\nasync def root(): await asyncio.sleep(1)', [request("/") for _ in range(200)], trace=False
    )
    assert {one["endedAt"] for one in result.exchanges} == {1000}
    assert len(result.exchanges) == 200


def test_a_response_longer_than_declared_is_the_server_s_error():
    source = '@app.get("/")\nasync def root(): return PlainTextResponse("abc", headers={"content-length": "2"})'
    result = run(source, "/")
    assert result.exchanges[0]["error"]["type"] == "LocalProtocolError"
    assert "Too much data for declared Content-Length" in result.exchanges[0]["error"]["message"]


def test_a_message_nobody_expects_is_still_traced():
    source = """
class Odd:
    def __init__(self, app): self.app = app  # whatever comes next inside
    async def __call__(self, scope, receive, send):
        if scope["type"] == "lifespan": return await self.app(scope, receive, send)
        await send({"type": "http.response.start", "status": 200, "headers": iter([(b"x-a", b"1")])})
        await send({"type": "http.response.body", "body": bytearray(b"odd")})
app.add_middleware(Odd)
"""
    result = run(source, "/")
    assert result.response()["body"] == "odd" and result.header("x-a") == "1"
    start = next(event for event in result.of("send", "Odd") if event["message"]["type"] == "http.response.start")
    assert "headers" not in start["message"]


def test_values_in_the_state_are_shown_without_running_code_of_theirs():
    source = """
class Loud:
    def __repr__(self):
        print("never")
        return "loud"
@app.middleware("http")
async def put(request, call_next):
    request.state.loud = Loud()
    request.state.user = {"name": "ada", "tags": ["a"]}
    return await call_next(request)
@app.get("/")
async def root(): return 1
"""
    result = run(source, "/")
    changes = result.of("enter", "ExceptionMiddleware")[0]["changes"]
    assert changes == [
        {"key": "state.loud", "before": None, "after": "<Loud>"},
        {"key": "state.user", "before": None, "after": "{'name': 'ada', 'tags': ['a']}"},
    ]
    assert result.prints() == []


def test_forwarded_headers_change_the_client_as_under_uvicorn():
    source = '@app.get("/")\nasync def root(request: Request): return [request.client.host, request.url.scheme]'
    headers = [["X-Forwarded-For", "203.0.113.7"], ["X-Forwarded-Proto", "https"]]
    result = run(source, request("/", headers=headers))
    assert result.response()["body"] == '["203.0.113.7","https"]'
    changed = {change["key"] for change in result.of("enter", "ServerErrorMiddleware")[0]["changes"]}
    assert changed == {"client", "scheme"}


def test_a_stream_that_fails_midway_leaves_what_came_and_the_error():
    source = """
@app.get("/")
async def root():
    async def parts():
        yield "one"
        raise ValueError("torn")
    return StreamingResponse(parts())
"""
    result = run(source, "/")
    assert (result.response()["status"], result.response()["body"]) == (200, "one")
    # Some versions between let the group out that their task group makes of it.
    types = {"ValueError"} if STARLETTE >= (0, 45) else {"ValueError", "ExceptionGroup"}
    assert result.exchanges[0]["error"]["type"] in types
    assert [event["layer"] for event in result.of("exit")][-1] == "browser"


def test_class_based_endpoints_have_a_ring():
    source = """
from starlette.endpoints import HTTPEndpoint
class Home(HTTPEndpoint):
    async def get(self, request): return PlainTextResponse("home")
app.add_route("/", Home)
"""
    result = run(source, "/")
    assert result.response()["body"] == "home"
    route = result.of("route")[0]
    assert (route["endpoint"], route["sync"], route["file"]) == ("Home", False, "main.py")
    assert result.of("enter", "endpoint")


def test_a_new_session_replaces_one_that_is_still_open():
    batches: list[str] = []
    engine = Engine(batches.append)
    for body in ("1", "2"):
        files = {"main.py": f'{HEAD}@app.get("/")\nasync def root(): return {body}'}
        options = {"files": files, "entry": "main.py", "app": None, "trace": True, "limits": LIMITS}
        opened: Any = engine.call("open", options)
        assert opened["error"] is None
        sent: Any = engine.call("send", {"waitMs": 0, "requests": [request("/")]})
        assert sent["exchanges"][0]["response"]["body"] == body
    engine.call("close", None)
