# The count is kept in Redis, under a key that expires.
import redis.asyncio as redis
from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse
from starlette.middleware.base import BaseHTTPMiddleware


class Counted(BaseHTTPMiddleware):
    def __init__(self, app, url: str, most: int):
        super().__init__(app)
        self.store = redis.from_url(url, decode_responses=True)
        self.most = most

    async def dispatch(self, request: Request, call_next):
        key = f"hits:{request.url.path}"
        count = await self.store.incr(key)
        if count == 1:
            await self.store.expire(key, 2)
        if count > self.most:
            return JSONResponse({"count": count}, 429)
        response = await call_next(request)
        response.headers["X-Left"] = str(self.most - count)
        return response


app = FastAPI()
app.add_middleware(Counted, url="redis://cache.internal:6379/0", most=2)


@app.get("/a")
@app.get("/b")
async def page():
    return "page"
