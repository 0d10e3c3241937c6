from fastapi import FastAPI, Request
from starlette.middleware.base import BaseHTTPMiddleware

app = FastAPI()


@app.middleware("http")
async def peeler(request: Request, call_next):
    print("peeler picks it up")
    response = await call_next(request)
    print("peeler puts it down")
    return response


class Washer(BaseHTTPMiddleware):
    async def dispatch(self, request: Request, call_next):
        print("washer picks it up")
        response = await call_next(request)
        print("washer puts it down")
        return response


app.add_middleware(Washer)


@app.get("/onion")
async def onion():
    print("onion")
    return "soup"
