"""Comparisons of two colourings of one photo, and which was preferred."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"

_MILLISECONDS = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Create the two tables."""
    op.create_table(
        "comparisons",
        sa.Column("id", sa.Text, primary_key=True),
        sa.Column("participant_id", sa.Text, sa.ForeignKey("participants.id"), nullable=False),
        sa.Column("photo_id", sa.Text, nullable=False),
        sa.Column("left_model", sa.Text, nullable=False),
        sa.Column("left_revision", sa.Text, nullable=False),
        sa.Column("right_model", sa.Text, nullable=False),
        sa.Column("right_revision", sa.Text, nullable=False),
        sa.Column("issued_ms", _MILLISECONDS, nullable=False),
        sa.Column("expires_ms", _MILLISECONDS, nullable=False),
        sa.Column("address_hash", sa.Text, nullable=False),
        sa.Column("study", sa.Text, nullable=False),
        sa.UniqueConstraint("participant_id", "photo_id", name="compared_once_per_participant"),
        sqlite_strict=True,
    )
    op.create_index("comparisons_by_address", "comparisons", ["address_hash", "issued_ms"])
    op.create_table(
        "preferences",
        sa.Column("comparison_id", sa.Text, sa.ForeignKey("comparisons.id"), primary_key=True),
        sa.Column("choice", sa.Text, nullable=False),
        sa.Column("response_ms", _MILLISECONDS),
        sa.Column("elapsed_ms", _MILLISECONDS, nullable=False),
        sa.Column("cast_ms", _MILLISECONDS, nullable=False),
        sa.CheckConstraint("choice IN ('left', 'right')", name="known_preference"),
        sqlite_strict=True,
    )
