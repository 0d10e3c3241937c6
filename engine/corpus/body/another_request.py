# What call_next is given does not matter: the app inside gets the layer's own scope and body.
from fastapi import FastAPI, Request

app = FastAPI()


@app.middleware("http")
async def swap(request: Request, call_next):
    async def receive():
        return {"type": "http.request", "body": b'{"swapped": true}', "more_body": False}

    if "x-swap" in request.headers:
        scope = {**request.scope, "path": "/other", "raw_path": b"/other"}
        request = Request(scope, receive)
    return await call_next(request)


@app.middleware("http")
async def replace(request: Request, call_next):
    if "x-replace" in request.headers:
        request._body = b'{"replaced": 1}'
    return await call_next(request)


@app.post("/this")
async def this(content: dict):
    return {"this": content}


@app.post("/other")
async def other(content: dict):
    return {"other": content}
