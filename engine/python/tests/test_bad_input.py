"""Mistakes that programs make: each ends in one clear sentence, and the engine takes the next Run."""

from __future__ import annotations

import pytest
from helper import HEAD, OFFSET, request, run

from peel.preload import find_spoilers, list_packages

ROOT = '@app.get("/")\nasync def root(): return 1\n'
ASGI = """class T:
    def __init__(self, app) -> None: self.app = app
    async def __call__(self, scope, receive, send) -> None:
        if scope["type"] != "http": return await self.app(scope, receive, send)
{}
app.add_middleware(T)
"""


def asgi(*lines: str) -> str:
    return ROOT + ASGI.format("\n".join(f"        {line}" for line in lines))


START = 'await send({"type": "http.response.start", "status": 200, "headers": []})'
BODY = 'await send({"type": "http.response.body", "body": b"x"})'

# Source, then line in main.py and words of the sentence.
LOADING: dict[str, tuple[str, int | None, str]] = {
    "no app": ("del app", None, "main.py has no `app`. Add `app = FastAPI()` to it."),
    "two apps": (
        "api, admin = FastAPI(), FastAPI()\ndel app",
        None,
        "2 apps: `api` and `admin`. Call one of them `app`, or choose it by its name.",
    ),
    "an app that is none": ("app = {}", None, "`app` in main.py is a dict, not an ASGI application."),
    "an instance instead of a class": (
        "class T:\n    def __init__(self, app=None): pass\n    async def __call__(self, scope, receive, send): pass\n"
        "app.add_middleware(T())",
        4,
        "add_middleware() wants a class, and gets an instance of T",
    ),
    "a wrong argument": (
        "class T:\n    def __init__(self, app, limit): pass\napp.add_middleware(T, size=3)",
        3,
        f"T (added in main.py line {OFFSET + 3}) cannot be made: ",
    ),
    "a package that is not there": ("import pandas", 1, "imports pandas, which is not in this playground."),
    "a module that a package has not": ("import fastapi.magic", 1, "fastapi has no such module"),
    "a server of its own": ("import uvicorn\nuvicorn.run(app)", 2, "a server runs the app already. Take this call out"),
    "app.run()": ("app.run()", 1, "An app has no run(): the server is started for you. Take the line out."),
    "a null byte": ("x = 1\ny = '\0'", 2, "source code string cannot contain null bytes"),
    "tabs among spaces": ("if 1:\n        x = 1\n\ty = 2", 3, "inconsistent use of tabs and spaces"),
    "an import of names that are not there": ("from fastapi import Magic", 1, "cannot import name 'Magic'"),
    "memory of its own kind": ("def f(): return f()\nf()", 1, "RecursionError"),
}


def assert_that_the_next_run_works() -> None:
    assert run(ROOT, "/").response()["body"] == "1"


@pytest.mark.parametrize(("source", "line", "words"), LOADING.values(), ids=LOADING.keys())
def test_what_cannot_be_loaded_says_where_and_why(source: str, line: int | None, words: str):
    result = run(source, "/")
    assert result.error["phase"] == "load"
    assert words in result.error["text"]
    assert (result.error["file"], result.error["line"]) == ("main.py", None if line is None else OFFSET + line)
    assert "\n" not in result.error["text"]
    assert_that_the_next_run_works()


SEVERAL: dict[str, tuple[dict[str, str], str, int, str]] = {
    "a syntax error in a second file": (
        {"main.py": HEAD + "from other import x", "other.py": "x = 1\ndef f(:\n"},
        *("other.py", 2, "other.py line 2 is not valid Python"),
    ),
    "a circular import": (
        {"main.py": "from a import x", "a.py": "from b import y\nx = 1", "b.py": "y = 1\nfrom a import x"},
        *("b.py", 2, "b.py line 2 imports from a, which is not through with its own imports"),
    ),
}


@pytest.mark.parametrize(("files", "file", "line", "words"), SEVERAL.values(), ids=SEVERAL.keys())
def test_what_cannot_be_loaded_names_the_file(files: dict[str, str], file: str, line: int, words: str):
    result = run(files, "/")
    assert words in result.error["text"]
    assert (result.error["file"], result.error["line"]) == (file, line)
    assert_that_the_next_run_works()


# Source, status of the response, then type, line and hint of the exception that reached the server.
SERVING: dict[str, tuple[str, int | None, str | None, int | None, str]] = {
    "a middleware without __call__": (
        ROOT + "class T:\n    def __init__(self, app) -> None: pass\napp.add_middleware(T)",
        *(500, "TypeError", 3, "has no __call__: a middleware class needs `async def __call__"),
    ),
    "a __call__ that is no coroutine function": (
        ROOT + "class T:\n    def __init__(self, app): pass\n    def __call__(self, scope, receive, send): pass\n"
        "app.add_middleware(T)",
        *(500, "TypeError", 5, "is a plain function: write `async def __call__"),
    ),
    "a response that is sent twice": (
        asgi("await self.app(scope, receive, send)", START),
        *(200, "RuntimeError", 8, "The response had begun already"),
    ),
    "a body before the start": (asgi(BODY), 500, "RuntimeError", 7, "The head comes first"),
    "headers that are no bytes": (
        asgi(START.replace("[]", "[(1, 2)]"), BODY),
        *(None, "TypeError", 7, ""),
    ),
    "dispatch that returns nothing": (
        ROOT + '@app.middleware("http")\nasync def m(request, call_next):\n    await call_next(request)',
        *(500, "TypeError", 4, "`m` (main.py line"),
    ),
    "dispatch that returns a dict": (
        ROOT + "class D(BaseHTTPMiddleware):\n    async def dispatch(self, request, call_next):\n        return {}\n"
        "app.add_middleware(D)",
        *(500, "TypeError", 4, "gave a dict back; it must be a Response"),
    ),
    "dispatch that is a plain function": (
        ROOT + '@app.middleware("http")\ndef m(request, call_next):\n    return PlainTextResponse("x")',
        *(500, "TypeError", 4, "is a plain function: write `async def m(…)`"),
    ),
    "call_next() without the request": (
        ROOT + '@app.middleware("http")\nasync def m(request, call_next):\n    return await call_next()',
        *(500, "TypeError", 5, "call_next wants the request: write `await call_next(request)`"),
    ),
    "deep recursion": (
        '@app.get("/")\nasync def root():\n    def f(): return f()\n    return f()',
        *(500, "RecursionError", 3, ""),
    ),
    "what cannot become JSON": (
        '@app.get("/")\nasync def root(): return object()',
        *(500, "ValueError", None, ""),
    ),
}


@pytest.mark.parametrize(("source", "status", "kind", "line", "hint"), SERVING.values(), ids=SERVING.keys())
def test_what_fails_while_serving_says_where_and_hints(
    source: str, status: int | None, kind: str, line: int | None, hint: str
):
    result = run(source, "/")
    exchange = result.exchanges[0]
    assert (exchange["response"]["status"] if exchange["response"] else None) == status
    error = exchange["error"]
    assert (error["type"], error["line"]) == (kind, None if line is None else OFFSET + line)
    assert hint in error.get("hint", "")
    assert result.of("enter", exchange=0)
    assert_that_the_next_run_works()


def test_what_only_runs_as_a_program_does_not_run():
    result = run(f'import uvicorn\n{ROOT}if __name__ == "__main__":\n    uvicorn.run("main:app", reload=True)', "/")
    assert result.response()["body"] == "1"


def test_generator_endpoints_stream():
    for word in ("", "async "):
        assert run(f'@app.get("/")\n{word}def root():\n    yield 1\n    yield 2', "/").response()["body"] == "1\n2\n"


def test_a_body_of_50_mb_is_sent_and_named_by_its_hash():
    source = '@app.get("/")\nasync def root(): return PlainTextResponse(b"x" * 50_000_000)'
    result = run(source, "/")
    assert len(result.response()["body"]) == 50_000_000
    assert max(len(str(event)) for event in result.events) < 5_000
    assert_that_the_next_run_works()


def test_a_body_of_50_mb_is_received_and_named_by_its_hash():
    source = '@app.post("/")\nasync def root(request: Request): return len(await request.body())'
    result = run(source, request("/", method="POST", body="x" * 50_000_000))
    assert result.response()["body"] == "50000000"
    assert sum(len(str(event)) for event in result.events) < 2_000_000
    assert_that_the_next_run_works()


def test_of_many_pieces_the_first_are_kept_whole_and_the_others_named_by_their_hashes():
    source = """
@app.get("/")
async def root():
    async def pieces():
        for number in range(400):
            yield b"%5d" % number + b"x" * 50_000
        yield b"the end"
    return StreamingResponse(pieces())
"""
    for result in (run(source, "/"), run(source, "/")):
        assert len(result.response()["body"]) == 400 * 50_005 + 7
        bodies = [event["message"]["body"] for event in result.of("send", "endpoint") if "body" in event["message"]]
        kept = [body["bytes"] for body in bodies if body["text"] is not None]
        assert kept[:-2] == [50_005] * (8 * 2**20 // 50_005) and kept[-2:] == [7, 0]
        assert all(len(body["sha256"]) == 64 for body in bodies if body["text"] is None)


def test_a_million_events_are_stopped_and_the_first_ones_stay():
    source = """
@app.get("/")
async def root():
    async def pieces():
        for _ in range(1_000_000):
            yield b"x"
    return StreamingResponse(pieces())
"""
    result = run(source, "/", limits={"lines": 10**7, "jumps": 10**7, "events": 2_000})
    assert result.stop is not None
    assert result.stop["reason"] == "events"
    assert "that is more than can be shown" in result.stop["text"]
    assert len(result.events) > 1_900
    assert_that_the_next_run_works()


def test_the_packages_that_are_there_are_named():
    text = run("import pandas").error["text"]
    for name in ("fastapi", "httpx", "jwt", "pydantic_settings", "redis", "requests", "structlog", "websockets"):
        assert name in list_packages()
        assert name in text
    assert "certifi" not in text


def test_what_would_spoil_a_snapshot_is_found(monkeypatch: pytest.MonkeyPatch):
    import sys
    from types import ModuleType

    class JsProxy:
        """As Pyodide's objects of JavaScript's are called."""

    bridge, compiled, fine = ModuleType("net.fetch"), ModuleType("zlibx"), ModuleType("pydantic_core._pydantic_core")
    vars(bridge)["window"] = JsProxy()
    compiled.__file__ = "/lib/zlibx.so"
    fine.__file__ = "/lib/pydantic_core.so"
    monkeypatch.setattr(sys, "platform", "emscripten")
    found = list(find_spoilers({one.__name__: one for one in (bridge, compiled, fine)}))
    assert found == ["net.fetch.window is an object of JavaScript's", "zlibx is a compiled library"]
