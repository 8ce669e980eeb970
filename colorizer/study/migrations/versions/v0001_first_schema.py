"""Participants, trials and votes."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None

_MILLISECONDS = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_SECONDS: sa.types.TypeEngine[float] = sa.Double().with_variant(sa.REAL(), "sqlite")


def upgrade() -> None:
    """Create the three tables."""
    _create_participants()
    _create_trials()
    _create_votes()


def _create_participants() -> None:
    op.create_table(
        "participants",
        sa.Column("id", sa.Text, primary_key=True),
        sa.Column("session", sa.Integer, nullable=False),
        sa.Column("address_hash", sa.Text, nullable=False),
        sa.Column("created_ms", _MILLISECONDS, nullable=False),
        sqlite_strict=True,
    )
    op.create_index("participants_by_address", "participants", ["address_hash", "created_ms"])


def _create_trials() -> None:
    op.create_table(
        "trials",
        sa.Column("id", sa.Text, primary_key=True),
        sa.Column("participant_id", sa.Text, sa.ForeignKey("participants.id"), nullable=False),
        sa.Column("session", sa.Integer, nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("photo_id", sa.Text, nullable=False),
        sa.Column("subject", sa.Text, nullable=False),
        sa.Column("model", sa.Text, nullable=False),
        sa.Column("head", sa.Text, nullable=False),
        sa.Column("revision", sa.Text, nullable=False),
        sa.Column("real_side", sa.Text, nullable=False),
        sa.Column("exposure_seconds", _SECONDS),
        sa.Column("issued_ms", _MILLISECONDS, nullable=False),
        sa.Column("expires_ms", _MILLISECONDS, nullable=False),
        sa.Column("address_hash", sa.Text, nullable=False),
        sa.UniqueConstraint("participant_id", "photo_id", name="photo_once_per_participant"),
        sa.CheckConstraint("kind IN ('practice', 'scored', 'catch')", name="known_kind"),
        sa.CheckConstraint("real_side IN ('left', 'right')", name="known_side"),
        sqlite_strict=True,
    )
    op.create_index("trials_by_address", "trials", ["address_hash", "issued_ms"])


def _create_votes() -> None:
    op.create_table(
        "votes",
        sa.Column("trial_id", sa.Text, sa.ForeignKey("trials.id"), primary_key=True),
        sa.Column("choice", sa.Text, nullable=False),
        sa.Column("response_ms", _MILLISECONDS),
        sa.Column("elapsed_ms", _MILLISECONDS, nullable=False),
        sa.Column("cast_ms", _MILLISECONDS, nullable=False),
        sa.CheckConstraint("choice IN ('left', 'right')", name="known_choice"),
        sa.CheckConstraint("elapsed_ms >= 0", name="elapsed_not_negative"),
        sa.CheckConstraint("response_ms >= 0", name="response_not_negative"),
        sqlite_strict=True,
    )
    op.create_index("votes_by_time", "votes", ["cast_ms"])
