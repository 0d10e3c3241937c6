# The same clock without a response object: it looks at the message that begins the response.
# mask ms: (?<=x-ms: )\d+\.\d
from time import perf_counter

from fastapi import FastAPI
from fastapi.responses import StreamingResponse


class Clock:
    def __init__(self, app, header=b"x-ms"):
        self.app, self.header = app, header

    async def __call__(self, scope, receive, send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        began = perf_counter()

        async def timed(message):
            if message["type"] == "http.response.start":
                took = f"{(perf_counter() - began) * 1000:.1f}"
                message["headers"] = [*message["headers"], (self.header, took.encode())]
            await send(message)

        await self.app(scope, receive, timed)


app = FastAPI()
app.add_middleware(Clock)


@app.get("/cookies")
async def cookies():
    from fastapi.responses import JSONResponse

    response = JSONResponse({"ok": True})
    response.set_cookie("flavour", "vanilla")
    response.set_cookie("topping", "nuts", httponly=True, samesite="strict")
    return response


@app.get("/drops")
async def drops():
    async def fall():
        for drop in "rain":
            yield drop.encode()

    return StreamingResponse(fall(), media_type="text/plain")
