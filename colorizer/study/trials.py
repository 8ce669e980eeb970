"""Trials of the two-alternative forced choice "which one is real?" and how they are drawn.

Nothing here talks to a participant: a `Trial` knows which side is real, so it stays on the server.
"""

import random
import secrets
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal, get_args

from colorizer.study.protocol import StudySettings

Side = Literal["left", "right"]
Kind = Literal["practice", "scored", "catch"]
SIDES: tuple[Side, ...] = get_args(Side)
KINDS: tuple[Kind, ...] = get_args(Kind)


_AT = " × "


@dataclass(frozen=True)
class StudyModel:
    """A model under study: its name, its head and the checkpoint revision that made the fakes."""

    name: str
    head: str = ""
    revision: str = ""

    @classmethod
    def at(cls, name: str, vividness: float, *, head: str, revision: str) -> "StudyModel":
        """The model at a vividness of its colours, which the name tells where it is not 1."""
        shown = name if vividness == 1.0 else f"{name}{_AT}{vividness:g}"
        return cls(shown, head=head, revision=revision)

    @property
    def asked(self) -> tuple[str, float]:
        """The model's own name, and the vividness of its colours."""
        name, _, vividness = self.name.partition(_AT)
        return name, float(vividness or 1.0)


ABSURD = StudyModel(name="absurd")
"""Stands in catch trials for a model: colours that nobody who looks would call real."""


@dataclass(frozen=True)
class StudyPhoto:
    """A real photo of the study. `id` is made from its content, `subject` may be empty."""

    id: str
    subject: str = ""


@dataclass(frozen=True)
class Trial:
    """One pair shown to one participant. Times are Unix milliseconds, UTC.

    study: label of the study that it belongs to; "" for those from before studies had names.
    """

    id: str
    participant_id: str
    session: int
    kind: Kind
    photo: StudyPhoto
    model: StudyModel
    real_side: Side = field(repr=False)  # kept out of logs and error messages
    exposure_seconds: float | None
    issued_ms: int
    expires_ms: int
    study: str = ""

    def expired(self, now_ms: int) -> bool:
        """Whether the trial takes no vote any more."""
        return now_ms >= self.expires_ms


@dataclass(frozen=True)
class Vote:
    """Which side a participant took for real. Votes are stored once and never edited.

    response_ms: from the pictures' appearance to the answer, as the browser measured it, or None.
    elapsed_ms: from handing the trial out to the vote, as the server measured it.
    """

    trial_id: str
    choice: Side
    response_ms: int | None
    elapsed_ms: int
    cast_ms: int


@dataclass(frozen=True)
class Ballot:
    """A trial together with the vote cast on it: the row that everything is counted from."""

    trial: Trial
    vote: Vote

    @property
    def id(self) -> str:
        """The trial's."""
        return self.trial.id

    @property
    def fooled(self) -> bool:
        """Whether the fake was taken for real."""
        return self.vote.choice != self.trial.real_side


@dataclass(frozen=True)
class PreferenceVote:
    """A comparison of two models' colours of one photo, with its answer; times as in `Trial`."""

    id: str
    participant_id: str
    photo_id: str
    left_model: str
    left_revision: str
    right_model: str
    right_revision: str
    issued_ms: int
    expires_ms: int
    study: str
    choice: Side
    response_ms: int | None
    elapsed_ms: int
    cast_ms: int


@dataclass(frozen=True)
class Thumb:
    """What somebody thought of a result, without the photo and without who it was."""

    id: str
    model: str
    revision: str
    vividness: float
    warmth: float
    thumb: Literal["up", "down"]
    cast_ms: int


Record = Ballot | PreferenceVote | Thumb
"""Whatever is voted, as it is stored, copied and handed out."""


@dataclass(frozen=True)
class PastTrial:
    """A trial of a participant, with its vote if there is one."""

    trial: Trial
    vote: Vote | None


@dataclass(frozen=True)
class Draw:
    """What the next trial will show; the outcome of `draw`."""

    kind: Kind
    photo: StudyPhoto
    model: StudyModel
    real_side: Side = field(repr=False)


def new_id() -> str:
    """An opaque random id of 128 bits, as 32 hexadecimal digits."""
    return secrets.token_hex(16)


def draw(
    *,
    done: Sequence[Draw | Trial],
    seen: frozenset[str],
    photos: Sequence[StudyPhoto],
    models: Sequence[StudyModel],
    settings: StudySettings,
    rng: random.Random | None = None,
) -> Draw | None:
    """Draw the next trial of a session, or None when the session is complete.

    done: the session's trials that were voted on (or will be before this one is shown).
    seen: ids of photos that this participant has seen in any session.
    photos: what can be shown now.
    settings: the session's lengths, already fitted to the number of photos.
    rng: the operating system's generator unless a test brings its own.
    """
    rng = rng or secrets.SystemRandom()
    kind = _draw_kind(done, settings, rng)
    unseen = [photo for photo in photos if photo.id not in seen]
    if kind is None or not unseen:
        return None
    model = ABSURD if kind == "catch" else _draw_model(kind, done, models, settings, rng)
    return Draw(kind, rng.choice(unseen), model, rng.choice(SIDES))


def _draw_kind(
    done: Sequence[Draw | Trial], settings: StudySettings, rng: random.Random
) -> Kind | None:
    """Practice first; then catch trials at uniformly random places among the scored ones."""
    count = Counter(trial.kind for trial in done)
    scored = max(settings.scored - count["scored"], 0)
    catch = max(settings.catch - count["catch"], 0)
    if count["practice"] < settings.practice:
        return "practice"
    if scored + catch == 0:
        return None
    return "catch" if rng.randrange(scored + catch) < catch else "scored"


def _draw_model(
    kind: Kind,
    done: Sequence[Draw | Trial],
    models: Sequence[StudyModel],
    settings: StudySettings,
    rng: random.Random,
) -> StudyModel:
    """One of the models that this session has shown least, or the session's only one."""
    if settings.one_model_per_session:
        shown = [trial.model for trial in done if trial.model in models]
        return shown[0] if shown else rng.choice(list(models))
    count = Counter(trial.model for trial in done if trial.kind == kind)
    fewest = min(count[model] for model in models)
    return rng.choice([model for model in models if count[model] == fewest])
