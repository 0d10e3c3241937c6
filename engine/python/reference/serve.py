"""Runs programs on CPython, each in a process of its own: the measure that Peel's own engine is held against.

Reads one job a line from stdin, `{"id", "files", "entry", "app", "groups", ...}` where groups are Peel's request
groups, and writes one line for each as it ends: `{"id", "report"}`, or `{"id", "failure"}` when there is none. Several
run side by side, since most of their time goes into waiting.
"""

from __future__ import annotations

import gc
import importlib
import json
import os
import selectors
import signal
import subprocess
import sys
import traceback
from collections import deque
from typing import Any

from program import run_program

IMPORTED_ONCE = (
    *("fastapi.responses", "fastapi.security", "starlette.middleware.base", "starlette.middleware.sessions"),
    *("uvicorn.protocols.http.h11_impl", "uvicorn.lifespan.on", "uvicorn.middleware.proxy_headers"),
    *("httpx", "jwt", "structlog", "pydantic_settings", "redis.asyncio", "fakeredis"),
)
"""What is imported before the fork need not be imported in each child."""

SIDE_BY_SIDE = 6
LONGEST = 60
"""Seconds after which a program is killed."""


def settle(job: dict[str, Any]) -> str:
    """Run one job and word what came of it."""
    try:
        return json.dumps({"id": job["id"], "report": run_program(job)})
    except BaseException:
        return json.dumps({"id": job["id"], "failure": traceback.format_exc()})


class Farm:
    """Forks a process for each job and gathers their reports."""

    def __init__(self) -> None:
        self._selector = selectors.DefaultSelector()
        self._waiting: deque[str] = deque()
        self._running = 0

    def run(self) -> None:
        """Go on until stdin has ended and every job is done."""
        self._selector.register(sys.stdin.fileno(), selectors.EVENT_READ, None)
        unread, more = b"", True
        while more or self._running or self._waiting:
            for key, _ in self._selector.select():
                data = os.read(key.fd, 1 << 20)
                if key.data is not None:
                    self._hear(key.fd, key.data, data)
                elif data:
                    *lines, unread = (unread + data).split(b"\n")
                    self._waiting += [line.decode() for line in lines if line.strip()]
                else:
                    more = False
                    self._selector.unregister(key.fd)
            while self._waiting and self._running < SIDE_BY_SIDE:
                self._start(json.loads(self._waiting.popleft()))

    def _start(self, job: dict[str, Any]) -> None:
        ours, theirs = os.pipe()
        child = os.fork()
        if child == 0:
            signal.alarm(LONGEST)
            with os.fdopen(theirs, "w") as pipe:
                pipe.write(settle(job))
            os._exit(0)
        os.close(theirs)
        self._running += 1
        self._selector.register(ours, selectors.EVENT_READ, (job["id"], child, bytearray()))

    def _hear(self, pipe: int, about: tuple[Any, int, bytearray], data: bytes) -> None:
        name, child, report = about
        if data:
            report += data
            return
        self._selector.unregister(pipe)
        os.close(pipe)
        self._running -= 1
        _, status = os.waitpid(child, 0)
        if not report:
            failure = f"the process ended with status {os.waitstatus_to_exitcode(status)} and no report"
            report += json.dumps({"id": name, "failure": failure}).encode()
        print(report.decode(), flush=True)


def main() -> None:
    """Run the jobs on stdin."""
    if not hasattr(os, "fork"):
        for line in sys.stdin:
            if "--one" in sys.argv:
                print(settle(json.loads(line)))
            else:
                subprocess.run([sys.executable, __file__, "--one"], input=line, text=True, check=False)
        return
    for name in IMPORTED_ONCE:
        importlib.import_module(name)
    gc.collect()
    gc.freeze()
    Farm().run()


if __name__ == "__main__":
    main()
