// The upper half of the test file: imports, and the few helpers that its tests use; those that none uses are left out.

interface Uses {
  /** The lower half. */
  readonly body: string
  readonly module: string
  readonly usesRedis: boolean
  readonly isStarted: boolean
}

export function HELPERS({ body, module, usesRedis, isStarted }: Uses): string {
  const has = (name: string): boolean => new RegExp(`\\b${name}\\(`).test(body)
  const parts = isStarted
    ? [
        SERVER,
        ANSWER,
        ...(has('ask') ? [ASK] : []),
        ...(has('talk') ? [TALK] : []),
        ...(has('cookie') ? [COOKIE] : []),
        ...(has('wait') ? [WAIT] : []),
        ...(has('at_once') ? [AT_ONCE] : []),
        ...(has('Like') ? [LIKE] : []),
        ...(has('InAnyOrder') ? [IN_ANY_ORDER] : []),
        ...(has('summary') ? [SUMMARY] : []),
      ]
    : []
  const used = [...parts, body, usesRedis ? REDIS : ''].join('\n')
  const plain = ['dataclasses', 'functools', 're', 'time', 'zlib'].filter((name) =>
    new RegExp(`\\b${name}\\.`).test(used),
  )
  const from = [
    ...(isStarted ? ['from collections.abc import Callable, Iterator'] : []),
    ...(has('at_once') ? ['from concurrent.futures import ThreadPoolExecutor'] : []),
    ...(isStarted ? ['from typing import Any'] : []),
    ...(/\bANY\b/.test(body) ? ['from unittest.mock import ANY'] : []),
  ].map((line) => (/Callable/.test(line) && !/Callable\[/.test(used) ? 'from collections.abc import Iterator' : line))
  const third = [
    ...(has('ask') ? ['import httpx'] : []),
    'import pytest',
    'from fastapi.testclient import TestClient',
    ...(has('talk') ? ['from starlette.websockets import WebSocketDisconnect'] : []),
    ...(isStarted ? ['from uvicorn.middleware.proxy_headers import ProxyHeadersMiddleware'] : []),
  ]
  return [
    DOC,
    '',
    'from __future__ import annotations',
    '',
    ...plain.map((name) => `import ${name}`),
    ...from,
    '',
    ...third,
    ...(usesRedis ? ['', REDIS] : []),
    ...(has('wait') ? ['', CLOCKS] : []),
    ...(isStarted ? ['', `from ${module} import app  # noqa: E402`, ...parts.flatMap((part) => ['', '', part])] : []),
  ].join('\n')
}

const DOC = `"""One session of Peel as tests: what was sent, in order, and what the app answered.

Written by Peel. \`ANY\` and \`Like\` stand where a value is the day's and not the program's.
"""`

const REDIS = `# No Redis runs beside these tests: the app gets one inside this process.
import fakeredis
import redis.asyncio

redis.asyncio.from_url = fakeredis.FakeAsyncRedis.from_url  # type: ignore[assignment]`

const CLOCKS = `# Waiting takes no time here: the clocks are set forward before the app looks at them.
FORWARD = [0.0]


def set_forward(name: str) -> None:
    real = getattr(time, name)
    setattr(time, name, lambda: real() + FORWARD[0])


for name in ("time", "monotonic", "perf_counter"):
    set_forward(name)`

const WAIT = `def wait(seconds: float) -> None:
    """Let time pass, for all who look at time.time() or time.monotonic()."""
    FORWARD[0] += seconds`

const SERVER = `class Server:
    """Stands where uvicorn stands: says who asks, and keeps the exception that reaches it."""

    def __init__(self, app: Any) -> None:
        self.app = ProxyHeadersMiddleware(app)
        self.port = 0
        self.errors: dict[int, Exception] = {}

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        port = self.port
        if scope["type"] != "lifespan":
            scope = {**scope, "client": ("127.0.0.1", port)}
        try:
            await self.app(scope, receive, send)
        except Exception as error:
            self.errors[port] = error
            raise`

const ANSWER = `@dataclasses.dataclass
class Answer:
    """What came back. \`error\` is the exception that reached the server."""

    error: Exception | None
    status_code: int = 0
    headers: list[tuple[str, str]] = dataclasses.field(default_factory=list)
    content: bytes = b""
    json: Any = None
    heard: list[str | bytes] | None = None
    code: int | None = None`

const ASK = `def ask(
    client: TestClient, server: Server, port: int, method: str, url: str, headers: list[tuple[str, str]], body: bytes = b""
) -> Answer:
    """Send exactly these headers."""
    server.port = port
    request = httpx.Request(method, url, content=body)
    request.headers = httpx.Headers(headers)
    response = client.send(request, follow_redirects=False)
    return Answer(
        error=server.errors.get(port),
        status_code=response.status_code,
        headers=response.headers.multi_items(),
        content=response.content,
        json=response.json,
    )`

const TALK = `def talk(
    client: TestClient, server: Server, port: int, url: str, headers: list[tuple[str, str]], script: list[tuple[str, Any]] | None
) -> Answer:
    """Open a WebSocket and say the script's lines; without a script the app is to refuse."""
    server.port = port
    own = {"host", "connection", "upgrade", "sec-websocket-key", "sec-websocket-version"}
    # An exception may come before anything is heard.
    answer = Answer(error=None, heard=None if script is None else [])
    try:
        with client.websocket_connect(url, headers=dict(h for h in headers if h[0].lower() not in own)) as socket:
            heard = answer.heard = []
            for step, line in script or []:
                if step == "say":
                    (socket.send_text if isinstance(line, str) else socket.send_bytes)(line)
                    continue
                message = socket.receive()
                if message["type"] == "websocket.close":
                    answer.code = message["code"]
                else:
                    text = message.get("text")
                    heard.append(message["bytes"] if text is None else text)
    except WebSocketDisconnect as refused:
        answer.code = refused.code
    except Exception as error:
        server.errors[port] = error
    answer.error = server.errors.get(port)
    return answer`

const COOKIE = `def cookie(answers: list[Any], name: str) -> str:
    """The cookie as the app set it last."""
    lines = [v for one in answers if one for n, v in one.headers if n == "set-cookie" and v.startswith(f"{name}=")]
    return lines[-1].split(";")[0]`

const AT_ONCE = `def at_once(calls: list[tuple[float, Callable[[], Any]]]) -> list[Any]:
    """Make each call at its second, all of them beside one another."""
    first = min(second for second, _ in calls)

    def begin(number: int) -> Any:
        second, call = calls[number]
        time.sleep(second - first + number * 0.004)
        return call()

    with ThreadPoolExecutor(len(calls)) as pool:
        return list(pool.map(begin, range(len(calls))))`

const LIKE = `class Like:
    """Equal to every text that the pattern fits."""

    def __init__(self, pattern: str) -> None:
        self.pattern = pattern

    def __eq__(self, other: object) -> bool:
        return isinstance(other, str) and re.fullmatch(self.pattern, other, re.DOTALL) is not None

    def __repr__(self) -> str:
        return f"Like({self.pattern!r})"`

const IN_ANY_ORDER = `class InAnyOrder:
    """Equal to every list with the same words between its commas."""

    def __init__(self, text: str) -> None:
        self.words = sorted(text.split(", "))

    def __eq__(self, other: object) -> bool:
        return isinstance(other, str) and sorted(other.split(", ")) == self.words

    def __repr__(self) -> str:
        return f"InAnyOrder({', '.join(self.words)!r})"`

const SUMMARY = `def summary(content: bytes) -> tuple[int, int]:
    """Length and checksum of a long body."""
    return len(content), zlib.crc32(content)`
