"""When nothing can go on, the trace says who waits for what, and the exchange says it in one sentence."""

from __future__ import annotations

from typing import Any

from helper import OFFSET, Run, request, run


def waits(result: Run) -> list[tuple[Any, ...]]:
    """Exchange, layer, what is awaited, number awaited and line in the source, of the one stall."""
    (stall,) = result.of("stall")
    line = [None if one["line"] is None else one["line"] - OFFSET for one in stall["waits"]]
    return [
        (one["exchange"], one["layer"], one["awaits"], one["on"], at)
        for one, at in zip(stall["waits"], line, strict=True)
    ]


def sentence(result: Run, index: int = 0) -> str:
    error = result.exchanges[index]["error"]
    assert error is not None and error["type"] == "Stalled"
    return error["message"]


def test_receive_after_the_body_was_read():
    source = """
class Audit:
    def __init__(self, app) -> None: self.app = app
    async def __call__(self, scope, receive, send) -> None:
        if scope["type"] == "http":
            await receive()
            await receive()
        await self.app(scope, receive, send)
app.add_middleware(Audit)
"""
    result = run(source, request("/", "POST", body="{}"))
    assert waits(result) == [(0, "Audit", "receive()", None, 7)]
    assert sentence(result) == (
        f"Layer Audit awaits receive() in main.py line {OFFSET + 7} (`await receive()`); "
        "nobody will send anything more, because the client has sent all that it had."
    )
    assert result.of("stall")[0]["exchange"] == 0 and result.of("stall")[0]["layer"] == "Audit"


def test_a_body_that_was_read_by_a_layer_before():
    source = """
class Reads:
    def __init__(self, app) -> None: self.app = app
    async def __call__(self, scope, receive, send) -> None:
        if scope["type"] == "http":
            await Request(scope, receive).body()
        await self.app(scope, receive, send)
app.add_middleware(Reads)
@app.post("/")
async def root(request: Request):
    return await request.json()
"""
    result = run(source, request("/", "POST", body="{}"))
    assert waits(result) == [(0, "endpoint", "receive()", None, 11)]
    assert sentence(result).startswith("The endpoint awaits receive() in main.py")


def test_an_event_that_nobody_sets():
    result = run('event = asyncio.Event()\n@app.get("/")\nasync def root():\n    await event.wait()', "/")
    assert waits(result) == [(0, "endpoint", "Event.wait()", None, 4)]
    assert sentence(result) == (
        f"The endpoint awaits Event.wait() in main.py line {OFFSET + 4} (`await event.wait()`); "
        "nobody is left who could set it."
    )


def test_two_requests_with_two_locks():
    source = """
a, b = asyncio.Lock(), asyncio.Lock()
@app.get("/ab")
async def ab():
    async with a:
        await asyncio.sleep(1)
        async with b: return 1
@app.get("/ba")
async def ba():
    async with b:
        await asyncio.sleep(1)
        async with a: return 1
"""
    result = run(source, [request("/ab"), request("/ba")])
    assert waits(result) == [
        (0, "endpoint", "Lock.acquire()", None, 7),
        (1, "endpoint", "Lock.acquire()", None, 12),
    ]
    assert "whoever holds the lock waits as well" in sentence(result, 1)
    assert result.of("stall")[0]["exchange"] is None and result.of("stall")[0]["at"] == 1000


def test_tasks_that_wait_for_each_other():
    source = """
tasks = {}
async def first():
    await asyncio.sleep(1)
    await tasks["second"]
async def second():
    await tasks["first"]
@app.get("/")
async def root():
    tasks["first"] = asyncio.create_task(first())
    tasks["second"] = asyncio.create_task(second())
    await asyncio.gather(*tasks.values())
"""
    result = run(source, "/")
    found = waits(result)
    numbers = {one["name"]: one["born"] for one in result.of("task")}
    one, two = numbers["first"], numbers["second"]
    assert found == [
        (0, "endpoint", f"a gather of task {one} (first) and task {two} (second)", one, 12),
        (0, "endpoint", f"task {two} (second)", two, 5),
        (0, "endpoint", f"task {one} (first)", one, 7),
    ]
    texts = [wait["text"] for wait in result.of("stall")[0]["waits"]]
    assert texts[1].endswith(f"task {two} (second) waits for it in turn.")
    assert texts[0].endswith("wait as well.")


def test_layers_outside_wait_for_the_task_of_the_app_inside():
    source = """
queue = asyncio.Queue()
@app.middleware("http")
async def outer(request, call_next):
    return await call_next(request)
@app.get("/")
async def root():
    await queue.get()
"""
    result = run(source, "/")
    found = waits(result)
    assert [one[:3] + one[4:] for one in found if one[4] is not None] == [
        (0, "outer", "call_next()", 5),
        (0, "endpoint", "Queue.get()", 8),
    ]
    stall = result.of("stall")[0]["waits"]
    inner = next(one for one in stall if one["layer"] == "endpoint")
    assert next(one for one in stall if one["layer"] == "outer")["on"] == inner["task"]
    assert sentence(result).startswith("The endpoint awaits Queue.get()")


def test_tasks_of_task_groups_and_tasks_without_a_request():
    source = """
import anyio
never = asyncio.Event()
async def forever():
    await never.wait()
async def start(): app.state.task = asyncio.create_task(forever())
app.router.on_startup = [start]
app.router.add_event_handler("startup", start) if hasattr(app.router, "add_event_handler") else None
@app.get("/")
async def root():
    async with anyio.create_task_group() as group:
        group.start_soon(forever)
@app.get("/group")
async def group():
    async with asyncio.TaskGroup() as group:
        group.create_task(forever())
"""
    for target in ("/", "/group"):
        result = run(source, target)
        by_line = {(one[0], one[4]): one for one in waits(result)}
        inner = next(
            one for one in result.of("stall")[0]["waits"] if one["exchange"] == 0 and one["line"] == OFFSET + 5
        )
        outer = next(one for one in by_line.values() if one[4] not in (5, None))
        assert outer[3] == inner["task"] and inner["awaits"] == "Event.wait()"


def test_a_startup_that_never_ends_names_what_it_awaits():
    source = """
async def lifespan(app):
    await asyncio.Event().wait()
    yield
app = FastAPI(lifespan=lifespan)
"""
    error = run(source).error
    assert error["line"] == OFFSET + 3 and "awaits Event.wait()" in error["text"]
