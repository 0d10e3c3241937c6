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


def test_a_block_tells_who_could_have_gone_on_meanwhile_and_since_when():
    source = """
@app.get("/block")
async def block(): time.sleep(2)
@app.get("/nap/{s}")
async def nap(s: float): await asyncio.sleep(s)
@app.get("/thread")
def thread(): time.sleep(0.5)
"""
    paths = [
        request("/nap/0.1"),
        request("/nap/3"),
        request("/thread"),
        request("/block", at=50),
        request("/nap/1", at=1500),
    ]
    result = run(source, paths)
    (block,) = [event for event in result.of("clock") if event["why"] == "block"]
    assert [(one["at"], one["layer"], one["exchange"]) for one in block["late"]] == [
        (100, "endpoint", 0),
        (500, "endpoint", 2),
        (1500, "browser", 4),
    ]
    assert all("late" not in event for event in result.of("clock") if event is not block)


def test_who_waits_through_several_blocks_is_told_once():
    source = """
@app.get("/block")
async def block(): time.sleep(2)
@app.get("/nap/{s}")
async def nap(s: float): await asyncio.sleep(s)
"""
    result = run(source, [request("/nap/0.1"), *(request("/block", at=50) for _ in range(3))])
    late = [[one["at"] for one in event.get("late", []) if one["exchange"] == 0] for event in result.of("clock")]
    assert [times for times in late if times] == [[100]]


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
    started = [one for one in result.of("thread") if one["phase"] == "start"]
    assert [(one["at"], one["busy"], one["of"], one["exchange"]) for one in started[-2:]] == [
        (0, 40, 40, 39),
        (1000, 1, 40, 40),
    ]
    assert [one["busy"] for one in started[:40]] == list(range(1, 41))
    ended = result.of("thread")[-1]
    assert (ended["phase"], ended["at"], ended["name"], ended["sleptMs"], ended["busy"]) == (
        "end",
        2000,
        "root",
        1000,
        1,
    )


def test_a_thread_that_slept_beside_another_request_is_a_caveat_once_a_session():
    source = """
@app.get("/slow")
def slow(): time.sleep(2)
@app.get("/quick")
async def quick(): return 1
@app.get("/at-once")
def at_once(): return 1
"""
    alone = run(source, "/slow", "/slow", [request("/at-once"), request("/quick")])
    assert alone.of("caveat") == []
    beside = run(source, "/slow", [request("/slow"), request("/quick", at=500)], [request("/slow"), request("/slow")])
    assert [(one["caveat"], one["exchange"], one["at"]) for one in beside.of("caveat")] == [("threads", 1, 4000)]
    assert run(source, [request("/slow"), request("/slow")], trace=False).of("caveat")


def test_the_end_of_each_task_is_told_with_its_outcome():
    source = """
async def good(): return 1
async def bad(): raise ValueError("bad")
async def long(): await asyncio.sleep(100)
@app.get("/")
async def root():
    tasks = [asyncio.create_task(one()) for one in (good, bad, long)]
    await asyncio.wait(tasks, timeout=1)
    tasks[2].cancel()
    await asyncio.sleep(0.1)
    return [repr(one).startswith("<NumberedTask") for one in tasks]
"""
    result = run(source, "/")
    born = {one["born"]: one["name"] for one in result.of("task")}
    ends = [(born[one["ended"]], one["outcome"], one["layer"], one["at"]) for one in result.of("done", exchange=0)]
    assert ends == [
        ("good", "result", "endpoint", 0),
        ("bad", "error", "endpoint", 0),
        ("long", "cancelled", "endpoint", 1000),
        ("RequestResponseCycle.run_asgi", "result", "server", 1100),
    ]
    # Nobody asked the task for its exception: Python says so in the end, as without a trace.
    told = [one["text"].split("\n")[0] for one in result.of("log") if "never retrieved" in one["text"]]
    untraced = run(source, "/", trace=False).of("log")
    assert told == [one["text"].split("\n")[0] for one in untraced if "never retrieved" in one["text"]]


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
    assert [one["name"] for one in result.of("thread", exchange=1)] == ["<lambda>"] * 2
    assert result.response(1)["body"] == '"slept"' and result.exchanges[1]["endedAt"] == 1000


def test_the_executor_of_asyncio_has_32_threads_and_the_next_waits():
    source = """
def work(number):
    time.sleep(1)
    return number
@app.get("/")
async def root():
    async with asyncio.TaskGroup() as group:
        tasks = [group.create_task(asyncio.to_thread(work, number)) for number in range(35)]
        await asyncio.sleep(0.5)
        tasks[33].cancel()
    return [one.result() for one in tasks if not one.cancelled()]
"""
    result = run(source, "/")
    assert json.loads(result.response()["body"]) == [one for one in range(35) if one != 33]
    assert result.exchanges[0]["endedAt"] == 2000
    threads = [(event["at"], event["busy"], event["of"]) for event in result.of("thread") if event["phase"] == "start"]
    assert threads == [(0, number + 1, 32) for number in range(32)] + [(1000, 32, 32)] * 2


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


def test_timeouts_of_asyncio_and_anyio_are_of_virtual_time():
    source = """
import anyio
@app.get("/")
async def root():
    loop = asyncio.get_running_loop()
    found = []
    def mark(): found.append([loop.time(), time.time() - 1830297600, time.monotonic(), time.perf_counter()])
    try: await asyncio.wait_for(asyncio.sleep(9), 1)
    except TimeoutError: mark()
    try:
        async with asyncio.timeout(1): await asyncio.sleep(9)
    except TimeoutError: mark()
    with anyio.move_on_after(1): await anyio.sleep(9)
    mark()
    try:
        with anyio.fail_after(1): await anyio.sleep(9)
    except TimeoutError: mark()
    time.sleep(1)
    mark()
    return found
"""
    found = json.loads(run(source, "/").response()["body"])
    assert found == [[float(at)] * 4 for at in (1, 2, 3, 4, 5)]


def test_chance_and_ids_are_the_same_in_each_run():
    source = """
import os, random, secrets, uuid, email.utils
from datetime import datetime, timezone
@app.get("/")
async def root():
    ids = [getattr(uuid, name)() for name in ("uuid1", "uuid4", "uuid6", "uuid7") if hasattr(uuid, name)]
    return [[str(one) for one in ids], random.random(), random.SystemRandom().random(), random.Random().random(),
        secrets.token_hex(8), secrets.token_urlsafe(8), secrets.choice(range(10**9)), os.urandom(4).hex(),
        time.clock_gettime(time.CLOCK_REALTIME), time.clock_gettime(time.CLOCK_MONOTONIC),
        email.utils.formatdate(usegmt=True), str(email.utils.localtime().astimezone(timezone.utc)),
        str(datetime.now(timezone.utc))]
"""
    groups = ["/", [request("/", at=1500), request("/")]]
    one, two = run(source, *groups), run(source, *groups)
    assert one.events == two.events and one.exchanges == two.exchanges
    first, later = json.loads(one.response(0)["body"]), json.loads(one.response(1)["body"])
    assert all(a != b for a, b in zip(first[:8], later[:8], strict=True))
    assert first[8:10] == [1830297600.0, 0.0] and later[8:10] == [1830297601.5, 1.5]
    assert later[10] == "Sat, 01 Jan 2028 00:00:01 GMT"
    assert later[11:] == ["2028-01-01 00:00:01.500000+00:00"] * 2
