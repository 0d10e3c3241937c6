# Messages in an order that no server accepts.
from fastapi import FastAPI

START = {"type": "http.response.start", "status": 200, "headers": [(b"content-type", b"text/plain")]}


class Wrong:
    def __init__(self, app) -> None:
        self.app = app

    async def __call__(self, scope, receive, send) -> None:
        path = scope.get("path", "")
        if path == "/start-twice":
            await send(dict(START))
            await send(dict(START))
        elif path == "/body-first":
            await send({"type": "http.response.body", "body": b"early"})
        elif path == "/after-the-end":
            await send(dict(START))
            await send({"type": "http.response.body", "body": b"done"})
            await send({"type": "http.response.body", "body": b"more"})
        elif path == "/never-ends":
            await send(dict(START))
            await send({"type": "http.response.body", "body": b"part", "more_body": True})
        elif path == "/nothing":
            return
        elif path == "/unknown-type":
            await send({"type": "http.response.nonsense"})
        elif path == "/then-the-app":
            await send(dict(START))
            await send({"type": "http.response.body", "body": b"mine"})
            await self.app(scope, receive, send)
        elif path == "/raises-in-the-middle":
            await send(dict(START))
            await send({"type": "http.response.body", "body": b"part", "more_body": True})
            raise OSError("in the middle")
        else:
            await self.app(scope, receive, send)


app = FastAPI()
app.add_middleware(Wrong)


@app.get("/then-the-app")
async def page():
    print("the app ran")
    return "app"
