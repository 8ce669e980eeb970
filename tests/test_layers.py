"""Dependencies point one way; kept by reading every import."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
FRONT_ENDS = ("colorizer.web", "colorizer.cli", "colorizer.__main__")
TRAINING_ONLY = ("torch", "torchvision", "timm", "accelerate", "onnx", "onnxscript")
WITH_TORCH = ("model.network", "model.efficientnet", "model.torch_engine")
"""Those alone may import PyTorch; who may import them is below."""


def imports_of(file: Path, *, top_level_only: bool = False) -> set[str]:
    tree = ast.parse(file.read_text())
    nodes = tree.body if top_level_only else ast.walk(tree)
    found: set[str] = set()
    for node in nodes:
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            found.add(node.module or "")
            found |= {f"{node.module}.{alias.name}" for alias in node.names}
    return found


def module_name(file: Path) -> str:
    return ".".join(file.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")


LIBRARY = sorted((ROOT / "colorizer").rglob("*.py"))


@pytest.mark.parametrize("file", LIBRARY, ids=module_name)
def test_the_library_knows_nothing_of_training_app_or_tests(file: Path) -> None:
    assert not [n for n in imports_of(file) if n.split(".")[0] in ("train", "app", "tests")]


@pytest.mark.parametrize("file", LIBRARY, ids=module_name)
def test_only_the_front_ends_know_the_front_ends_and_gradio(file: Path) -> None:
    if module_name(file).startswith(FRONT_ENDS):
        return
    assert not [n for n in imports_of(file) if n.startswith((*FRONT_ENDS, "gradio"))]


@pytest.mark.parametrize("file", LIBRARY, ids=module_name)
def test_three_modules_know_pytorch_and_nobody_imports_them_at_start(file: Path) -> None:
    known = {f"colorizer.{name}" for name in WITH_TORCH}
    if module_name(file) in known:
        return
    assert not [n for n in imports_of(file) if n.split(".")[0] in TRAINING_ONLY]
    assert not imports_of(file, top_level_only=True) & known


@pytest.mark.parametrize("package", ["colorizer.colour", "colorizer.previews", "colorizer.photo"])
def test_colours_previews_and_photos_know_no_models(package: str) -> None:
    for file in LIBRARY:
        if module_name(file).startswith(package):
            assert not [n for n in imports_of(file) if n.startswith("colorizer.model")], file


@pytest.mark.parametrize("file", LIBRARY, ids=module_name)
def test_only_archives_know_archives_and_their_engine(file: Path) -> None:
    if not module_name(file).startswith("colorizer.archive"):
        engine = ("colorizer.archive", "ray", "pyarrow", "fsspec")
        assert not [
            n for n in imports_of(file) if f"{n}.".startswith(tuple(f"{e}." for e in engine))
        ]


FILMS_FOR_ALL = tuple(
    f"colorizer.film.{name}" for name in ("SUFFIXES", "options", "isolation", "guess")
)
"""They import neither PyAV nor OpenCV; the test of the page below would see it."""


@pytest.mark.parametrize("file", LIBRARY, ids=module_name)
def test_only_films_know_their_libraries_and_nobody_needs_them_at_start(file: Path) -> None:
    if module_name(file).startswith("colorizer.film"):
        return
    assert not {name.split(".")[0] for name in imports_of(file)} & {"av", "cv2"}
    at_start_only = module_name(file) == "colorizer.cli"
    known = imports_of(file, top_level_only=at_start_only)
    known = {n for n in known if n.startswith("colorizer.film.")}
    assert not {n for n in known if not n.startswith(FILMS_FOR_ALL)}


CODE_RUNNERS = {"eval", "exec", "compile", "__import__"}
UNPICKLERS = {"pickle", "cPickle", "dill", "cloudpickle", "joblib", "marshal", "shelve", "yaml"}
SHIPPED = [*LIBRARY, ROOT / "app.py", *sorted((ROOT / "train").rglob("*.py"))]


@pytest.mark.parametrize("file", SHIPPED, ids=module_name)
def test_nothing_that_is_loaded_can_run_code(file: Path) -> None:
    """train/backbones.py alone calls torch.load, tensors only, on what pip installed."""
    assert not {name.split(".")[0] for name in imports_of(file)} & UNPICKLERS
    calls = [node for node in ast.walk(ast.parse(file.read_text())) if isinstance(node, ast.Call)]
    called = {ast.unparse(call.func) for call in calls}
    assert not called & CODE_RUNNERS
    for call in calls:
        options = {word.arg: ast.unparse(word.value) for word in call.keywords}
        assert options.get("allow_pickle", "False") == "False"
        if ast.unparse(call.func) == "torch.load":
            assert module_name(file) == "train.backbones"
            assert options["weights_only"] == "True"


def test_the_page_decodes_no_photo_in_its_own_process() -> None:
    for file in (ROOT / "colorizer" / "web").rglob("*.py"):
        assert not imports_of(file) & {"colorizer.open_photo", "colorizer.photo.open_photo"}, file


OURS = [
    file
    for part in ("colorizer", "train", "tests", "benchmarks")
    for file in (ROOT / part).rglob("*.py")
]


@pytest.mark.parametrize("file", sorted(OURS), ids=module_name)
def test_modules_stay_small_enough_to_read(file: Path) -> None:
    most = 600 if file.parent.name == "i18n" else 400  # texts of the page are a list to look up
    assert len(file.read_text().splitlines()) <= most


def test_the_page_is_built_without_what_a_photo_or_the_study_needs() -> None:
    code = (
        "import sys\nfrom colorizer.settings import Settings\nfrom colorizer.web import build_app\n"
        "build_app(Settings())\nprint(*sys.modules)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], check=True, capture_output=True, timeout=120, cwd=ROOT
    )
    loaded = set(done.stdout.decode().split())
    assert "gradio" in loaded
    assert not loaded & {"torch", "numba", "scipy", "skimage", "sklearn", "sqlalchemy", "alembic"}
    assert not loaded & {"av", "cv2"}
