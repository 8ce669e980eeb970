"""Thumbs under results, without the photo and without a participant."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"

_MILLISECONDS = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_NUMBER: sa.types.TypeEngine[float] = sa.Double().with_variant(sa.REAL(), "sqlite")


def upgrade() -> None:
    """Create the table."""
    op.create_table(
        "thumbs",
        sa.Column("id", sa.Text, primary_key=True),
        sa.Column("model", sa.Text, nullable=False),
        sa.Column("revision", sa.Text, nullable=False),
        sa.Column("vividness", _NUMBER, nullable=False),
        sa.Column("warmth", _NUMBER, nullable=False),
        sa.Column("thumb", sa.Text, nullable=False),
        sa.Column("cast_ms", _MILLISECONDS, nullable=False),
        sa.Column("address_hash", sa.Text, nullable=False),
        sa.CheckConstraint("thumb IN ('up', 'down')", name="known_thumb"),
        sqlite_strict=True,
    )
    op.create_index("thumbs_by_address", "thumbs", ["address_hash", "cast_ms"])
