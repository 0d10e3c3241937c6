"""The calls of the protocol, each with its payload read and its result made. One session at a time."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Mapping
from typing import Any

from peel.events import parse_group, parse_options
from peel.session import Session


class MisuseError(Exception):
    """The caller asked for what cannot be: a call without a session, or one that does not exist."""


class Engine:
    """Holds the open session."""

    def __init__(self, emit: Callable[[str], None]) -> None:
        self._emit = emit
        self._session: Session | None = None

    def call(self, name: str, payload: Any) -> Mapping[str, Any] | list[Mapping[str, Any]]:
        """Answer one call. What a learner's program does wrong is part of the answer, never raised."""
        # Whoever embeds Python may have a loop and a task running around us; ours must not see them.
        around = asyncio._get_running_loop()
        task = asyncio.current_task(around) if around is not None else None
        if around is not None and task is not None:
            asyncio.tasks._leave_task(around, task)
        asyncio._set_running_loop(None)
        try:
            return self._answer(name, payload)
        finally:
            asyncio._set_running_loop(around)
            if around is not None and task is not None:
                asyncio.tasks._enter_task(around, task)

    def _answer(self, name: str, payload: Any) -> Any:
        if name == "open":
            if self._session is not None:
                self._session.abandon()
            self._session = Session(parse_options(payload), self._emit)
            return self._session.open()
        if name == "check":
            from peel.checks import run_checks  # only who checks needs it

            return run_checks(payload["source"], payload["file"], json.loads(payload["document"]))
        if self._session is None:
            raise MisuseError(f"{name} needs an open session")
        if name == "send":
            return self._session.send(parse_group(payload))
        if name == "close":
            session, self._session = self._session, None
            return session.close()
        raise MisuseError(f"there is no call {name}")
