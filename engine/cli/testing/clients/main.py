"""What the client programs beside it talk to."""

import asyncio
from contextlib import asynccontextmanager

from fastapi import BackgroundTasks, Depends, FastAPI, HTTPException, Request, Response, WebSocket
from fastapi.responses import RedirectResponse, StreamingResponse
from pydantic import BaseModel


@asynccontextmanager
async def life(app):
    app.state.ready = True
    yield {"shop": "open"}


app = FastAPI(lifespan=life)
BASKET = []


class Item(BaseModel):
    name: str
    price: float = 1.5


@app.middleware("http")
async def stamp(request: Request, call_next):
    response = await call_next(request)
    response.headers["x-stamp"] = request.method
    return response


def agent(request: Request):
    return request.headers.get("user-agent", "").split("/")[0]


@app.get("/")
async def root(who=Depends(agent)):
    return {"hello": who}


@app.get("/sent")
async def sent(request: Request):
    """What the client really sends."""
    return [f"{name.decode()}: {value.decode()}" for name, value in request.scope["headers"]]


@app.post("/items", status_code=201)
async def add(item: Item):
    BASKET.append(item.name)
    return {"item": item, "last": BASKET[-1]}


@app.get("/items/{number}")
def item(number: int):
    if number > 9:
        raise HTTPException(404, f"no item {number}")
    return {"number": number}


@app.post("/form")
async def form(request: Request):
    form = await request.form()
    return {
        name: value if isinstance(value, str) else [value.filename, (await value.read()).decode()]
        for name, value in form.items()
    }


@app.get("/slow/{seconds}")
async def slow(seconds: float):
    await asyncio.sleep(seconds)
    return seconds


@app.get("/login")
async def login(response: Response):
    response.set_cookie("session", "abc", httponly=True)
    return "in"


@app.get("/me")
async def me(request: Request):
    return request.cookies


@app.get("/old")
async def old():
    return RedirectResponse("/new", 307)


@app.api_route("/new", methods=["GET", "POST"])
async def new(request: Request):
    return {"method": request.method, "body": (await request.body()).decode()}


@app.get("/stream")
async def stream():
    async def lines():
        for number in range(4):
            yield f"line {number}\n"
            await asyncio.sleep(0.01)

    return StreamingResponse(lines(), media_type="text/plain")


@app.get("/fails")
async def fails():
    raise ValueError("on purpose")


@app.get("/later")
async def later(tasks: BackgroundTasks):
    tasks.add_task(BASKET.append, "later")
    return "accepted"


@app.get("/state")
async def state(request: Request):
    return {"ready": getattr(request.app.state, "ready", None), "shop": getattr(request.state, "shop", None)}


@app.websocket("/ws")
async def talk(websocket: WebSocket):
    await websocket.accept(subprotocol="chat")
    await websocket.send_json({"welcome": websocket.query_params.get("name")})
    while (text := await websocket.receive_text()) != "bye":
        await websocket.send_text(text.upper())
    await websocket.close(4001, "gone")
