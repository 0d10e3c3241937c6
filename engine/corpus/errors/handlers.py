# Handlers by class and by status, for a parent class, for validation, replaced and nested.
from fastapi import FastAPI, HTTPException, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, PlainTextResponse
from starlette.exceptions import HTTPException as StarletteHTTPException


class Zoo(Exception):
    pass


class Lion(Zoo):
    def __init__(self, name: str):
        self.name = name


app = FastAPI()


@app.middleware("http")
async def watch(request: Request, call_next):
    response = await call_next(request)
    print(request.url.path, "left with", response.status_code)
    if request.url.path == "/late":
        raise Lion("late")
    return response


@app.exception_handler(Zoo)
async def zoo(request: Request, problem: Zoo):
    print("zoo handler", type(problem).__name__)
    return JSONResponse({"animal": getattr(problem, "name", None)}, 450)


@app.exception_handler(404)
def not_found(request: Request, problem: HTTPException):
    return PlainTextResponse(f"nothing at {request.url.path}: {problem.detail}", 404)


@app.exception_handler(RequestValidationError)
async def invalid(request: Request, problem: RequestValidationError):
    return JSONResponse([error["type"] for error in problem.errors()], 400)


@app.exception_handler(StarletteHTTPException)
async def http(request: Request, problem: StarletteHTTPException):
    return PlainTextResponse(f"{problem.status_code}!", problem.status_code, problem.headers)


@app.exception_handler(ZeroDivisionError)
async def broken_handler(request: Request, problem: ZeroDivisionError):
    raise LookupError("in the handler") from problem


@app.get("/lion")
async def lion():
    raise Lion("leo")


@app.get("/divide/{by}")
async def divide(by: int):
    return 1 / by


@app.get("/tea")
def tea():
    raise HTTPException(418, headers={"X-Pot": "short"})


@app.get("/late")
async def late():
    return "late"
