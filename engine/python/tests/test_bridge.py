"""The door to JavaScript: strings in, strings out."""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
import sys

import pytest
from helper import HEAD, LIMITS, request

from peel.batches import read_batches
from peel.bridge import install

OPTIONS = {
    "files": {"main.py": HEAD + '@app.get("/")\nasync def root(): return "ü"'},
    "entry": "main.py",
    "app": None,
    "trace": True,
    "limits": LIMITS,
}


def test_calls_answer_with_wrapped_json_and_flush_before_they_return():
    batches: list[str] = []
    call = install(batches.append)
    opened = json.loads(call("open", json.dumps(OPTIONS)))
    assert opened["ok"] and opened["value"]["error"] is None and opened["value"]["stop"] is None
    assert list(read_batches(batches))
    sent = json.loads(call("send", json.dumps({"waitMs": 500, "requests": [request("/")]})))
    assert sent["value"]["exchanges"][0]["response"]["body"] == '"ü"'
    assert sent["value"]["exchanges"][0]["startedAt"] == 500
    events = list(read_batches(batches))
    assert events[-1]["kind"] == "exit" and events[-1]["layer"] == "browser"
    assert [event["seq"] for event in events] == list(range(len(events)))
    assert max(len(json.loads(batch)[3]) for batch in batches) <= 128
    assert json.loads(call("close", "null")) == {"ok": True, "value": {"stop": None}}


def test_misuse_and_bugs_are_told_apart_from_learners_errors():
    call = install(lambda _batch: None)
    assert json.loads(call("send", '{"waitMs": 0, "requests": []}'))["error"]["kind"] == "misuse"
    assert json.loads(call("fly", "null"))["error"]["kind"] == "misuse"
    assert json.loads(call("open", "{}"))["error"]["kind"] == "bug"


@pytest.mark.skipif(sys.platform == "emscripten", reason="in Pyodide all tests run inside of such a task")
def test_a_call_works_inside_of_a_task_of_another_loop():
    call = install(lambda _batch: None)

    async def outer():
        opened = json.loads(call("open", json.dumps(OPTIONS)))
        sent = json.loads(call("send", json.dumps({"waitMs": 500, "requests": [request("/")]})))
        closed = json.loads(call("close", "null"))
        assert asyncio.current_task() is not None
        return opened["ok"] and closed["ok"] and sent["value"]["exchanges"][0]["response"]["status"]

    assert asyncio.run(outer()) == 200


@pytest.mark.skipif(sys.platform == "emscripten", reason="Pyodide cannot start another process")
def test_the_command_line_gives_the_same_document_each_time():
    asked = json.dumps({"open": OPTIONS, "groups": [{"waitMs": 0, "requests": [request("/")]}]})
    here = os.path.dirname(os.path.dirname(__file__))  # noqa: PTH120
    runs = [
        subprocess.run(
            [sys.executable, "-m", "peel"], input=asked, capture_output=True, text=True, cwd=here, check=True
        )
        for _ in range(2)
    ]
    assert runs[0].stdout == runs[1].stdout
    document = json.loads(runs[0].stdout)
    assert document["exchanges"][0]["response"]["status"] == 200
    assert list(document["versions"]) == ["fastapi", "starlette", "pydantic", "uvicorn", "python"]
