"""The lifespan crosses the layers as a request does, but belongs to no exchange. WebSockets cross them too."""

from __future__ import annotations

from helper import OFFSET, run

LIVING = """
from contextlib import asynccontextmanager
class Pure:
    def __init__(self, app): self.app = app  # whatever comes next inside
    async def __call__(self, scope, receive, send):
        async def marked(message):
            if scope["type"] == "lifespan":
                print("pure sends", message["type"])
            await send(message)
        await self.app(scope, receive, marked)
@asynccontextmanager
async def life(app):
    print("up")
    yield {"pool": 3}
    print("down")
app = FastAPI(lifespan=life)
app.add_middleware(Pure)
@app.get("/")
async def root(request: Request): return request.state.pool
"""


def test_each_layer_sees_the_lifespan_come_in_and_go_out():
    result = run(LIVING, "/")
    assert result.response()["body"] == "3"
    living = result.lifespan()
    entered = [event["layer"] for event in living if event["kind"] == "enter"]
    assert entered == ["server", *result.layers]
    assert living[0]["scope"] == {"type": "lifespan", "state": {}}
    messages = [
        (event["kind"], event["message"]["type"])
        for event in living
        if event["layer"] == "Pure" and event["kind"] in ("receive", "send")
    ]
    assert messages == [
        ("receive", "lifespan.startup"),
        ("send", "lifespan.startup.complete"),
        ("receive", "lifespan.shutdown"),
        ("send", "lifespan.shutdown.complete"),
    ]
    left = [event["layer"] for event in living if event["kind"] == "exit"]
    assert left == [*reversed(result.layers), "server"]
    assert {event["exchange"] for event in living} == {None}
    assert result.prints() == [
        ("APIRouter", "up"),
        ("Pure", "pure sends lifespan.startup.complete"),
        ("APIRouter", "down"),
        ("Pure", "pure sends lifespan.shutdown.complete"),
    ]


def test_the_lifespan_is_the_same_with_and_without_trace():
    traced, untraced = run(LIVING, "/"), run(LIVING, "/", trace=False)
    assert traced.exchanges == untraced.exchanges and untraced.lifespan() == []
    assert [text for _, text in traced.prints()] == [text for _, text in untraced.prints()]


FAILING = """
import traceback
from contextlib import asynccontextmanager
class Watch:
    def __init__(self, app): self.app = app  # whatever comes next inside
    async def __call__(self, scope, receive, send):
        try:
            await self.app(scope, receive, send)
        except BaseException:
            print(traceback.format_exc())
            raise
@asynccontextmanager
async def life(app):
    raise ValueError("no database")
    yield
app = FastAPI(lifespan=life)
app.add_middleware(Watch)
"""


def test_an_exception_in_the_lifespan_is_born_in_the_router_and_ends_at_the_server():
    result = run(FAILING)
    assert result.error["phase"] == "lifespan" and result.error["line"] == OFFSET + 14
    living = result.lifespan()
    [failed] = [event["message"] for event in living if event["kind"] == "send" and event["layer"] == "APIRouter"]
    assert failed["type"] == "lifespan.startup.failed" and "no database" in failed["reason"]
    born = [(event["layer"], event["error"]["line"]) for event in living if event["kind"] == "raise" and event["born"]]
    assert born == [("APIRouter", OFFSET + 14)]
    [caught] = [event for event in living if event["kind"] == "catch"]
    assert (caught["layer"], caught["error"]["type"]) == ("server", "ValueError")


def test_tracebacks_that_a_program_prints_read_the_same_with_and_without_trace():
    traced, untraced = run(FAILING), run(FAILING, trace=False)
    texts = [text for _, text in traced.prints()]
    assert texts == [text for _, text in untraced.prints()]
    assert not any("probe.py" in text for text in texts)
    source = """
import traceback
class Watch:
    def __init__(self, app): self.app = app  # whatever comes next inside
    async def __call__(self, scope, receive, send):
        async def failing(message):
            raise RuntimeError("not sent")
        try:
            await self.app(scope, receive, failing)
        except Exception:
            print(traceback.format_exc())
            raise
app.add_middleware(Watch)
@app.middleware("http")
async def based(request, call_next):
    try:
        return await call_next(request)
    except Exception:
        print(traceback.format_exc())
        raise
@app.get("/")
async def root(): return 1 / 0
@app.get("/sent")
async def sent(): return 1
"""
    for path in ("/", "/sent"):
        traced, untraced = run(source, path), run(source, path, trace=False)
        assert [text for _, text in traced.prints()] == [text for _, text in untraced.prints()]
        assert len(traced.prints()) > 20


def test_tasks_of_the_lifespan_end_with_the_server():
    source = """
from contextlib import asynccontextmanager
async def work():
    try:
        while True: await asyncio.sleep(1)
    finally:
        print("worker stops")
@asynccontextmanager
async def life(app):
    task = asyncio.create_task(work())
    yield
app = FastAPI(lifespan=life)
@app.get("/")
async def root(): return 1
"""
    result = run(source, "/")
    assert ("APIRouter", "worker stops") in result.prints()


SOCKET = """
from fastapi import WebSocket
class Pure:
    def __init__(self, app): self.app = app  # whatever comes next inside
    async def __call__(self, scope, receive, send):
        scope["state"]["kind"] = scope["type"]
        await self.app(scope, receive, send)
app.add_middleware(Pure)
@app.websocket("/echo/{room}")
async def echo(socket: WebSocket, room: str):
    await socket.accept(subprotocol="chat")
    await socket.send_text(await socket.receive_text() + room)
    await socket.send_bytes(await socket.receive_bytes())
    await socket.close(3000, "bye")
@app.websocket("/fails")
async def fails(socket: WebSocket):
    await socket.accept()
    raise ValueError("torn")
@app.get("/dial/{path:path}")
async def dial(request: Request, path: str):
    scope = {"type": "websocket", "path": f"/{path}", "headers": [], "query_string": b"", "state": {},
        "scheme": "ws", "client": None, "server": None, "subprotocols": ["chat"], "extensions": {}}
    said = [{"type": "websocket.connect"}, {"type": "websocket.receive", "text": "hi"},
        {"type": "websocket.receive", "bytes": b"\\xff"}]
    heard = []
    async def receive(): return said.pop(0)
    async def send(message): heard.append(message["type"])
    try:
        await app(scope, receive, send)
    except ValueError as exc:
        heard.append(str(exc))
    return heard
"""


def test_messages_of_a_websocket_cross_the_layers():
    result = run(SOCKET, "/dial/echo/7")
    types = ["websocket.accept", "websocket.send", "websocket.send", "websocket.close"]
    assert result.response()["body"] == str(types).replace("'", '"').replace(", ", ",")
    sent = [event["message"] for event in result.of("send", "Pure") if event["message"]["type"].startswith("websocket")]
    assert sent[0] == {"type": "websocket.accept", "headers": [], "subprotocol": "chat"}
    assert (sent[1]["frame"], sent[1]["body"]["text"]) == ("text", "hi7")
    assert (sent[2]["frame"], sent[2]["body"]["text"], sent[2]["body"]["encoding"]) == ("binary", "/w==", "base64")
    assert sent[3] == {"type": "websocket.close", "code": 3000, "reason": "bye"}
    received = [event["message"]["type"] for event in result.of("receive", "endpoint")]
    assert received == ["websocket.connect", "websocket.receive", "websocket.receive"]
    assert [event["endpoint"] for event in result.of("route")] == ["dial", "echo"]
    assert result.of("route")[1]["path"] == "/echo/{room}"


def test_an_exception_of_a_websocket_passes_the_layers():
    result = run(SOCKET, "/dial/fails")
    assert result.response()["body"] == '["websocket.accept","torn"]'
    raised = result.of("raise")
    assert [event["layer"] for event in raised if event["born"]] == ["endpoint"]
    assert [event["layer"] for event in raised][-1] == "ServerErrorMiddleware"
    assert [(event["layer"], event["error"]["type"]) for event in result.of("catch")] == [("endpoint", "ValueError")]


def test_websockets_are_the_same_with_and_without_trace():
    for path in ("/dial/echo/7", "/dial/fails"):
        assert run(SOCKET, path).exchanges == run(SOCKET, path, trace=False).exchanges
