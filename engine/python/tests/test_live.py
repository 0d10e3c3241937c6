"""Exchanges that stay open between calls: read piece by piece, spoken to, left. The browser is a scripted stand-in."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from typing import Any

import pytest
from helper import HEAD, LIMITS, request
from test_fetches import APP, Scripted, Turn, done, page, wire

from peel.batches import read_batches
from peel.engine import Engine, MisuseError

STREAMS = (
    APP
    + """
from fastapi import WebSocket, WebSocketDisconnect
from starlette.middleware.gzip import GZipMiddleware

@app.get("/coded")
async def coded():
    async def parts():
        for n in range(3):
            yield f"part {n};" * 100
            await asyncio.sleep(1)
    response = StreamingResponse(parts())
    return response

@app.get("/forbidden")
async def forbidden(request: Request):
    response = await stream(request)
    response.headers["x-forbidden"] = "yes"
    return response

@app.get("/elsewhere")
async def elsewhere(request: Request):
    response = await stream(request)
    response.headers["x-elsewhere"] = "/now"
    return response

@app.get("/flood")
async def flood():
    async def parts():
        n = 0
        while True:
            n += 1
            app.state.flooded = n
            yield "x" * 1000
    return StreamingResponse(parts())

@app.get("/flooded")
async def flooded():
    return app.state.flooded

@app.websocket("/chat")
async def chat(ws: WebSocket):
    await ws.accept()
    await ws.send_text("welcome")
    try:
        while True:
            text = await ws.receive_text()
            if text == "bye":
                await ws.close(4001, "as you like")
                return
            await ws.send_text(text.upper())
    except WebSocketDisconnect as exc:
        print("left with", exc.code, exc.reason)
"""
)


def talk(target: str) -> dict[str, Any]:
    shake = wire(target, headers=[["Connection", "Upgrade"], ["Upgrade", "websocket"]])
    shake["headers"] += [["Sec-WebSocket-Version", "13"], ["Sec-WebSocket-Key", "dGhlIHNhbXBsZSBub25jZQ=="]]
    return {**shake, "socket": {"messages": []}}


def shaking(ask: dict[str, Any], replies: list[Any]) -> Turn | None:
    """Open a WebSocket where one is asked for."""
    return {"notes": [], "wire": talk(ask["url"])} if ask["url"] == "/chat" and not replies else None


class Session:
    """An open session; `live()` keeps what it was told."""

    def __init__(self, source: str = STREAMS, browser: Scripted | None = None, **more: Any) -> None:
        self._batches: list[str] = []
        self.engine = Engine(self._batches.append, None, browser or Scripted(shaking))
        files = {"main.py": HEAD + source}
        self._options = {"files": files, "entry": "main.py", "app": None, "trace": True, "limits": LIMITS, **more}
        self._is_open = False

    def open(self) -> None:
        # Not before the test runs: pytest has another stdout for fixtures.
        if not self._is_open:
            self._is_open = True
            opened: Any = self.engine.call("open", self._options)
            assert opened["error"] is None, opened["error"]

    def live(self, *want: str, **more: Any) -> Any:
        self.open()
        return self.engine.call("live", {"want": list(want), **more})

    def start(self, **asked: dict[str, Any]) -> Any:
        started = [{"id": name, "request": ask} for name, ask in asked.items()]
        return self.live(*asked, start=started)

    def send(self, *requests: dict[str, Any]) -> Any:
        return self.engine.call("send", {"waitMs": 0, "requests": list(requests)})

    def events(self) -> list[dict[str, Any]]:
        return list(read_batches(self._batches))

    def prints(self) -> list[str]:
        return [event["text"] for event in self.events() if event["kind"] == "log" and event["source"] == "print"]


@pytest.fixture
def session() -> Iterator[Session]:
    made = Session()
    yield made
    made.engine.call("close", None)


def kinds(result: Any) -> list[str]:
    return [piece["kind"] for piece in result["pieces"]]


def texts(result: Any) -> list[str]:
    return [piece["data"]["text"] for piece in result["pieces"] if "data" in piece]


def test_a_body_is_read_piece_by_piece_and_the_clock_runs_only_as_far(session: Session):
    first = session.start(a=page("/stream"))
    assert kinds(first) == ["head", "chunk"] and texts(first) == ["part 0;"] and first["at"] == 0
    head = first["pieces"][0]["view"]
    assert head["outcome"] == "ok" and head["response"] == {"status": 200, "body": {"text": "", "encoding": "utf8"}}
    assert first["isQuiet"] is False and "numbers" not in first
    second = session.live("a")
    assert (kinds(second), texts(second), second["at"]) == (["chunk"], ["part 1;"], 1000)
    assert second["numbers"] == {"exchanges": [0], "fetches": [0]}
    assert second["exchanges"][0]["response"]["body"] == "part 0;part 1;"
    left = session.live("a", cancel=["a"])
    assert kinds(left) == ["done"] and left["pieces"][0]["view"]["response"]["body"]["text"] == "part 0;part 1;"
    assert left["exchanges"][0]["response"]["isCut"] is True
    session.send(request("/later?s=200"))
    assert "stream is left" in session.prints()
    assert session.live("a")["isQuiet"] is True and session.engine.call("position", None)["live"] == 0  # type: ignore[call-overload]
    rules = [event["rule"] for event in session.events() if event["kind"] == "rule" and "fetch" in event]
    assert rules == ["stand-in", "added-headers", "opened", "read"]
    assert [event["at"] for event in session.events() if event["kind"] == "verdict"] == [1000]


def test_what_comes_at_once_has_its_head_its_body_and_its_end_in_one_turn(session: Session):
    once = session.start(a=page("/now", method="PUT"))
    assert kinds(once) == ["head", "chunk", "done"] and texts(once) == ['"now"']
    assert [one["role"] for one in once["exchanges"]] == ["preflight", "request"]
    assert once["fetches"] == [once["pieces"][-1]["view"]]


def test_only_who_is_wanted_is_waited_for(session: Session):
    first = session.start(slow=page("/later?s=5"), quick=page("/later?s=2"))
    assert [(one["id"], one["kind"]) for one in first["pieces"]] == [
        ("quick", "head"),
        ("quick", "chunk"),
        ("quick", "done"),
    ]
    assert first["at"] == 2000
    still = session.live()
    assert still["at"] == 2000 and still["pieces"] == [] and still["isQuiet"] is False
    assert session.live("slow")["at"] == 5000


def test_a_response_that_the_page_may_not_read_is_left_at_its_head(session: Session):
    refused = session.start(a=page("/forbidden"))
    assert kinds(refused) == ["done"] and refused["pieces"][0]["view"]["category"] == "forbidden"
    assert refused["exchanges"][0]["response"]["isCut"] is True and refused["at"] == 0


def test_a_redirect_is_followed_without_its_body(session: Session):
    followed = session.start(a=page("/elsewhere"))
    assert kinds(followed) == ["head", "chunk", "done"] and texts(followed) == ['"now"'] and followed["at"] == 0
    assert followed["pieces"][-1]["view"]["exchanges"] == [0, 1]


@pytest.mark.parametrize(
    ("got", "heard"),
    [
        ({"response": {"type": "opaque", "body": {"text": "", "encoding": "utf8"}}}, []),
        ({"response": None, "used": {"type": "basic", "body": {"text": "part 0;", "encoding": "utf8"}}}, ["part 0;"]),
    ],
)
def test_only_what_may_be_read_or_used_is_handed_on(got: dict[str, Any], heard: list[str]):
    class Element(Scripted):
        def _open(self, ask: dict[str, Any], head: dict[str, Any]) -> Turn:
            bare = {key: value and {**value, "body": {"text": "", "encoding": "utf8"}} for key, value in got.items()}
            return {**super()._open(ask, head), "done": done(ask, "opaque", **bare)}

    browser = Element(lambda ask, replies: {"notes": [], "done": done(ask, "opaque", **got)} if replies else None)
    session = Session(browser=browser)
    first = session.start(a=page("/stream"))
    assert kinds(first)[0] == "head" and texts(first) == heard
    assert kinds(session.live("a", cancel=["a"]))[-1] == "done"
    # The same where all of it comes at once.
    once = session.start(b=page("/now"))
    assert kinds(once) == ["head", *["chunk" for _ in heard], "done"] and texts(once) == heard
    session.engine.call("close", None)


def test_what_is_taken_back_before_it_begins_leaves_nothing(session: Session):
    asked = [{"id": "a", "request": page("/now", at=5000)}]
    early = session.live("a", start=asked, cancel=["a"])
    assert kinds(early) == ["done"] and early["pieces"][0]["view"]["outcome"] == "pending"
    assert early["exchanges"] == [] and early["fetches"] == []
    assert session.send(request("/later?s=9"))["exchanges"][0]["endedAt"] == 9000
    with pytest.raises(ValueError, match="live already"):
        session.live("b", start=[{"id": "b", "request": page("/never")}] * 2)


def test_a_coded_body_comes_as_a_whole():
    coded = wire("/coded", headers=[["Accept-Encoding", "gzip"]])
    session = Session(
        STREAMS + "app.add_middleware(GZipMiddleware, minimum_size=10)\n",
        Scripted(lambda _ask, replies: None if replies else {"notes": [], "wire": coded}),
    )
    first = session.start(a=page("/coded"))
    assert kinds(first) == ["head"] and first["at"] == 0
    rest = session.live("a")
    assert kinds(rest) == ["chunk", "done"] and rest["at"] == 3000
    # The stand-in decodes nothing: what it gives as the body is what is told.
    assert base64.b64decode(rest["pieces"][0]["data"]["text"])[:2] == b"\x1f\x8b"
    session.engine.call("close", None)


def test_a_websocket_is_spoken_to(session: Session):
    opened = session.start(a=page("/chat"))
    assert kinds(opened) == ["head", "message"] and texts(opened) == ["welcome"]
    assert session.live("a")["isQuiet"] is True
    word = {"id": "a", "frame": "text", "data": {"text": "hello", "encoding": "utf8"}}
    assert texts(session.live("a", say=[word])) == ["HELLO"]
    goodbye = {"id": "a", "frame": "close", "code": 3000, "data": {"text": "enough", "encoding": "utf8"}}
    closed = session.live("a", say=[goodbye])
    assert closed["pieces"][0] == {"id": "a", "kind": "closed", "code": 3000, "reason": "enough"}
    assert kinds(closed) == ["closed", "done"]
    session.live()
    assert session.prints() == ["left with 3000 enough"]
    socket = closed["exchanges"][0]["socket"]
    assert [one["data"]["text"] for one in socket["messages"]] == ["welcome", "hello", "HELLO"]
    assert socket["close"] == {"by": "client", "code": 3000, "reason": "enough"}


def test_the_server_may_close_a_websocket_and_what_is_said_then_goes_nowhere(session: Session):
    session.start(a=page("/chat"))
    bye = {"id": "a", "frame": "text", "data": {"text": "bye", "encoding": "utf8"}}
    closed = session.live("a", say=[bye])
    assert closed["pieces"][0] == {"id": "a", "kind": "closed", "code": 4001, "reason": "as you like"}
    assert session.live("a", say=[bye])["pieces"] == []


def test_a_page_that_leaves_cuts_its_websocket_off(session: Session):
    session.start(a=page("/chat"))
    cut = session.live("a", cancel=["a"])
    assert cut["pieces"][0] == {"id": "a", "kind": "closed", "code": 1006, "reason": ""}
    session.live()
    assert session.prints() == ["left with 1005 "]


def test_what_is_live_goes_on_while_others_send(session: Session):
    session.start(a=page("/stream"), b=page("/chat"))
    sent = session.send(page("/later?s=2"), request("/now"))
    # Its own exchanges first come last: those that are live keep their places.
    assert sent["numbers"] == {"exchanges": [0, 1, 2, 3], "fetches": [0, 1, 2]}
    assert sent["exchanges"][0]["response"]["body"] == "part 0;part 1;part 2;"
    assert [one["request"]["url"].rpartition("/")[2] for one in sent["exchanges"]] == [
        "stream",
        "chat",
        "now",
        "later?s=2",
    ]
    assert [one["outcome"] for one in sent["fetches"]] == ["ok", "ok", "ok"]
    heard = session.live("a")
    assert texts(heard) == ["part 1;", "part 2;"] and heard["at"] == 2000
    assert not [event for event in session.events() if event["kind"] == "stall"]


def test_nothing_is_given_up_while_it_is_live(session: Session):
    quiet = session.start(a=page("/never"))
    assert quiet["isQuiet"] is True and quiet["pieces"] == [] and quiet["fetches"][0]["outcome"] == "pending"
    assert quiet["exchanges"][0]["error"] is None
    sent = session.send(request("/never"))
    assert sent["numbers"]["exchanges"] == [0, 1]
    assert [one["error"] and one["error"]["type"] for one in sent["exchanges"]] == [None, "Stalled"]
    assert kinds(session.live("a", cancel=["a"])) == ["done"]


def test_the_clock_runs_no_further_than_it_is_told():
    source = STREAMS.replace(
        "@app.get",
        """
from contextlib import asynccontextmanager
@asynccontextmanager
async def lifespan(app):
    async def tick():
        while True:
            await asyncio.sleep(1)
    ticking = asyncio.create_task(tick())
    yield
    ticking.cancel()
app.router.lifespan_context = lifespan
@app.get""",
        1,
    )
    session = Session(source)
    session.start(a=page("/chat"))
    waited = session.live("a", forMs=2500)
    assert (waited["pieces"], waited["isQuiet"], waited["at"]) == ([], False, 2500)
    assert session.live("a", forMs=500)["at"] == 3000
    stopped = session.live("a")
    assert stopped["stop"]["reason"] == "time" and kinds(stopped) == ["done"]
    session.engine.call("close", None)


def test_an_endless_body_runs_only_as_far_as_somebody_reads(session: Session):
    first = session.start(a=page("/flood"))
    assert first["stop"] is None and first["at"] == 0 and kinds(first)[:2] == ["head", "chunk"]
    some = sum(map(len, texts(first)))
    # One more is on its way.
    made = int(session.send(request("/flooded"))["exchanges"][-1]["response"]["body"])
    assert some == 66_000 and made == 67
    more = session.live("a")
    assert 0 < sum(map(len, texts(more))) < 200_000
    assert kinds(session.live("a", cancel=["a"]))[-1] == "done"


def test_a_stop_ends_what_is_live():
    session = Session(limits={**LIMITS, "events": 400})
    assert kinds(session.start(a=page("/stream")))[0] == "head"
    stopped = session.start(b=page("/loop"))
    while stopped["stop"] is None:
        stopped = session.live("a", "b")
    assert [(one["id"], one["kind"]) for one in stopped["pieces"]][-2:] == [("a", "done"), ("b", "done")]
    assert [one["outcome"] for one in stopped["fetches"]] == ["ok", "pending"]
    after = session.live("a")
    assert after["pieces"] == [] and after["isQuiet"] is True and after["stop"] == stopped["stop"]
    session.engine.call("close", None)


def test_a_session_may_end_with_something_live():
    session = Session()
    session.start(a=page("/stream"), b=page("/chat"), c=page("/never"))
    assert session.engine.call("close", None) == {"stop": None}


def test_live_needs_a_browser():
    engine = Engine(lambda _batch: None)
    options = {"files": {"main.py": HEAD}, "entry": "main.py", "app": None, "trace": True, "limits": LIMITS}
    engine.call("open", options)
    with pytest.raises(MisuseError, match="modelled browser"):
        engine.call("live", {"want": []})
    engine.call("close", None)
