from fastapi import FastAPI
from fastapi.responses import PlainTextResponse, Response, StreamingResponse
from starlette.middleware.gzip import GZipMiddleware

app = FastAPI()
app.add_middleware(GZipMiddleware, minimum_size=100, compresslevel=5)


@app.get("/text/{size}")
async def text(size: int):
    return PlainTextResponse("ab" * (size // 2) + "c" * (size % 2))


@app.get("/stream/{size}")
async def stream(size: int):
    async def pieces():
        for start in range(0, size, 40):
            yield b"x" * min(40, size - start)

    return StreamingResponse(pieces(), media_type="text/plain")


@app.get("/picture")
async def picture():
    return Response(b"\x89PNG" + bytes(500), media_type="image/png")


@app.get("/ready")
async def ready():
    return Response(b"y" * 300, headers={"Content-Encoding": "br"})


@app.get("/events")
async def events():
    async def tell():
        yield "data: " + "e" * 200 + "\n\n"

    return StreamingResponse(tell(), media_type="text/event-stream")


@app.get("/etag")
async def etag():
    return PlainTextResponse("z" * 400, headers={"etag": '"strong"', "vary": "Origin"})
