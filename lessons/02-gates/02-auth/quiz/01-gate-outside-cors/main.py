from fastapi import FastAPI, Request
from fastapi.middleware.cors import CORSMiddleware
from fastapi.responses import JSONResponse
from starlette.middleware.base import BaseHTTPMiddleware

app = FastAPI()


class Gate(BaseHTTPMiddleware):
    """Lets in whoever knows the word."""

    def __init__(self, app, word: str):
        super().__init__(app)
        self.word = word

    async def dispatch(self, request: Request, call_next):
        if request.headers.get("x-word") != self.word:
            print("gate: stop")
            return JSONResponse({"detail": "what is the word?"}, 401)
        return await call_next(request)


app.add_middleware(
    CORSMiddleware,
    allow_origins=["https://shop.example"],
    allow_methods=["*"],
    allow_headers=["x-word"],
)
app.add_middleware(Gate, word="shallot")


@app.post("/vault/open")
async def open_vault():
    print("vault: open")
    return {"vault": "open"}
