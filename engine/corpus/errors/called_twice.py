# Calling the app inside a second time, as a retry, with and without a body.
from fastapi import FastAPI, Request

app = FastAPI()
calls = 0


@app.middleware("http")
async def retry(request: Request, call_next):
    for attempt in (1, 2, 3):
        try:
            response = await call_next(request)
        except ConnectionError as problem:
            print("attempt", attempt, "failed:", problem)
            continue
        if response.status_code < 500:
            response.headers["x-attempts"] = str(attempt)
            return response
        print("attempt", attempt, "gave", response.status_code)
    return response


@app.post("/flaky")
async def flaky(request: Request):
    global calls
    calls += 1
    if calls % 2:
        raise ConnectionError("flaky")
    return {"calls": calls, "body": (await request.body()).decode()}


@app.get("/never")
async def never():
    from fastapi.responses import PlainTextResponse

    return PlainTextResponse("never", 503)
