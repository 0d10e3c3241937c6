"""Serve an app that tells each request as it reached ASGI.

Prints its port first, then one JSON line a request. What follows on stdin are JSON lines of Python
programs: each is run, then `null` is printed.
"""

import json
import socket
import sys
import threading

import uvicorn
from starlette.types import Receive, Scope, Send


async def app(scope: Scope, receive: Receive, send: Send) -> None:
    """Answer 200 to everything, and print what came."""
    body = b""
    while True:
        message = await receive()
        if message["type"] != "http.request":
            return
        body += message.get("body", b"")
        if not message.get("more_body"):
            break
    query = scope["query_string"]
    raw_path = scope["raw_path"]
    seen = {
        "method": scope["method"],
        "target": (raw_path + (b"?" + query if query else b"")).decode("latin-1"),
        "headers": [[name.decode("latin-1"), value.decode("latin-1")] for name, value in scope["headers"]],
        "body": body.hex(),
    }
    print(json.dumps(seen), flush=True)
    await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"0")]})
    await send({"type": "http.response.body", "body": b""})


listener = socket.socket()
listener.bind(("127.0.0.1", 0))
listener.listen()
config = uvicorn.Config(app, log_level="critical", lifespan="off", http="h11")
server = uvicorn.Server(config)
threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True).start()
print(listener.getsockname()[1], flush=True)
for line in sys.stdin:
    try:
        exec(json.loads(line), {})
    except Exception as error:
        print(json.dumps({"error": f"{type(error).__name__}: {error}"}), flush=True)
    print("null", flush=True)
