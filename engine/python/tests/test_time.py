"""Virtual time: every clock agrees, sleeps cost nothing, and threads overlap."""

from __future__ import annotations

import json
import time

from helper import request, run


def test_all_clocks_agree():
    source = """
import datetime
from time import perf_counter, monotonic, sleep
@app.get("/")
async def root():
    await asyncio.sleep(1.5)
    sleep(0.25)
    loop = asyncio.get_running_loop()
    utc = datetime.datetime.now(datetime.timezone.utc)
    return [time.time(), perf_counter(), monotonic(), time.monotonic_ns(), loop.time(), utc.isoformat(),
        datetime.datetime.utcnow().isoformat(), datetime.datetime.now().isoformat(), datetime.date.today().isoformat(),
        time.strftime("%H:%M:%S"), utc.timestamp()]
"""
    result = run(source, "/")
    now = 1_830_297_600 + 1.75
    stamp = "2028-01-01T00:00:01.750000"
    assert json.loads(result.response()["body"]) == [
        now, 1.75, 1.75, 1_750_000_000, 1.75, f"{stamp}+00:00", stamp, stamp, "2028-01-01", "00:00:01", now,
    ]  # fmt: skip
    assert [(event["from"], event["to"], event["why"]) for event in result.of("clock")] == [
        (0, 1500, "sleep"),
        (1500, 1750, "block"),
    ]
    assert result.of("clock")[1]["layer"] == "endpoint"


def test_sleeping_costs_no_real_time():
    started = time.perf_counter()
    result = run('@app.get("/")\nasync def root(): await asyncio.sleep(50)', "/")
    assert result.exchanges[0]["endedAt"] == 50_000
    assert time.perf_counter() - started < 5


def test_sleeps_of_different_requests_overlap():
    source = '@app.get("/{s}")\nasync def root(s: float): await asyncio.sleep(s)'
    result = run(source, [request("/3"), request("/1"), request("/2", at=500)])
    assert [(one["startedAt"], one["endedAt"]) for one in result.exchanges] == [(0, 3000), (0, 1000), (500, 2500)]


def test_a_blocking_sleep_holds_every_request_up():
    source = """
@app.get("/block")
async def block(): time.sleep(2)
@app.get("/quick")
async def quick(): await asyncio.sleep(0.1)
"""
    result = run(source, [request("/quick"), request("/block")])
    assert [one["endedAt"] for one in result.exchanges] == [2000, 2000]


def test_def_endpoints_sleep_side_by_side():
    source = """
@app.get("/")
def root():
    started = time.perf_counter()
    time.sleep(2)
    return time.perf_counter() - started
"""
    result = run(source, [request("/"), request("/"), request("/", at=1000)])
    assert [one["endedAt"] for one in result.exchanges] == [2000, 2000, 3000]
    assert [result.response(index)["body"] for index in range(3)] == ["2.0", "2.0", "2.0"]


def test_forty_threads_run_at_once_and_the_next_waits():
    result = run('@app.get("/")\ndef root(): time.sleep(1)', [request("/") for _ in range(41)])
    assert sorted(one["endedAt"] for one in result.exchanges) == [1000] * 40 + [2000]


def test_a_thread_has_no_running_loop_and_to_thread_works():
    source = """
@app.get("/")
def root():
    try:
        asyncio.get_running_loop()
    except RuntimeError as exc:
        return str(exc)
@app.get("/to")
async def to(): return await asyncio.to_thread(lambda: time.sleep(1) or "slept")
"""
    result = run(source, "/", "/to")
    assert result.response(0)["body"] == '"no running event loop"'
    assert result.response(1)["body"] == '"slept"' and result.exchanges[1]["endedAt"] == 1000


def test_a_loop_of_its_own_in_a_thread_runs_on_the_thread_s_time():
    source = """
@app.get("/")
def root():
    async def work():
        await asyncio.gather(asyncio.sleep(1), asyncio.sleep(2))
        return time.monotonic()
    return asyncio.run(work())
@app.get("/never")
def never():
    asyncio.run(asyncio.Event().wait())
"""
    result = run(source, [request("/"), request("/")], "/never")
    assert [result.response(index)["body"] for index in range(2)] == ["2.0", "2.0"]
    assert [one["endedAt"] for one in result.exchanges[:2]] == [2000, 2000]
    assert result.exchanges[2]["error"]["type"] == "RuntimeError"


def test_waits_between_requests_are_told_as_waits():
    result = run('@app.get("/")\nasync def root(): return 1', [request("/", at=2000)])
    assert [(event["to"], event["why"]) for event in result.of("clock")] == [(2000, "wait")]
    assert result.header("date") == "Sat, 01 Jan 2028 00:00:02 GMT"


def test_dates_stay_dates():
    source = """
import copy, pickle, datetime as module
from datetime import date, datetime, timedelta, timezone
from pydantic import BaseModel
class Own(datetime):
    pass
class Event(BaseModel):
    at: datetime
    day: date | None = None
@app.post("/")
async def root(event: Event) -> Event:
    now = datetime.now()
    assert isinstance(now, datetime) and isinstance(event.at, datetime) and isinstance(now, date)
    assert not isinstance(date.today(), datetime) and issubclass(datetime, date)
    assert pickle.loads(pickle.dumps(now)) == now and copy.deepcopy(now) == now
    assert pickle.loads(pickle.dumps(date.today())) == date.today()
    assert type(Own.now()) is Own and type(Own(2020, 1, 1)) is Own
    assert repr(datetime(2020, 1, 2)) == "datetime.datetime(2020, 1, 2, 0, 0)"
    assert datetime.fromisoformat("2020-01-02") == datetime.strptime("2020", "%Y") + timedelta(days=1)
    assert datetime.fromtimestamp(0, timezone.utc).year == 1970 and date.fromtimestamp(0) == date(1970, 1, 1)
    return event
"""
    result = run(source, request("/", "POST", body='{"at": "2020-01-01T10:00:00Z", "day": "2020-01-01"}'))
    assert result.response()["body"] == '{"at":"2020-01-01T10:00:00Z","day":"2020-01-01"}', result.exchanges[0]["error"]
