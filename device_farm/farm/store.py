"""Durable state: leases, devices and events in a database. One thread writes; the event loop never waits on a disk."""

from __future__ import annotations

import asyncio
import fcntl
import logging
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import IO, Any, TypeVar

import sqlalchemy as sa
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.pool import StaticPool

from device_farm.errors import ConfigError, DataError
from device_farm.farm.tables import SCHEMA_VERSION, meta, metadata

_LOG = logging.getLogger(__name__)
ResultT = TypeVar("ResultT")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Write:
    statements: Sequence[sa.Executable]
    done: asyncio.Future[None]


def _engine(target: str) -> sa.Engine:
    if target == ":memory:":
        return sa.create_engine("sqlite://", poolclass=StaticPool, connect_args={"check_same_thread": False})
    if "://" not in target:
        target = f"sqlite:///{target}"
    try:
        engine = sa.create_engine(target)
    except (SQLAlchemyError, ImportError, ValueError) as error:
        fix = "a path, or a URL such as postgresql+psycopg://user@host/farm with its driver installed"
        raise ConfigError(f"{target!r} is no database: {error}", field="--state", fix=fix) from error
    if engine.dialect.name == "sqlite":
        sa.event.listen(engine, "connect", _sqlite_pragmas)
    return engine


def _sqlite_pragmas(connection: Any, _record: object) -> None:
    # NORMAL under WAL: a commit survives the process; only a power cut can take the last few.
    for pragma in ("journal_mode=WAL", "synchronous=NORMAL", "busy_timeout=5000"):
        connection.execute(f"PRAGMA {pragma}")


class Store:
    """A database for one controller at a time. `async with` opens it; `:memory:` keeps nothing."""

    def __init__(self, target: str = ":memory:") -> None:
        self._target = target
        self._engine = _engine(target)
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="farm-store")
        self._pending: list[_Write] = []
        self._flushing: asyncio.Task[None] | None = None
        self._lock: IO[str] | None = None

    async def __aenter__(self) -> Store:
        try:
            self._take_lock()
            await self._run(self._open)
        except BaseException:
            await self._close()
            raise
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._close()

    def write(self, *statements: sa.Executable) -> asyncio.Future[None]:
        """Commits the statements in order, after all earlier ones. The future raises DataError when that fails;
        nobody has to wait for it."""
        done: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        done.add_done_callback(_observe)
        self._pending.append(_Write(statements=statements, done=done))
        if self._flushing is None or self._flushing.done():
            self._flushing = asyncio.create_task(self._flush(), name="store flush")
        return done

    async def read(self, query: sa.Select[Any]) -> Sequence[sa.RowMapping]:
        """Rows, after every write before it."""

        def fetch() -> Sequence[sa.RowMapping]:
            with self._engine.connect() as connection:
                return connection.execute(query).mappings().all()

        await self.settled()
        return await self._run(fetch)

    async def settled(self) -> None:
        """Returns when everything written so far is committed or has failed."""
        while self._flushing is not None and not self._flushing.done():
            await asyncio.wait({self._flushing})

    async def _flush(self) -> None:
        """Commits whatever is pending as one transaction, until nothing is."""
        while self._pending:
            batch, self._pending = self._pending, []
            try:
                await self._run(partial(self._commit, batch))
            except DataError as error:
                _LOG.error("%s", error)
                for write in batch:
                    if not write.done.done():
                        write.done.set_exception(error)
            else:
                for write in batch:
                    if not write.done.done():
                        write.done.set_result(None)

    def _commit(self, batch: Sequence[_Write]) -> None:
        with self._engine.begin() as connection:
            for write in batch:
                for statement in write.statements:
                    connection.execute(statement)

    async def _run(self, work: Callable[[], ResultT]) -> ResultT:
        try:
            return await asyncio.get_running_loop().run_in_executor(self._thread, work)
        except SQLAlchemyError as error:
            cause = getattr(error, "orig", None) or error
            fix = "free space on its disk, or give another --state"
            raise DataError(f"{self._target}: {cause}", field="--state", fix=fix) from error

    def _open(self) -> None:
        metadata.create_all(self._engine)
        with self._engine.begin() as connection:
            version = connection.execute(sa.select(meta.c.value).where(meta.c.key == "schema_version")).scalar()
            if version is None:
                connection.execute(meta.insert().values(key="schema_version", value=str(SCHEMA_VERSION)))
            elif version != str(SCHEMA_VERSION):
                fix = f"this program writes version {SCHEMA_VERSION}: use another file"
                raise ConfigError(f"{self._target} is of version {version}", field="--state", fix=fix)

    def _take_lock(self) -> None:
        """Two controllers on one file would lease every device twice."""
        if self._engine.dialect.name != "sqlite" or not self._engine.url.database:
            return
        path = Path(f"{self._engine.url.database}.lock")
        try:
            self._lock = path.open("w")
        except OSError as error:
            raise ConfigError(f"cannot write {path}: {error.strerror}", field="--state") from error
        try:
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            fix = "stop the other controller, or give another --state"
            raise ConfigError(f"{self._target} is in use by a running controller", field="--state", fix=fix) from error

    async def _close(self) -> None:
        await self.settled()
        self._engine.dispose()
        self._thread.shutdown(wait=False)
        if self._lock is not None:
            self._lock.close()
            self._lock = None


def _observe(done: asyncio.Future[None]) -> None:
    # Marks a failure as seen: `_flush` has logged it, and a caller who waits still gets it.
    if not done.cancelled():
        done.exception()
