# Exceptions of several tasks at once, whole and caught in part.
import asyncio

from fastapi import FastAPI, Request

app = FastAPI()


@app.middleware("http")
async def outer(request: Request, call_next):
    return await call_next(request)


@app.middleware("http")
async def inner(request: Request, call_next):
    try:
        return await call_next(request)
    except* KeyError as group:
        print("keys:", [str(one) for one in group.exceptions])
        raise


async def fail(kind, text):
    await asyncio.sleep(0)
    raise kind(text)


@app.get("/group")
async def group():
    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(fail(KeyError, "one"))
        tasks.create_task(fail(ValueError, "two"))


@app.get("/gather")
async def gather():
    found = await asyncio.gather(fail(KeyError, "a"), fail(ValueError, "b"), return_exceptions=True)
    return [repr(one) for one in found]


@app.get("/timeout")
async def timeout():
    async with asyncio.timeout(0.01):
        await asyncio.sleep(5)


@app.get("/cancelled")
async def cancelled():
    raise asyncio.CancelledError("by hand")
