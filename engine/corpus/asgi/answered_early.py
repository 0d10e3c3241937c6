# Messages sent by hand: an answer without the app, and one with the app called for nothing.
from fastapi import FastAPI


class Guard:
    def __init__(self, app) -> None:
        self.app = app

    async def __call__(self, scope, receive, send) -> None:
        if scope["type"] == "http" and scope["path"].startswith("/closed"):
            print("turned away")
            await send({"type": "http.response.start", "status": 503, "headers": [(b"retry-after", b"9")]})
            await send({"type": "http.response.body", "body": b"closed"})
            return
        if scope["type"] == "http" and scope["path"] == "/head-only":
            await send({"type": "http.response.start", "status": 204})
            await send({"type": "http.response.body"})
            return
        await self.app(scope, receive, send)


app = FastAPI()
app.add_middleware(Guard)


@app.get("/open")
async def open_():
    return "open"
