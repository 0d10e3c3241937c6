# Who the client is when the server believes the proxy's headers.
from fastapi import FastAPI, Request

app = FastAPI()


@app.get("/")
async def who(request: Request):
    client = request.client
    return {
        "host": client.host if client else None,
        "no port told": client.port == 0 if client else None,
        "scheme": request.url.scheme,
        "for": request.headers.get("x-forwarded-for"),
    }
