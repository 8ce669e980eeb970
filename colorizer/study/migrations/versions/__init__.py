"""One module per schema version, in the order of their revision numbers."""
