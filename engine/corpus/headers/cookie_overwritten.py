# Assigning set-cookie replaces every cookie that was there; appending and set_cookie do not.
# mask cookie-date: (?<=expires=)\w{3}, [\w :]+GMT
from fastapi import FastAPI, Request, Response

app = FastAPI()


@app.middleware("http")
async def track(request: Request, call_next):
    response = await call_next(request)
    if request.url.path == "/assigned":
        response.headers["set-cookie"] = "seen=1; Path=/"
    else:
        response.set_cookie("seen", "1", max_age=60, secure=True)
    return response


@app.get("/assigned")
@app.get("/added")
async def page(response: Response, request: Request):
    response.set_cookie("who", "me")
    response.delete_cookie("old")
    return dict(request.cookies)
