"""Programs that never end are ended, with the reason."""

from __future__ import annotations

import pytest
from helper import OFFSET, run

from peel.lines import AVAILABLE

needs_lines = pytest.mark.skipif(not AVAILABLE, reason="this Python has no sys.monitoring (3.12 and later have it)")


def test_sleeping_forever_is_stopped_by_the_clock():
    source = '@app.get("/")\nasync def root():\n    while True:\n        await asyncio.sleep(1)'
    result = run(source, "/", limits={"virtualMs": 5000})
    assert result.stop is not None
    assert (result.stop["reason"], result.stop["file"], result.stop["line"]) == ("time", "main.py", OFFSET + 4)
    assert result.stop["text"].startswith(f"Stopped in endpoint, main.py line {OFFSET + 4}, after 5 s on its clock")
    assert result.stop["waiting"][0] == "APIRouter" and result.stop["waiting"][-2:] == ["server", "browser"]
    assert result.exchanges[0]["response"] is None
    assert result.events[-1]["kind"] == "stop"


def test_blocking_for_too_long_is_stopped_by_the_clock():
    result = run('@app.get("/")\nasync def root():\n    time.sleep(1000)', "/", limits={"virtualMs": 5000})
    assert result.stop is not None
    assert (result.stop["reason"], result.stop["line"]) == ("time", OFFSET + 3)


def test_too_many_events_are_stopped():
    source = '@app.get("/")\nasync def root():\n    for i in range(10**6):\n        print(i)'
    result = run(source, "/", limits={"events": 300, "lines": 10**9, "jumps": 10**9})
    assert result.stop is not None and result.stop["reason"] == "events"
    assert 300 <= len(result.events) < 400
    assert result.exchanges[0]["response"] is None


def test_a_program_that_was_stopped_says_nothing_in_a_later_one():
    stopped = run("for i in range(10**6):\n    print(i)", limits={"events": 300, "lines": 10**9, "jumps": 10**9})
    assert stopped.stop is not None
    run('@app.get("/")\nasync def root(): await asyncio.sleep(1)', "/", limits={"events": 20})
    # The tasks of both are collected here.
    result = run('import gc\n@app.get("/")\nasync def root(): return gc.collect() and 1', "/")
    assert [event["text"] for event in result.of("log") if event["source"] == "logging"] == []


def test_waits_that_were_asked_for_are_not_counted():
    result = run('@app.get("/")\nasync def root(): return 1', [], limits={"virtualMs": 10})
    assert result.stop is None


@needs_lines
def test_line_events_name_file_line_function_and_layer():
    source = """
@app.middleware("http")
async def outer(request, call_next):
    response = await call_next(request)
    return response
@app.get("/")
def root():
    total = 0
    return total
"""
    result = run(source, "/")
    lines = [(event["layer"], event["function"], event["line"] - OFFSET) for event in result.of("line")]
    assert lines == [("outer", "outer", 4), ("endpoint", "root", 8), ("endpoint", "root", 9), ("outer", "outer", 5)]


@needs_lines
def test_a_loop_of_many_lines_is_stopped_by_lines():
    source = (
        '@app.middleware("http")\nasync def spin(r, n):\n    x = 0\n    while True:\n        x += 1\n        x -= 1'
    )
    result = run(source, "/", trace=False)
    assert result.stop is not None
    assert result.stop["reason"] in ("lines", "jumps")
    assert "`while True` never gives the loop back" in result.stop["text"]


@needs_lines
def test_a_loop_of_one_line_is_stopped_by_jumps():
    source = '@app.middleware("http")\nasync def spin(request, call_next):\n    while True: pass'
    result = run(source, "/")
    assert result.stop is not None
    assert (result.stop["reason"], result.stop["line"]) == ("jumps", OFFSET + 3)
    assert result.stop["text"] == (
        f"Stopped in spin, main.py line {OFFSET + 3}, after 20 000 turns: `while True` never gives the loop back. "
        "Uvicorn and the browser were waiting for it."
    )
    assert result.stop["waiting"][-2:] == ["server", "browser"] and "spin" not in result.stop["waiting"]
    assert result.of("enter", "spin") and result.exchanges[0]["response"] is None


@needs_lines
def test_a_stop_that_is_swallowed_is_raised_again():
    source = """
@app.get("/")
async def root():
    while True:
        try:
            x = 1
        except BaseException:
            pass
"""
    result = run(source, "/", trace=False)
    assert result.stop is not None and result.stop["reason"] in ("lines", "jumps")


@needs_lines
def test_a_loop_while_loading_is_stopped():
    result = run("while True: pass", head=False)
    assert result.stop is not None
    assert (result.stop["reason"], result.stop["line"], result.stop["waiting"]) == ("jumps", 1, [])
