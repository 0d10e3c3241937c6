# Tokens are checked in a layer; the token's content is in state afterwards.
import jwt
from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse
from starlette.middleware.base import BaseHTTPMiddleware

SECRET = "a secret that is long enough for this algorithm"


class TokenGate(BaseHTTPMiddleware):
    async def dispatch(self, request: Request, call_next):
        if request.method == "OPTIONS" or request.url.path == "/mint":
            return await call_next(request)
        given = request.headers.get("authorization", "")
        if not given.startswith("Bearer "):
            return JSONResponse({"detail": "no token"}, 401)
        try:
            request.state.claims = jwt.decode(given[7:], SECRET, algorithms=["HS256"])
        except jwt.ExpiredSignatureError:
            return JSONResponse({"detail": "expired"}, 401)
        except jwt.InvalidTokenError as problem:
            return JSONResponse({"detail": f"{type(problem).__name__}: {problem}"}, 401)
        return await call_next(request)


app = FastAPI()
app.add_middleware(TokenGate)


@app.get("/mint")
async def mint(sub: str, exp: int | None = None, secret: str = SECRET):
    claims = {"sub": sub} | ({"exp": exp} if exp is not None else {})
    return jwt.encode(claims, secret, algorithm="HS256")


@app.get("/me")
async def me(request: Request):
    return request.state.claims
