# basicConfig and the levels of several loggers; what goes to the root comes out in one format.
import logging

from fastapi import FastAPI, Request

logging.basicConfig(level=logging.INFO, format="%(levelname)s|%(name)s|%(funcName)s|%(message)s")
logging.getLogger("quiet").setLevel(logging.ERROR)

app = FastAPI()


@app.middleware("http")
async def note(request: Request, call_next):
    logging.info("url %s", request.url.path)
    try:
        response = await call_next(request)
    except Exception:
        logging.exception("went wrong")
        raise
    logging.info("status %d", response.status_code)
    return response


@app.get("/{word}")
def word(word: str):
    logging.getLogger("quiet").info("not heard")
    logging.getLogger("quiet").error("heard %r", word)
    logging.getLogger("loud.inner").warning("also heard")
    logging.getLogger("loud.inner").debug("not heard either")
    if word == "bad":
        raise KeyError(word)
    return word
