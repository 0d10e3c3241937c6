"""`def` endpoints and sync dependencies without threads: run at once, and what they slept is waited for afterwards.

So sleeps in different threads overlap in time, as they do on a server. Known limit: code after the sleep runs early.
"""

from __future__ import annotations

import asyncio
import functools
import math
from collections import deque
from collections.abc import Callable
from contextvars import Context, copy_context
from dataclasses import dataclass
from types import FunctionType, MethodType
from typing import TYPE_CHECKING, Any, cast

from anyio import CancelScope, CapacityLimiter
from anyio.lowlevel import checkpoint
from anyio.to_thread import current_default_thread_limiter

from peel.clock import Clock
from peel.inward import run_as_worker
from peel.tracer import CURRENT, Place

if TYPE_CHECKING:
    from peel.loop import VirtualLoop

NO_THREADS = (
    "can't start new thread: this playground has no threads. "
    "A `def` endpoint runs as if it had one, asyncio.to_thread() too; for the rest use asyncio."
)


EXECUTOR_THREADS = 32
"""The most that asyncio's own executor has: whoever comes when all are busy waits. anyio has a limiter for that."""


@dataclass(slots=True)
class Thread:
    """One function in a thread, from its start to when its thread would be free again."""

    name: str
    place: Place | None
    task: int
    busy: int
    of: int
    started_ns: int
    slept_ns: int = 0


_FUNCTIONS = (FunctionType, MethodType, functools.partial)


class Threads:
    """Runs blocking functions inline and keeps their time apart from the loop's."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._busy: dict[CapacityLimiter | None, int] = {}
        # Calls that wait for a thread of asyncio's executor.
        self._queue: deque[tuple[asyncio.Future[Any], Callable[[], None]]] = deque()
        self.task = 0
        self.on_start: Callable[[Thread], None] = lambda _thread: None
        self.on_end: Callable[[Thread], None] = lambda _thread: None

    def submit(
        self,
        loop: VirtualLoop,
        func: Callable[..., Any],
        call: Callable[[], Any],
        limiter: CapacityLimiter | None = None,
    ) -> asyncio.Future[Any]:
        """Run `call`, which calls `func`, as soon as there is a thread: mostly now.

        The future is done after the virtual time that the call slept.
        """
        future: asyncio.Future[Any] = loop.create_future()
        task = loop.current_number()
        if limiter is None and self._busy.get(None, 0) >= EXECUTOR_THREADS:
            context = copy_context()
            self._queue.append((future, lambda: context.run(self._start, loop, future, func, call, None, task)))
        else:
            self._start(loop, future, func, call, limiter, task)
        return future

    def _start(
        self,
        loop: VirtualLoop,
        future: asyncio.Future[Any],
        func: Callable[..., Any],
        call: Callable[[], Any],
        limiter: CapacityLimiter | None,
        number: int,
    ) -> None:
        clock = self._clock
        of = EXECUTOR_THREADS if limiter is None else limiter.total_tokens
        # Not what the limiter has lent: it lends to all that wait before the first of them gets on.
        busy = self._busy[limiter] = self._busy.get(limiter, 0) + 1
        most = busy if of == math.inf else int(of)
        thread = Thread(_name(func), CURRENT.get(), number, busy, most, clock.now_ns)
        self.on_start(thread)
        task, self.task = self.task, number
        ahead, clock.ahead_ns = clock.ahead_ns, 0
        clock.threads += 1
        # In a thread there is no running loop: asyncio.create_task() fails there, and must fail here.
        current = asyncio.current_task(loop)
        if current is not None:
            asyncio.tasks._leave_task(loop, current)
        asyncio._set_running_loop(None)
        error: BaseException | None = None
        result: Any = None
        try:
            result = call()
        except Exception as exc:
            error = exc
        finally:
            asyncio._set_running_loop(loop)
            if current is not None:
                asyncio.tasks._enter_task(loop, current)
            clock.threads -= 1
            slept, clock.ahead_ns = clock.ahead_ns, ahead
            self.task = task

        thread.slept_ns = slept

        def finish() -> None:
            thread.busy = self._busy[limiter]
            self.on_end(thread)
            self._busy[limiter] -= 1
            if future.cancelled():
                pass
            elif isinstance(error, StopIteration):
                future.set_exception(RuntimeError("coroutine raised StopIteration"))
            elif error is not None:
                future.set_exception(error)
            else:
                future.set_result(result)
            if limiter is None:
                self._next()

        if slept:
            loop.call_at((clock.now_ns + slept) / 10**9, finish)
        else:
            loop.call_soon(finish)

    def _next(self) -> None:
        """A thread of the executor's is free for whoever waits for one, and still wants it."""
        while self._queue:
            future, start = self._queue.popleft()
            if not future.cancelled():
                start()
                return

    async def run_sync(
        self,
        func: Callable[..., Any],
        args: tuple[Any, ...] = (),
        abandon_on_cancel: bool = False,
        limiter: CapacityLimiter | None = None,
    ) -> Any:
        """Stand in for anyio's worker threads: same limiter, same shielding, same copied context."""
        await checkpoint()
        limiter = limiter or current_default_thread_limiter()
        async with limiter:
            with CancelScope(shield=not abandon_on_cancel):
                context = copy_context()
                loop: Any = asyncio.get_running_loop()
                return await self.submit(loop, func, lambda: run_as_worker(loop, context, func, args), limiter)


def _name(func: Any) -> str:
    """The name of what runs; behind helpers such as `Context.run` or FastAPI's, of the function that they are given."""
    while isinstance(func, functools.partial):
        inner: Any = cast("Any", func)
        given: list[Any] = [one for one in (*inner.args, *inner.keywords.values()) if isinstance(one, _FUNCTIONS)]
        helps = isinstance(getattr(inner.func, "__self__", None), Context)
        helps = helps or str(getattr(inner.func, "__module__", "")).startswith(("fastapi.", "starlette."))
        func = given[0] if helps and given else inner.func
    name: Any = getattr(func, "__name__", None)
    return name if isinstance(name, str) else type(func).__name__
