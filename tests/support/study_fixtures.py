"""Fixtures of the study's tests: databases of both kinds, a pool of photos, a study."""

import os
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from sqlalchemy import make_url

from colorizer.study import StimulusPool, Store, Study
from colorizer.study.trials import new_id
from tests.support.study_support import SHORT, Clock, make_pool, make_study

POSTGRESQL = "COLORIZER_TEST_DATABASE_URL"


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture(params=["sqlite", "postgresql"])
def store_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """A database of its own for each test, on both engines."""
    with database_of_its_own(request.param, tmp_path) as url:
        yield url


@contextmanager
def database_of_its_own(engine: str, folder: Path) -> Iterator[str]:
    """The URL of an empty database: a file in `folder`, or a schema of the server for tests."""
    if engine == "sqlite":
        yield f"sqlite:///{folder}/votes-{new_id()}.db"
        return
    server = os.environ.get(POSTGRESQL)
    if not server:
        why = f"NOT TESTED ON POSTGRESQL: set {POSTGRESQL} to the URL of a database for tests"
        warnings.warn(pytest.PytestWarning(why), stacklevel=1)
        pytest.skip(why)
    psycopg = pytest.importorskip("psycopg")
    schema = f"study_{new_id()}"
    plain = make_url(server).set(drivername="postgresql")
    with psycopg.connect(plain.render_as_string(hide_password=False), autocommit=True) as admin:
        admin.execute(f"CREATE SCHEMA {schema}")
        own = plain.update_query_dict({"options": f"-csearch_path={schema}"})
        yield own.render_as_string(hide_password=False)
        admin.execute(f"DROP SCHEMA {schema} CASCADE")


@pytest.fixture
def store(store_url: str) -> Iterator[Store]:
    store = Store(store_url)
    yield store
    store.close()


@pytest.fixture
def sqlite_store(tmp_path: Path) -> Iterator[Store]:
    store = Store(f"sqlite:///{tmp_path}/votes.db")
    yield store
    store.close()


@pytest.fixture(scope="session")
def pool(tmp_path_factory: pytest.TempPathFactory) -> StimulusPool:
    """Thirty prepared photos for all tests that only show them."""
    pool = make_pool(tmp_path_factory.mktemp("pool"))
    pool.prepare()
    return pool


@pytest.fixture
def study(sqlite_store: Store, pool: StimulusPool, clock: Clock) -> Iterator[Study]:
    study = make_study(sqlite_store, pool, clock)
    yield study
    study.close()


@pytest.fixture
def short(sqlite_store: Store, pool: StimulusPool, clock: Clock) -> Iterator[Study]:
    """A study of one practice, four scored and one catch trial."""
    study = make_study(sqlite_store, pool, clock, SHORT)
    yield study
    study.close()
