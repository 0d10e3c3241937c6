# A layer that never gives the loop back.
from fastapi import FastAPI, Request

app = FastAPI()


@app.middleware("http")
async def timing(request: Request, call_next):
    turns = 0
    while True:
        turns += 1


@app.middleware("http")
async def outer(request: Request, call_next):
    return await call_next(request)


@app.get("/orders/7")
async def read_order():
    return {"order": 7}
