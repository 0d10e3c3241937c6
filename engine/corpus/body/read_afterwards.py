# Reading the body only after the handler ran.
from fastapi import FastAPI, Request

app = FastAPI()


@app.middleware("http")
async def late(request: Request, call_next):
    response = await call_next(request)
    try:
        print("late:", await request.body())
    except Exception as problem:
        print("late:", type(problem).__name__, problem)
    return response


@app.post("/reads")
async def reads(request: Request):
    return len(await request.body())


@app.post("/ignores")
async def ignores():
    return 0
