# An exception that a handler knows is answered by the framework's own layer, inside the learner's.
from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse

app = FastAPI()


class SoldOut(Exception):
    pass


@app.exception_handler(SoldOut)
async def sold_out(request: Request, problem: SoldOut):
    return JSONResponse({"detail": str(problem)}, 409)


@app.middleware("http")
async def timing(request: Request, call_next):
    response = await call_next(request)
    response.headers["x-process-time"] = "0"
    return response


@app.middleware("http")
async def net(request: Request, call_next):
    try:
        return await call_next(request)
    except ValueError as problem:
        return JSONResponse({"detail": str(problem)}, 400)


@app.middleware("http")
async def ledger(request: Request, call_next):
    response = await call_next(request)
    return response


@app.get("/last")
async def last():
    raise SoldOut("no rye today")


@app.get("/wrong")
async def wrong():
    raise ValueError("not a number")
