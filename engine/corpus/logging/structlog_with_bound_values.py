# structlog, its values bound by a layer and merged into every line below it.
import structlog
from fastapi import FastAPI, Request

structlog.configure(
    processors=[
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.processors.JSONRenderer(sort_keys=True),
    ],
    logger_factory=structlog.PrintLoggerFactory(),
    cache_logger_on_first_use=False,
)
log = structlog.get_logger()
app = FastAPI()


@app.middleware("http")
async def bind(request: Request, call_next):
    structlog.contextvars.clear_contextvars()
    structlog.contextvars.bind_contextvars(path=request.url.path, ticket=request.headers.get("x-ticket", "none"))
    log.info("began")
    response = await call_next(request)
    log.info("ended", status=response.status_code)
    return response


@app.get("/orders/{number}")
async def order(number: int):
    structlog.contextvars.bind_contextvars(order=number)
    log.warning("looked up", found=number < 10)
    return {"number": number}


@app.get("/sync")
def sync():
    log.info("in a thread", kind="def")
    return {}
