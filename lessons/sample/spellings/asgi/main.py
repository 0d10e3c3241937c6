"""A bakery behind four layers."""

import asyncio
import time

from fastapi import FastAPI, HTTPException, Request
from fastapi.middleware.cors import CORSMiddleware
from starlette.datastructures import MutableHeaders
from starlette.middleware.base import BaseHTTPMiddleware

app = FastAPI()
shelf = {"rye": 4, "brioche": 0}


class Timing:
    """Says how long it took until the response began."""

    def __init__(self, app):
        self.inner = app

    async def __call__(self, scope, receive, send):
        started = time.perf_counter()

        async def send_with_time(message):
            if message["type"] == "http.response.start":
                took = time.perf_counter() - started
                MutableHeaders(scope=message)["x-took"] = f"{took:.1f} s"
            await send(message)

        # A WebSocket has no response head to write on, and goes on as it is.
        await self.inner(scope, receive, send_with_time if scope["type"] == "http" else send)


app.add_middleware(Timing)


class Tickets(BaseHTTPMiddleware):
    """Gives each customer a number."""

    def __init__(self, app, prefix: str):
        super().__init__(app)
        self.prefix = prefix
        self.given = 0

    async def dispatch(self, request: Request, call_next):
        self.given += 1
        request.state.ticket = f"{self.prefix}{self.given}"
        print("ticket", request.state.ticket)
        response = await call_next(request)
        response.headers["x-ticket"] = request.state.ticket
        return response


class NoSniff:
    """Tells browsers to believe the content type."""

    def __init__(self, app):
        self.app = app  # the next ring in

    async def __call__(self, scope, receive, send):
        async def send_with_header(message):
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                headers["x-content-type-options"] = "nosniff"
            await send(message)

        await self.app(scope, receive, send_with_header)


app.add_middleware(Tickets, prefix="B")
app.add_middleware(NoSniff)
app.add_middleware(
    CORSMiddleware,
    allow_origins=["https://shop.example"],
    allow_headers=["x-basket"],
)


@app.get("/breads")
def list_breads():
    return sorted(shelf)


@app.get("/breads/{name}")
async def read_bread(name: str, request: Request):
    await asyncio.sleep(0.1)
    if name not in shelf:
        raise HTTPException(404, f"no {name} today")
    ticket = request.state.ticket
    return {"bread": name, "left": shelf[name], "ticket": ticket}
