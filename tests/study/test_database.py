import sqlite3
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Connection, event

from colorizer.errors import StudyError
from colorizer.study import Store
from colorizer.study.database import Database
from colorizer.study.tables import METADATA
from tests.support.study_support import cast, issue, make_trial, make_vote, stored_trial

pytest_plugins = ["tests.support.study_fixtures"]


def test_every_pooled_sqlite_connection_has_the_durable_settings(sqlite_store: Store) -> None:
    wal = sqlite3.sqlite_version_info >= (3, 51, 3)
    for _ in range(3):
        connection = sqlite_store.database.engine.connect()
        pragmas = {
            name: connection.exec_driver_sql(f"PRAGMA {name}").scalar()
            for name in ("journal_mode", "synchronous", "foreign_keys", "busy_timeout", "mmap_size")
        }
        assert pragmas == {
            "journal_mode": "wal" if wal else "persist",
            "synchronous": 2 if wal else 3,
            "foreign_keys": 1,
            "busy_timeout": 10_000,
            "mmap_size": 0,
        }
        connection.invalidate()  # the next one is a new connection to the file
        connection.close()


def test_threads_queue_for_one_sqlite_connection(sqlite_store: Store) -> None:
    opened = []
    event.listen(sqlite_store.database.engine, "connect", lambda *_: opened.append(1))
    sqlite_store.database.engine.dispose()
    with ThreadPoolExecutor(max_workers=30) as threads:
        list(threads.map(lambda n: sqlite_store.add_participant(f"p{n}", "a", 0), range(100)))
    assert len(opened) == 1
    with pytest.raises(StudyError, match="hour"):
        sqlite_store.add_participant("one more", "a", 0, most_an_hour=100)
    sqlite_store.add_participant("one more", "a", 0, most_an_hour=101)


def test_tables_are_strict(sqlite_store: Store) -> None:
    def strict(connection: Connection) -> dict[str, int]:
        rows = connection.exec_driver_sql("PRAGMA table_list").mappings()
        return {row["name"]: row["strict"] for row in rows}

    tables = sqlite_store.database.read(strict)
    assert {tables[name] for name in METADATA.tables} == {1}


def test_migrations_lead_to_the_schema_of_the_code(store: Store) -> None:
    def differences(connection: Connection) -> list[object]:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        return list(compare_metadata(context, METADATA))

    assert store.database.read(differences) == []


def test_votes_from_before_studies_had_names_are_kept(store_url: str) -> None:
    store = Store(store_url)
    store.add_participant("p", "address", 0)
    trial = issue(store, make_trial())
    cast(store, make_vote(trial))
    store.database.write(_downgraded_to_the_first_schema)
    store.close()
    store = Store(store_url, study="now [aaaaaa]")
    assert [ballot.trial for ballot in store.ballots()] == [trial]
    assert [each.study for each in store.studies()] == [""]
    assert store.ballots("now [aaaaaa]") == []
    store.close()


def _downgraded_to_the_first_schema(connection: Connection) -> None:
    """What a database written by the first version looks like."""
    for table in ("thumbs", "preferences", "comparisons"):
        connection.exec_driver_sql(f"DROP TABLE {table}")
    connection.exec_driver_sql("ALTER TABLE trials DROP COLUMN study")
    connection.exec_driver_sql("UPDATE alembic_version SET version_num = '0001'")


def test_opening_again_keeps_what_is_stored(store_url: str) -> None:
    store = Store(store_url)
    store.add_participant("p", "address", 0)
    trial = issue(store, make_trial())
    store.close()
    for _ in range(2):
        store = Store(store_url)
        assert stored_trial(store, trial.id) is not None
        store.close()


def test_a_database_of_a_newer_version_is_refused(sqlite_store: Store, tmp_path: Path) -> None:
    sqlite_store.database.write(
        lambda connection: connection.exec_driver_sql(
            "UPDATE alembic_version SET version_num = '9999'"
        ).close()
    )
    with pytest.raises(StudyError, match="newer version"):
        Store(f"sqlite:///{tmp_path}/votes.db")


def test_postgresql_commits_reach_the_disk(store: Store) -> None:
    if store.database.engine.dialect.name != "postgresql":
        pytest.skip("a PostgreSQL setting")
    setting = store.database.read(
        lambda connection: connection.exec_driver_sql("SHOW synchronous_commit").scalar()
    )
    assert setting == "on"


@pytest.mark.parametrize(
    "url", ["sqlite:////proc/nowhere/votes.db", "postgres://nobody@127.0.0.1:9/none"]
)
def test_a_database_that_is_away_is_said_to_be(url: str) -> None:
    with pytest.raises(StudyError, match="cannot be opened"):
        Store(url)


def test_sqlite_in_memory_is_refused() -> None:
    with pytest.raises(ValueError, match="file"):
        Database("sqlite://")


def test_writing_takes_the_lock_at_once_and_reading_does_not(sqlite_store: Store) -> None:
    begun: list[str] = []
    event.listen(
        sqlite_store.database.engine,
        "before_cursor_execute",
        lambda _c, _cur, statement, *_: begun.append(statement),
    )
    sqlite_store.database.write(lambda connection: None)
    sqlite_store.database.read(lambda connection: None)
    assert begun == ["BEGIN IMMEDIATE", "BEGIN"]


def test_a_locked_database_gives_not_saved_and_takes_the_vote_later(tmp_path: Path) -> None:
    path = tmp_path / "votes.db"
    store = Store(f"sqlite:///{path}", busy_timeout_ms=20)
    store.add_participant("p", "address", 0)
    trial = issue(store, make_trial())
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("BEGIN EXCLUSIVE")
    with pytest.raises(StudyError, match="could not be saved"):
        cast(store, make_vote(trial))
    with pytest.raises(StudyError, match="does not answer"):
        store.ballots()
    other.execute("ROLLBACK")
    other.close()
    assert store.ballots() == []
    cast(store, make_vote(trial))
    assert len(store.ballots()) == 1
    store.close()


def test_a_lock_that_goes_away_is_waited_for(tmp_path: Path) -> None:
    path = tmp_path / "votes.db"
    store = Store(f"sqlite:///{path}", busy_timeout_ms=20)
    other = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
    other.execute("BEGIN EXCLUSIVE")
    attempts = []

    def work(connection: Connection) -> str:
        connection.exec_driver_sql("SELECT 1")
        return "done"

    @event.listens_for(store.database.engine, "handle_error")
    def give_way(_context: object) -> None:
        attempts.append(1)
        if len(attempts) == 2:
            other.execute("ROLLBACK")

    assert store.database.write(work) == "done"
    assert len(attempts) == 2
    other.close()
    store.close()


@pytest.mark.parametrize("fault", ["PRAGMA max_page_count = 1", "PRAGMA query_only = ON"])
def test_a_full_or_read_only_disk_gives_not_saved(tmp_path: Path, fault: str) -> None:
    url = f"sqlite:///{tmp_path}/votes.db"
    store = Store(url)
    store.add_participant("p", "address", 0)
    store.close()

    @event.listens_for(store.database.engine, "connect")
    def break_disk(connection: sqlite3.Connection, _record: object) -> None:
        connection.execute(fault)

    acknowledged = []

    def vote_on() -> None:
        for session in range(1, 200):  # a full disk shows when the pages at hand are used up
            trial = issue(store, make_trial(session=session))
            acknowledged.append(cast(store, make_vote(trial)))

    with pytest.raises(StudyError, match="could not be saved"):
        vote_on()
    store.close()
    reopened = Store(url)
    assert {ballot.vote for ballot in reopened.ballots()} == set(acknowledged)
    assert integrity(reopened) == "ok"
    reopened.close()


def integrity(store: Store) -> str:
    return store.database.read(
        lambda connection: connection.exec_driver_sql("PRAGMA integrity_check").scalar_one()
    )
