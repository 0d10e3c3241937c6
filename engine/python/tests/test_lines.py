"""Lines with the locals that changed, and what functions return. Nothing of it may change how long values live."""

from __future__ import annotations

from typing import Any

import pytest
from helper import OFFSET, run

from peel.lines import AVAILABLE

pytestmark = pytest.mark.skipif(not AVAILABLE, reason="this Python has no sys.monitoring (3.12 and later have it)")


def told(source: str, function: str, *groups: Any) -> list[tuple[str, int, dict[str, str | None]]]:
    """Kind, line in the source and changed locals of what happened in a function."""
    result = run(source, *(groups or ("/",)))
    assert all(one["response"] and one["response"]["status"] == 200 for one in result.exchanges), result.exchanges
    return [
        (event["kind"], event["line"] - OFFSET, event.get("locals", {}))
        for event in result.events
        if event["kind"] in ("line", "return") and event["function"] == function and event["exchange"] is not None
    ]


def test_a_line_tells_the_locals_that_changed_since_the_line_before():
    source = """
@app.get("/")
async def root():
    total = 1
    names = ["a"]
    names.append("b")
    total += 1
    del names
    return total
"""
    assert told(source, "root") == [
        ("line", 4, {}),
        ("line", 5, {"total": "1"}),
        ("line", 6, {"names": "['a']"}),
        ("line", 7, {"names": "['a', 'b']"}),
        ("line", 8, {"total": "2"}),
        ("line", 9, {"names": None}),
        ("return", 9, {}),
    ]


def test_a_return_tells_its_value_and_what_changed_last():
    source = """
def add(a, b): c = a + b; return c
@app.get("/")
async def root():
    return {"sum": add(1, 2)}
"""
    result = run(source, "/")
    returns = [(one["function"], one["value"], one.get("locals")) for one in result.of("return")]
    assert returns == [("add", "3", {"c": "3"}), ("root", "{'sum': 3}", None)]


def test_what_others_change_in_a_container_is_seen_at_the_next_line():
    source = """
@app.middleware("http")
async def outer(request, call_next):
    seen = {"list": [], "n": 1000}
    request.state.seen = seen
    response = await call_next(request)
    return response
@app.get("/")
async def root(request: Request):
    request.state.seen["list"].append("inner")
    for _ in range(2):
        request.state.seen["n"] += 1
"""
    assert [changed for kind, line, changed in told(source, "outer") if kind == "line" and line in (5, 7)] == [
        {"seen": "{'list': [], 'n': 1000}"},
        {"seen": "{'list': ['inner'], 'n': 1002}", "response": "<_StreamingResponse>"},
    ]


def test_each_call_of_a_recursion_has_locals_of_its_own():
    source = """
def down(n):
    if n == 0:
        return 0
    inner = down(n - 1)
    return inner + n
@app.get("/")
async def root(): return down(2)
"""
    assert told(source, "down") == [
        ("line", 3, {"n": "2"}),
        ("line", 5, {}),
        ("line", 3, {"n": "1"}),
        ("line", 5, {}),
        ("line", 3, {"n": "0"}),
        ("line", 4, {}),
        ("return", 4, {}),
        ("line", 6, {"inner": "0"}),
        ("return", 6, {}),
        ("line", 6, {"inner": "1"}),
        ("return", 6, {}),
    ]


def test_a_call_left_by_an_exception_leaves_nothing_to_the_next():
    source = """
def fail(n):
    doubled = n * 2
    raise ValueError(doubled)
@app.get("/")
async def root():
    for n in (1, 1):
        try: fail(n)
        except ValueError: pass
"""
    first = [("line", 3, {"n": "1"}), ("line", 4, {"doubled": "2"})]
    assert told(source, "fail") == first * 2


def test_generators_go_on_where_they_were():
    source = """
def count(to):
    for n in range(to):
        yield n
async def later(to):
    n = to
    await asyncio.sleep(1)
    yield n
    n += 1
    yield n
@app.get("/")
async def root():
    a, b = count(2), count(1)
    got = [next(a), next(b), next(a)]
    async for one in later(5):
        got.append(one)
    doubled = [2 * one for one in got]
    return sum(one for one in doubled)
"""
    assert told(source, "count") == [
        ("line", 3, {"to": "2"}),
        ("line", 4, {"n": "0"}),
        ("line", 3, {"to": "1"}),
        ("line", 4, {"n": "0"}),
        ("line", 3, {}),
        ("line", 4, {"n": "1"}),
    ]
    assert told(source, "later") == [
        ("line", 6, {"to": "5"}),
        ("line", 7, {"n": "5"}),
        ("line", 8, {}),
        ("line", 9, {}),
        ("line", 10, {"n": "6"}),
        ("return", 10, {}),
    ]


def test_variables_of_an_outer_function_are_told_when_they_change():
    source = """
class Count:
    def __init__(self, app) -> None: self.app = app
    async def __call__(self, scope, receive, send) -> None:
        status = None
        async def watched(message):
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)
        await self.app(scope, receive, watched)
app.add_middleware(Count)
@app.get("/")
async def root(): return 1
"""
    found = told(source, "watched")
    assert [line for _, line, changed in found if "status" in changed] == [10]
    assert found[0][2].keys() == {"message"}
    assert found[2][2] == {"status": "200"}
    last = [changed for kind, _, changed in told(source, "__call__") if kind == "return"][-1]
    assert last["status"] == "200"


def test_lines_of_the_lifespan_are_told_as_well():
    source = """
import contextlib
@contextlib.asynccontextmanager
async def lifespan(app):
    pool = ["connection"]
    yield
    pool.clear()
app = FastAPI(lifespan=lifespan)
"""
    result = run(source)
    assert [(one["line"] - OFFSET, one["exchange"], one.get("locals")) for one in result.of("line")] == [
        (5, None, {"app": "<FastAPI>"}),
        (6, None, {"pool": "['connection']"}),
        (7, None, None),
    ]


def test_modules_and_classes_are_without_locals():
    source = """
@app.get("/")
async def root():
    class Inner:
        number = 1
        other = number + 1
    return Inner.other
"""
    assert told(source, "Inner") == [("line", 5, {}), ("line", 6, {})]


def test_values_live_as_long_as_without_a_trace():
    source = """
import gc, weakref
gc.disable()
class Thing:
    def __init__(self, name): self.name = name
    def __del__(self): print("gone", self.name)
def make(name):
    thing = Thing(name)
    held = {"thing": thing}
    listed = [thing]
    return weakref.ref(thing)
def gen():
    thing = Thing("generator")
    yield 1
    yield 2
@app.get("/")
async def root():
    first = make("a")
    print("dead", first() is None)
    class Local: pass
    kind = weakref.ref(Local)
    one = Local()
    steps = gen()
    next(steps)
    del steps
    thing = Thing("b")
    thing = None
    print("set")
    try:
        inner = Thing("c")
        raise ValueError
    except ValueError:
        del inner
        print("deleted")
    box = [Thing("d")]
    box.clear()
    print("cleared")
    gc.enable()
    return 1
"""
    traced, untraced = run(source, "/"), run(source, "/", trace=False)
    assert traced.prints() and [text for _, text in traced.prints()] == [text for _, text in untraced.prints()]
    assert [text for _, text in traced.prints()] == [
        "gone a", "dead True", "gone generator", "gone b", "set", "gone c", "deleted", "gone d", "cleared",
    ]  # fmt: skip


def test_looking_runs_no_code_of_the_learner_s():
    source = """
class Loud:
    def __repr__(self): print("repr"); return "x"
    def __eq__(self, other): print("eq"); return True
    def __hash__(self): print("hash"); return 1
    def __len__(self): print("len"); return 1
    def __getattr__(self, name): print("attr", name); raise AttributeError(name)
class Loads(dict):
    def values(self): print("values"); return super().values()
    def __len__(self): print("len"); return 1
@app.get("/")
async def root():
    loud = Loud()
    many = [loud, {"key": loud}, Loads(a=1)]
    many.append(Loud())
    loads = Loads(b=2)
    return 1
"""
    assert run(source, "/").prints() == []


def test_no_more_than_thirty_locals_are_told():
    names = "\n".join(f"    v{n} = {n}" for n in range(40))
    found = told(f'\n@app.get("/")\nasync def root():\n{names}\n    return v39', "root")
    assert [name for _, _, changed in found for name in changed] == [f"v{n}" for n in range(30)]


def test_a_long_list_costs_little_at_each_line():
    source = """
@app.get("/")
async def root():
    many = list(range(300_000))
    total = 0
    for n in range(2000):
        total += n
        many.append(n)
    return total
"""
    result = run(source, "/", limits={"lines": 10**6, "jumps": 10**6, "events": 10**6})
    assert result.response()["body"] == "1999000"
    assert len([one for one in result.of("line") if one["function"] == "root"]) > 6000
