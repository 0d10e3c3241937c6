# request.state from every side, and the state of the app.
from fastapi import Depends, FastAPI, Request

app = FastAPI()
app.state.served = 0


@app.middleware("http")
async def inner(request: Request, call_next):
    request.state.path = [*getattr(request.state, "path", []), "inner"]
    response = await call_next(request)
    print(request.state.path, getattr(request.state, "note", None))
    return response


@app.middleware("http")
async def outer(request: Request, call_next):
    request.state.path = ["outer"]
    response = await call_next(request)
    request.app.state.served += 1
    response.headers["x-path"] = ".".join(request.state.path)
    response.headers["x-served"] = str(app.state.served)
    return response


def dependency(request: Request):
    request.state.path.append("dependency")
    return request.state


@app.get("/")
async def page(request: Request, state=Depends(dependency)):
    request.state.note = "from the handler"
    request.state.path.append("handler")
    return {"same": state is request.state, "path": request.state.path}


@app.get("/deleted")
async def deleted(request: Request):
    del request.state.path
    return request.state.path
