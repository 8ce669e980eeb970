"""The study that a trial belongs to; "" for those from before studies had names."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Add the column."""
    op.add_column("trials", sa.Column("study", sa.Text, nullable=False, server_default=""))
