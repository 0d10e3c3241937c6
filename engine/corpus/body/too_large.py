# The declared length is looked at before the body is read.
from fastapi import FastAPI, Request
from fastapi.responses import PlainTextResponse

app = FastAPI()


@app.middleware("http")
async def small_only(request: Request, call_next):
    declared = request.headers.get("content-length", "0")
    if not declared.isdigit() or int(declared) > 20:
        return PlainTextResponse("too large", 413)
    return await call_next(request)


@app.post("/")
async def take(request: Request):
    return (await request.body()).decode()
