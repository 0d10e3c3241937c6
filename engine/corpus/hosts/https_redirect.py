from fastapi import FastAPI
from starlette.middleware.httpsredirect import HTTPSRedirectMiddleware

app = FastAPI()
app.add_middleware(HTTPSRedirectMiddleware)


@app.api_route("/form", methods=["GET", "POST"])
async def form():
    return {"safe": True}
