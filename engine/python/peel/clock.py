"""The session's virtual time, in whole nanoseconds so that no sum of sleeps drifts. Knows no loop and no trace."""

from __future__ import annotations

from collections.abc import Callable

from peel.events import MoveReason

EPOCH_NS = 1_830_297_600 * 10**9
"""2028-01-01T00:00:00Z: every session starts at this moment."""


def as_ms(ns: int) -> float:
    """Nanoseconds as milliseconds; whole ones as an int, which JSON writes without `.0`."""
    whole, rest = divmod(ns, 1_000_000)
    return whole + round(rest / 1e6, 6) if rest else whole


class Clock:
    """Time that moves only when somebody sleeps, blocks or waits."""

    def __init__(self) -> None:
        self.now_ns = 0
        self.now_ms: float = 0
        """The same in milliseconds: each event asks for it."""
        self.ahead_ns = 0
        self.threads = 0
        self.on_move: Callable[[int, int, MoveReason], None] = lambda _before, _after, _why: None

    def seconds(self) -> float:
        """Seconds since the session began, as the code that asks sees it (a thread may be ahead of the loop)."""
        return (self.now_ns + self.ahead_ns) / 10**9

    def loop_seconds(self) -> float:
        """Seconds since the session began, for the event loop."""
        return self.now_ns / 10**9

    def ns(self) -> int:
        """Nanoseconds since the session began."""
        return self.now_ns + self.ahead_ns

    def epoch_ns(self) -> int:
        """Nanoseconds since 1970."""
        return EPOCH_NS + self.now_ns + self.ahead_ns

    def ms(self) -> float:
        """Milliseconds since the session began."""
        return self.now_ms

    def move_to(self, target_ns: int, why: MoveReason) -> None:
        """Move the loop's time forward; time never goes back."""
        before = self.now_ns
        if target_ns > before:
            self.now_ns = target_ns
            self.now_ms = as_ms(target_ns)
            self.on_move(before, target_ns, why)

    def block(self, seconds: float) -> None:
        """What `time.sleep` does: holds up the whole loop, or only its own thread inside of one."""
        if seconds < 0:
            raise ValueError("sleep length must be non-negative")
        self.block_ns(round(seconds * 1e9))

    def block_ns(self, ns: int) -> None:
        """Like `block()`, in nanoseconds."""
        if self.threads:
            self.ahead_ns += ns
        else:
            self.move_to(self.now_ns + ns, "block")


class ThreadClock(Clock):
    """The time of a loop that a thread made for itself: it moves that thread's time only."""

    def __init__(self, clock: Clock) -> None:
        super().__init__()
        self._clock = clock

    def loop_seconds(self) -> float:
        """Seconds since the session began, as the thread sees them."""
        return self._clock.seconds()

    def move_to(self, target_ns: int, why: MoveReason) -> None:  # noqa: ARG002
        """Let the thread sleep until then."""
        self._clock.block_ns(max(0, target_ns - self._clock.ns()))
