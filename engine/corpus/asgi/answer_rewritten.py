# The head is held back until the whole body is there, changed, and its length known.
from fastapi import FastAPI
from fastapi.responses import StreamingResponse


class Shout:
    def __init__(self, app) -> None:
        self.app = app

    async def __call__(self, scope, receive, send) -> None:
        if scope["type"] != "http":
            return await self.app(scope, receive, send)
        head, body = None, b""

        async def hold(message):
            nonlocal head, body
            if message["type"] == "http.response.start":
                head = message
                return
            body += message.get("body", b"")
            if message.get("more_body"):
                return
            changed = body.upper() + b"!"
            names = [pair for pair in head["headers"] if pair[0] != b"content-length"]
            head["headers"] = [*names, (b"content-length", str(len(changed)).encode())]
            await send(head)
            await send({"type": "http.response.body", "body": changed})

        await self.app(scope, receive, hold)


app = FastAPI()
app.add_middleware(Shout)


@app.get("/text")
async def text():
    return "quiet"


@app.get("/stream")
async def stream():
    def letters():
        yield from "abc"

    return StreamingResponse(letters())
