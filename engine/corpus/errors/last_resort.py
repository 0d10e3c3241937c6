# A handler for Exception answers, and the exception still reaches the server.
from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse

app = FastAPI()


@app.exception_handler(Exception)
async def last(request: Request, problem: Exception):
    print("last resort for", repr(problem))
    return JSONResponse({"sorry": str(problem)}, 500)


@app.middleware("http")
async def label(request: Request, call_next):
    response = await call_next(request)
    response.headers["x-label"] = "set"
    return response


@app.get("/handler")
async def handler():
    raise RuntimeError("in the handler")


@app.get("/fine")
async def fine():
    return "fine"
