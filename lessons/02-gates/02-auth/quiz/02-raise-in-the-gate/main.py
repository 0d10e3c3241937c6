from fastapi import FastAPI, HTTPException, Request
from starlette.middleware.base import BaseHTTPMiddleware

app = FastAPI()


class Turnstile(BaseHTTPMiddleware):
    async def dispatch(self, request: Request, call_next):
        if "x-coin" not in request.headers:
            raise HTTPException(402, "one coin, please")
        return await call_next(request)


app.add_middleware(Turnstile)


@app.get("/garden")
async def garden():
    return "leeks"
