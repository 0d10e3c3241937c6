# A response in pieces: the head has gone when the pieces follow.
import asyncio
import time

from fastapi import FastAPI, Request
from fastapi.responses import StreamingResponse

app = FastAPI()


class Clock:
    def __init__(self, app):
        self.inner = app

    async def __call__(self, scope, receive, send):
        began = time.perf_counter()

        async def stamped(message):
            if message["type"] == "http.response.start":
                took = f"{time.perf_counter() - began:.3f}"
                message = {**message, "headers": [*message["headers"], (b"x-first-byte", took.encode())]}
            await send(message)

        await self.inner(scope, receive, stamped)


app.add_middleware(Clock)


@app.get("/export")
async def export_orders(request: Request):
    async def rows():
        for number in range(1, 4):
            yield f"order {number}\n" * 40
            await asyncio.sleep(0.05)

    return StreamingResponse(rows(), media_type="text/csv")
