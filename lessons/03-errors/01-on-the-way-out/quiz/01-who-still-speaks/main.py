from fastapi import FastAPI, Request
from fastapi.responses import PlainTextResponse

app = FastAPI()


@app.middleware("http")
async def inner(request: Request, call_next):
    print("inner, before")
    response = await call_next(request)
    print("inner, after")
    return response


@app.middleware("http")
async def outer(request: Request, call_next):
    try:
        print("outer, before")
        response = await call_next(request)
        print("outer, after")
        return response
    except KeyError:
        print("outer, rescue")
        return PlainTextResponse("no such spice", 500)


@app.get("/spice")
async def spice():
    return {"pepper": 3}["saffron"]
