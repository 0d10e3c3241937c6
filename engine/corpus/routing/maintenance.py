# A switch that closes everything but the switch.
from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse

app = FastAPI()
app.state.closed = False


@app.middleware("http")
async def closed(request: Request, call_next):
    if request.app.state.closed and not request.url.path.startswith("/admin"):
        return JSONResponse({"detail": "back soon"}, 503, {"Retry-After": "120"})
    return await call_next(request)


@app.put("/admin/closed/{value}")
async def switch(value: bool):
    app.state.closed = value
    return value


@app.get("/")
async def shop():
    return "open"
