# Who sees which contextvar: set outside, inside, in threads, in dependencies.
from contextvars import ContextVar

from fastapi import Depends, FastAPI, Request

where: ContextVar[str] = ContextVar("where", default="unset")


class Outside:
    def __init__(self, app) -> None:
        self.app = app

    async def __call__(self, scope, receive, send) -> None:
        if scope["type"] != "http":
            return await self.app(scope, receive, send)
        print("outside before:", where.get())
        await self.app(scope, receive, send)
        print("outside after:", where.get())


app = FastAPI()


@app.middleware("http")
async def base(request: Request, call_next):
    where.set("base")
    response = await call_next(request)
    print("base after:", where.get())
    return response


if True:
    app.add_middleware(Outside)


async def dependency():
    print("dependency:", where.get())
    where.set("dependency")


def sync_dependency():
    print("sync dependency:", where.get())
    where.set("sync dependency")


@app.get("/async", dependencies=[Depends(dependency)])
async def asynchronous():
    seen = where.get()
    where.set("endpoint")
    return seen


@app.get("/sync", dependencies=[Depends(sync_dependency)])
def synchronous():
    seen = where.get()
    where.set("sync endpoint")
    return seen
