# Four layers around an order: clock, key, CORS, and what the framework brings.
import asyncio
import time

from fastapi import FastAPI, Request
from fastapi.middleware.cors import CORSMiddleware
from fastapi.responses import JSONResponse

app = FastAPI()


@app.middleware("http")
async def timing(request: Request, call_next):
    started = time.perf_counter()
    response = await call_next(request)
    took = time.perf_counter() - started
    response.headers["x-process-time"] = f"{took:.4f}"
    return response


class AuthMiddleware:
    """Lets nobody in without the key."""

    def __init__(self, app, key: str):
        self.app = app
        self.key = key

    async def __call__(self, scope, receive, send):
        if scope["type"] == "http":
            sent = dict(scope["headers"]).get(b"x-api-key", b"").decode()
            if sent != self.key:
                refusal = JSONResponse({"detail": "no key"}, 401)
                return await refusal(scope, receive, send)
        await self.app(scope, receive, send)


app.add_middleware(AuthMiddleware, key="onion")
app.add_middleware(CORSMiddleware, allow_origins=["https://shop.example"], allow_headers=["x-api-key"])


@app.get("/orders/{order_id}")
async def read_order(order_id: int):
    await asyncio.sleep(0.12)
    return {"order": order_id, "share": 12 / order_id}
