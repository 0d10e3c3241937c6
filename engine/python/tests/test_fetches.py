"""What pages ask for, with a scripted stand-in for the modelled browser: who asks it when, and what comes of it."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from helper import HEAD, LIMITS, Run, request

from peel.batches import read_batches
from peel.bridge import install
from peel.engine import Engine, MisuseError

Turn = dict[str, Any]
APP = """
@app.options("/{path:path}")
async def allow(path: str):
    return PlainTextResponse("", headers={"x-allowed": "yes"})

@app.api_route("/now", methods=["GET", "PUT"])
async def now():
    return "now"

@app.get("/later")
async def later(s: float = 1):
    await asyncio.sleep(s)
    return s

@app.get("/stream")
async def stream(request: Request):
    async def parts():
        try:
            for n in range(100):
                yield f"part {n};"
                await asyncio.sleep(1)
        finally:
            print("stream is left")
    return StreamingResponse(parts())

@app.get("/never")
async def never():
    await asyncio.Event().wait()

@app.get("/loop")
async def loop():
    while True:
        await asyncio.sleep(1)
"""
NOTE = {"rule": "stand-in", "source": "nowhere", "text": "It goes out.", "added": [["Origin", "http://page.test"]]}


def page(target: str, **more: Any) -> dict[str, Any]:
    """What a page asks for."""
    asked: dict[str, Any] = {
        "from": 0,
        "title": f"page {target}",
        "method": more.get("method", "GET"),
        "url": target,
        "headers": [],
    }
    asked |= {"body": {"text": "", "encoding": "utf8"}, "atMs": more.get("at", 0)}
    if "hang_up" in more:
        asked["hangUpMs"] = more["hang_up"]
    where = {"url": "http://page.test/", "sandboxed": False, "kind": "fetch", "hasBody": False, "bodyType": None}
    return {**asked, "page": where}


def wire(target: str, method: str = "GET", role: str = "request", **more: Any) -> dict[str, Any]:
    return {**request(target, method, **more), "role": role}


def done(ask: dict[str, Any], outcome: str = "ok", **more: Any) -> dict[str, Any]:
    view = {"from": ask["from"], "title": ask["title"], "kind": "fetch", "page": {"url": "", "sandboxed": False}}
    view |= {"method": ask["method"], "url": ask["url"], "outcome": outcome, "category": None, "text": "It is over."}
    rest: dict[str, Any] = {"fix": None, "console": [], "exception": None, "response": None, "fromCache": False}
    return {**view, **rest, **more}


class Scripted:
    """Preflights whatever is not a GET, sends it, and gives the page what came. Keeps what it was asked."""

    def __init__(self, decide: Callable[[dict[str, Any], list[Any]], Turn | None] | None = None) -> None:
        self.questions: list[dict[str, Any]] = []
        self._asks: dict[int, dict[str, Any]] = {}
        self._replies: dict[int, list[Any]] = {}
        self._decide = decide

    def __call__(self, payload: str) -> str:
        question = json.loads(payload)
        self.questions.append(question)
        number = question["id"]
        if question["call"] == "begin":
            self._asks[number] = question["ask"]
            self._replies[number] = []
        elif "head" in question["reply"]:
            return json.dumps(self._open(self._asks[number], question["reply"]["head"]))
        else:
            self._replies[number].append(question["reply"])
        return json.dumps(self._turn(self._asks[number], self._replies[number]))

    def _open(self, ask: dict[str, Any], head: dict[str, Any]) -> Turn:
        headers = dict(head["response"]["headers"])
        if "x-forbidden" in headers:
            return {"notes": [], "done": done(ask, "blocked", category="forbidden")}
        if "x-elsewhere" in headers:
            return {"notes": [], "wire": wire(headers["x-elsewhere"])}
        opened = {"rule": "opened", "source": "nowhere", "text": "It reads on."}
        return {"notes": [opened], "done": done(ask, response=_read(head["response"])), "isOpen": True}

    def _turn(self, ask: dict[str, Any], replies: list[Any]) -> Turn:
        own = self._decide(ask, replies) if self._decide else None
        if own is not None:
            return own
        if replies and "failed" in replies[-1]:
            return {"notes": [], "done": done(ask, "blocked", category=replies[-1]["failed"])}
        if replies and replies[-1]["error"] and replies[-1]["error"]["type"] == "Stalled":
            return {"notes": [], "done": done(ask, "pending", text=replies[-1]["error"]["message"])}
        if not replies and ask["method"] != "GET":
            return {"notes": [NOTE], "wire": wire(ask["url"], "OPTIONS", "preflight")}
        if len(replies) == (ask["method"] != "GET"):
            return {"notes": [NOTE], "wire": wire(ask["url"], ask["method"])}
        response = _read(replies[-1]["response"])
        note = {"rule": "read", "source": "nowhere", "text": f"It reads a {response['status']}.", "fix": "Nothing."}
        return {"notes": [note], "done": done(ask, response=None if "socket" in replies[-1] else response)}


def _read(response: dict[str, Any]) -> dict[str, Any]:
    body = {"text": response["body"], "encoding": response["bodyEncoding"]}
    return {"status": response["status"], "body": body}


def visit(
    source: str | dict[str, str], *groups: list[Any], browser: Scripted | None = None, **more: Any
) -> tuple[Run, list[dict[str, Any]]]:
    """Open, send each group, close; what pages got beside everything else."""
    files = {"main.py": HEAD + source} if isinstance(source, str) else source
    batches: list[str] = []
    engine = Engine(batches.append, None, browser or Scripted())
    options = {"files": files, "entry": "main.py", "app": None, "trace": True, "limits": LIMITS, **more}
    opened: Any = engine.call("open", options)
    assert opened["error"] is None, opened["error"]
    exchanges: list[Any] = []
    fetches: list[Any] = []
    stop = None
    for group in groups:
        sent: Any = engine.call("send", {"waitMs": 0, "requests": group})
        exchanges += sent["exchanges"]
        fetches += sent.get("fetches", [])
        stop = stop or sent["stop"]
    engine.call("close", None)
    return Run(opened, exchanges, list(read_batches(batches)), stop), fetches


def _spans(run: Run) -> list[tuple[float, float]]:
    return [(one["startedAt"], one["endedAt"]) for one in run.exchanges]


def test_a_fetch_is_as_many_exchanges_as_the_browser_wants():
    run, fetches = visit(APP, [page("/now", method="PUT")])
    assert [(one["fetch"], one["role"], one["request"]["method"]) for one in run.exchanges] == [
        (0, "preflight", "OPTIONS"),
        (0, "request", "PUT"),
    ]
    (fetch,) = fetches
    assert fetch["exchanges"] == [0, 1]
    assert fetch["outcome"] == "ok" and fetch["response"]["status"] == 200
    assert list(fetch)[-2:] == ["startedAt", "endedAt"]


def test_what_the_browser_decides_is_told_with_the_exchange_that_begins_and_the_verdict_last():
    run, _ = visit(APP, [page("/now", method="PUT")])
    told = [
        (event["exchange"], event["kind"], event.get("rule"))
        for event in run.events
        if event["layer"] == "browser" and event["kind"] in ("rule", "enter", "exit", "verdict")
    ]
    assert told == [
        (0, "rule", "stand-in"),
        (0, "rule", "added-headers"),
        (0, "enter", None),
        (0, "exit", None),
        (1, "rule", "stand-in"),
        (1, "rule", "added-headers"),
        (1, "enter", None),
        (1, "exit", None),
        (1, "rule", "read"),
        (1, "verdict", None),
    ]
    first, rest, *_, last = run.of("rule")
    assert first["added"] == NOTE["added"] and first["text"] == NOTE["text"] and first["fetch"] == 0
    assert first["source"] == "nowhere" and "fix" not in first and first["task"] == 0
    # What was put in without a word is told as it is of a plain client.
    assert rest["added"] == [["Host", "localhost:8000"]] and rest["fetch"] == 0
    assert last["fix"] == "Nothing."
    (verdict,) = run.of("verdict")
    told_last = {key: verdict[key] for key in ("fetch", "outcome", "category", "text", "fix")}
    assert told_last == {"fetch": 0, "outcome": "ok", "category": None, "text": "It is over.", "fix": None}


def test_fetches_of_a_group_share_the_stage_with_each_other_and_with_plain_requests():
    browser = Scripted()
    group = [page("/later?s=3"), request("/later?s=2"), page("/later?s=1", at=1500)]
    run, fetches = visit(APP, group, browser=browser)
    # The plain request has its number from the beginning, the others when they are sent.
    assert [one["request"]["url"].rpartition("=")[2] for one in run.exchanges] == ["2", "3", "1"]
    assert _spans(run) == [(0, 2000), (0, 3000), (1500, 2500)]
    assert [(one["startedAt"], one["endedAt"], one["exchanges"]) for one in fetches] == [
        (0, 3000, [1]),
        (1500, 2500, [2]),
    ]
    asked = [(one["call"], one["id"], one["nowMs"]) for one in browser.questions]
    assert asked == [("begin", 0, 0), ("begin", 1, 1500), ("next", 1, 2500), ("next", 0, 3000)]


def test_the_browser_may_wait_before_it_sends():
    def slowly(ask: dict[str, Any], replies: list[Any]) -> Turn | None:
        return {"notes": [NOTE], "wire": wire("/now", at=3000)} if len(replies) < 2 else None

    run, (fetch,) = visit(APP, [page("/now")], browser=Scripted(slowly))
    assert _spans(run) == [(3000, 3000), (6000, 6000)]
    assert (fetch["startedAt"], fetch["endedAt"], fetch["exchanges"]) == (0, 6000, [0, 1])
    assert [event["at"] for event in run.of("rule") if event["rule"] == "stand-in"] == [3000, 6000]
    assert {event["why"] for event in run.of("clock")} == {"wait"}


def test_a_fetch_may_send_nothing_at_all():
    refused = {"rule": "mixed-content", "source": "nowhere", "text": "Not from here."}
    run, (fetch,) = visit(
        APP,
        [page("/now")],
        browser=Scripted(lambda ask, _replies: {"notes": [refused], "done": done(ask, "blocked", category="mixed")}),
    )
    assert run.exchanges == [] and fetch["exchanges"] == [] and fetch["category"] == "mixed"
    told = [(one["layer"], one["exchange"], one["fetch"]) for one in (*run.of("rule"), *run.of("verdict"))]
    assert told == [("browser", None, 0)] * 2


def test_a_script_that_aborts_closes_the_connection_that_there_is():
    browser = Scripted()
    run, (fetch, _) = visit(APP, [page("/stream", hang_up=2500)], [page("/now")], browser=browser)
    assert run.response()["body"] == "part 0;part 1;part 2;" and run.response()["isCut"] is True
    assert (run.exchanges[0]["endedAt"], fetch["endedAt"], fetch["outcome"]) == (2500, 2500, "ok")
    assert ("endpoint", "stream is left") in run.prints()
    # The head was there: what the page has of the body by then is its own.
    assert browser.questions[2]["reply"]["response"] == run.response()
    assert run.response(1)["status"] == 200


def test_a_script_that_aborts_is_not_asked_for_anything_more():
    def endless(_ask: dict[str, Any], replies: list[Any]) -> Turn | None:
        return None if replies and "failed" in replies[-1] else {"notes": [NOTE], "wire": wire("/stream")}

    run, (fetch,) = visit(APP, [page("/stream", hang_up=1500)], browser=Scripted(endless))
    assert fetch["category"] == "aborted" and fetch["exchanges"] == [0] and len(run.exchanges) == 1
    assert [event["rule"] for event in run.of("rule")] == ["stand-in", "added-headers", "opened", "stand-in"]
    _, (fetch,) = visit(APP, [page("/never", hang_up=1500)])
    assert (fetch["category"], fetch["endedAt"]) == ("aborted", 1500)


def test_a_script_may_abort_before_anything_is_sent_or_when_all_is_over():
    def late(ask: dict[str, Any], replies: list[Any]) -> Turn | None:
        return {"notes": [NOTE], "wire": wire("/now", at=5000)} if ask["url"] == "/wait" and not replies else None

    run, fetches = visit(APP, [page("/wait", hang_up=1000), page("/now", hang_up=9000)], browser=Scripted(late))
    assert [(one["category"], one["endedAt"], one["exchanges"]) for one in fetches] == [
        ("aborted", 1000, []),
        (None, 0, [0]),
    ]
    # What was decided for the request that never went out is told all the same.
    assert [(one["exchange"], one["at"]) for one in run.of("rule") if one["rule"] == "stand-in"] == [
        (0, 0),
        (None, 1000),
    ]
    assert max(event["at"] for event in run.events) == 1000


def test_a_page_waits_for_ever_where_nobody_will_answer():
    run, fetches = visit(APP, [page("/never"), page("/now")], [page("/now")])
    assert run.exchanges[0]["error"]["type"] == "Stalled" and len(run.of("stall")) == 1
    assert [one["outcome"] for one in fetches] == ["pending", "ok", "ok"]
    assert "Event.wait()" in fetches[0]["text"] and fetches[0]["exchanges"] == [0]


def test_a_stop_leaves_pages_waiting():
    run, fetches = visit(APP, [page("/now"), page("/loop", at=10), page("/now", at=20)])
    assert run.stop is not None
    assert [(one["outcome"], one["exchanges"]) for one in fetches] == [("ok", [0]), ("pending", [1]), ("ok", [2])]
    assert "stopped" in fetches[1]["text"]
    assert [one["response"] and one["response"]["status"] for one in run.exchanges] == [200, None, 200]


def test_a_page_can_speak_over_a_websocket():
    source = """
from fastapi import WebSocket
@app.websocket("/echo")
async def echo(ws: WebSocket):
    await ws.accept()
    async for text in ws.iter_text():
        await ws.send_text(text.upper())
"""
    lines = [{"frame": "text", "data": {"text": "hello", "encoding": "utf8"}, "afterReplies": 0}]
    shake = wire("/echo", headers=[["Connection", "Upgrade"], ["Upgrade", "websocket"]])
    shake["headers"] += [["Sec-WebSocket-Version", "13"], ["Sec-WebSocket-Key", "dGhlIHNhbXBsZSBub25jZQ=="]]
    shake["socket"] = {"messages": lines}
    browser = Scripted(lambda _ask, replies: None if replies else {"notes": [], "wire": shake})
    run, (fetch,) = visit(source, [page("ws://localhost:8000/echo")], browser=browser)
    assert [one["data"]["text"] for one in run.exchanges[0]["socket"]["messages"]] == ["hello", "HELLO"]
    assert browser.questions[-1]["reply"]["socket"]["close"] == {"by": "client", "code": 1000, "reason": ""}
    assert fetch["outcome"] == "ok" and [event["rule"] for event in run.of("rule")][-2:] == ["opened", "read"]


def test_without_probes_pages_get_the_same():
    group = [page("/now", method="PUT"), page("/stream", hang_up=1500)]
    traced, untraced = visit(APP, group), visit(APP, group, trace=False)
    assert traced[1] == untraced[1] and traced[0].exchanges == untraced[0].exchanges
    assert not untraced[0].of("rule") and not untraced[0].of("verdict")


def test_the_same_fetches_give_the_same_trace():
    group = [page("/now", method="PUT"), page("/later?s=2"), page("/later?s=1")]
    assert visit(APP, group)[0].events == visit(APP, group)[0].events


NEIGHBOURS = {
    "main.py": HEAD + '@app.get("/")\nasync def root(): return "api"\n',
    "pages.py": """
from contextlib import asynccontextmanager
from fastapi import FastAPI
from starlette.middleware.gzip import GZipMiddleware

@asynccontextmanager
async def lifespan(app):
    print("site starts")
    yield
    print("site ends")

app = FastAPI(lifespan=lifespan)
app.add_middleware(GZipMiddleware)

@app.get("/")
async def root(): return "site"
""",
}
SITE = [{"entry": "pages.py", "app": None, "serves": ["http://page.test", "https://page.test:8443"]}]


def test_neighbours_answer_at_their_origins():
    def go(ask: dict[str, Any], replies: list[Any]) -> Turn | None:
        return None if replies else {"notes": [], "wire": {**request("/", origin=ask["url"]), "role": "request"}}

    origins = ["http://api.test", "http://page.test:80", "https://page.test:8443", "http://page.test:8080"]
    run, _ = visit(NEIGHBOURS, [page(one) for one in origins], browser=Scripted(go), neighbours=SITE)
    assert [run.response(index)["body"] for index in range(4)] == ['"api"', '"site"', '"site"', '"api"']
    plain, _ = visit(NEIGHBOURS, [request("/", origin=origin) for origin in origins], neighbours=SITE)
    assert [plain.response(index)["body"] for index in range(4)] == ['"api"', '"site"', '"site"', '"api"']
    assert plain.prints() == [(None, "site starts"), (None, "site ends")]
    # The trace is the app's: of a neighbour it tells what is seen from outside.
    assert [event["layer"] for event in plain.of("enter", exchange=1)] == ["browser", "server"]
    assert len(plain.of("lifespan")) == 4
    assert "GZipMiddleware" not in plain.layers


def test_a_neighbour_answers_every_host_at_its_port():
    anywhere = [{"entry": "pages.py", "app": None, "serves": ["http://*:8101", "http://page.test"]}]
    origins = [
        "http://any.test:8101",
        "http://127.0.0.1:8101",
        "https://any.test:8101",
        "http://page.test",
        "http://x.test",
    ]
    run, _ = visit(NEIGHBOURS, [request("/", origin=origin) for origin in origins], neighbours=anywhere)
    assert [run.response(index)["body"] for index in range(5)] == ['"site"', '"site"', '"api"', '"site"', '"api"']


def test_a_neighbour_that_cannot_start_is_named():
    engine = Engine(lambda _batch: None)
    files = {**NEIGHBOURS, "pages.py": "app = FastAPI()"}
    options = {"files": files, "entry": "main.py", "app": None, "trace": True, "limits": LIMITS, "neighbours": SITE}
    opened: Any = engine.call("open", options)
    engine.call("close", None)
    assert opened["error"]["file"] == "pages.py" and "FastAPI" in opened["error"]["text"]


def test_pages_need_a_browser():
    engine = Engine(lambda _batch: None)
    options = {"files": {"main.py": HEAD + APP}, "entry": "main.py", "app": None, "trace": True, "limits": LIMITS}
    engine.call("open", options)
    with pytest.raises(MisuseError, match="goes through the modelled browser"):
        engine.call("send", {"waitMs": 0, "requests": [page("/now")]})
    sent: Any = engine.call("send", {"waitMs": 0, "requests": [request("/now")]})
    engine.call("close", None)
    assert sent["exchanges"][0]["response"]["status"] == 200 and "fetches" not in sent


def test_a_browser_that_fails_is_no_mistake_of_the_program_s():
    def broken(_ask: dict[str, Any], _replies: list[Any]) -> Turn | None:
        raise ZeroDivisionError("a rule")

    call = install(lambda _batch: None, None, Scripted(broken))
    options = {"files": {"main.py": HEAD + APP}, "entry": "main.py", "app": None, "trace": True, "limits": LIMITS}
    call("open", json.dumps(options))
    sent = json.loads(call("send", json.dumps({"waitMs": 0, "requests": [page("/now")]})))
    call("close", "null")
    assert sent == {"ok": False, "error": {"kind": "bug", "message": "ZeroDivisionError: a rule"}}


def test_what_is_long_is_carried_to_the_browser_as_bytes_and_half_a_pair_survives():
    class Carried:
        def __init__(self, data: bytes) -> None:
            self.data = data

        def to_bytes(self) -> bytes:
            return self.data

    scripted = Scripted()
    ways: list[str] = []

    def browser(payload: str | Carried) -> str | Carried:
        ways.append(type(payload).__name__)
        answer = scripted(payload if isinstance(payload, str) else payload.data.decode())
        return answer if isinstance(payload, str) else Carried(answer.encode())

    call = install(lambda _batch: None, None, browser, Carried)
    source = HEAD + '@app.get("/long")\nasync def long(): return PlainTextResponse("ü" * 20_000)'
    options = {"files": {"main.py": source}, "entry": "main.py", "app": None, "trace": True, "limits": LIMITS}
    call("open", json.dumps(options))
    asked = {**page("/long"), "title": "half a \ud83d pair"}
    answer = call("send", json.dumps({"waitMs": 0, "requests": [asked]}))
    call("close", "null")
    sent = json.loads(answer)  # as text: it holds the half pair
    assert sent["value"]["fetches"][0]["response"]["body"]["text"] == "ü" * 20_000
    # So does what the browser is asked, but for its reply, which holds what the server wrote.
    assert ways == ["str", "Carried"] and scripted.questions[0]["ask"]["title"] == "half a \ud83d pair"


CUT = """
@app.get("/short")
async def short():
    async def parts():
        yield b"abc"
    return StreamingResponse(parts(), headers={"content-length": "9"})

@app.get("/chunks")
async def chunks():
    async def parts():
        yield b"abc"
        raise ValueError("no more")
    return StreamingResponse(parts())

@app.get("/whole")
async def whole():
    return "whole"

@app.get("/until-the-end")
async def until_the_end():
    async def parts():
        yield b"abc"
    return StreamingResponse(parts(), headers={"connection": "close"})
"""


@pytest.mark.parametrize(
    ("target", "is_cut"),
    [("/short", True), ("/chunks", True), ("/whole", None), ("/until-the-end", None), ("/missing", None)],
)
def test_a_response_says_when_the_connection_ended_before_its_body(target: str, is_cut: bool | None):
    run, _ = visit(CUT, [request(target)])
    assert run.response().get("isCut") is is_cut


def test_a_change_of_what_the_browser_remembers_is_told():
    batches: list[str] = []
    engine = Engine(batches.append, None, Scripted())
    options = {"files": {"main.py": HEAD + APP}, "entry": "main.py", "app": None, "trace": True, "limits": LIMITS}
    engine.call("open", options)
    engine.call("browser", {"text": "The cookie sid is deleted."})
    event = list(read_batches(batches))[-1]
    engine.call("close", None)
    assert (event["kind"], event["layer"], event["exchange"]) == ("rule", "browser", None)
    assert (event["rule"], event["text"]) == ("browser-edited", "The cookie sid is deleted.")
