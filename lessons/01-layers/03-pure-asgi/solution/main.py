from fastapi import FastAPI, Response

app = FastAPI()


class Seal:
    """Presses a seal on each letter that leaves the house."""

    def __init__(self, app, crest: str):
        self.app = app  # the next ring in
        self.crest = crest.encode()

    async def __call__(self, scope, receive, send):
        async def seal_and_send(message):
            if message["type"] == "http.response.start":
                seal = (b"x-seal", self.crest)
                message["headers"] = [*message["headers"], seal]
            await send(message)

        await self.app(scope, receive, seal_and_send)


app.add_middleware(Seal, crest="onion")


@app.get("/letter")
async def letter(response: Response):
    response.set_cookie("ink", "blue")
    response.set_cookie("paper", "cream")
    return {"dear": "reader"}
