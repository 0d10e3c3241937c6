"""Finds the layers of an app by walking from each to the one inside, and puts probes between them.

Relies on no names of middleware and on no version: a layer is what holds the next ASGI app.
"""

from __future__ import annotations

import functools
import inspect
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, cast

from starlette.middleware import Middleware
from starlette.middleware.base import BaseHTTPMiddleware

from peel.events import LayerView
from peel.patches import Patches
from peel.probe import EndpointProbe, Observer, Probe
from peel.sources import Sources


class BuildError(Exception):
    """A middleware could not be made; `__cause__` says why, `place` where it was added."""

    def __init__(self, name: str, place: tuple[str, int] | None) -> None:
        super().__init__(name)
        self.name = name
        self.place = place


class OrderError(Exception):
    """The wanted order names a middleware that the app does not have, or one of them twice."""


@dataclass(frozen=True, slots=True)
class _Made:
    """One construction: who was made, around what, and by which entry of the app's list."""

    entry: Middleware
    factory: Any
    inner: Any
    result: Any


@dataclass(frozen=True, slots=True)
class _Slot:
    """Where a layer keeps the app inside it."""

    value: Any
    put: Callable[[Any], None]


class Discovery:
    """Layers of one session's app."""

    def __init__(self, sources: Sources, observer: Observer | None) -> None:
        self._sources = sources
        self._observer = observer
        self._added: dict[int, tuple[Any, tuple[str, int]]] = {}
        self._ids: dict[str, int] = {}
        self._done: list[Any] = []
        self._routers: list[tuple[Any, str | None, int, str]] = []
        self.layers: list[LayerView] = []

    def watch(self, patches: Patches) -> None:
        """Remember at which line of the learner's each middleware is added."""
        make = Middleware.__init__
        added, sources = self._added, self._sources

        def remember(self: Middleware, *args: Any, **kwargs: Any) -> None:
            frame = sys._getframe(1)
            while frame is not None and frame.f_code.co_filename not in sources:
                frame = frame.f_back
            if frame is not None:
                added[id(self)] = (self, (frame.f_code.co_filename, frame.f_lineno))
            make(self, *args, **kwargs)

        patches.set(Middleware, "__init__", remember)

    def instrument(self, app: Any) -> Any:
        """Find the layers from `app` inwards; give back what the server is to call."""
        return self._outside(app, parent=None, mount=None, depth=0)

    def refresh(self) -> None:
        """Look again for routes: some are added at startup, some are built late."""
        for router, layer, depth, mount in list(self._routers):
            self._routes(router, layer, depth, mount)

    def _outside(self, app: Any, parent: str | None, mount: str | None, depth: int) -> Any:
        """Layers that were put around an application by hand, then those of the application itself."""
        chain: list[Any] = []
        slots: list[_Slot] = []
        node = app
        while not _is_application(node):
            chain.append(node)
            slot = _find_slot(node, None)
            if slot is None:
                break
            slots.append(slot)
            node = slot.value
        if not _is_application(node):
            if parent is not None:
                return app  # static files, a plain router: no layers of their own
            slots = slots[: len(chain) - 1]
        views = [self._describe(one, None, None, False, parent, mount, depth + i) for i, one in enumerate(chain)]
        if _is_application(node):
            self._application(node, parent, mount, depth + len(chain))
        outermost = app
        for index in range(len(chain) - 1, -1, -1):
            probe = self._probe(chain[index], views[index]["id"])
            if index == 0:
                outermost = probe
            else:
                slots[index - 1].put(probe)
        return outermost

    def _application(self, app: Any, parent: str | None, mount: str | None, depth: int) -> None:
        if any(one is app for one in self._done):
            return
        self._done.append(app)
        made: list[_Made] = []
        if app.middleware_stack is None:
            app.middleware_stack = self._build(app, made)
        chain: list[tuple[Any, _Made | None]] = []
        slots: list[_Slot] = []
        node, owner = app.middleware_stack, None
        while True:
            owner = next((one for one in made if one.result is node), owner)
            chain.append((node, owner))
            if node is app.router:
                break
            slot = _find_slot(node, owner.inner if owner is not None and owner.result is node else None)
            if slot is None:
                break
            slots.append(slot)
            node = slot.value
        views = [
            self._describe(one, owner, app, one is app.router, parent, mount, depth + i)
            for i, (one, owner) in enumerate(chain)
        ]
        for index in range(len(chain) - 1, -1, -1):
            probe = self._probe(chain[index][0], views[index]["id"])
            if index == 0:
                app.middleware_stack = probe
            else:
                slots[index - 1].put(probe)
        router = (app.router, views[-1]["id"], depth + len(chain), mount or "")
        self._routers.append(router)
        self._routes(*router)

    def _build(self, app: Any, made: list[_Made]) -> Any:
        """Have the app build its stack, and see who is made around whom."""
        patches = Patches()
        iterate = Middleware.__iter__
        building: list[tuple[Middleware, Any]] = []

        def watched(entry: Middleware) -> Iterator[Any]:
            factory, *rest = iterate(entry)

            @functools.wraps(factory, updated=())
            def make(*args: Any, **kwargs: Any) -> Any:
                building[:] = [(entry, factory)]
                result = factory(*args, **kwargs)
                building.clear()
                made.append(_Made(entry, factory, args[0] if args else kwargs.get("app"), result))
                return result

            return iter((make, *rest))

        patches.set(Middleware, "__iter__", watched)
        try:
            return app.build_middleware_stack()
        except Exception as exc:
            if not building:
                raise
            entry, factory = building[0]
            raise BuildError(_factory_name(factory), self._place(entry)) from exc
        finally:
            patches.undo()

    def _place(self, entry: Middleware) -> tuple[str, int] | None:
        found = self._added.get(id(entry))
        return found[1] if found else None

    def _describe(
        self,
        node: Any,
        owner: _Made | None,
        app: Any,
        is_router: bool,
        parent: str | None,
        mount: str | None,
        depth: int,
    ) -> LayerView:
        function = _dispatch_function(node)
        defined: Any = function
        factory = owner.factory if owner is not None and owner.result is node else None
        if function is not None:
            name, style = _factory_name(function), "function"
        elif inspect.isfunction(node) or inspect.ismethod(node):
            defined = factory or node
            name, style = _factory_name(defined), "asgi"
        else:
            defined = cast("type[Any]", type(node))
            name = defined.__name__
            style = "router" if is_router else "base" if isinstance(node, BaseHTTPMiddleware) else "asgi"
        place = self._sources.definition(defined)
        added = app is None or (owner is not None and any(owner.entry is one for one in app.user_middleware))
        prefix = f"{parent}/" if parent is not None else ""
        self._ids[prefix + name] = count = self._ids.get(prefix + name, 0) + 1
        view: LayerView = {
            "id": f"{prefix}{name}" if count == 1 else f"{prefix}{name}#{count}",
            "name": name,
            "origin": "yours" if place else "library" if added and not is_router else "framework",
            "depth": depth,
            "style": style,
        }
        if parent is not None:
            view["parent"] = parent
            view["mount"] = mount or ""
        if place is not None:
            view["file"], view["line"] = place
        self.layers.append(view)
        return view

    def _probe(self, node: Any, layer: str) -> Any:
        return Probe(node, layer, self._observer) if self._observer is not None else node

    def _routes(self, router: Any, layer: str | None, depth: int, prefix: str) -> None:
        for holder, route in _leaves(getattr(router, "routes", [])):
            inner = getattr(holder, "app", None)
            if inner is None or isinstance(inner, Probe):
                continue
            if _is_mount(route):
                path = getattr(route, "path", None) or getattr(route, "host", "")
                if not any(one is inner for one in self._done):
                    outer = self._outside(inner, layer, prefix + path, depth)
                    if outer is not inner:
                        holder.app = outer
                if not _is_application(inner):
                    self._routes(getattr(route, "_base_app", inner), layer, depth, prefix + path)
            elif self._observer is not None and hasattr(route, "methods") and hasattr(route, "endpoint"):
                holder.app = EndpointProbe(inner, self._observer, self._route(holder, route))

    def _route(self, holder: Any, route: Any) -> dict[str, Any]:
        endpoint = route.endpoint
        while isinstance(endpoint, functools.partial):
            endpoint = cast("Any", endpoint).func
        place = self._sources.definition(endpoint)
        path: str = getattr(holder, "path_format", "") or getattr(holder, "path", "")
        return {
            "endpoint": getattr(endpoint, "__name__", type(endpoint).__name__),
            "path": path,
            "sync": inspect.isroutine(endpoint) and not inspect.iscoroutinefunction(endpoint),
            "file": place[0] if place else None,
            "line": place[1] if place else None,
        }


def list_registered(app: Any) -> list[str]:
    """Names of the app's user middlewares, outermost first; `#2` tells those of one name apart, as in a layer's id."""
    names: list[str] = []
    counts: dict[str, int] = {}
    for entry in _user_middleware(app):
        factory, *_, options = entry
        function = options.get("dispatch") if _makes_base(factory) else None
        name = _factory_name(factory if function is None else function)
        counts[name] = count = counts.get(name, 0) + 1
        names.append(name if count == 1 else f"{name}#{count}")
    return names


def arrange(app: Any, order: Sequence[int]) -> None:
    """Leave only the named user middlewares, in this order, as if the program had registered them so; or OrderError."""
    entries = _user_middleware(app)
    known = f"{len(entries)} middlewares are registered" if len(entries) != 1 else "one middleware is registered"
    for index in order:
        # A bool is an int in Python, and none in the protocol.
        if type(index) is not int or not 0 <= index < len(entries):
            raise OrderError(f"order names {index!r}, and {known}: count them from 0")
    if len(set(order)) < len(order):
        raise OrderError(f"order {list(order)} names a middleware twice")
    entries[:] = [entries[index] for index in order]
    application = _application_of(app)
    if application is not None:
        application.middleware_stack = None  # one that was built while the files were loaded stands in the old order


def _user_middleware(app: Any) -> list[Any]:
    application = _application_of(app)
    return application.user_middleware if application is not None else []


def _application_of(app: Any) -> Any:
    """The application inside of what was put around it by hand; None for an app that is no Starlette application."""
    node = app
    while not _is_application(node):
        slot = _find_slot(node, None)
        if slot is None:
            return None
        node = slot.value
    return node


def _makes_base(factory: Any) -> bool:
    return inspect.isclass(factory) and issubclass(factory, BaseHTTPMiddleware)


def _leaves(routes: Any) -> Iterator[tuple[Any, Any]]:
    """Routes with the object that holds their app: newer FastAPI keeps included routers whole."""
    for route in list(routes):
        contexts = getattr(route, "effective_route_contexts", None)
        if contexts is None:
            yield route, route
            continue
        for context in contexts():
            original = context.original_route
            made = getattr(context, "starlette_route", None)
            yield (made, made) if made is not None else (context, original)


def _is_application(node: Any) -> bool:
    return hasattr(node, "build_middleware_stack") and hasattr(node, "middleware_stack")


def _is_mount(route: Any) -> bool:
    return hasattr(route, "routes") and not hasattr(route, "endpoint")


def _is_asgi(value: Any) -> bool:
    """Whether a value can be called as `(scope, receive, send)`."""
    if value is None or inspect.isclass(value) or not callable(value):
        return False
    try:
        signature = inspect.signature(value)
        signature.bind(None, None, None)
    except (TypeError, ValueError):
        return False
    return True


def _find_slot(node: Any, inner: Any) -> _Slot | None:
    """Where `node` keeps the app inside: `.app`, else whatever attribute or closure holds what it was made around."""
    app = getattr(node, "app", None)
    if app is not None and not inspect.ismethod(app) and _is_asgi(app):
        return _Slot(app, lambda value: setattr(node, "app", value))
    if inner is None:
        return None
    for cell in getattr(node, "__closure__", None) or ():
        if cell.cell_contents is inner:
            return _Slot(inner, lambda value, cell=cell: setattr(cell, "cell_contents", value))
    for name, value in getattr(node, "__dict__", {}).items():
        if value is inner:
            return _Slot(inner, lambda new, name=name: setattr(node, name, new))
    return None


def _dispatch_function(node: Any) -> Any:
    """The plain function behind a BaseHTTPMiddleware; None for a subclass with a dispatch of its own."""
    if not isinstance(node, BaseHTTPMiddleware):
        return None
    function = getattr(node, "dispatch_func", None)
    return None if getattr(function, "__self__", None) is node else function


def _factory_name(factory: Any) -> str:
    while isinstance(factory, functools.partial):
        factory = cast("Any", factory).func
    return getattr(factory, "__name__", type(factory).__name__)
