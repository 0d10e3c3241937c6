"""Checks and proofs: plain Python functions with asserts, called with one finished run.

Reads the run document only. Knows nothing of apps, loops or probes, and changes nothing.
"""

from __future__ import annotations

import ast
import base64
import json
import traceback
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, TypedDict, cast

Pair = tuple[str, str]
Json = Mapping[str, object]

_PREFIXES = ("check_", "proof_")
# Names that the document uses for the rings that are not layers (engine/protocol/trace.ts).
_ENDPOINT = "endpoint"
_SOURCES = Literal["print", "logging", "access", "server"]


class CheckResult(TypedDict):
    """One outcome, as `engine/protocol/calls.ts` has it. `reason` is None where the check holds."""

    id: str
    says: str
    holds: bool
    reason: str | None


class Headers:
    """Headers in the order they were sent, duplicates kept. Names are compared without regard to case."""

    def __init__(self, pairs: Sequence[Pair]) -> None:
        self.pairs: tuple[Pair, ...] = tuple(pairs)

    def get(self, name: str, default: str | None = None) -> str | None:
        """Return the first value, or `default` when no header has the name."""
        return next(iter(self.get_all(name)), default)

    def get_all(self, name: str) -> list[str]:
        """Return each value of the name, in order."""
        return [value for key, value in self.pairs if key.lower() == name.lower()]

    @property
    def names(self) -> list[str]:
        """Names in lower case, in order, duplicates kept."""
        return [key.lower() for key, _ in self.pairs]

    def __getitem__(self, name: str) -> str:
        value = self.get(name)
        if value is None:
            raise AssertionError(f"There is no header {name.lower()}. There are: {_listed(self.names)}.")
        return value

    def __contains__(self, name: object) -> bool:
        return isinstance(name, str) and name.lower() in self.names

    def __len__(self) -> int:
        return len(self.pairs)

    def __repr__(self) -> str:
        return repr(list(self.pairs))


@dataclass(frozen=True, slots=True)
class RequestView:
    """What was sent to the server."""

    method: str
    url: str
    headers: Headers
    content: bytes

    @property
    def path(self) -> str:
        """The path without scheme, host and query."""
        rest = self.url.split("://", 1)[-1]
        return "/" + rest.partition("/")[2].split("?")[0]

    @property
    def text(self) -> str:
        """The body as text, bytes that are not UTF-8 replaced."""
        return self.content.decode(errors="replace")


@dataclass(frozen=True, slots=True)
class ResponseView:
    """What came back over the wire, after de-chunking and before content decoding."""

    status: int
    headers: Headers
    content: bytes

    @property
    def text(self) -> str:
        """The body as text, bytes that are not UTF-8 replaced."""
        return self.content.decode(errors="replace")

    def json(self) -> object:
        """Return the parsed body; a body that is no JSON fails the check with that reason."""
        try:
            return cast(object, json.loads(self.content))
        except ValueError:
            raise AssertionError(f"The body is no JSON: {self.text[:80]!r}.") from None


@dataclass(frozen=True, slots=True)
class ErrorInfo:
    """An exception as data; `file` and `line` name the innermost frame of the learner's files, or None."""

    type: str
    message: str
    file: str | None
    line: int | None


@dataclass(frozen=True, slots=True)
class Head:
    """A response head as one ring let it out."""

    ring: str
    status: int
    headers: Headers


@dataclass(frozen=True, slots=True)
class Sent:
    """One ASGI message as one ring let it out; `at_ms` is virtual time, `size` the bytes of its body."""

    ring: str
    at_ms: float
    type: str
    size: int


@dataclass(frozen=True, slots=True)
class Crossing:
    """What one ring did in one exchange."""

    name: str
    #: The request reached this ring.
    entered: bool
    #: The ring called the app inside it.
    awaited: bool
    #: The response head was first sent here: nothing further in had sent one.
    answered: bool
    #: Response headers that appear, disappear or get another value at this ring.
    added: Headers
    removed: Headers
    changed: Headers
    #: The exception that left this ring, and the one from further in that stopped here.
    raised: ErrorInfo | None
    caught: ErrorInfo | None
    #: What was printed while this ring was the innermost one at work.
    prints: list[str]


class Exchange:
    """One request with its response, and what happened in between."""

    def __init__(self, raw: Json, events: Sequence[Json], names: Mapping[str, str]) -> None:
        request = _mapping(raw["request"])
        response = raw.get("response")
        self.title: str = str(raw.get("title", ""))
        self.origin_index: int = cast(int, raw.get("from", 0))
        self.events: Sequence[Json] = events
        self.request: RequestView = RequestView(
            method=str(request["method"]),
            url=str(request["url"]),
            headers=_headers(request.get("headers")),
            content=_content(request),
        )
        self._response: ResponseView | None = None
        if response is not None:
            answer = _mapping(response)
            self._response = ResponseView(
                status=cast(int, answer["status"]), headers=_headers(answer.get("headers")), content=_content(answer)
            )
        self.error: ErrorInfo | None = _error(raw.get("error"))
        #: Virtual time from the first byte sent to the last one received.
        self.lasted_ms: float = cast(float, raw.get("endedAt", 0)) - cast(float, raw.get("startedAt", 0))
        endpoint = next((str(e["endpoint"]) for e in events if e.get("kind") == "route"), _ENDPOINT)
        self._names: Mapping[str, str] = {**names, _ENDPOINT: endpoint}

    @property
    def response(self) -> ResponseView:
        """The response; an exchange without one fails the check with that reason."""
        if self._response is None:
            why = f"{self.error.type}: {self.error.message}" if self.error else "nothing was sent"
            raise AssertionError(f"{self.request.method} {self.request.path} got no response ({why}).")
        return self._response

    @property
    def answered(self) -> bool:
        """True when a response came at all."""
        return self._response is not None

    @property
    def path(self) -> list[str]:
        """Names of the rings that the request entered, in that order; the core has the endpoint's name."""
        return [self._ring(event) for event in self.events if event.get("kind") == "enter"]

    @property
    def heads(self) -> list[Head]:
        """The response head as each ring let it out, innermost first."""
        found: list[Head] = []
        for event in self.events:
            message = _mapping(event.get("message", {}))
            if event.get("kind") == "send" and message.get("type") == "http.response.start":
                status = cast(int, message.get("status", 0))
                found.append(Head(self._ring(event), status, _headers(message.get("headers"))))
        return found

    @property
    def sent(self) -> list[Sent]:
        """Each message that each ring let out, in the order they were let out."""
        found: list[Sent] = []
        for event in self.events:
            if event.get("kind") == "send":
                message = _mapping(event.get("message", {}))
                size = cast(int, _mapping(message.get("body") or {}).get("bytes", 0))
                found.append(Sent(self._ring(event), cast(float, event["at"]), str(message.get("type")), size))
        return found

    @property
    def prints(self) -> list[str]:
        """Printed lines, in order."""
        return [line for event in self._logs("print") for line in str(event["text"]).splitlines()]

    @property
    def logs(self) -> list[str]:
        """Texts of the learner's loggers, in order."""
        return [str(event["text"]) for event in self._logs("logging")]

    @property
    def answered_by(self) -> str | None:
        """Name of the ring that sent the response head first, the endpoint's name if it was the core."""
        heads = self.heads
        return heads[0].ring if heads else None

    def entered(self, name: str) -> bool:
        """Tell whether the request reached the ring of that name."""
        return name in self.path

    def sent_by(self, name: str) -> bool:
        """Tell whether the response was made by the ring of that name, not merely passed on."""
        return self.answered_by == name

    def layer(self, name: str) -> Crossing:
        """Return what the ring of that name did; all empty when the request did not reach it."""
        mine = [event for event in self.events if event.get("layer") is not None and self._ring(event) == name]
        before: Headers = Headers(())
        after: Headers = Headers(())
        for inner, head in zip([None, *self.heads], self.heads, strict=False):
            if head.ring == name:
                before, after = (inner.headers if inner else Headers(())), head.headers
                break
        return Crossing(
            name=name,
            entered=any(event.get("kind") == "enter" for event in mine),
            awaited=any(event.get("kind") == "exit" and event.get("awaited") is True for event in mine),
            answered=self.answered_by == name,
            added=Headers([pair for pair in after.pairs if pair[0].lower() not in before.names]),
            removed=Headers([pair for pair in before.pairs if pair[0].lower() not in after.names]),
            changed=Headers(
                [
                    pair
                    for pair in after.pairs
                    if pair[0].lower() in before.names and before.get_all(pair[0]) != after.get_all(pair[0])
                ]
            ),
            raised=next((_error(event["error"]) for event in mine if event.get("kind") == "raise"), None),
            caught=next((_error(event["error"]) for event in mine if event.get("kind") == "catch"), None),
            prints=[
                line
                for event in mine
                if event.get("kind") == "log" and event.get("source") == "print"
                for line in str(event["text"]).splitlines()
            ],
        )

    def _ring(self, event: Json) -> str:
        ring = str(event.get("layer"))
        return self._names.get(ring, ring)

    def _logs(self, source: _SOURCES) -> list[Json]:
        return [e for e in self.events if e.get("kind") == "log" and e.get("source") == source]

    def __repr__(self) -> str:
        return f"<{self.request.method} {self.request.path}>"


class Run:
    """A whole session: its layers and its exchanges, in order."""

    def __init__(self, document: Json) -> None:
        self.document: Json = document
        layers = [_mapping(layer) for layer in _list(document.get("layers"))]
        events = [_mapping(event) for event in _list(document.get("events"))]
        names = {str(layer["id"]): str(layer["name"]) for layer in layers}
        # @note layers of a mounted app have a parent; the chain of the outermost app is what `layers` names.
        self.layers: list[str] = [str(layer["name"]) for layer in layers if layer.get("parent") is None]
        self.own_layers: list[str] = [
            str(layer["name"]) for layer in layers if layer.get("parent") is None and layer.get("origin") == "yours"
        ]
        self.styles: dict[str, str] = {str(layer["name"]): str(layer.get("style")) for layer in layers}
        self.exchanges: list[Exchange] = [
            Exchange(_mapping(raw), [e for e in events if e.get("exchange") == index], names)
            for index, raw in enumerate(_list(document.get("exchanges")))
        ]
        self.error: ErrorInfo | None = _error(document.get("error"))

    @property
    def prints(self) -> list[str]:
        """Lines printed during the exchanges, in order."""
        return [line for exchange in self.exchanges for line in exchange.prints]

    def find(self, wanted: str) -> Exchange:
        """Return the first exchange with that title, that path, or that `METHOD /path`."""
        for exchange in self.exchanges:
            request = exchange.request
            if wanted in (exchange.title, request.path, f"{request.method} {request.path}"):
                return exchange
        raise AssertionError(f"No request {wanted!r} was sent. There are: {_listed(map(repr, self.exchanges))}.")


def run_checks(source: str, file: str, document: Json) -> list[CheckResult]:
    """Run each `check_*` and `proof_*` function of a check file, in the order they are written.

    `file` names the source in tracebacks. A file that cannot be loaded gives one result, with id `file`.
    Raises: nothing of its own; what a check raises becomes its reason.
    """
    space: dict[str, object] = {"__name__": "checks", "__file__": file}
    try:
        tree = ast.parse(source, file)
        exec(compile(tree, file, "exec"), space)  # noqa: S102  check files come with the lesson, not from the learner
    except Exception as problem:
        return [_outcome("file", f"{file} can be loaded.", _met(problem, file))]
    if isinstance(document.get("error"), Mapping) and not document.get("exchanges"):
        failure = _error(document["error"])
        reason = f"The app did not start. {failure.type}: {failure.message}" if failure else "The app did not start."
        return [_outcome(name, _sentence(check), reason) for name, check in _checks(space)]
    return [
        _outcome(name, _sentence(check), _reason(check, Run(document), tree, file)) for name, check in _checks(space)
    ]


def _checks(space: Mapping[str, object]) -> list[tuple[str, Callable[[Run], object]]]:
    found = [(name, value) for name, value in space.items() if name.startswith(_PREFIXES) and callable(value)]
    return cast("list[tuple[str, Callable[[Run], object]]]", found)


def _outcome(name: str, says: str, reason: str | None) -> CheckResult:
    return {"id": name, "says": says, "holds": reason is None, "reason": reason}


def _sentence(check: Callable[[Run], object]) -> str:
    lines = (check.__doc__ or "").strip().splitlines()
    if lines:
        return lines[0].strip()
    name = getattr(check, "__name__", "check")
    words = str(name).split("_", 1)[-1].replace("_", " ")
    return words[:1].upper() + words[1:] + "."


def _reason(check: Callable[[Run], object], run: Run, tree: ast.Module, file: str) -> str | None:
    try:
        check(run)
    except AssertionError as failure:
        return str(failure) or _bare(failure, tree, file)
    except Exception as problem:
        return _met(problem, file)
    return None


def _met(problem: Exception, file: str) -> str:
    lines = [frame.lineno for frame in traceback.extract_tb(problem.__traceback__) if frame.filename == file]
    if isinstance(problem, SyntaxError) and problem.lineno is not None:
        lines = [problem.lineno]
    where = f", line {lines[-1]}" if lines else ""
    return f"The check itself met {type(problem).__name__}: {problem} ({file}{where})."


def _bare(failure: AssertionError, tree: ast.Module, file: str) -> str:
    """Word an assert without a message: what was compared, with the values it had."""
    trace = failure.__traceback__
    while trace is not None and trace.tb_next is not None and trace.tb_next.tb_frame.f_code.co_filename == file:
        trace = trace.tb_next
    if trace is None or trace.tb_frame.f_code.co_filename != file:
        return "This does not hold."
    asserts = [n for n in ast.walk(tree) if isinstance(n, ast.Assert) and n.lineno <= trace.tb_lineno]
    test = max((n for n in asserts), key=lambda n: n.lineno).test if asserts else None
    if test is None:
        return "This does not hold."
    text = ast.unparse(test)
    if not isinstance(test, ast.Compare) or len(test.ops) != 1:
        return f"This does not hold: {text}."

    def value(node: ast.expr) -> object:
        expression = compile(ast.Expression(node), file, "eval")
        return cast(object, eval(expression, trace.tb_frame.f_globals, trace.tb_frame.f_locals))  # noqa: S307

    try:
        left = value(test.left)
    except Exception:
        return f"This does not hold: {text}."
    return f"This does not hold: {text}. The left side is {_short(left)}."


def _short(value: object) -> str:
    text = repr(value)
    return text if len(text) <= 120 else text[:117] + "..."


def _listed(items: Sequence[str] | map[str]) -> str:
    return ", ".join(items) or "none"


def _mapping(value: object) -> Json:
    return cast(Json, value)


def _list(value: object) -> list[object]:
    return cast("list[object]", value or [])


def _headers(value: object) -> Headers:
    return Headers([(str(pair[0]), str(pair[1])) for pair in cast("list[list[object]]", value or [])])


def _content(raw: Json) -> bytes:
    text = str(raw.get("body", ""))
    return base64.b64decode(text) if raw.get("bodyEncoding") == "base64" else text.encode()


def _error(value: object) -> ErrorInfo | None:
    if value is None:
        return None
    raw = _mapping(value)
    return ErrorInfo(
        type=str(raw.get("type", "")),
        message=str(raw.get("message", "")),
        file=cast("str | None", raw.get("file")),
        line=cast("int | None", raw.get("line")),
    )
