# A class that redirects some requests by path and query.
from urllib.parse import parse_qs, urlencode

from fastapi import FastAPI, Request
from fastapi.responses import RedirectResponse
from starlette.middleware.base import BaseHTTPMiddleware


class Elsewhere(BaseHTTPMiddleware):
    async def dispatch(self, request: Request, call_next):
        asked = parse_qs(request.url.query)
        if request.method == "GET" and request.url.path.endswith("/old") and "term" in asked:
            return RedirectResponse("/new?" + urlencode({"q": asked["term"][0]}))
        return await call_next(request)


app = FastAPI()
app.add_middleware(Elsewhere)


@app.get("/new")
async def new(q: str):
    return {"q": q}


@app.get("/{rest:path}")
async def anything(rest: str):
    return rest
