"""An asyncio loop on virtual time: where a real loop would wait, this one moves the clock. Knows no requests."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from contextvars import Context, ContextVar
from typing import Any, TypeVar, cast
from weakref import WeakSet

from peel.budget import Stopped
from peel.clock import Clock
from peel.threads import Threads
from peel.tracer import CURRENT, Place

T = TypeVar("T")
_current_task = asyncio.current_task


OWNER: ContextVar[object | None] = ContextVar("peel_owner", default=None)
"""Which portal a task is born in: its tasks end with it."""

EXPECTED: ContextVar[Place | None] = ContextVar("peel_expected", default=None)
"""Whose arrival a timer is: no code of that place has run yet."""


class NumberedTask(asyncio.Task[Any]):
    """A task that knows how many were born before it; numbers are the same in every run, ids are not."""

    number = 0
    place: Place | None = None
    """Where it was born."""
    owner: object | None = None
    """The portal that it was born in."""


class DryError(Exception):
    """Nothing is ready, no timer is set, and what is waited for has not come."""


class _Selector:
    """Stands where the loop keeps its selector: asked to wait, it moves the clock and returns at once."""

    def __init__(self, select: Callable[[float | None], None]) -> None:
        self._select = select

    def select(self, timeout: float | None) -> list[Any]:
        self._select(timeout)
        return []

    def close(self) -> None:
        pass


class VirtualLoop(asyncio.BaseEventLoop):
    """Runs callbacks until a condition holds, or until nothing could ever happen again."""

    def __init__(self, clock: Clock, threads: Threads) -> None:
        super().__init__()
        self._clock = clock
        self._threads = threads
        self._clock_resolution = 1e-9
        self._selector = _Selector(self._wait)
        # Whoever calls run_forever() without run_until(), as asyncio.run() does, stops by itself.
        self._done: Callable[[], bool] = lambda: False
        self._stalled = False
        self._waits: set[int] = set()
        self._told_late: WeakSet[asyncio.Handle] = WeakSet()
        self.births = 0
        self.on_birth: Callable[[int, str], None] = lambda _number, _name: None
        self.on_end: Callable[[NumberedTask], None] | None = None
        self.on_idle: Callable[[], None] = lambda: None
        self.on_turn: Callable[[], None] = lambda: None

    def time(self) -> float:
        """Virtual seconds since the session began."""
        return self._clock.loop_seconds()

    def run_until(self, done: Callable[[], bool]) -> bool:
        """Run until `done()`; False if the loop ran dry before: nothing ready, and no timer set."""
        self._done = done
        self._stalled = False
        while True:
            try:
                self.run_forever()
            except (SystemExit, KeyboardInterrupt):
                # A child task of the learner's left by exit(). The task keeps the exception; others go on.
                continue
            return not self._stalled

    def run_inside(self, done: Callable[[], bool]) -> bool:
        """Like `run_until()`, from within one of the loop's own callbacks: for a thread that waits for the loop."""
        ready = cast("Any", self)._ready
        before = len(ready)
        outer = self._done, self._stalled
        self._done, self._stalled = done, False
        try:
            while not done() and not self._stalled:
                cast("Any", self)._run_once()
                cast("Any", self)._stopping = False
            return not self._stalled
        finally:
            self._done, self._stalled = outer
            # The turn that we are in counts on as many callbacks as there were.
            for _ in range(before - len(ready)):
                handle = asyncio.Handle(lambda: None, (), self)
                handle.cancel()
                ready.append(handle)

    def run(self, coroutine: Coroutine[Any, Any, T]) -> T:
        """Run one coroutine to its end."""
        task = self.create_task(coroutine)
        try:
            ended = self.run_until(task.done)
        except BaseException:
            # A stop came through the task and through the loop: else the task would complain when it is collected.
            if task.done() and not task.cancelled():
                task.exception()
            raise
        if not ended:
            task.cancel()
            raise DryError
        return task.result()

    def settle(self, turns: int) -> None:
        """Let callbacks that are ready now run, without moving the clock; at most so many turns."""
        left = turns

        def done() -> bool:
            nonlocal left
            left -= 1
            return left < 0 or not self._has_ready()

        self.run_until(done)

    def call_at_wait(
        self, when: float, callback: Callable[[], object], context: Context | None = None
    ) -> asyncio.TimerHandle:
        """Like `call_at`, but moving the clock there counts as a wait of a client's, not as somebody's sleep."""

        def over() -> None:
            # Also when another timer of the same moment moved the clock: a later handle may lie at this one's address.
            self._waits.discard(id(handle))
            callback()

        handle = self.call_at(when, over, context=context)
        self._waits.add(id(handle))
        return handle

    def cancel_wait(self, handle: asyncio.TimerHandle) -> None:
        """Take back what `call_at_wait` gave."""
        handle.cancel()
        self._waits.discard(id(handle))

    def take_late(self, before_ns: int, after_ns: int) -> list[tuple[int, Place]]:
        """Who could have gone on while the loop was blocked from one time to another, and since when (ns).

        Each callback is told once: it may have to wait for several that block.
        """
        late: list[tuple[int, Place]] = []
        inside = cast("Any", self)
        due = [(before_ns, handle) for handle in inside._ready]
        due += [(round(timer.when() * 1e9), timer) for timer in inside._scheduled]
        for when, handle in due:
            if when >= after_ns or handle.cancelled() or handle in self._told_late:
                continue
            self._told_late.add(handle)
            context: Context = handle._context
            place = context.get(CURRENT) or context.get(EXPECTED)
            if place is not None:
                late.append((max(when, before_ns), place))
        return late

    def tasks(self) -> list[NumberedTask]:
        """Tasks that are not done, in the order of birth."""
        mine = (task for task in asyncio.all_tasks(self) if isinstance(task, NumberedTask))
        return sorted(mine, key=lambda task: task.number)

    def current_number(self) -> int:
        """Number of the task that runs now; 0 outside of any."""
        return getattr(_current_task(self), "number", 0)

    def create_task(self, coro: Any, **options: Any) -> asyncio.Task[Any]:  # type: ignore[override]  # typeshed spells out the options of one version
        """Make a task that carries its number and, without a given name, the name of its coroutine."""
        name = options.pop("name", None) or getattr(coro, "__qualname__", type(coro).__name__)
        self.births += 1
        number = self.births
        self.on_birth(number, name)
        task = NumberedTask(coro, loop=self, name=name, **options)
        task.number = number
        task.place = CURRENT.get()
        task.owner = OWNER.get()
        if self.on_end is not None:
            task.add_done_callback(cast("Any", self.on_end))
        return task

    def call_exception_handler(self, context: dict[str, Any]) -> None:
        """Pass over how a stop ended tasks, and what the collector finds of a session when another one runs."""
        if not self.is_closed() and not isinstance(context.get("exception"), Stopped):
            super().call_exception_handler(context)

    def call_soon_threadsafe(self, callback: Any, *args: Any, context: Context | None = None) -> asyncio.Handle:
        """From a thread that has slept, the call comes when it has slept."""
        if not self._clock.ahead_ns:
            return super().call_soon_threadsafe(callback, *args, context=context)
        when = (self._clock.now_ns + self._clock.ahead_ns) / 10**9
        return self.call_at(when, callback, *args, context=context)

    def run_in_executor(self, _executor: Any, func: Callable[..., Any], *args: Any) -> asyncio.Future[Any]:  # type: ignore[override]
        """Run `func` here and now: there are no threads. What it slept is waited for afterwards."""
        return self._threads.submit(self, func, lambda: func(*args))

    def _wait(self, timeout: float | None) -> None:
        self.on_turn()
        if self._done():
            self.stop()
            return
        if timeout == 0:
            return
        self.on_idle()
        if self._done():
            self.stop()
        elif self._has_ready():
            return
        elif timeout is None:
            self._stalled = True
            self.stop()
        else:
            handle = self._next_timer()
            why = "wait" if id(handle) in self._waits else "sleep"
            self._waits.discard(id(handle))
            self._clock.move_to(round(handle.when() * 1e9), why)
            self.on_turn()

    def _has_ready(self) -> bool:
        return bool(cast("Any", self)._ready)

    def _next_timer(self) -> asyncio.TimerHandle:
        return cast("Any", self)._scheduled[0]

    def _process_events(self, event_list: Any) -> None:
        pass

    def _write_to_self(self) -> None:
        pass
