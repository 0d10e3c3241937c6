# All options left as they are: no origin is admitted.
from fastapi import FastAPI
from fastapi.middleware.cors import CORSMiddleware

app = FastAPI()
app.add_middleware(CORSMiddleware)
app.add_middleware(CORSMiddleware, allow_origins="https://text.example")


@app.get("/")
async def page():
    return "page"
