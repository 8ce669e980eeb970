"""What must work where PyTorch is not installed: photos, the command line, the study, the page."""

import json
from pathlib import Path

import numpy as np
import pytest
from gradio_client import Client, handle_file
from PIL import Image

from colorizer import Colorizer, open_photo
from tests.support.clean_start import started_app
from tests.support.light_python import WITHOUT_TORCH, light_python
from tests.support.source_tree import ROOT

_IN_PYTHON = """
import json, sys
from colorizer import Adjustments, Colorizer, open_photo
from colorizer.colour.uncertainty import heat_map
from colorizer.errors import CheckpointError
from colorizer.study.stimuli import compose, match_halves

photo = open_photo(sys.argv[1])
classifier = Colorizer.from_pretrained("classification")
prediction = classifier.predict(photo)
result = classifier.decode(prediction, Adjustments(vividness=1.2, warmth=0.3))
heat_map(classifier.certainty(prediction), 90, 90)
pair = compose(match_halves(photo, result.photo), real_side="left", nonce="n")
refused = []
for ask in (lambda: Colorizer.from_pretrained(sys.argv[2]),
            lambda: Colorizer(classifier.checkpoint, engine="torch")):
    try:
        ask()
    except CheckpointError as error:
        refused.append([error.code, error.message.fields["extra"]])
print(json.dumps({"shape": result.photo.rgb.shape, "refused": refused,
                  "torch": [name for name in sys.modules if name.startswith("torch")]}))
"""


@pytest.fixture
def photo(tmp_path: Path, colourful: np.ndarray) -> Path:
    large = np.kron(colourful, np.ones((3, 3, 1), np.uint8))  # the study's photos are larger
    Image.fromarray(large).save(tmp_path / "photo.png")
    return tmp_path / "photo.png"


def test_a_photo_and_a_pair_of_the_study_and_what_needs_the_extra(
    photo: Path, regression_folder: Path
) -> None:
    done = light_python("-c", _IN_PYTHON, str(photo), str(regression_folder))
    assert done.returncode == 0, done.stderr
    said = json.loads(done.stdout)
    assert said["shape"] == [360, 540, 3]
    assert said["refused"] == [["needs_extra", "torch"]] * 2
    assert said["torch"] == []


def test_the_command_line_gives_the_same_picture(photo: Path) -> None:
    done = light_python("-m", "colorizer", "photo.png", "-q", cwd=photo.parent)
    assert (done.returncode, done.stderr) == (0, "")
    ours = open_photo(photo.with_name("photo-colour.png")).rgb
    here = Colorizer.from_pretrained("classification").colorize(open_photo(photo)).photo.rgb
    np.testing.assert_array_equal(ours, here)


@pytest.mark.slow
def test_the_page_colours_its_first_photo(photo: Path, tmp_path: Path) -> None:
    (tmp_path / "none").mkdir()
    environment = {
        "PYTHONPATH": str(WITHOUT_TORCH),
        "COLORIZER_STUDY_PHOTOS": str(tmp_path / "none"),
    }
    with started_app(ROOT, tmp_path, environment) as app:
        client = Client(app.url, verbose=False)
        result = client.predict(handle_file(photo), api_name="/colorize")
        assert open_photo(result).rgb.shape == (360, 540, 3)
        assert "torch" not in app.log.read_text()
