# Layers need not be classes: a function that takes the app and gives back another one will do.
from functools import partial

from fastapi import FastAPI


def labelled(app, label="plain"):
    async def layer(scope, receive, send):
        async def tell(message):
            if message["type"] == "http.response.start":
                message["headers"].append((b"x-label", label.encode()))
            await send(message)

        await app(scope, receive, tell if scope["type"] == "http" else send)

    return layer


app = FastAPI()
app.add_middleware(labelled, label="one")
app.add_middleware(partial(labelled, label="two"))


@app.get("/")
async def page():
    return "page"
