"""What is done before the snapshot is taken must leave nothing of itself in it."""

import logging
import sys
import time

from helper import run

from peel.preload import WARM_PROGRAM, warm

RANDOM = """
import random, uuid

@app.get("/")
async def root():
    return [random.random(), str(uuid.uuid4())]
"""


def test_warming_up_leaves_no_module_no_handler_and_no_clock_behind() -> None:
    """Every session starts from the moment after it."""
    modules = set(sys.modules)
    handlers = list(logging.getLogger().handlers)
    before = time.time()
    warm(1)
    assert "main" not in set(sys.modules) - modules
    assert logging.getLogger().handlers == handlers
    assert time.time() >= before
    assert time.time() - before < 3600  # not the virtual clock of 2028


def test_a_session_after_warming_up_is_the_same_as_one_before() -> None:
    """Random numbers, numbers of tasks and the clock included."""
    cold = run(RANDOM, "/")
    assert cold.response()["status"] == 200
    warm(1)
    assert run(RANDOM, "/").events == cold.events


def test_the_warm_up_meets_a_layer_of_each_kind() -> None:
    """A decorator, a BaseHTTPMiddleware, an ASGI class, and the router."""
    opened = run(WARM_PROGRAM, head=False).opened
    assert opened["error"] is None
    assert {layer["style"] for layer in opened["layers"]} == {"function", "base", "asgi", "router"}
