# Work after the answer: in which order, and what the layers notice of it.
import asyncio
import time

from fastapi import BackgroundTasks, Depends, FastAPI, Request
from fastapi.responses import JSONResponse
from starlette.background import BackgroundTask

app = FastAPI()


async def slow(name):
    print("begin", name)
    await asyncio.sleep(0.01)
    print("end", name)


def in_thread(name, times=1):
    for _ in range(times):
        time.sleep(0.005)
        print("thread", name)


def note(tasks: BackgroundTasks):
    tasks.add_task(slow, "from the dependency")


class Around:
    def __init__(self, app) -> None:
        self.app = app

    async def __call__(self, scope, receive, send) -> None:
        async def sent(message):
            await send(message)
            if not message.get("more_body", True) or message["type"].endswith("start"):
                print("sent", message["type"])

        await self.app(scope, receive, sent)
        if scope["type"] == "http":
            print("app done")


app.add_middleware(Around)


@app.get("/several", dependencies=[Depends(note)])
async def several(tasks: BackgroundTasks):
    tasks.add_task(in_thread, "one", times=2)
    tasks.add_task(slow, name="two")
    print("handler done")
    return "soon"


@app.get("/on-the-response")
async def on_the_response():
    return JSONResponse({}, background=BackgroundTask(slow, "alone"))


@app.get("/fails")
async def fails(tasks: BackgroundTasks):
    tasks.add_task(slow, "first")
    tasks.add_task(int, "not a number")
    tasks.add_task(slow, "never")
    return "before the failure"
