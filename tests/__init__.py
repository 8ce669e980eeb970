"""Tests, one file for each module; `make test` runs them."""
