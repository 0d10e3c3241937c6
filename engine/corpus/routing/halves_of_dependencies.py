# What a dependency does before and after, beside what a layer does; headers and cookies from one.
from typing import Annotated

from fastapi import APIRouter, Depends, FastAPI, HTTPException, Request, Response

app = FastAPI()


@app.middleware("http")
async def layer(request: Request, call_next):
    print("layer in")
    response = await call_next(request)
    print("layer out")
    return response


async def outer():
    print("outer begins")
    try:
        yield "outer"
    except ValueError as problem:
        print("outer saw", problem)
        raise
    finally:
        print("outer ends")


def inner(first: Annotated[str, Depends(outer)], response: Response):
    response.headers["x-inner"] = first
    response.set_cookie("inner", "1")
    yield f"{first} inner"
    print("inner ends")


router = APIRouter(prefix="/r", dependencies=[Depends(outer)], tags=["r"])


@router.get("/fine")
async def fine(value: Annotated[str, Depends(inner)]):
    return value


@router.get("/refused")
async def refused(value: Annotated[str, Depends(inner)]):
    raise HTTPException(409, value)


@router.get("/broken")
def broken(value: Annotated[str, Depends(inner)]):
    raise ValueError(value)


app.include_router(router)
