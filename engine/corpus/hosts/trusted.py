from fastapi import FastAPI
from starlette.middleware.trustedhost import TrustedHostMiddleware

app = FastAPI()
app.add_middleware(TrustedHostMiddleware, allowed_hosts=["www.park.example", "*.zoo.example", "[::1]"])


@app.get("/")
async def gate():
    print("let in")
    return "welcome"
