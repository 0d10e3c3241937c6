# Header lists as no server wants them, raw. Later versions of Python say more in one message.
# mask expected: \(expected 2(?:, got 3)?\)
from fastapi import FastAPI

HEADERS = {
    "/text": [("content-type", "text/plain")],
    "/upper": [(b"Content-Type", b"text/plain"), (b"X-UPPER", b"1"), (b"x-upper", b"2")],
    "/newline": [(b"x-bad", b"one\r\nx-two: 2")],
    "/space": [(b"x bad", b"1")],
    "/spaces-around": [(b"x-padded", b"  padded  ")],
    "/empty-name": [(b"", b"1")],
    "/tuple-of-three": [(b"a", b"b", b"c")],
    "/two-lengths": [(b"content-length", b"2"), (b"content-length", b"3")],
    "/chunked": [(b"transfer-encoding", b"chunked")],
    "/close": [(b"connection", b"close")],
}


async def app(scope, receive, send):
    if scope["type"] == "lifespan":
        while True:
            message = await receive()
            await send({"type": f"{message['type']}.complete"})
            if message["type"] == "lifespan.shutdown":
                return
    headers = HEADERS.get(scope["path"], [])
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": b"ok"})
