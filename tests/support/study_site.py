"""A running page with a small study behind it, for tests over HTTP and in the browser."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
from sqlalchemy import func, select

from colorizer.settings import Settings
from colorizer.study import Store, Study, StudySettings
from colorizer.study.own_studies import OwnStudies
from colorizer.study.tables import PARTICIPANTS, TRIALS
from colorizer.web import build_app, launch_options
from colorizer.web.study.host import StudyHost
from tests.support.study_support import OWNER_KEY, SECRET, make_pool, paint, stored_trial, truth


@dataclass
class ShiftedClock:
    """The present time, moved by what tests add; Unix milliseconds."""

    shift_ms: int = 0

    def __call__(self) -> int:
        return time.time_ns() // 1_000_000 + self.shift_ms

    def advance(self, *, minutes: float) -> None:
        self.shift_ms += round(minutes * 60_000)


@dataclass
class StudySite:
    """The page at `url`, and behind it what only tests may look into."""

    url: str
    study: Study
    store: Store
    clock: ShiftedClock
    components: dict[str, int]
    http: httpx.Client
    own: OwnStudies

    def ask(self, name: str, request: object, *, stage: str = "study-stage") -> dict[str, Any]:
        """Call one of the stage's server functions as its script does."""
        body = {
            "data": request,
            "component_id": self.components[stage],
            "fn_name": name,
            "session_hash": "tests",
        }
        answer = self.http.post("gradio_api/component_server/", json=body)
        assert answer.status_code == 200, answer.text
        reply: dict[str, Any] = answer.json()
        return reply

    def votes(self) -> int:
        return len(self.store.ballots())

    def latest_trial(self) -> str:
        """The id of the trial that was handed out last, to anybody."""
        newest = select(TRIALS.c.id).order_by(TRIALS.c.issued_ms.desc()).limit(1)
        return self.store.database.read(lambda c: str(c.execute(newest).scalar_one()))

    def participants(self) -> int:
        count = select(func.count()).select_from(PARTICIPANTS)
        return self.store.database.read(lambda c: int(c.execute(count).scalar_one()))

    def truth(self, trial_id: str) -> str:
        return truth(self.store, trial_id)

    def kind(self, trial_id: str) -> str:
        past = stored_trial(self.store, trial_id)
        assert past is not None
        return past.trial.kind


def wait_for(condition: Callable[[], bool], *, seconds: float = 60.0) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(0.02)


def make_host(study: Study, *, own: OwnStudies | None = None) -> StudyHost:
    """A host whose study is there as soon as it is started."""
    return StudyHost(lambda: study, open_own=lambda: own)


@contextmanager
def serve_study(folder: Path, settings: StudySettings, *, photos: int) -> Iterator[StudySite]:
    """Launch the page on a free port with `photos` made-up photos and fast stand-ins for models."""
    store = Store(f"sqlite:///{folder}/votes.db")
    clock = ShiftedClock()
    pool = make_pool(folder, photos=photos)
    study = Study(
        store, pool, secret=SECRET, settings=settings, owner_key=OWNER_KEY, clock_ms=clock
    )
    page = Settings()
    own = OwnStudies(folder / "own", paint, secret=SECRET, limit=20, clock_ms=clock)
    app = build_app(page, host=make_host(study, own=own))
    _, url, _ = app.launch(prevent_thread_lock=True, quiet=True, **launch_options(page))
    components = {
        str(block.elem_id): number for number, block in app.blocks.items() if block.elem_id
    }
    wait_for(lambda: pool.progress.finished)
    with httpx.Client(base_url=url, timeout=60) as http:
        yield StudySite(url, study, store, clock, components, http, own)
    app.close()
    own.close()
    study.close()
