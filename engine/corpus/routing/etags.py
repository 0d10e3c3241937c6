# Answers are hashed in a layer; who has them already gets none, and some are kept in a cache.
import hashlib

from fastapi import FastAPI, Request, Response

app = FastAPI()
cache: dict[str, tuple[bytes, str]] = {}


@app.middleware("http")
async def tagged(request: Request, call_next):
    key = str(request.url.path)
    if key in cache:
        body, kind = cache[key]
    else:
        answer = await call_next(request)
        if request.method != "GET" or answer.status_code != 200:
            return answer
        body, kind = b"".join([piece async for piece in answer.body_iterator]), answer.headers["content-type"]
        cache[key] = body, kind
    tag = f'"{hashlib.md5(body).hexdigest()}"'
    if request.headers.get("if-none-match") == tag:
        return Response(status_code=304, headers={"ETag": tag})
    return Response(body, headers={"ETag": tag, "Cache-Control": "max-age=5"}, media_type=kind)


@app.get("/page")
async def page():
    print("made")
    return {"page": 1}
