"""Who sets `request.state`, `app.state` and contextvars, and what others see of it."""

from __future__ import annotations

from typing import Any

from helper import Run, request, run

from peel.lines import AVAILABLE


def told(result: Run, where: str) -> list[tuple[Any, ...]]:
    return [
        (one["layer"], one["key"], one["before"], one["after"]) for one in result.of("state") if one["where"] == where
    ]


def test_state_of_requests_and_of_the_app():
    source = """
app.state.hits = 0
@app.middleware("http")
async def outer(request, call_next):
    request.state.user = "ann"
    response = await call_next(request)
    del request.state.user
    return response
@app.get("/")
async def root(request: Request):
    request.state.user = {"name": request.state.user}
    request.app.state.hits += 1
"""
    result = run(source, "/")
    assert told(result, "app") == [(None, "hits", None, "0"), ("endpoint", "hits", "0", "1")]
    assert told(result, "request") == [
        ("outer", "user", None, "'ann'"),
        ("endpoint", "user", "'ann'", "{'name': 'ann'}"),
        ("outer", "user", "{'name': 'ann'}", None),
    ]
    assert run(source, "/", trace=False).of("state") == []


def test_a_contextvar_set_inside_is_not_seen_outside_of_a_base_middleware():
    source = """
from contextvars import ContextVar
user = ContextVar("user", default="nobody")
rid = ContextVar("rid")
class Pure:
    def __init__(self, app) -> None: self.app = app
    async def __call__(self, scope, receive, send) -> None:
        rid.set("r1")
        await self.app(scope, receive, send)
        print(rid.get(), user.get())
@app.middleware("http")
async def outer(request, call_next):
    response = await call_next(request)
    print(user.get())
    return response
app.add_middleware(Pure)
@app.get("/")
async def root():
    user.set("ann")
    return user.get()
"""
    result = run(source, "/")
    states = [one for one in result.of("state", exchange=0) if one["where"] == "contextvar"]
    found = [(one["layer"], one["key"], one["before"], one["after"]) for one in states]
    assert found == [("Pure", "rid", None, "'r1'"), ("endpoint", "user", None, "'ann'")]
    # Another task: what is set there stays there.
    assert states[0]["task"] != states[1]["task"]
    assert [text for layer, text in result.prints() if layer == "outer"] == ["nobody"]


def test_a_var_that_is_reset_and_one_of_a_thread():
    source = """
from contextvars import ContextVar
user = ContextVar("user")
@app.get("/")
async def root():
    token = user.set("ann")
    print("set")
    user.reset(token)
    print("reset")
@app.get("/thread")
def thread():
    user.set("bob")
    print("thread")
"""
    result = run(source, "/", "/thread", "/")
    once = [("endpoint", "user", None, "'ann'"), ("endpoint", "user", "'ann'", None)]
    assert told(result, "contextvar") == [*once, ("endpoint", "user", None, "'bob'"), *once]


def test_values_bound_in_structlog_are_contextvars():
    source = """
import structlog
@app.get("/")
async def root():
    structlog.contextvars.clear_contextvars()
    structlog.contextvars.bind_contextvars(path="/x")
    print("bound")
    structlog.contextvars.unbind_contextvars("path")
    print("unbound")
"""
    result = run(source, "/")
    assert ("endpoint", "path", None, "'/x'") in told(result, "contextvar")
    assert told(result, "contextvar")[-1] == ("endpoint", "path", "'/x'", None)


def test_looking_keeps_no_value_alive():
    source = """
import weakref
from contextvars import ContextVar
box = ContextVar("box")
class Thing:
    def __del__(self): print("gone")
async def work():
    token = box.set(Thing())
    print("set")
    box.reset(token)
    del token
    print("after")
@app.get("/")
async def root():
    await work()
"""
    traced, untraced = run(source, "/"), run(source, "/", trace=False)
    assert traced.prints() and [text for _, text in traced.prints()] == [text for _, text in untraced.prints()]
    assert AVAILABLE or run(source, request("/")).of("line") == []
