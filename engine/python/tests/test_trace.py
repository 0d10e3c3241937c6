"""What one request looks like in the trace, ring by ring."""

from __future__ import annotations

from helper import OFFSET, STARLETTE, request, run

STACK = """
class Timing(BaseHTTPMiddleware):
    async def dispatch(self, request, call_next):
        print("timing in")
        response = await call_next(request)
        print("timing out")
        return response

class Pure:
    def __init__(self, app, name="x"):
        self.app = app  # whatever comes next inside
        self.name = name
    async def __call__(self, scope, receive, send):
        if scope["type"] != "http":
            return await self.app(scope, receive, send)
        async def wrapped(message):
            print("pure sends", message["type"])
            if message["type"] == "http.response.start":
                message["headers"].append((b"x-pure", self.name.encode()))
            await send(message)
        scope["headers"].append((b"x-seen", b"1"))
        scope["state"]["who"] = "pure"
        await self.app(scope, receive, wrapped)
        print("pure out")

@app.middleware("http")
async def stamp(request, call_next):
    response = await call_next(request)
    print("stamped")
    response.headers["x-stamp"] = "1"
    return response

app.add_middleware(Timing)
app.add_middleware(Pure, name="outer")

@app.get("/items/{item}")
async def read(item: int):
    print("reading", item)
    return {"item": item}
"""


def test_layers_are_named_owned_and_styled():
    layers = {layer["id"]: layer for layer in run(STACK).opened["layers"]}
    names = list(layers)
    assert names[0] == "ServerErrorMiddleware" and names[-1] == "APIRouter"
    assert [name for name in names if layers[name]["origin"] == "yours"] == ["Pure", "Timing", "stamp"]
    assert [layers[name]["style"] for name in ("Pure", "Timing", "stamp", "APIRouter")] == [
        "asgi",
        "base",
        "function",
        "router",
    ]
    assert layers["ServerErrorMiddleware"]["origin"] == "framework"
    assert (layers["Pure"]["file"], layers["Pure"]["line"]) == ("main.py", OFFSET + 9)
    assert layers["stamp"]["line"] == OFFSET + 27
    assert [layer["depth"] for layer in layers.values()] == list(range(len(names)))


def test_the_request_enters_each_ring_from_the_browser_to_the_endpoint():
    result = run(STACK, "/items/7")
    entered = [event["layer"] for event in result.of("enter")]
    assert entered == ["browser", "server", *result.layers, "endpoint"]
    left = [event["layer"] for event in result.of("exit")]
    assert sorted(left) == sorted(entered)
    assert left[-2:] == ["server", "browser"]
    assert result.of("rule")[0]["added"] == [["Host", "localhost:8000"]]
    route = result.of("route")[0]
    assert (route["endpoint"], route["path"], route["sync"], route["file"]) == (
        "read",
        "/items/{item}",
        False,
        "main.py",
    )


def test_prints_name_the_layer_whose_code_printed():
    result = run(STACK, "/items/7")
    assert result.prints() == [
        ("Timing", "timing in"),
        ("endpoint", "reading 7"),
        ("stamp", "stamped"),
        ("Timing", "timing out"),
        ("Pure", "pure sends http.response.start"),
        ("Pure", "pure sends http.response.body"),
        ("Pure", "pure sends http.response.body"),
        ("Pure", "pure out"),
    ]


def test_headers_are_copied_as_they_stood_when_they_crossed():
    result = run(STACK, "/items/7")
    starts = {
        event["layer"]: [name for name, _ in event["message"]["headers"]]
        for event in result.of("send")
        if event["message"]["type"] == "http.response.start"
    }
    assert "x-stamp" not in starts["APIRouter"]
    assert "x-stamp" in starts["stamp"] and "x-pure" not in starts["Timing"]
    assert "x-pure" in starts["Pure"]
    assert starts["server"][:2] == ["date", "server"]


def test_changes_tell_what_a_layer_did_to_the_scope():
    entered = {event["layer"]: event for event in run(STACK, "/items/7").of("enter")}
    changes = {change["key"]: change for change in entered["Timing"]["changes"]}
    assert changes["state.who"] == {"key": "state.who", "before": None, "after": "'pure'"}
    assert changes["headers"]["after"].endswith("x-seen: 1")
    assert entered["stamp"]["changes"] == []
    assert entered["server"]["scope"]["client"] == ["127.0.0.1", 50000]


def test_a_request_body_is_received_by_each_ring():
    result = run('@app.post("/")\nasync def take(data: dict): return data', request("/", "POST", body='{"a": 1}'))
    received = result.of("receive", "endpoint")
    assert received[0]["message"]["body"]["text"] == '{"a": 1}'
    assert result.response()["body"] == '{"a":1}'
    assert result.of("rule")[0]["added"] == [["Host", "localhost:8000"], ["Content-Length", "8"]]


def test_a_layer_that_answers_by_itself_never_awaited_the_rest():
    source = """
@app.middleware("http")
async def guard(request, call_next):
    return JSONResponse({"detail": "no"}, status_code=401)
@app.get("/")
async def root(): return {}
"""
    result = run(source, "/")
    assert result.response()["status"] == 401
    assert result.of("exit", "guard")[0]["awaited"] is False
    assert result.of("exit", "ServerErrorMiddleware")[0]["awaited"] is True
    assert result.of("enter", "endpoint") == []


def test_an_exception_is_born_once_and_caught_where_it_stops():
    source = """
@app.middleware("http")
async def rescue(request, call_next):
    try:
        return await call_next(request)
    except ValueError as exc:
        return JSONResponse({"sorry": str(exc)}, status_code=503)
@app.middleware("http")
async def outer(request, call_next):
    return await call_next(request)
@app.get("/")
async def root():
    raise ValueError("broken")
"""
    result = run(source, "/")
    assert result.response()["status"] == 503 and result.exchanges[0]["error"] is None
    raised = result.of("raise")
    assert [event["layer"] for event in raised if event["born"]] == ["endpoint"]
    inside = result.layers[result.layers.index("rescue") + 1 :]
    assert inside[0] == "ExceptionMiddleware" and inside[-1] == "APIRouter"
    assert {event["layer"] for event in raised} == {"endpoint", *inside}
    assert raised[0]["error"]["line"] == OFFSET + 13
    [caught] = result.of("catch")
    assert (caught["layer"], caught["answered"], caught["error"]["type"]) == ("rescue", True, "ValueError")


def test_an_exception_that_reaches_the_server_is_the_exchange_s_error():
    result = run('@app.get("/")\nasync def root():\n    return 1 / 0', "/")
    assert result.response()["status"] == 500
    error = result.exchanges[0]["error"]
    assert (error["type"], error["message"], error["file"], error["line"]) == (
        "ZeroDivisionError",
        "division by zero",
        "main.py",
        OFFSET + 3,
    )
    assert "return 1 / 0" in error["traceback"] and "starlette" not in error["traceback"]
    assert "starlette" in error["full"]
    [caught] = result.of("catch")
    assert (caught["layer"], caught["answered"]) == ("server", False)
    assert [event["layer"] for event in result.of("raise")][-1] == "ServerErrorMiddleware"


def test_an_exception_turned_into_another_is_caught_and_a_new_one_born():
    source = """
@app.middleware("http")
async def turn(request, call_next):
    try:
        return await call_next(request)
    except ValueError as exc:
        raise KeyError("other") from exc
@app.get("/")
async def root(): raise ValueError("one")
"""
    result = run(source, "/")
    born = [(event["layer"], event["error"]["type"]) for event in result.of("raise") if event["born"]]
    assert born == [("endpoint", "ValueError"), ("turn", "KeyError")]
    kinds = [
        event["kind"] for event in result.events if event["layer"] == "turn" and event["kind"] in ("catch", "raise")
    ]
    assert kinds == ["catch", "raise"]


def test_the_exception_object_stays_the_same():
    source = """
seen = []
@app.middleware("http")
async def look(request, call_next):
    try:
        return await call_next(request)
    except ValueError as exc:
        return PlainTextResponse(str(exc is seen[0]))
@app.get("/")
async def root():
    seen.append(ValueError())
    raise seen[0]
"""
    assert run(source, "/").response()["body"] == "True"


def test_mounted_apps_have_layers_of_their_own():
    source = """
sub = FastAPI()
@sub.middleware("http")
async def inner(request, call_next):
    return await call_next(request)
@sub.get("/hello")
async def hello(): return "sub"
@app.get("/hello")
async def root(): return "main"
app.mount("/sub", sub)
"""
    result = run(source, "/sub/hello", "/hello")
    inner = next(layer for layer in result.opened["layers"] if layer["id"] == "APIRouter/inner")
    assert (inner["parent"], inner["mount"], inner["origin"]) == ("APIRouter", "/sub", "yours")
    assert result.response(0)["body"] == '"sub"' and result.response(1)["body"] == '"main"'
    assert [event["exchange"] for event in result.of("enter", "APIRouter/inner")] == [0]
    changed = {change["key"] for change in result.of("enter", "APIRouter/ServerErrorMiddleware")[0]["changes"]}
    # Until Starlette 0.33 the path is cut, too.
    assert changed == {"root_path", "endpoint"} | ({"path"} if STARLETTE < (0, 33) else set())
    assert [event["endpoint"] for event in result.of("route")] == ["hello", "root"]


def test_included_routers_have_endpoints_with_their_whole_path():
    source = """
from fastapi import APIRouter
api = APIRouter(prefix="/api")
@api.get("/things/{key}")
def thing(key: str): return key
app.include_router(api, prefix="/v1")
"""
    result = run(source, "/v1/api/things/a")
    assert result.response()["body"] == '"a"'
    route = result.of("route")[0]
    assert (route["endpoint"], route["path"], route["sync"]) == ("thing", "/v1/api/things/{key}", True)


def test_layers_that_keep_the_next_app_under_another_name_are_found():
    source = """
class Hidden:
    def __init__(self, app):
        self._next = app
    async def __call__(self, scope, receive, send):
        await self._next(scope, receive, send)
def closed(app):
    async def wrapped(scope, receive, send):
        await app(scope, receive, send)
    return wrapped
app.add_middleware(Hidden)
app.add_middleware(closed)
@app.get("/")
async def root(): return {}
"""
    result = run(source, "/")
    assert [layer["name"] for layer in result.opened["layers"] if layer["origin"] == "yours"] == ["closed", "Hidden"]
    assert [event["layer"] for event in result.of("enter")] == ["browser", "server", *result.layers, "endpoint"]


def test_layers_of_the_same_name_are_counted():
    source = "from starlette.middleware.gzip import GZipMiddleware\n" + "app.add_middleware(GZipMiddleware)\n" * 2
    result = run(source)
    assert [layer for layer in result.layers if layer.startswith("GZip")] == ["GZipMiddleware", "GZipMiddleware#2"]
    assert {layer["origin"] for layer in result.opened["layers"] if layer["name"] == "GZipMiddleware"} == {"library"}


def test_an_app_wrapped_by_hand_has_the_wrapper_as_its_first_layer():
    source = """
@app.get("/")
async def root(): return {}
class Outer:
    def __init__(self, app): self.app = app  # whatever comes next inside
    async def __call__(self, scope, receive, send):
        # passes everything on
        await self.app(scope, receive, send)
app = Outer(app)
"""
    result = run(source, "/")
    assert result.layers[:2] == ["Outer", "ServerErrorMiddleware"]
    assert [event["layer"] for event in result.of("enter")] == ["browser", "server", *result.layers, "endpoint"]


def test_a_bare_asgi_function_is_one_layer():
    source = """
async def app(scope, receive, send):
    if scope["type"] == "lifespan":
        raise RuntimeError("no lifespan")
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": b"bare"})
"""
    result = run(source, "/", head=False)
    assert result.layers == ["app"]
    assert result.response()["body"] == "bare"
    assert [event["status"] for event in result.of("lifespan")] == ["begin", "unsupported"]


def test_big_bodies_are_named_by_length_and_hash():
    result = run('@app.get("/")\nasync def root(): return PlainTextResponse("x" * 70000)', "/")
    body = next(event for event in result.of("send", "endpoint") if "body" in event["message"])["message"]["body"]
    assert (body["bytes"], body["text"], len(body["sha256"])) == (70000, None, 64)
    assert len(result.response()["body"]) == 70000


def test_events_are_numbered_without_gaps_and_come_in_time_order():
    events = run(STACK, "/items/7", "/items/8").events
    assert [event["seq"] for event in events] == list(range(len(events)))
    assert [event["at"] for event in events] == sorted(event["at"] for event in events)


def test_the_same_run_gives_the_same_bytes():
    source = (
        STACK
        + """
import random, uuid, secrets, os, datetime, tempfile
@app.get("/chance")
def chance():
    return [random.random(), random.Random().random(), str(uuid.uuid4()), str(uuid.uuid1()), secrets.token_hex(4),
        os.urandom(3).hex(), datetime.datetime.now().isoformat(), time.time(), str(object)]
"""
    )
    one, two = (run(source, "/items/7", "/chance", [request("/chance"), request("/items/1", at=5)]) for _ in range(2))
    # Batches are cut by real time; the events in them are the same.
    assert one.events == two.events
    assert one.raw == two.raw


def test_probes_change_nothing():
    groups = (
        "/items/7",
        "/items/none",
        "/missing",
        request("/items/7", "POST", body="{}"),
        request("/items/7", "HEAD"),
    )
    with_probes, without = run(STACK, *groups), run(STACK, *groups, trace=False)
    assert with_probes.exchanges == without.exchanges
    assert [text for _, text in with_probes.prints()] == [text for _, text in without.prints()]
    assert with_probes.opened["layers"] == without.opened["layers"]
    assert {event["kind"] for event in without.events} <= {"log", "lifespan", "task", "clock"}


def test_addresses_of_objects_are_left_out():
    source = """
@app.get("/")
async def root():
    print(object())
    logging.getLogger("x").warning("%r", root)
    raise ValueError(object())
"""
    result = run(source, "/")
    assert result.prints()[0][1] == "<object object at 0x…>"
    assert [event["text"] for event in result.of("log") if event.get("logger") == "x"] == ["<function root at 0x…>"]
    assert result.exchanges[0]["error"]["message"] == "<object object at 0x…>"
    assert "object at 0x…>" in result.exchanges[0]["error"]["full"]
