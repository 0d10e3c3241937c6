# Changing path, query and method in the scope, in place and in a copy.
from fastapi import FastAPI, Request


class Rewrite:
    def __init__(self, app) -> None:
        self.app = app

    async def __call__(self, scope, receive, send) -> None:
        if scope["type"] == "http":
            scope = dict(scope)
            if scope["path"].startswith("/v1/"):
                scope["path"] = scope["path"][3:]
                scope["query_string"] = b"version=1&" + scope["query_string"]
            for name, value in scope["headers"]:
                if name == b"x-http-method-override":
                    scope["method"] = value.decode()
        await self.app(scope, receive, send)


app = FastAPI()
app.add_middleware(Rewrite)


@app.api_route("/thing", methods=["GET", "DELETE"])
async def thing(request: Request, version: int = 2):
    return {"method": request.method, "path": request.url.path, "version": version, "raw": request.scope["raw_path"]}
