# A logging filter puts the request's number, kept in a contextvar, into every line.
import logging
import sys
from contextvars import ContextVar

from fastapi import BackgroundTasks, Depends, FastAPI, Request

ticket: ContextVar[str] = ContextVar("ticket", default="-")


class Numbered(logging.Filter):
    def filter(self, record):
        record.ticket = ticket.get()
        return True


handler = logging.StreamHandler(sys.stdout)
handler.addFilter(Numbered())
handler.setFormatter(logging.Formatter("[%(ticket)s] %(message)s"))
log = logging.getLogger("numbered")
log.addHandler(handler)
log.setLevel(logging.INFO)
log.info("loaded")

app = FastAPI()


@app.middleware("http")
async def number(request: Request, call_next):
    token = ticket.set(request.headers.get("x-ticket", "none"))
    log.info("in")
    try:
        return await call_next(request)
    finally:
        log.info("out")
        ticket.reset(token)


def sync_dependency():
    log.info("sync dependency")


async def async_dependency():
    log.info("async dependency")


@app.get("/", dependencies=[Depends(sync_dependency), Depends(async_dependency)])
def page(later: BackgroundTasks):
    log.info("handler")
    later.add_task(log.info, "later")
    return {}
