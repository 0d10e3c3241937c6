# Which layers there are depends on settings, and what the lifespan gives is on every request.
from contextlib import asynccontextmanager

from fastapi import FastAPI, Request
from fastapi.middleware.cors import CORSMiddleware
from fastapi.middleware.gzip import GZipMiddleware
from pydantic_settings import BaseSettings


class Settings(BaseSettings):
    debug: bool = False
    origins: list[str] = ["https://set.example"]


settings = Settings()


@asynccontextmanager
async def life(app: FastAPI):
    print("opens")
    yield {"pool": "a pool"}
    print("closes")


app = FastAPI(lifespan=life)
if settings.debug:
    app.add_middleware(GZipMiddleware)
if settings.origins:
    app.add_middleware(CORSMiddleware, allow_origins=settings.origins)


@app.get("/")
async def page(request: Request):
    return {"pool": request.state.pool, "layers": [one.cls.__name__ for one in app.user_middleware]}
