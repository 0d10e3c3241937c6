"""What older versions do otherwise: tests that are skipped on them, each with its reason.

Inside Pyodide the tests run with every version of the list (`run-in-pyodide.ts --fastapi VERSION`).
"""

from __future__ import annotations

import fastapi
import pytest
from helper import FASTAPI, numbers

# Beginning of the test's name, the first FastAPI of the list on which it holds, and what came by then.
SINCE = (
    ("test_contextvars_and_request_bodies_behave", "0.107.0", "a body read in middleware stays readable"),
    ("test_dependencies_see_the_handshake", "0.107.0", "parameters in Annotated go with Pydantic 2.14"),
    ("test_routers_carry_prefix", "0.107.0", "parameters in Annotated go with Pydantic 2.14"),
    ("test_dependencies_are_cached", "0.107.0", "parameters in Annotated go with Pydantic 2.14"),
    ("test_exception_handlers_are_told", "0.107.0", "exceptions of an endpoint are handled next to it"),
    ("test_a_dependency_that_raises", "0.108.0", "an HTTPException says itself in words"),
    ("test_middleware_around_one_route", "0.112.4", "routes take middleware"),
    ("test_mounted_apps_have_stacks", "0.112.4", "a mount leaves the path whole"),
    ("test_startup_and_shutdown_in_every_way_of_writing_them[router]", "0.115.14", "routers have lifespans"),
    ("test_middleware_around_a_router", "0.112.4", "routers take middleware"),
    ("test_layers_of_all_kinds", "0.112.4", "routes and routers take middleware"),
    ("test_binary_frames_and_text_are_told_apart", "0.112.4", "send_json leaves letters as they are"),
    ("test_an_endless_feed_ends", "0.112.4", "sending to a client that has gone raises WebSocketDisconnect"),
    ("test_the_handshake_is_refused[await ws.send_denial", "0.112.4", "a handshake is refused in own words"),
    ("test_a_dependency_that_swallows", "0.112.4", "a dependency that swallows an exception is found out"),
    ("test_forms_and_several_files", "0.115.14", "a form may be a model"),
    ("test_an_exception_with_a_handler_after", "0.115.14", "a broken stream fails by itself, not in a group"),
    ("test_files_of_the_program_are_served", "0.115.14", "FileResponse answers ranges"),
    ("test_parts_of_a_file_and_what_has_not_changed", "0.158.2", "a range that is not there is told with its unit"),
    ("test_a_dependency_is_finished_after", "0.120.4", "code after yield runs when the response is out"),
    ("test_security_schemes", "0.128.0", "HTTPBearer answers 401"),
    ("test_generator_endpoints_stream", "0.158.2", "what an endpoint yields is streamed, not gathered in a list"),
    ("test_server_sent_events_keep_their_frames", "0.158.2", "fastapi.sse is there"),
)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        for name, version, what in SINCE:
            if item.name.startswith(name) and numbers(version) > FASTAPI:
                reason = f"not yet so on FastAPI {fastapi.__version__}, but on {version}: {what}"
                item.add_marker(pytest.mark.skip(reason=reason))
