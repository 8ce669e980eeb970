"""Studies that visitors set up: each has photos, votes and pictures in a folder of its own.

Whoever has a study's link plays it, whoever has its owner's key sees results and may delete it;
nothing is listed. They run on the same `Study` as the page's own. To delete one is to delete its
folder.
"""

import json
import logging
import re
import secrets
import shutil
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from PIL import Image

from colorizer.errors import StudyError
from colorizer.photo import Photo
from colorizer.study.participant import Identity
from colorizer.study.photos import find_photos
from colorizer.study.pool import Colorize, StimulusPool
from colorizer.study.protocol import PUBLISHED_PROTOCOL, StudySettings, study_label
from colorizer.study.trials import StudyModel, new_id

if TYPE_CHECKING:
    from colorizer.study.study import Study

logger = logging.getLogger(__name__)

LENGTHS = {
    "short": StudySettings().fitted(12),
    "usual": StudySettings(),
    "long": replace(PUBLISHED_PROTOCOL, one_model_per_session=False),
}
DAYS = (1, 7, 30, 90)
MIN_PHOTOS, MAX_PHOTOS = 4, 50
MAX_MODELS = 6
MAX_NAME = 80
MAX_PER_ADDRESS = 3
"""Studies that are kept at a time of those that one address has set up."""

SPARE_BYTES = 2**30
_DAY_MS = 86_400_000
_ID = re.compile(r"[0-9a-f]{32}")
_UNFINISHED = "new-"


@dataclass(frozen=True)
class OwnStudy:
    """What an owner asked for, as it is kept beside the photos; `key` opens results and deletion.

    length: a key of LENGTHS. days: how long it is kept, one of DAYS. StudyError for anything else.
    """

    name: str
    models: tuple[StudyModel, ...]
    length: str
    exposure_seconds: float | None
    days: int
    key: str = ""
    created_ms: int = 0
    address_hash: str = ""

    def __post_init__(self) -> None:
        if not 1 <= len(self.models) <= MAX_MODELS:
            raise StudyError("own_models", most=MAX_MODELS)
        if self.length not in LENGTHS or self.days not in DAYS or len(self.name) > MAX_NAME:
            raise StudyError("own_plan")
        if self.exposure_seconds is not None and not 0 < self.exposure_seconds <= 60:
            raise StudyError("own_plan")

    @property
    def expires_ms(self) -> int:
        """When it is deleted, in Unix milliseconds."""
        return self.created_ms + self.days * _DAY_MS

    def as_json(self) -> str:
        """For its file; see `read`."""
        return json.dumps(asdict(self))

    @classmethod
    def read(cls, file: Path) -> "OwnStudy":
        """OSError, ValueError or TypeError if it is none."""
        content = json.loads(file.read_text(encoding="utf-8"))
        models = tuple(StudyModel(**model) for model in content.pop("models"))
        return cls(models=models, **content)


class OwnStudies:
    """All of them, in one folder; safe to share between threads."""

    def __init__(
        self,
        folder: Path,
        colorize: Colorize,
        *,
        secret: bytes,
        limit: int,
        settings: StudySettings | None = None,
        clock_ms: Callable[[], int] = lambda: time.time_ns() // 1_000_000,
    ) -> None:
        """Nothing is read before it is asked for.

        colorize: as for `StimulusPool`; one photo at a time, whatever number of studies waits.
        secret: as for `Study`. limit: studies at a time, 0 where none may be set up. settings: the
        limits that protect a study, see `StudySettings`.
        """
        self._limit = limit
        self._folder = folder
        self._colorize = colorize
        self._secret = secret
        self._identity = Identity(secret)
        self._settings = settings or StudySettings()
        self._clock_ms = clock_ms
        self._open: dict[str, Study] = {}
        self._lock = threading.Lock()
        self._colouring = threading.Lock()

    def check_room(self, address: str) -> None:
        """StudyError when no study can be set up from this address now."""
        with self._lock:
            self._check_limits(address)

    def create(self, asked: OwnStudy, photos: Sequence[Photo], address: str) -> tuple[str, str]:
        """Set a study up; its id, which is all that friends need, and its owner's key.

        photos: real ones at study size, see `real_photo`; they are stored without metadata. Their
        fakes are made in the background. StudyError when a limit is in the way.
        """
        if not MIN_PHOTOS <= len(photos) <= MAX_PHOTOS:
            raise StudyError("own_photos", least=MIN_PHOTOS, most=MAX_PHOTOS)
        now = self._clock_ms()
        study_id, key = new_id(), secrets.token_urlsafe(24)
        address_hash = self._identity.address_hash(address, now)
        asked = replace(asked, key=key, created_ms=now, address_hash=address_hash)
        with self._lock:
            self._check_limits(address)
            unfinished = self._folder / f"{_UNFINISHED}{study_id}"
            try:
                (unfinished / "photos").mkdir(parents=True)
                unfinished.chmod(0o700)
                for number, photo in enumerate(photos):
                    Image.fromarray(photo.rgb).save(unfinished / "photos" / f"{number:03}.png")
                (unfinished / "study.json").write_text(asked.as_json(), encoding="utf-8")
                unfinished.rename(self._folder / study_id)
            except OSError:
                shutil.rmtree(unfinished, ignore_errors=True)
                raise
        self.study(study_id)  # its pictures are begun at once
        return study_id, key

    def about(self, study_id: object) -> OwnStudy:
        """What its owner asked for; StudyError if there is no such study (any more)."""
        about = self._read(study_id) if isinstance(study_id, str) else None
        if about is None or self._clock_ms() >= about.expires_ms:
            raise StudyError("own_gone")
        return about

    def study(self, study_id: object) -> "Study":
        """The study of an id, going on; StudyError if there is no such study (any more)."""
        about = self.about(study_id)
        with self._lock:
            if study_id not in self._open:
                self._open[str(study_id)] = self._opened(self._folder / str(study_id), about)
            return self._open[str(study_id)]

    def delete(self, study_id: object, key: object) -> None:
        """Delete photos, votes and all else of a study; StudyError for anybody but its owner."""
        if not self.study(study_id).is_owner(key):
            raise StudyError("own_not_owner")
        with self._lock:
            self._delete(str(study_id))

    def sweep(self) -> None:
        """Delete the studies whose time is over, and what an ended process left half made."""
        with self._lock:
            self._sweep()

    def close(self) -> None:
        """Close all databases; the studies stay."""
        with self._lock:
            for study in self._open.values():
                study.close()
            self._open.clear()

    def _check_limits(self, address: str) -> None:
        self._sweep()
        there = [about for about in map(self._read, self._ids()) if about is not None]
        self._folder.mkdir(parents=True, exist_ok=True)
        full = shutil.disk_usage(self._folder).free < SPARE_BYTES
        if full or len(there) >= self._limit:
            raise StudyError("own_full")
        # An address has another hash every day: each study is compared with that of its own.
        hashed = self._identity.address_hash
        own = [a for a in there if a.address_hash == hashed(address, a.created_ms)]
        if len(own) >= MAX_PER_ADDRESS:
            raise StudyError("own_too_many", most=MAX_PER_ADDRESS)

    def _sweep(self) -> None:
        for folder in self._folder.glob(f"{_UNFINISHED}*"):
            shutil.rmtree(folder, ignore_errors=True)
        for study_id in self._ids():
            about = self._read(study_id)
            if about is not None and self._clock_ms() >= about.expires_ms:
                self._delete(study_id)

    def _delete(self, study_id: str) -> None:
        study = self._open.pop(study_id, None)
        if study is not None:
            study.close()
        shutil.rmtree(self._folder / study_id, ignore_errors=True)

    def _ids(self) -> list[str]:
        found = self._folder.iterdir() if self._folder.is_dir() else ()
        return [folder.name for folder in found if _ID.fullmatch(folder.name)]

    def _read(self, study_id: str) -> OwnStudy | None:
        if not _ID.fullmatch(study_id):
            return None
        try:
            return OwnStudy.read(self._folder / study_id / "study.json")
        except FileNotFoundError:
            return None
        except (OSError, ValueError, TypeError, KeyError):
            logger.exception("the file of a visitor's study cannot be read")
            return None

    def _opened(self, folder: Path, about: OwnStudy) -> "Study":
        from colorizer.study.store import Store  # SQLAlchemy: not before a study is asked for
        from colorizer.study.study import Study

        length = LENGTHS[about.length]
        settings = replace(
            self._settings,
            practice=length.practice,
            scored=length.scored,
            catch=length.catch,
            exposure_seconds=about.exposure_seconds,
            one_model_per_session=False,
        )
        photos = folder / "photos"
        ids = [file.photo.id for file in find_photos(photos)]
        label = study_label(about.name, ids, [model.name for model in about.models], settings)
        pool = StimulusPool(photos, about.models, self._in_turn, cache=folder / "pictures")
        store = Store(f"sqlite:///{folder}/votes.db", study=label)
        study = Study(store, pool, secret=self._secret, settings=settings, owner_key=about.key)
        study.start()
        return study

    def _in_turn(self, photo: Photo, model: StudyModel) -> Photo:
        with self._colouring:
            return self._colorize(photo, model)
