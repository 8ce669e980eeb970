"""The connection to the study's database: durable commits, retries, and the schema's version.

SQLite loses no committed vote on a crash or a power cut with the settings made here:
journal_mode=PERSIST with synchronous=EXTRA, and WAL with synchronous=FULL only from SQLite 3.51.3
on, because earlier ones can corrupt a WAL database that several connections write. PERSIST ends a
transaction by overwriting the journal's header, synced like all else; TRUNCATE and DELETE are no
safer, but change the journal's size, for which a file system writes a journal of its own.
PostgreSQL runs with synchronous_commit=on.
"""

import logging
import random
import sqlite3
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

from alembic import command
from alembic.config import Config
from alembic.util.exc import CommandError
from sqlalchemy import Connection, Engine, create_engine, event, make_url, text
from sqlalchemy.engine import URL
from sqlalchemy.exc import IntegrityError, OperationalError, SQLAlchemyError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError

from colorizer.errors import StudyError

logger = logging.getLogger(__name__)

Result = TypeVar("Result")


_ATTEMPTS = 3
_RETRY_SECONDS = 5.0
_FIRST_SAFE_WAL = (3, 51, 3)
_MAX_JOURNAL_BYTES = 4 * 2**20  # what a large restore leaves behind; a vote needs some 30 kB
_MIGRATION_LOCK = 8_206_511  # any number, the same for every process that may migrate


class Database:
    """An engine for one database URL, migrated to the present schema when opened."""

    def __init__(self, url: str, *, busy_timeout_ms: int = 10_000) -> None:
        """Open and migrate; StudyError if it cannot be reached or is newer than this program.

        url: `sqlite:///path` or `postgresql://…`; the older `postgres://` is understood too.
        busy_timeout_ms: how long SQLite waits for another connection's lock.
        """
        try:
            self.engine = _create_engine(_normalised(url), busy_timeout_ms)
            # Shares the pool; marks its transactions as ones that need no write lock.
            self._reading = self.engine.execution_options(reading=True)
            self.write(_migrate)
        except CommandError as error:
            raise StudyError("database_newer") from error
        except (StudyError, OSError) as error:
            raise StudyError("database_closed") from error

    def write(self, work: Callable[[Connection], Result]) -> Result:
        """Run `work` in one transaction and return its result once it is committed.

        Tried three times within 5 seconds when the database is locked or away, so `work` must be
        repeatable; then StudyError. An IntegrityError reaches the caller.
        """
        deadline = time.monotonic() + _RETRY_SECONDS
        attempt = 1
        while True:
            try:
                with self.engine.begin() as connection:
                    result = work(connection)
                return result
            except IntegrityError:
                raise
            except (OperationalError, PoolTimeoutError) as error:
                if attempt == _ATTEMPTS or time.monotonic() > deadline:
                    logger.error("not saved after %d attempts: %s", attempt, _cause(error))
                    raise StudyError("vote_not_saved") from error
            except SQLAlchemyError as error:
                logger.error("not saved: %s", _cause(error))
                raise StudyError("vote_not_saved") from error
            time.sleep(attempt * random.uniform(0.02, 0.2))
            attempt += 1

    def read(self, work: Callable[[Connection], Result]) -> Result:
        """Run `work` in one read-only transaction; StudyError if the database does not answer."""
        try:
            with self._reading.begin() as connection:
                return work(connection)
        except SQLAlchemyError as error:
            logger.error("not read: %s", _cause(error))
            raise StudyError("votes_not_read") from error

    def close(self) -> None:
        """Close all connections."""
        self.engine.dispose()


def _migrate(connection: Connection) -> None:
    if connection.dialect.name == "postgresql":
        # SQLite's BEGIN IMMEDIATE already lets one process migrate at a time.
        connection.execute(text(f"SELECT pg_advisory_xact_lock({_MIGRATION_LOCK})"))
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    config.attributes["connection"] = connection
    command.upgrade(config, "head")


def _normalised(url: str) -> URL:
    parsed = make_url(url)
    if parsed.drivername in {"postgres", "postgresql"}:
        return parsed.set(drivername="postgresql+psycopg")
    return parsed


def _create_engine(url: URL, busy_timeout_ms: int) -> Engine:
    if url.get_backend_name() == "sqlite":
        if not url.database or url.database == ":memory:":
            raise ValueError("votes need a database file, not SQLite in memory")
        Path(url.database).parent.mkdir(parents=True, exist_ok=True)
        # One connection: threads queue for it in turn. On several they would wait for each other's
        # file locks, which SQLite does by polling: under load some then starve until they give up.
        engine = create_engine(url, pool_size=1, max_overflow=0, hide_parameters=True)
        _prepare_sqlite(engine, busy_timeout_ms)
    else:
        engine = create_engine(
            url, pool_size=10, max_overflow=30, pool_pre_ping=True, hide_parameters=True
        )
        _prepare_postgresql(engine)
    return engine


def _prepare_sqlite(engine: Engine, busy_timeout_ms: int) -> None:
    safe_wal = sqlite3.sqlite_version_info >= _FIRST_SAFE_WAL
    journal, synchronous = ("WAL", "FULL") if safe_wal else ("PERSIST", "EXTRA")

    @event.listens_for(engine, "connect")
    def set_pragmas(connection: Any, _record: Any) -> None:
        connection.isolation_level = None  # sqlite3 must not begin transactions by itself
        connection.execute(f"PRAGMA busy_timeout = {busy_timeout_ms}")
        connection.execute(f"PRAGMA journal_mode = {journal}")
        connection.execute(f"PRAGMA journal_size_limit = {_MAX_JOURNAL_BYTES}")
        connection.execute(f"PRAGMA synchronous = {synchronous}")
        connection.execute("PRAGMA foreign_keys = ON")

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        reading = connection.get_execution_options().get("reading", False)
        # Taking the write lock at once avoids deadlocks between two readers that turn writers.
        connection.exec_driver_sql("BEGIN" if reading else "BEGIN IMMEDIATE")


def _prepare_postgresql(engine: Engine) -> None:
    @event.listens_for(engine, "connect")
    def wait_for_disk(connection: Any, _record: Any) -> None:
        connection.execute("SET synchronous_commit TO on")
        connection.commit()


def _cause(error: SQLAlchemyError) -> str:
    """The driver's own message, without SQL text and parameters, which may hold answers."""
    return str(getattr(error, "orig", None) or error)
