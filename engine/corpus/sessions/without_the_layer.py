# request.session without the layer, and in a layer outside of it.
from fastapi import FastAPI, Request
from starlette.middleware.sessions import SessionMiddleware

bare = FastAPI()


@bare.get("/")
async def no_layer(request: Request):
    return request.session


app = FastAPI()


@app.middleware("http")
async def inside(request: Request, call_next):
    print("inside:", request.session)
    return await call_next(request)


app.add_middleware(SessionMiddleware, secret_key="x", https_only=True, max_age=None, session_cookie="sid")


@app.middleware("http")
async def outside(request: Request, call_next):
    print("outside:", "session" in request.scope)
    return await call_next(request)


app.mount("/bare", bare)
with_layer = FastAPI()
app.mount("/not", with_layer)


@app.get("/")
async def has_layer(request: Request):
    return request.session
