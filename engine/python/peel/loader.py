"""Makes the learner's files importable and finds the app in them; words what goes wrong. Knows no loop and no trace."""

from __future__ import annotations

import importlib
import importlib.abc
import importlib.machinery
import inspect
import sys
from collections.abc import Callable, Sequence
from types import CodeType, ModuleType
from typing import Any

from peel.advice import advise
from peel.errors import Errors
from peel.events import SessionError
from peel.sources import Sources

# What would lead out of Python to the page. Each with everything below it.
BLOCKED = ("js", "pyodide", "pyodide_js", "_pyodide", "_pyodide_core", "pyodide_http", "micropip", "ctypes", "_ctypes")


class LoadError(Exception):
    """The app cannot be had. `view` is what the learner reads."""

    def __init__(self, view: SessionError) -> None:
        super().__init__(view["text"])
        self.view = view


class Finder(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    """Imports the learner's files from memory, and refuses the modules behind which the page stands."""

    def __init__(self, sources: Sources, on_code: Callable[[CodeType], None]) -> None:
        self._sources = sources
        self._on_code = on_code
        self._hidden: dict[str, ModuleType] = {}
        self._finders: list[Any] = []
        self._known = set(sys.modules)

    def install(self) -> None:
        """Come before every other finder."""
        for name in list(sys.modules):
            if name.split(".")[0] in BLOCKED:
                self._hidden[name] = sys.modules.pop(name)
        # Pyodide's own finder makes `js` out of nothing.
        self._finders = [one for one in sys.meta_path if type(one).__module__.split(".")[0] in BLOCKED]
        for finder in self._finders:
            sys.meta_path.remove(finder)
        sys.meta_path.insert(0, self)

    def uninstall(self) -> None:
        """Go, with every module that was imported from the learner's files."""
        if self in sys.meta_path:
            sys.meta_path.remove(self)
        own = {name.split(".")[0] for name in self._sources.modules}
        for name in list(sys.modules):
            if name not in self._known and name.split(".")[0] in own:
                del sys.modules[name]
        sys.modules.update(self._hidden)
        sys.meta_path.extend(self._finders)

    def find_spec(
        self, fullname: str, _path: Sequence[str] | None, _target: ModuleType | None = None
    ) -> importlib.machinery.ModuleSpec | None:
        """Answer for the learner's modules only."""
        if fullname.split(".")[0] in BLOCKED:
            raise ImportError(
                f"{fullname} is not in this playground: no browser stands behind this Python", name=fullname
            )
        found = self._sources.modules.get(fullname)
        if found is not None:
            file, package = found
            # Not spec_from_file_location(): it makes the path absolute, and tracebacks name what the learner named.
            spec = importlib.machinery.ModuleSpec(fullname, self, origin=file, is_package=package)
            spec.has_location = True
            if package:
                spec.submodule_search_locations = [file.rpartition("/")[0]]
            return spec
        if any(name.startswith(f"{fullname}.") for name in self._sources.modules) and fullname not in self._known:
            spec = importlib.machinery.ModuleSpec(fullname, None, is_package=True)
            spec.submodule_search_locations = [fullname.replace(".", "/")]
            return spec
        return None

    def exec_module(self, module: ModuleType) -> None:
        """Compile and run a file under the name the learner gave it."""
        file: str = vars(module)["__file__"]
        try:
            code = compile(self._sources[file], file, "exec", dont_inherit=True)
        except SyntaxError as exc:
            if exc.filename is None:
                # A null byte, for which Python names no place.
                exc.filename = file
                exc.lineno = self._sources[file].partition("\0")[0].count("\n") + 1
            raise
        self._on_code(code)
        exec(code, vars(module))

    def get_source(self, fullname: str) -> str | None:
        """Source text, as inspect asks for it."""
        found = self._sources.modules.get(fullname)
        return self._sources[found[0]] if found else None


def load_app(entry: str, name: str | None, sources: Sources, errors: Errors) -> Any:
    """Import the entry file and find the app in it; raises LoadError."""
    if entry not in sources:
        listed = ", ".join(sources) or "none"
        raise _fail(f"There is no {entry} among the files (Python files: {listed}).", entry)
    module_name = next(key for key, (path, _) in sources.modules.items() if path == entry)
    try:
        module = importlib.import_module(module_name)
    except (Exception, SystemExit) as exc:
        raise LoadError(errors.session(exc, "load", _import_text(exc, entry, sources, errors))) from exc
    return _find_app(module, entry, name, errors)


def _find_app(module: ModuleType, entry: str, name: str | None, errors: Errors) -> Any:
    wanted = name or "app"
    if not hasattr(module, wanted):
        raise _fail(_no_app_text(module, entry, wanted), entry)
    app = getattr(module, wanted)
    if is_asgi_app(app):
        return app
    if callable(app) and not inspect.isclass(app) and _takes_nothing(app):
        try:
            made = app()
        except Exception as exc:
            file, line = errors.place(exc)
            at = f"{file} line {line}" if file else entry
            text = f"The factory `{wanted}` in {entry} failed at {at}: {_named(exc)}. Fix that line and run again."
            raise LoadError(errors.session(exc, "load", text)) from exc
        if is_asgi_app(made):
            return made
        what = f"`{wanted}()` in {entry} gives a {type(made).__name__}"
    else:
        what = f"`{wanted}` in {entry} is a {type(app).__name__}"
    raise _fail(f"{what}, not an ASGI application. Make it `{wanted} = FastAPI()`.", entry)


def is_asgi_app(value: Any) -> bool:
    """Whether a server can call it with scope, receive and send."""
    if value is None or inspect.isclass(value) or not callable(value):
        return False
    try:
        inspect.signature(value).bind(None, None, None)
    except (TypeError, ValueError):
        return False
    return True


def _takes_nothing(value: Any) -> bool:
    try:
        inspect.signature(value).bind()
    except (TypeError, ValueError):
        return False
    return True


def _no_app_text(module: ModuleType, entry: str, wanted: str) -> str:
    apps = [
        key
        for key, value in vars(module).items()
        if hasattr(value, "build_middleware_stack") and not inspect.isclass(value)
    ]
    if len(apps) > 1:
        others = " and ".join(f"`{key}`" for key in apps)
        what = f"{entry} has no `{wanted}`, but {len(apps)} apps: {others}"
        return f"{what}. Call one of them `{wanted}`, or choose it by its name."
    if apps:
        kind = type(getattr(module, apps[0])).__name__
        return f"{entry} has no `{wanted}`, but a {kind} named `{apps[0]}`. Rename it, or choose it by its name."
    makers = [key for key in ("create_app", "make_app", "get_app", "build_app") if callable(getattr(module, key, None))]
    if makers:
        made = f"`{wanted} = {makers[0]}()`"
        return f"{entry} has no `{wanted}`, but a function `{makers[0]}`. Add {made}, or choose it by its name."
    return f"{entry} has no `{wanted}`. Add `{wanted} = FastAPI()` to it."


def _import_text(exc: BaseException, entry: str, sources: Sources, errors: Errors) -> str:
    file, line = errors.place(exc)
    at = f"{file} line {line}" if file and line else file or entry
    if isinstance(exc, SyntaxError) and exc.filename in sources:
        return f"{at} is not valid Python: {exc.msg}. Fix that line and run again."
    if isinstance(exc, ModuleNotFoundError) and exc.name:
        top = exc.name.split(".")[0]
        if top != exc.name and top in sys.modules:
            return f"{at} imports {exc.name}, and {top} has no such module. Check the name, and run again."
        from peel.preload import list_packages  # which asks this module what is blocked

        here = ", ".join(list_packages())
        return (
            f"{at} imports {exc.name}, which is not in this playground. "
            f"Do without it: Python's own library is here, and {here}."
        )
    if isinstance(exc, ImportError) and "partially initialized module" in str(exc):
        return (
            f"{at} imports from {exc.name}, which is not through with its own imports: the two import each other. "
            "Move what both need into a third file, or import it inside of the function that uses it."
        )
    if isinstance(exc, ImportError):
        return f"{at} cannot import: {exc}. Check the name, and run again."
    if isinstance(exc, SystemExit):
        return f"{at} ends the program while the app is being loaded. Take the exit out."
    advice = advise(exc, sources)
    if advice is not None:
        return f"{at} failed while the app was being loaded: {_named(exc)}. {advice.hint}."
    return f"{at} failed while the app was being loaded: {_named(exc)}. Fix that line and run again."


def _named(exc: BaseException) -> str:
    return f"{type(exc).__name__}: {exc}" if str(exc) else type(exc).__name__


def _fail(text: str, file: str | None) -> LoadError:
    return LoadError({"type": "LoadError", "message": text, "file": file, "line": None, "phase": "load", "text": text})
