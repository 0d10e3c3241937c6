# So many calls in a sliding window for each client; what is older is forgotten.
import time
from collections import defaultdict, deque

from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse
from starlette.middleware.base import BaseHTTPMiddleware


class Window(BaseHTTPMiddleware):
    def __init__(self, app, calls: int, seconds: float):
        super().__init__(app)
        self.calls, self.seconds = calls, seconds
        self.past: dict[str, deque[float]] = defaultdict(deque)

    async def dispatch(self, request: Request, call_next):
        past = self.past[request.headers.get("x-client", request.client.host)]
        now = time.monotonic()
        while past and past[0] <= now - self.seconds:
            past.popleft()
        if len(past) >= self.calls:
            return JSONResponse({"error": "slow down"}, 429, {"Retry-After": "1"})
        past.append(now)
        response = await call_next(request)
        response.headers["X-Left"] = str(self.calls - len(past))
        return response


app = FastAPI()
app.add_middleware(Window, calls=2, seconds=2)


@app.get("/")
async def page():
    return "page"
