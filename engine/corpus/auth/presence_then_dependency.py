# The layer only looks whether there is a header; who it is, a dependency finds out.
from typing import Annotated

from fastapi import Depends, FastAPI, HTTPException, Request
from fastapi.responses import JSONResponse
from fastapi.security import OAuth2PasswordBearer

PEOPLE = {"t-ann": {"name": "ann", "admin": True}, "t-bob": {"name": "bob", "admin": False}}
scheme = OAuth2PasswordBearer(tokenUrl="token")
app = FastAPI()


@app.middleware("http")
async def presence(request: Request, call_next):
    if request.url.path not in {"/token", "/docs"} and "authorization" not in request.headers:
        return JSONResponse({"detail": "who are you?"}, 401)
    return await call_next(request)


async def person(token: Annotated[str, Depends(scheme)]):
    print("looking up", token)
    if token not in PEOPLE:
        raise HTTPException(401, "unknown", headers={"WWW-Authenticate": "Bearer"})
    return PEOPLE[token]


def admin(who: Annotated[dict, Depends(person)]):
    if not who["admin"]:
        raise HTTPException(403, "admins only")
    return who


@app.get("/me")
async def me(who: Annotated[dict, Depends(person)]):
    return who


@app.delete("/all")
async def clear(who: Annotated[dict, Depends(admin)]):
    return {"cleared by": who["name"]}
