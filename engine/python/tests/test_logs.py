"""What a program logs, with its fields; structlog and logging write what they write anywhere."""

from __future__ import annotations

import json
from typing import Any

from helper import OFFSET, run

STRUCTLOG = """
import structlog, logging
structlog.contextvars.clear_contextvars()
"""


def logged(source: str, *groups: Any) -> list[tuple[Any, ...]]:
    result = run(source, *(groups or ("/",)))
    assert all(one["response"] and one["response"]["status"] == 200 for one in result.exchanges), result.exchanges
    return [
        (one["source"], one.get("level"), one.get("logger"), one["text"], one.get("fields"), one["layer"])
        for one in result.of("log")
        if one["source"] not in ("access", "server")
    ]


def test_extra_fields_of_logging_are_told():
    source = """
log = logging.getLogger("shop")
@app.get("/")
async def root():
    log.warning("sold %s", "tea", extra={"amount": 2, "by": {"name": "Ann"}})
    log.error("plain")
"""
    assert logged(source) == [
        ("logging", "WARNING", "shop", "sold tea", {"amount": "2", "by": "{'name': 'Ann'}"}, "endpoint"),
        ("logging", "ERROR", "shop", "plain", None, "endpoint"),
    ]


def test_structlog_prints_one_event_with_bound_values_keywords_and_contextvars():
    source = (
        STRUCTLOG
        + """
structlog.configure(processors=[structlog.contextvars.merge_contextvars, structlog.processors.add_log_level,
    structlog.processors.KeyValueRenderer(key_order=["event"])])
log = structlog.get_logger()
@app.middleware("http")
async def outer(request, call_next):
    structlog.contextvars.clear_contextvars()
    structlog.contextvars.bind_contextvars(request_id="r1")
    return await call_next(request)
@app.get("/")
async def root():
    log.bind(user="ann").info("bought", item=["tea"])
    print("printed")
"""
    )
    assert logged(source) == [
        (
            "structlog",
            "INFO",
            None,
            "event='bought' user='ann' item=['tea'] request_id='r1' level='info'",
            {"request_id": "'r1'", "user": "'ann'", "item": "['tea']"},
            "endpoint",
        ),
        ("print", None, None, "printed", None, "endpoint"),
    ]


def test_async_methods_and_lines_of_processors_themselves():
    source = (
        STRUCTLOG
        + """
def loud(logger, name, event):
    print("processing")
    return event
structlog.configure(processors=[loud, structlog.processors.JSONRenderer()])
log = structlog.get_logger()
@app.get("/")
async def root():
    await log.ainfo("later", n=1)
    try:
        1 / 0
    except ZeroDivisionError:
        log.exception("failed")
"""
    )
    found = logged(source)
    assert [one[:2] for one in found] == [
        ("print", None),
        ("structlog", "INFO"),
        ("print", None),
        ("structlog", "ERROR"),
    ]
    assert json.loads(found[1][3]) == {"event": "later", "n": 1} and found[1][4] == {"n": "1"}
    assert found[3][4] is None and found[1][5] == "endpoint"


def test_structlog_through_logging_is_one_event():
    source = (
        STRUCTLOG
        + """
logging.basicConfig(format="%(message)s", level=logging.INFO, force=True)
structlog.configure(
    processors=[structlog.stdlib.filter_by_level, structlog.stdlib.add_logger_name, structlog.stdlib.add_log_level,
        structlog.processors.JSONRenderer()],
    wrapper_class=structlog.stdlib.BoundLogger, logger_factory=structlog.stdlib.LoggerFactory())
log = structlog.get_logger("shop.orders")
@app.get("/")
async def root():
    log.warning("bought", item="tea")
    log.debug("unseen", item="tea")
    logging.getLogger("plain").info("by hand")
"""
    )
    text = '{"item": "tea", "event": "bought", "logger": "shop.orders", "level": "warning"}'
    assert logged(source) == [
        ("structlog", "WARNING", "shop.orders", text, {"item": "'tea'"}, "endpoint"),
        ("logging", "INFO", "plain", "by hand", None, "endpoint"),
    ]


def test_structlog_names_the_line_that_logged():
    source = (
        STRUCTLOG
        + """
parameters = structlog.processors.CallsiteParameter
structlog.configure(processors=[
    structlog.processors.CallsiteParameterAdder([parameters.FUNC_NAME, parameters.LINENO, parameters.MODULE]),
    structlog.processors.JSONRenderer()])
@app.get("/")
async def root():
    structlog.get_logger().info("here")
"""
    )
    found = json.loads(logged(source)[0][3])
    assert found == {"event": "here", "func_name": "root", "lineno": OFFSET + 11, "module": "main"}


def test_a_dropped_event_and_one_below_the_level_write_nothing():
    source = (
        STRUCTLOG
        + """
def drop(logger, name, event):
    raise structlog.DropEvent
structlog.configure(processors=[drop], wrapper_class=structlog.make_filtering_bound_logger(logging.INFO))
@app.get("/")
async def root():
    structlog.get_logger().info("dropped")
    structlog.get_logger().debug("below")
"""
    )
    assert logged(source) == []


def test_what_one_session_configures_is_unknown_to_the_next():
    configured = STRUCTLOG + "structlog.configure(processors=[structlog.processors.JSONRenderer()])"
    asking = 'import structlog\n@app.get("/")\nasync def root(): return structlog.is_configured()'
    run(configured)
    assert run(asking, "/").response()["body"] == "false"
