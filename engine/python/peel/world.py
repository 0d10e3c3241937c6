"""What a program finds around itself: a home folder, no network, no threads of its own, its own time and chance.

Everything is patched for the life of one session and put back afterwards. Knows no requests and no layers.
"""

from __future__ import annotations

import asyncio
import builtins
import copyreg
import datetime
import logging
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import certifi
import uvicorn
from anyio._backends import _asyncio as anyio_backend

from peel import determinism
from peel.clock import EPOCH_NS, Clock, ThreadClock
from peel.inward import Inward
from peel.loop import VirtualLoop
from peel.net import keep_urllib3_off_the_page
from peel.patches import Patches
from peel.stores import Stores
from peel.threads import NO_THREADS, Threads
from peel.tracer import Tracer

RUNS_ALREADY = (
    'a server runs the app already. Take this call out, or put it under `if __name__ == "__main__":` '
    "for the day when the file is run by itself"
)
PYODIDE_HOME = Path("/home/app")


class World:
    """The surroundings of one session."""

    def __init__(
        self,
        files: Mapping[str, str],
        env: Mapping[str, str],
        clock: Clock,
        threads: Threads,
        tracer: Tracer,
    ) -> None:
        self._files = files
        self._env = env
        self._environ: dict[str, str] = {}
        self.stores = Stores(tracer)
        self._clock = clock
        self._threads = threads
        self._home: Path | None = None
        self._came_from = Path()
        self._logging: _LoggingState | None = None

    def install(self, patches: Patches) -> None:
        """Put it up; what is patched is undone by whoever owns `patches`."""
        keep_urllib3_off_the_page()
        self._move_home()
        self._environ = dict(os.environ)
        os.environ.update(self._env)
        self._logging = _LoggingState()
        determinism.install(self._clock, patches)
        self._install_limits(patches)
        self.stores.install(patches)

    def uninstall(self) -> None:
        """Take down what is not a patch. To be called after the patches are undone."""
        if self._logging is not None:
            self._logging.restore()
        for kind in (datetime.date, datetime.datetime):
            copyreg.dispatch_table.pop(kind, None)
        os.chdir(self._came_from)
        _put_back(self._environ)
        if self._home is not None and sys.platform != "emscripten":
            shutil.rmtree(self._home, ignore_errors=True)

    def _install_limits(self, patches: Patches) -> None:
        self._replace_worker_threads(patches)
        Inward(self._clock, self._threads).install(patches)
        # Pyodide has a run() of its own, which hands over to the page's loop.
        patches.set(asyncio, "run", asyncio.runners.run)
        patches.set(asyncio, "new_event_loop", self._new_loop)
        patches.set(asyncio.events, "new_event_loop", self._new_loop)
        patches.set(threading.Thread, "start", _refuse(RuntimeError, NO_THREADS))
        patches.set(threading.Condition, "wait", self._wait)
        no_network = "no network here: this playground reaches nothing outside of itself"
        patches.set(socket.socket, "connect", _refuse(OSError, no_network))
        patches.set(socket.socket, "bind", _refuse(OSError, no_network))
        patches.set(socket, "getaddrinfo", _refuse(OSError, no_network))
        patches.set(socket, "create_connection", _refuse(OSError, no_network))
        patches.set(uvicorn, "run", _refuse(RuntimeError, RUNS_ALREADY))
        patches.set(uvicorn.Server, "run", _refuse(RuntimeError, RUNS_ALREADY))
        patches.set(uvicorn.Server, "serve", _refuse(RuntimeError, RUNS_ALREADY))
        patches.set(subprocess.Popen, "__init__", _refuse(OSError, "no other programs here: nothing can be started"))
        patches.set(builtins, "input", _refuse(RuntimeError, "input() waits for a keyboard, and a server has none"))

    def _replace_worker_threads(self, patches: Patches) -> None:
        threads = self._threads
        backend: Any = anyio_backend

        async def run_sync(
            _cls: Any, func: Any, args: Any, abandon_on_cancel: bool = False, limiter: Any = None
        ) -> Any:
            return await threads.run_sync(func, args, abandon_on_cancel, limiter)

        async def run_sync_3(func: Any, *args: Any, cancellable: bool = False, limiter: Any = None) -> Any:
            return await threads.run_sync(func, args, cancellable, limiter)

        if hasattr(backend, "AsyncIOBackend"):
            patches.set(backend.AsyncIOBackend, "run_sync_in_worker_thread", classmethod(run_sync))
        else:  # anyio 3, which FastAPI wants until 0.107
            patches.set(backend, "run_sync_in_worker_thread", run_sync_3)

    def _wait(self, _condition: Any, timeout: float | None = None) -> bool:
        """`Event.wait()`, `Queue.get()` and the like: whoever is to notify would be another thread."""
        if timeout is None:
            raise RuntimeError(f"nobody will ever wake this: {NO_THREADS}")
        self._clock.block(timeout)
        return False

    def _new_loop(self) -> asyncio.AbstractEventLoop:
        """For `asyncio.run()` in a `def` endpoint: a real loop would wait for a clock that does not move."""
        return VirtualLoop(ThreadClock(self._clock), self._threads)

    def _move_home(self) -> None:
        """The files lie on disk, Python's too (python-dotenv looks beside them), and the program runs there."""
        self._came_from = Path.cwd()
        if sys.platform == "emscripten":
            # Files and the working directory outlive a heap that is put back: both may be those of a session before.
            os.chdir("/")
            self._came_from = Path("/")
            shutil.rmtree(PYODIDE_HOME, ignore_errors=True)
            PYODIDE_HOME.mkdir(parents=True, exist_ok=True)
            self._home = PYODIDE_HOME
            _have_certificates()
        else:
            self._home = Path(tempfile.mkdtemp(prefix="peel-"))
        for path, text in self._files.items():
            target = (self._home / path).resolve()
            if target.is_relative_to(self._home.resolve()):
                target.parent.mkdir(parents=True, exist_ok=True)
                target.write_text(text, "utf-8", newline="")
                # Goes into Last-Modified and ETag.
                os.utime(target, ns=(EPOCH_NS, EPOCH_NS))
        os.chdir(self._home)


def _have_certificates() -> None:
    """Clients of HTTP look for certifi's file also where nothing is encrypted; the snapshot has no files."""
    bundle = Path(certifi.where())
    if not bundle.exists():
        bundle.parent.mkdir(parents=True, exist_ok=True)
        bundle.write_text("")


def _put_back(environ: Mapping[str, str]) -> None:
    for name in [name for name in os.environ if name not in environ]:
        del os.environ[name]
    for name, value in environ.items():
        if os.environ.get(name) != value:
            os.environ[name] = value


class _LoggingState:
    """How loggers were set up, to set them up like that again."""

    def __init__(self) -> None:
        self._state = {
            logger: (list(logger.handlers), logger.level, logger.propagate, logger.disabled) for logger in _loggers()
        }

    def restore(self) -> None:
        for logger in _loggers():
            handlers, level, propagate, disabled = self._state.get(logger, ([], logging.NOTSET, True, False))
            logger.handlers[:] = handlers
            logger.setLevel(level)
            logger.propagate, logger.disabled = propagate, disabled


def _loggers() -> list[logging.Logger]:
    known = logging.root.manager.loggerDict.values()
    return [logging.root, *(one for one in known if isinstance(one, logging.Logger))]


def _refuse(kind: type[Exception], text: str) -> Callable[..., Any]:
    def refuse(*_args: Any, **_kwargs: Any) -> Any:
        raise kind(text)

    return refuse
