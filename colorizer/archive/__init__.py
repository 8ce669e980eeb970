"""Archives: photos by the million, on one machine or on a Ray cluster, each one accounted for.

`python -m colorizer.archive`, see `__main__` and docs/archive.md. Needs the extra "archive".
"""
