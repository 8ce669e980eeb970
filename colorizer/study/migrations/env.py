"""Alembic's entry: runs the steps on the connection that `Database` has opened and locked."""

from alembic import context

from colorizer.study.tables import METADATA

context.configure(connection=context.config.attributes["connection"], target_metadata=METADATA)
context.run_migrations()
