from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse

OPEN = {"/", "/health", "/openapi.json"}
app = FastAPI()


@app.middleware("http")
async def gate(request: Request, call_next):
    if request.url.path in OPEN:
        return await call_next(request)
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    if scheme != "Bearer" or not token:
        return JSONResponse({"error": "token missing"}, 401, {"WWW-Authenticate": "Bearer"})
    request.state.token = token
    return await call_next(request)


@app.get("/health")
async def health():
    return "fine"


@app.get("/vault")
async def vault(request: Request):
    print("opened with", request.state.token)
    return {"gold": 3}
