"""What a line of a code object may do to variables, read from its instructions once. Knows no frames and no values."""

from __future__ import annotations

import opcode
from types import CodeType
from typing import Any

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
_OPMAP: dict[str, int] = opcode.opmap
_OPERATORS: Any = getattr(opcode, "_nb_ops", ())
_IN_PLACE = frozenset(number for number, names in enumerate(_OPERATORS) if names[0].startswith("NB_INPLACE"))

_LOUD, _BINDS, _BINDS_TWO, _EXTENDS, _OPERATES = 1, 2, 4, 8, 16
"""What an instruction does: may change a container; binds or unbinds the variable of its index; has two indexes of four
bits each; lengthens the next one's argument; does so in place or not, by its argument."""


def _effects() -> list[int]:
    quiet = {_OPMAP[name] for name in _QUIET_NAMES.split() if name in _OPMAP}
    effects = [0 if op in quiet else _LOUD for op in range(256)]
    for effect, names in (
        # Of two indexes the second may only be read: that costs a look and tells nothing.
        (_BINDS, "STORE_FAST DELETE_FAST LOAD_FAST_AND_CLEAR STORE_DEREF DELETE_DEREF MAKE_CELL"),
        (_BINDS_TWO, "STORE_FAST_STORE_FAST STORE_FAST_LOAD_FAST"),
        (_EXTENDS, "EXTENDED_ARG"),
    ):
        for name in names.split():
            if name in _OPMAP:
                effects[_OPMAP[name]] |= effect
    effects[_OPMAP["BINARY_OP"]] = _OPERATES
    return effects


_EFFECTS = _effects()
_SHARES = frozenset(_OPMAP[name] for name in ("STORE_DEREF", "DELETE_DEREF"))


class Plan:
    """One line: which variables it may bind or unbind, and whether it leaves what is in containers as it is."""

    __slots__ = ("is_quiet", "stores")

    def __init__(self, stores: tuple[str, ...], is_quiet: bool) -> None:
        self.stores = stores
        self.is_quiet = is_quiet


def read_plans(code: CodeType, shared: frozenset[str]) -> dict[int, Plan]:
    """The plans of all lines of a code object.

    `shared` are names that functions within each other bind: on a line that calls anything, somebody else may.
    """
    names = names_of(code)
    stores: dict[int, set[int]] = {}
    loud: set[int] = set()
    unlined: set[int] = set()
    raw = code.co_code
    for start, end, line in code.co_lines():
        bound = unlined if line is None else stores.setdefault(line, set())
        high = 0
        for offset in range(start, end, 2):
            effect = _EFFECTS[raw[offset]]
            if effect == 0:
                continue
            arg = raw[offset + 1] | high
            high = 0
            if effect & _BINDS:
                bound.add(arg)
            elif effect & _BINDS_TWO:
                bound.update((arg >> 4, arg & 15))
            elif effect & _EXTENDS:
                high = arg << 8
            if line is not None and (effect & _LOUD or (effect & _OPERATES and arg in _IN_PLACE)):
                loud.add(line)
    by_others = {index for index, name in enumerate(names) if name in shared}
    plans: dict[int, Plan] = {}
    for line, bound in stores.items():
        indexes = bound | unlined
        if line in loud:
            indexes |= by_others
        plans[line] = Plan(tuple(names[index] for index in sorted(indexes)), line not in loud)
    return plans


def names_of(code: CodeType) -> tuple[str, ...]:
    """Variables in the order in which a frame has them."""
    own = code.co_varnames
    return (*own, *(name for name in code.co_cellvars if name not in own), *code.co_freevars)


def shared_by(code: CodeType) -> set[str]:
    """Variables of a closure that this code object binds."""
    if not code.co_cellvars and not code.co_freevars:
        return set()
    names = names_of(code)
    raw = code.co_code
    found: set[str] = set()
    high = 0
    for offset in range(0, len(raw), 2):
        op, arg = raw[offset], raw[offset + 1] | high
        high = arg << 8 if _EFFECTS[op] & _EXTENDS else 0
        if op in _SHARES:
            found.add(names[arg])
    return found
