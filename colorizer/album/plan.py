"""Which photos are coloured and where each result goes, all decided before the first pixel is read.

A result is named after its photo (`a.jpg` → `a-colour.jpg`). Where that would name two results the
same, also on a disk that does not tell capital letters, each of them gets more of its photo's name
(`a.jpeg-colour.jpg`), its folder's name, or a number. So no result depends on what else is done.
"""

import glob
import hashlib
import os
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from pathlib import Path

from colorizer.album.search import RESULT, coloured_name, is_result, names_of, search
from colorizer.batch import Job, Outcome, State, settings_of
from colorizer.errors import Message, PhotoError
from colorizer.photo.metadata import Origin, origin_of_file
from colorizer.photo.saving import format_named, format_of_head, suffix_of

STDIN = "-"
_STDIN_NAME = "stdin"


class UsageError(ValueError):
    """Arguments that do not fit together; its text says how."""


@dataclass(frozen=True)
class PlanOptions:
    """out: folder or file for the results, None is beside each photo.

    format: "jpg", "png", "webp" or "tiff"; None is each photo's own. layer: whether the colours
    alone are written too. variants: how many other versions are written too. overwrite: whether
    files that are there are replaced. settings: of this run, as `SaveOptions` has them.
    """

    out: Path | None = None
    format: str | None = None
    layer: bool = False
    variants: int = 0
    overwrite: bool = False
    settings: str = ""


@dataclass
class Plan:
    """What is to be done, and what is settled without doing anything."""

    jobs: list[Job] = field(default_factory=list)
    settled: list[Outcome] = field(default_factory=list)
    left_out: Counter[str] = field(default_factory=Counter)
    unreadable: list[tuple[Path, str]] = field(default_factory=list)

    @property
    def total(self) -> int:
        """Photos that were asked for."""
        return len(self.jobs) + len(self.settled)


@dataclass(frozen=True, eq=False)
class _Source:
    """A photo and the folder of its result."""

    path: Path
    folder: Path
    head: bytes
    data: bytes | None = None


def plan_album(
    arguments: Sequence[str], options: PlanOptions, read_stdin: Callable[[], bytes]
) -> Plan:
    """Plan an album.

    Args:
        arguments: files, folders, patterns such as `*.jpg`, or `-` for one photo from
            standard input.
        options: see there.
        read_stdin: returns that photo.

    Raises:
        UsageError: the arguments do not fit together.
    """
    if not all(arguments):
        raise UsageError("A photo's name is empty. For all photos of this folder write a dot: .")
    plan = Plan()
    places = _expanded(arguments)
    one_file = _is_file_name(options.out)
    sources = _unique(_sources(places, options, plan, read_stdin))
    if one_file:
        return _plan_one(plan, sources, places, options)
    targets = _targets(sources, options)
    inputs = {_place(source.path) for source in sources}
    for source, target in zip(sources, targets, strict=True):
        _decide(plan, source, target, options, inputs)
    return plan


def _plan_one(
    plan: Plan, sources: Sequence[_Source], places: Sequence[str], options: PlanOptions
) -> Plan:
    out = options.out
    assert out is not None
    if len(places) > 1 or len(sources) > 1 or any(map(os.path.isdir, places)):
        raise UsageError(f"{out} is one file: give one photo, or a folder's name after -o.")
    if options.format and format_named(options.format) != format_named(out.suffix):
        raise UsageError(f"{out} does not go with --format {options.format}.")
    for source in sources:
        _decide(plan, source, out, options, {_place(source.path)})
    return plan


def _expanded(arguments: Sequence[str]) -> list[str]:
    """Patterns that no shell has expanded become the names they stand for."""
    expanded: list[str] = []
    for argument in arguments:
        is_pattern = any(sign in argument for sign in "*?[") and not os.path.lexists(argument)
        matches = sorted(glob.glob(argument, recursive=True)) if is_pattern else []  # noqa: PTH207
        expanded += matches or [argument]
    return expanded


def _is_file_name(out: Path | None) -> bool:
    if out is None or not out.suffix or os.path.isdir(out):  # noqa: PTH112 - never raises
        return False
    with suppress(PhotoError):
        return bool(format_named(out.suffix))
    return False


def _sources(
    places: Sequence[str], options: PlanOptions, plan: Plan, read_stdin: Callable[[], bytes]
) -> Iterator[_Source]:
    folders = [place for place in places if place != STDIN and os.path.isdir(place)]  # noqa: PTH112 - never raises
    labels = dict(zip(folders, _labels(folders), strict=True))
    files = [Path(place) for place in places if place != STDIN and place not in labels]
    names: dict[Path, set[str]] = {
        folder: names_of([file for file in files if file.parent == folder])
        for folder in {file.parent for file in files}
    }
    for place in places:
        path = Path(place)
        if place == STDIN:
            data = read_stdin()
            yield _Source(Path(_STDIN_NAME), options.out or Path(), data[:16], data)
        elif place in labels:
            found = search(path, not_in=options.out)
            plan.left_out += found.left_out
            plan.unreadable += found.unreadable
            root = options.out / labels[place] if options.out else None
            for photo in found.photos:
                folder = root / photo.relative_to(path).parent if root else photo.parent
                yield _Source(photo, folder, _head(photo))
        elif is_result(path, names[path.parent]):
            plan.left_out[RESULT] += 1
        else:
            yield _Source(path, options.out or path.parent, _head(path))


def _labels(folders: Sequence[str]) -> list[str]:
    """Where the results of each folder go below `-o`: right there, or by name if it is several."""
    if len(set(map(os.path.realpath, folders))) < 2:
        return [""] * len(folders)
    parts = [Path(os.path.realpath(folder)).parts[1:] or ("root",) for folder in folders]
    length = 1
    while length < max(map(len, parts)):
        labels = ["-".join(each[-length:]) for each in parts]
        if len(set(map(_folded, labels))) == len(set(parts)):
            break
        length += 1
    return ["-".join(each[-length:]) for each in parts]


def _unique(sources: Iterator[_Source]) -> list[_Source]:
    """Each photo once, however often it was named, in the order in which they were named."""
    by_path: dict[str, _Source] = {}
    for source in sources:
        by_path.setdefault(_place(source.path), source)
    return list(by_path.values())


def _targets(sources: Sequence[_Source], options: PlanOptions) -> list[Path]:
    """A name for each result that no other one has."""
    names = [_names(source.path) for source in sources]
    level = [0] * len(sources)

    def key(index: int) -> tuple[str, str]:
        return _folded(os.path.realpath(sources[index].folder)), _folded(names[index][level[index]])

    while True:
        groups: dict[tuple[str, str], list[int]] = defaultdict(list)
        for index in range(len(sources)):
            groups[key(index)].append(index)
        alike = [
            index
            for group in groups.values()
            if len(group) > 1
            for index in group
            if level[index] + 1 < len(names[index])
        ]
        if not alike:
            break
        for index in alike:
            level[index] += 1
    taken = {place for place, group in groups.items() if len(group) == 1}
    chosen = [names[index][level[index]] for index in range(len(sources))]
    for place, group in groups.items():
        number = 0
        for index in sorted(group, key=lambda each: str(sources[each].path)) if group[1:] else ():
            name = chosen[index]
            while (place[0], _folded(chosen[index])) in taken or chosen[index] == name:
                number += 1
                chosen[index] = f"{name}-{number}"
            taken.add((place[0], _folded(chosen[index])))
    return [
        source.folder / f"{coloured_name(name)}{_suffix(source, options)}"
        for source, name in zip(sources, chosen, strict=True)
    ]


def _names(path: Path) -> list[str]:
    """What a result may be named after, the shortest first."""
    folder = path.parent.name or Path(_place(path)).parent.name
    return [path.stem, path.name, f"{folder}-{path.stem}", f"{folder}-{path.name}"]


def _suffix(source: _Source, options: PlanOptions) -> str:
    return f".{options.format}" if options.format else suffix_of(format_of_head(source.head))


def _decide(
    plan: Plan, source: _Source, target: Path, options: PlanOptions, inputs: Collection[str]
) -> None:
    layer = target.with_name(f"{target.stem}-layer.png") if options.layer else None
    variants = tuple(
        target.with_name(f"{target.stem}-{number}{target.suffix}")
        for number in range(1, options.variants + 1)
    )
    job = Job(source.path, target, layer, source.data, variants)
    outputs = [target, *variants] if layer is None else [target, layer, *variants]
    reason: Message | None = None
    for output in outputs:
        if _place(output) in inputs:
            reason = Message("target_is_source", {"file": str(output)})
    existing = [output for output in outputs if os.path.lexists(output)]
    origins = {} if options.overwrite else {file: origin_of_file(file) for file in existing}
    if reason is None:
        reason = _objection(source, origins)
    if reason is not None:
        plan.settled.append(Outcome(job, State.FAILED, reason=reason))
    elif len(existing) == len(outputs) and not options.overwrite:
        notes = _difference(source, origins[target], options)
        settled = Outcome(replace(job, data=None), State.SKIPPED, written=target, notes=notes)
        plan.settled.append(settled)
    else:
        plan.jobs.append(job)


def _difference(
    source: _Source, origin: Origin | None, options: PlanOptions
) -> tuple[Message, ...]:
    """A note if a result says that it was made with other settings than today's."""
    today = settings_of(options.settings, source.path)
    if origin is None or origin.settings in ("", today):
        return ()
    return (Message("other_settings", {"settings": origin.settings}),)


def _objection(source: _Source, origins: Mapping[Path, Origin | None]) -> Message | None:
    """Why files that are there are not the results of this photo; None if they are."""
    digest = ""
    for file, origin in origins.items():
        if origin is None:
            return Message("already_there", {"file": str(file)})
        digest = digest or _digest(source)
        if origin.source and digest and origin.source != digest:
            return Message("other_result", {"file": str(file)})
    return None


def _digest(source: _Source) -> str:
    if source.data is not None:
        return hashlib.sha256(source.data).hexdigest()
    try:
        with source.path.open("rb") as stream:
            return hashlib.file_digest(stream, "sha256").hexdigest()
    except OSError:
        return ""


def _head(path: Path) -> bytes:
    """The first bytes of a file; none of what is no file or cannot be read."""
    with suppress(OSError, ValueError):
        if path.is_file():
            with path.open("rb") as stream:
                return stream.read(16)
    return b""


def _place(path: Path) -> str:
    """Where a file lies, however it was named; a link to a file is a file of its own."""
    return os.path.join(os.path.realpath(path.parent), path.name)  # noqa: PTH118


def _folded(name: str) -> str:
    """The same for names that some disk takes for one."""
    return unicodedata.normalize("NFC", name).casefold()
