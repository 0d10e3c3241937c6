# Tasks that a request starts and does not wait for.
import asyncio

from fastapi import FastAPI

app = FastAPI()
kept: set[asyncio.Task] = set()


async def quick(number):
    print("quick", number)


async def failing():
    raise ArithmeticError("nobody looks")


@app.get("/quick")
async def start_quick():
    for number in range(2):
        task = asyncio.create_task(quick(number))
        kept.add(task)
        task.add_done_callback(kept.discard)
    return len(kept)


@app.get("/forever")
async def start_forever():
    async def forever():
        try:
            await asyncio.sleep(3600)
        finally:
            print("cancelled at the end")

    kept.add(asyncio.create_task(forever()))
    return "running"
