"""What a layer did to the scope before the next one was handed it."""

from __future__ import annotations

from typing import Any

import pytest
from helper import Run, request, run

from peel.views import describe


def changes(result: Run, layer: str, exchange: int = 0) -> dict[str, tuple[str | None, str | None]]:
    [entered] = result.of("enter", layer, exchange)
    return {change["key"]: (change["before"], change["after"]) for change in entered["changes"]}


def test_keys_that_a_program_adds_changes_and_removes():
    source = """
class Adds:
    def __init__(self, app): self.app = app  # whatever comes next inside
    async def __call__(self, scope, receive, send):
        scope["tenant"] = {"name": "ada"}
        scope["trace"] = 1
        await self.app(scope, receive, send)
class Alters:
    def __init__(self, app): self.app = app  # whatever comes next inside
    async def __call__(self, scope, receive, send):
        if scope["type"] == "http":
            scope["tenant"]["name"] = "bob"
            del scope["trace"]
        await self.app(scope, receive, send)
app.add_middleware(Alters)
app.add_middleware(Adds)
@app.get("/things/{thing}")
async def read(thing: int): return thing
"""
    result = run(source, "/things/7")
    assert changes(result, "Alters") == {"tenant": (None, "{'name': 'ada'}"), "trace": (None, "1")}
    assert changes(result, "ExceptionMiddleware") == {
        "tenant": ("{'name': 'ada'}", "{'name': 'bob'}"),
        "trace": ("1", None),
    }
    assert changes(result, "endpoint") == {"path_params": (None, "{'thing': '7'}"), "endpoint": (None, "read")}
    assert run(source, "/things/7", trace=False).exchanges == result.exchanges


def test_sessions_users_and_what_they_may():
    source = """
from starlette.authentication import AuthCredentials, AuthenticationBackend, SimpleUser
from starlette.middleware.authentication import AuthenticationMiddleware
from starlette.middleware.sessions import SessionMiddleware
class Backend(AuthenticationBackend):
    async def authenticate(self, conn): return AuthCredentials(["read"]), SimpleUser("ada")
class Counts:
    def __init__(self, app): self.app = app  # whatever comes next inside
    async def __call__(self, scope, receive, send):
        if scope["type"] == "http": scope["session"]["count"] = scope["session"].get("count", 0) + 1
        await self.app(scope, receive, send)
app.add_middleware(Counts)
app.add_middleware(SessionMiddleware, secret_key="k")
app.add_middleware(AuthenticationMiddleware, backend=Backend())
@app.get("/")
async def root(request: Request): return [request.user.username, request.session["count"]]
"""
    result = run(source, "/")
    assert result.response()["body"] == '["ada",1]'
    assert changes(result, "SessionMiddleware") == {
        "auth": (None, "AuthCredentials(scopes=['read'])"),
        "user": (None, "SimpleUser(username='ada')"),
    }
    assert changes(result, "Counts")["session"][0] is None
    assert "'count': 1" in (changes(result, "ExceptionMiddleware")["session"][1] or "")


def test_looking_at_a_session_does_not_use_it():
    source = """
from starlette.middleware.sessions import SessionMiddleware
app.add_middleware(SessionMiddleware, secret_key="k")
@app.get("/")
async def root(): return 1
@app.get("/used")
async def used(request: Request): return request.session.get("x")
"""
    traced, untraced = run(source, "/", "/used"), run(source, "/", "/used", trace=False)
    assert traced.exchanges == untraced.exchanges


def test_a_state_that_is_changed_in_place_is_seen_at_the_next_layer():
    source = """
@app.middleware("http")
async def inner(request, call_next):
    request.state.seen.append("inner")
    return await call_next(request)
@app.middleware("http")
async def outer(request, call_next):
    request.state.seen = ["outer"]
    return await call_next(request)
@app.get("/")
async def root(): return 1
"""
    result = run(source, "/", request("/"))
    assert changes(result, "inner") == {"state.seen": (None, "['outer']")}
    assert changes(result, "ExceptionMiddleware") == {"state.seen": ("['outer']", "['outer', 'inner']")}
    assert changes(result, "inner", 1) == changes(result, "inner")


class Counting(list[int]):
    pass


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ([1, 2], "[1, 2]"),
        ((1,), "(1,)"),
        ({"a": [None, True]}, "{'a': [None, True]}"),
        (list(range(1000)), "[" + ", ".join(str(n) for n in range(20)) + ", … 980 more]"),
        (dict.fromkeys(range(30), 0), "{" + ", ".join(f"{n}: 0" for n in range(20)) + ", … 10 more}"),
        ({2, 1}, "{1, 2}"),
        (set(range(100)), "{… 100 items}"),
        ("x" * 10**6, "'" + "x" * 198 + "…"),
        (10**20_000, f"<int of {(10**20_000).bit_length()} bits>"),
        (Counting([1]), "Counting([1])"),
        ([[[[1]]]], "[[[…]]]"),
    ],
    ids=range(11),
)
def test_values_are_described_briefly(value: Any, text: str):
    assert describe(value) == text


def test_a_large_value_ends_early():
    assert len(describe([list(range(100)) for _ in range(10_000)])) <= 200
