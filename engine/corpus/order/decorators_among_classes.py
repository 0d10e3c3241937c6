# Two function middlewares and two classes, mixed: what counts is the line on which each was registered.
from fastapi import FastAPI, Request
from starlette.middleware.base import BaseHTTPMiddleware

app = FastAPI()


class Porter(BaseHTTPMiddleware):
    async def dispatch(self, request: Request, call_next):
        print("porter opens")
        response = await call_next(request)
        print("porter closes")
        return response


@app.middleware("http")
async def greet(request: Request, call_next):
    print("greet >")
    response = await call_next(request)
    print("< greet")
    return response


app.add_middleware(Porter)


@app.middleware("http")
async def announce(request: Request, call_next):
    print("announce >")
    response = await call_next(request)
    print("< announce", response.status_code)
    return response


class Doormat:
    def __init__(self, app) -> None:
        self.app = app

    async def __call__(self, scope, receive, send) -> None:
        if scope["type"] == "http":
            print("doormat", scope["path"])
        await self.app(scope, receive, send)


app.add_middleware(Doormat)


@app.get("/hall")
def hall():
    print("in the hall")
    return "hall"
