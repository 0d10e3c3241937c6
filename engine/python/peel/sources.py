"""The learner's files as text: which names are theirs, and what stands at a line. Runs nothing."""

from __future__ import annotations

import ast
import linecache
from collections.abc import Iterator, Mapping
from functools import cached_property
from types import CodeType
from typing import Any, cast


class Sources(Mapping[str, str]):
    """Text of the learner's Python files by path."""

    def __init__(self, files: Mapping[str, str]) -> None:
        self._files = {path: text for path, text in files.items() if path.endswith(".py")}
        self._trees: dict[str, ast.Module | None] = {}

    def __getitem__(self, path: str) -> str:
        return self._files[path]

    def __iter__(self) -> Iterator[str]:
        return iter(self._files)

    def __len__(self) -> int:
        return len(self._files)

    def __contains__(self, path: object) -> bool:
        return path in self._files

    @cached_property
    def modules(self) -> dict[str, tuple[str, bool]]:
        """Path and whether it is a package, by module name."""
        found: dict[str, tuple[str, bool]] = {}
        for path in self._files:
            parts = path.removesuffix(".py").split("/")
            package = parts[-1] == "__init__"
            found[".".join(parts[:-1] if package else parts)] = (path, package)
        return found

    def prime_tracebacks(self) -> None:
        """Let tracebacks show the lines of files that are on no disk."""
        for path, text in self._files.items():
            linecache.cache[path] = (len(text), None, [f"{line}\n" for line in text.splitlines()], path)

    def forget_tracebacks(self) -> None:
        """Undo `prime_tracebacks()`."""
        for path in self._files:
            linecache.cache.pop(path, None)

    def line(self, path: str, number: int) -> str:
        """The text of a line, without indentation; empty where there is none."""
        lines = self._files.get(path, "").splitlines()
        return lines[number - 1].strip() if 0 < number <= len(lines) else ""

    def definition(self, value: Any) -> tuple[str, int] | None:
        """File and line of the `def` or `class` of a function or class of the learner's."""
        while hasattr(value, "__wrapped__"):
            value = value.__wrapped__
        value = getattr(value, "__func__", getattr(value, "func", value))
        code: CodeType | None = getattr(value, "__code__", None)
        if code is not None:
            if code.co_filename not in self._files:
                return None
            return code.co_filename, self._line_of_function(code)
        kind = cast("type[Any]", value if isinstance(value, type) else type(value))
        path, _ = self.modules.get(kind.__module__, (None, False))
        return (path, self._line_of_class(path, kind.__qualname__)) if path is not None else None

    def loop_around(self, path: str, number: int) -> str | None:
        """The head of the innermost loop around a line, e.g. `while True`."""
        best: ast.While | ast.For | ast.AsyncFor | None = None
        for node in self._walk(path):
            if not isinstance(node, ast.While | ast.For | ast.AsyncFor):
                continue
            if node.lineno <= number <= (node.end_lineno or 0) and (best is None or node.lineno >= best.lineno):
                best = node
        if best is None:
            return None
        if isinstance(best, ast.While):
            return f"while {ast.unparse(best.test)}"
        return f"for {ast.unparse(best.target)} in {ast.unparse(best.iter)}"

    def call_at(self, path: str, number: int, name: str) -> str | None:
        """The call of `name` at a line that is not awaited, as written, e.g. `call_next(request)`."""
        awaited = {id(node.value) for node in self._walk(path) if isinstance(node, ast.Await)}
        calls = [
            node
            for node in self._walk(path)
            if isinstance(node, ast.Call)
            and node.lineno <= number <= (node.end_lineno or 0)
            and id(node) not in awaited
        ]
        named = [node for node in calls if ast.unparse(node.func).split(".")[-1] == name]
        chosen = (named or calls)[:1]
        return ast.unparse(chosen[0]) if chosen else None

    def only_call(self, name: str) -> tuple[str, int] | None:
        """Where the learner's files call something of that name, if they do so at one place only."""
        found: list[tuple[str, int]] = []
        for path in self._files:
            for node in self._walk(path):
                if isinstance(node, ast.Call) and ast.unparse(node.func).split(".")[-1] == name:
                    found.append((path, node.lineno))
        return found[0] if len(found) == 1 else None

    def _walk(self, path: str) -> Iterator[ast.AST]:
        if path not in self._trees:
            try:
                self._trees[path] = ast.parse(self._files.get(path, ""))
            except SyntaxError:
                self._trees[path] = None
        tree = self._trees[path]
        return ast.walk(tree) if tree is not None else iter(())

    def _line_of_function(self, code: CodeType) -> int:
        for node in self._walk(code.co_filename):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                first = min([node.lineno, *(decorator.lineno for decorator in node.decorator_list)])
                if first == code.co_firstlineno and node.name == code.co_name:
                    return node.lineno
        return code.co_firstlineno

    def _line_of_class(self, path: str, qualname: str) -> int:
        name = qualname.split(".")[-1]
        for node in self._walk(path):
            if isinstance(node, ast.ClassDef) and node.name == name:
                return node.lineno
        return 1
