# HTTPException raised in layers: only what is inside of the handlers' layer becomes an answer.
from fastapi import Depends, FastAPI, HTTPException, Request

app = FastAPI()


@app.middleware("http")
async def strict(request: Request, call_next):
    if request.url.path == "/before":
        raise HTTPException(401, "from the layer")
    response = await call_next(request)
    if request.url.path == "/after":
        raise HTTPException(403, "from the layer, late")
    return response


def refuse():
    raise HTTPException(402, "from a dependency")


@app.get("/before")
@app.get("/after")
async def page():
    print("handler ran")
    return "page"


@app.get("/depends", dependencies=[Depends(refuse)])
async def never():
    return "never"
