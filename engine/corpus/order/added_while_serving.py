# A layer can only be registered before the stack stands.
from fastapi import FastAPI
from starlette.middleware.gzip import GZipMiddleware

app = FastAPI()


@app.post("/harden")
async def harden():
    app.add_middleware(GZipMiddleware)
    return "never said"


@app.get("/harden")
async def try_it():
    try:
        app.add_middleware(GZipMiddleware)
    except RuntimeError as problem:
        return {"problem": str(problem), "registered": len(app.user_middleware)}
