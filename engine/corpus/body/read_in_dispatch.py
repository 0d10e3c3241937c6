# A layer reads the body before the handler does; both get it.
import json

from fastapi import FastAPI, Form, Request
from fastapi.responses import JSONResponse

app = FastAPI()


@app.middleware("http")
async def read(request: Request, call_next):
    body = await request.body()
    print("layer read", len(body))
    if request.headers.get("content-type") == "application/json":
        try:
            print("as JSON:", await request.json())
        except json.JSONDecodeError as problem:
            return JSONResponse({"problem": problem.msg}, 400)
    return await call_next(request)


@app.middleware("http")
async def read_as_well(request: Request, call_next):
    print("outer layer read", len(await request.body()))
    response = await call_next(request)
    print("outer layer still has", len(await request.body()))
    return response


@app.post("/json")
async def take(content: dict):
    return content


@app.post("/form")
async def form(name: str = Form(), colours: list[str] = Form()):
    return {"name": name, "colours": colours}


@app.post("/none")
async def none():
    return "not read"
