# Setting, appending, updating, defaulting and deleting, from an object and on the raw list.
from fastapi import FastAPI, Request, Response
from starlette.datastructures import MutableHeaders

app = FastAPI()


@app.middleware("http")
async def editor(request: Request, call_next):
    response = await call_next(request)
    response.headers["x-set"] = "editor"
    response.headers.append("x-many", "editor")
    response.headers.setdefault("x-default", "editor")
    response.headers.update({"x-updated": "editor", "X-Upper": "editor"})
    response.headers.add_vary_header("Accept-Language")
    if "x-secret" in response.headers:
        del response.headers["x-secret"]
    print(response.headers.getlist("x-many"))
    return response


class Raw:
    def __init__(self, app) -> None:
        self.app = app

    async def __call__(self, scope, receive, send) -> None:
        async def sent(message):
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                headers["x-set"] = "raw"
                message["headers"].append((b"X-CAMEL-Case", b"stays as it is"))
                message["headers"].append((b"x-many", "größe".encode("latin-1")))
                message["headers"].insert(0, (b"x-first", b""))
            await send(message)

        await self.app(scope, receive, sent if scope["type"] == "http" else send)


app.add_middleware(Raw)


@app.get("/")
async def page(response: Response):
    response.headers["X-Set"] = "page"
    response.headers["X-Secret"] = "page"
    response.headers.append("x-many", "page")
    response.status_code = 203
    return ["page"]


@app.get("/default")
async def default():
    return Response(headers={"x-default": "page", "vary": "Origin"}, status_code=204)
