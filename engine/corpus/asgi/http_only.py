# A layer that takes every scope for a request: the lifespan dies in it, and the server starts all the same.
from contextlib import asynccontextmanager

from fastapi import FastAPI


@asynccontextmanager
async def life(app):
    print("never reached")
    yield


class HttpOnly:
    def __init__(self, app) -> None:
        self.app = app

    async def __call__(self, scope, receive, send) -> None:
        print("asked for", scope["path"])
        await self.app(scope, receive, send)


app = FastAPI(lifespan=life)
app.add_middleware(HttpOnly)


@app.get("/")
async def page():
    return "served"
