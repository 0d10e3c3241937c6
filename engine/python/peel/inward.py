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


def run_as_worker(loop: VirtualLoop, context: Context, func: Callable[..., Any], args: tuple[Any, ...]) -> Any:
    """Call `func` as one of anyio's worker threads does: it knows its loop."""
    claim: Any = getattr(anyio_loop, "claim_worker_thread", None)
    if claim is None:  # anyio 3
        return context.run(func, *args)
    with claim(anyio_backend.AsyncIOBackend, loop):
        anyio_loop.threadlocals.current_cancel_scope = None
        try:
            return context.run(func, *args)
        finally:
            del anyio_loop.threadlocals.current_cancel_scope


class Inward:
    """Answers threads that call into the loop."""

    def __init__(self, clock: Clock, threads: Threads) -> None:
        self._clock = clock
        self._threads = threads

    def install(self, patches: Patches) -> None:
        """Stand in for anyio's own way, which hands over to another thread and waits there."""
        backend: Any = getattr(anyio_backend, "AsyncIOBackend", None)
        if backend is None or not hasattr(anyio_loop, "claim_worker_thread"):
            return

        def run_async(_cls: Any, func: Any, args: Any, token: Any) -> Any:
            return self._run(func, args, _loop(token))

        def run_sync(_cls: Any, func: Any, args: Any, token: Any) -> Any:
            async def call() -> Any:
                return func(*args)

            return self._run(call, (), _loop(token))

        patches.set(backend, "run_async_from_thread", classmethod(run_async))
        patches.set(backend, "run_sync_from_thread", classmethod(run_sync))

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


def _loop(token: Any) -> VirtualLoop:
    return token or anyio_loop.threadlocals.current_token.native_token
