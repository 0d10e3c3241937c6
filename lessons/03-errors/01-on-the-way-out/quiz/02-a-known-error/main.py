from fastapi import FastAPI, HTTPException, Request
from fastapi.middleware.cors import CORSMiddleware

app = FastAPI()


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
    if guests == 0:
        raise HTTPException(409, "nobody to share with")
    return {"slices": 12 / guests}
