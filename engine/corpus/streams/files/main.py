# A file as the answer: whole, in part, and when it is not there.
# Emscripten numbers errors in another way than Linux does.
# mask errno: (?<=\[Errno )\d+
# mask file-date: (?<=last-modified: ).+
# mask file-tag: (?<=etag: )"[0-9a-f]+"
from pathlib import Path

from fastapi import FastAPI, Request
from fastapi.responses import FileResponse
from starlette.staticfiles import StaticFiles

app = FastAPI()


@app.middleware("http")
async def see(request: Request, call_next):
    response = await call_next(request)
    print(request.url.path, response.status_code, response.headers.get("content-type"))
    return response


@app.get("/poem")
async def poem():
    return FileResponse("poem.txt", filename="a poem.txt")


@app.get("/missing")
async def missing():
    return FileResponse(Path("nowhere.txt"))


app.mount("/static", StaticFiles(directory="static", html=True))
