"""Deals trials: draws and renders them, the next one while the participant looks at this one."""

import logging
import threading
from collections import OrderedDict
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from colorizer.errors import StudyError
from colorizer.study.participant_transaction import History
from colorizer.study.pool import StimulusPool
from colorizer.study.protocol import StudySettings
from colorizer.study.stimuli import Stimulus, compose
from colorizer.study.trials import Draw, StudyPhoto, Trial, draw, new_id
from colorizer.study.views import Progress

logger = logging.getLogger(__name__)

_MAX_AHEAD = 100  # participants with a rendered trial in memory, about 0.3 MB each


@dataclass(frozen=True)
class Dealt:
    """A trial, with its picture if that was rendered ahead."""

    trial: Trial
    stimulus: Stimulus | None = None


@dataclass(frozen=True)
class _Ahead:
    """A trial drawn and rendered for the moment when `position` trials of `session` are done."""

    id: str
    drawn: Draw
    stimulus: Stimulus
    session: int
    position: int

    def fits(self, history: History, position: int) -> bool:
        """Whether the session has come, or will come, to where this was drawn for."""
        return (self.session, self.position) == (history.session, position)


class TrialQueue:
    """Knows from a participant's history what comes next."""

    def __init__(
        self, pool: StimulusPool, settings: StudySettings, clock_ms: Callable[[], int]
    ) -> None:
        """`clock_ms` gives Unix milliseconds."""
        self._pool = pool
        self._settings = settings
        self._clock_ms = clock_ms
        self._ahead: OrderedDict[str, _Ahead] = OrderedDict()
        self._preparing: set[str] = set()
        self._lock = threading.Lock()
        self._renderer = ThreadPoolExecutor(max_workers=1, thread_name_prefix="study-ahead")

    def close(self) -> None:
        """Drop what was rendered ahead."""
        self._renderer.shutdown(wait=True, cancel_futures=True)

    def progress(self, history: History) -> Progress:
        """How far the present session is; a small study makes short sessions."""
        done = len(_done(history))
        return Progress(done, max(self._lengths(history, done).trials, done))

    def finished(self, history: History) -> bool:
        """Whether the present session has all its votes, or no photo is left to go on with."""
        progress = self.progress(history)
        exhausted = self._pool.progress.finished and not self.unseen(history)
        return progress.done >= progress.total or (
            exhausted and history.open_trial(self._clock_ms()) is None
        )

    def unseen(self, history: History) -> tuple[StudyPhoto, ...]:
        """The photos that can be shown to this participant now."""
        seen = _seen(history)
        return tuple(photo for photo in self._pool.photos if photo.id not in seen)

    def deal(self, participant_id: str, history: History) -> Dealt | None:
        """The next trial, or None at the end of the session; StudyError while there are no photos.

        The same trial is not dealt twice, so the caller hands it out or drops it.
        """
        if self.finished(history):
            return None
        done = _done(history)
        ahead = self._taken_ahead(participant_id, history, len(done))
        if ahead is not None:
            return Dealt(
                self._trial(participant_id, history, ahead.drawn, ahead.id), ahead.stimulus
            )
        drawn = self._drawn(history, done, _seen(history))
        if drawn is None:
            raise StudyError("pictures_in_the_making")
        return Dealt(self._trial(participant_id, history, drawn, new_id()))

    def deal_ahead(self, participant_id: str, history: History, shown: Trial) -> None:
        """Prepare, in the background, what follows when `shown` has got its vote."""
        done = [*_done(history), shown]

        def prepare() -> None:
            ahead = None
            try:
                ahead = self._rendered(history, done)
            except Exception:  # it is only ahead of time; the trial is drawn anew when needed
                logger.exception("no trial was prepared ahead")
            self._keep_ahead(participant_id, ahead)

        with self._lock:
            ahead = self._ahead.get(participant_id)
            there = ahead is not None and ahead.fits(history, len(done))
            if there or participant_id in self._preparing:  # a reload asks for it once more
                return
            self._preparing.add(participant_id)
        self._renderer.submit(prepare)

    def stimulus(self, trial: Trial) -> Stimulus | None:
        """The picture of a trial, the same as often as it is asked for; None if it is gone."""
        halves = self._pool.halves(trial.photo, trial.model)
        if halves is None:
            return None
        return compose(halves, real_side=trial.real_side, nonce=trial.id)

    def _lengths(self, history: History, done: int) -> StudySettings:
        if not self._pool.progress.finished:
            return self._settings
        return self._settings.fitted(len(self.unseen(history)) + self._waiting(history) + done)

    def _waiting(self, history: History) -> int:
        return int(history.open_trial(self._clock_ms()) is not None)

    def _drawn(self, history: History, done: Sequence[Trial], seen: frozenset[str]) -> Draw | None:
        """Draw until there is a photo whose pictures are there."""
        lengths = self._lengths(history, len(_done(history)))
        while True:
            drawn = draw(
                done=done,
                seen=seen,
                photos=self._pool.photos,
                models=self._pool.models,
                settings=lengths,
            )
            if drawn is None or self._pool.has(drawn.photo, drawn.model):
                return drawn
            seen |= {drawn.photo.id}

    def _rendered(self, history: History, done: Sequence[Trial]) -> _Ahead | None:
        drawn = self._drawn(history, done, _seen(history))
        halves = None if drawn is None else self._pool.halves(drawn.photo, drawn.model)
        if drawn is None or halves is None:
            return None
        trial_id = new_id()
        stimulus = compose(halves, real_side=drawn.real_side, nonce=trial_id)
        return _Ahead(trial_id, drawn, stimulus, history.session, len(done))

    def _trial(self, participant_id: str, history: History, drawn: Draw, trial_id: str) -> Trial:
        now = self._clock_ms()
        return Trial(
            id=trial_id,
            participant_id=participant_id,
            session=history.session,
            kind=drawn.kind,
            photo=drawn.photo,
            model=drawn.model,
            real_side=drawn.real_side,
            exposure_seconds=self._settings.exposure_seconds,
            issued_ms=now,
            expires_ms=now + self._settings.trial_ms,
            study=history.study,
        )

    def _keep_ahead(self, participant_id: str, ahead: _Ahead | None) -> None:
        with self._lock:
            self._preparing.discard(participant_id)
            if ahead is None:
                return
            self._ahead[participant_id] = ahead
            self._ahead.move_to_end(participant_id)
            while len(self._ahead) > _MAX_AHEAD:
                self._ahead.popitem(last=False)

    def _taken_ahead(self, participant_id: str, history: History, position: int) -> _Ahead | None:
        """What was prepared, if the session went on as expected."""
        with self._lock:
            ahead = self._ahead.pop(participant_id, None)
        return ahead if ahead is not None and ahead.fits(history, position) else None


def _done(history: History) -> list[Trial]:
    return [past.trial for past in history.current if past.vote is not None]


def _seen(history: History) -> frozenset[str]:
    return frozenset(past.trial.photo.id for past in history.trials) | history.compared
