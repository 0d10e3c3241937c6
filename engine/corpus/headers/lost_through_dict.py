# Headers that go through a dict come out once each: the first of two cookies is gone.
from fastapi import FastAPI
from fastapi.responses import PlainTextResponse


class ThroughDict:
    def __init__(self, app) -> None:
        self.app = app

    async def __call__(self, scope, receive, send) -> None:
        async def again(message):
            if message["type"] == "http.response.start" and scope["path"] != "/kept":
                by_name = dict(message["headers"])
                by_name[b"x-through"] = b"dict"
                message["headers"] = list(by_name.items())
            await send(message)

        await self.app(scope, receive, again)


app = FastAPI()
app.add_middleware(ThroughDict)


@app.get("/{word}")
async def cookies(word: str):
    response = PlainTextResponse(word)
    response.set_cookie("one", "1")
    response.set_cookie("two", "2")
    response.headers.append("vary", "a")
    response.headers.append("vary", "b")
    return response
