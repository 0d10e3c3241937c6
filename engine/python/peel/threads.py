"""`def` endpoints and sync dependencies without threads: run at once, and what they slept is waited for afterwards.

So sleeps in different threads overlap in time, as they do on a server. Known limit: code after the sleep runs early.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextvars import copy_context
from typing import TYPE_CHECKING, Any

from anyio import CancelScope, CapacityLimiter
from anyio.lowlevel import checkpoint
from anyio.to_thread import current_default_thread_limiter

from peel.clock import Clock

if TYPE_CHECKING:
    from peel.loop import VirtualLoop

NO_THREADS = (
    "can't start new thread: this playground has no threads. "
    "A `def` endpoint runs as if it had one, asyncio.to_thread() too; for the rest use asyncio."
)


class Threads:
    """Runs blocking functions inline and keeps their time apart from the loop's."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self.task = 0

    def submit(self, loop: VirtualLoop, call: Callable[[], Any]) -> asyncio.Future[Any]:
        """Run `call` now; the future is done after the virtual time that the call slept."""
        future: asyncio.Future[Any] = loop.create_future()
        clock = self._clock
        task, self.task = self.task, loop.current_number()
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

        def finish() -> None:
            if future.cancelled():
                return
            if isinstance(error, StopIteration):
                future.set_exception(RuntimeError("coroutine raised StopIteration"))
            elif error is not None:
                future.set_exception(error)
            else:
                future.set_result(result)

        if slept:
            loop.call_at((clock.now_ns + slept) / 10**9, finish)
        else:
            loop.call_soon(finish)
        return future

    async def run_sync(
        self,
        func: Callable[..., Any],
        args: tuple[Any, ...] = (),
        abandon_on_cancel: bool = False,
        limiter: CapacityLimiter | None = None,
    ) -> Any:
        """Stand in for anyio's worker threads: same limiter, same shielding, same copied context."""
        await checkpoint()
        async with limiter or current_default_thread_limiter():
            with CancelScope(shield=not abandon_on_cancel):
                context = copy_context()
                loop: Any = asyncio.get_running_loop()
                return await self.submit(loop, lambda: context.run(func, *args))
