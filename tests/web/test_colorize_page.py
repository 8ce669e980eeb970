"""The answers of the Colorize tab, without a browser: what each event changes on the page."""

from collections.abc import Iterator
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
from colorizer.web.colorize.choice import Choice
from colorizer.web.colorize.details import Details
from colorizer.web.colorize.downloads import Downloads
from colorizer.web.colorize.examples import load_examples
from colorizer.web.colorize.folded_view import CERTAINTY, COMPARE, PALETTE, REAL, FoldedView
from colorizer.web.colorize.run import ColourRun, batch_tiles, progress
from colorizer.web.colorize.save_buttons import SaveButtons
from colorizer.web.colorize.stage_view import StageView, example_choice
from colorizer.web.colorize.visits import Visit, Visits
from colorizer.web.download_folder import DownloadFolder
from colorizer.web.fair_queue import Turns
from tests.support.colorize_support import TinyDarkroom, skipped

TOKEN = "0" * 32
TILES, PROGRESS, RUN, CANCEL, KEPT, ASK = range(6)
MODEL, VIVIDNESS, WARMTH, BACK, TO_ALL = range(6, 11)
PAIR, CAPTION, REAL_TAB = range(15, 18)


@pytest.fixture
def service(classification_folder: Path, regression_folder: Path) -> TinyDarkroom:
    return TinyDarkroom(classification_folder, regression_folder)


@pytest.fixture
def visits() -> Visits:
    first = example_choice(load_examples()[0])
    return Visits(lambda: Visit("classification", first))


@pytest.fixture
def visit(visits: Visits) -> Visit:
    return visits.of(TOKEN)


@pytest.fixture
def stage(service: TinyDarkroom, visits: Visits) -> StageView:
    return StageView(service, visits, load_examples(), service.models, long_side=90)


@pytest.fixture
def run(service: TinyDarkroom, visits: Visits, stage: StageView) -> ColourRun:
    return ColourRun(service, Turns(), visits, stage, long_side=90, max_photos=3)


@pytest.fixture
def files(tmp_path: Path, colourful: np.ndarray) -> list[str]:
    """A colour photo, no photo at all, and a grey one."""
    Image.fromarray(colourful).save(tmp_path / "colour.jpg")
    (tmp_path / "bad (1) & co.jpg").write_bytes(b"no photo")
    Image.fromarray(colourful).convert("L").save(tmp_path / "grey.png")
    return [str(tmp_path / name) for name in ("colour.jpg", "bad (1) & co.jpg", "grey.png")]


def arrive(visit: Visit, files: list[str], model: str = "regression") -> None:
    visit.shows_next = True
    for file in files:
        visit.add(BatchPhoto(Path(file).name, Choice(file, model)), limit=50)


def done(visit: Visit, files: list[str], model: str = "regression") -> None:
    for file in files:
        visit.add(BatchPhoto(Path(file).name, Choice(file, model), PhotoState.DONE), limit=50)
    visit.look(0)


def last(steps: Iterator[Any]) -> Any:
    return list(steps)[-1]


class TestRun:
    def test_photos_are_coloured_as_they_come_with_the_model_on_the_page(
        self, run: ColourRun, visit: Visit, files: list[str], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        from colorizer.web.colorize import drop_zone

        monkeypatch.setattr(drop_zone, "temporary_folder", lambda: Path(files[0]).parent)
        told = {"photo": {"name": "colour.jpg", "path": files[0]}, "first": True}
        update = run.take(TOKEN, "regression", gr.EventData(None, told))
        assert [tile["state"] for tile in update[TILES]["tiles"]] == ["waiting"]
        last(run.colour(TOKEN))
        assert visit.choice == Choice(str(Path(files[0]).resolve()), "regression")

    def test_what_is_no_photo_becomes_a_refused_tile_with_its_reason(
        self, run: ColourRun, visit: Visit
    ) -> None:
        told = {"photo": {"name": "bill.pdf", "refused": "kind"}}
        update = run.take(TOKEN, "regression", gr.EventData(None, told))
        (tile,) = update[TILES]["tiles"]
        assert (tile["title"], tile["state"], tile["open"]) == ("bill.pdf", "refused", False)
        assert tile["note"] == str(Message("not_sent_kind"))
        assert not visit.busy

    def test_loading_is_said_once(self, run: ColourRun, visit: Visit, files: list[str]) -> None:
        arrive(visit, files[2:])
        assert i18n.LOADING in [step[PROGRESS] for step in run.colour(TOKEN)]
        arrive(visit, files[2:])
        assert i18n.LOADING not in [step[PROGRESS] for step in run.colour(TOKEN)]

    def test_the_first_result_goes_on_the_stage_by_itself(
        self, run: ColourRun, visit: Visit, files: list[str]
    ) -> None:
        arrive(visit, [files[1], files[0], files[2]])
        steps = list(run.colour(TOKEN))
        staged = [step for step in steps if not skipped(step[PAIR])]
        step = staged[0]
        # The steps right after it say the same, or a browser that is busy never shows it.
        assert staged == steps[-len(staged) :]
        assert len(staged) > 1
        assert all(each[PAIR] == step[PAIR] for each in staged)
        assert visit.stage.index == step[TILES]["current"] == 1
        assert "colour.jpg" in step[CAPTION]
        assert "Real colours" in step[CAPTION]
        assert step[REAL_TAB].visible

    def test_the_last_word_counts_and_the_list_says_why(
        self, run: ColourRun, visit: Visit, files: list[str]
    ) -> None:
        arrive(visit, files)
        final = last(run.colour(TOKEN))
        assert final[PROGRESS].startswith("2 of 3 photos coloured.")
        assert "1 could not be coloured" in final[PROGRESS]
        refused = final[TILES]["tiles"][1]
        assert refused["title"] == "bad (1) & co.jpg"
        assert len(refused["note"]) > 20

    def test_cancelling_leaves_what_has_not_begun(
        self, run: ColourRun, visit: Visit, files: list[str]
    ) -> None:
        arrive(visit, [files[0], files[2]])
        steps = run.colour(TOKEN)
        next(steps), next(steps)
        assert "Colouring photo 1 of 2" in run.stop(TOKEN)[PROGRESS]
        final = last(steps)
        assert final[PROGRESS] == "Cancelled: 1 of 2 photos are coloured."
        assert final[RUN].visible
        assert not final[CANCEL].visible
        run.go_on(TOKEN)
        assert last(run.colour(TOKEN))[PROGRESS].startswith("2 of 2 photos coloured")

    def test_a_second_run_leaves_the_photos_to_the_first(
        self, run: ColourRun, visit: Visit, files: list[str]
    ) -> None:
        arrive(visit, files[:1])
        first = run.colour(TOKEN)
        next(first), next(first)
        assert all(skipped(update) for update in last(run.colour(TOKEN)))
        assert last(first)[PROGRESS] == i18n.DONE_SINGLE

    def test_one_run_is_asked_for_however_many_photos_come(
        self, run: ColourRun, visit: Visit, files: list[str]
    ) -> None:
        arrive(visit, files[:1])
        assert run.photo_list(visit)[ASK]
        arrive(visit, files[2:])
        assert skipped(run.photo_list(visit)[ASK])
        steps = run.colour(TOKEN)
        next(steps), next(steps)
        arrive(visit, files[2:])
        assert skipped(run.photo_list(visit)[ASK])  # the one that colours takes it too
        assert last(steps)[PROGRESS].startswith("3 of 3")
        arrive(visit, files[2:])
        assert run.photo_list(visit)[ASK]

    def test_what_no_run_takes_care_of_can_be_asked_for_again(
        self, run: ColourRun, visit: Visit, files: list[str]
    ) -> None:
        arrive(visit, files[:1])
        assert run.settle(TOKEN)[RUN].visible

    def test_settings_go_to_all_photos_on_purpose(
        self, run: ColourRun, stage: StageView, visit: Visit, files: list[str]
    ) -> None:
        done(visit, [files[0], files[2]])
        stage.adjust(TOKEN, "classification", 0.5, 0.25)
        run.to_all(TOKEN)
        last(run.colour(TOKEN))
        assert visit.batch[1].choice.model == "classification"
        assert visit.batch[1].choice.adjustments.vividness == 0.5
        assert visit.stage.index == 0

    def test_a_reload_brings_photos_and_settings_back(
        self, run: ColourRun, stage: StageView, visit: Visit, files: list[str]
    ) -> None:
        done(visit, [files[0], files[2]])
        stage.adjust(TOKEN, "classification", 0.5, 0.25)
        back = run.restore(TOKEN)
        assert [tile["title"] for tile in back[TILES]["tiles"]] == ["colour.jpg", "grey.png"]
        assert (back[MODEL].value, back[VIVIDNESS].value) == ("classification", 0.5)

    def test_deleting_leaves_no_file(
        self, run: ColourRun, stage: StageView, visit: Visit, files: list[str]
    ) -> None:
        arrive(visit, files[:1])
        last(run.colour(TOKEN))
        made = set(visit.files)
        assert len(made) >= 3  # the photo, before and after
        update = run.forget(TOKEN)
        assert update[PROGRESS] == i18n.FORGOTTEN
        assert not [file for file in made if file.exists()]
        # what a run that was ending draws afterwards hides neither the words nor the example
        assert run.list_again(TOKEN)[PROGRESS] == i18n.FORGOTTEN
        assert run.restore(TOKEN)[PROGRESS] == ""

    def test_a_photo_that_is_deleted_while_it_is_coloured_stays_away(
        self, run: ColourRun, visit: Visit, files: list[str]
    ) -> None:
        arrive(visit, files[:1])
        steps = run.colour(TOKEN)
        next(steps)  # the run has begun
        made = next(steps)[TILES]["tiles"]
        assert [tile["title"] for tile in made] == ["colour.jpg"]
        run.forget(TOKEN)
        later = list(steps)
        assert all(step[TILES]["tiles"] == [] for step in later)
        assert all(step[PROGRESS] == i18n.FORGOTTEN for step in later)
        assert visit.files == set() or not any(file.exists() for file in visit.files)


def test_the_time_left_is_told_when_it_is_worth_it() -> None:
    batch = tuple(
        BatchPhoto("a", Choice("a", "regression"), state)
        for state in (PhotoState.DONE, PhotoState.WORKING, PhotoState.WAITING)
    )
    assert progress(batch) == "Colouring photo 2 of 3 …"
    assert progress(batch, left=42.0) == "Colouring photo 2 of 3 … About 40 s left."
    assert progress(batch, left=300.0).endswith("About 5 min left.")


def test_too_many_photos_are_told_with_what_to_do() -> None:
    batch = (BatchPhoto("a.jpg", Choice("a.jpg", "regression"), PhotoState.DONE),)
    assert "5 more were left out" in progress(batch, left_out=5, limit=50)


def test_only_coloured_photos_of_the_list_can_be_chosen() -> None:
    batch = tuple(
        BatchPhoto(name, Choice(name, "regression"), state)
        for name, state in (("a", PhotoState.DONE), ("b", PhotoState.WAITING))
    )
    assert [tile["open"] for tile in batch_tiles(batch)["tiles"]] == [True, False]


class TestStage:
    def test_the_first_example_is_shown_without_a_model(
        self, stage: StageView, service: TinyDarkroom
    ) -> None:
        ((pair, caption, real_tab, editor),) = stage.show(TOKEN)
        assert pair["before"] != pair["after"] == editor["after"]
        assert caption.startswith("**An example")
        assert not real_tab.visible
        assert not service.is_loaded("classification")

    def test_an_adjusted_example_is_decoded_and_loading_is_said(self, stage: StageView) -> None:
        stage.adjust(TOKEN, "classification", 0.5, 0.0)
        first, second = stage.show(TOKEN)
        assert first[1] == i18n.LOADING
        assert second[1].startswith("**An example")

    def test_controls_change_the_after_and_never_the_before(
        self, stage: StageView, visit: Visit, files: list[str]
    ) -> None:
        done(visit, files[:1])
        looks = [(1.0, 0.0), (0.2, 0.0), (1.0, 0.8), (1.0, -0.8)]
        pairs = []
        for look in looks:
            stage.adjust(TOKEN, "regression", *look)
            pairs.append(last(stage.show(TOKEN))[0])
        assert len({pair["before"] for pair in pairs}) == 1
        assert len({pair["after"] for pair in pairs}) == 4

    def test_a_click_in_the_comparison_chooses_the_model(
        self, stage: StageView, visit: Visit, files: list[str]
    ) -> None:
        done(visit, files[2:])
        told = {"key": "classification"}
        controls = stage.choose_model(TOKEN, gr.EventData(None, told))
        assert controls[0].value == "classification"
        assert visit.choice == Choice(files[2], "classification")
        with pytest.raises(gr.Error, match="no model"):
            stage.choose_model(TOKEN, gr.EventData(None, {"key": "made up"}))

    def test_an_example_has_settings_of_its_own_and_one_click_leads_back(
        self, stage: StageView, visit: Visit, files: list[str]
    ) -> None:
        done(visit, files[:1])
        stage.adjust(TOKEN, "regression", 0.5, 0.25)
        model, vividness, warmth, back, *_ = stage.choose_example(
            TOKEN, gr.EventData(None, {"index": 2})
        )
        assert (model.value, vividness.value, warmth.value) == ("classification", 1.0, 0.0)
        assert back.visible
        assert last(stage.show(TOKEN))[1].startswith("**An example")
        model, vividness, warmth, back, *_ = stage.back(TOKEN)
        assert (model.value, vividness.value, warmth.value) == ("regression", 0.5, 0.25)
        assert not back.visible

    def test_a_photo_that_is_gone_is_a_sentence(self, stage: StageView, visit: Visit) -> None:
        done(visit, ["gone.jpg"])
        with pytest.raises(gr.Error, match="not there any more"):
            list(stage.show(TOKEN))

    @pytest.mark.parametrize("index", [99, -1, None])
    def test_made_up_choices_change_nothing(self, stage: StageView, index: Any) -> None:
        event = gr.EventData(None, {"index": index})
        assert all(skipped(update) for update in stage.choose(TOKEN, event))
        assert all(skipped(update) for update in stage.choose_example(TOKEN, event))


class TestFolded:
    @pytest.fixture
    def folded(self, service: TinyDarkroom, visits: Visits) -> FoldedView:
        return FoldedView(Details(service, 90), visits, service.models)

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
        self,
        folded: FoldedView,
        visit: Visit,
        files: list[str],
        opened: tuple[str, ...],
        filled: list[int],
    ) -> None:
        done(visit, files[:1], "classification")
        updates = folded.fill(opened, TOKEN)
        assert [n for n, update in enumerate(updates) if not skipped(update)] == filled


class TestSaving:
    @pytest.fixture
    def save(self, service: TinyDarkroom, visits: Visits, stage: StageView) -> SaveButtons:
        return SaveButtons(Downloads(service, DownloadFolder()), visits, stage)

    def test_row_5_what_is_looked_at_is_what_is_saved(
        self, save: SaveButtons, visit: Visit, files: list[str]
    ) -> None:
        done(visit, files[:1])
        (_, said), (file, nothing) = save.photo(TOKEN, "classification", 0.5, 0.2, True)
        assert (said, nothing) == (i18n.MAKING, "")
        assert Path(file).name == "colour-colour.jpg"
        assert "model tiny (" in (read_mark(file) or "")
        assert visit.choice is not None
        assert visit.choice.adjustments.vividness == 0.5
        unmarked = last(save.photo(TOKEN, "classification", 0.5, 0.2, False))[0]
        assert read_mark(unmarked) is None

    def test_the_zip_leaves_out_what_was_refused_and_says_how_far_it_is(
        self, save: SaveButtons, visit: Visit, files: list[str]
    ) -> None:
        done(visit, [files[0], files[2]])
        steps = list(save.archive(TOKEN, "regression", 1.0, 0.0, True))
        assert [said for _, said in steps[:-1]] == [
            "Preparing photo 1 of 2",
            "Preparing photo 2 of 2",
        ]
        assert Path(steps[-1][0]).name == "colorizer-2-photos.zip"

    def test_nothing_to_save_is_said(self, save: SaveButtons) -> None:
        with pytest.raises(gr.Error, match="no coloured photo yet"):
            last(save.archive(TOKEN, "regression", 1.0, 0.0, True))
