from fastapi import FastAPI, Request
from fastapi.middleware.cors import CORSMiddleware

app = FastAPI()
basket = {"pears": 2}


@app.middleware("http")
async def diary(request: Request, call_next):
    print("diary:", request.method, request.url.path)
    return await call_next(request)


app.add_middleware(
    CORSMiddleware,
    allow_origins=["https://shop.example"],
    allow_methods=["GET", "PUT"],
    allow_headers=["x-basket"],
)


@app.get("/basket")
async def read_basket():
    return basket


@app.put("/basket/{fruit}")
async def fill_basket(fruit: str, count: int):
    basket[fruit] = count
    return basket
