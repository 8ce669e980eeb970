"""Films: steady colours on a CPU; size, time stamps and sound kept. Needs the extra "film".

`python -m colorizer film.mp4`, see `command` and docs/films.md; from programs `colouring`. A film's
way: `reading` (frames and packets) → `steady` (colours of each frame, from `key_frames` along
`motion`) → `planes` (Cb and Cr under the film's own luma) → `writing`.
"""

# fmt: off
SUFFIXES = frozenset((
    ".3gp", ".asf", ".avi", ".flv", ".m2ts", ".m4v", ".mkv", ".mov", ".mp4", ".mpeg", ".mpg",
    ".mts", ".mxf", ".ogv", ".ts", ".vob", ".webm", ".wmv",
))
# fmt: on
"""Endings of the names that the command line takes for films."""
