# The layer reads the body and does not hand it on: whoever wants it waits until the client gives up.
# patience 2
from fastapi import FastAPI, Request


class Swallow:
    def __init__(self, app) -> None:
        self.app = app

    async def __call__(self, scope, receive, send) -> None:
        if scope["type"] == "http":
            first = await receive()
            print("swallowed", len(first["body"]))
        await self.app(scope, receive, send)


app = FastAPI()
app.add_middleware(Swallow)


@app.post("/wants")
async def wants(request: Request):
    print("waiting")
    return len(await request.body())


@app.post("/does-not")
async def does_not():
    return "fine"
