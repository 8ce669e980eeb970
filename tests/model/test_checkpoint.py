import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors.numpy import load_file, save_file

from colorizer.errors import CheckpointError
from colorizer.model.architecture import (
    BACKBONES,
    MAX_ACTIVATIONS,
    MAX_MULTIPLICATIONS,
    ORIGINAL,
    NetworkConfig,
)
from colorizer.model.checkpoint import (
    CONFIG_FILE,
    MAX_ASPECT,
    CheckpointConfig,
    DecodingConfig,
    bundled_checkpoints,
    load_checkpoint,
    read_config,
    save_checkpoint,
)
from colorizer.model.checkpoint_identity import (
    PALETTE_FILE,
    WEIGHTS_FILE,
    CheckpointIdentity,
    identify,
)
from colorizer.model.network import build_network
from colorizer.model.torch_engine import torch_network
from tests.conftest import small_network
from tests.support.source_tree import ROOT


@pytest.fixture
def folder(classification_folder: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(classification_folder, tmp_path / "copy"))


def test_a_saved_network_answers_the_same_after_loading(classification_folder: Path) -> None:
    loaded = load_checkpoint(classification_folder)
    L = torch.rand(1, 1, 64, 64) * 100
    expected = small_network("classification", 9).eval()(L)
    with torch.inference_mode():
        network = torch_network(loaded.config.network, loaded.weights)
        torch.testing.assert_close(network(L), expected, atol=2e-2, rtol=1e-2)
    assert loaded.config.decoding.side == 64
    assert loaded.ab_bins is not None
    assert loaded.ab_bins.n_classes == 9


def test_weights_are_stored_as_float16(classification_folder: Path) -> None:
    tensors = load_file(classification_folder / WEIGHTS_FILE)
    kinds = {
        values.dtype
        for name, values in tensors.items()
        if values.dtype.kind == "f" and not name.endswith("running_var")
    }
    assert kinds == {np.dtype(np.float16)}


def test_a_variance_that_float16_cannot_hold_is_kept(tmp_path: Path) -> None:
    network = small_network("regression", 0)
    norm = next(m for m in network.decoder.modules() if isinstance(m, torch.nn.BatchNorm2d))
    norm.running_var += 1e5
    config = CheckpointConfig("tiny", network.config, DecodingConfig(side=64))
    folder = save_checkpoint(tmp_path / "large", config, network, None)
    assert load_checkpoint(folder).revision  # weights that are not finite are refused
    tensors = load_file(folder / WEIGHTS_FILE)
    assert max(v.max() for name, v in tensors.items() if name.endswith("running_var")) > 1e5


def test_the_revision_follows_the_weights(folder: Path) -> None:
    before = load_checkpoint(folder).revision
    tensors = load_file(folder / WEIGHTS_FILE)
    tensors["head.bias"] += 1
    save_file(tensors, folder / WEIGHTS_FILE)
    assert load_checkpoint(folder).revision != before


def _edit(folder: Path, **changes: object) -> None:
    file = folder / CONFIG_FILE
    file.write_text(json.dumps({**json.loads(file.read_text()), **changes}))


def _replace(file: Path, make: Callable[[Path], object]) -> None:
    file.unlink()
    make(file)


def _truncate(folder: Path) -> None:
    file = folder / WEIGHTS_FILE
    file.write_bytes(file.read_bytes()[:5000])


def _poison(folder: Path) -> None:
    tensors = load_file(folder / WEIGHTS_FILE)
    tensors["head.bias"][0] = np.nan
    save_file(tensors, folder / WEIGHTS_FILE)


def _drop_tensor(folder: Path) -> None:
    tensors = load_file(folder / WEIGHTS_FILE)
    del tensors["head.bias"]
    save_file(tensors, folder / WEIGHTS_FILE)


def _write_palette(folder: Path, *, centres: np.ndarray, prior: np.ndarray) -> None:
    save_file({"centres": centres, "prior": prior}, folder / PALETTE_FILE)


DAMAGE = {
    "no config": (lambda f: (f / CONFIG_FILE).unlink(), "has no config.json"),
    "config is no JSON": (lambda f: (f / CONFIG_FILE).write_text("{"), "cannot be read"),
    "config is a list": (lambda f: (f / CONFIG_FILE).write_text("[]"), "not a JSON object"),
    "foreign config": (lambda f: _edit(f, format="bert"), "not a Colorizer checkpoint"),
    "newer format": (lambda f: _edit(f, format_version=99), "update Colorizer"),
    "unknown network": (lambda f: _edit(f, network={"layers": 3}), "does not describe a network"),
    "unknown decoding": (lambda f: _edit(f, decoding={"x": 1}), "does not describe a network"),
    "no weights": (lambda f: (f / WEIGHTS_FILE).unlink(), "has no model.safetensors"),
    "truncated weights": (_truncate, "damaged or incomplete"),
    "weights are text": (lambda f: (f / WEIGHTS_FILE).write_text("hello"), "damaged"),
    "NaN": (_poison, "NaN"),
    "missing tensor": (_drop_tensor, "do not belong"),
    "no palette": (lambda f: (f / PALETTE_FILE).unlink(), "has no palette"),
    "wrong palette": (
        lambda f: _write_palette(f, centres=np.zeros((4, 2)), prior=np.ones(4)),
        "4 colours",
    ),
    "palette of no colours": (
        lambda f: _write_palette(f, centres=np.full((9, 2), np.nan), prior=np.ones(9)),
        "cannot be",
    ),
    "negative prior": (
        lambda f: _write_palette(f, centres=np.zeros((9, 2)), prior=-np.ones(9)),
        "cannot be",
    ),
    "prior of nothing": (
        lambda f: _write_palette(f, centres=np.zeros((9, 2)), prior=np.zeros(9)),
        "cannot be",
    ),
    "infinite prior": (
        lambda f: _write_palette(f, centres=np.zeros((9, 2)), prior=np.full(9, np.inf)),
        "cannot be",
    ),
    "config is a pipe": (lambda f: _replace(f / CONFIG_FILE, os.mkfifo), "has no config.json"),
    "config never ends": (
        lambda f: _replace(f / CONFIG_FILE, lambda file: file.symlink_to("/dev/zero")),
        "has no config.json",
    ),
    "weights are a pipe": (lambda f: _replace(f / WEIGHTS_FILE, os.mkfifo), "has no model"),
    "decoding beyond measure": (lambda f: _edit(f, decoding={"side": 10**6}), "32 … 1024"),
    "infinite chroma": (lambda f: _edit(f, decoding={"chroma": 10**400}), "does not describe"),
    "temperature of a word": (lambda f: _edit(f, decoding={"temperature": "hot"}), "not describe"),
    "provenance of a word": (lambda f: _edit(f, provenance="found it"), "provenance"),
    "name of a path": (lambda f: _edit(f, name="../x"), "name"),
}


@pytest.mark.parametrize("name", DAMAGE)
def test_a_damaged_checkpoint_is_refused_with_a_sentence(folder: Path, name: str) -> None:
    damage, sentence = DAMAGE[name]
    damage(folder)
    with pytest.raises(CheckpointError, match=sentence):
        load_checkpoint(folder)


@pytest.mark.parametrize("backbone", [*BACKBONES, ORIGINAL])
def test_every_network_is_loaded_without_a_trace_of_random_weights(
    backbone: str, tmp_path: Path
) -> None:
    original = backbone == ORIGINAL
    torch.manual_seed(1)
    config = NetworkConfig(backbone, "regression", 0, () if original else (8,), skips=not original)
    network = build_network(config).eval()
    saved = save_checkpoint(tmp_path, CheckpointConfig("net", config), network, None)
    loaded = torch_network(config, load_checkpoint(saved).weights)
    for tensor in (*loaded.parameters(), *loaded.buffers()):
        assert tensor.device.type == "cpu"
    network.load_state_dict(loaded.state_dict())
    network.to(memory_format=torch.channels_last)  # another order of summing otherwise
    L = torch.rand(1, 1, 64, 64) * 100
    with torch.inference_mode():
        torch.testing.assert_close(loaded(L), network(L))


def test_an_unknown_name_lists_what_there_is() -> None:
    with pytest.raises(CheckpointError, match="bundled name"):
        load_checkpoint("no-such-model")


@pytest.mark.parametrize("name", ["classification", "regression"])
def test_the_bundled_checkpoints_load_and_are_small(name: str) -> None:
    assert name in bundled_checkpoints()
    loaded = load_checkpoint(name)
    assert loaded.config.network.head == name
    folder = ROOT / "assets" / "checkpoints" / name
    assert sum(f.stat().st_size for f in folder.iterdir()) <= 20 * 2**20


@pytest.mark.parametrize("name", ["classification_folder", "regression_folder"])
def test_a_checkpoint_is_identified_without_loading_it(
    name: str, request: pytest.FixtureRequest
) -> None:
    folder = request.getfixturevalue(name)
    loaded = load_checkpoint(folder)
    expected = CheckpointIdentity(loaded.config.network.head, loaded.revision)
    assert identify(folder) == expected


@pytest.mark.parametrize("file", [CONFIG_FILE, WEIGHTS_FILE])
def test_an_incomplete_checkpoint_has_no_identity(folder: Path, file: str) -> None:
    (folder / file).unlink()
    with pytest.raises(CheckpointError, match="damaged or incomplete"):
        identify(folder)


def test_identifying_a_checkpoint_needs_no_torch() -> None:
    script = (
        "import sys; from colorizer.service.colorizer_service import ColorizerService\n"
        "room = ColorizerService()\n"
        "assert all(room.identity(name).revision for name in room.models)\n"
        "assert 'torch' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", script], check=True, cwd=ROOT)


WIDE = {
    "wide decoders": ({"decoder_channels": [1024, 1024, 1024]}, {"side": 512}),
    "a whole photo at its own size": ({}, {"side": 1024}),
    "the original's network on large photos": (
        {"backbone": ORIGINAL, "decoder_channels": [], "skips": False},
        {"side": 512},
    ),
}


@pytest.mark.parametrize("name", WIDE)
def test_a_network_that_costs_too_much_is_refused_before_its_weights_are_looked_at(
    folder: Path, name: str
) -> None:
    network, decoding = WIDE[name]
    config = json.loads((folder / CONFIG_FILE).read_text())
    _edit(folder, network=config["network"] | network, decoding=config["decoding"] | decoding)
    (folder / WEIGHTS_FILE).unlink()
    with pytest.raises(CheckpointError) as refused:
        load_checkpoint(folder)
    assert refused.value.code == "network_too_large"


def test_the_bundled_checkpoints_take_a_fraction_of_what_is_allowed() -> None:
    for name, folder in bundled_checkpoints().items():
        config = read_config(folder)
        cost = config.network.cost(MAX_ASPECT * config.decoding.side**2)
        assert cost.multiplications < MAX_MULTIPLICATIONS / 20, name
        assert cost.activations < MAX_ACTIVATIONS / 5, name
