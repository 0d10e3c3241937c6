"""What is done before the snapshot is taken must leave nothing of itself in it."""

import logging
import random
import sys
import time

from peel.preload import warm


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
    assert random.random() != random.random()
