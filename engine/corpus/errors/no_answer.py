# Handlers from which no answer ever comes.
# patience 2
import asyncio

from fastapi import FastAPI, Request

app = FastAPI()


@app.get("/event")
async def event():
    print("waiting for nobody")
    try:
        await asyncio.Event().wait()
    finally:
        print("released")


@app.get("/fine")
async def fine():
    return "fine"
