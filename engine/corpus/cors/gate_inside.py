# The same gate inside of CORS; errors that nobody answers still leave without CORS headers.
from fastapi import FastAPI, HTTPException, Request
from fastapi.middleware.cors import CORSMiddleware
from fastapi.responses import JSONResponse, PlainTextResponse

app = FastAPI()


class Odd(Exception):
    pass


@app.exception_handler(Odd)
async def odd(request: Request, problem: Odd):
    return PlainTextResponse("odd", 409)


@app.middleware("http")
async def gate(request: Request, call_next):
    if request.headers.get("x-key") != "open":
        return JSONResponse({"detail": "closed"}, status_code=401)
    return await call_next(request)


app.add_middleware(CORSMiddleware, allow_origins=["https://a.example"], allow_headers=["x-key"])


@app.get("/{what}")
async def room(what: str):
    if what == "odd":
        raise Odd
    if what == "http":
        raise HTTPException(403, "no")
    if what == "crash":
        raise RuntimeError("crash")
    return what
