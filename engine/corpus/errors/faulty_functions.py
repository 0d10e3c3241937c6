# Layers that do it wrong: nothing returned, no await, not async, something else returned.
from fastapi import FastAPI, Request
from starlette.middleware.base import BaseHTTPMiddleware


def app_with(function):
    inner = FastAPI()
    inner.add_middleware(BaseHTTPMiddleware, dispatch=function)

    @inner.get("/")
    async def page():
        print("handler ran")
        return "page"

    return inner


async def forgets_return(request: Request, call_next):
    await call_next(request)


async def forgets_everything(request: Request, call_next):
    pass


async def forgets_await(request: Request, call_next):
    return call_next(request)


def is_not_async(request: Request, call_next):
    return call_next(request)


async def returns_text(request: Request, call_next):
    return "text"


async def wrong_arguments(request: Request):
    return None


async def raises_before(request: Request, call_next):
    raise PermissionError("before")


async def raises_after(request: Request, call_next):
    await call_next(request)
    raise PermissionError("after")


async def drops_the_first(request: Request, call_next):
    await call_next(request)
    return await call_next(request)


app = FastAPI()
for function in (
    forgets_return,
    forgets_everything,
    forgets_await,
    is_not_async,
    returns_text,
    wrong_arguments,
    raises_before,
    raises_after,
    drops_the_first,
):
    app.mount(f"/{function.__name__}", app_with(function))
