"""The calls of the protocol, each with its payload read and its result made. One session at a time."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Mapping
from typing import Any, TypeVar

from peel.discover import OrderError
from peel.events import RequestGroup, parse_group, parse_live, parse_options
from peel.fetches import Browser
from peel.session import Session

T = TypeVar("T")


class MisuseError(Exception):
    """The caller asked for what cannot be: a call without a session, or one that does not exist."""


class Engine:
    """Holds the open session."""

    def __init__(
        self,
        emit: Callable[[str], None],
        heap_bytes: Callable[[], int] | None = None,
        browser: Browser | None = None,
    ) -> None:
        self._emit = emit
        self._heap_bytes = heap_bytes
        self._browser = browser
        self._session: Session | None = None
        self._groups: list[RequestGroup] = []

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
            self._session = self._new(payload)
            return self._opened(self._session.open)
        if name == "load":
            return self._load(payload)
        if name == "check":
            from peel.checks import run_checks  # only who checks needs it

            return run_checks(payload["source"], payload["file"], json.loads(payload["document"]))
        if self._session is None:
            raise MisuseError(f"{name} needs an open session")
        if name == "send":
            return self._session.send(self._read(payload))
        if name == "client":
            return self._session.client(payload["file"])
        if name == "close":
            session, self._session = self._session, None
            return session.close()
        if name == "live":
            return self._session.live(self._need_browser(parse_live(payload)))
        if name == "browser":
            return self._session.browser_changed(payload["text"])
        if name == "position":
            return self._session.position
        if name == "try":
            return self._try(self._session, payload)
        raise MisuseError(f"there is no call {name}")

    def _new(self, options: dict[str, Any]) -> Session:
        return Session(parse_options(options), self._emit, self._heap_bytes, self._browser)

    def _read(self, payload: dict[str, Any]) -> RequestGroup:
        group = parse_group(payload)
        return self._need_browser(group) if group.has_pages else group

    def _need_browser(self, value: T) -> T:
        if self._browser is None:
            raise MisuseError(
                "a page's request goes through the modelled browser, and there is none here; "
                "send what the browser would send, or run it with `peel run`"
            )
        return value

    def _opened(self, begin: Callable[[], T]) -> T:
        try:
            return begin()
        except OrderError as exc:
            assert self._session is not None
            self._session.abandon()
            self._session = None
            raise MisuseError(str(exc)) from exc

    # The search over orders: the runtime puts the heap back to the moment after `load` before each `try`.

    def _load(self, payload: Any) -> Mapping[str, Any]:
        """Load an app and stop before its stack is built; keep the groups, so that each `try` finds them read."""
        if self._session is not None:
            self._session.abandon()
        self._groups = [self._read(group) for group in payload["groups"]]
        self._session = self._new(payload["open"])
        return self._session.load()

    def _try(self, session: Session, order: list[int]) -> Mapping[str, Any]:
        """Build the stack in this order, start, and send all groups."""
        opened = self._opened(lambda: session.start(order))
        exchanges: list[Any] = []
        fetches: list[Any] = []
        stop = opened["stop"]
        if opened["error"] is None:
            for group in self._groups:
                if stop is not None:
                    break
                sent = session.send(group)
                exchanges += sent["exchanges"]
                fetches += sent.get("fetches", [])
                stop = sent["stop"]
        result = {"exchanges": exchanges, "error": opened["error"], "stop": stop}
        return {**result, "fetches": fetches} if any(group.has_pages for group in self._groups) else result
