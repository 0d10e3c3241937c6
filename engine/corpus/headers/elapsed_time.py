# How long the rest took, told in a header, for every path.
# mask seconds: (?<=x-elapsed: )\d+\.\d{4}
import time

from fastapi import FastAPI, Request

app = FastAPI()


@app.get("/early")
async def early():
    return {"registered": "before the layer"}


@app.middleware("http")
async def clock(request: Request, call_next):
    began = time.time()
    response = await call_next(request)
    response.headers["X-Elapsed"] = f"{time.time() - began:.4f}"
    response.headers["X-Asked-For"] = request.url.path
    return response


@app.get("/late/{number}")
def late(number: int):
    time.sleep(0.01)
    return {"number": number}
