"""From a thread back into the loop: `anyio.from_thread`, where threads run inline and nobody else could turn the loop.

While a thread waits for what it asked of the loop, the loop runs inside of that thread's call.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Generator
from contextlib import contextmanager
from contextvars import Context, copy_context
from typing import TYPE_CHECKING, Any

import anyio._backends._asyncio as anyio_backend
from anyio._core import _eventloop as anyio_loop

from peel.clock import Clock

if TYPE_CHECKING:
    from peel.loop import VirtualLoop
    from peel.patches import Patches
    from peel.threads import Threads


_BACKEND: Any = getattr(anyio_backend, "AsyncIOBackend", None)
"""None with anyio 3, which FastAPI wants until 0.107: there the module itself is the backend."""

_LOCAL: Any = anyio_loop.threadlocals
_ABSENT = object()


def run_as_worker(loop: VirtualLoop, context: Context, func: Callable[..., Any], args: tuple[Any, ...]) -> Any:
    """Call `func` as one of anyio's worker threads does: it knows its loop."""
    known: dict[str, Any] = {"current_async_module": anyio_backend, "loop": loop}
    if _BACKEND is not None:
        from anyio.lowlevel import EventLoopToken

        known = {"current_token": EventLoopToken(_BACKEND, loop), "current_cancel_scope": None}
    # All threads are this one: what a thread around this one knows has to be there again afterwards.
    before = {name: getattr(_LOCAL, name, _ABSENT) for name in known}
    for name, value in known.items():
        setattr(_LOCAL, name, value)
    try:
        return context.run(func, *args)
    finally:
        for name, value in before.items():
            if value is _ABSENT:
                delattr(_LOCAL, name)
            else:
                setattr(_LOCAL, name, value)


class Inward:
    """Answers threads that call into the loop."""

    def __init__(self, clock: Clock, threads: Threads) -> None:
        self._clock = clock
        self._threads = threads

    def install(self, patches: Patches) -> None:
        """Stand in for anyio's own way, which hands over to another thread and waits there."""

        def run_async(func: Any, args: Any, token: Any) -> Any:
            return self._run(func, args, token or _LOCAL.current_token.native_token)

        def run_sync(func: Any, args: Any, token: Any) -> Any:
            async def call() -> Any:
                return func(*args)

            return run_async(call, (), token)

        def run_async_3(func: Any, *args: Any) -> Any:
            return run_async(func, args, _LOCAL.loop)

        def run_sync_3(func: Any, *args: Any, loop: Any = None) -> Any:
            return run_sync(func, args, loop or _LOCAL.loop)

        if _BACKEND is not None:
            patches.set(_BACKEND, "run_async_from_thread", staticmethod(run_async))
            patches.set(_BACKEND, "run_sync_from_thread", staticmethod(run_sync))
        else:
            patches.set(anyio_backend, "run_async_from_thread", run_async_3)
            patches.set(anyio_backend, "run_sync_from_thread", run_sync_3)

    def _run(self, func: Callable[..., Any], args: tuple[Any, ...], loop: VirtualLoop) -> Any:
        context = copy_context()
        ahead_ns, self._clock.ahead_ns = self._clock.ahead_ns, 0
        with self._in_loop(loop):
            if ahead_ns:
                # What the thread slept lies before its call: the loop has to get there first.
                due = self._clock.now_ns + ahead_ns
                loop.call_at(due / 10**9, lambda: None)
                loop.run_inside(lambda: self._clock.now_ns >= due)
            task = context.run(loop.create_task, func(*args))
            if not loop.run_inside(task.done):
                task.cancel()
                loop.run_inside(task.done)
                name = getattr(func, "__qualname__", "it")
                raise RuntimeError(f"the thread waits for {name}(), and nothing else here will ever wake it")
        return task.result()

    @contextmanager
    def _in_loop(self, loop: VirtualLoop) -> Generator[None]:
        clock, threads = self._clock, self._threads
        depth, clock.threads = clock.threads, 0
        task, threads.task = threads.task, 0
        asyncio._set_running_loop(loop)
        try:
            yield
        finally:
            asyncio._set_running_loop(None)
            clock.threads = depth
            threads.task = task
