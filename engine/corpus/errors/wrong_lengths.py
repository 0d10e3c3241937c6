# A declared length that is not kept, and bodies where none may be.
from fastapi import FastAPI, Request, Response
from fastapi.responses import PlainTextResponse, StreamingResponse

app = FastAPI()


@app.middleware("http")
async def change_length(request: Request, call_next):
    response = await call_next(request)
    if "length" in request.query_params:
        response.headers["content-length"] = request.query_params["length"]
    return response


@app.get("/text")
async def text():
    return PlainTextResponse("ten bytes.")


@app.get("/stream")
async def stream():
    async def pieces():
        yield b"four"
        yield b"more"

    return StreamingResponse(pieces(), headers={"content-length": "8"})


@app.get("/status/{code}")
async def status(code: int):
    return Response(b"a body all the same", code)
