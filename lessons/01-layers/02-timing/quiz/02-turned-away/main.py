import time

from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse

app = FastAPI()


@app.middleware("http")
async def timing(request: Request, call_next):
    started = time.perf_counter()
    response = await call_next(request)
    response.headers["x-took"] = f"{time.perf_counter() - started:.1f}"
    return response


@app.middleware("http")
async def barrier(request: Request, call_next):
    if "x-pass" not in request.headers:
        response = JSONResponse({"detail": "no pass"}, 403)
    else:
        response = await call_next(request)
    response.headers["x-barrier"] = "north"
    return response


@app.get("/ferry")
async def ferry():
    return "aboard"
