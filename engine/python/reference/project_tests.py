"""Runs the pytest files of projects on CPython, each in a process of its own that has the packages imported already.

Reads folders from stdin, one a line, and writes one line for each as it ends: `{"folder", "output"}`. Several run
side by side, since most of their time goes into waiting.
"""

from __future__ import annotations

import contextlib
import gc
import importlib
import io
import json
import os
import signal
import sys
from concurrent.futures import ThreadPoolExecutor

import pytest
from _pytest.config import default_plugins

IMPORTED_ONCE = (
    *("fastapi.testclient", "fastapi.security", "starlette.middleware.base", "starlette.middleware.sessions"),
    *("uvicorn.middleware.proxy_headers", "anyio._backends._asyncio", "httpx"),
)
SIDE_BY_SIDE = 3
LONGEST = 60
"""Seconds after which a project is killed."""


def test_project(folder: str) -> str:
    """What pytest prints for a folder's test file."""
    os.chdir(folder)
    sys.path.insert(0, folder)
    sys.dont_write_bytecode = True
    said = io.StringIO()
    with contextlib.redirect_stdout(said), contextlib.redirect_stderr(said):
        pytest.main(["-q", "-rs", "--color=no", "-p", "no:cacheprovider", f"--rootdir={folder}", "test_requests.py"])
    return said.getvalue()


def in_a_child(folder: str) -> str:
    """Fork for one folder, and wait for what it prints."""
    ours, theirs = os.pipe()
    child = os.fork()
    if child == 0:
        signal.alarm(LONGEST)
        with os.fdopen(theirs, "w") as pipe:
            pipe.write(test_project(folder))
        os._exit(0)
    os.close(theirs)
    with os.fdopen(ours) as pipe:
        output = pipe.read()
    _, status = os.waitpid(child, 0)
    return output or f"1 failed: the process ended with status {os.waitstatus_to_exitcode(status)} and said nothing"


def main() -> None:
    """Test the folders on stdin."""
    os.environ["PYTEST_DISABLE_PLUGIN_AUTOLOAD"] = "1"
    for name in (*IMPORTED_ONCE, *(f"_pytest.{plugin}" for plugin in default_plugins)):
        importlib.import_module(name)
    gc.collect()
    gc.freeze()
    with ThreadPoolExecutor(SIDE_BY_SIDE) as pool:

        def one(folder: str) -> None:
            print(json.dumps({"folder": folder, "output": in_a_child(folder)}), flush=True)

        for line in sys.stdin:
            pool.submit(one, line.strip())


if __name__ == "__main__":
    main()
