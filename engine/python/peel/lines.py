"""Line events, returns and backward jumps of the learner's code, by sys.monitoring (Python 3.12 and later).

Only the learner's own code objects are watched, so everything else runs at full speed.
"""

from __future__ import annotations

import inspect
import sys
from collections.abc import Iterable
from types import CodeType, FrameType
from typing import Any

from peel.budget import Budget
from peel.locals import Call, Changed, Locals
from peel.plans import Plan, names_of, read_plans, shared_by
from peel.tracer import CURRENT, Tracer, encode

_monitoring: Any = getattr(sys, "monitoring", None)
_TOOL = 4
_MOST_CALLS = 500
# Texts of events that are kept for each line.
_MOST_TOLD = 20
_NONE: Changed = {}
# A loop that a watchdog will kill writes no events; those from before it must be out by then.
_FLUSH_EACH = 4096

AVAILABLE = _monitoring is not None
"""False before Python 3.12: then there are no line events, and no budget by lines and jumps."""

# Before 3.13 reading `f_locals` makes a copy that lives as long as the frame, and with it every value.
_LOCALS = sys.version_info >= (3, 13)


class _Line:
    """One line of a code object, with its events as they were written before."""

    __slots__ = ("_fields", "_told", "plan", "text")

    def __init__(self, fields: dict[str, Any], plan: Plan) -> None:
        self.plan = plan
        self._fields = encode(fields)[1:-1]
        self.text = f'{{"kind":"line",{self._fields}}}'
        """The event where no variable changed."""
        self._told: dict[tuple[str | None, ...], str] = {}

    def with_locals(self, changed: Changed, value: str | None = None) -> str:
        """A line event or, with the value, a return. Mostly it was written before."""
        key = (value, *changed, *changed.values())
        text = self._told.get(key)
        if text is None:
            text = f'{{"kind":"{"line" if value is None else "return"}",{self._fields}'
            if value is not None:
                text += f',"value":{encode(value)}'
            text += f',"locals":{encode(changed)}}}' if changed else "}"
            if len(self._told) >= _MOST_TOLD:
                self._told.clear()
            self._told[key] = text
        return text


class _Code:
    """What is known of one of the learner's code objects."""

    __slots__ = ("_lines", "_names", "_plans", "any", "code", "function", "outer", "returns")

    def __init__(self, code: CodeType) -> None:
        # Kept, so that its id stays its own.
        self.code = code
        # Not so for modules and classes, whose variables are those of a namespace.
        self.function = _LOCALS and bool(code.co_flags & inspect.CO_OPTIMIZED)
        self.returns = self.function and (code.co_name[0] != "<" or code.co_name == "<lambda>")
        self.outer = frozenset(code.co_freevars)
        self._lines: dict[int, _Line] = {}
        self._plans: dict[int, Plan] | None = None
        self._names = names_of(code)
        self.any = Plan(self._names, is_quiet=False)

    def line(self, line: int, shared: set[str]) -> _Line:
        """What is known of one of its lines."""
        known = self._lines.get(line)
        if known is None:
            if self._plans is None:
                self._plans = read_plans(self.code, frozenset(shared)) if self.function else {}
            fields = {"file": self.code.co_filename, "line": line, "function": self.code.co_name}
            known = self._lines[line] = _Line(fields, self._plans.get(line) or self.any)
        return known

    def names(self, call: Call) -> Iterable[str]:
        """Variables that may not be what they were, now that the call's line has run, in the frame's order."""
        stores = call.plan.stores
        moving = call.moving
        if call.plan.is_quiet or not moving:
            return stores
        if len(moving) == 1 and not stores:
            return tuple(moving)
        return [name for name in self._names if name in moving or name in stores]


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
        # Calls that run, by the frame's id.
        self._calls: dict[int, Call] = {}
        # Variables of closures that some function of the learner's binds.
        self._shared: set[str] = set()

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
        self._shared |= shared_by(code)
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
        known = self._codes[id(code)]
        if place is None and code.co_filename != self.client:
            call = self._calls.get(id(sys._getframe(1)))
            if call is not None:
                # Part of the call is not told: all may be different when it is told again.
                call.plan = known.any
            return
        here = known.line(line, self._shared)
        text = here.text
        if known.function:
            changed = self._changed(sys._getframe(1), known, here.plan)
            if changed:
                text = here.with_locals(changed)
        self._tracer.write(place, text)

    def _changed(self, frame: FrameType, code: _Code, plan: Plan) -> Changed:
        """What changed since the call's last event; `plan` is that of the line at which it is now."""
        call = self._calls.get(id(frame))
        if call is None:
            if len(self._calls) >= _MOST_CALLS:
                # Calls that were left by an exception are never told of.
                del self._calls[next(iter(self._calls))]
            call = self._calls[id(frame)] = Call(plan)
            return self._locals.first(call, frame.f_locals, code.outer)
        names = code.names(call)
        call.plan = plan
        return self._locals.changed(call, names, frame.f_locals, code.outer) if names else _NONE

    def _start(self, _code: CodeType, _offset: int) -> None:
        # Another call had this frame's id, and was left by an exception.
        self._calls.pop(id(sys._getframe(1)), None)

    def _return(self, code: CodeType, _offset: int, value: object) -> None:
        frame = sys._getframe(1)
        place = CURRENT.get()
        if place is not None or code.co_filename == self.client:
            known = self._codes[id(code)]
            here = known.line(frame.f_lineno, self._shared)
            changed = self._changed(frame, known, here.plan)
            self._tracer.write(place, here.with_locals(changed, self._locals.text(value)))
        self._calls.pop(id(frame), None)

    def _jump(self, code: CodeType, start: int, target: int) -> None:
        if target <= start:
            budget = self._budget
            if budget.count_jump():
                budget.check_heap(code.co_filename, _line_at(code, start))
            if budget.jumps % _FLUSH_EACH == 0:
                self._tracer.flush()
            if budget.jumps > budget.jump_limit or budget.stop is not None:
                budget.too_many_jumps(code.co_filename, _line_at(code, start))


def _line_at(code: CodeType, offset: int) -> int:
    for start, end, line in code.co_lines():
        if start <= offset < end and line is not None:
            return line
    return code.co_firstlineno
