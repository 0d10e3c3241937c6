# Without any set-up only warnings come out, bare; formatting mistakes are told on stderr.
import logging
import sys

from fastapi import FastAPI

app = FastAPI()
log = logging.getLogger(__name__)


@app.get("/")
async def levels():
    log.debug("debug")
    log.info("info")
    log.warning("warning %s", "w")
    log.critical("critical")
    print("printed", file=sys.stderr)
    print("no end", end="")
    print(" until here")
    sys.stdout.write("two\nlines\n")
    return log.name
