import asyncio
import time

from fastapi import FastAPI, Request
from fastapi.responses import StreamingResponse

app = FastAPI()


@app.middleware("http")
async def timing(request: Request, call_next):
    started = time.perf_counter()
    response = await call_next(request)
    took = time.perf_counter() - started
    response.headers["x-took"] = f"{took:.1f}"
    print(f"timing: {took:.1f} s")
    return response


class Stopwatch:
    def __init__(self, app):
        self.app = app  # the next ring in

    async def __call__(self, scope, receive, send):
        # your clock goes here
        await self.app(scope, receive, send)


app.add_middleware(Stopwatch)


async def pour():
    for cup in ("first cup\n", "second cup\n"):
        await asyncio.sleep(0.2)
        yield cup


@app.get("/tea")
async def tea():
    return StreamingResponse(pour(), media_type="text/plain")
