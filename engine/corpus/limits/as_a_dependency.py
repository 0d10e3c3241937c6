# A limit for one route only, with its own number, as a dependency.
from collections import Counter

from fastapi import Depends, FastAPI, HTTPException, Request

hits: Counter[str] = Counter()
app = FastAPI()


class Limit:
    def __init__(self, most: int):
        self.most = most

    def __call__(self, request: Request) -> int:
        hits[request.url.path] += 1
        if hits[request.url.path] > self.most:
            raise HTTPException(429, f"only {self.most}", headers={"Retry-After": "60"})
        return self.most - hits[request.url.path]


@app.get("/scarce")
async def scarce(left: int = Depends(Limit(1))):
    return {"left": left}


@app.get("/plenty")
async def plenty(left: int = Depends(Limit(50))):
    return {"left": left}
