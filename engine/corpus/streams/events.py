# Server-sent events with an end, behind a layer that labels them.
import asyncio
import json

from fastapi import FastAPI, Request
from fastapi.responses import StreamingResponse

app = FastAPI()


@app.middleware("http")
async def label(request: Request, call_next):
    response = await call_next(request)
    response.headers["cache-control"] = "no-store"
    response.headers["x-accel-buffering"] = "no"
    return response


@app.get("/ticks")
async def ticks(request: Request, count: int = 3):
    async def tell():
        for number in range(count):
            if await request.is_disconnected():
                print("gone")
                return
            yield f"id: {number}\nevent: tick\ndata: {json.dumps({'n': number})}\n\n"
            await asyncio.sleep(0.005)
        yield "event: end\ndata:\n\n"

    return StreamingResponse(tell(), media_type="text/event-stream")
