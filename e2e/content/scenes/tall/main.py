# Twelve layers of the learner's own; with the framework's and the two outer rings that makes twenty.
from fastapi import FastAPI, Request

app = FastAPI()


def layer(number: int):
    async def around(request: Request, call_next):
        response = await call_next(request)
        if number % 3 == 0:
            response.headers[f"x-layer-{number}"] = "1"
        return response

    around.__name__ = f"layer_{number}"
    return around


for number in range(1, 13):
    app.middleware("http")(layer(number))


@app.get("/deep")
async def deep():
    return "found"
