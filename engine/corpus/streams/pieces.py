# Streams from coroutines, generators and iterators, through both kinds of layers.
import asyncio

from fastapi import FastAPI, Request
from fastapi.responses import StreamingResponse


class Pieces:
    def __init__(self, app) -> None:
        self.app = app

    async def __call__(self, scope, receive, send) -> None:
        sizes = []

        async def count(message):
            if message["type"] == "http.response.body":
                sizes.append(len(message.get("body", b"")))
            await send(message)

        await self.app(scope, receive, count)
        if scope["type"] == "http":
            print(scope["path"], sizes)


app = FastAPI()


@app.middleware("http")
async def base(request: Request, call_next):
    response = await call_next(request)
    print("head seen before the body:", response.headers.get("content-length"))
    return response


app.add_middleware(Pieces)


@app.get("/async")
async def asynchronous():
    async def numbers():
        for number in range(4):
            await asyncio.sleep(0.002)
            print("made", number)
            yield f"{number};"

    return StreamingResponse(numbers(), media_type="text/csv", headers={"x-kind": "async"})


@app.get("/sync")
def synchronous():
    def letters():
        for letter in "abc":
            yield letter * 3

    return StreamingResponse(letters(), status_code=206)


@app.get("/list")
async def from_list():
    return StreamingResponse(iter([b"one", b"", b"three"]))


@app.get("/breaks")
async def breaks():
    async def some():
        yield b"some"
        raise EOFError("no more")

    return StreamingResponse(some())


@app.get("/breaks-at-once")
async def breaks_at_once():
    async def none():
        raise EOFError("nothing")
        yield b""

    return StreamingResponse(none())
