"""The tables of a study, as Alembic's migrations leave them.

Column types are chosen so that SQLite can keep the tables STRICT. The constraints, not the code,
guarantee one vote per trial and a photo at most once per participant.
"""

from sqlalchemy import (
    REAL,
    BigInteger,
    CheckConstraint,
    Column,
    Double,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    Table,
    Text,
    UniqueConstraint,
)
from sqlalchemy.types import TypeEngine

METADATA = MetaData()

_MILLISECONDS = BigInteger().with_variant(Integer(), "sqlite")
_NUMBER: TypeEngine[float] = Double().with_variant(REAL(), "sqlite")

PARTICIPANTS = Table(
    "participants",
    METADATA,
    Column("id", Text, primary_key=True),
    Column("session", Integer, nullable=False),
    Column("address_hash", Text, nullable=False),
    Column("created_ms", _MILLISECONDS, nullable=False),
    Index("participants_by_address", "address_hash", "created_ms"),
    sqlite_strict=True,
)

TRIALS = Table(
    "trials",
    METADATA,
    Column("id", Text, primary_key=True),
    Column("participant_id", Text, ForeignKey("participants.id"), nullable=False),
    Column("session", Integer, nullable=False),
    Column("kind", Text, nullable=False),
    Column("photo_id", Text, nullable=False),
    Column("subject", Text, nullable=False),
    Column("model", Text, nullable=False),
    Column("head", Text, nullable=False),
    Column("revision", Text, nullable=False),
    Column("real_side", Text, nullable=False),
    Column("exposure_seconds", _NUMBER),
    Column("issued_ms", _MILLISECONDS, nullable=False),
    Column("expires_ms", _MILLISECONDS, nullable=False),
    Column("address_hash", Text, nullable=False),
    Column("study", Text, nullable=False, server_default=""),
    UniqueConstraint("participant_id", "photo_id", name="photo_once_per_participant"),
    CheckConstraint("kind IN ('practice', 'scored', 'catch')", name="known_kind"),
    CheckConstraint("real_side IN ('left', 'right')", name="known_side"),
    Index("trials_by_address", "address_hash", "issued_ms"),
    sqlite_strict=True,
)

VOTES = Table(
    "votes",
    METADATA,
    Column("trial_id", Text, ForeignKey("trials.id"), primary_key=True),
    Column("choice", Text, nullable=False),
    Column("response_ms", _MILLISECONDS),
    Column("elapsed_ms", _MILLISECONDS, nullable=False),
    Column("cast_ms", _MILLISECONDS, nullable=False),
    CheckConstraint("choice IN ('left', 'right')", name="known_choice"),
    CheckConstraint("elapsed_ms >= 0", name="elapsed_not_negative"),
    CheckConstraint("response_ms >= 0", name="response_not_negative"),
    Index("votes_by_time", "cast_ms"),
    sqlite_strict=True,
)

COMPARISONS = Table(
    "comparisons",
    METADATA,
    Column("id", Text, primary_key=True),
    Column("participant_id", Text, ForeignKey("participants.id"), nullable=False),
    Column("photo_id", Text, nullable=False),
    Column("left_model", Text, nullable=False),
    Column("left_revision", Text, nullable=False),
    Column("right_model", Text, nullable=False),
    Column("right_revision", Text, nullable=False),
    Column("issued_ms", _MILLISECONDS, nullable=False),
    Column("expires_ms", _MILLISECONDS, nullable=False),
    Column("address_hash", Text, nullable=False),
    Column("study", Text, nullable=False),
    UniqueConstraint("participant_id", "photo_id", name="compared_once_per_participant"),
    Index("comparisons_by_address", "address_hash", "issued_ms"),
    sqlite_strict=True,
)

PREFERENCES = Table(
    "preferences",
    METADATA,
    Column("comparison_id", Text, ForeignKey("comparisons.id"), primary_key=True),
    Column("choice", Text, nullable=False),
    Column("response_ms", _MILLISECONDS),
    Column("elapsed_ms", _MILLISECONDS, nullable=False),
    Column("cast_ms", _MILLISECONDS, nullable=False),
    CheckConstraint("choice IN ('left', 'right')", name="known_preference"),
    sqlite_strict=True,
)

THUMBS = Table(
    "thumbs",
    METADATA,
    Column("id", Text, primary_key=True),
    Column("model", Text, nullable=False),
    Column("revision", Text, nullable=False),
    Column("vividness", _NUMBER, nullable=False),
    Column("warmth", _NUMBER, nullable=False),
    Column("thumb", Text, nullable=False),
    Column("cast_ms", _MILLISECONDS, nullable=False),
    Column("address_hash", Text, nullable=False),
    CheckConstraint("thumb IN ('up', 'down')", name="known_thumb"),
    Index("thumbs_by_address", "address_hash", "cast_ms"),
    sqlite_strict=True,
)
