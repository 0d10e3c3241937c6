"""Run a program as it runs outside: CPython, a real uvicorn on a real socket, real time.

Reads `{"files", "entry", "app", "groups"}` from stdin, where files are texts by path and groups Peel's request groups,
and prints `{"layers", "exchanges", "prints", "versions"}`. The measure that Peel's own engine is held against.
"""

from __future__ import annotations

import asyncio
import base64
import contextlib
import importlib
import io
import json
import socket
import sys
import tempfile
from http.client import HTTPResponse
from importlib.metadata import version
from pathlib import Path
from typing import Any

import uvicorn
from starlette.routing import Router


def request_bytes(request: dict[str, Any]) -> bytes:
    """Return the request exactly as its parts say."""
    head = f"{request['method']} {request['target']} HTTP/1.1\r\n"
    head += "".join(f"{name}: {value}\r\n" for name, value in request["headers"])
    body = request["body"]
    raw = base64.b64decode(body["text"]) if body["encoding"] == "base64" else body["text"].encode()
    return head.encode("latin-1") + b"\r\n" + raw


def exchange(port: int, request: dict[str, Any]) -> dict[str, Any]:
    """Send one request on a connection of its own and read what comes back."""
    with socket.create_connection(("127.0.0.1", port), timeout=20) as connection:
        connection.sendall(request_bytes(request))
        response = HTTPResponse(connection, method=request["method"])
        response.begin()
        body = response.read()
        return {
            "status": response.status,
            "reason": response.reason,
            "headers": list(response.msg.items()),
            "body": base64.b64encode(body).decode(),
        }


def layer_names(app: Any) -> list[str]:
    """Return names of the stack that served, from the outside in: classes, and functions for function middleware."""
    names: list[str] = []
    layer: Any = getattr(app, "middleware_stack", None)
    while layer is not None:
        dispatch: Any = getattr(layer, "dispatch_func", None)
        if dispatch is not None and getattr(dispatch, "__self__", None) is not layer:
            names.append(str(dispatch.__name__))
        else:
            names.append(type(layer).__name__)
        # A router's `app` is the method that serves, not a layer further in.
        layer = None if isinstance(layer, Router) else getattr(layer, "app", None)
    return names


async def serve(app: Any, groups: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Start uvicorn on a free port, send every group, and shut it down again."""
    config = uvicorn.Config(app, host="127.0.0.1", port=0, http="h11", ws="none", lifespan="auto", log_level="critical")
    server = uvicorn.Server(config)
    running = asyncio.create_task(server.serve())
    while not server.started:
        if running.done():
            raise SystemExit("uvicorn did not start")
        await asyncio.sleep(0.01)
    port = server.servers[0].sockets[0].getsockname()[1]

    async def send(request: dict[str, Any]) -> dict[str, Any]:
        await asyncio.sleep(request["atMs"] / 1000)
        return await asyncio.to_thread(exchange, port, request)

    exchanges: list[dict[str, Any]] = []
    for group in groups:
        await asyncio.sleep(group["waitMs"] / 1000)
        exchanges += await asyncio.gather(*(send(request) for request in group["requests"]))
    server.should_exit = True
    await running
    return exchanges


def main() -> None:
    """Run the program named on stdin and print what was seen."""
    job = json.load(sys.stdin)
    prints = io.StringIO()
    with tempfile.TemporaryDirectory() as folder, contextlib.chdir(folder), contextlib.redirect_stdout(prints):
        for path, text in job["files"].items():
            target = Path(folder, path)
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_text(text, "utf-8", newline="")
        sys.path.insert(0, folder)
        module = importlib.import_module(Path(job["entry"]).stem)
        app = getattr(module, job["app"] or "app")
        exchanges = asyncio.run(serve(app, job["groups"]))
        layers = layer_names(app)
    versions = {name: version(name) for name in ("fastapi", "starlette", "pydantic", "uvicorn")}
    report = {
        "layers": layers,
        "exchanges": exchanges,
        "prints": prints.getvalue().splitlines(),
        "versions": versions,
    }
    print(json.dumps(report))


if __name__ == "__main__":
    main()
