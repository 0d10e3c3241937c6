# Files and fields of a multipart form.
from typing import Annotated

from fastapi import FastAPI, File, Form, UploadFile

app = FastAPI()


@app.post("/upload")
async def upload(title: Annotated[str, Form()], files: list[UploadFile]):
    return {
        "title": title,
        "files": [[one.filename, one.content_type, one.size, (await one.read(4)).decode()] for one in files],
    }


@app.post("/bytes")
def as_bytes(content: Annotated[bytes, File()]):
    return len(content)
