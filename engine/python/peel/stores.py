"""Redis for programs: fakeredis answers `redis://…` in memory, on the virtual clock, and every change is told.

One server for each host and port of a session, shared by blocking and asyncio clients. Knows no requests.
"""

from __future__ import annotations

import asyncio
import functools
import itertools
import time
from typing import Any, NamedTuple, cast

import fakeredis
import redis
from fakeredis._clients._async import FakeBaseAsyncConnection
from fakeredis._clients._sync import FakeBaseConnection
from fakeredis._core._database import Database
from fakeredis._socket import _base as sockets
from fakeredis.model import ExpiringMembersSet, Hash, ZSet
from redis.asyncio import connection as asynchronous

from peel.events import StoreChange
from peel.net import is_loopback
from peel.patches import Patches
from peel.tracer import CURRENT, Place, Tracer
from peel.views import describe

REDIS_VERSION = (8,)
DEFAULT_PORT = 6379


class _Shown(NamedTuple):
    """A key as it was told last."""

    value: str
    expires: float | None
    """Unix time."""


class Stores:
    """The Redis servers of one session."""

    def __init__(self, tracer: Tracer) -> None:
        self._tracer = tracer
        self._servers: dict[str, fakeredis.FakeServer] = {}
        self._known: dict[tuple[str, bytes], _Shown] = {}
        # Keys that are being written; fakeredis says so right before it does it.
        self._touched: list[tuple[Database, bytes]] = []

    def install(self, patches: Patches) -> None:
        """Have connection pools make connections to servers of ours, and watch what commands do to keys."""
        kinds: Any = (redis.Connection, redis.SSLConnection, redis.UnixDomainSocketConnection)
        _connect_to(patches, redis.ConnectionPool, FakeBaseConnection, kinds, self._server)
        module: Any = asynchronous
        kinds = (module.Connection, module.SSLConnection, module.UnixDomainSocketConnection)
        _connect_to(patches, module.ConnectionPool, FakeBaseAsyncConnection, kinds, self._server)
        self._watch(patches)

    def tell(self, place: Place | None = None, command: str | None = None) -> None:
        """Write down which keys are not what they were: those that a command wrote, and those that ran out."""
        if not self._servers:
            return
        touched, self._touched = self._touched, []
        now = time.time()
        for name, server in self._servers.items():
            for number, database in list(server.dbs.items()):
                where = f"{name}/{number}"
                written = dict.fromkeys(key for one, key in touched if one is database)
                gone = [
                    key
                    for (at, key), shown in self._known.items()
                    if at == where and shown.expires is not None and shown.expires < now and key not in written
                ]
                self._tell(where, database, gone, now, None, None)
                self._tell(where, database, list(written), now, place, command)

    def _server(self, options: dict[str, Any]) -> fakeredis.FakeServer:
        """The server that a connection with these options is to talk to."""
        host = str(options.get("host") or "localhost")
        address = f"{'localhost' if is_loopback(host) else host}:{options.get('port') or DEFAULT_PORT}"
        name = str(options.get("path") or address)
        if name not in self._servers:
            # Who comes first with a password finds that it is the one which was set.
            password = options.get("password")
            config = {b"requirepass": str(password).encode()} if password else None
            self._servers[name] = fakeredis.FakeServer(version=REDIS_VERSION, config=config)
        return self._servers[name]

    def _watch(self, patches: Patches) -> None:
        process, notify = sockets.BaseFakeSocket._process_command, Database.notify_watch
        stores = self

        def watched(self: Any, fields: list[bytes]) -> None:
            process(self, fields)
            stores.tell(CURRENT.get(), fields[0].decode("latin-1").upper() if fields else None)

        def noted(self: Database, key: bytes) -> None:
            stores._touched.append((self, key))
            notify(self, key)

        patches.set(sockets.BaseFakeSocket, "_process_command", watched)
        patches.set(Database, "notify_watch", noted)
        patches.set(sockets, "_file_no_counter", itertools.count(8))

    def _tell(
        self, where: str, database: Database, keys: list[bytes], now: float, place: Place | None, command: str | None
    ) -> None:
        changes: list[StoreChange] = []
        for key in keys:
            before = self._known.pop((where, key), None)
            item = database._dict.get(key)
            after = None
            if item is not None and not (item.expireat is not None and item.expireat < now):
                after = self._known[where, key] = _Shown(describe(_plain(item.value)), item.expireat)
            if before == after:
                continue
            left = None if after is None or after.expires is None else round((after.expires - now) * 1000)
            changes.append(
                {
                    "key": key.decode("utf-8", "backslashreplace"),
                    "before": before.value if before else None,
                    "after": after.value if after else None,
                    "ttlMs": left,
                }
            )
        if changes:
            fields = {"store": "redis", "server": where, "command": command, "changes": changes}
            self._tracer.event("store", place, fields)


def _connect_to(patches: Patches, pool: Any, fake: Any, kinds: tuple[Any, ...], find_server: Any) -> None:
    """Make a pool's connections fake ones of the same kind, for as long as the patches hold."""
    make = pool.__init__

    def connection_class(real: Any) -> Any:
        def init(self: Any, *args: Any, **options: Any) -> None:
            fake.__init__(self, *args, server=find_server(options), **options)

        own: dict[str, Any] = {"__init__": init, "__module__": real.__module__, "__qualname__": real.__qualname__}
        if fake is FakeBaseAsyncConnection:
            own["read_response"] = _let_others_run(fake.read_response)
        return type(real.__name__, (fake, real), own)

    stand_ins = {real: connection_class(real) for real in kinds}

    @functools.wraps(make)
    def init(self: Any, *args: Any, **options: Any) -> None:
        # The first parameter, when it is given by position.
        given = args[0] if args else options.pop("connection_class", kinds[0])
        make(self, stand_ins.get(given, given), *args[1:], **options)

    patches.set(pool, "__init__", init)


def _let_others_run(read: Any) -> Any:
    """The answer of a real server is never there at once: other tasks have their turn between command and reply."""

    async def read_response(self: Any, **options: Any) -> Any:
        await asyncio.sleep(0)
        return await read(self, **options)

    return read_response


def _plain(value: Any) -> Any:
    """A value of fakeredis as one of Python's own."""
    if isinstance(value, bytes):
        try:
            return value.decode()
        except UnicodeDecodeError:
            return value
    if isinstance(value, Hash):
        return {_plain(key): _plain(one) for key, one in value._values.items()}
    if isinstance(value, ZSet):
        return {_plain(member): score for member, score in value.items()}
    if isinstance(value, ExpiringMembersSet | set):
        return {_plain(member) for member in cast("set[Any]", value)}
    if isinstance(value, list):
        return [_plain(one) for one in cast("list[Any]", value)]
    return value
