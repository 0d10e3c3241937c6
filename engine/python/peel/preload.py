"""Import once what learners' programs are likely to need, so that a memory snapshot holds it ready.

After a snapshot is restored, site-packages is not on the file system: what is not imported here is not there at all.
"""

import gc
import importlib
import importlib.util
import pkgutil
import sys
from collections.abc import Iterator, Mapping
from types import ModuleType
from typing import Any

from peel.loader import BLOCKED
from peel.net import keep_urllib3_off_the_page

# Whole packages, with every module that imports without a package that is not there.
PACKAGES = ("fastapi", "starlette", "uvicorn", "pydantic", "anyio", "h11", "httpx", "httpcore", "itsdangerous")
MORE = (
    *("jwt", "python_multipart", "structlog", "idna", "certifi", "click", "peel"),
    *("pydantic_settings", "dotenv", "requests", "urllib3", "charset_normalizer", "websockets"),
    *("redis", "fakeredis", "sortedcontainers"),
)

# Other packages' own affairs: nobody imports these by themselves.
_PLUMBING = frozenset(
    ("anyio", "certifi", "charset_normalizer", "click", "h11", "httpcore", "idna", "peel", "sortedcontainers")
)

# Parts that only make sense outside: they start processes, parse command lines or take over the interpreter.
SKIPPED_PREFIXES = (
    "charset_normalizer.cli",
    "click.shell_completion",
    "click.testing",
    "dotenv.cli",
    "fakeredis._clients._tcp_server",
    "redis.asyncio.multidb",
    "redis.auth",
    "redis.commands.bf",
    "redis.commands.search",
    "redis.commands.timeseries",
    "redis.commands.vectorset",
    "redis.http",
    "redis.multidb",
    "urllib3.contrib",
    "uvicorn.protocols.websockets.websockets_impl",
    "websockets.__main__",
    "websockets.asyncio.router",
    "websockets.asyncio.server",
    "websockets.cli",
    "websockets.legacy",
    "websockets.sync.router",
    "websockets.sync.server",
    "anyio._backends._trio",
    "anyio.pytest_plugin",
    "anyio.to_process",
    "anyio.to_interpreter",
    "fastapi.__main__",
    "fastapi.cli",
    "httpx.__main__",
    "httpx._main",
    "peel.__main__",
    "pydantic.mypy",
    "pydantic.v1",
    "pydantic._hypothesis_plugin",
    "uvicorn.__main__",
    "uvicorn.supervisors",
    "uvicorn.loops.uvloop",
)

# Modules of the standard library that programs about middleware import, and those that are imported late.
STANDARD = (
    "asyncio.taskgroups",
    "base64",
    "contextlib",
    "csv",
    "dataclasses",
    "datetime",
    "decimal",
    "encodings.idna",
    "enum",
    "functools",
    "gzip",
    "hashlib",
    "hmac",
    "html",
    "http.cookies",
    "inspect",
    "ipaddress",
    "itertools",
    "json",
    "linecache",
    "logging.config",
    "logging.handlers",
    "pathlib",
    "random",
    "secrets",
    "string",
    "tempfile",
    "textwrap",
    "time",
    "traceback",
    "tracemalloc",
    "typing",
    "urllib.parse",
    "uuid",
    "zlib",
    "zoneinfo",
)


def preload() -> list[str]:
    """Import everything and collect garbage; return the modules that could not be imported."""
    missing: list[str] = []
    keep_urllib3_off_the_page()
    for name in STANDARD:
        importlib.import_module(name)
    for name in PACKAGES + MORE:
        package = importlib.import_module(name)
        for module in pkgutil.walk_packages(getattr(package, "__path__", []), f"{name}."):
            if module.name.startswith(SKIPPED_PREFIXES):
                continue
            try:
                importlib.import_module(module.name)
            except Exception:  # optional parts of packages fail in many ways; they are not needed
                missing.append(module.name)
    _read_data_files()
    spoilers = list(find_spoilers(sys.modules))
    if spoilers:
        raise RuntimeError(f"These spoil a memory snapshot: {'; '.join(spoilers)}. Keep them from being imported.")
    gc.collect()
    return missing


def find_spoilers(modules: Mapping[str, object]) -> Iterator[str]:
    """What would make a restored interpreter die with `table index is out of bounds`, in words.

    A compiled library that is loaded while the snapshot is recorded is missing when it is restored (pydantic-core's is
    put there by the one who boots), and an object of JavaScript's is another one then.
    """
    for name, module in list(modules.items()):
        if not isinstance(module, ModuleType) or name.split(".")[0] in BLOCKED:
            continue
        file = str(getattr(module, "__file__", None) or "")
        if file.endswith(".so") and sys.platform == "emscripten" and name.split(".")[0] != "pydantic_core":
            yield f"{name} is a compiled library"
        for key, value in list(vars(module).items()):
            if type(value).__name__ == "JsProxy":
                yield f"{name}.{key} is an object of JavaScript's"


def list_packages() -> list[str]:
    """What a program may import besides the standard library."""
    names = sorted({*PACKAGES, *MORE}.difference(_PLUMBING))
    return [name for name in names if name in sys.modules or importlib.util.find_spec(name) is not None]


def _read_data_files() -> None:
    """What packages read from a file of theirs when it is first needed: later the file is not there."""
    commands: Any = importlib.import_module("fakeredis.model")
    commands.get_all_commands_info()


WARM_PROGRAM = """
import asyncio
import logging
import time

from fastapi import Depends, FastAPI, HTTPException, Request
from fastapi.middleware.cors import CORSMiddleware
from fastapi.middleware.gzip import GZipMiddleware
from pydantic import BaseModel
from starlette.middleware.base import BaseHTTPMiddleware

app = FastAPI()


class Item(BaseModel):
    name: str
    price: float = 1.5


class Based(BaseHTTPMiddleware):
    async def dispatch(self, request, call_next):
        response = await call_next(request)
        response.headers["x-based"] = "1"
        return response


class Pure:
    def __init__(self, app, word):
        self.app, self.word = app, word

    async def __call__(self, scope, receive, send):
        async def marked(message):
            if message["type"] == "http.response.start":
                message["headers"].append((b"x-pure", self.word))
            await send(message)

        await self.app(scope, receive, marked)


@app.middleware("http")
async def timed(request: Request, call_next):
    started = time.perf_counter()
    response = await call_next(request)
    response.headers["x-took"] = str(time.perf_counter() - started)
    return response


app.add_middleware(Based)
app.add_middleware(Pure, word=b"1")
app.add_middleware(GZipMiddleware)
app.add_middleware(CORSMiddleware, allow_origins=["*"])


def given(request: Request):
    return request.client


@app.get("/plain/{number}")
async def plain(number: int, client=Depends(given)):
    await asyncio.sleep(0.01)
    print("plain", number)
    return {"number": number}


@app.get("/thread")
def thread():
    logging.getLogger("warm").warning("thread")
    return {"thread": True}


@app.post("/items")
async def items(item: Item):
    return item


@app.get("/missing")
async def missing():
    raise HTTPException(404)


@app.get("/fails")
async def fails():
    raise ValueError("on purpose")
"""

WARM_REQUESTS = (
    ("GET", "/plain/3", ""),
    ("GET", "/plain/x", ""),
    ("GET", "/thread", ""),
    ("POST", "/items", '{"name": "tea"}'),
    ("GET", "/missing", ""),
    ("GET", "/fails", ""),
    ("OPTIONS", "/items", ""),
)


def warm(rounds: int = 3) -> None:
    """Run whole sessions, so that what packages put off until their first use is done before the snapshot is taken.

    Every session starts from that moment: what is warm in it is warm in each of them.
    """
    from peel.engine import Engine

    engine = Engine(lambda _events: None)
    limits = {"lines": 10**6, "jumps": 10**6, "events": 10**6, "virtualMs": 10**6, "wallMs": 10**6}
    for _ in range(rounds):
        files = {"main.py": WARM_PROGRAM}
        engine.call("open", {"files": files, "entry": "main.py", "app": None, "limits": limits, "trace": True})
        for method, target, body in WARM_REQUESTS:
            engine.call("send", {"waitMs": 0, "requests": [_request(method, target, body)]})
        engine.call("close", None)
    gc.collect()
    # What is here stays. Without this a full collection walks all of it: 35 to 50 ms in one of the first requests.
    gc.freeze()


def _request(method: str, target: str, body: str) -> dict[str, object]:
    headers = [("Host", "localhost:8000"), ("Origin", "https://shop.example"), ("Accept-Encoding", "gzip")]
    if method == "OPTIONS":
        headers.append(("Access-Control-Request-Method", "POST"))
    if body:
        headers += [("Content-Type", "application/json"), ("Content-Length", str(len(body)))]
    return {
        "from": 0,
        "title": target,
        "method": method,
        "url": f"http://localhost:8000{target}",
        "target": target,
        "headers": headers,
        "added": ["host"],
        "body": {"text": body, "encoding": "utf8"},
        "atMs": 0,
    }
