"""Finds the layers of an app by walking from each to the one inside, and puts probes between them.

Relies on no names of middleware and on no version: a layer is what holds the next ASGI app.
"""

from __future__ import annotations

import functools
import inspect
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from types import SimpleNamespace
from typing import Any, Literal, cast

from starlette.middleware import Middleware
from starlette.middleware.base import BaseHTTPMiddleware
from starlette.routing import Router

from peel.events import LayerView
from peel.patches import Patches
from peel.probe import Door, DoorKey, EndpointProbe, Observer, Probe, step_through
from peel.sources import Sources
from peel.tracer import CURRENT

_MAKERS = ("starlette.", "fastapi.")


class BuildError(Exception):
    """A middleware could not be made; `__cause__` says why, `place` where it was added."""

    def __init__(self, factory: Any, place: tuple[str, int] | None) -> None:
        name = _factory_name(factory)
        super().__init__(name)
        # A class or a function; an instance of a class cannot be made once more.
        self.takes_app = (
            inspect.isclass(factory) or inspect.isroutine(factory) or isinstance(factory, functools.partial)
        )
        self.name = name if self.takes_app else f"an instance of {name}"
        self.place = place


class OrderError(Exception):
    """The wanted order names a middleware that the app does not have, or one of them twice."""


@dataclass(frozen=True, slots=True)
class _Made:
    """One construction: who was made, around what, and by which entry of a list of middlewares."""

    entry: Middleware
    factory: Any
    inner: Any
    result: Any


@dataclass(frozen=True, slots=True)
class _Slot:
    """Where something keeps an app."""

    get: Callable[[], Any]
    put: Callable[[Any], None]


@dataclass(slots=True)
class _Link:
    """A layer, and the one inside it. The same chain may be met on several ways, each with a description of its own."""

    node: Any
    name: str
    style: Literal["function", "base", "asgi", "router"]
    origin: Literal["yours", "library", "framework"]
    place: tuple[str, int] | None
    added: tuple[str, int] | None
    router: Any = None
    inside: _Link | None = None
    probe: Probe | None = None
    described: bool = False


@dataclass(frozen=True, slots=True)
class _Way:
    """How a request comes to a chain of layers."""

    parent: str | None = None
    mount: str | None = None
    route: str | None = None
    depth: int = 0
    door: DoorKey = None
    routers: tuple[Any, ...] = ()
    """Those on the way here, so that an app that is mounted in itself does not go on for ever."""


class Discovery:
    """Layers of one session's app."""

    def __init__(self, sources: Sources, observer: Observer | None) -> None:
        self._sources = sources
        self._observer = observer
        self._added: dict[int, tuple[Middleware, tuple[str, int]]] = {}
        self._chosen: dict[int, Middleware] = {}
        self._made: dict[int, _Made] = {}
        self._building: list[tuple[Middleware, Any]] = []
        self._links: dict[int, tuple[Any, _Link]] = {}
        self._ids: dict[str, int] = {}
        self._routers: list[tuple[Any, _Way]] = []
        self._met: dict[tuple[int, str | None], Any] = {}
        self._doors = 0
        self.layers: list[LayerView] = []
        self.apps: list[Any] = []
        """Applications that were found, mounted ones too."""
        self.holders: list[Any] = []
        """What holds the app of each route."""

    def watch(self, patches: Patches) -> None:
        """Remember at which line of the learner's each middleware is added, and what it is made around."""
        init, iterate = Middleware.__init__, Middleware.__iter__
        note_entry, note_making = self._note_entry, self._note_making

        def remember(self: Middleware, *args: Any, **kwargs: Any) -> None:
            note_entry(self, sys._getframe(1))
            init(self, *args, **kwargs)

        def watched(self: Middleware) -> Iterator[Any]:
            factory, *rest = iterate(self)
            if not str(sys._getframe(1).f_globals.get("__name__")).startswith(_MAKERS):
                return iter((factory, *rest))
            return iter((note_making(self, factory), *rest))

        patches.set(Middleware, "__init__", remember)
        patches.set(Middleware, "__iter__", watched)

    def instrument(self, app: Any) -> Any:
        """Find the layers from `app` inwards; give back what the server is to call."""
        holder = SimpleNamespace(app=app)
        self._describe(self._link(_attribute(holder, "app")), _Way())
        return holder.app

    def refresh(self) -> None:
        """Look again for routes: some are added at startup, some are built late."""
        for router, way in list(self._routers):
            self._routes(router, way)

    def handlers(self) -> Iterator[Any]:
        """Exception handlers of the apps and of the layers that call them."""
        for app in self.apps:
            yield from getattr(app, "exception_handlers", {}).values()
        for node, _ in list(self._links.values()):
            for name in ("_exception_handlers", "_status_handlers"):
                found: Any = getattr(node, "__dict__", {}).get(name)
                if isinstance(found, dict):
                    yield from cast("dict[Any, Any]", found).values()

    # Who is made around whom

    def _note_entry(self, entry: Middleware, frame: Any) -> None:
        if _serving():
            return
        if frame.f_code.co_filename in self._sources:
            self._chosen[id(entry)] = entry
        while frame is not None and frame.f_code.co_filename not in self._sources:
            frame = frame.f_back
        if frame is not None:
            self._added[id(entry)] = (entry, (frame.f_code.co_filename, frame.f_lineno))

    def _note_making(self, entry: Middleware, factory: Any) -> Any:
        """Stand in for the factory, and see what it is given and what it makes."""

        @functools.wraps(factory, updated=())
        def make(*args: Any, **kwargs: Any) -> Any:
            self._building[:] = [(entry, factory)]
            result = factory(*args, **kwargs)
            self._building.clear()
            if not _serving():
                inner = args[0] if args else kwargs.get("app")
                self._made[id(result)] = _Made(entry, factory, inner, result)
            return result

        return make

    def _build(self, app: Any) -> Any:
        self._building.clear()
        try:
            return app.build_middleware_stack()
        except Exception as exc:
            if not self._building:
                raise
            entry, factory = self._building[0]
            raise BuildError(factory, self._place(entry)) from exc

    def _place(self, entry: Middleware) -> tuple[str, int] | None:
        found = self._added.get(id(entry))
        return found[1] if found else None

    # Chains

    def _link(
        self, slot: _Slot, owner: _Made | None = None, *, in_app: bool = False, route: dict[str, Any] | None = None
    ) -> _Link | None:
        """Find the layer in a slot with those inside it, and put a probe around each.

        `owner` is the making by which the slot was filled; `route` says that the innermost app is that route's.
        """
        node = slot.get()
        if isinstance(node, Door):
            return self._link(_attribute(node, "app"), owner, in_app=in_app, route=route)
        if isinstance(node, EndpointProbe):
            return None
        if isinstance(node, Probe):
            node = node.app
        known = self._links.get(id(node))
        if known is not None:
            link = known[1]
            if link.probe is not None and link.node is node:
                slot.put(link.probe)
            return link
        link = self._find(node, slot, owner, in_app=in_app, route=route)
        if link is not None:
            self._links[id(node)] = (node, link)
        return link

    def _find(
        self, node: Any, slot: _Slot, owner: _Made | None, *, in_app: bool, route: dict[str, Any] | None
    ) -> _Link | None:
        if _is_application(node):
            if node.middleware_stack is None:
                self._chosen.update({id(entry): entry for entry in getattr(node, "user_middleware", ())})
                node.middleware_stack = self._build(node)
            self.apps.append(node)
            return self._link(_attribute(node, "middleware_stack"), in_app=True)
        if isinstance(node, Router):
            own = getattr(node, "middleware_stack", None)
            if own is not None and not _is_method_of(own, node):
                return self._link(_attribute(node, "middleware_stack"))
            return self._wrap(self._look(node, None, in_app=True), slot, router=node)
        if _is_method_of(node, router := getattr(node, "__self__", None)) and isinstance(router, Router):
            return self._wrap(self._look(router, None, in_app=True), slot, router=router)
        if owner is not None and node is owner.inner:
            owner = None
        owner = self._made.get(id(node), owner)
        inner = _find_slot(node, owner.inner if owner is not None and owner.result is node else None)
        if inner is None and route is not None:
            if self._observer is not None:
                slot.put(EndpointProbe(node, self._observer, route))
            return None
        link = self._look(node, owner, in_app=in_app)
        if inner is not None:
            link.inside = self._link(inner, owner, in_app=in_app, route=route)
        return self._wrap(link, slot)

    def _wrap(self, link: _Link, slot: _Slot, router: Any = None) -> _Link:
        link.router = router
        if self._observer is not None:
            link.probe = Probe(slot.get(), self._observer)
            link.node = link.probe.app
            slot.put(link.probe)
        return link

    def _look(self, node: Any, owner: _Made | None, *, in_app: bool) -> _Link:
        """What can be said of a layer wherever it stands."""
        function = _dispatch_function(node)
        defined: Any = function
        style: Literal["function", "base", "asgi", "router"] = "asgi"
        if function is not None:
            name, style = _factory_name(function), "function"
        elif inspect.isfunction(node) or inspect.ismethod(node):
            defined = owner.factory if owner is not None and owner.result is node else node
            name = _factory_name(defined)
        else:
            defined = cast("type[Any]", type(node))
            name = defined.__name__
            style = "router" if isinstance(node, Router) else "base" if isinstance(node, BaseHTTPMiddleware) else "asgi"
        place = self._sources.definition(defined)
        added = self._place(owner.entry) if owner is not None else None
        if owner is None and not in_app and inspect.isclass(defined):
            added = self._sources.only_call(name)  # put around by hand, which leaves no trace but the text
        chosen = id(owner.entry) in self._chosen if owner is not None else not in_app
        return _Link(
            node,
            name,
            style,
            "yours" if place else "library" if chosen else "framework",
            place,
            added,
        )

    # Descriptions

    def _describe(self, link: _Link | None, way: _Way) -> str | None:
        """Name each layer from here inwards as it is met on this way; give back the id of the innermost."""
        innermost = None
        depth = way.depth
        while link is not None:
            view = self._view(link, way, depth)
            self.layers.append(view)
            innermost = view["id"]
            link.described = True
            if link.probe is not None:
                link.probe.name(way.door, innermost)
            depth += 1
            if link.router is not None:
                here = replace(way, parent=innermost, route=None, depth=depth, routers=(*way.routers, link.router))
                self._routers.append((link.router, here))
                self._routes(link.router, here)
            link = link.inside
        return innermost

    def _view(self, link: _Link, way: _Way, depth: int) -> LayerView:
        prefix = f"{way.parent}/" if way.parent is not None else ""
        self._ids[prefix + link.name] = count = self._ids.get(prefix + link.name, 0) + 1
        view: LayerView = {
            "id": f"{prefix}{link.name}" if count == 1 else f"{prefix}{link.name}#{count}",
            "name": link.name,
            "origin": link.origin,
            "depth": depth,
            "style": link.style,
        }
        if way.parent is not None:
            view["parent"] = way.parent
        if way.mount is not None:
            view["mount"] = way.mount
        if way.route is not None:
            view["route"] = way.route
        if link.place is not None:
            view["file"], view["line"] = link.place
        if link.added is not None:
            view["added"] = {"file": link.added[0], "line": link.added[1]}
        return view

    def _routes(self, router: Any, way: _Way) -> None:
        for holder, route in _leaves(router.routes):
            if getattr(holder, "app", None) is None or (id(holder), way.parent) in self._met:
                continue
            self._met[id(holder), way.parent] = holder
            slot = _attribute(holder, "app")
            if _is_mount(route):
                path = getattr(route, "path", None) or getattr(route, "host", "")
                self._mount(slot, replace(way, mount=(way.mount or "") + path))
            elif hasattr(route, "endpoint"):
                self.holders.append(holder)
                told = self._route(holder, route)
                self._mount(slot, replace(way, route=told["path"]), told)

    def _mount(self, slot: _Slot, way: _Way, route: dict[str, Any] | None = None) -> None:
        """Describe what hangs in a router; of a route only the layers around its endpoint, which are few or none."""
        app = slot.get()
        link = innermost = self._link(slot, in_app=route is not None, route=route)
        while innermost is not None and innermost.inside is not None:
            innermost = innermost.inside
        if innermost is None:
            return
        if any(innermost.router is one for one in way.routers):
            # It leads back to where we are, as an endpoint does that keeps its app.
            if route is not None and self._observer is not None:
                slot.put(EndpointProbe(app, self._observer, route))
            return
        if innermost.described:
            # Its layers are there already, by another way: which way a request came is known only at this door.
            door = slot.get()
            if not isinstance(door, Door):
                self._doors += 1
                door = Door(door, self._doors)
                if self._observer is not None:
                    slot.put(door)
            way = replace(way, door=step_through(way.door, door.key))
        self._describe(link, way)

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


def _serving() -> bool:
    """Whether a request is being answered. What is made then is the request's, and must not outlive it here."""
    place = CURRENT.get()
    return place is not None and place.exchange is not None


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
        node = slot.get()
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


def _is_method_of(value: Any, owner: Any) -> bool:
    return inspect.ismethod(value) and value.__self__ is owner


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


def _attribute(owner: Any, name: str) -> _Slot:
    return _Slot(lambda: getattr(owner, name), lambda value: setattr(owner, name, value))


def _find_slot(node: Any, inner: Any) -> _Slot | None:
    """Where `node` keeps the app inside: `.app`, else whatever attribute or closure holds what it was made around."""
    app = None if inspect.isclass(node) else getattr(node, "app", None)
    # What a layer was made around needs no look at its signature: that takes longer than all else here.
    if app is not None and (app is inner or (not _is_method_of(app, node) and _is_asgi(app))):
        return _attribute(node, "app")
    if inner is None:
        return None
    for cell in getattr(node, "__closure__", None) or ():
        if cell.cell_contents is inner:
            return _attribute(cell, "cell_contents")
    for name, value in getattr(node, "__dict__", {}).items():
        if value is inner:
            return _attribute(node, name)
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
