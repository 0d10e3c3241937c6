"""Blocking code beside the server: while a client program waits, the server's loop runs.

Gives the client program time (`Driver`), loops of its own for `asyncio.run()`, and anyio's blocking portals, all on the
one virtual clock. Knows no requests.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable, Generator
from typing import TYPE_CHECKING, Any

from anyio.from_thread import BlockingPortal

from peel.clock import Clock
from peel.loop import OWNER, VirtualLoop
from peel.net import ADDRESS, ClientTransport, Connect, make_socket_class, resolve
from peel.threads import Threads

if TYPE_CHECKING:
    from peel.patches import Patches


class StalledError(BaseException):
    """What a client program waits for will never come. Not an Exception: no `except` of the program is meant."""


class Driver:
    """Runs the server's loop on behalf of a client program that waits."""

    def __init__(self, loop: VirtualLoop, clock: Clock) -> None:
        self._loop = loop
        self._clock = clock
        self.on_dry: Callable[[], bool] = lambda: False
        """Called when the server cannot go on; tells whether it did something about it."""

    def block(self, done: Callable[[], bool], seconds: float | None = None) -> bool:
        """Let the server run until `done()` or so many virtual seconds are over; whether it is done."""
        due = None if seconds is None else self._clock.now_ns + round(seconds * 1e9)
        timer = self._loop.call_at(due / 10**9, lambda: None) if due is not None else None
        clock = self._clock
        with _outside_of_loops():
            while not self._loop.run_until(lambda: done() or (due is not None and clock.now_ns >= due)):
                if not self.on_dry():
                    raise StalledError("the program waits for what will never come")
        if timer is not None:
            timer.cancel()
        return done()

    def sleep(self, seconds: float) -> None:
        """What `time.sleep` is in a client program: the server goes on meanwhile."""
        if seconds < 0:
            raise ValueError("sleep length must be non-negative")
        self.block(lambda: False, seconds)

    def turn(self) -> None:
        """One turn of the server's loop."""
        with _outside_of_loops():
            self._loop.settle(1)


@contextlib.contextmanager
def _outside_of_loops() -> Generator[None]:
    """The server's loop starts where, for asyncio, no loop runs."""
    around = asyncio._get_running_loop()
    task = asyncio.current_task(around) if around is not None else None
    if around is not None and task is not None:
        asyncio.tasks._leave_task(around, task)
    asyncio._set_running_loop(None)
    try:
        yield
    finally:
        asyncio._set_running_loop(around)
        if around is not None and task is not None:
            asyncio.tasks._enter_task(around, task)


class ClientLoop(VirtualLoop):
    """The loop of a client's `asyncio.run()`: when it has nothing to do, the server's loop runs."""

    def __init__(self, main: VirtualLoop, clock: Clock, threads: Threads, driver: Driver, connect: Connect) -> None:
        self._main = main
        super().__init__(clock, threads)
        self.on_birth, self.on_end = main.on_birth, main.on_end
        self.on_turn = main.on_turn
        self._driver = driver
        self._connect = connect

    @property
    def births(self) -> int:
        """Tasks are numbered through, whatever loop they are of."""
        return self._main.births

    @births.setter
    def births(self, number: int) -> None:
        # Zero is what every loop begins with.
        self._main.births = max(self._main.births, number)

    def _wait(self, timeout: float | None) -> None:
        self.on_turn()
        if timeout == 0:
            self._driver.turn()
            return
        seconds = None
        if timeout is not None:
            seconds = self._next_timer().when() - self.time()
        self._driver.block(self._has_ready, seconds)

    async def getaddrinfo(self, host: Any, port: Any, **_options: Any) -> Any:  # type: ignore[override]
        """Names of the session's own network."""
        return [(2, 1, 6, "", (resolve(host), port))]

    async def create_connection(self, protocol_factory: Any, host: Any = None, port: Any = None, **options: Any) -> Any:  # type: ignore[override]
        """Connect to the server."""
        resolve(host)
        await asyncio.sleep(0)
        made = make_socket_class(self._connect, self._driver.block)()
        made.connect((ADDRESS, port))
        made.wire.secure = bool(options.get("ssl"))
        protocol = protocol_factory()
        return ClientTransport(self, made.wire, protocol, made), protocol


def _callable_here(portal: Any) -> Any:
    """Anyio's portal, to be called from the thread that its loop is in: while it waits, the loop runs."""

    def check_running() -> None:
        if portal._event_loop_thread_id is None:
            raise RuntimeError("This portal is not running")
        if asyncio._get_running_loop() is not None:
            raise RuntimeError("This method cannot be called from the event loop thread")

    portal._check_running = check_running
    return portal


def make_portals(loop: VirtualLoop, driver: Driver) -> Callable[..., Any]:
    """A stand-in for `anyio.from_thread.start_blocking_portal` whose portals are on the server's loop."""

    @contextlib.contextmanager
    def start_blocking_portal(
        backend: str = "asyncio",  # noqa: ARG001
        backend_options: dict[str, Any] | None = None,  # noqa: ARG001
        *,
        name: str | None = None,  # noqa: ARG001
    ) -> Generator[Any, Any]:
        ready: list[Any] = []

        async def run_portal() -> None:
            OWNER.set(token)
            async with _callable_here(BlockingPortal()) as portal:
                ready.append(portal)
                await portal.sleep_until_stopped()

        token = object()
        task = loop.create_task(run_portal(), name="portal")
        driver.block(lambda: bool(ready) or task.done())
        portal = ready[0]
        cancel = False
        try:
            yield portal
        except BaseException:
            cancel = True
            raise
        finally:
            with contextlib.suppress(RuntimeError):
                portal.call(portal.stop, cancel)
            driver.block(task.done)
            # The end of a loop of its own: what still runs there is cancelled.
            rest = [one for one in loop.tasks() if one.owner is token]
            for one in rest:
                one.cancel()
            driver.block(lambda: all(one.done() for one in rest))

    return start_blocking_portal


def wait_for_condition(driver: Driver) -> Callable[..., bool]:
    """A stand-in for `threading.Condition.wait`: whoever is to notify is on the server's loop."""

    def wait(self: Any, timeout: float | None = None) -> bool:
        if not self._is_owned():
            raise RuntimeError("cannot wait on un-acquired lock")
        told: list[bool] = []
        waiter = _Waiter(told)
        self._waiters.append(waiter)
        state = self._release_save()
        try:
            got = driver.block(lambda: bool(told), timeout)
        finally:
            self._acquire_restore(state)
        if not got:
            with contextlib.suppress(ValueError):
                self._waiters.remove(waiter)
        return got

    return wait


class _Waiter:
    """Stands for the lock that `notify()` releases."""

    def __init__(self, told: list[bool]) -> None:
        self._told = told

    def release(self) -> None:
        self._told.append(True)


def install_sockets(patches: Patches, connect: Connect, driver: Driver) -> None:
    """Have the clients' own HTTP code write to and read from wires."""
    import socket

    import httpcore._backends.anyio as waiting
    import httpcore._backends.sync as blocking
    import urllib3.connection as pooled

    sockets = make_socket_class(connect, driver.block)

    def getaddrinfo(host: Any, port: Any, *_options: Any, **_more: Any) -> Any:
        return [(2, 1, 6, "", (resolve(host), port))]

    def create_connection(address: tuple[str, int], timeout: Any = None, *_options: Any, **_more: Any) -> Any:
        made = sockets()
        if isinstance(timeout, int | float):
            made.settimeout(timeout)
        made.connect((resolve(address[0]), address[1]))
        return made

    def is_readable(made: Any, *_options: Any, **_more: Any) -> bool:
        return made is None or made.wire is None or made.wire.readable or made.wire.closed

    def secure(made: Any) -> None:
        made.wire.secure = True

    async def start_tls(self: Any, *_options: Any, **_more: Any) -> Any:
        secure(self.get_extra_info("socket"))
        return self

    def start_tls_now(self: Any, *_options: Any, **_more: Any) -> Any:
        secure(self.get_extra_info("socket"))
        return self

    def wrapped(sock: Any, **_options: Any) -> Any:
        secure(sock)
        return pooled._WrappedAndVerifiedSocket(sock, True)

    patches.set(socket, "socket", sockets)
    patches.set(socket, "getaddrinfo", getaddrinfo)
    patches.set(socket, "create_connection", create_connection)
    for module in (blocking, waiting):
        patches.set(module, "is_socket_readable", is_readable)
    patches.set(pooled, "wait_for_read", is_readable)
    # There is nobody between the two ends: no certificates, no handshake. Only the scheme is what it would be.
    patches.set(waiting.AnyIOStream, "start_tls", start_tls)
    patches.set(blocking.SyncStream, "start_tls", start_tls_now)
    patches.set(pooled, "_ssl_wrap_socket_and_match_hostname", wrapped)
