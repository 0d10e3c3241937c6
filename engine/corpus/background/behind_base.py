# The same behind a layer with call_next: failures and replaced tasks.
from fastapi import BackgroundTasks, FastAPI, Request
from starlette.background import BackgroundTask

app = FastAPI()


@app.middleware("http")
async def layer(request: Request, call_next):
    response = await call_next(request)
    print("layer has the response")
    if "replace" in request.query_params:
        response.background = BackgroundTask(print, "the layer's task")
    return response


def work(fail: bool):
    print("the endpoint's task")
    if fail:
        raise BufferError("in the background")


@app.get("/")
async def page(tasks: BackgroundTasks, fail: bool = False):
    tasks.add_task(work, fail)
    return "page"
