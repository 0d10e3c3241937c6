"""Same program, same requests, same trace: clock, dates, chance and ids give the same values in every run.

Patches the modules themselves, so `from time import sleep` in a learner's file gets the patched one.
"""

from __future__ import annotations

import contextlib
import copyreg
import datetime
import importlib
import os
import random
import sys
import time
import uuid
import warnings
from collections.abc import Callable, Generator
from types import ModuleType
from typing import Any

from peel.clock import Clock
from peel.patches import Patches

with contextlib.suppress(ImportError), warnings.catch_warnings():
    # FastAPI imports it late (before Python 3.14), and it subclasses the real date with a metaclass of its own.
    warnings.simplefilter("ignore")
    importlib.import_module("pydantic.v1")

SEED = 2028
_LAST_IDS = {"_last_timestamp": None, "_last_timestamp_v6": None, "_last_timestamp_v7": None, "_last_counter_v7": 0}
_RealDatetime = datetime.datetime
_RealDate = datetime.date
_UTC = datetime.timezone.utc  # noqa: UP017  # the alias is one more name for the same thing


# Their schemas hold the real classes, and they ask for no time.
_LEFT_ALONE = (
    "pydantic",
    "pydantic_core",
    "datetime",
    "_pydatetime",
    "_datetime",
    "_strptime",
    "time",
    "posix",
    "peel",
)
_TIME_FUNCTIONS = (
    *("monotonic", "perf_counter", "process_time", "thread_time", "time", "sleep"),
    *("monotonic_ns", "perf_counter_ns", "process_time_ns", "thread_time_ns", "time_ns"),
    *("gmtime", "localtime", "strftime", "asctime", "ctime"),
)


def install(clock: Clock, patches: Patches) -> None:
    """Make time, dates, random, secrets, uuid and os.urandom functions of the session alone."""
    borrowed = _borrowed()
    _install_time(clock, patches)
    _install_dates(clock, patches)
    _install_chance(patches)
    for module, name, (owner, original) in borrowed:
        patches.set(module, name, getattr(owner, original))


def prepare() -> None:
    """Look for borrowed names now, so that a session that starts from this moment need not."""
    _borrowed()


_found: tuple[int, list[tuple[Any, str, tuple[Any, str]]]] = (0, [])


def _borrowed() -> list[tuple[Any, str, tuple[Any, str]]]:
    """Names in modules for what is to be replaced: `from time import sleep` in a library was there before us."""
    global _found
    if _found[0] != len(sys.modules):
        originals: dict[int, tuple[Any, str]] = {
            id(getattr(time, name)): (time, name) for name in _TIME_FUNCTIONS if hasattr(time, name)
        }
        originals[id(_RealDatetime)] = (datetime, "datetime")
        originals[id(_RealDate)] = (datetime, "date")
        originals[id(os.urandom)] = (os, "urandom")
        found: list[tuple[Any, str, tuple[Any, str]]] = []
        for name, module in list(sys.modules.items()):
            # In Pyodide some are objects of JavaScript's.
            if name.split(".")[0] in _LEFT_ALONE or name == "os" or not isinstance(module, ModuleType):
                continue
            for key, value in list(vars(module).items()):
                if id(value) in originals:
                    found.append((module, key, originals[id(value)]))
        _found = (len(sys.modules), found)
    return _found[1]


def _install_time(clock: Clock, patches: Patches) -> None:
    def since_start() -> float:
        return clock.seconds()

    def since_1970() -> float:
        return clock.epoch_ns() / 10**9

    for name in ("monotonic", "perf_counter", "process_time", "thread_time"):
        if hasattr(time, name):
            patches.set(time, name, since_start)
            patches.set(time, f"{name}_ns", clock.ns)
    _install_clock_ids(clock, patches)
    patches.set(time, "time", since_1970)
    patches.set(time, "time_ns", clock.epoch_ns)
    patches.set(time, "sleep", clock.block)
    # Without an argument these read the real clock; local time is UTC here, wherever the page is open.
    gmtime, strftime, asctime = time.gmtime, time.strftime, time.asctime

    def now_or(seconds: float | None = None) -> time.struct_time:
        return gmtime(since_1970() if seconds is None else seconds)

    patches.set(time, "gmtime", now_or)
    patches.set(time, "localtime", now_or)

    def formatted(form: str, t: Any = None) -> str:
        return strftime(form, now_or() if t is None else t)

    def as_text(t: Any = None) -> str:
        return asctime(now_or() if t is None else t)

    def since_1970_as_text(seconds: float | None = None) -> str:
        return asctime(now_or(seconds))

    patches.set(time, "strftime", formatted)
    patches.set(time, "asctime", as_text)
    patches.set(time, "ctime", since_1970_as_text)


def _install_clock_ids(clock: Clock, patches: Patches) -> None:
    """`time.clock_gettime()`, where the system has it: the wall clock since 1970, all others since the start."""
    if not hasattr(time, "clock_gettime_ns"):
        return
    real = time.clock_gettime_ns
    of_day = {getattr(time, name, None) for name in ("CLOCK_REALTIME", "CLOCK_TAI")}

    def in_ns(which: int, /) -> int:
        real(which)  # raises for a clock that there is not
        return clock.epoch_ns() if which in of_day else clock.ns()

    def in_seconds(which: int, /) -> float:
        return in_ns(which) / 10**9

    patches.set(time, "clock_gettime_ns", in_ns)
    patches.set(time, "clock_gettime", in_seconds)


class _Facade(type):
    """Makes a stand-in class pass for the real one: in isinstance, issubclass, `==` and as a key of a dict."""

    real: type[Any]

    def __instancecheck__(cls, instance: object) -> bool:
        return isinstance(instance, cls.real) if "real" in vars(cls) else super().__instancecheck__(instance)

    def __subclasscheck__(cls, subclass: type) -> bool:
        return issubclass(subclass, cls.real) if "real" in vars(cls) else super().__subclasscheck__(subclass)

    def __eq__(cls, other: object) -> bool:
        return other is cls or ("real" in vars(cls) and other is cls.real)

    def __hash__(cls) -> int:
        return hash(cls.real) if "real" in vars(cls) else super().__hash__()


def _install_dates(clock: Clock, patches: Patches) -> None:
    def utc_now() -> datetime.datetime:
        # Whole microseconds, so that no float rounding shows.
        return _RealDatetime(1970, 1, 1, tzinfo=_UTC) + datetime.timedelta(microseconds=clock.epoch_ns() // 1000)

    # The stand-ins make real instances only, so pydantic, pickle and everything written in C see what they know.
    class FacadeDate(_RealDate, metaclass=_Facade):
        real = _RealDate

        def __new__(cls, *args: Any, **kwargs: Any) -> Any:
            return _RealDate(*args, **kwargs) if cls is FacadeDate else super().__new__(cls, *args, **kwargs)

        @classmethod
        def today(cls) -> Any:
            now = utc_now()
            return cls(now.year, now.month, now.day)

        @classmethod
        def fromtimestamp(cls, timestamp: float, /) -> Any:
            then = _RealDatetime.fromtimestamp(timestamp, _UTC)
            return cls(then.year, then.month, then.day)

    class FacadeDatetime(_RealDatetime, metaclass=_Facade):
        real = _RealDatetime

        def __new__(cls, *args: Any, **kwargs: Any) -> Any:
            return _RealDatetime(*args, **kwargs) if cls is FacadeDatetime else super().__new__(cls, *args, **kwargs)

        @classmethod
        def now(cls, tz: datetime.tzinfo | None = None) -> Any:
            now = utc_now()
            return _as(cls, now.replace(tzinfo=None) if tz is None else now.astimezone(tz))

        @classmethod
        def utcnow(cls) -> Any:
            return _as(cls, utc_now().replace(tzinfo=None))

        @classmethod
        def today(cls) -> Any:
            return cls.now()

        @classmethod
        def fromtimestamp(cls, timestamp: float, tz: datetime.tzinfo | None = None) -> Any:
            then = _RealDatetime.fromtimestamp(timestamp, _UTC)
            return _as(cls, then.replace(tzinfo=None) if tz is None else then.astimezone(tz))

    def _as(cls: type[Any], value: datetime.datetime) -> Any:
        if cls is FacadeDatetime:
            return value
        return cls.combine(value.date(), value.timetz())

    for facade, real, name in ((FacadeDate, _RealDate, "date"), (FacadeDatetime, _RealDatetime, "datetime")):
        facade.__name__ = facade.__qualname__ = name
        facade.__module__ = "datetime"
        facade.__doc__ = real.__doc__
        patches.set(datetime, name, facade)
    # Pickle finds a class by its name, and by its name it now finds the stand-in.
    table: dict[type, Callable[[Any], Any]] = copyreg.dispatch_table  # type: ignore[assignment]
    table[_RealDate] = lambda value: (FacadeDate, _RealDate.__reduce__(value)[1])
    table[_RealDatetime] = lambda value: (FacadeDatetime, _RealDatetime.__reduce_ex__(value, 4)[1])


_apart: random.Random | None = None


@contextlib.contextmanager
def drawing_from(source: random.Random) -> Generator[None]:
    """Let somebody who is no part of the program, such as its client, draw from a source of their own."""
    global _apart
    before, _apart = _apart, source
    try:
        yield
    finally:
        _apart = before


def _install_chance(patches: Patches) -> None:
    program = random.Random(SEED)

    def urandom(size: int, /) -> bytes:
        source = _apart or program
        return source.getrandbits(size * 8).to_bytes(size, "little") if size else b""

    reseed = random.Random.seed

    def seed(self: random.Random, a: Any = None, version: int = 2) -> None:
        reseed(self, int.from_bytes(urandom(32), "little") if a is None else a, version)

    patches.set(os, "urandom", urandom)
    patches.set(random.Random, "seed", seed)
    random.seed(SEED)
    # uuid1() asks the machine for its address and for the time in C.
    patches.set(uuid, "_generate_time_safe", None)
    patches.set(uuid, "_UuidCreate", None)
    patches.set(uuid, "_node", 0x02_00_00_00_00_01)
    # What was given out last is remembered by version: 6 and 7 came with Python 3.14.
    for name, first in _LAST_IDS.items():
        if hasattr(uuid, name):
            patches.set(uuid, name, first)
