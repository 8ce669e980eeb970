"""The studies that the page hosts: its own, opened in the background, and those of visitors.

Whatever fails here (database, photos, models, the Hub) leaves the rest of the page working.
"""

import logging
import os
import secrets
import threading
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from colorizer.adjustments import Adjustments
from colorizer.errors import CheckpointError, Message, StudyError
from colorizer.model.bundled import bundled_study_photos
from colorizer.photo import Photo, PhotoError
from colorizer.service.colorizer_service import ColorizerService
from colorizer.settings import Settings
from colorizer.study import (
    PUBLISHED_PROTOCOL,
    StimulusPool,
    StudyModel,
    StudySettings,
    photos_folder,
)
from colorizer.study.participant import MIN_SECRET_BYTES
from colorizer.study.photos import find_photos
from colorizer.study.protocol import study_label
from colorizer.web.colorize.examples import MODEL as EXAMPLE_MODEL
from colorizer.web.colorize.examples import load_examples

if TYPE_CHECKING:
    from colorizer.study import Mirror, Store, Study
    from colorizer.study.own_studies import OwnStudies

logger = logging.getLogger(__name__)

_HOME = Path("~/.colorizer")
HEAD_START_SECONDS = 3.0  # the first visitors' page comes before what needs the models
_RETRY_SECONDS = 60.0
_SWEEP_SECONDS = 600.0
DEMO_NAME = "demo photos"
MIN_KEY_CHARACTERS = 12


class StudyHost:
    """Opens a study when the page starts, again and again until it works, and holds it."""

    def __init__(
        self,
        open_study: "Callable[[], Study]",
        *,
        warm_up: Callable[[], object] = lambda: None,
        demo: bool = False,
        open_own: "Callable[[], OwnStudies | None]" = lambda: None,
    ) -> None:
        """open_study: may take long and may fail. demo: the photos are the small bundled set.

        warm_up: what can wait until the study is there and the first visitors have their page.
        open_own: those that visitors set up, None where they may not.
        """
        self.demo = demo
        self._open_study = open_study
        self._open_own = open_own
        self._own: OwnStudies | None = None
        self._warm_up = warm_up
        self._study: Study | None = None
        self._problem: Message | None = None
        self._broken = False
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="study-host", daemon=True)

    @property
    def study(self) -> "Study":
        """The study; StudyError with a sentence for the page as long as there is none."""
        if self._study is None:
            raise StudyError.of(self._problem or self._waiting)
        return self._study

    def of(self, study_id: object) -> "Study":
        """The study that a visitor's address asks for: a visitor's own by its id, else the page's.

        StudyError as in `study`, or when there is none of this id.
        """
        return self.own.study(study_id) if study_id else self.study

    @property
    def own(self) -> "OwnStudies":
        """The studies of visitors; StudyError where there are none (yet)."""
        if self._own is None:
            raise StudyError.of(self._waiting if self._study is None else Message("own_closed"))
        return self._own

    @property
    def _waiting(self) -> Message:
        return Message("study_broken" if self._broken else "study_opening")

    async def startup(self) -> None:
        """Begin opening; called by Gradio when the server answers."""
        if not self._thread.is_alive() and self._study is None:
            self._thread.start()

    def close(self) -> None:
        """Stop trying, send the last votes to the mirror, close the database."""
        self._stopping.set()
        if self._study is not None:
            self._study.close()
            self._study = None
        if self._own is not None:
            self._own.close()

    def _run(self) -> None:
        self._open()
        if not self._stopping.wait(HEAD_START_SECONDS):
            self._warm_up()
        if self._own is not None:
            sweeping = partial(self._sweep, self._own)
            threading.Thread(target=sweeping, name="own-studies", daemon=True).start()

    def _sweep(self, own: "OwnStudies") -> None:
        while not self._stopping.wait(_SWEEP_SECONDS):
            with suppress(OSError):
                own.sweep()

    def _open(self) -> None:
        try:
            self._own = self._open_own()
        except (OSError, StudyError) as error:
            logger.error("visitors cannot set up studies: %s", error)
        while not self._stopping.is_set():
            try:
                study = self._open_study()
                if self._stopping.is_set():
                    study.close()
                else:
                    study.start()
                    self._study = study
                return
            except (StudyError, CheckpointError) as error:
                self._problem = error.message
                logger.error("the study cannot start: %s", error)
            except Exception:  # colouring must go on whatever is wrong with the study
                self._problem, self._broken = None, True
                logger.exception("the study cannot start")
            self._stopping.wait(_RETRY_SECONDS)


def host_study(settings: Settings, service: ColorizerService) -> StudyHost:
    """A host for the study that the settings describe."""
    return StudyHost(
        partial(open_study, settings, service),
        warm_up=partial(warm_up, service, settings.preview_side),
        demo=not settings.study_photos,
        open_own=partial(open_own_studies, settings, service),
    )


def open_own_studies(settings: Settings, service: ColorizerService) -> "OwnStudies | None":
    """The studies that visitors set up, beside the votes; StudyError or OSError if they cannot."""
    from colorizer.study.own_studies import OwnStudies  # as below

    if not settings.own_studies:
        return None
    home = _database(settings.database_url)[1]
    home.mkdir(parents=True, exist_ok=True)
    return OwnStudies(
        home / "own-studies",
        partial(coloured, service),
        secret=_secret(settings, home),
        limit=settings.own_studies,
        settings=study_protocol(settings),
    )


def warm_up(service: ColorizerService, long_side: int) -> None:
    """Colour the photo of the first screen and load all models, so that no visitor is the first."""
    for example in [] if service.borrows else load_examples()[:1]:
        with suppress(CheckpointError, PhotoError):
            service.preview(example.grey, EXAMPLE_MODEL, long_side=long_side)
    load_models(service)


def load_models(service: ColorizerService) -> None:
    """Load all models, so that the first photo need not wait; one that is damaged says so then."""
    for name in service.models:
        with suppress(CheckpointError):
            service.colorizer(name)


def open_study(settings: Settings, service: ColorizerService) -> "Study":
    """The study that the settings describe, not started; StudyError or CheckpointError if none."""
    from colorizer.study import Store, Study  # SQLAlchemy: not before the first page

    protocol = study_protocol(settings)
    url, home = _database(settings.database_url)
    source = settings.study_photos
    folder = photos_folder(source, token=settings.hub_token) if source else bundled_study_photos()
    models = _study_models(service, settings.study_strengths)
    label = study_label(
        settings.study_name or source.rstrip("/").rpartition("/")[2] or DEMO_NAME,
        (file.photo.id for file in find_photos(folder)),
        (model.name for model in models),
        protocol,
    )
    store = Store(url, study=label)
    try:
        pool = StimulusPool(
            folder,
            models,
            partial(coloured, service),
            cache=home / "study-pictures",
            head_start_seconds=HEAD_START_SECONDS,
        )
        secret = _secret(settings, home)
        mirror = _mirror(settings, store, home)
        return Study(
            store,
            pool,
            secret=secret,
            settings=protocol,
            owner_key=settings.study_key,
            mirror=mirror,
        )
    except BaseException:
        store.close()
        raise


def study_protocol(settings: Settings) -> StudySettings:
    """Session lengths, exposure and limits; StudyError if the exposure is out of range."""
    protocol = PUBLISHED_PROTOCOL if settings.study_protocol == "published" else StudySettings()
    exposure = settings.study_exposure
    try:
        return replace(
            protocol,
            exposure_seconds=protocol.exposure_seconds if exposure is None else exposure or None,
            trials_per_hour_per_address=settings.study_address_pairs,
            participants_per_hour_per_address=max(settings.study_address_pairs // 10, 1),
        )
    except ValueError as error:
        raise StudyError("bad_exposure") from error


def coloured(service: ColorizerService, photo: Photo, model: StudyModel) -> Photo:
    """The photo in the model's colours; CheckpointError if the model is another one by now."""
    name, vividness = model.asked
    if service.identity(name).revision != model.revision:
        raise CheckpointError("model_changed", model=name)
    return service.colorizer(name).colorize(photo, Adjustments(vividness=vividness)).photo


def study_model(service: ColorizerService, name: str, vividness: float = 1.0) -> StudyModel:
    """The model at a vividness as the study's tables know it; raises CheckpointError."""
    identity = service.identity(name)
    return StudyModel.at(name, vividness, head=identity.head, revision=identity.revision)


def _study_models(service: ColorizerService, strengths: Sequence[float]) -> list[StudyModel]:
    """The models that are whole, at each vividness; the last one's CheckpointError when none is."""
    if not service.models:
        raise StudyError("no_models")
    models: list[StudyModel] = []
    problem: CheckpointError | None = None
    for name in service.models:
        try:
            models += [study_model(service, name, strength) for strength in strengths]
        except CheckpointError as error:
            logger.error("the study goes without a model: %s", error)
            problem = error
    if problem is not None and not models:
        raise problem
    return models


def _database(url: str) -> tuple[str, Path]:
    """The database's address and the folder for what belongs to it."""
    from sqlalchemy import make_url  # as above
    from sqlalchemy.exc import ArgumentError

    home = _HOME.expanduser()
    if not url:
        return f"sqlite:///{home}/votes.db", home
    try:
        parsed = make_url(url)
    except ArgumentError as error:
        raise StudyError("bad_database") from error
    if parsed.get_backend_name() == "sqlite" and parsed.database:
        home = Path(parsed.database).absolute().parent
    return url, home


def _secret(settings: Settings, home: Path) -> bytes:
    """The one of the settings, or that in `home`, made on the first call; StudyError if short.

    Only the file's owner can read it.
    """
    secret = settings.study_secret.encode() or _kept_secret(home / "study-secret")
    if len(secret) < MIN_SECRET_BYTES:
        raise StudyError("bad_secret")
    return secret


def _kept_secret(file: Path) -> bytes:
    try:
        descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return file.read_bytes()
    with os.fdopen(descriptor, "w") as out:
        out.write(secrets.token_hex(32))
    return file.read_bytes()


def _mirror(settings: Settings, store: "Store", home: Path) -> "Mirror | None":
    from colorizer.study import Mirror

    if not settings.votes_dataset:
        return None
    return Mirror(store, settings.votes_dataset, home / "mirror", token=settings.hub_token)
