# What uvicorn adds by itself stands first, also when the program sends the same names.
from fastapi import FastAPI, Request
from fastapi.responses import PlainTextResponse

app = FastAPI()


@app.middleware("http")
async def hide(request: Request, call_next):
    response = await call_next(request)
    print("server" in response.headers, "date" in response.headers)
    if "server" in response.headers:
        del response.headers["server"]
    return response


@app.get("/own")
async def own():
    return PlainTextResponse("own", headers={"Server": "mine", "Connection": "close"})


@app.get("/plain")
async def plain():
    return "plain"
