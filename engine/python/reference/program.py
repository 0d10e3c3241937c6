"""Runs one program as it runs outside: CPython, a real uvicorn on a real socket, real time. Once a process."""

from __future__ import annotations

import asyncio
import contextlib
import io
import os
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from importlib.metadata import version
from pathlib import Path
from typing import Any, TextIO, cast

import uvicorn
from client import Client
from starlette.routing import Router
from talker import Talker

PATIENCE_MS = 10_000
"""How long the client waits for the next byte, where a job does not say."""

AFTERWARDS = 0.5
"""Seconds in which an app may end what it does for a client that has given up. After that it never will."""

SERVER_LINES = (
    "INFO:     Started server process",
    "INFO:     Uvicorn running on",
    "INFO:     Shutting down",
    "INFO:     Waiting for background tasks to complete.",
    "INFO:     Waiting for connections to close.",
    "INFO:     Finished server process",
)
"""What uvicorn says of its process and its socket, which are not part of what is compared."""


class Console:
    """Stands in for both streams and keeps what is written in order."""

    def __init__(self) -> None:
        self._written: list[tuple[str, str]] = []
        self.is_open = True

    def stream(self, name: str) -> TextIO:
        """A stream that remembers its name."""
        console = self

        class Stream(io.TextIOBase):
            def writable(self) -> bool:
                return True

            def write(self, text: str, /) -> int:
                if console.is_open:
                    console._written.append((name, text))
                return len(text)

        return cast("TextIO", Stream())

    def lines(self) -> list[list[str]]:
        """`[stream, line]` in the order in which the lines were ended."""
        lines: list[list[str]] = []
        partial = {"stdout": "", "stderr": ""}
        for name, text in self._written:
            *whole, partial[name] = (partial[name] + text).split("\n")
            lines += [[name, line] for line in whole]
        lines += [[name, rest] for name, rest in partial.items() if rest]
        return [line for line in lines if not line[1].startswith(SERVER_LINES)]


class Reference:
    """One server life with its clients."""

    def __init__(self, job: dict[str, Any], console: Console) -> None:
        self._job = job
        self._console = console
        self._patience = job.get("patienceMs", PATIENCE_MS) / 1000
        self._raised: dict[int, dict[str, str]] = {}
        self._server: uvicorn.Server | None = None
        self._threads = ThreadPoolExecutor(128)
        self._endless: set[asyncio.Task[None]] = set()
        self.layers: list[str] | None = None
        self.exchanges: list[dict[str, Any]] = []
        self.error: dict[str, str] | None = None

    async def run(self) -> None:
        """Start uvicorn on a free port, send every group, and shut it down again."""
        name = f"{Path(self._job['entry']).stem}:{self._job.get('app') or 'app'}"
        config: Any = uvicorn.Config(name, host="127.0.0.1", port=0, http="h11", use_colors=False)
        config.timeout_graceful_shutdown = 1
        try:
            config.load()
        except BaseException as exc:
            self.error = describe(exc)
            return
        app: Any = config.loaded_app
        config.loaded_app = self._watch(app)
        server = self._server = uvicorn.Server(config)
        running = asyncio.create_task(server.serve())
        while not server.started:
            if running.done():
                self.error = describe(running.exception() or RuntimeError("uvicorn ended"))
                return
            await asyncio.sleep(0.002)
        try:
            self.layers = layer_names(app)
            for group in self._job["groups"]:
                await asyncio.sleep(group["waitMs"] / 1000)
                self.exchanges += await self._send(server.servers[0].sockets[0].getsockname()[1], group["requests"])
        finally:
            # What never ends is ended by force, and how that is told belongs to the server's process.
            self._console.is_open = not server.server_state.tasks
            server.should_exit = True
            await running

    def _watch(self, app: Any) -> Any:
        """The app for uvicorn, with a note of each exception that reaches the server."""

        async def watched(scope: Any, receive: Any, send: Any) -> None:
            try:
                await app(scope, receive, send)
            except BaseException as exc:
                if scope["type"] != "lifespan":
                    self._raised[scope["client"][1]] = describe(exc)
                raise

        return watched

    async def _send(self, port: int, requests: list[dict[str, Any]]) -> list[dict[str, Any]]:
        """Send a group's requests, each at its time, and wait until the server is done with all of them."""
        loop = asyncio.get_running_loop()
        began = loop.time()
        clients: list[Client | Talker] = []
        answers: list[asyncio.Future[dict[str, Any]]] = []

        def begin(request: dict[str, Any]) -> Client | Talker:
            client = (Talker if "socket" in request else Client)(port, request, self._patience)
            client.ask()
            return client

        for request in sorted(requests, key=lambda one: one["atMs"]):
            await asyncio.sleep(max(0.0, began + request["atMs"] / 1000 - loop.time()))
            clients.append(await loop.run_in_executor(self._threads, begin, request))
            answers.append(loop.run_in_executor(self._threads, clients[-1].answer))
        seen = [await answer for answer in answers]
        assert self._server is not None
        limit = loop.time() + AFTERWARDS if any(one["timedOut"] for one in seen) else float("inf")
        while self._server.server_state.tasks - self._endless and loop.time() < limit:
            await asyncio.sleep(0.001)
        self._endless |= self._server.server_state.tasks
        # Tasks that a request left behind go on as far as they can without waiting.
        for _ in range(50):
            await asyncio.sleep(0)
        for client, one in zip(clients, seen, strict=True):
            one["error"] = self._raised.pop(client.port, None)
        return seen


def describe(exc: BaseException) -> dict[str, str]:
    """An exception as it is compared."""
    return {"type": type(exc).__name__, "message": str(exc)}


def layer_names(app: Any) -> list[str] | None:
    """Return the stack's names from the outside in: classes, and functions for function middleware.

    None for a stack into which one cannot see, as when a layer is a closure.
    """
    names: list[str] = []
    app = getattr(app, "app", app)  # inside of uvicorn's own proxy headers middleware
    layer: Any = getattr(app, "middleware_stack", None)
    while layer is not None:
        dispatch: Any = getattr(layer, "dispatch_func", None)
        if dispatch is not None and getattr(dispatch, "__self__", None) is not layer:
            names.append(str(dispatch.__name__))
        else:
            names.append(type(layer).__name__)
        # A router's `app` is the method that serves, not a layer further in.
        if isinstance(layer, Router):
            return names
        layer = getattr(layer, "app", None)
    return None


def use_fakeredis() -> None:
    """No Redis runs here: `redis.asyncio.from_url()` gets one inside this process, as in Peel."""
    import fakeredis
    import redis.asyncio

    def from_url(url: str, **options: Any) -> Any:
        return fakeredis.FakeAsyncRedis.from_url(url, **options)

    redis.asyncio.from_url = from_url  # type: ignore[assignment]


def run_program(job: dict[str, Any]) -> dict[str, Any]:
    """Run one job, `{"files", "entry", "app", "groups", "env", "patienceMs"}`, in this process."""
    console = Console()
    reference = Reference(job, console)
    use_fakeredis()
    with tempfile.TemporaryDirectory() as made:
        folder = Path(made).resolve()
        for name, text in job["files"].items():
            path = folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, "utf-8", newline="")
        os.environ.update(job.get("env") or {})
        os.chdir(folder)
        sys.path.insert(0, str(folder))
        outer = sys.stdout, sys.stderr
        sys.stdout, sys.stderr = console.stream("stdout"), console.stream("stderr")
        try:
            with contextlib.suppress(SystemExit):
                asyncio.run(reference.run())
        finally:
            sys.stdout, sys.stderr = outer
            os.chdir("/")
    return {
        "error": reference.error,
        "layers": reference.layers,
        "exchanges": reference.exchanges,
        "console": [[name, line.replace(f"{folder}{os.sep}", "")] for name, line in console.lines()],
        "cut": not console.is_open,
        "versions": {name: version(name) for name in ("fastapi", "starlette", "pydantic", "uvicorn")},
    }
