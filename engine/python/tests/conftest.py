"""What older versions do otherwise: tests that are skipped on them, each with its reason.

Inside Pyodide the tests run with every version of the list (`run-in-pyodide.ts --fastapi VERSION`).
"""

from __future__ import annotations

import pytest
from helper import FASTAPI, STARLETTE

# Beginning of the test's name, the package and version from which it holds, and what came with that.
SINCE = (
    ("test_contextvars_and_request_bodies_behave", "starlette", "0.28", "a body read in middleware stays readable"),
    ("test_middleware_around_one_route", "starlette", "0.33", "routes take middleware"),
    ("test_middleware_around_a_router", "starlette", "0.33", "routers take middleware"),
    ("test_layers_of_all_kinds", "starlette", "0.33", "routes and routers take middleware"),
    ("test_exception_handlers_are_told", "starlette", "0.28", "exceptions of endpoints are handled at the endpoint"),
    ("test_an_exception_with_a_handler_after", "starlette", "0.46", "a broken stream fails by itself, not in a group"),
    ("test_a_dependency_that_swallows", "fastapi", "0.110", "a swallowed exception is an error of its own"),
    ("test_a_dependency_is_finished_after", "fastapi", "0.118", "code after `yield` runs after the response"),
    ("test_binary_frames_and_text_are_told_apart", "starlette", "0.33", "send_json leaves letters as they are"),
    ("test_an_endless_feed_ends", "starlette", "0.37", "sending to a client that has gone raises WebSocketDisconnect"),
    ("test_the_handshake_is_refused[await ws.send_denial", "starlette", "0.37", "a handshake is refused in own words"),
    ("test_files_of_the_program_are_served", "starlette", "0.39", "FileResponse answers ranges"),
    (
        "test_parts_of_a_file_and_what_has_not_changed",
        "starlette",
        "0.47",
        "a range that is not there is told with its unit",
    ),
    ("test_dependencies_see_the_handshake", "fastapi", "0.107", "parameters in Annotated go with Pydantic 2.14"),
    ("test_server_sent_events_keep_their_frames", "fastapi", "0.135", "fastapi.sse is there"),
)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        for name, package, version, what in SINCE:
            here = {"fastapi": FASTAPI, "starlette": STARLETTE}[package]
            if item.name.startswith(name) and here < tuple(int(part) for part in version.split(".")):
                item.add_marker(pytest.mark.skip(reason=f"{what} since {package} {version}"))
