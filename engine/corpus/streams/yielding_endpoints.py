# Endpoints that are generators themselves.
from fastapi import FastAPI

app = FastAPI()


@app.get("/lines")
async def lines():
    for number in range(3):
        yield {"line": number}


@app.get("/sync-lines")
def sync_lines():
    yield from ("a", "b")
