"""The colorization Turing test: two pictures of one photo, "which one has the real colours?"

>>> study = Study(Store("sqlite:///votes.db"), pool, secret=secret)
>>> study.start()
>>> session = study.start_session(token, address)
>>> trial = study.next_trial(session.token)
>>> receipt = study.cast_vote(trial.id, session.token, "left", response_ms=2300)
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

from colorizer.study.photos import photos_folder
from colorizer.study.pool import PoolProgress, StimulusPool
from colorizer.study.protocol import PUBLISHED_PROTOCOL, StudySettings
from colorizer.study.statistics import FoolingRate, PhotoRate, PublishedRate, StudyResults
from colorizer.study.trials import StudyModel
from colorizer.study.views import (
    AnsweredPair,
    Others,
    Progress,
    Session,
    SessionSummary,
    Standing,
    TrialView,
    Turn,
    VoteReceipt,
)

if TYPE_CHECKING:
    from colorizer.study.mirror import Mirror, MirrorStatus
    from colorizer.study.store import Store
    from colorizer.study.study import Study, StudyStatus

__all__ = [
    "PUBLISHED_PROTOCOL",
    "AnsweredPair",
    "FoolingRate",
    "Mirror",
    "MirrorStatus",
    "Others",
    "PhotoRate",
    "PoolProgress",
    "Progress",
    "PublishedRate",
    "Session",
    "SessionSummary",
    "Standing",
    "StimulusPool",
    "Store",
    "Study",
    "StudyError",
    "StudyModel",
    "StudyResults",
    "StudySettings",
    "StudyStatus",
    "TrialView",
    "Turn",
    "VoteReceipt",
    "photos_folder",
]

_WITH_DATABASE = {
    "Mirror": "mirror",
    "MirrorStatus": "mirror",
    "Store": "store",
    "Study": "study",
    "StudyStatus": "study",
}


def __getattr__(name: str) -> Any:
    """Import SQLAlchemy only when a study is opened: a first page need not wait a second for it."""
    if name in _WITH_DATABASE:
        return getattr(import_module(f"{__name__}.{_WITH_DATABASE[name]}"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
