"""The answers of the Colorize tab, without a browser: what each event changes on the page."""

from pathlib import Path
from typing import Any

import gradio as gr
import numpy as np
import pytest
from PIL import Image

from colorizer.errors import Message
from colorizer.photo import read_mark
from colorizer.web import i18n
from colorizer.web.colorize.batch import BatchPhoto, PhotoState
from colorizer.web.colorize.details import Details
from colorizer.web.colorize.downloads import Downloads
from colorizer.web.colorize.examples import load_examples
from colorizer.web.colorize.folded_view import CERTAINTY, COMPARE, PALETTE, REAL, FoldedView
from colorizer.web.colorize.run import ColourRun, batch_tiles, progress
from colorizer.web.colorize.save_buttons import SaveButtons
from colorizer.web.colorize.stage_view import StageView
from colorizer.web.download_folder import DownloadFolder
from colorizer.web.fair_queue import Turns
from tests.support.colorize_support import TinyDarkroom, skipped

Photos = list[tuple[str, None]]


@pytest.fixture
def service(classification_folder: Path, regression_folder: Path) -> TinyDarkroom:
    return TinyDarkroom(classification_folder, regression_folder)


@pytest.fixture
def photos(tmp_path: Path, colourful: np.ndarray) -> Photos:
    Image.fromarray(colourful).save(tmp_path / "colour.jpg")
    (tmp_path / "<b>bad.jpg").write_bytes(b"no photo")
    Image.fromarray(colourful).convert("L").save(tmp_path / "grey.png")
    return [(str(tmp_path / name), None) for name in ("colour.jpg", "<b>bad.jpg", "grey.png")]


def done(file: str) -> tuple[BatchPhoto, ...]:
    return (BatchPhoto(file, PhotoState.DONE),)


class TestRun:
    @pytest.fixture
    def run(self, service: TinyDarkroom) -> ColourRun:
        return ColourRun(service, Turns(), long_side=90, max_photos=3)

    def test_no_photo_and_too_many_are_refused_before_the_queue(
        self, run: ColourRun, photos: Photos
    ) -> None:
        with pytest.raises(gr.Error, match="Choose a photo"):
            run.check(None)
        with pytest.raises(gr.Error, match="at most 3"):
            run.check([*photos, *photos])

    def test_the_buttons_swap(self, run: ColourRun, photos: Photos) -> None:
        colour, cancel = run.check(photos)
        assert (colour.interactive, cancel.interactive) == (False, True)
        colour, cancel = run.idle()
        assert (colour.interactive, cancel.interactive) == (True, False)

    def test_loading_is_said_once(self, run: ColourRun, photos: Photos) -> None:
        said = [step[2] for step in run.colour(photos[2:], "regression", 1.0, 0.0)]
        assert said[0] == i18n.LOADING
        again = [step[2] for step in run.colour(photos[2:], "regression", 1.0, 0.0)]
        assert i18n.LOADING not in again

    def test_the_first_result_goes_on_the_stage_by_itself(
        self, run: ColourRun, photos: Photos
    ) -> None:
        steps = list(run.colour([photos[1], photos[0], photos[2]], "regression", 1.0, 0.0))
        staged = [step for step in steps if not skipped(step[4])]
        assert len(staged) == 1
        batch, tiles, _, chosen, _, caption, real_tab = staged[0]
        assert chosen == tiles["current"] == 1
        assert batch[1].state == PhotoState.DONE
        assert "colour.jpg" in caption
        assert "Real colours" in caption
        assert real_tab.visible

    def test_the_last_word_counts_and_names_what_was_refused(
        self, run: ColourRun, photos: Photos
    ) -> None:
        *_, last = run.colour(photos, "regression", 1.0, 0.0)
        assert last[2].startswith("2 of 3 photos coloured.")
        assert "**·b·bad.jpg**" in last[2]
        assert "<b>" not in last[2]

    def test_stopping_says_what_is_done(self, run: ColourRun, photos: Photos) -> None:
        steps = run.colour(photos, "regression", 1.0, 0.0)
        batch = [next(steps) for _ in range(4)][-1][0]
        stopped, tiles, said = run.stop(batch)
        assert [tile["note"] for tile in tiles["tiles"]] == ["done", "cancelled", "cancelled"]
        assert said == "Cancelled: 1 of 3 photos are coloured."
        assert stopped[2].state == PhotoState.STOPPED


def test_cancelling_in_the_queue_leaves_what_was_there(service: TinyDarkroom) -> None:
    run = ColourRun(service, Turns(), long_side=90, max_photos=3)
    batch, _, said = run.stop(done("a.jpg"))
    assert batch == done("a.jpg")
    assert said == i18n.STOPPED_WAITING


def test_a_single_photo_needs_no_list() -> None:
    assert batch_tiles(done("a.jpg"))["tiles"] == []
    assert progress(done("a.jpg")) == i18n.DONE_SINGLE


def test_a_single_refused_photo_says_why() -> None:
    refused = (BatchPhoto("a.jpg", PhotoState.REFUSED, reason=Message("empty")),)
    assert progress(refused) == f"Could not be coloured:\n\n- **a.jpg**: {Message('empty')}"


def test_only_coloured_photos_of_the_list_can_be_chosen() -> None:
    batch = (BatchPhoto("a.jpg", PhotoState.DONE), BatchPhoto("b.jpg"))
    assert [tile["open"] for tile in batch_tiles(batch)["tiles"]] == [True, False]


class TestStage:
    @pytest.fixture
    def stage(self, service: TinyDarkroom) -> StageView:
        return StageView(service, load_examples(), long_side=90)

    def test_the_first_example_is_shown_without_a_model(
        self, stage: StageView, service: TinyDarkroom
    ) -> None:
        ((pair, caption, real_tab),) = stage.show(stage.first_batch, 0, "classification", 1.0, 0.0)
        assert all(Path(path).is_file() for path in pair)
        assert caption.startswith("**An example")
        assert not real_tab.visible
        assert not service.is_loaded("classification")

    def test_an_adjusted_example_is_decoded_and_loading_is_said(self, stage: StageView) -> None:
        first, second = stage.show(stage.first_batch, 0, "classification", 0.5, 0.0)
        assert first[1] == i18n.LOADING
        assert second[1].startswith("**An example")
        assert second[0][1] != first[0]

    def test_controls_change_the_after_and_never_the_before(
        self, stage: StageView, photos: Photos
    ) -> None:
        batch = done(photos[0][0])
        looks = [(1.0, 0.0), (0.2, 0.0), (1.0, 0.8), (1.0, -0.8)]
        pairs = [list(stage.show(batch, 0, "regression", *look))[-1][0] for look in looks]
        assert len({before for before, _ in pairs}) == 1
        assert len({after for _, after in pairs}) == 4

    def test_the_other_model_looks_different(self, stage: StageView, photos: Photos) -> None:
        pairs = [
            list(stage.show(done(photos[2][0]), 0, model, 1.0, 0.0))[-1][0]
            for model in ("classification", "regression")
        ]
        assert pairs[0][1] != pairs[1][1]

    def test_nothing_changes_while_the_photo_is_not_coloured(self, stage: StageView) -> None:
        ((slider, caption, tab),) = stage.show((BatchPhoto("a.jpg"),), 0, "regression", 1.0, 0.0)
        assert skipped(slider)
        assert skipped(caption)
        assert skipped(tab)

    def test_a_photo_that_is_gone_is_a_sentence(self, stage: StageView, tmp_path: Path) -> None:
        with pytest.raises(gr.Error, match="not there any more"):
            list(stage.show(done(str(tmp_path / "gone.jpg")), 0, "regression", 1.0, 0.0))

    @pytest.mark.parametrize("index", [99, -1, None])
    def test_made_up_choices_change_nothing(self, stage: StageView, index: Any) -> None:
        event = gr.EventData(None, {"index": index})
        assert skipped(stage.choose(done("a.jpg"), event))
        assert all(skipped(update) for update in stage.choose_example(event))

    def test_an_example_takes_the_place_of_the_photos(self, stage: StageView) -> None:
        batch, chosen, tiles, said = stage.choose_example(gr.EventData(None, {"index": 2}))
        assert (chosen, tiles["tiles"], said) == (0, [], "")
        assert Path(batch[0].file).stem == load_examples()[2].name


class TestFolded:
    @pytest.fixture
    def folded(self, service: TinyDarkroom) -> FoldedView:
        return FoldedView(Details(service, 90), service.models)

    @pytest.mark.parametrize(
        ("opened", "filled"),
        [
            ((), []),
            ((COMPARE,), [0]),
            ((REAL,), [1, 2]),
            ((CERTAINTY,), [3, 4]),
            ((PALETTE,), [5]),
            ((CERTAINTY, PALETTE), [3, 4, 5]),
        ],
    )
    def test_only_what_is_open_is_made(
        self, folded: FoldedView, photos: Photos, opened: tuple[str, ...], filled: list[int]
    ) -> None:
        updates = folded.fill(opened, done(photos[0][0]), 0, "classification", 1.0, 0.0)
        assert [n for n, update in enumerate(updates) if not skipped(update)] == filled

    def test_nothing_is_made_without_a_photo(self, folded: FoldedView) -> None:
        assert all(skipped(u) for u in folded.fill((COMPARE,), (), 0, "regression", 1.0, 0.0))


class TestSaving:
    @pytest.fixture
    def save(self, service: TinyDarkroom) -> SaveButtons:
        return SaveButtons(Downloads(service, DownloadFolder()))

    def test_row_5_what_is_looked_at_is_what_is_saved(
        self, save: SaveButtons, photos: Photos
    ) -> None:
        batch = done(photos[0][0])
        file = save.photo(batch, 0, "classification", 0.5, 0.2, True)
        assert Path(file).name == "colour-classification.jpg"
        assert "tiny" in (read_mark(file) or "")
        assert read_mark(save.photo(batch, 0, "classification", 0.5, 0.2, False)) is None

    def test_the_zip_leaves_out_what_was_refused(self, save: SaveButtons, photos: Photos) -> None:
        batch = (
            BatchPhoto(photos[0][0], PhotoState.DONE),
            BatchPhoto(photos[1][0], PhotoState.REFUSED),
            BatchPhoto(photos[2][0], PhotoState.DONE),
        )
        file = save.archive(batch, 0, "regression", 1.0, 0.0, True, progress=_Silent())
        assert Path(file).name == "colorizer-2-photos.zip"

    def test_nothing_to_save_is_said(self, save: SaveButtons) -> None:
        for make in (save.photo, save.layer, save.archive):
            with pytest.raises(gr.Error, match="no coloured photo yet"):
                make((), 0, "regression", 1.0, 0.0, True)


class _Silent(gr.Progress):
    def __call__(self, *_: Any, **__: Any) -> None:
        """Tell nobody."""
