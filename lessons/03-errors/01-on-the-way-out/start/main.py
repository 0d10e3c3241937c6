from fastapi import FastAPI, Request
from fastapi.middleware.cors import CORSMiddleware
from fastapi.responses import JSONResponse

app = FastAPI()


@app.middleware("http")
async def safety_net(request: Request, call_next):
    return await call_next(request)


@app.middleware("http")
async def stamp(request: Request, call_next):
    response = await call_next(request)
    response.headers["x-stamp"] = "kitchen"
    return response


app.add_middleware(
    CORSMiddleware,
    allow_origins=["https://shop.example"],
)


@app.get("/share/{guests}")
async def share(guests: int):
    return {"slices": 12 / guests}
