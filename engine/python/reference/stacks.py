"""Makes random programs: stacks of one to eight layers of every kind, with random faults, an endpoint, and requests.

Prints one program a line as a job of `serve.py`. With `--ask` it reads a verdict after each, `same` or `different`, and
at the first `different` goes on to smaller programs until none of them is different any more.

    python stacks.py COUNT SEED [--ask]
"""

from __future__ import annotations

import contextlib
import json
import sys
import textwrap
from typing import Any

from hypothesis import HealthCheck, Phase, Verbosity, given, seed, settings
from hypothesis import strategies as st

HEAD = """
import asyncio
from contextvars import ContextVar

from fastapi import BackgroundTasks, FastAPI, HTTPException, Request
from fastapi.middleware.cors import CORSMiddleware
from fastapi.middleware.gzip import GZipMiddleware
from fastapi.responses import JSONResponse, PlainTextResponse, Response, StreamingResponse
from starlette.background import BackgroundTask
from starlette.middleware.base import BaseHTTPMiddleware

app = FastAPI()
mark = ContextVar("mark", default="none")


async def pieces(parts):
    for part in parts:
        await asyncio.sleep(0)
        yield part
"""

NAMES = st.sampled_from(["x-one", "X-Two", "x-three", "content-type", "vary"])
VALUES = st.sampled_from(["a", "b", "text/plain", "Origin"])
ERRORS = st.sampled_from(
    ['ValueError("{name}")', 'KeyError("{name}")', 'HTTPException(418, "{name}")', "TimeoutError()"]
)
STATUS = st.sampled_from([200, 201, 299, 404, 500, 503])
PAUSES = st.sampled_from(["0", "0.001", "0.002"])


def _print(what: str) -> str:
    return f'print("{{name}}", {what})'


ANYWHERE = st.one_of(
    st.just(_print('"here"')),
    PAUSES.map(lambda pause: f"await asyncio.sleep({pause})"),
    st.just(_print("mark.get()")),
    st.just('mark.set("{name}")'),
)

# Layers with call_next

BEFORE = st.one_of(
    ANYWHERE,
    st.just(_print("request.method, request.url.path, request.headers.get('x-in')")),
    st.just(_print("await request.body()")),
    st.just(_print("[piece async for piece in request.stream()]")),
    st.just('request.state.seen = [*getattr(request.state, "seen", []), "{name}"]'),
    st.just('request.scope["headers"].append((b"x-in", b"{name}"))'),
    ERRORS.map(lambda error: f"raise {error}"),
)

CALL = st.sampled_from(
    [
        *["response = await call_next(request)"] * 14,
        "await call_next(request)\nresponse = await call_next(request)",
        'response = PlainTextResponse("{name} answers", 202)',
        "response = None",
        (
            "try:\n    response = await call_next(request)\n"
            "except Exception as error:\n"
            '    print("{name} caught", type(error).__name__, error)\n'
            '    response = JSONResponse({{"caught": str(error)}}, 500)'
        ),
        (
            "try:\n    response = await call_next(request)\n"
            'except ValueError:\n    print("{name} tries again")\n    response = await call_next(request)'
        ),
        'try:\n    response = await call_next(request)\nfinally:\n    print("{name} finally")',
    ]
)


@st.composite
def _header_change(draw: st.DrawFn, headers: str) -> str:
    name, value = draw(NAMES), draw(VALUES)
    return draw(
        st.sampled_from(
            [
                f'{headers}["{name}"] = "{value}"',
                f'{headers}.append("{name}", "{value}")',
                f'{headers}.setdefault("{name}", "{value}")',
                f'if "{name}" in {headers}:\n    del {headers}["{name}"]',
                f'print("{{name}}", {headers}.getlist("{name}"))',
            ]
        )
    )


AFTER = st.one_of(
    ANYWHERE,
    st.just(_print("response.status_code")),
    _header_change("response.headers"),
    STATUS.map(lambda status: f"response.status_code = {status}"),
    st.just('response = Response(b"|".join([piece async for piece in response.body_iterator]), 203)'),
    st.just('response = StreamingResponse(pieces([b"{name}", b"", b"streams"]), headers={{"x-one": "stream"}})'),
    st.just("response = StreamingResponse(response.body_iterator, response.status_code, response.headers)"),
    st.just('response.body_iterator = pieces([b"{name}"])'),
    st.just('response.background = BackgroundTask(print, "{name} later")'),
    st.just(_print("await request.body()")),
    st.just(_print('getattr(request.state, "seen", None)')),
    ERRORS.map(lambda error: f"raise {error}"),
)

# Pure ASGI layers

ASGI_BEFORE = st.one_of(
    ANYWHERE,
    st.just('scope["headers"].append((b"x-in", b"{name}"))'),
    st.just('scope["state"]["seen"] = [*scope["state"].get("seen", []), "{name}"]'),
    st.just('first = await receive()\nprint("{name} read", first["type"], len(first.get("body", b"")))'),
    st.just(
        "first = await receive()\nlater = receive\n\n\n"
        "async def receive(left=[first]):\n    return left.pop() if left else await later()\n\n"
    ),
    ERRORS.map(lambda error: f"raise {error}"),
)

ASGI_CALL = st.sampled_from(
    [
        *["await self.app(scope, receive, send)"] * 12,
        "await self.app(scope, receive, send)\nawait self.app(scope, receive, send)",
        "pass",
        'await PlainTextResponse("{name} answers", 202)(scope, receive, send)',
        (
            "try:\n    await self.app(scope, receive, send)\n"
            "except Exception as error:\n"
            '    print("{name} caught", type(error).__name__, error)\n'
            '    await PlainTextResponse("{name} saves it", 500)(scope, receive, send)'
        ),
        'try:\n    await self.app(scope, receive, send)\nfinally:\n    print("{name} finally")',
    ]
)

ON_START = st.one_of(
    st.just('message["headers"].append((b"x-one", b"{name}"))'),
    st.just('message["headers"] = [*message["headers"], *message["headers"][-1:]]'),
    st.just('message["headers"] = list(dict(message["headers"]).items())'),
    st.just('message["headers"] = [pair for pair in message["headers"] if pair[0] != b"content-length"]'),
    st.just('message["headers"].insert(0, (b"X-Upper", b"{name}"))'),
    STATUS.map(lambda status: f'message = {{{{**message, "status": {status}}}}}'),
    st.just(_print('message["status"]')),
    st.just("await asyncio.sleep(0.001)"),
)

ON_BODY = st.one_of(
    st.just('message["body"] = message.get("body", b"").upper()'),
    st.just('message["body"] = message.get("body", b"") + b"!"'),
    st.just(_print('len(message.get("body", b"")), message.get("more_body", False)')),
    st.just(
        'body = message.get("body", b"")\n'
        'await plain({{**message, "body": body[:2], "more_body": True}})\n'
        'message = {{**message, "body": body[2:]}}'
    ),
    st.just('if message.get("more_body"):\n    return'),
    ERRORS.map(lambda error: f"raise {error}"),
)

READY_MADE = st.sampled_from(
    [
        "app.add_middleware(GZipMiddleware, minimum_size=8)",
        'app.add_middleware(CORSMiddleware, allow_origins=["https://a.example"])',
    ]
)

ENDPOINTS = st.sampled_from(
    [
        'async def endpoint():\n    print("endpoint", mark.get())\n    return {"plain": True}',
        'def endpoint():\n    print("endpoint", mark.get())\n    mark.set("thread")\n    return {"thread": True}',
        'async def endpoint():\n    raise ValueError("endpoint")',
        'def endpoint():\n    raise KeyError("thread")',
        'async def endpoint():\n    raise HTTPException(409, "endpoint", {"x-one": "endpoint"})',
        "async def endpoint(request: Request):\n    return (await request.body()).decode()",
        (
            "async def endpoint(request: Request):\n"
            "    return StreamingResponse(piece.upper() async for piece in request.stream())"
        ),
        'async def endpoint():\n    return StreamingResponse(pieces([b"one", b"two", b"three"]))',
        (
            "async def endpoint():\n    async def broken():\n        yield b'one'\n"
            '        raise ValueError("stream")\n\n    return StreamingResponse(broken())'
        ),
        'async def endpoint(tasks: BackgroundTasks):\n    tasks.add_task(print, "background")\n    return "soon"',
        (
            "async def endpoint(tasks: BackgroundTasks):\n    async def work():\n        await asyncio.sleep(0.001)\n"
            '        raise ValueError("background")\n\n    tasks.add_task(work)\n    return "soon"'
        ),
        'async def endpoint(request: Request):\n    request.state.seen = ["it"]\n    mark.set("it")\n    return 1',
        "async def endpoint():\n    return Response(status_code=204)",
        (
            "async def endpoint(response: Response):\n    response.set_cookie('a', '1')\n"
            "    response.set_cookie('b', '2')\n    return 'cookies' * 5"
        ),
    ]
)

HANDLERS = st.sampled_from(
    [
        *[""] * 3,
        '@app.exception_handler(ValueError)\nasync def on_value(_, error):\n    return PlainTextResponse("found", 422)',
        '@app.exception_handler(Exception)\nasync def on_any(_, error):\n    return PlainTextResponse("sorry", 500)',
    ]
)


def _code(lines: list[str], name: str, indent: int) -> str:
    return textwrap.indent("\n".join(line.format(name=name) for line in lines) or "pass", " " * indent)


@st.composite
def layers(draw: st.DrawFn, name: str) -> str:
    """One layer and its registration."""
    kind = draw(st.sampled_from(["function", "base", "asgi", "function", "base", "asgi", "ready"]))
    if kind == "ready":
        return draw(READY_MADE)
    if kind == "asgi":
        before = draw(st.lists(ASGI_BEFORE, max_size=2))
        call = draw(ASGI_CALL)
        on_start, on_body = draw(st.lists(ON_START, max_size=2)), draw(st.lists(ON_BODY, max_size=2))
        after = draw(st.lists(st.one_of(ANYWHERE, ERRORS.map(lambda error: f"raise {error}")), max_size=1))
        return f"""
class {name.title()}:
    def __init__(self, app) -> None:
        self.app = app

    async def __call__(self, scope, receive, send) -> None:
        if scope["type"] != "http":
            return await self.app(scope, receive, send)
        plain = send

        async def send(message):
            if message["type"] == "http.response.start":
{_code(on_start, name, 16)}
            else:
{_code(on_body, name, 16)}
            await plain(message)

{_code(before, name, 8)}
{_code([call], name, 8)}
{_code(after, name, 8)}


app.add_middleware({name.title()})
"""
    before, call, after = draw(st.lists(BEFORE, max_size=2)), draw(CALL), draw(st.lists(AFTER, max_size=3))
    if kind == "function":
        body = f"{_code(before, name, 4)}\n{_code([call], name, 4)}\n{_code(after, name, 4)}"
        return f'@app.middleware("http")\nasync def {name}(request: Request, call_next):\n{body}\n    return response\n'
    body = f"{_code(before, name, 8)}\n{_code([call], name, 8)}\n{_code(after, name, 8)}"
    return f"""
class {name.title()}(BaseHTTPMiddleware):
    async def dispatch(self, request: Request, call_next):
{body}
        return response


app.add_middleware({name.title()})
"""


REQUEST_HEADERS = st.lists(
    st.sampled_from(
        [
            ("X-In", "client"),
            ("Accept-Encoding", "gzip"),
            ("Origin", "https://a.example"),
            ("Origin", "https://b.example"),
            ("Cookie", "a=1"),
            ("Content-Type", "application/json"),
            ("Access-Control-Request-Method", "GET"),
        ]
    ),
    max_size=3,
    unique_by=lambda pair: pair[0],
)


@st.composite
def requests(draw: st.DrawFn) -> dict[str, Any]:
    """A group of one request."""
    method = draw(st.sampled_from(["GET", "POST", "POST", "HEAD", "OPTIONS"]))
    target = draw(st.sampled_from(["/", "/", "/", "/nowhere"]))
    body = draw(st.sampled_from(["", "words", '{"a": [1, 2]}', "long " * 200])) if method == "POST" else ""
    headers = [("Host", "localhost:8000"), *draw(REQUEST_HEADERS)]
    if body:
        headers.append(("Content-Length", str(len(body))))
    request: dict[str, Any] = {
        "from": 0,
        "title": f"{method} {target}",
        "method": method,
        "url": f"http://localhost:8000{target}",
        "target": target,
        "headers": headers,
        "added": [],
        "body": {"text": body, "encoding": "utf8"},
        "atMs": 0,
    }
    return {"waitMs": 0, "requests": [request]}


@st.composite
def programs(draw: st.DrawFn) -> dict[str, Any]:
    """A whole program with its requests."""
    stack = [draw(layers(f"layer{number}")) for number in range(draw(st.integers(1, 8)))]
    endpoint = '@app.api_route("/", methods=["GET", "POST", "HEAD"])\n' + draw(ENDPOINTS)
    source = "\n\n".join(part.strip("\n") for part in [HEAD, draw(HANDLERS), *stack, endpoint] if part)
    return {
        "files": {"main.py": f"{source}\n"},
        "entry": "main.py",
        "groups": draw(st.lists(requests(), min_size=1, max_size=3)),
    }


def main() -> None:
    """Print programs, and where asked to, find the smallest that is different."""
    count, number = int(sys.argv[1]), int(sys.argv[2])
    asks = "--ask" in sys.argv
    verdicts: dict[str, bool] = {}

    @seed(number)
    @settings(
        # Hypothesis comes up with some programs more than once.
        max_examples=2 * count,
        database=None,
        deadline=None,
        phases=(Phase.generate, Phase.shrink) if asks else (Phase.generate,),
        suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.large_base_example],
        report_multiple_bugs=False,
        # What it has to say of its own would stand among the programs.
        verbosity=Verbosity.quiet,
    )
    @given(programs())
    def tell(program: dict[str, Any]) -> None:
        line = json.dumps(program)
        if line not in verdicts and (asks or len(verdicts) < count):
            print(line, flush=True)
            verdicts[line] = not asks or sys.stdin.readline().strip() == "same"
        assert verdicts.get(line, True)

    with contextlib.suppress(AssertionError):
        tell()


if __name__ == "__main__":
    main()
