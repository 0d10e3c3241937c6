"""The loop on virtual time, by itself."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator

import pytest

from peel.clock import Clock
from peel.loop import VirtualLoop
from peel.threads import Threads


@pytest.fixture(autouse=True)
def no_loop_around() -> Iterator[None]:
    """In Pyodide tests run inside of a loop; the engine hides it in the same way."""
    around = asyncio._get_running_loop()
    asyncio._set_running_loop(None)
    yield
    asyncio._set_running_loop(around)


def test_a_wait_that_came_while_somebody_slept_leaves_no_mark_on_a_later_sleep():
    """Timers that lie where an earlier one lay in memory were taken for it: what a trace said hung on addresses."""
    clock = Clock()
    loop = VirtualLoop(clock, Threads(clock))
    reasons: list[tuple[int, str]] = []
    clock.on_move = lambda _before, after, why: reasons.append((after // 10**9, why))

    # The first timer moves the clock, so the waits are over without having done so.
    loop.call_at(1, lambda: None)
    for _ in range(50):
        loop.call_at_wait(1, lambda: None)
    loop.run_until(lambda: loop.time() >= 1)
    loop.settle(5)
    for second in range(2, 502):
        loop.call_at(second, lambda: None)
    loop.run_until(lambda: loop.time() >= 501)
    loop.close()
    assert reasons == [(second, "sleep") for second in range(1, 502)]


def test_the_clock_moves_for_a_wait_where_nobody_sleeps():
    clock = Clock()
    loop = VirtualLoop(clock, Threads(clock))
    reasons: list[str] = []
    clock.on_move = lambda _before, _after, why: reasons.append(why)
    woken: list[float] = []
    loop.call_at_wait(1, lambda: woken.append(loop.time()))
    loop.run_until(lambda: bool(woken))
    loop.close()
    assert (woken, reasons) == ([1.0], ["wait"])
