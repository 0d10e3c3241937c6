"""What goes wrong in a learner's program, and how it is said."""

from __future__ import annotations

import pytest
from helper import OFFSET, run


@pytest.mark.parametrize(
    ("source", "kind", "line", "words"),
    [
        ("x = 1\ndef f(:\n", "SyntaxError", 2, "main.py line 2 is not valid Python"),
        ("x = 1\n\nimport redis_of_no_one", "ModuleNotFoundError", 3, "imports redis_of_no_one, which is not in this"),
        ("from fastapi import FastApi", "ImportError", 1, "main.py line 1 cannot import"),
        ("def f():\n    return {}['a']\nf()", "KeyError", 2, "main.py line 2 failed while the app was being loaded"),
        ("import sys\nsys.exit(1)", "SystemExit", 2, "ends the program"),
        ("from fastapi import FastAPI\napi = FastAPI()", "LoadError", None, "a FastAPI named `api`"),
        ("x = 1", "LoadError", None, "Add `app = FastAPI()`"),
        ("app = 'text'", "LoadError", None, "`app` in main.py is a str, not an ASGI application"),
        ("def create_app(): return 1", "LoadError", None, "`app = create_app()`"),
        ("import js", "ImportError", 1, "no browser stands behind this Python"),
        ("import importlib\nimportlib.import_module('pyodide.code')", "ImportError", 2, "no browser stands behind"),
    ],
)
def test_a_file_that_cannot_be_loaded_says_where_and_why(source: str, kind: str, line: int | None, words: str):
    result = run(source, head=False)
    assert (result.error["type"], result.error["line"], result.error["phase"]) == (kind, line, "load")
    assert words in result.error["text"]
    assert result.error["file"] == "main.py"


def test_errors_in_other_files_name_those_files():
    files = {"main.py": "from shop.core import app", "shop/__init__.py": "", "shop/core.py": "app = 1 / 0"}
    result = run(files)
    assert (result.error["file"], result.error["line"], result.error["type"]) == (
        "shop/core.py",
        1,
        "ZeroDivisionError",
    )


def test_packages_and_data_files_are_found():
    files = {
        "main.py": "from shop import core\nfrom fastapi import FastAPI\napp = FastAPI()\napp.get('/')(core.read)",
        "shop/core.py": "from pathlib import Path\nfrom .names import NAME\n"
        "def read():\n    return [NAME, Path('data/x.json').read_text()]",
        "shop/names.py": "NAME = 'shop'",
        "data/x.json": '{"a": 1}',
    }
    result = run(files, "/")
    assert result.response()["body"] == '["shop","{\\"a\\": 1}"]'
    assert (result.of("route")[0]["file"], result.of("route")[0]["line"]) == ("shop/core.py", 3)


def test_a_factory_works_when_it_is_named():
    source = "def make():\n    app = FastAPI()\n    app.get('/')(lambda: 'made')\n    return app"
    assert run(source, "/", app="make").response()["body"] == '"made"'


def test_a_middleware_with_wrong_arguments_is_named_with_the_line_that_added_it():
    result = run("class Mine:\n    def __init__(self, app): pass\napp.add_middleware(Mine, speed=1)")
    assert result.error["type"] == "TypeError" and result.error["line"] == OFFSET + 3
    assert result.error["text"].startswith(f"Mine (added in main.py line {OFFSET + 3}) cannot be made")


def test_a_startup_that_fails_is_an_error_of_the_lifespan():
    source = """
from contextlib import asynccontextmanager
@asynccontextmanager
async def life(app):
    raise RuntimeError("no database")
    yield
app = FastAPI(lifespan=life)
"""
    result = run(source, "/")
    assert (result.error["phase"], result.error["type"], result.error["line"]) == (
        "lifespan",
        "RuntimeError",
        OFFSET + 5,
    )
    assert "no database" in result.error["text"]
    assert result.exchanges == []
    assert [event["status"] for event in result.of("lifespan")] == ["begin", "failed"]


def test_a_startup_that_waits_forever_is_an_error_of_the_lifespan():
    source = """
from contextlib import asynccontextmanager
@asynccontextmanager
async def life(app):
    await asyncio.Event().wait()
    yield
app = FastAPI(lifespan=life)
"""
    result = run(source)
    assert (result.error["phase"], result.error["type"], result.error["line"]) == ("lifespan", "Stalled", OFFSET + 5)


@pytest.mark.parametrize(
    "body",
    [
        "    response = call_next(request)\n    return response",
        "    response = call_next(request)\n    response.headers['x'] = '1'\n    return response",
    ],
)
def test_a_missing_await_is_hinted_at(body: str):
    result = run(f'@app.middleware("http")\nasync def forgot(request, call_next):\n{body}', "/")
    error = result.exchanges[0]["error"]
    assert "coroutine" in error["message"]
    assert any(text.startswith(f"main.py:{OFFSET + 3}: RuntimeWarning") for _, text in result.prints())
    assert error["hint"] == (
        f"call_next(request) gives a coroutine: write `await call_next(request)` (main.py line {OFFSET + 3})"
    )


def test_a_coroutine_nobody_awaited_is_logged_with_its_line():
    source = """
async def work(): pass
@app.get("/")
async def root():
    work()
    return {}
"""
    result = run(source, "/")
    assert (
        "endpoint",
        f"main.py:{OFFSET + 5}: RuntimeWarning: coroutine 'work' was never awaited",
    ) in result.prints()


def test_a_pure_middleware_that_forgets_to_await_is_answered_by_the_server():
    source = """
class Pure:
    def __init__(self, app): self.app = app  # whatever comes next inside
    async def __call__(self, scope, receive, send):
        if scope["type"] == "lifespan": return await self.app(scope, receive, send)
        self.app(scope, receive, send)
app.add_middleware(Pure)
"""
    result = run(source, "/")
    assert result.response()["status"] == 500
    texts = [event["text"] for event in result.of("log")]
    assert "ERROR:    ASGI callable returned without starting response." in texts
    assert any("was never awaited" in text and text.startswith(f"main.py:{OFFSET + 6}") for text in texts)


@pytest.mark.parametrize(
    ("call", "words"),
    [
        ("input('name?')", "input() waits for a keyboard"),
        ("__import__('threading').Thread(target=print).start()", "can't start new thread"),
        ("__import__('subprocess').run(['ls'])", "no other programs here"),
        ("__import__('socket').create_connection(('example.org', 80))", "no network here"),
        ("__import__('js')", "no browser stands behind this Python"),
        ("__import__('sys').modules['pyodide']", "pyodide"),
        ("__import__('pyodide_js')", "no browser stands behind this Python"),
    ],
)
def test_what_is_not_there_says_so(call: str, words: str):
    result = run(f'@app.get("/")\nasync def root():\n    {call}', "/")
    assert words in result.exchanges[0]["error"]["message"]


def test_leaving_by_exit_is_an_error_of_that_exchange_only():
    source = '@app.get("/")\nasync def root():\n    raise SystemExit(3)\n@app.get("/ok")\nasync def ok(): return 1'
    middle = '\n@app.middleware("http")\nasync def through(request, call_next): return await call_next(request)'
    result = run(source + middle, "/", "/ok")
    # The task group around call_next puts it in a group.
    assert result.exchanges[0]["error"]["type"].endswith("ExceptionGroup")
    assert result.exchanges[0]["error"]["line"] == OFFSET + 3
    assert result.response(1)["body"] == "1"


def test_nothing_of_a_session_is_left_for_the_next():
    run("import shutil, builtins\nbuiltins.left_over = 1\nlogging.getLogger('x').setLevel(10)", "/")
    files = {"main.py": "import extra\nfrom fastapi import FastAPI\napp = FastAPI()", "extra.py": "value = 1"}
    assert run(files).error is None
    assert run("import extra").error["type"] == "ModuleNotFoundError"


def test_a_call_next_that_is_neither_awaited_nor_returned_gets_a_hint():
    source = """
@app.middleware("http")
async def outer(request, call_next):
    call_next(request)
@app.get("/")
async def root(): return 1
"""
    error = run(source, "/").exchanges[0]["error"]
    assert error["hint"] == (
        f"call_next(request) was never awaited: write `return await call_next(request)` (main.py line {OFFSET + 4})"
    )


def test_a_recursion_without_end_is_an_exception_that_can_be_read():
    source = """
def ping(n): return pong(n + 1)
def pong(n):
    return ping(n + 1)
@app.get("/")
async def root(): return ping(0)
@app.get("/alone")
async def alone(): return again()
def again(): return again()
@app.get("/after")
async def after(): return "fine"
"""
    result = run(source, "/", "/alone", "/after")
    error = result.exchanges[0]["error"]
    assert (error["type"], error["file"]) == ("RecursionError", "main.py")
    assert "maximum recursion depth exceeded" in error["message"]
    assert error["traceback"].count("\n") < 250 and error["full"].count("\n") < 250
    assert "frames left out" in error["traceback"]
    # A function that calls only itself reads as Python prints it.
    alone = result.exchanges[1]["error"]["traceback"]
    assert "[Previous line repeated " in alone and "left out" not in alone
    assert result.response(0)["status"] == 500 and result.response(2)["body"] == '"fine"'
