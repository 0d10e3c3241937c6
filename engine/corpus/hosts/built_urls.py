# URLs that the program builds come from the Host header and the root path.
from fastapi import FastAPI, Request
from fastapi.responses import RedirectResponse

app = FastAPI(root_path="/api")


@app.middleware("http")
async def see(request: Request, call_next):
    print(request.url, request.base_url, request.scope["path"], request.scope["root_path"])
    return await call_next(request)


@app.get("/items/{number}", name="item")
async def item(request: Request, number: int):
    return {"self": str(request.url_for("item", number=number + 1)), "base": str(request.base_url)}


@app.get("/go")
async def go(request: Request):
    return RedirectResponse(request.url_for("item", number=1), 303)


@app.get("/folder/")
async def folder():
    return "folder"
