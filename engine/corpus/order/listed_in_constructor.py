# Layers handed to the constructor stand in the order of the list; what is added later goes around them.
from fastapi import FastAPI
from starlette.middleware import Middleware


class Ring:
    def __init__(self, app, name, loud=False):
        self.app = app
        self.name = name.upper() if loud else name

    async def __call__(self, scope, receive, send):
        if scope["type"] != "http":
            return await self.app(scope, receive, send)

        async def tell(message):
            print(self.name, "lets out", message["type"])
            await send(message)

        print(self.name, "lets in")
        await self.app(scope, receive, tell)
        print(self.name, "is done")


app = FastAPI(middleware=[Middleware(Ring, "first"), Middleware(Ring, name="second", loud=True)])
app.add_middleware(Ring, name="added")


@app.get("/")
async def core():
    return {"core": True}
