"""WebSockets through uvicorn's own protocol: the handshake, the conversation, and every way in which it ends."""

from __future__ import annotations

from base64 import b64encode
from typing import Any, cast

import pytest
from helper import Run, request, run

SOCKETS = """
from fastapi import WebSocket, WebSocketDisconnect, WebSocketException, status
"""
ECHO = (
    SOCKETS
    + """
@app.websocket("/ws")
async def echo(ws: WebSocket):
    await ws.accept()
    try:
        while True:
            await ws.send_text("you said " + await ws.receive_text())
    except WebSocketDisconnect as gone:
        print("gone", gone.code, repr(gone.reason))
"""
)
KEY = "dGhlIHNhbXBsZSBub25jZQ=="


def talk(target: str, *lines: Any, **more: Any) -> dict[str, Any]:
    """A WebSocket's handshake with a script: texts or bytes, or `(line, replies to wait for)`."""
    origin = more.pop("origin", "ws://localhost:8000")
    headers = [
        ["Connection", "Upgrade"],
        ["Upgrade", "websocket"],
        ["Sec-WebSocket-Version", "13"],
        ["Sec-WebSocket-Key", KEY],
        *more.pop("headers", []),
    ]
    made = request(target, headers=headers, origin=origin, **more)
    messages: list[dict[str, Any]] = []
    for line in lines:
        data, replies = cast("tuple[str | bytes, int]", line if isinstance(line, tuple) else (line, 0))
        if isinstance(data, bytes):
            text = {"text": b64encode(data).decode(), "encoding": "base64"}
            messages.append({"frame": "binary", "data": text, "afterReplies": replies})
        else:
            text = {"text": data, "encoding": "utf8"}
            messages.append({"frame": "text", "data": text, "afterReplies": replies})
    made["socket"] = {"messages": messages}
    if "hang_up" in more:
        made["hangUpMs"] = more["hang_up"]
    return made


def spoken(result: Run, index: int = 0) -> list[tuple[str, str, float]]:
    messages = result.exchanges[index]["socket"]["messages"]
    return [(one["from"], one["data"]["text"], one["at"]) for one in messages]


def ending(result: Run, index: int = 0) -> tuple[str, int, str] | None:
    close = result.exchanges[index]["socket"]["close"]
    return (close["by"], close["code"], close["reason"]) if close else None


def test_a_conversation_goes_through_uvicorn_s_protocol():
    result = run(ECHO, talk("/ws", "one", "two"))
    assert (result.response()["status"], result.response()["reason"]) == (101, "Switching Protocols")
    assert result.header("sec-websocket-accept") == "s3pPLMBiTxaQ9kYGzzhZRbK+xOo="
    assert result.header("date") == "Sat, 01 Jan 2028 00:00:00 GMT" and result.header("server") == "uvicorn"
    assert spoken(result) == [
        ("client", "one", 0),
        ("client", "two", 0),
        ("server", "you said one", 0),
        ("server", "you said two", 0),
    ]
    assert ending(result) == ("client", 1000, "")
    assert [text for _, text in result.prints()] == ["gone 1000 ''"]
    assert result.exchanges[0]["error"] is None and result.stop is None


def test_a_line_waits_for_as_many_replies_as_it_says():
    source = (
        SOCKETS
        + """
@app.websocket("/ws")
async def count(ws: WebSocket):
    await ws.accept()
    for number in range(3):
        await asyncio.sleep(1)
        await ws.send_text(str(number))
    await ws.send_text("last: " + await ws.receive_text())
"""
    )
    result = run(source, talk("/ws", ("now", 2)))
    assert spoken(result) == [
        ("server", "0", 1000),
        ("server", "1", 2000),
        ("client", "now", 2000),
        ("server", "2", 3000),
        ("server", "last: now", 3000),
    ]
    # The endpoint returned without closing: uvicorn just drops the connection.
    assert ending(result) is None


def test_lines_that_wait_for_a_reply_that_never_comes_are_not_said():
    result = run(ECHO, talk("/ws", "one", ("two", 2), "three"))
    assert spoken(result) == [("client", "one", 0), ("server", "you said one", 0)]
    assert ending(result) == ("client", 1000, "")
    assert result.of("rule")[-1]["text"].endswith("2 messages were not sent.")


def test_binary_frames_and_text_are_told_apart():
    source = (
        SOCKETS
        + """
@app.websocket("/ws")
async def mirror(ws: WebSocket):
    await ws.accept()
    while True:
        message = await ws.receive()
        if message["type"] == "websocket.disconnect":
            break
        if "bytes" in message and message["bytes"] is not None:
            await ws.send_bytes(message["bytes"][::-1])
        else:
            await ws.send_json({"text": message["text"]})
"""
    )
    result = run(source, talk("/ws", b"\x00\xff", "ü"))
    messages = result.exchanges[0]["socket"]["messages"]
    assert [(one["from"], one["frame"], one["data"]["encoding"]) for one in messages] == [
        ("client", "binary", "base64"),
        ("client", "text", "utf8"),
        ("server", "binary", "base64"),
        ("server", "text", "utf8"),
    ]
    assert messages[2]["data"]["text"] == b64encode(b"\xff\x00").decode()
    assert messages[3]["data"]["text"] == '{"text":"ü"}'


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("await ws.accept()\n    await ws.close(4001, 'too bad')", ("server", 4001, "too bad")),
        ("await ws.accept()\n    await ws.close()", ("server", 1000, "")),
        ("await ws.accept()\n    raise WebSocketException(code=1008, reason='policy')", ("server", 1008, "policy")),
        ("await ws.accept()\n    raise ValueError('boom')", None),
    ],
)
def test_the_server_ends_it(body: str, expected: Any):
    result = run(f'{SOCKETS}\n@app.websocket("/ws")\nasync def end(ws: WebSocket):\n    {body}\n', talk("/ws"))
    assert result.response()["status"] == 101
    assert ending(result) == expected
    error = result.exchanges[0]["error"]
    assert (error["type"] if error else None) == ("ValueError" if "boom" in body else None)


@pytest.mark.parametrize(
    ("body", "status", "text"),
    [
        ("await ws.close()", 403, ""),
        ("raise WebSocketException(code=1008)", 403, ""),
        ("raise ValueError('boom')", 500, "Internal Server Error"),
        ("return", 500, "Internal Server Error"),
        ("await ws.send_denial_response(JSONResponse({'no': 1}, status_code=401))", 401, '{"no":1}'),
    ],
)
def test_the_handshake_is_refused(body: str, status: int, text: str):
    result = run(f'{SOCKETS}\n@app.websocket("/ws")\nasync def no(ws: WebSocket):\n    {body}\n', talk("/ws", "unsaid"))
    assert (result.response()["status"], result.response()["body"].strip()) == (status, text)
    assert result.exchanges[0]["socket"] == {"messages": [], "close": None}
    last = result.of("send", "browser")[-1]["message"]
    assert (last["type"], last["status"]) == ("http.response", status)


def test_unknown_paths_and_middleware_that_never_accepts_refuse_with_403():
    source = (
        ECHO
        + """
class Guard:
    def __init__(self, app) -> None: self.app = app
    async def __call__(self, scope, receive, send) -> None:
        if scope["type"] == "websocket" and b"token=1" not in scope["query_string"]:
            await send({"type": "websocket.close", "code": 1008})
            return
        await self.app(scope, receive, send)
app.add_middleware(Guard)
"""
    )
    result = run(source, talk("/nowhere?token=1"), talk("/ws"), talk("/ws?token=1", "hi"))
    assert [result.response(index)["status"] for index in range(3)] == [403, 403, 101]


def test_dependencies_see_the_handshake():
    source = (
        SOCKETS
        + """
from typing import Annotated
from fastapi import Cookie, Header, Query
async def user(ws: WebSocket, x_user: Annotated[str | None, Header()] = None, token: Annotated[int, Query()] = 0):
    if x_user is None:
        raise WebSocketException(code=status.WS_1008_POLICY_VIOLATION, reason="who are you?")
    return x_user, token
@app.websocket("/ws/{room}")
async def room(ws: WebSocket, room: str, who=Depends(user)):
    await ws.accept()
    await ws.send_json([room, *who, str(ws.url), ws.client.host])
    await ws.close()
"""
    )
    result = run(source, talk("/ws/tea?token=7", headers=[["X-User", "ann"]]), talk("/ws/tea"), talk("/ws/tea?token=x"))
    assert spoken(result)[0][1] == '["tea","ann",7,"ws://localhost:8000/ws/tea?token=7","127.0.0.1"]'
    assert [result.response(index)["status"] for index in (1, 2)] == [403, 403]


def test_subprotocols_are_negotiated():
    source = (
        SOCKETS
        + """
@app.websocket("/ws")
async def pick(ws: WebSocket):
    await ws.accept(subprotocol=ws.scope["subprotocols"][-1], headers=[(b"x-from", b"accept")])
    await ws.close()
@app.websocket("/wrong")
async def wrong(ws: WebSocket):
    await ws.accept(subprotocol="other")
    await ws.receive_text()
"""
    )
    offer = [["Sec-WebSocket-Protocol", "chat, superchat"]]
    result = run(source, talk("/ws", headers=offer), talk("/wrong", "hi", headers=offer))
    assert result.header("sec-websocket-protocol") == "superchat" and result.header("x-from") == "accept"
    accepted = next(
        one["message"] for one in result.of("send", "browser") if one["message"]["type"] == "websocket.accept"
    )
    assert (accepted["status"], accepted["subprotocol"]) == (101, "superchat")
    assert "unsupported subprotocol: other" in result.of("rule", exchange=1)[-1]["text"]
    assert result.exchanges[1]["socket"] == {"messages": [], "close": None}


def test_compression_is_used_only_when_it_is_offered():
    offer = [["Sec-WebSocket-Extensions", "permessage-deflate; client_max_window_bits"]]
    long = "tea " * 500
    result = run(ECHO, talk("/ws", long, headers=offer), talk("/ws", long))
    assert result.header("sec-websocket-extensions", 0) is not None
    assert result.header("sec-websocket-extensions", 1) is None
    assert spoken(result, 0) == spoken(result, 1)


def test_a_client_that_hangs_up_sends_no_closing_frame():
    result = run(ECHO, talk("/ws", "one", hang_up=2500))
    assert ending(result) is None and result.exchanges[0]["endedAt"] == 2500
    assert [text for _, text in result.prints()] == ["gone 1005 ''"]
    assert result.of("rule")[-1]["text"] == "The client hangs up after 2.5 s."


def test_an_endless_feed_ends_when_the_client_hangs_up():
    source = (
        SOCKETS
        + """
@app.websocket("/ws")
async def feed(ws: WebSocket):
    await ws.accept()
    try:
        while True:
            await asyncio.sleep(1)
            await ws.send_text("tick")
    except WebSocketDisconnect:
        print("stopped")
"""
    )
    result = run(source, talk("/ws", hang_up=3500))
    assert [at for _, _, at in spoken(result)] == [1000, 2000, 3000]
    assert [text for _, text in result.prints()] == ["stopped"] and result.stop is None
    stopped = run(source, talk("/ws"))
    assert stopped.stop is not None and stopped.stop["reason"] == "time"
    assert "# @disconnect 5" in stopped.stop["text"]
    assert len(spoken(stopped)) == 60


def test_several_clients_meet_and_leave_one_after_the_other():
    source = (
        SOCKETS
        + """
room = []
@app.websocket("/ws/{name}")
async def chat(ws: WebSocket, name: str):
    await ws.accept()
    room.append(ws)
    try:
        while True:
            said = await ws.receive_text()
            for one in room:
                await one.send_text(f"{name}: {said}")
    except WebSocketDisconnect:
        room.remove(ws)
        for one in room:
            await one.send_text(f"{name} left")
@app.get("/shout")
async def shout():
    for one in room:
        await one.send_text("shout")
    return len(room)
"""
    )
    ann, bob = talk("/ws/ann", "hi", at=0), talk("/ws/bob", at=0)
    result = run(source, [ann, bob, request("/shout", at=500)])
    assert [text for _, text, _ in spoken(result, 0)] == ["hi", "ann: hi", "shout"]
    assert [text for _, text, _ in spoken(result, 1)] == ["ann: hi", "shout", "ann left"]
    assert result.response(2)["body"] == "2"
    assert ending(result, 0) == ending(result, 1) == ("client", 1000, "")


def test_closing_takes_no_time_however_many_there_are():
    result = run(ECHO, [talk("/ws", str(number)) for number in range(12)])
    assert {ending(result, index) for index in range(12)} == {("client", 1000, "")}
    assert result.of("clock") == [] and result.stop is None


def test_a_server_that_never_reads_is_left_after_ten_seconds():
    source = (
        SOCKETS
        + """
@app.websocket("/ws")
async def deaf(ws: WebSocket):
    await ws.accept()
    await asyncio.Event().wait()
"""
    )
    result = run(source, talk("/ws", "one", "two"), talk("/ws"))
    assert ending(result) == ("client", 1000, "")
    # uvicorn stops reading at a message that nobody takes, so the closing frame is not answered.
    assert result.exchanges[0]["endedAt"] == 10_000
    assert result.exchanges[0]["error"]["type"] == "Stalled"
    # With nothing unread uvicorn answers it by itself.
    assert result.exchanges[1]["endedAt"] == 10_000 and result.exchanges[1]["startedAt"] == 10_000


def test_wss_makes_the_scheme_wss():
    source = (
        SOCKETS
        + """
@app.websocket("/ws")
async def scheme(ws: WebSocket):
    await ws.accept()
    await ws.send_text(ws.url.scheme)
    await ws.close()
"""
    )
    result = run(source, talk("/ws", origin="wss://localhost:8000"))
    assert spoken(result)[0][1] == "wss"


@pytest.mark.parametrize(
    ("change", "status"),
    [({"Sec-WebSocket-Key": None}, 400), ({"Sec-WebSocket-Version": "12"}, 400), ({"Sec-WebSocket-Key": "short"}, 400)],
)
def test_wrong_handshakes_are_answered_by_the_server_alone(change: dict[str, str | None], status: int):
    wrong = talk("/ws", "unsaid")
    wrong["headers"] = [[k, change.get(k, v)] for k, v in wrong["headers"] if change.get(k, v) is not None]
    result = run(ECHO, wrong)
    assert result.response()["status"] == status
    assert result.of("enter", "server") == [] and result.stop is None


def test_an_http_request_that_asks_for_an_upgrade_gets_its_101():
    plain = talk("/ws")
    del plain["socket"]
    plain["url"] = "http://localhost:8000/ws"
    result = run(ECHO, plain)
    assert result.response()["status"] == 101 and "socket" not in result.exchanges[0]
    assert [text for _, text in result.prints()] == ["gone 1005 ''"]


def test_the_trace_tells_the_conversation_at_browser_and_server():
    result = run(ECHO, talk("/ws", "one"))
    rows = [
        (one["layer"], one["kind"], one["message"]["type"])
        for one in result.events
        if one["layer"] in ("browser", "server") and one["kind"] in ("send", "receive")
    ]
    assert rows == [
        ("server", "receive", "websocket.connect"),
        ("server", "send", "websocket.accept"),
        ("browser", "send", "websocket.accept"),
        ("browser", "receive", "websocket.receive"),
        ("server", "receive", "websocket.receive"),
        ("server", "send", "websocket.send"),
        ("browser", "send", "websocket.send"),
        ("browser", "receive", "websocket.disconnect"),
        ("server", "receive", "websocket.disconnect"),
    ]
    said = result.of("send", "browser")[1]["message"]
    assert (said["frame"], said["body"]["text"]) == ("text", "you said one")
    assert result.of("enter", "browser")[0]["scope"]["type"] == "websocket"
    assert result.of("enter", "server")[0]["scope"]["type"] == "websocket"
    assert result.of("exit", "browser") and result.of("exit", "server")


def test_the_client_draws_nothing_from_the_program_s_chance():
    source = (
        SOCKETS
        + """
import os
@app.websocket("/ws")
async def draw(ws: WebSocket):
    await ws.accept()
    for _ in range(2): await ws.receive_text()
    await ws.send_text(os.urandom(4).hex())
    await ws.close()
"""
    )
    few, many = run(source, talk("/ws", "a", "b")), run(source, talk("/ws", "a", "b", "c", "d", "e"))
    assert spoken(few)[-1][1] == spoken(many)[-1][1]


def test_the_same_conversation_gives_the_same_trace_and_is_the_same_untraced():
    requests = [talk("/ws", "one", ("two", 1)), talk("/ws", b"x")]
    assert run(ECHO, *requests).events == run(ECHO, *requests).events
    traced, untraced = run(ECHO, *requests), run(ECHO, *requests, trace=False)
    assert traced.exchanges == untraced.exchanges
    assert [text for _, text in traced.prints()] == [text for _, text in untraced.prints()]


def test_a_lifespan_and_its_state_reach_sockets():
    source = (
        SOCKETS
        + """
from contextlib import asynccontextmanager
@asynccontextmanager
async def life(app):
    yield {"db": "open"}
app = FastAPI(lifespan=life)
@app.websocket("/ws")
async def s(ws: WebSocket):
    await ws.accept()
    await ws.send_text(ws.state.db)
    await ws.close(1001, "done")
"""
    )
    result = run(source, talk("/ws"))
    assert spoken(result)[0][1] == "open" and ending(result) == ("server", 1001, "done")
