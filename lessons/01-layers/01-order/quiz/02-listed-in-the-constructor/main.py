from fastapi import FastAPI, Request
from starlette.middleware import Middleware
from starlette.middleware.base import BaseHTTPMiddleware


class Paper(BaseHTTPMiddleware):
    async def dispatch(self, request: Request, call_next):
        print("paper torn")
        return await call_next(request)


class Ribbon(BaseHTTPMiddleware):
    async def dispatch(self, request: Request, call_next):
        print("ribbon untied")
        return await call_next(request)


app = FastAPI(middleware=[Middleware(Paper), Middleware(Ribbon)])


@app.get("/present")
async def present():
    return "a book"
