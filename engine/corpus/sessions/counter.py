# The session is a signed cookie; what a handler puts there comes back with the next request.
# mask signed: (?<=set-cookie: session=[\w=]+\.)[\w-]+\.[\w-]+
from fastapi import FastAPI, HTTPException, Request
from starlette.middleware.sessions import SessionMiddleware

app = FastAPI()
app.add_middleware(SessionMiddleware, secret_key="pepper and salt", max_age=500_000_000, same_site="strict")


@app.get("/visit")
async def visit(request: Request):
    request.session["visits"] = request.session.get("visits", 0) + 1
    return dict(request.session)


@app.get("/look")
async def look(request: Request):
    if not request.session:
        raise HTTPException(401, "who are you?")
    return request.session


@app.get("/leave")
async def leave(request: Request):
    request.session.clear()
    return "gone"


@app.get("/append")
async def append(request: Request):
    request.session.setdefault("list", []).append("x")
    return request.session["list"]
