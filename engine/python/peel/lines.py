"""Line events, returns and backward jumps of the learner's code, by sys.monitoring (Python 3.12 and later).

Only the learner's own code objects are watched, so everything else runs at full speed.
"""

from __future__ import annotations

import inspect
import opcode
import sys
from types import CodeType, FrameType
from typing import Any

from peel.budget import Budget
from peel.locals import Locals
from peel.tracer import CURRENT, Tracer, encode

_monitoring: Any = getattr(sys, "monitoring", None)
_TOOL = 4
# Calls that were left by an exception are never told of.
_MOST_CALLS = 1000
# A loop that a watchdog will kill writes no events; those from before it must be out by then.
_FLUSH_EACH = 4096

AVAILABLE = _monitoring is not None
"""False before Python 3.12: then there are no line events, and no budget by lines and jumps."""

# Before 3.13 reading `f_locals` makes a copy that lives as long as the frame, and with it every value.
_LOCALS = sys.version_info >= (3, 13)


# A line of nothing but these leaves every list, dict and set as it is. Attributes and subscripts that run code of
# the learner's may not; what they did is told at the next line that does more, or at the return.
_QUIET_NAMES = (
    "CACHE COMPARE_OP CONTAINS_OP CONVERT_VALUE COPY COPY_FREE_VARS EXTENDED_ARG FORMAT_SIMPLE FORMAT_WITH_SPEC IS_OP "
    "JUMP_BACKWARD JUMP_BACKWARD_NO_INTERRUPT JUMP_FORWARD LOAD_ATTR LOAD_COMMON_CONSTANT LOAD_CONST LOAD_DEREF "
    "LOAD_FAST LOAD_FAST_AND_CLEAR LOAD_FAST_BORROW LOAD_FAST_BORROW_LOAD_FAST_BORROW LOAD_FAST_CHECK "
    "LOAD_FAST_LOAD_FAST LOAD_GLOBAL LOAD_NAME LOAD_SMALL_INT MAKE_CELL MAKE_FUNCTION NOP NOT_TAKEN POP_JUMP_IF_FALSE "
    "POP_JUMP_IF_NONE POP_JUMP_IF_NOT_NONE POP_JUMP_IF_TRUE POP_TOP PUSH_NULL RESUME RETURN_GENERATOR RETURN_VALUE "
    "SET_FUNCTION_ATTRIBUTE STORE_DEREF STORE_FAST STORE_FAST_LOAD_FAST STORE_FAST_STORE_FAST SWAP TO_BOOL "
    "UNARY_INVERT UNARY_NEGATIVE UNARY_NOT BUILD_LIST BUILD_MAP BUILD_SET BUILD_STRING BUILD_TUPLE"
)
_QUIET = frozenset(opcode.opmap[name] for name in _QUIET_NAMES.split() if name in opcode.opmap)
_BINARY_OP = opcode.opmap.get("BINARY_OP")
_OPERATORS: Any = getattr(opcode, "_nb_ops", ())
_IN_PLACE = frozenset(number for number, names in enumerate(_OPERATORS) if names[0].startswith("NB_INPLACE"))


class _Code:
    """What is known of one of the learner's code objects."""

    __slots__ = ("code", "function", "lines", "outer", "quiet", "returns")

    def __init__(self, code: CodeType) -> None:
        # Kept, so that its id stays its own.
        self.code = code
        # Not so for modules and classes, whose variables are those of a namespace.
        self.function = _LOCALS and bool(code.co_flags & inspect.CO_OPTIMIZED)
        self.returns = self.function and (code.co_name[0] != "<" or code.co_name == "<lambda>")
        self.outer = frozenset(code.co_freevars)
        self.lines: dict[int, str] = {}
        self.quiet: dict[int, bool] = {}

    def is_quiet(self, line: int) -> bool:
        """Whether running this line cannot have changed what is in a container."""
        known = self.quiet.get(line)
        if known is None:
            known = self.quiet[line] = _is_quiet(self.code, line)
        return known

    def line(self, line: int) -> str:
        """The fields that are the same each time."""
        text = self.lines.get(line)
        if text is None:
            fields = {"file": self.code.co_filename, "line": line, "function": self.code.co_name}
            text = self.lines[line] = encode(fields)[1:-1]
        return text


class LineWatch:
    """Counts for the budget, and writes line and return events while a ring or the lifespan runs."""

    def __init__(self, budget: Budget, tracer: Tracer, *, trace: bool) -> None:
        self._budget = budget
        self._tracer = tracer
        self._trace = trace
        # A client program that runs: its lines are told too, outside of every exchange.
        self.client: str | None = None
        self._locals = Locals()
        # By identity: hashing a code object goes through all of it.
        self._codes: dict[int, _Code] = {}
        # The line that each call is at, by the frame's id.
        self._at: dict[int, int] = {}

    def start(self) -> None:
        """Claim the tool; code is watched from `watch()` on."""
        if not AVAILABLE:
            return
        events = _monitoring.events
        _monitoring.use_tool_id(_TOOL, "peel")
        _monitoring.register_callback(_TOOL, events.LINE, self._line if self._trace else self._count)
        _monitoring.register_callback(_TOOL, events.JUMP, self._jump)
        if self._trace:
            _monitoring.register_callback(_TOOL, events.PY_START, self._start)
            _monitoring.register_callback(_TOOL, events.PY_RETURN, self._return)

    def stop(self) -> None:
        """Let go of the tool."""
        if AVAILABLE and _monitoring.get_tool(_TOOL) is not None:
            events = _monitoring.events
            for event in (events.LINE, events.JUMP, events.PY_START, events.PY_RETURN):
                _monitoring.register_callback(_TOOL, event, None)
            _monitoring.free_tool_id(_TOOL)

    def watch(self, code: CodeType) -> None:
        """Watch a compiled file with everything that is defined in it."""
        if not AVAILABLE:
            return
        events = _monitoring.events
        wanted = events.LINE | events.JUMP
        known = self._codes[id(code)] = _Code(code)
        if self._trace and known.function:
            wanted |= events.PY_START
            if known.returns:
                wanted |= events.PY_RETURN
        _monitoring.set_local_events(_TOOL, code, wanted)
        for inner in code.co_consts:
            if isinstance(inner, CodeType):
                self.watch(inner)

    def _count(self, code: CodeType, line: int) -> None:
        budget = self._budget
        budget.count_line(code.co_filename, line)
        if budget.lines % _FLUSH_EACH == 0:
            self._tracer.flush()

    def _line(self, code: CodeType, line: int) -> None:
        self._count(code, line)
        place = CURRENT.get()
        if place is None and code.co_filename != self.client:
            return
        known = self._codes[id(code)]
        text = known.line(line)
        if known.function:
            frame = sys._getframe(1)
            changed = self._locals.changed(frame, known.outer, self._moved(frame, known, line))
            if changed:
                text = f'{text},"locals":{encode(changed)}'
        self._tracer.write("line", place, text)

    def _moved(self, frame: FrameType, known: _Code, line: int) -> bool:
        """Note where the call is; True when what it left behind may have changed a container."""
        if len(self._at) > _MOST_CALLS:
            self._at.clear()
        before = self._at.get(id(frame))
        self._at[id(frame)] = line
        return before is None or not known.is_quiet(before)

    def _start(self, _code: CodeType, _offset: int) -> None:
        frame = sys._getframe(1)
        self._locals.forget(frame)
        self._at.pop(id(frame), None)

    def _return(self, code: CodeType, _offset: int, value: object) -> None:
        frame = sys._getframe(1)
        place = CURRENT.get()
        if place is not None or code.co_filename == self.client:
            known = self._codes[id(code)]
            text = f'{known.line(frame.f_lineno)},"value":{encode(self._locals.text(value))}'
            changed = self._locals.changed(frame, known.outer, self._moved(frame, known, frame.f_lineno))
            if changed:
                text = f'{text},"locals":{encode(changed)}'
            self._tracer.write("return", place, text)
        self._locals.forget(frame)
        self._at.pop(id(frame), None)

    def _jump(self, code: CodeType, start: int, target: int) -> None:
        if target <= start:
            budget = self._budget
            if budget.count_jump():
                budget.check_heap(code.co_filename, _line_at(code, start))
            if budget.jumps % _FLUSH_EACH == 0:
                self._tracer.flush()
            if budget.jumps > budget.jump_limit or budget.stop is not None:
                budget.too_many_jumps(code.co_filename, _line_at(code, start))


def _is_quiet(code: CodeType, line: int) -> bool:
    raw = code.co_code
    for start, end, at in code.co_lines():
        if at != line:
            continue
        for offset in range(start, end, 2):
            if raw[offset] not in _QUIET and not (raw[offset] == _BINARY_OP and raw[offset + 1] not in _IN_PLACE):
                return False
    return True


def _line_at(code: CodeType, offset: int) -> int:
    for start, end, line in code.co_lines():
        if start <= offset < end and line is not None:
            return line
    return code.co_firstlineno
