"""What the study's tests share: a clock, made-up photos and ballots, a painter for a model."""

import dataclasses
import threading
from collections.abc import Callable
from multiprocessing.connection import Connection
from pathlib import Path

import numpy as np
from PIL import Image
from sqlalchemy import select

from colorizer.colour.lab import lab_to_rgb, rgb_to_lab
from colorizer.photo import Photo
from colorizer.study import StimulusPool, Store, Study, StudyModel, StudySettings, VoteReceipt
from colorizer.study.tables import TRIALS
from colorizer.study.trials import (
    Ballot,
    PastTrial,
    PreferenceVote,
    StudyPhoto,
    Thumb,
    Trial,
    Vote,
    new_id,
)

SECRET = b"a secret of the tests only"
OWNER_KEY = "the key of the owner"
MODELS = (
    StudyModel("classification", head="classification", revision="c1"),
    StudyModel("regression", head="regression", revision="r1"),
)
SIZE = (96, 128)
ADDRESS = "192.0.2.7"
SHORT = StudySettings(practice=1, scored=4, catch=1)


class Clock:
    """A clock that moves only when told to; Unix milliseconds."""

    def __init__(self) -> None:
        self.ms = 1_760_000_000_000

    def __call__(self) -> int:
        return self.ms

    def advance(self, *, seconds: float) -> None:
        self.ms += round(seconds * 1000)


def make_photo(seed: int, size: tuple[int, int] = SIZE) -> Photo:
    """A colourful picture that no other seed gives: a few soft blobs on a gradient."""
    rng = np.random.default_rng(seed)
    height, width = size
    rows, columns = np.mgrid[0:height, 0:width] / max(size)
    rgb = np.stack([rows, columns, 1 - rows], axis=-1) * 120 + rng.uniform(0, 60, 3)
    for _ in range(6):
        y, x, reach = rng.uniform(0, 1), rng.uniform(0, 1), rng.uniform(0.05, 0.25)
        blob = np.exp(-((rows - y) ** 2 + (columns - x) ** 2) / reach**2)
        rgb += blob[..., None] * rng.uniform(-110, 110, 3)
    return Photo(np.clip(rgb, 0, 255).astype(np.uint8), None, "PNG", ())


def paint(photo: Photo, model: StudyModel) -> Photo:
    """Stands for a model: keeps L and swaps or turns the chroma."""
    lab = np.asarray(rgb_to_lab(photo.rgb.astype(np.float32) / 255)).copy()
    a, b = lab[..., 1].copy(), lab[..., 2].copy()
    lab[..., 1], lab[..., 2] = (b, a) if model.head == "regression" else (-b, a)
    rgb = np.rint(np.asarray(lab_to_rgb(lab)) * 255).astype(np.uint8)
    return Photo(rgb, None, photo.format, ())


def make_folder(folder: Path, photos: int) -> Path:
    """Photos as files, in subfolders by subject."""
    for seed in range(photos):
        path = folder / ("bird" if seed % 2 else "plant") / f"{seed:03}.png"
        path.parent.mkdir(parents=True, exist_ok=True)
        Image.fromarray(make_photo(seed).rgb).save(path)
    return folder


def make_pool(
    folder: Path,
    *,
    photos: int = 30,
    models: tuple[StudyModel, ...] = MODELS,
    colorize: Callable[[Photo, StudyModel], Photo] = paint,
) -> StimulusPool:
    """A pool that is not prepared yet."""
    make_folder(folder / "photos", photos)
    return StimulusPool(folder / "photos", models, colorize, cache=folder / "cache")


def make_study(
    store: Store, pool: StimulusPool, clock: Clock, settings: StudySettings | None = None
) -> Study:
    return Study(store, pool, secret=SECRET, settings=settings, clock_ms=clock)


def stored_trial(store: Store, trial_id: str) -> PastTrial | None:
    """A trial with its answer and its vote, as nobody but a test may ask for."""
    owner = select(TRIALS.c.participant_id).where(TRIALS.c.id == trial_id)
    participant = store.database.read(lambda connection: connection.execute(owner).scalar())
    history = store.history(participant or "")
    return history and history.find(trial_id)


def truth(store: Store, trial_id: str) -> str:
    past = stored_trial(store, trial_id)
    assert past is not None
    return past.trial.real_side


def other(side: str) -> str:
    return "right" if side == "left" else "left"


def play(
    study: Study, store: Store, clock: Clock, token: str | None = None, *, wrong: int = 0
) -> tuple[str, list[VoteReceipt]]:
    """Play a session to its end with the first `wrong` scored trials answered wrongly."""
    token = study.start_session(token, ADDRESS).token
    receipts: list[VoteReceipt] = []
    mistakes = 0
    while (trial := study.next_trial(token)) is not None:
        clock.advance(seconds=2)
        real = truth(store, trial.id)
        past = stored_trial(store, trial.id)
        assert past is not None
        err = past.trial.kind == "scored" and mistakes < wrong
        mistakes += err
        choice = other(real) if err else real
        receipts.append(study.cast_vote(trial.id, token, choice, 1800))
    return token, receipts


def make_trial(participant: str = "p", **changes: object) -> Trial:
    """A scored trial with the real photo on the left, open for 15 minutes."""
    trial = Trial(
        id=new_id(),
        participant_id=participant,
        session=1,
        kind="scored",
        photo=StudyPhoto(new_id(), "bird"),
        model=MODELS[0],
        real_side="left",
        exposure_seconds=None,
        issued_ms=1_760_000_000_000,
        expires_ms=1_760_000_900_000,
    )
    return dataclasses.replace(trial, **changes)  # type: ignore[arg-type]


def make_vote(trial: Trial, **changes: object) -> Vote:
    """A vote for the left side after two seconds."""
    vote = Vote(trial.id, "left", 2000, 2100, trial.issued_ms + 2100)
    return dataclasses.replace(vote, **changes)  # type: ignore[arg-type]


def make_ballot(participant: str = "p", *, fooled: bool = False, **changes: object) -> Ballot:
    """A ballot on `make_trial`; `changes` go to the trial or to the vote by their names."""
    votes = {field.name for field in dataclasses.fields(Vote)}
    trial = make_trial(participant, **{k: v for k, v in changes.items() if k not in votes})
    chosen = {"choice": "right" if fooled == (trial.real_side == "left") else "left"}
    vote = make_vote(trial, **(chosen | {k: v for k, v in changes.items() if k in votes}))
    return Ballot(trial, vote)


def make_preference(participant: str) -> PreferenceVote:
    """The left model preferred to the right one, after two seconds."""
    issued = 1_760_000_000_000
    return PreferenceVote(
        id=new_id(),
        participant_id=participant,
        photo_id=new_id(),
        left_model="classification",
        left_revision="c1",
        right_model="regression",
        right_revision="r1",
        issued_ms=issued,
        expires_ms=issued + 900_000,
        study="",
        choice="left",
        response_ms=2000,
        elapsed_ms=2100,
        cast_ms=issued + 2100,
    )


def make_thumb() -> Thumb:
    return Thumb(new_id(), "regression", "r1", 1.5, -0.25, "up", 1_760_000_000_000)


def cast(store: Store, vote: Vote, participant: str = "p") -> Vote:
    """Cast a vote on a trial issued to the participant; returns what is stored."""
    return store.transaction(participant, lambda transaction: transaction.cast(vote))


def issue(store: Store, trial: Trial) -> Trial:
    """Hand out a trial whatever else waits."""
    store.transaction(trial.participant_id, lambda transaction: transaction.issue(trial))
    return trial


def vote_until_killed(url: str, acknowledged: Connection, threads: int) -> None:
    """Vote from several threads as fast as the store takes it; report every acknowledged vote."""
    store = Store(url)
    sending = threading.Lock()

    def vote_on() -> None:
        participant = new_id()
        store.add_participant(participant, "address", 0)
        while True:
            trial = issue(store, make_trial(participant))
            choice = "left" if int(trial.id, 16) % 2 else "right"
            vote = cast(store, make_vote(trial, choice=choice), participant)
            with sending:
                acknowledged.send((vote.trial_id, vote.choice))

    voters = [threading.Thread(target=vote_on, daemon=True) for _ in range(threads)]
    for voter in voters:
        voter.start()
    for voter in voters:
        voter.join()
