"""What the page knows of each visitor: photos, settings, what is looked at; kept over a reload.

A browser tab makes up a random number, its token, and sends it with every event; whoever does not
know it cannot reach the photos behind it. Everything is in memory and goes with the photos' files.
"""

import re
import secrets
import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from colorizer.guide.guide import Palette
from colorizer.web.colorize.batch import PENDING, Batch, BatchPhoto, PhotoState, in_state
from colorizer.web.colorize.choice import Choice
from colorizer.web.temporary_files import MAX_AGE_SECONDS

MAX_VISITS = 256
_TOKEN = re.compile(r"[0-9a-f]{32}")


@dataclass(frozen=True)
class Stage:
    """What is looked at. index: of the photo in the batch, or None.

    example: an example with its settings, which hides the photo until its visitor goes back.
    """

    index: int | None = None
    example: Choice | None = None


class Visit:
    """One visitor's photos in order, and what is on the stage; safe to share between threads."""

    def __init__(self, model: str, example: Choice | None) -> None:
        """model: for photos to come. example: what is on the stage before there is a photo.

        coming, arriving: a palette for the photos of the next drop, and of the last one.
        forgotten: whether its photos were deleted at its visitor's wish.
        """
        self.batch: Batch = ()
        self.stage = Stage(example=example)
        self.model = model
        self.left_out = 0
        self.forgotten = False
        self.shows_next = False
        self.coming: Palette | None = None
        self.arriving: Palette | None = None
        self.files: set[Path] = set()
        self.used = time.monotonic()
        self._first_example = example
        self._lock = threading.RLock()
        self._leader: object | None = None
        self._asked = False

    @property
    def choice(self) -> Choice | None:
        """What is on the stage, with its settings."""
        if self.stage.example is not None:
            return self.stage.example
        photo = self.photo
        return photo.choice if photo is not None and photo.state == PhotoState.DONE else None

    @property
    def photo(self) -> BatchPhoto | None:
        """The visitor's photo that is, or was last, on the stage."""
        index = self.stage.index
        return self.batch[index] if index is not None and index < len(self.batch) else None

    @property
    def busy(self) -> bool:
        """Whether photos wait or are being coloured."""
        return bool(in_state(self.batch, *PENDING))

    def own(self, *files: str | Path | None) -> None:
        """Note files that are deleted with the visit."""
        with self._lock:
            self.files.update(Path(file) for file in files if file)

    @property
    def led(self) -> bool:
        """Whether a run is colouring the photos."""
        return self._leader is not None

    def add(self, photo: BatchPhoto, *, limit: int) -> None:
        """Put a photo at the end; beyond the limit it is only counted."""
        with self._lock:
            self.own(photo.choice.file)
            self.forgotten = False
            if len(self.batch) >= limit:
                self.left_out += 1
            else:
                self.batch = (*self.batch, photo)

    def change(self, index: int, **changes: Any) -> None:
        """Change one photo of the batch; nothing happens when it is not there any more."""
        with self._lock:
            if 0 <= index < len(self.batch):
                photo = replace(self.batch[index], **changes)
                self.batch = (*self.batch[:index], photo, *self.batch[index + 1 :])

    def forget(self) -> None:
        """Empty it, so that a run that is still colouring has nothing more to show."""
        with self._lock:
            self.batch, self.stage = (), Stage(example=self._first_example)
            self.left_out, self.forgotten = 0, True

    def look(self, index: int) -> bool:
        """Put a coloured photo on the stage; False when that cannot be."""
        with self._lock:
            shown = 0 <= index < len(self.batch) and self.batch[index].state == PhotoState.DONE
            if shown:
                self.stage = Stage(index=index)
            return shown

    def look_at_example(self, example: Choice) -> None:
        """Put an example on the stage; the photo keeps its place behind it."""
        with self._lock:
            self.stage = replace(self.stage, example=example)

    def back(self) -> bool:
        """From an example back to the own photo; False when there is none."""
        with self._lock:
            return self.stage.index is not None and self.look(self.stage.index)

    def adjust(self, change: Callable[[Choice], Choice]) -> bool:
        """Change the settings of what is on the stage; False when they are as they were."""
        with self._lock:
            old = self.choice
            if old is None:
                return False
            new = change(old)
            if self.stage.example is not None:
                self.stage = replace(self.stage, example=new)
            elif self.stage.index is not None:
                self.change(self.stage.index, choice=new)
                self.model = new.model
            return new != old

    def remove(self, index: int) -> Path | None:
        """Take a photo off the list while none is being coloured; its file if none shares it.

        The next photo that can be looked at takes its place on the stage, else the first example.
        """
        with self._lock:
            if self.busy or self.led or not 0 <= index < len(self.batch):
                return None
            file = Path(self.batch[index].choice.file)
            self.batch = (*self.batch[:index], *self.batch[index + 1 :])
            at = self.stage.index
            if at is not None and at > index:
                self.stage = replace(self.stage, index=at - 1)
            elif at == index:
                done = [n for n, photo in enumerate(self.batch) if photo.state == PhotoState.DONE]
                nearest = min(done, key=lambda n: (n < index, abs(n - index)), default=None)
                example = self._first_example if nearest is None else self.stage.example
                self.stage = Stage(index=nearest, example=example)
            if file not in self.files or any(Path(p.choice.file) == file for p in self.batch):
                return None
            self.files.discard(file)
            return file

    def take_next(self) -> int | None:
        """The index of the next waiting photo, which is being coloured from now on."""
        with self._lock:
            for index, photo in enumerate(self.batch):
                if photo.state == PhotoState.WAITING:
                    self.change(index, state=PhotoState.WORKING)
                    return index
            return None

    def set_all(self, old: Iterable[PhotoState], new: PhotoState) -> None:
        """Bring all photos in one of the `old` states to the `new` one."""
        states = tuple(old)
        with self._lock:
            self.batch = tuple(
                replace(photo, state=new) if photo.state in states else photo
                for photo in self.batch
            )

    def apply_to_all(self) -> None:
        """Every coloured photo gets the settings of the one on the stage and waits for them.

        Hints and the variant stay: they belong to what is in their photo.
        """
        with self._lock:
            own = self.photo
            if own is None:
                return
            for index, photo in enumerate(self.batch):
                kept = photo.choice.guide
                choice = replace(own.choice, file=photo.choice.file)
                choice = choice.guided(hints=kept.hints, variant=kept.variant)
                if photo.state == PhotoState.DONE and photo.choice != choice:
                    self.change(index, choice=choice, state=PhotoState.WAITING)

    def drop_missing(self) -> None:
        """Forget photos whose files are gone; unfinished ones wait again."""
        with self._lock:
            self.forgotten = False
            own = self.photo
            self.batch = tuple(
                photo
                for photo in self.batch
                if photo.state == PhotoState.REFUSED or Path(photo.choice.file).is_file()
            )
            if not in_state(self.batch, PhotoState.DONE, PhotoState.STOPPED, *PENDING):
                self.batch = ()
            self.set_all([PhotoState.WORKING], PhotoState.WAITING)
            kept = own in self.batch
            index = self.batch.index(own) if own is not None and kept else None
            self.stage = replace(self.stage, index=index)
            if index is None and self.stage.example is None:
                done = [n for n, photo in enumerate(self.batch) if photo.state == PhotoState.DONE]
                self.stage = Stage(done[0]) if done else Stage(example=self._first_example)

    @property
    def waiting(self) -> bool:
        """Whether photos wait for a run."""
        return bool(in_state(self.batch, PhotoState.WAITING))

    def ask(self) -> str | None:
        """A new name for a run that has to be asked for; None when one is asked for or leads."""
        with self._lock:
            if self._asked or self.led or not self.waiting:
                return None
            self._asked = True
            return secrets.token_hex(8)

    def answered(self) -> None:
        """The run that was asked for has begun, or will not."""
        self._asked = False

    @contextmanager
    def leading(self, *, instead: bool = False) -> Iterator[Callable[[], bool]]:
        """At most one run colours a visitor's photos; yields what says whether it is this one.

        instead: whether it takes the place of a run that a reload has left behind.
        """
        me = object()
        with self._lock:
            if self._leader is None or instead:
                self._leader = me
        try:
            yield lambda: self._leader is me
        finally:
            with self._lock:
                if self._leader is me:
                    self._leader = None


class Visits:
    """All visits by token; the one that was not used for the longest time leaves first."""

    def __init__(
        self, start: Callable[[], Visit], *, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._start = start
        self._clock = clock
        self._visits: OrderedDict[str, Visit] = OrderedDict()
        self._lock = threading.Lock()

    def of(self, token: object) -> Visit:
        """The visit behind a token, a new one if there is none; made-up tokens are not kept."""
        if not isinstance(token, str) or not _TOKEN.fullmatch(token):
            return self._start()
        with self._lock:
            visit = self._visits.pop(token, None)
            now = self._clock()
            if visit is None:
                visit = self._start()
            visit.used = now
            self._visits[token] = visit
            while len(self._visits) > MAX_VISITS or self._oldest_age(now) > 2 * MAX_AGE_SECONDS:
                self._visits.popitem(last=False)
            return visit

    def remove(self, token: object, index: int) -> Path | None:
        """Take a photo off a visit's list; its file, for deletion, if it belongs to nobody else."""
        file = self.of(token).remove(index)
        with self._lock:
            return None if file in self._in_use() else file

    def release(self, token: object, *files: Path) -> list[Path]:
        """Take files off a visit; returns those that belong to nobody else, for deletion."""
        self.of(token).files.difference_update(files)
        with self._lock:
            in_use = self._in_use()
        return [file for file in files if file not in in_use]

    def forget(self, token: object) -> list[Path]:
        """Begin a visit anew; returns the old files that belong to no other one, for deletion."""
        with self._lock:
            visit = self._visits.pop(token, None) if isinstance(token, str) else None
            if visit is None:
                return []
            visit.forget()
            others = self._in_use()
        self.of(token).forget()  # whatever is drawn after this says so too
        return sorted(visit.files - others)

    def _in_use(self) -> set[Path]:
        """The files of all visits; whoever asks holds the lock."""
        return {file for visit in self._visits.values() for file in visit.files}

    def _oldest_age(self, now: float) -> float:
        return now - next(iter(self._visits.values())).used


def delete_files(files: Iterable[Path]) -> None:
    """Delete files and the folders that are empty without them."""
    for file in files:
        with suppress(OSError):
            file.unlink(missing_ok=True)
            file.parent.rmdir()
