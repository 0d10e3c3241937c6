# A layer that turns every exception into an answer, and the server hears nothing of it.
import logging

from fastapi import FastAPI, HTTPException, Request
from fastapi.responses import JSONResponse
from starlette.middleware.base import BaseHTTPMiddleware

log = logging.getLogger("safety")


class SafetyNet(BaseHTTPMiddleware):
    async def dispatch(self, request: Request, call_next):
        try:
            response = await call_next(request)
        except Exception as problem:
            log.error("caught %s: %s", type(problem).__name__, problem, exc_info=True)
            return JSONResponse({"error": type(problem).__name__}, 500)
        if response.status_code >= 400:
            log.warning("answered with %d", response.status_code)
        return response


app = FastAPI()
app.add_middleware(SafetyNet)


@app.get("/crash")
def crash():
    return {}["missing"]


@app.get("/refuse")
async def refuse():
    raise HTTPException(409, {"why": "conflict"}, {"X-Why": "conflict"})


@app.get("/number/{number}")
async def number(number: int):
    if number == 0:
        raise SystemError("zero")
    return number
