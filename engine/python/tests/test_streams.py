"""HTTP that takes its time: bodies in pieces, streams, files, and clients that go away."""

from __future__ import annotations

from typing import Any

import pytest
from helper import OFFSET, Run, request, run


def body_text(data: bytes | str) -> dict[str, str]:
    return {"text": data if isinstance(data, str) else data.decode(), "encoding": "utf8"}


def upload(target: str, *pieces: tuple[float, bytes | str], headers: Any = (), **more: Any) -> dict[str, Any]:
    """A body that goes onto the wire piece by piece, each at its time."""
    made = request(target, more.pop("method", "POST"), headers=list(headers), **more)
    made["pieces"] = [{"bytes": body_text(data), "atMs": at} for at, data in pieces]
    return made


CHUNKED = [["Transfer-Encoding", "chunked"]]
READER = """
@app.post("/")
async def read(request: Request):
    async for part in request.stream():
        print(len(part), part.decode())
    return "read"
"""


def bodies(result: Run, layer: str = "server") -> list[tuple[float, str]]:
    return [
        (event["at"], event["message"]["body"]["text"])
        for event in result.of("send", layer)
        if event["message"]["type"] == "http.response.body"
    ]


def test_a_body_in_pieces_arrives_at_its_times():
    result = run(READER, upload("/", (0, "3\r\none\r\n"), (1000, "3\r\ntwo\r\n"), (2000, "0\r\n\r\n"), headers=CHUNKED))
    assert [(event["at"], event["text"]) for event in result.of("log") if event["source"] == "print"] == [
        (0, "3 one"),
        (1000, "3 two"),
        (2000, "0 "),
    ]
    assert result.exchanges[0]["endedAt"] == 2000
    assert [event["why"] for event in result.of("clock")] == ["wait", "wait"]


def test_a_piece_may_cut_a_chunk_in_two():
    result = run(READER, upload("/", (0, "6\r\nab"), (500, "cdef\r\n0\r\n\r\n"), headers=CHUNKED))
    assert [text for _, text in result.prints()][:2] == ["2 ab", "4 cdef"]


def test_nonsense_instead_of_a_chunk_is_uvicorn_s_to_answer():
    result = run(READER, upload("/", (0, "3\r\none\r\n"), (1000, "what?\r\n"), headers=CHUNKED))
    assert result.response()["status"] == 400
    assert result.response()["body"] == "Invalid HTTP request received."
    assert result.of("log")[-1]["text"].endswith("Application shutdown complete.")


def test_request_and_response_stream_at_the_same_time():
    source = """
async def app(scope, receive, send):
    if scope["type"] != "http": return
    await send({"type": "http.response.start", "status": 200, "headers": []})
    more = True
    while more:
        message = await receive()
        more = message["more_body"]
        await send({"type": "http.response.body", "body": message["body"].upper(), "more_body": more})
"""
    result = run(source, upload("/", (0, "1\r\na\r\n"), (1000, "1\r\nb\r\n"), (2000, "0\r\n\r\n"), headers=CHUNKED))
    assert result.response()["body"] == "AB"
    assert [(at, text) for at, text in bodies(result) if text] == [(0, "A"), (1000, "B")]


def test_an_answer_may_come_before_the_body_was_read():
    source = """
@app.post("/")
async def refuse(): return JSONResponse({"no": 1}, status_code=413)
"""
    result = run(source, upload("/", (0, "1\r\na\r\n"), (60_000, "0\r\n\r\n"), headers=CHUNKED))
    assert result.response()["status"] == 413
    assert result.exchanges[0]["endedAt"] == 0
    # The clock does not go to where the rest would have been sent.
    assert result.of("clock") == []


def test_a_client_waits_for_leave_to_send_its_body():
    read = run(READER, request("/", "POST", body="tea", headers=[["Expect", "100-continue"]]))
    assert [text for _, text in read.prints()] == ["3 tea", "0 "]
    informational = [event["message"]["status"] for event in read.of("send", "server") if "status" in event["message"]]
    assert informational == [100, 200]
    assert read.exchanges[0]["endedAt"] == 0
    source = (
        '@app.post("/")\nasync def no(request: Request):\n    await asyncio.sleep(3)\n    print((await request.body()))'
    )
    late = run(source, request("/", "POST", body="tea", headers=[["Expect", "100-continue"]]))
    assert [text for _, text in late.prints()] == ["b'tea'"] and late.exchanges[0]["endedAt"] == 3000


STREAM = """
@app.get("/")
async def endless():
    async def parts():
        try:
            while True:
                yield "tick "
                await asyncio.sleep(1)
        finally:
            print("stopped")
    return StreamingResponse(parts(), media_type="text/plain")
"""


def hang_up(made: dict[str, Any], at: float) -> dict[str, Any]:
    return {**made, "hangUpMs": at}


def test_a_stream_is_cancelled_when_its_client_hangs_up():
    result = run(STREAM, hang_up(request("/"), 2500), "/")
    assert result.response()["body"] == "tick tick tick "
    assert [text for _, text in result.prints()][:1] == ["stopped"]
    assert result.exchanges[0]["endedAt"] == 2500 and result.exchanges[0]["error"] is None
    assert result.of("send", "browser")[0]["message"]["more"] is True
    assert result.of("rule", exchange=0)[-1]["text"] == "The client hangs up after 2.5 s."


def test_an_endless_stream_says_what_ends_it():
    result = run(STREAM, "/")
    assert result.stop is not None and result.stop["reason"] == "time"
    assert result.stop["text"] == (
        f"Stopped in endpoint, main.py line {OFFSET + 8}, after 60 s on its clock: the answer goes on and on. A line"
        " `# @disconnect 5` above the request ends it after 5 s. Uvicorn and the browser were waiting for it."
    )
    assert result.response()["body"].startswith("tick tick")
    ends = run(STREAM, hang_up(request("/"), 5000))
    assert ends.stop is None


def test_the_app_learns_that_the_client_is_gone():
    source = """
@app.post("/disconnect")
async def disconnect(request: Request):
    try:
        await request.body()
    except Exception as exc:
        print(type(exc).__name__)
@app.get("/poll")
async def poll(request: Request):
    while not await request.is_disconnected():
        await asyncio.sleep(1)
    print("gone")
@app.get("/receive")
async def receive(request: Request):
    await request.body()
    print((await request.receive())["type"])
@app.get("/deaf")
async def deaf():
    await asyncio.sleep(5)
    print("done all the same")
    return "unheard"
"""
    half = upload("/disconnect", (0, "3\r\none\r\n"), headers=CHUNKED)
    result = run(
        source,
        hang_up(half, 1000),
        hang_up(request("/poll"), 2500),
        hang_up(request("/receive"), 1000),
        hang_up(request("/deaf"), 1000),
    )
    assert [text for _, text in result.prints()] == ["ClientDisconnect", "gone", "http.disconnect", "done all the same"]
    assert [one["response"] for one in result.exchanges] == [None] * 4
    assert [one["endedAt"] - one["startedAt"] for one in result.exchanges] == [1000, 2500, 1000, 1000]
    # The next request starts when the app is done.
    assert result.exchanges[3]["startedAt"] == 1000 + 3000 + 1000


def test_hanging_up_after_the_answer_changes_nothing():
    result = run('@app.get("/")\nasync def root(): return 1', hang_up(request("/"), 5000), "/")
    assert result.response()["body"] == "1" and result.of("clock") == []
    assert result.exchanges[1]["startedAt"] == 0


def test_background_tasks_run_although_the_client_is_gone():
    source = """
async def later():
    await asyncio.sleep(1)
    print("later")
@app.get("/")
async def root(tasks: BackgroundTasks):
    tasks.add_task(later)
    return 1
"""
    result = run(source, hang_up(request("/"), 500))
    assert result.response()["body"] == "1" and [text for _, text in result.prints()] == ["later"]


def test_server_sent_events_keep_their_frames():
    source = """
from collections.abc import AsyncIterable
from fastapi.sse import EventSourceResponse, ServerSentEvent
@app.get("/plain")
async def plain():
    async def events():
        for number in range(2):
            await asyncio.sleep(1)
            yield f"event: tick\\ndata: {number}\\n\\n"
    return StreamingResponse(events(), media_type="text/event-stream")
@app.get("/own", response_class=EventSourceResponse)
async def own() -> AsyncIterable[ServerSentEvent]:
    for number in range(2):
        yield ServerSentEvent(data={"n": number}, event="tick", id=str(number))
        await asyncio.sleep(1)
@app.get("/slow", response_class=EventSourceResponse)
async def slow() -> AsyncIterable[int]:
    await asyncio.sleep(40)
    yield 1
"""
    result = run(source, "/plain", "/own", hang_up(request("/slow"), 50_000))
    assert result.header("content-type", 0) == "text/event-stream; charset=utf-8"
    assert result.response(0)["body"] == "event: tick\ndata: 0\n\nevent: tick\ndata: 1\n\n"
    assert result.response(1)["body"] == 'event: tick\ndata: {"n": 0}\nid: 0\n\nevent: tick\ndata: {"n": 1}\nid: 1\n\n'
    assert result.response(2)["body"].startswith(": ping\n\n") and result.response(2)["body"].endswith("data: 1\n\n")


FILES = {
    "main.py": """
from fastapi import FastAPI
from fastapi.responses import FileResponse
from fastapi.staticfiles import StaticFiles
app = FastAPI()
app.mount("/static", StaticFiles(directory="static", html=True))
@app.api_route("/file", methods=["GET", "HEAD"])
async def file(): return FileResponse("static/menu.txt", filename="menu.txt")
@app.get("/gone")
async def gone(): return FileResponse("static/nothing.txt")
""",
    "static/menu.txt": "tea, coffee and cake",
    "static/index.html": "<h1>Menu</h1>",
}


def test_files_of_the_program_are_served():
    result = run(FILES, "/file", "/static/", "/static/nothing", request("/file", "HEAD"), "/gone", head=False)
    assert result.response(0)["body"] == "tea, coffee and cake"
    assert result.header("content-disposition") == 'attachment; filename="menu.txt"'
    assert result.header("accept-ranges") == "bytes" and result.header("etag") is not None
    assert (result.response(1)["body"], result.header("content-type", 1)) == (
        "<h1>Menu</h1>",
        "text/html; charset=utf-8",
    )
    assert result.response(2)["status"] == 404
    assert result.response(3)["body"] == "" and result.header("content-length", 3) == "20"
    assert result.exchanges[4]["error"]["type"] == "RuntimeError"


def test_parts_of_a_file_and_what_has_not_changed():
    first = run(FILES, "/static/menu.txt", head=False)
    etag, changed = first.header("etag"), first.header("last-modified")
    assert etag is not None and changed is not None
    result = run(
        FILES,
        request("/file", headers=[["Range", "bytes=0-2"]]),
        request("/file", headers=[["Range", "bytes=0-2,5-10"]]),
        request("/file", headers=[["Range", "bytes=90-"]]),
        request("/static/menu.txt", headers=[["If-None-Match", etag]]),
        request("/static/menu.txt", headers=[["If-Modified-Since", changed]]),
        head=False,
    )
    assert [(one["response"]["status"]) for one in result.exchanges] == [206, 206, 416, 304, 304]
    assert (result.response(0)["body"], result.header("content-range")) == ("tea", "bytes 0-2/20")
    assert "coffee" in result.response(1)["body"]
    assert result.header("content-range", 2) == "bytes */20"
    assert result.response(3)["body"] == ""


def test_the_times_of_files_are_the_session_s():
    assert run(FILES, "/file", head=False).header("last-modified") == "Sat, 01 Jan 2028 00:00:00 GMT"


def test_what_follows_a_request_is_not_read_as_a_part_of_it():
    made = request("/", "POST", headers=[["Content-Length", "3"]])
    made["pieces"] = [{"bytes": body_text("teaGET /next HTTP/1.1\r\nHost: a\r\n\r\n?? nonsense\r\n\r\n"), "atMs": 0}]
    source = READER + '@app.get("/next")\nasync def after():\n    print("next")\n    return "next"\n'
    result = run(source, made, "/next")
    assert result.response()["body"] == '"read"' and result.response(1)["body"] == '"next"'


@pytest.mark.parametrize(("length", "status"), [("3", 200), ("5", None), ("1", 200), ("x", 400), ("-1", 400)])
def test_lengths_that_lie_are_the_server_s_to_judge(length: str, status: int | None):
    made = request("/", "POST", headers=[["Content-Length", length]])
    made["body"] = body_text("tea")
    result = run(READER, made)
    if status is None:
        assert result.exchanges[0]["error"]["type"] == "Stalled"
    else:
        assert result.response()["status"] == status


def test_fifty_megabytes_go_through():
    size = 50_000_000
    made = request("/", "POST", headers=[["Content-Length", str(size)]])
    made["body"] = body_text("x" * size)
    source = """
@app.post("/")
async def read(request: Request):
    total = 0
    async for part in request.stream():
        total += len(part)
    return total
@app.post("/whole")
async def whole(request: Request): return len(await request.body())
"""
    result = run(source, made, {**made, "target": "/whole", "url": "http://localhost:8000/whole"})
    assert [result.response(index)["body"] for index in (0, 1)] == [str(size), str(size)]


def test_a_large_answer_comes_whole_and_its_events_are_cut():
    result = run('@app.get("/")\nasync def root(): return PlainTextResponse("x" * 5_000_000)', "/")
    assert len(result.response()["body"]) == 5_000_000
    assert len(result.raw) < 100_000


def test_an_app_whose_client_gave_up_goes_on_also_after_a_sleep():
    source = """
class Swallow:
    def __init__(self, app) -> None:
        self.app = app

    async def __call__(self, scope, receive, send) -> None:
        if scope["type"] == "http":
            print((await receive())["type"])
            print((await receive())["type"])
            await asyncio.sleep(0.001)
        await self.app(scope, receive, send)


app.add_middleware(Swallow)


@app.get("/")
async def root():
    print("endpoint")
"""
    result = run(source, "/")
    assert result.exchanges[0]["error"]["type"] == "Stalled"
    assert [text for _, text in result.prints()] == ["http.request", "http.disconnect", "endpoint"]
