# Nothing stops a class from being registered twice; both instances run.
from fastapi import FastAPI
from starlette.middleware.base import BaseHTTPMiddleware

app = FastAPI()


class Stamp(BaseHTTPMiddleware):
    made = 0

    def __init__(self, app):
        super().__init__(app)
        Stamp.made += 1
        self.number = Stamp.made
        print("made", self.number)

    async def dispatch(self, request, call_next):
        response = await call_next(request)
        response.headers.append("x-stamp", str(self.number))
        return response


app.add_middleware(Stamp)
app.add_middleware(Stamp)
print("registered:", len(app.user_middleware), "made so far:", Stamp.made)


@app.get("/")
async def letter():
    return {"stamps": Stamp.made}
