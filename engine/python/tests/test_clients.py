"""Client programs beside the server: which exchanges and events come of them. What they print is held against CPython
in `engine/cli/clients.test.ts`."""

from __future__ import annotations

import os
import sys
import threading
import time
from typing import Any

import pytest
from helper import HEAD, LIMITS, Run

from peel.batches import read_batches
from peel.engine import Engine
from peel.lines import AVAILABLE

APP = """
@app.middleware("http")
async def stamp(request, call_next):
    print("in", request.url.path)
    return await call_next(request)
@app.get("/")
async def root(request: Request): return dict(request.headers)
@app.get("/slow")
async def slow():
    await asyncio.sleep(30)
@app.get("/never")
async def never():
    await asyncio.Event().wait()
"""


def run(client: str, *more: str, app: str = APP, trace: bool = True) -> tuple[Run, list[Any]]:
    """Open, run the client programs, close."""
    programs = {f"client{number or ''}.py": text for number, text in enumerate((client, *more))}
    batches: list[str] = []
    engine = Engine(batches.append)
    files = {"main.py": HEAD + app, **programs}
    opened: Any = engine.call(
        "open", {"files": files, "entry": "main.py", "app": None, "trace": trace, "limits": LIMITS}
    )
    results: list[Any] = [engine.call("client", {"file": name}) for name in programs]
    engine.call("close", None)
    events = list(read_batches(batches))
    exchanges = [one for result in results for one in result["exchanges"]]
    return Run(opened, exchanges, events, results[-1]["stop"]), results


def test_a_request_of_a_client_is_an_exchange_through_uvicorn_and_every_layer():
    result, (ended,) = run("import requests\nprint(requests.get('http://localhost:8000/?a=1').json()['host'])")
    assert ended["error"] is None
    (exchange,) = result.exchanges
    assert (exchange["from"], exchange["title"]) == (0, "GET /?a=1")
    assert exchange["request"]["url"] == "http://localhost:8000/?a=1"
    assert [name for name, _ in exchange["request"]["headers"]] == [
        *("Host", "User-Agent", "Accept-Encoding", "Accept", "Connection"),
    ]
    assert exchange["response"]["status"] == 200
    rings = [event["layer"] for event in result.of("enter", exchange=0)]
    assert rings == ["browser", "server", *result.layers, "endpoint"]
    assert [event["layer"] for event in result.of("exit", exchange=0)] == rings[::-1]
    assert result.prints() == [("stamp", "in /"), (None, "localhost:8000")]


def test_a_call_of_test_client_has_no_server_around_it():
    source = """
from fastapi.testclient import TestClient
from main import app
with TestClient(app) as client:
    print(client.get("/", params={"a": "1"}).status_code)
"""
    result, (ended,) = run(source)
    assert ended["error"] is None
    assert (result.exchanges[0]["title"], result.exchanges[0]["request"]["url"]) == (
        "GET /?a=1",
        "http://testserver/?a=1",
    )
    assert [event["layer"] for event in result.of("enter", exchange=0)] == ["browser", *result.layers, "endpoint"]
    assert result.prints() == [("stamp", "in /"), (None, "200")]


def test_exchanges_count_on_from_one_client_to_the_next_and_ports_stay_with_a_connection():
    source = """
import httpx
with httpx.Client(base_url="http://localhost:8000") as client:
    print([client.get("/port").json() for _ in range(2)], httpx.get("http://localhost:8000/port").json())
"""
    app = "@app.get('/port')\nasync def port(request: Request): return request.client.port"
    result, ended = run(source, source, app=app)
    assert [[one["from"] for one in each["exchanges"]] for each in ended] == [[0, 1, 2], [0, 1, 2]]
    assert [text for _, text in result.prints()] == ["[50000, 50000] 50001", "[50003, 50003] 50004"]
    assert sorted({event["exchange"] for event in result.events if event["exchange"] is not None}) == list(range(6))


def test_https_is_the_scheme_that_the_app_sees():
    source = """
import asyncio, httpx, requests
for get in (requests.get, httpx.get):
    print(get("https://shop.example/scheme").json())
async def main():
    async with httpx.AsyncClient() as client:
        print((await client.get("https://shop.example/scheme")).json())
asyncio.run(main())
"""
    app = "@app.get('/scheme')\nasync def scheme(request: Request): return str(request.url)"
    result, (ended,) = run(source, app=app)
    assert ended["error"] is None
    assert [text for _, text in result.prints()] == ["https://shop.example/scheme"] * 3
    assert result.exchanges[0]["request"]["url"] == "https://shop.example/scheme"


def test_an_exception_ends_the_client_and_not_the_session():
    result, (first, second) = run(
        "x = 1\nprint(x / 0)", "import requests\nprint(requests.get('http://localhost:8000').ok)"
    )
    assert (first["error"]["type"], first["error"]["file"], first["error"]["line"]) == (
        "ZeroDivisionError",
        "client.py",
        2,
    )
    assert "peel" not in first["error"]["full"]
    assert second["error"] is None
    assert result.prints()[-1] == (None, "True")


@pytest.mark.parametrize(
    ("source", "kind", "line", "words"),
    [
        ("def f(:\n", "SyntaxError", 1, "invalid syntax"),
        ("import sys\nsys.exit(4)", "SystemExit", 2, "4"),
        ("import requests\nrequests.get('http://example.invalid')", "ConnectionError", 2, "Name or service not known"),
        ("import requests\nrequests.get('http://localhost:1')", "ConnectionError", 2, "Connection refused"),
        ("import nowhere", "ModuleNotFoundError", 1, "nowhere"),
        (
            "import requests\nrequests.get('http://localhost:8000/never')",
            "Stalled",
            2,
            "client.py line 2 waits for what will never come: The endpoint awaits Event.wait()",
        ),
        ("import threading\nthreading.Event().wait()", "Stalled", 2, "client.py line 2 waits for what will never come"),
        (
            "import asyncio\nasync def main():\n    await asyncio.Event().wait()\nasyncio.run(main())",
            "Stalled",
            4,
            "client.py line 4 waits for what will never come",
        ),
    ],
)
def test_what_ends_a_client(source: str, kind: str, line: int, words: str):
    _, (ended,) = run(source)
    assert (ended["error"]["type"], ended["error"]["line"]) == (kind, line)
    assert words in ended["error"]["message"]


def test_a_timeout_is_one_of_the_virtual_clock_and_the_app_is_left_alone_with_the_rest():
    source = """
import time, requests
try:
    requests.get("http://localhost:8000/slow", timeout=2.5)
except requests.ReadTimeout as error:
    print(type(error).__name__, time.time())
"""
    started = time.monotonic()
    result, (ended,) = run(source)
    assert time.monotonic() - started < 5
    assert (ended["error"], result.prints()[-1]) == (None, (None, "ReadTimeout 1830297602.5"))
    assert result.exchanges[0]["response"] is None
    assert [event["why"] for event in result.of("clock")] == ["sleep", "sleep"]


def test_a_client_that_never_ends_is_stopped():
    source = "import time\nwhile True:\n    time.sleep(7)"
    result, (ended,) = run(source)
    assert ended["error"] is None
    assert result.stop is not None
    assert (result.stop["reason"], result.stop["file"], result.stop["line"]) == ("time", "client.py", 3)


def test_a_file_that_is_not_there_is_said():
    engine = Engine(lambda _batch: None)
    engine.call("open", {"files": {"main.py": HEAD}, "entry": "main.py", "app": None, "trace": True, "limits": LIMITS})
    ended: Any = engine.call("client", {"file": "client.py"})
    engine.call("close", None)
    assert ended["error"]["message"] == "There is no client.py among the files (Python files: main.py)."


def test_nothing_of_a_client_is_left_and_the_same_client_gives_the_same_trace():
    source = """
import asyncio, httpx, os, requests, socket, threading
os.environ["LEFT"] = "1"
async def main():
    async with httpx.AsyncClient(base_url="http://localhost:8000") as client:
        print([one.status_code for one in await asyncio.gather(*(client.get("/") for _ in range(3)))])
asyncio.run(main())
print(requests.get("http://localhost:8000").elapsed)
"""
    before = (sys.modules["__main__"], time.sleep, threading.Condition.wait, dict(os.environ))
    first, _ = run(source)
    second, _ = run(source)
    assert (sys.modules["__main__"], time.sleep, threading.Condition.wait, dict(os.environ)) == before
    assert first.events == second.events
    assert [text for layer, text in first.prints() if layer is None] == ["[200, 200, 200]", "0:00:00"]
    assert [one["response"] for one in run(source, trace=False)[0].exchanges] == [
        one["response"] for one in first.exchanges
    ]


@pytest.mark.skipif(not AVAILABLE, reason="this Python has no sys.monitoring (3.12 and later have it)")
def test_the_lines_of_a_client_are_told_outside_of_every_exchange():
    result, _ = run("import requests\nfor _ in range(2):\n    requests.get('http://localhost:8000')")
    lines = [
        (event["line"], event["exchange"], event["layer"])
        for event in result.of("line")
        if event["file"] == "client.py"
    ]
    assert lines == [(line, None, None) for line in (1, 2, 3, 2, 3, 2)]


def test_a_request_on_a_connection_whose_last_response_has_not_ended_is_an_exchange_of_its_own():
    """As in older versions of Starlette, where the last message of a BaseHTTPMiddleware is an empty one."""
    app = """
class Late:
    def __init__(self, app) -> None: self.app = app
    async def __call__(self, scope, receive, send) -> None:
        if scope["type"] != "http": return await self.app(scope, receive, send)
        await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"2")]})
        await send({"type": "http.response.body", "body": b"ok", "more_body": True})
        await asyncio.sleep(1)
        print("over", scope["path"])
        await send({"type": "http.response.body", "body": b""})
app.add_middleware(Late)
"""
    client = """
import requests
with requests.Session() as session:
    print([session.get(f"http://localhost:8000/{number}").text for number in range(2)])
"""
    result, (ended,) = run(client, app=app)
    assert ended["error"] is None
    assert [(event["exchange"], event["text"]) for event in result.of("log") if event["source"] == "print"] == [
        (0, "over /0"),
        (None, "['ok', 'ok']"),
        (1, "over /1"),
    ]
    assert [one["title"] for one in result.exchanges] == ["GET /0", "GET /1"]
