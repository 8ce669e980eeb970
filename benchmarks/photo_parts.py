"""Photos: the whole way from file to file by stage, its memory, the same photo again, an album."""

import json
import tempfile
from collections.abc import Callable, Iterator
from functools import partial
from itertools import product
from pathlib import Path

from PIL import Image

from benchmarks.measuring import Figure, child_python, interleaved, ratio, total
from benchmarks.pictures import Kind, jpeg, write_folder
from colorizer import Adjustments, Colorizer, open_photo, save_photo
from colorizer.batch import Job, SaveOptions, colour_album
from colorizer.colour.guided_upsampling import fit_ab_field
from colorizer.colour.recolor import recolor
from colorizer.photo.saving import JPEG_QUALITY
from colorizer.pipeline import Prediction, network_lightness
from colorizer.service.colorizer_service import ColorizerService
from colorizer.threads import use_threads

MODEL = "classification"
SIZES: dict[float, int] = {1: 9, 12: 7, 48: 3}
"""Rounds for each size in megapixels."""
KINDS: tuple[Kind, ...] = ("grey", "colour")
ALBUM = 200
ALBUM_ROUNDS = 5
PREVIEW_SIDE = 1280
VIVID = Adjustments(vividness=1.3)

_MEMORY_OF_ONE_PHOTO = """
import json, sys
from benchmarks.measuring import peak_mb, resident_mb
from benchmarks.pictures import jpeg
from colorizer import Colorizer, open_photo, save_photo
model, source, target = sys.argv[1:]
colorizer = Colorizer.from_pretrained(model)
save_photo(colorizer.colorize(open_photo(jpeg(1, "grey"))).photo, target)
loaded = resident_mb()
result = colorizer.colorize(open_photo(source))
save_photo(result.photo, target, mark=result.mark)
print(json.dumps([loaded, peak_mb()]))
"""


class PhotoRun:
    """One photo on its way; each stage leaves what the next one needs."""

    def __init__(self, colorizer: Colorizer, megapixels: float, kind: Kind, folder: Path) -> None:
        self.colorizer = colorizer
        self.name = f"{kind}, {megapixels:g} MP"
        self.source = folder / f"{self.name}.jpg"
        self.target = folder / f"{self.name}-colour.jpg"
        self.source.write_bytes(jpeg(megapixels, kind))
        self.decode()
        self.to_L()
        self.network()
        self.colours()
        self.recolour()
        self.picture = Image.fromarray(self.coloured.rgb)

    def decode(self) -> None:
        self.photo = open_photo(self.source)

    def to_L(self) -> None:
        side = self.colorizer.checkpoint.config.decoding.side
        self.L = network_lightness(self.photo.rgb, side)

    def network(self) -> None:
        self.output = self.colorizer._run(self.L, None)

    def colours(self) -> None:
        prediction = Prediction(self.photo, self.L, *self.output, 0.0)
        self.field = fit_ab_field(self.L[0, 0], self.colorizer.ab(prediction)[0])

    def recolour(self) -> None:
        self.coloured = type(self.photo)(recolor(self.photo.rgb, self.field), format="JPEG")

    def encode(self) -> None:
        save_photo(self.coloured, self.target, mark="Colours invented.")

    def whole(self) -> None:
        result = self.colorizer.colorize(open_photo(self.source))
        save_photo(result.photo, self.target, mark=result.mark)

    def floor(self) -> None:
        """What nobody can do without: Pillow decodes the file and encodes the result."""
        with Image.open(self.source) as image:
            image.load()
        self.picture.save(self.target, "JPEG", quality=JPEG_QUALITY, subsampling=0)

    def stages(self) -> dict[str, Callable[[], None]]:
        return {
            "decode": self.decode,
            "to L": self.to_L,
            "network": self.network,
            "ab and its fit": self.colours,
            "upsample and to RGB": self.recolour,
            "encode": self.encode,
            "whole": self.whole,
            "floor": self.floor,
        }


def pipeline(colorizer: Colorizer, sizes: list[float]) -> Iterator[Figure]:
    """The way from file to file by stage; every size beside its floor, 12 beside 48 megapixels."""
    with tempfile.TemporaryDirectory() as folder:
        for megapixels, kind in product(sizes, KINDS):
            run = PhotoRun(colorizer, megapixels, kind, Path(folder))
            stages = {f"{run.name}: {name}": stage for name, stage in run.stages().items()}
            figures = interleaved(stages, rounds=SIZES[megapixels])
            yield from figures
            yield ratio(f"{run.name}: whole / floor", figures[-2], figures[-1])
            yield total(f"{run.name}: sum of the stages", figures[:-2])
        for kind in KINDS if {12, 48} <= set(sizes) else ():
            small, large = (PhotoRun(colorizer, size, kind, Path(folder)) for size in (12, 48))
            runs = {"12 beside 48": small.whole, "48 beside 12": large.whole}
            figures = interleaved(runs, rounds=SIZES[48])
            yield ratio(f"{kind}: 48 MP / 12 MP", figures[1], figures[0])


def memory() -> Iterator[Figure]:
    """Peak memory of a 48-megapixel photo above the loaded program, in a process of its own."""
    with tempfile.TemporaryDirectory() as folder:
        for kind in KINDS:
            file = Path(folder) / "photo.jpg"
            file.write_bytes(jpeg(48, kind))
            target = str(file.with_name("coloured.jpg"))
            done = child_python(_MEMORY_OF_ONE_PHOTO, MODEL, str(file), target)
            loaded, peak = json.loads(done.stdout)
            yield Figure(f"{kind}, 48 MP: memory, program loaded", "MB", (loaded,))
            yield Figure(f"{kind}, 48 MP: memory above that", "MB", (peak - loaded,))


def again(rounds: int = 7) -> Iterator[Figure]:
    """Another vividness on a 12-megapixel photo that was just coloured, full size and preview.

    Two photos take turns and the darkroom may keep one, so that each first pass is a first one.
    """
    service = ColorizerService(max_bytes=1)
    with tempfile.TemporaryDirectory() as folder:
        first, second = write_folder(Path(folder), 2, megapixels=12, kind="grey")
        colour = partial(service.colorize, model=MODEL)
        look = partial(service.preview, model=MODEL, long_side=PREVIEW_SIDE)
        runs: dict[str, Callable[[], object]] = {
            "12 MP: first pass": partial(colour, first),
            "12 MP: another vividness": partial(colour, first, adjustments=VIVID),
            "12 MP: first preview": partial(look, second),
            "12 MP: another vividness, preview": partial(look, second, adjustments=VIVID),
        }
        figures = interleaved(runs, rounds=rounds)
    yield from figures
    yield ratio("12 MP: another vividness / first pass", figures[1], figures[0])


def album(colorizer: Colorizer) -> Iterator[Figure]:
    """A folder on all cores against the same photos one at a time on one thread."""
    each = ALBUM // ALBUM_ROUNDS

    def together() -> None:
        use_threads(0)
        list(colour_album(colorizer, jobs, SaveOptions()))

    def one_at_a_time() -> None:
        use_threads(1)
        for job in jobs:
            list(colour_album(colorizer, [job], SaveOptions()))

    with tempfile.TemporaryDirectory() as folder:
        files = write_folder(Path(folder), each, megapixels=1, kind="grey")
        jobs = [Job(file, file.with_name(f"{file.stem}-colour.jpg")) for file in files]
        runs = {
            "album, a photo on all cores": together,
            "album, a photo one at a time on one thread": one_at_a_time,
        }
        try:
            figures = interleaved(runs, rounds=ALBUM_ROUNDS, warm_up=False)
        finally:
            use_threads(0)
    for figure in figures:
        yield Figure(figure.name, "ms", tuple(sample / each for sample in figure.samples))
    yield ratio("album: throughput on all cores / one thread", figures[1], figures[0])
