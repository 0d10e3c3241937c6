from fastapi import FastAPI, Request
from starlette.middleware.base import BaseHTTPMiddleware

app = FastAPI()


class Spoken(BaseHTTPMiddleware):
    def __init__(self, app, word):
        super().__init__(app)
        self.word = word

    async def dispatch(self, request: Request, call_next):
        print("in", self.word)
        response = await call_next(request)
        print("out", self.word)
        response.headers.append("x-passed", self.word)
        return response


app.add_middleware(Spoken, word="ash")
app.add_middleware(Spoken, word="birch")
app.add_middleware(Spoken, word="cedar")


@app.get("/")
async def forest():
    print("clearing")
    return {"trees": 3}
