# What a layer inside of the compression counts is not what goes out.
from fastapi import FastAPI, Request
from starlette.middleware.gzip import GZipMiddleware

app = FastAPI()


@app.middleware("http")
async def inside(request: Request, call_next):
    response = await call_next(request)
    response.headers["x-inside"] = response.headers.get("content-length", "none")
    return response


app.add_middleware(GZipMiddleware, minimum_size=10)


@app.middleware("http")
async def outside(request: Request, call_next):
    response = await call_next(request)
    print(response.headers.get("content-encoding"), "content-length" in response.headers)
    return response


@app.get("/")
async def page():
    return ["row"] * 50
