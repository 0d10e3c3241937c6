# A mounted app has layers, handlers and docs of its own, inside of those of the app around it.
from fastapi import FastAPI, Request
from fastapi.responses import PlainTextResponse

inner = FastAPI(title="inner")
app = FastAPI(title="outer")


@inner.middleware("http")
async def inside(request: Request, call_next):
    print("inside", request.url.path, request.scope["root_path"])
    response = await call_next(request)
    response.headers["x-inside"] = "1"
    return response


@app.middleware("http")
async def outside(request: Request, call_next):
    print("outside", request.url.path)
    try:
        response = await call_next(request)
    except LookupError as problem:
        return PlainTextResponse(f"caught outside: {problem}", 500)
    response.headers["x-outside"] = "1"
    return response


@app.exception_handler(ValueError)
async def outer_handler(request: Request, problem: ValueError):
    return PlainTextResponse("outer handler", 400)


@inner.get("/")
async def root():
    return "inner"


@inner.get("/value")
async def value():
    raise ValueError("inner")


@inner.get("/lookup")
async def lookup():
    raise LookupError("inner")


@app.get("/")
async def home():
    return "outer"


app.mount("/metrics", inner)
