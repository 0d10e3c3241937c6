# A bucket that fills up again with time.
import time

from fastapi import FastAPI, Request
from fastapi.responses import PlainTextResponse

app = FastAPI()


class Bucket:
    def __init__(self, size: float, per_second: float):
        self.size, self.per_second = size, per_second
        self.level, self.at = size, time.monotonic()

    def take(self) -> bool:
        now = time.monotonic()
        self.level = min(self.size, self.level + (now - self.at) * self.per_second)
        self.at = now
        if self.level < 1:
            return False
        self.level -= 1
        return True


bucket = Bucket(2, per_second=0.5)


@app.middleware("http")
async def limit(request: Request, call_next):
    if not bucket.take():
        return PlainTextResponse("empty", 429)
    return await call_next(request)


@app.get("/")
async def page():
    return "drop"
