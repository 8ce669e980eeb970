"""The tab about the models says what the checkpoints' files say, and nothing else."""

import json
from html import escape
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from gradio.context import LocalContext

from colorizer.errors import StudyError
from colorizer.model.bundled import bundled_checkpoints
from colorizer.model.checkpoint_identity import fingerprint
from colorizer.web import i18n
from colorizer.web.about.model_facts import read_facts
from colorizer.web.about.page import AboutPage
from colorizer.web.i18n import de, en


class Host:
    """A study with one rate, or none at all."""

    def __init__(self, *rates: Any) -> None:
        self._rates = rates

    @property
    def study(self) -> Any:
        if not self._rates:
            raise StudyError("study_broken")
        return SimpleNamespace(results=lambda: SimpleNamespace(by_model=self._rates))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A checkpoint as far as this tab is concerned."""
    folder = tmp_path / "regression"
    folder.mkdir()
    (folder / "model.safetensors").write_bytes(b"weights")
    provenance = {
        "steps": 7777, "minutes": 61.4, "photos": 4321, "machine": "a laptop",
        "about_photos": "Photos of <trains>.", "licence": "cc-by-4.0",
    }  # fmt: skip
    (folder / "config.json").write_text(json.dumps({"provenance": provenance}))
    values = {"ab_rmse": 12.34, "psnr": 23.0, "colorfulness": 31.0, "colorfulness_real": 47.0}
    own = {"name": "regression", "revision": fingerprint(folder)}
    metrics = {
        "protocol": {"photos": 99, "checkpoints": {"final": own}},
        "rows": {
            row: {key: {"value": value + shift} for key, value in values.items()}
            for row, shift in (("grey", 5.0), ("final", 0.0))
        },
    }
    (folder / "metrics.json").write_text(json.dumps(metrics))
    return folder


def said(folder: Path, *rates: Any) -> str:
    return AboutPage(Host(*rates), {folder.name: folder}).models()  # type: ignore[arg-type]


def test_every_figure_comes_from_the_files(folder: Path) -> None:
    html = said(folder)
    for figure in ("7777", "61 minutes", "4321", "a laptop", "cc-by-4.0", "12.3", "17.3", "99"):
        assert figure in html, figure
    assert "Photos of &lt;trains&gt;." in html
    assert i18n.ABOUT_THIS_MODEL in html
    assert i18n.ABOUT_NO_VOTES in html
    assert "<img" not in html


def test_metrics_of_other_weights_are_not_shown(folder: Path) -> None:
    (folder / "model.safetensors").write_bytes(b"trained again")
    html = said(folder)
    assert i18n.ABOUT_NOT_MEASURED in html
    assert "12.3" not in html


def test_what_the_files_do_not_say_is_said_to_be_unknown(folder: Path) -> None:
    (folder / "config.json").write_text("{}")
    (folder / "metrics.json").unlink()
    assert said(folder).count(i18n.ABOUT_UNKNOWN) == 2


def test_votes_give_the_fooling_rate_of_the_model_they_are_about(folder: Path) -> None:
    rate = SimpleNamespace(name="regression", rate=0.314, low=0.25, high=0.38, trials=123)
    other = SimpleNamespace(name="classification", rate=0.5, low=0.4, high=0.6, trials=456)
    html = said(folder, rate, other)
    assert "31 % of 123 pairs" in html
    assert "456" not in html


def test_a_german_reads_german_numbers(folder: Path) -> None:
    request = SimpleNamespace(headers={"accept-language": "de"})
    token = LocalContext.request.set(request)  # type: ignore[arg-type]
    try:
        assert "12,3" in said(folder)
        config = json.loads((folder / "config.json").read_text())
        config["provenance"]["machine"] = "2 CPU threads"
        (folder / "config.json").write_text(json.dumps(config))
        assert "2 Threads eines Prozessors" in said(folder)
    finally:
        LocalContext.request.reset(token)


@pytest.mark.parametrize("name", bundled_checkpoints())
def test_the_bundled_checkpoints_tell_everything(name: str) -> None:
    facts = read_facts(bundled_checkpoints()[name])
    assert facts.photos
    assert facts.minutes
    assert facts.about_photos
    assert facts.examples is not None
    assert len(facts.rows) >= 4, "evaluate it again: its metrics are of other weights"
    assert facts.own_row in facts.rows


@pytest.mark.usefixtures("german_visitor")
def test_a_german_reads_how_the_bundled_models_were_trained(folder: Path) -> None:
    config = json.loads((folder / "config.json").read_text())
    config["provenance"]["about_photos"] = en.ABOUT_TOLD
    (folder / "config.json").write_text(json.dumps(config))
    page = said(folder)
    assert escape(de.ABOUT_TOLD) in page
    assert "small photographs" not in page
