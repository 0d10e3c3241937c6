# The request can be changed on the way in, as long as it is the scope that is changed.
from fastapi import FastAPI, Header, Request
from starlette.datastructures import MutableHeaders

app = FastAPI()


@app.middleware("http")
async def add_tenant(request: Request, call_next):
    headers = MutableHeaders(scope=request.scope)
    headers["x-tenant"] = request.headers.get("host", "").split(".")[0]
    headers.append("x-trace", "edge")
    request.uid = 5
    return await call_next(request)


@app.get("/")
async def who(request: Request, x_tenant: str = Header(), x_trace: list[str] = Header()):
    return {"tenant": x_tenant, "trace": x_trace, "uid": getattr(request, "uid", None), "names": request.headers.keys()}
