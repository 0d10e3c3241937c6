import asyncio
import time

from fastapi import FastAPI, Request
from starlette.middleware.base import BaseHTTPMiddleware

app = FastAPI()


@app.middleware("http")
async def timing(request: Request, call_next):
    started = time.perf_counter()
    response = await call_next(request)
    response.headers["x-took"] = f"{time.perf_counter() - started:.1f}"
    return response


class Customs(BaseHTTPMiddleware):
    async def dispatch(self, request: Request, call_next):
        await asyncio.sleep(0.3)
        return await call_next(request)


app.add_middleware(Customs)


@app.get("/parcel")
async def parcel():
    return "a parcel"
