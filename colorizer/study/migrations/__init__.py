"""Alembic's versioned steps from an empty database to the present schema; run at every start."""
