"""What a program writes: stdout, stderr, logging, structlog and uvicorn's loggers, each with the ring it came from."""

from __future__ import annotations

import codecs
import io
import logging
import sys
from collections.abc import Generator
from contextlib import contextmanager
from typing import Any

from peel import structlogs
from peel.errors import steady
from peel.events import LogSource, StreamName
from peel.patches import Patches
from peel.structlogs import StructlogCall
from peel.tracer import CURRENT, Tracer
from peel.views import describe

# What a record has without `extra=`.
_OF_ANY_RECORD = frozenset((*vars(logging.makeLogRecord({})), "message", "asctime", "taskName"))


class _Pipe(io.RawIOBase):
    """The raw end of a text stream; every write arrives at once."""

    def __init__(self, console: Console, name: StreamName) -> None:
        super().__init__()
        self._console = console
        self._name: StreamName = name

    def writable(self) -> bool:
        return True

    def write(self, data: Any, /) -> int:
        self._console.feed(self._name, bytes(data))
        return len(data)


class Console:
    """Joins what is written to lines and logs them."""

    def __init__(self, tracer: Tracer) -> None:
        self._tracer = tracer
        self._record: logging.LogRecord | None = None
        self._call: StructlogCall | None = None
        self._logged: list[tuple[StreamName, str]] = []
        self._partial: dict[StreamName, str] = {"stdout": "", "stderr": ""}
        decoder = codecs.getincrementaldecoder("utf-8")
        self._decoders = {"stdout": decoder("replace"), "stderr": decoder("replace")}

    def install(self, patches: Patches) -> None:
        """Take over the streams, and see which writes come from a logging handler."""
        for name in ("stdout", "stderr"):
            pipe: Any = _Pipe(self, name)
            stream = io.TextIOWrapper(pipe, "utf-8", "backslashreplace", "\n", write_through=True)
            patches.set(sys, name, stream)
        patches.set(sys, "stdin", io.StringIO(""))
        handle = logging.Handler.handle
        console = self

        def watched(self: logging.Handler, record: logging.LogRecord) -> Any:
            outer, console._record = console._record, record
            try:
                return handle(self, record)
            finally:
                console._record = outer
                if outer is None:
                    console._log_record(record)

        patches.set(logging.Handler, "handle", watched)
        structlogs.watch(patches, self._inside)

    def feed(self, name: StreamName, data: bytes) -> None:
        """Take what was written to a stream."""
        text = self._decoders[name].decode(data)
        if self._record is not None or (self._call is not None and self._call.rendered):
            self._logged.append((name, text))
            return
        *lines, self._partial[name] = (self._partial[name] + text).split("\n")
        for line in lines:
            self._print(name, line)

    def line(self, name: StreamName, text: str) -> None:
        """Write a whole line of our own."""
        self._print(name, text)

    def flush(self) -> None:
        """Write down lines without an end."""
        for name, text in self._partial.items():
            if text:
                self._partial[name] = ""
                self._print(name, text)

    def _print(self, name: StreamName, text: str) -> None:
        self._tracer.event("log", CURRENT.get(), {"source": "print", "stream": name, "text": steady(text)})

    @contextmanager
    def _inside(self, call: StructlogCall) -> Generator[None]:
        """While structlog is at work: what it writes itself is one event, what it hands to logging another."""
        outer, self._call = self._call, call
        try:
            yield
        finally:
            self._call = outer
            written, self._logged = self._logged, []
            if written:
                self._log("structlog", written, call.level, call.logger, call.fields)

    def _log_record(self, record: logging.LogRecord) -> None:
        written, self._logged = self._logged, []
        if not written:
            return
        call = self._call
        if call is not None and call.rendered:
            self._log("structlog", written, record.levelname, record.name, call.fields)
        elif record.name == "uvicorn.access":
            self._log("access", written, record.levelname, record.name, {})
        elif record.name.split(".")[0] == "uvicorn":
            self._log("server", written, record.levelname, record.name, {})
        else:
            extra = {key: describe(value) for key, value in vars(record).items() if key not in _OF_ANY_RECORD}
            self._log("logging", written, record.levelname, record.name, extra)

    def _log(
        self,
        source: LogSource,
        written: list[tuple[StreamName, str]],
        level: str,
        logger: str | None,
        fields: dict[str, str],
    ) -> None:
        event: dict[str, Any] = {"source": source, "stream": written[0][0], "level": level}
        if logger is not None:
            event["logger"] = logger
        event["text"] = steady("".join(text for _, text in written).rstrip("\n"))
        if fields:
            event["fields"] = fields
        self._tracer.event("log", CURRENT.get(), event)
