# A layer that consumes the body as a stream leaves nothing for the handler.
from fastapi import FastAPI, Request

app = FastAPI()


@app.middleware("http")
async def count(request: Request, call_next):
    total = 0
    if request.url.path != "/untouched":
        async for piece in request.stream():
            total += len(piece)
    print("streamed", total)
    return await call_next(request)


@app.post("/{path}")
async def rest(request: Request, path: str):
    try:
        return {"left": len(await request.body())}
    except Exception as problem:
        return {"problem": type(problem).__name__}
