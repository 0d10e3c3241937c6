# Two prints around everything, with what a request tells about itself.
from fastapi import FastAPI, Request

app = FastAPI()


@app.middleware("http")
async def tell(request: Request, call_next):
    print("->", request.method, request.url.path, dict(request.query_params))
    response = await call_next(request)
    print("<-", response.status_code, response.headers.get("content-type"), type(response).__name__)
    return response


@app.get("/pages/{number}")
async def page(number: int, size: int = 10):
    return {"number": number, "size": size}


@app.post("/pages", status_code=201)
async def add(page: dict):
    return page
