import secrets

from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse
from starlette.middleware.base import BaseHTTPMiddleware


class Keys(BaseHTTPMiddleware):
    def __init__(self, app, keys: dict[str, str]):
        super().__init__(app)
        self.keys = keys

    async def dispatch(self, request: Request, call_next):
        given = request.headers.get("x-api-key", "")
        owner = next((who for key, who in self.keys.items() if secrets.compare_digest(key, given)), None)
        if owner is None:
            return JSONResponse(status_code=403, content={"detail": "unknown key"})
        request.state.owner = owner
        return await call_next(request)


app = FastAPI()
app.add_middleware(Keys, keys={"k-1": "ann", "k-2": "bob"})


@app.get("/me")
def me(request: Request):
    return {"owner": request.state.owner}
