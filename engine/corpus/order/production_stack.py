# The six usual layers of a service, registered from the inside out.
# mask seconds: (?<=x-took: )\d+\.\d{3}
import logging
import sys
import time
from collections import Counter

from fastapi import FastAPI, Request
from fastapi.middleware.cors import CORSMiddleware
from fastapi.middleware.gzip import GZipMiddleware
from fastapi.middleware.trustedhost import TrustedHostMiddleware
from fastapi.responses import JSONResponse
from starlette.middleware.base import BaseHTTPMiddleware

log = logging.getLogger("shop")
log.addHandler(logging.StreamHandler(sys.stdout))
log.setLevel(logging.INFO)


class Stopwatch(BaseHTTPMiddleware):
    async def dispatch(self, request: Request, call_next):
        began = time.perf_counter()
        response = await call_next(request)
        response.headers["x-took"] = format(time.perf_counter() - began, ".3f")
        return response


class Turnstile(BaseHTTPMiddleware):
    def __init__(self, app, most: int):
        super().__init__(app)
        self.most = most
        self.seen = Counter()

    async def dispatch(self, request: Request, call_next):
        who = request.client.host if request.client else "nobody"
        self.seen[who] += 1
        if self.seen[who] > self.most:
            return JSONResponse({"error": "too many"}, 429, {"retry-after": "30"})
        return await call_next(request)


class Ledger(BaseHTTPMiddleware):
    async def dispatch(self, request: Request, call_next):
        answer = await call_next(request)
        log.info("%s %s -> %d", request.method, request.url.path, answer.status_code)
        return answer


app = FastAPI()
app.add_middleware(Stopwatch)
app.add_middleware(Turnstile, most=4)
app.add_middleware(Ledger)
app.add_middleware(GZipMiddleware, minimum_size=500)
app.add_middleware(CORSMiddleware, allow_origins=["https://shop.example"], allow_credentials=True, allow_methods=["*"])
app.add_middleware(TrustedHostMiddleware, allowed_hosts=["localhost", "*.shop.example"])


@app.get("/goods")
async def goods():
    return [{"id": number, "name": f"thing {number}"} for number in range(40)]


@app.get("/tiny")
async def tiny():
    return "x"
