"""Checks are run over a written-down run, so these tests write one down by hand."""

from __future__ import annotations

from typing import Any

import pytest

from peel.checks import Run, run_checks

Event = dict[str, Any]

HEAD = [["content-type", "application/json"], ["x-old", "1"], ["set-cookie", "a=1"]]
AUTH_HEAD = [["content-type", "application/json"], ["x-old", "2"], ["set-cookie", "a=1"], ["x-auth", "ok"]]


def _event(kind: str, layer: str | None, exchange: int = 0, **more: object) -> Event:
    return {"seq": 0, "at": 0, "task": 1, "layer": layer, "exchange": exchange, "kind": kind, **more}


def _head(layer: str, headers: list[list[str]], status: int = 200, exchange: int = 0) -> Event:
    message = {"type": "http.response.start", "status": status, "headers": headers}
    return _event("send", layer, exchange, message=message)


def _print(layer: str, text: str) -> Event:
    return _event("log", layer, source="print", stream="stdout", text=text)


def _document() -> dict[str, Any]:
    error = {"type": "ZeroDivisionError", "message": "division by zero", "file": "main.py", "line": 9}
    return {
        "layers": [
            {"id": "ServerErrorMiddleware", "name": "ServerErrorMiddleware", "origin": "framework", "depth": 0},
            {"id": "Auth", "name": "Auth", "origin": "yours", "depth": 1, "style": "base"},
            {"id": "Router", "name": "Router", "origin": "framework", "depth": 2},
            {"id": "Auth/Inner", "name": "Inner", "origin": "yours", "depth": 0, "parent": "Router"},
        ],
        "error": None,
        "events": [
            _event("enter", "server", changes=[]),
            _event("enter", "Auth", changes=[]),
            _print("Auth", "auth in\nstill in\n"),
            _event("log", "Auth", source="logging", stream="stderr", text="checked"),
            _event("enter", "Router", changes=[]),
            _event("route", "Router", endpoint="read", path="/a", sync=True, file="main.py", line=3),
            _event("enter", "endpoint", changes=[]),
            _event("exit", "endpoint", awaited=False),
            _head("Router", HEAD),
            _head("Auth", AUTH_HEAD),
            _event("exit", "Auth", awaited=True),
            _event("enter", "Auth", 1, changes=[]),
            _head("Auth", [["content-length", "0"]], 401, 1),
            _event("exit", "Auth", 1, awaited=False),
            _event("raise", "Router", 2, error=error, born=True),
            _event("catch", "Auth", 2, error=error, answered=False),
        ],
        "exchanges": [
            {
                "from": 0,
                "title": "a fine one",
                "request": {"method": "GET", "url": "http://localhost:8000/a?x=1", "headers": [], "body": ""},
                "response": {"status": 200, "headers": AUTH_HEAD, "body": '{"a": 1}', "bodyEncoding": "utf8"},
                "error": None,
            },
            {
                "from": 1,
                "title": "no key",
                "request": {"method": "GET", "url": "http://localhost:8000/b", "headers": [["Host", "x"]], "body": ""},
                "response": {"status": 401, "headers": [], "body": "/w==", "bodyEncoding": "base64"},
                "error": None,
            },
            {
                "from": 2,
                "title": "broken",
                "request": {"method": "POST", "url": "http://localhost:8000", "headers": [], "body": "hi"},
                "response": None,
                "error": error,
            },
        ],
    }


def _one(body: str, document: dict[str, Any] | None = None) -> dict[str, Any]:
    source = 'def check_it(run):\n    """It is so."""\n' + "\n".join(f"    {line}" for line in body.splitlines()) + "\n"
    (result,) = run_checks(source, "checks.py", document or _document())
    return dict(result)


def test_a_check_that_holds_has_its_sentence_and_no_reason() -> None:
    assert _one("assert run.layers") == {"id": "check_it", "says": "It is so.", "holds": True, "reason": None}


def test_the_message_of_an_assert_is_the_reason() -> None:
    assert _one('assert not run.layers, "There are layers."')["reason"] == "There are layers."


def test_a_bare_assert_is_worded_from_its_source_with_the_value_it_had() -> None:
    reason = _one("assert run.exchanges[1].response.status == (\n    200\n)")["reason"]
    assert reason == "This does not hold: run.exchanges[1].response.status == 200. The left side is 401."


def test_a_bare_assert_that_compares_nothing_is_worded_from_its_source() -> None:
    assert _one("assert not run.layers")["reason"] == "This does not hold: not run.layers."


def test_a_bare_assert_in_a_helper_of_the_check_file_is_found_too() -> None:
    source = "def same(a, b):\n    assert a == b\n\ndef check_it(run):\n    same(1, 2)\n"
    (result,) = run_checks(source, "checks.py", _document())
    assert result["reason"] == "This does not hold: a == b. The left side is 1."


def test_any_other_exception_means_the_check_does_not_hold_and_says_so() -> None:
    result = _one("run.exchanges[9]")
    assert result["holds"] is False
    assert result["reason"] == "The check itself met IndexError: list index out of range (checks.py, line 3)."


def test_functions_run_in_the_order_they_are_written_and_others_are_left_alone() -> None:
    source = (
        "def helper(run): raise RuntimeError\n"
        "def check_b(run): assert True\n"
        "def proof_a(run): assert True\n"
        "check_number = 3\n"
    )
    results = run_checks(source, "checks.py", _document())
    assert [(r["id"], r["says"], r["holds"]) for r in results] == [("check_b", "B.", True), ("proof_a", "A.", True)]


@pytest.mark.parametrize(
    ("source", "words"), [("def check_(:", "SyntaxError"), ("import nothing_of_that_name", "ModuleNotFoundError")]
)
def test_a_file_that_cannot_be_loaded_gives_one_result(source: str, words: str) -> None:
    (result,) = run_checks(source, "checks.py", _document())
    assert (result["id"], result["holds"]) == ("file", False)
    assert words in str(result["reason"]) and "line 1" in str(result["reason"])


def test_an_app_that_did_not_start_fails_each_check_with_its_error() -> None:
    document: dict[str, Any] = {**_document(), "exchanges": [], "error": {"type": "NameError", "message": "no app"}}
    assert _one("assert True", document)["reason"] == "The app did not start. NameError: no app"


def test_only_the_outermost_stack_is_in_layers() -> None:
    run = Run(_document())
    assert run.layers == ["ServerErrorMiddleware", "Auth", "Router"]
    assert run.own_layers == ["Auth"]
    assert run.styles["Auth"] == "base"


def test_an_exchange_tells_its_path_and_who_answered() -> None:
    first, second, _ = Run(_document()).exchanges
    assert first.path == ["server", "Auth", "Router", "read"]
    assert first.entered("read") and not first.entered("endpoint")
    assert first.answered_by == "Router" and first.sent_by("Router") and not first.sent_by("Auth")
    assert second.answered_by == "Auth" and second.layer("Auth").answered


def test_a_layer_tells_what_it_did_to_the_response_headers() -> None:
    first = Run(_document()).exchanges[0]
    auth = first.layer("Auth")
    assert auth.added.pairs == (("x-auth", "ok"),)
    assert auth.changed.pairs == (("x-old", "2"),)
    assert auth.removed.pairs == ()
    assert auth.entered and auth.awaited and auth.prints == ["auth in", "still in"]
    assert first.layer("Router").added.names == ["content-type", "x-old", "set-cookie"]
    assert first.layer("Nobody").entered is False


def test_a_layer_that_answers_itself_did_not_await_the_app_inside() -> None:
    crossing = Run(_document()).exchanges[1].layer("Auth")
    assert crossing.entered and not crossing.awaited


def test_errors_are_known_where_they_left_and_where_they_stopped() -> None:
    broken = Run(_document()).find("broken")
    assert broken.error is not None and (broken.error.type, broken.error.line) == ("ZeroDivisionError", 9)
    raised, caught = broken.layer("Router").raised, broken.layer("Auth").caught
    assert raised is not None and raised.message == "division by zero"
    assert caught is not None and caught.file == "main.py"
    assert broken.answered is False
    with pytest.raises(AssertionError, match="POST / got no response .ZeroDivisionError: division by zero"):
        _ = broken.response


def test_headers_are_found_without_regard_to_case_and_keep_duplicates() -> None:
    document = _document()
    document["exchanges"][0]["response"]["headers"] = [["Set-Cookie", "a=1"], ["set-cookie", "b=2"]]
    headers = Run(document).exchanges[0].response.headers
    assert headers["SET-COOKIE"] == "a=1" and headers.get_all("set-Cookie") == ["a=1", "b=2"]
    assert headers.names == ["set-cookie", "set-cookie"] and len(headers) == 2
    assert "set-cookie" in headers and "vary" not in headers and headers.get("vary") is None
    with pytest.raises(AssertionError, match="There is no header vary. There are: set-cookie, set-cookie."):
        _ = headers["Vary"]


def test_bodies_are_read_as_bytes_text_and_json() -> None:
    first, second, third = Run(_document()).exchanges
    assert first.response.json() == {"a": 1}
    assert second.response.content == b"\xff"
    assert third.request.text == "hi" and third.request.path == "/" and first.request.path == "/a"
    with pytest.raises(AssertionError, match="The body is no JSON"):
        second.response.json()


def test_exchanges_are_found_by_title_path_or_method_and_path() -> None:
    run = Run(_document())
    assert run.find("no key") is run.exchanges[1]
    assert run.find("/b") is run.exchanges[1]
    assert run.find("POST /") is run.exchanges[2]
    with pytest.raises(AssertionError, match="No request '/c' was sent"):
        run.find("/c")


def test_prints_and_logs_are_told_apart() -> None:
    run = Run(_document())
    assert run.prints == ["auth in", "still in"]
    assert run.exchanges[0].logs == ["checked"]


def test_messages_are_told_with_their_ring_time_and_size() -> None:
    document = _document()
    body = {"type": "http.response.body", "body": {"bytes": 8, "text": "12345678", "encoding": "utf8"}}
    document["events"].append({**_event("send", "Auth", message=body), "at": 250})
    document["exchanges"][0] |= {"startedAt": 50, "endedAt": 300}
    first = Run(document).exchanges[0]
    assert [(m.ring, m.at_ms, m.type, m.size) for m in first.sent] == [
        ("Router", 0, "http.response.start", 0),
        ("Auth", 0, "http.response.start", 0),
        ("Auth", 250, "http.response.body", 8),
    ]
    assert first.lasted_ms == 250
