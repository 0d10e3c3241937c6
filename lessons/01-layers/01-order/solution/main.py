from fastapi import FastAPI, Request
from starlette.middleware.base import BaseHTTPMiddleware

app = FastAPI()


class Guard(BaseHTTPMiddleware):
    async def dispatch(self, request: Request, call_next):
        print("guard in")
        response = await call_next(request)
        print("guard out")
        return response


class Cloakroom(BaseHTTPMiddleware):
    async def dispatch(self, request: Request, call_next):
        print("cloakroom in")
        response = await call_next(request)
        print("cloakroom out")
        return response


@app.middleware("http")
async def usher(request: Request, call_next):
    print("usher in")
    response = await call_next(request)
    print("usher out")
    return response


app.add_middleware(Cloakroom)
app.add_middleware(Guard)


@app.get("/painting")
async def painting():
    print("painting")
    return {"title": "Three onions on a table"}
