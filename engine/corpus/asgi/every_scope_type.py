# A pure ASGI layer sees lifespan, requests and what goes in and out, message by message.
from contextlib import asynccontextmanager

from fastapi import FastAPI, Request


@asynccontextmanager
async def life(app):
    print("starts")
    yield {"greeting": "hello"}
    print("stops")


class Watch:
    def __init__(self, app) -> None:
        self.app = app

    async def __call__(self, scope, receive, send) -> None:
        print("scope", scope["type"], sorted(scope.get("state", {})))

        async def got():
            message = await receive()
            print("in ", message["type"], len(message.get("body", b"")), message.get("more_body"))
            return message

        async def sent(message):
            print("out", message["type"], len(message.get("body", b"")), message.get("more_body"))
            await send(message)

        await self.app(scope, got, sent)
        print("done", scope["type"])


app = FastAPI(lifespan=life)
app.add_middleware(Watch)


@app.post("/")
async def echo(request: Request):
    return {"said": (await request.body()).decode(), "greeting": request.state.greeting}


@app.get("/")
async def nothing():
    return None
