# The answer's pieces are collected in a layer and sent on as another answer, with and without care for its length.
from fastapi import FastAPI, Request, Response

app = FastAPI()


@app.middleware("http")
async def collect(request: Request, call_next):
    response = await call_next(request)
    how = request.query_params.get("how", "careful")
    if how == "iterator":
        inner = response.body_iterator

        async def longer():
            async for piece in inner:
                yield piece
            yield b" and more"

        response.body_iterator = longer()
        return response
    body = b"".join([piece async for piece in response.body_iterator])
    print(how, body, hasattr(response, "body"), response.media_type)
    if how == "careless":
        return Response(body + b"?", response.status_code, dict(response.headers))
    headers = {name: value for name, value in response.headers.items() if name != "content-length"}
    return Response(body[::-1], response.status_code, headers)


@app.get("/")
async def page():
    return "page"


@app.get("/empty")
async def empty():
    return Response(status_code=204)
