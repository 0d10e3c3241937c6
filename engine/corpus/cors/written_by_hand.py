# What the ready-made layer does, by hand, with its own gaps.
from fastapi import FastAPI, Request, Response

FRIENDS = {"https://friend.example"}
app = FastAPI()


@app.middleware("http")
async def share(request: Request, call_next):
    origin = request.headers.get("origin")
    if request.method == "OPTIONS" and "access-control-request-method" in request.headers:
        response = Response(status_code=204)
        response.headers["Access-Control-Allow-Methods"] = "GET, POST"
        response.headers["Access-Control-Allow-Headers"] = request.headers.get("access-control-request-headers", "")
    else:
        response = await call_next(request)
    response.headers.add_vary_header("Origin")
    if origin in FRIENDS:
        response.headers["Access-Control-Allow-Origin"] = origin
    return response


@app.get("/")
async def page():
    return "page"
