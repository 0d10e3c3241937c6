"""Line events and backward jumps of the learner's code, by sys.monitoring (Python 3.12 and later).

Only the learner's own code objects are watched, so everything else runs at full speed.
"""

from __future__ import annotations

import sys
from types import CodeType
from typing import Any

from peel.budget import Budget
from peel.tracer import CURRENT, Tracer, encode

_monitoring: Any = getattr(sys, "monitoring", None)
_TOOL = 4
# A loop that a watchdog will kill writes no events; those from before it must be out by then.
_FLUSH_EACH = 4096

AVAILABLE = _monitoring is not None
"""False before Python 3.12: then there are no line events, and no budget by lines and jumps."""


class LineWatch:
    """Counts for the budget, and writes line events while a request is inside."""

    def __init__(self, budget: Budget, tracer: Tracer, *, trace: bool) -> None:
        self._budget = budget
        self._tracer = tracer
        self._trace = trace
        self._texts: dict[tuple[int, int], tuple[str, CodeType]] = {}

    def start(self) -> None:
        """Claim the tool; code is watched from `watch()` on."""
        if not AVAILABLE:
            return
        _monitoring.use_tool_id(_TOOL, "peel")
        _monitoring.register_callback(_TOOL, _monitoring.events.LINE, self._line)
        _monitoring.register_callback(_TOOL, _monitoring.events.JUMP, self._jump)

    def stop(self) -> None:
        """Let go of the tool."""
        if AVAILABLE and _monitoring.get_tool(_TOOL) is not None:
            _monitoring.register_callback(_TOOL, _monitoring.events.LINE, None)
            _monitoring.register_callback(_TOOL, _monitoring.events.JUMP, None)
            _monitoring.free_tool_id(_TOOL)

    def watch(self, code: CodeType) -> None:
        """Watch a compiled file with everything that is defined in it."""
        if not AVAILABLE:
            return
        _monitoring.set_local_events(_TOOL, code, _monitoring.events.LINE | _monitoring.events.JUMP)
        for inner in code.co_consts:
            if isinstance(inner, CodeType):
                self.watch(inner)

    def _line(self, code: CodeType, line: int) -> None:
        budget = self._budget
        budget.count_line(code.co_filename, line)
        if budget.lines % _FLUSH_EACH == 0:
            self._tracer.flush()
        if self._trace:
            place = CURRENT.get()
            if place is not None and place.exchange is not None:
                self._tracer.write("line", place, self._text(code, line))

    def _text(self, code: CodeType, line: int) -> str:
        # By identity: hashing a code object goes through all of it. The code is kept, so its id stays its own.
        key = (id(code), line)
        known = self._texts.get(key)
        if known is None:
            fields = {"file": code.co_filename, "line": line, "function": code.co_name}
            known = self._texts[key] = (encode(fields)[1:-1], code)
        return known[0]

    def _jump(self, code: CodeType, start: int, target: int) -> None:
        if target <= start:
            budget = self._budget
            budget.jumps += 1
            if budget.jumps % _FLUSH_EACH == 0:
                self._tracer.flush()
            if budget.jumps > budget.jump_limit or budget.stop is not None:
                budget.too_many_jumps(code.co_filename, _line_at(code, start))


def _line_at(code: CodeType, offset: int) -> int:
    for start, end, line in code.co_lines():
        if start <= offset < end and line is not None:
            return line
    return code.co_firstlineno
