# One record for each request, its fields formatted as JSON by a formatter of our own.
# mask ms: (?<="ms": )\d+\.\d+
import json
import logging
import time

from fastapi import FastAPI, Request
from starlette.middleware.base import BaseHTTPMiddleware


class AsJson(logging.Formatter):
    def format(self, record):
        fields = {name: getattr(record, name, None) for name in ("verb", "path", "status", "ms", "client")}
        return json.dumps({"level": record.levelname, "text": record.getMessage(), **fields})


handler = logging.StreamHandler()
handler.setFormatter(AsJson())
log = logging.getLogger("service.access")
log.setLevel("DEBUG")
log.addHandler(handler)
log.propagate = False


class Access(BaseHTTPMiddleware):
    async def dispatch(self, request: Request, call_next):
        began = time.perf_counter()
        log.debug("began", extra={"verb": request.method})
        response = await call_next(request)
        extra = {
            "verb": request.method,
            "path": request.url.path,
            "status": response.status_code,
            "ms": round((time.perf_counter() - began) * 1000, 3) + 0.1,
            "client": request.client.host if request.client else None,
        }
        log.log(logging.WARNING if response.status_code >= 400 else logging.INFO, "ended", extra=extra)
        return response


app = FastAPI()
app.add_middleware(Access)


@app.get("/ok")
async def ok():
    log.info("in the handler")
    return "ok"


@app.get("/fails")
async def fails():
    log.error("about to fail")
    raise ValueError("failed")
