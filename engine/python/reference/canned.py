"""Answers http and https with what it was told to, and tells what it was asked: the far end of a real browser in tests.

Lines of JSON on stdin, each answered by one on stdout. First of all it prints `{"http": port, "https": port}`.

- `{"answers": {url: {"status": int, "headers": [[name, value]], "body": base64, "isCut": bool, "unchanged": headers or
  null, "preflight": {"status", "headers"} or null}}}`: what to answer from now on, by URL without port and query;
  everything else gets 404. Forgets what was asked so far. `{origin}` in a header is the request's Origin, or `none`.
  A cut answer ends in the middle: the connection closes where more was announced. With `unchanged` a request that
  carries If-None-Match or If-Modified-Since gets a 304 with these headers; with `preflight` a preflight gets that.
  A WebSocket's URL has the scheme `ws` or `wss`: 101 accepts it and sends the body as a text, others refuse it.
- `{"asked": true}`: gives `[{"method", "url", "headers", "bodyBytes", "status"}]` since the last time, in order.

Header values are Latin-1, as in ASGI. The arguments are the paths of a certificate and its key.
"""

from __future__ import annotations

import asyncio
import base64
import json
import logging
import socket
import sys
from typing import Any

import uvicorn

answers: dict[str, dict[str, Any]] = {}
asked: list[dict[str, Any]] = []


def choose(url: str, method: str, names: set[str]) -> dict[str, Any]:
    """What a request with headers of these names is answered with."""
    answer = answers.get(url)
    if answer is None:
        return {"status": 404, "headers": [["content-length", "0"]], "body": "", "isCut": False}
    if answer["preflight"] is not None and method == "OPTIONS" and "access-control-request-method" in names:
        return {**answer["preflight"], "body": "", "isCut": False}
    if answer["unchanged"] is not None and {"if-none-match", "if-modified-since"} & names:
        return {"status": 304, "headers": answer["unchanged"], "body": "", "isCut": False}
    return answer


async def greet(receive: Any, send: Any, lines: list[tuple[bytes, bytes]], text: str) -> None:
    """Accept a WebSocket, say one thing and end it."""
    protocol = next((value.decode("latin-1") for name, value in lines if name == b"sec-websocket-protocol"), None)
    others = [(name, value) for name, value in lines if name not in (b"sec-websocket-protocol", b"content-length")]
    await receive()
    await send({"type": "websocket.accept", "subprotocol": protocol, "headers": others})
    await send({"type": "websocket.send", "text": text})
    await send({"type": "websocket.close"})


async def app(scope: Any, receive: Any, send: Any) -> None:
    """Answer one request, and note it before the first byte goes out."""
    is_socket = scope["type"] == "websocket"
    method = "GET" if is_socket else scope["method"]
    headers = [[name.decode("latin-1"), value.decode("latin-1")] for name, value in scope["headers"]]
    host = dict(headers).get("host", "").rsplit(":", 1)[0]
    url = f"{scope['scheme']}://{host}{scope['raw_path'].decode('latin-1').split('?')[0]}"
    body_bytes, more = 0, not is_socket
    while more:
        message = await receive()
        body_bytes += len(message.get("body", b""))
        more = message.get("more_body", False)
    answer = choose(url, method, {name for name, _ in headers})
    status = answer["status"]
    asked.append({"method": method, "url": url, "headers": headers, "bodyBytes": body_bytes, "status": status})
    origin = dict(headers).get("origin", "none")
    lines = [
        (name.encode("latin-1"), value.replace("{origin}", origin).encode("latin-1"))
        for name, value in answer["headers"]
    ]
    if is_socket and status == 101:
        await greet(receive, send, lines, base64.b64decode(answer["body"]).decode())
        return
    kind = "websocket.http.response" if is_socket else "http.response"
    await send({"type": f"{kind}.start", "status": status, "headers": lines})
    await send({"type": f"{kind}.body", "body": base64.b64decode(answer["body"]), "more_body": answer["isCut"]})
    if answer["isCut"]:
        raise ConnectionError("cut, as it was told to")


def say(value: object) -> None:
    """Write one line."""
    sys.stdout.write(json.dumps(value) + "\n")
    sys.stdout.flush()


def listen() -> None:
    """Obey until stdin ends."""
    for line in sys.stdin:
        order = json.loads(line)
        if "answers" in order:
            answers.clear()
            answers.update(order["answers"])
            asked.clear()
            say(True)
        else:
            say(asked[:])
            asked.clear()


def bind() -> socket.socket:
    """A port that is free."""
    sock = socket.socket()
    sock.bind(("127.0.0.1", 0))
    return sock


async def main() -> None:
    """Serve until stdin ends."""
    certificate, key = sys.argv[1:3]
    options: dict[str, Any] = {"lifespan": "off", "date_header": False, "server_header": False, "log_config": None}
    logging.getLogger("uvicorn.error").disabled = True  # it would tell of every cut answer
    plain, secure = bind(), bind()
    servers = [
        (uvicorn.Server(uvicorn.Config(app, **options)), plain),
        (uvicorn.Server(uvicorn.Config(app, **options, ssl_certfile=certificate, ssl_keyfile=key)), secure),
    ]
    say({"http": plain.getsockname()[1], "https": secure.getsockname()[1]})
    serving = [asyncio.create_task(server.serve(sockets=[sock])) for server, sock in servers]
    await asyncio.to_thread(listen)
    for server, _ in servers:
        server.should_exit = True
    await asyncio.gather(*serving)


asyncio.run(main())
