# A pure ASGI layer writes to the scope's state, which handlers see as request.state.
from fastapi import FastAPI, Request


class Tagger:
    def __init__(self, app):
        self.app = app
        self.count = 0

    async def __call__(self, scope, receive, send):
        if scope["type"] == "http":
            self.count += 1
            scope["state"]["tag"] = f"tag-{self.count}"
        await self.app(scope, receive, send)


app = FastAPI()
app.add_middleware(Tagger)


@app.get("/")
async def tag(request: Request):
    return {"tag": request.state.tag, "more": hasattr(request.state, "nothing")}
