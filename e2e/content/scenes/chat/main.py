# Each message of a WebSocket crosses each layer, in its own direction.
from fastapi import FastAPI, WebSocket

app = FastAPI()


class Upper:
    """Writes what goes out in capitals."""

    def __init__(self, app):
        self.inner = app

    async def __call__(self, scope, receive, send):
        async def loud(message):
            if message["type"] == "websocket.send" and message.get("text"):
                message = {**message, "text": message["text"].upper()}
            await send(message)

        await self.inner(scope, receive, loud if scope["type"] == "websocket" else send)


app.add_middleware(Upper)


@app.websocket("/chat")
async def chat(ws: WebSocket):
    await ws.accept()
    await ws.send_text("welcome")
    async for text in ws.iter_text():
        await ws.send_text(f"you said {text}")
