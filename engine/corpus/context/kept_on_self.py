# Data of one request kept on the layer is seen by another one that runs at the same time.
import asyncio

from fastapi import FastAPI, Request
from starlette.middleware.base import BaseHTTPMiddleware


class Careless(BaseHTTPMiddleware):
    async def dispatch(self, request: Request, call_next):
        self.name = request.query_params["name"]
        response = await call_next(request)
        response.headers["x-name"] = self.name
        return response


app = FastAPI()
app.add_middleware(Careless)


@app.get("/")
async def page(name: str, seconds: float):
    await asyncio.sleep(seconds)
    return name
