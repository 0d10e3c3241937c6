"""Runs one session and gives back what the page would get, as plain data."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any, cast

import fastapi
import starlette

from peel.batches import read_batches
from peel.engine import Engine


def numbers(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in version.split(".") if part.isdigit())


# Inside Pyodide the tests run with older versions too (`run-in-pyodide.ts --fastapi VERSION`).
FASTAPI = numbers(fastapi.__version__)
STARLETTE = numbers(starlette.__version__)


LIMITS = {"lines": 20_000, "jumps": 20_000, "events": 20_000, "virtualMs": 60_000, "wallMs": 5_000}
HEAD = """
import asyncio, time, logging
from fastapi import FastAPI, Request, Depends, BackgroundTasks
from fastapi.responses import JSONResponse, PlainTextResponse, StreamingResponse
from starlette.middleware.base import BaseHTTPMiddleware
app = FastAPI()
"""
CROSSINGS = ("enter", "receive", "send", "raise", "catch", "exit")
# Lines of HEAD, for tests that name lines.
OFFSET = HEAD.count("\n")


@dataclass
class Run:
    """A finished session."""

    opened: dict[str, Any]
    exchanges: list[dict[str, Any]]
    events: list[dict[str, Any]]
    stop: dict[str, Any] | None

    @property
    def raw(self) -> str:
        """All events as one text."""
        return json.dumps(self.events, ensure_ascii=False, separators=(",", ":"))

    @property
    def error(self) -> dict[str, Any]:
        return self.opened["error"]

    @property
    def layers(self) -> list[str]:
        return [layer["id"] for layer in self.opened["layers"]]

    def of(self, kind: str, layer: str | None = None, exchange: int | None = None) -> list[dict[str, Any]]:
        """Events of a kind, at a layer, of an exchange. What crosses layers during the lifespan is in `lifespan()`."""
        return [
            event
            for event in self.events
            if event["kind"] == kind
            and (layer is None or event["layer"] == layer)
            and (exchange is None or event["exchange"] == exchange)
            and not (event["exchange"] is None and kind in CROSSINGS)
        ]

    def lifespan(self) -> list[dict[str, Any]]:
        """What crossed the layers at startup and shutdown."""
        return [event for event in self.events if event["exchange"] is None and event["kind"] in CROSSINGS]

    def prints(self) -> list[tuple[str | None, str]]:
        """Layer and text of everything printed."""
        return [(event["layer"], event["text"]) for event in self.of("log") if event["source"] == "print"]

    def response(self, index: int = 0) -> dict[str, Any]:
        found = self.exchanges[index]["response"]
        assert found is not None, self.exchanges[index]["error"]
        return found

    def header(self, name: str, index: int = 0) -> str | None:
        return next((value for key, value in self.response(index)["headers"] if key.lower() == name), None)


def request(target: str = "/", method: str = "GET", **more: Any) -> dict[str, Any]:
    """A request as the browser ring prepares it."""
    body: str = more.get("body", "")
    headers: list[list[str]] = [["Host", "localhost:8000"], *more.get("headers", [])]
    added = ["host"]
    if body:
        headers.append(["Content-Length", str(len(body.encode()))])
        added.append("content-length")
        headers.append(["Content-Type", "application/json"])
    return {
        "from": 0,
        "title": f"{method} {target}",
        "method": method,
        "url": f"{more.get('origin', 'http://localhost:8000')}{target}",
        "target": target,
        "headers": headers,
        "added": added,
        "body": {"text": body, "encoding": "utf8"},
        "atMs": more.get("at", 0),
    }


def run(
    source: str | dict[str, str],
    *groups: Any,
    head: bool = True,
    app: str | None = None,
    entry: str = "main.py",
    trace: bool = True,
    limits: dict[str, int] | None = None,
    env: dict[str, str] | None = None,
) -> Run:
    """Open, send each group (a target, a request, or a list of them that `{"waitMs": …}` may begin), close."""
    files = {"main.py": (HEAD if head else "") + source} if isinstance(source, str) else source
    batches: list[str] = []
    engine = Engine(batches.append)
    options = {"files": files, "entry": entry, "app": app, "trace": trace, "limits": {**LIMITS, **(limits or {})}}
    options["env"] = env
    opened: Any = engine.call("open", options)
    exchanges: list[Any] = []
    stop = opened["stop"]
    if opened["error"] is None:
        for group in groups:
            if stop is not None:
                break
            sent: Any = engine.call("send", {"waitMs": _wait(group), "requests": _requests(group)})
            exchanges += sent["exchanges"]
            stop = sent["stop"]
    closed: Any = engine.call("close", None)
    return Run(opened, exchanges, list(read_batches(batches)), stop or closed["stop"])


def _wait(group: Any) -> float:
    first: Any = cast("list[Any]", group)[0] if isinstance(group, list) and group else None
    return cast("dict[str, float]", first).get("waitMs", 0) if isinstance(first, dict) else 0


def _requests(group: Any) -> list[dict[str, Any]]:
    all_of_them = cast("list[Any]", group if isinstance(group, list) else [group])
    return [request(one) if isinstance(one, str) else one for one in all_of_them if "waitMs" not in one]
