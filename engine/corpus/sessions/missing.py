from fastapi import FastAPI, Request

app = FastAPI()


@app.get("/")
async def page(request: Request):
    return request.session


@app.get("/user")
async def user(request: Request):
    return request.user


@app.get("/state")
async def state(request: Request):
    return request.state.nothing
