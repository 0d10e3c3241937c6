# A gate around CORS: it turns preflights away, and its refusals carry no CORS headers.
from fastapi import FastAPI, Request
from fastapi.middleware.cors import CORSMiddleware
from fastapi.responses import JSONResponse

app = FastAPI()
app.add_middleware(CORSMiddleware, allow_origins=["https://a.example"], allow_headers=["x-key"])


@app.middleware("http")
async def gate(request: Request, call_next):
    if request.headers.get("x-key") != "open":
        return JSONResponse({"detail": "closed"}, status_code=401)
    return await call_next(request)


@app.get("/")
async def room():
    return "room"
