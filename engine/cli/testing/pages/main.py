import asyncio

from fastapi import FastAPI
from fastapi.middleware.cors import CORSMiddleware
from fastapi.responses import StreamingResponse

app = FastAPI()
app.add_middleware(
    CORSMiddleware,
    allow_origins=["https://app.shop.test"],
    allow_methods=["PUT"],
    allow_headers=["X-Shop"],
)


@app.put("/wares")
async def wares():
    await asyncio.sleep(2)
    return ["lamp", "rug"]


@app.get("/feed")
async def feed():
    async def ticks():
        while True:
            yield "tick\n"
            await asyncio.sleep(1)

    return StreamingResponse(ticks())
