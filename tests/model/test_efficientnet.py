"""The backbone against timm's, whose weights trainings start from."""

import subprocess
import sys

import pytest
import timm
import torch

from colorizer.model.efficientnet import VARIANTS, EfficientNetLite


@pytest.mark.parametrize("name", VARIANTS)
def test_it_is_timms_backbone_bit_by_bit(name: str) -> None:
    theirs = timm.create_model(name, features_only=True, out_indices=(1, 2, 3, 4))
    ours = EfficientNetLite(name)
    assert ours.widths == theirs.feature_info.channels()
    assert list(ours.state_dict()) == list(theirs.state_dict())
    ours.load_state_dict(theirs.state_dict())
    x = torch.randn(2, 3, 64, 96)
    for training in (True, False):  # training moves the statistics that the second round uses
        expected, features = theirs.train(training)(x), ours.train(training)(x)
        assert all(torch.equal(a, b) for a, b in zip(expected, features, strict=True))
    expected[-1].square().sum().backward()
    features[-1].square().sum().backward()
    for a, b in zip(theirs.parameters(), ours.parameters(), strict=True):
        assert torch.equal(a.grad, b.grad)  # type: ignore[arg-type]


def test_random_weights_are_as_large_as_timms() -> None:
    torch.manual_seed(0)
    theirs = timm.create_model("tf_efficientnet_lite0", features_only=True).state_dict()
    ours = EfficientNetLite("tf_efficientnet_lite0").state_dict()
    for name, weight in theirs.items():
        if weight.ndim == 4:
            assert ours[name].std() == pytest.approx(float(weight.std()), rel=0.2), name
        else:
            assert torch.equal(ours[name], weight), name


def test_a_bundled_model_is_loaded_without_what_takes_long_to_import() -> None:
    code = (
        "import sys\nfrom colorizer import Colorizer\nColorizer.from_pretrained('regression')\n"
        "print(*sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True)
    loaded = set(done.stdout.decode().split())
    assert not loaded & {
        "torch",
        "timm",
        "torchvision",
        "torch._dynamo",
        "sympy",
        "skimage",
        "sklearn",
    }
