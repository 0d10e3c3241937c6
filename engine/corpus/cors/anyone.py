from fastapi import FastAPI
from fastapi.middleware.cors import CORSMiddleware
from fastapi.responses import JSONResponse

app = FastAPI()
app.add_middleware(CORSMiddleware, allow_origins=["*"], allow_private_network=True)


@app.get("/own")
async def own():
    return JSONResponse({}, headers={"Access-Control-Allow-Origin": "https://mine.example", "Vary": "Cookie"})


@app.post("/own")
async def form():
    print("a cross-origin form reached the handler")
    return JSONResponse({}, 202)
