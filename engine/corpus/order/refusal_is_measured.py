# A clock around a gate counts the gate's time too; one inside of it never sees the refused.
# mask ms: \d+ ms
import asyncio
import time

from fastapi import FastAPI, Request
from fastapi.responses import PlainTextResponse

app = FastAPI()


@app.middleware("http")
async def inner_clock(request: Request, call_next):
    began = time.monotonic()
    response = await call_next(request)
    print(f"inner clock: {round((time.monotonic() - began) * 1000)} ms")
    return response


@app.middleware("http")
async def gate(request: Request, call_next):
    await asyncio.sleep(0.02)
    if "x-pass" not in request.headers:
        return PlainTextResponse("no pass", 401)
    return await call_next(request)


@app.middleware("http")
async def outer_clock(request: Request, call_next):
    began = time.monotonic()
    response = await call_next(request)
    took = time.monotonic() - began
    print(f"outer clock: {round(took * 1000)} ms", "long" if took >= 0.02 else "short")
    return response


@app.get("/")
async def inside():
    return "inside"
