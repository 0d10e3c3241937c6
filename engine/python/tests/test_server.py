"""Bytes in, bytes out: what uvicorn does, and how the session around it runs."""

from __future__ import annotations

from helper import OFFSET, request, run


def test_the_response_is_what_uvicorn_wrote():
    result = run('@app.get("/")\nasync def root(): return {"a": 1}', "/")
    response = result.response()
    assert (response["status"], response["reason"], response["body"]) == (200, "OK", '{"a":1}')
    assert [name for name, _ in response["headers"]] == ["date", "server", "content-length", "content-type"]
    assert result.header("date") == "Sat, 01 Jan 2028 00:00:00 GMT"
    assert result.header("server") == "uvicorn"


def test_a_head_request_has_headers_and_no_body():
    result = run(
        '@app.api_route("/", methods=["GET", "HEAD"])\nasync def root(): return {"a": 1}', request("/", "HEAD")
    )
    assert result.header("content-length") == "7" and result.response()["body"] == ""


def test_streams_arrive_chunk_by_chunk_and_are_joined():
    source = """
@app.get("/")
async def root():
    async def parts():
        for part in ("one ", "two ", "three"):
            await asyncio.sleep(1)
            yield part
    return StreamingResponse(parts())
"""
    result = run(source, "/")
    assert result.response()["body"] == "one two three" and result.header("transfer-encoding") == "chunked"
    bodies = [event for event in result.of("send", "server") if event["message"]["type"] == "http.response.body"]
    assert [(event["at"], event["message"]["body"]["text"]) for event in bodies] == [
        (1000, "one "),
        (2000, "two "),
        (3000, "three"),
        (3000, ""),
    ]
    assert bodies[-1]["message"]["more"] is False


def test_duplicate_headers_keep_their_order():
    source = """
@app.get("/")
async def root(request: Request):
    response = PlainTextResponse(repr(request.headers.getlist("x-a")))
    response.set_cookie("a", "1")
    response.set_cookie("b", "2")
    return response
"""
    result = run(source, request("/", headers=[["X-A", "2"], ["x-a", "1"]]))
    assert result.response()["body"] == "['2', '1']"
    cookies = [value.split(";")[0] for name, value in result.response()["headers"] if name == "set-cookie"]
    assert cookies == ["a=1", "b=2"]


def test_nonsense_is_answered_by_the_server_alone():
    result = run('@app.get("/")\nasync def root(): return {}', request("/ /x"))
    assert result.response()["status"] == 400 and result.response()["body"] == "Invalid HTTP request received."
    assert [event["layer"] for event in result.of("enter")] == ["browser"]
    assert result.of("log")[-1]["text"].endswith("Application shutdown complete.")


def test_unknown_paths_and_methods_are_answered_by_the_router():
    result = run('@app.get("/")\nasync def root(): return {}', "/nothing", request("/", "DELETE"))
    assert [result.response(0)["status"], result.response(1)["status"]] == [404, 405]
    assert result.of("enter", "endpoint") == []


def test_an_https_url_makes_the_scheme_https():
    source = '@app.get("/")\nasync def root(request: Request): return str(request.url)'
    result = run(source, request("/", origin="https://localhost:8000"))
    assert result.response()["body"] == '"https://localhost:8000/"'


def test_uvicorn_s_logs_are_told_apart():
    result = run('@app.get("/")\nasync def root(): return {}', "/")
    logs = [(event["source"], event["text"]) for event in result.of("log")]
    assert ("access", 'INFO:     127.0.0.1:50000 - "GET / HTTP/1.1" 200 OK') in logs
    assert ("server", "INFO:     Application startup complete.") in logs
    access = next(event for event in result.of("log") if event["source"] == "access")
    assert (access["layer"], access["exchange"], access["stream"]) == ("server", 0, "stdout")


def test_prints_are_joined_to_lines():
    source = """
import sys
@app.get("/")
async def root():
    print("a", "b", sep="-", end="")
    print("c")
    sys.stderr.write("x\\ny\\n")
    sys.stdout.buffer.write("ü\\n".encode())
    print("no end", end="")
    return {}
"""
    result = run(source, "/")
    prints = [(event["stream"], event["text"]) for event in result.of("log") if event["source"] == "print"]
    assert prints == [("stdout", "a-bc"), ("stderr", "x"), ("stderr", "y"), ("stdout", "ü"), ("stdout", "no end")]


def test_logging_is_told_once_with_its_logger():
    source = """
log = logging.getLogger("shop")
@app.get("/quiet")
async def quiet():
    log.info("unseen")
    log.warning("seen")
    return {}
"""
    result = run(source, "/quiet")
    [event] = [event for event in result.of("log") if event["source"] == "logging"]
    assert (event["text"], event["level"], event["logger"], event["layer"]) == ("seen", "WARNING", "shop", "endpoint")
    configured = run('logging.basicConfig(level="INFO", format="%(name)s: %(message)s")\n' + source, "/quiet")
    texts = [event["text"] for event in configured.of("log") if event["source"] == "logging"]
    assert texts == ["shop: unseen", "shop: seen"]
    assert configured.prints() == []


def test_background_tasks_belong_to_the_exchange():
    source = """
async def later():
    await asyncio.sleep(2)
    print("later")
@app.get("/")
async def root(tasks: BackgroundTasks):
    tasks.add_task(later)
    return {}
"""
    result = run(source, "/")
    assert result.exchanges[0]["endedAt"] == 0
    [event] = [event for event in result.of("log") if event["text"] == "later"]
    assert (event["at"], event["exchange"], event["layer"]) == (2000, 0, "endpoint")


def test_endless_tasks_do_not_hold_an_exchange_up():
    source = """
async def tick():
    while True:
        await asyncio.sleep(1)
        print("tick")
@app.get("/")
async def root():
    asyncio.create_task(tick())
    return {}
@app.get("/slow")
async def slow():
    await asyncio.sleep(2.5)
    return {}
"""
    result = run(source, "/", "/slow")
    assert [text for _, text in result.prints()] == ["tick", "tick"]
    assert result.exchanges[1]["endedAt"] == 2500
    assert result.stop is None


def test_waiting_for_what_never_comes_is_a_stall():
    source = (
        '@app.get("/")\nasync def root():\n    await asyncio.Event().wait()\n@app.get("/next")\nasync def n(): return 1'
    )
    result = run(source, "/", "/next")
    error = result.exchanges[0]["error"]
    assert result.exchanges[0]["response"] is None
    assert (error["type"], error["file"], error["line"]) == ("Stalled", "main.py", OFFSET + 3)
    assert error["message"].startswith("The endpoint awaits Event.wait() in main.py line")
    assert result.response(1)["body"] == "1"


def test_lifespan_runs_around_the_requests():
    source = """
from contextlib import asynccontextmanager
@asynccontextmanager
async def life(app):
    print("up")
    yield {"db": "open"}
    print("down")
app = FastAPI(lifespan=life)
@app.get("/")
async def root(request: Request): return request.state.db
"""
    result = run(source, "/")
    assert result.response()["body"] == '"open"'
    assert [(event["phase"], event["status"]) for event in result.of("lifespan")] == [
        ("startup", "begin"),
        ("startup", "complete"),
        ("shutdown", "begin"),
        ("shutdown", "complete"),
    ]
    assert [text for _, text in result.prints()] == ["up", "down"]
    assert result.of("enter", "server")[0]["scope"]["state"] == {"db": "'open'"}


def test_routes_added_at_startup_have_endpoint_rings():
    source = """
from contextlib import asynccontextmanager
@asynccontextmanager
async def life(app):
    @app.get("/late")
    async def late(): return 1
    yield
app = FastAPI(lifespan=life)
"""
    assert run(source, "/late").of("route")[0]["endpoint"] == "late"


def test_contextvars_and_request_bodies_behave_as_on_a_server():
    source = """
from contextvars import ContextVar
who = ContextVar("who", default="nobody")
class Set:
    def __init__(self, app): self.app = app  # whatever comes next inside
    async def __call__(self, scope, receive, send):
        who.set("pure")
        await self.app(scope, receive, send)
app.add_middleware(Set)
@app.middleware("http")
async def read(request, call_next):
    body = await request.body()
    response = await call_next(request)
    response.headers["x-len"] = str(len(body))
    return response
@app.post("/")
def root(data: dict): return [who.get(), data]
"""
    result = run(source, request("/", "POST", body='{"a":1}'))
    assert result.response()["body"] == '["pure",{"a":1}]' and result.header("x-len") == "7"


def test_asterisk_form_reaches_the_app():
    result = run('@app.get("/")\nasync def root(): return 1', request("*", "OPTIONS"))
    assert result.response()["status"] == 404
    assert result.of("enter", "server")[0]["scope"]["path"] == "*"
