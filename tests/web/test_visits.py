"""A visitor's photos: kept by token, looked at, adjusted one by one, coloured, deleted."""

from dataclasses import replace
from pathlib import Path

import pytest

from colorizer import Adjustments
from colorizer.guide.guide import Guide, Hint, Palette
from colorizer.web.colorize.batch import BatchPhoto, PhotoState
from colorizer.web.colorize.choice import Choice
from colorizer.web.colorize.visits import MAX_VISITS, Visit, Visits, delete_files

EXAMPLE = Choice("example.jpg", "classification")
WARM = Adjustments(warmth=0.5)


def new_visit() -> Visit:
    return Visit("classification", EXAMPLE)


def token(number: int) -> str:
    return f"{number:032x}"


def photo(file: str, state: PhotoState = PhotoState.DONE) -> BatchPhoto:
    return BatchPhoto(Path(file).name, Choice(file, "classification"), state)


def visit_with(*files: str) -> Visit:
    visit = new_visit()
    for file in files:
        visit.add(photo(file), limit=50)
    return visit


def warmer(choice: Choice) -> Choice:
    return replace(choice, adjustments=WARM)


def test_settings_belong_to_their_photo() -> None:
    visit = visit_with("a.jpg", "b.jpg")
    assert visit.look(0)
    assert visit.adjust(warmer)
    assert visit.look(1)
    assert visit.choice == Choice("b.jpg", "classification")
    assert visit.look(0)
    assert visit.choice == Choice("a.jpg", "classification", WARM)


def test_an_example_hides_the_photo_and_leaves_its_settings_alone() -> None:
    visit = visit_with("a.jpg")
    visit.look(0)
    visit.adjust(warmer)
    visit.look_at_example(EXAMPLE)
    assert visit.choice == EXAMPLE
    visit.adjust(lambda choice: replace(choice, model="regression"))
    assert visit.choice == replace(EXAMPLE, model="regression")
    assert visit.back()
    assert visit.choice == Choice("a.jpg", "classification", WARM)


def test_the_settings_of_one_photo_go_to_all_on_purpose() -> None:
    visit = visit_with("a.jpg", "b.jpg")
    visit.look(0)
    visit.adjust(warmer)
    visit.apply_to_all()
    assert [p.choice.adjustments for p in visit.batch] == [WARM, WARM]
    assert [p.state for p in visit.batch] == [PhotoState.DONE, PhotoState.WAITING]


def test_a_photo_is_removed_with_its_file_unless_it_is_still_needed() -> None:
    visits = Visits(new_visit)
    visit, other = visits.of(token(1)), visits.of(token(2))
    for file in ("a.jpg", "b.jpg", "c.jpg", "c.jpg", "d.jpg"):
        visit.add(photo(file), limit=50)
    other.add(photo("d.jpg"), limit=50)
    visit.look(1)
    assert visits.remove(token(1), 0) == Path("a.jpg")
    assert visit.stage.index == 0
    assert visits.remove(token(1), 0) == Path("b.jpg")  # it was looked at: the next takes its place
    assert visit.choice == Choice("c.jpg", "classification")
    assert visits.remove(token(1), 0) is None  # there is another one of it
    assert visits.remove(token(1), 1) is None  # somebody else has it, too
    assert visits.remove(token(1), 7) is None
    visit.add(photo("e.jpg", PhotoState.WAITING), limit=50)
    assert visits.remove(token(1), 0) is None  # not while photos are being coloured
    visit.change(1, state=PhotoState.DONE)
    assert visits.remove(token(1), 1) == Path("e.jpg")
    assert visits.remove(token(1), 0) == Path("c.jpg")
    assert visit.choice == EXAMPLE


def test_hints_and_the_variant_stay_with_what_they_were_chosen_for() -> None:
    visit = visit_with("a.jpg", "b.jpg")
    palette, hint = Palette(("#aa3322",)), Hint(0.5, 0.5)
    visit.look(1)
    visit.adjust(lambda choice: choice.guided(hints=(hint,), variant=2))
    visit.look(0)
    visit.adjust(lambda choice: choice.guided(palette=palette, variant=1, hints=(hint, hint)))
    visit.apply_to_all()
    assert visit.batch[1].choice.guide == Guide(hints=(hint,), palette=palette, variant=2)


def test_only_coloured_photos_can_be_looked_at() -> None:
    visit = new_visit()
    visit.add(photo("a.jpg", PhotoState.WAITING), limit=50)
    assert not visit.look(0)
    assert not visit.look(7)
    assert visit.choice == EXAMPLE


def test_the_first_photos_are_taken_and_the_rest_is_counted() -> None:
    visit = new_visit()
    for number in range(5):
        visit.add(photo(f"{number}.jpg"), limit=3)
    assert ([p.name for p in visit.batch], visit.left_out) == (["0.jpg", "1.jpg", "2.jpg"], 2)


def test_one_run_leads_and_a_reload_takes_its_place() -> None:
    visit = new_visit()
    with visit.leading() as first:
        assert first()
        with visit.leading() as second:
            assert not second()
        with visit.leading(instead=True) as after_reload:
            assert after_reload()
            assert not first()
    assert not visit.led


def test_a_reload_finds_the_same_visit_and_others_find_none() -> None:
    visits = Visits(new_visit)
    visits.of(token(1)).add(photo("a.jpg"), limit=50)
    assert visits.of(token(1)).batch
    assert not visits.of(token(2)).batch


@pytest.mark.parametrize("made_up", [None, "", "x" * 32, 7, ["a"], "../" * 10])
def test_made_up_tokens_keep_nothing(made_up: object) -> None:
    visits = Visits(new_visit)
    visits.of(made_up).add(photo("a.jpg"), limit=50)
    assert not visits.of(made_up).batch


def test_visits_are_bounded_in_number_and_time() -> None:
    now = [0.0]
    visits = Visits(new_visit, clock=lambda: now[0])
    for number in range(MAX_VISITS + 1):
        visits.of(token(number)).add(photo("a.jpg"), limit=50)
    assert not visits.of(token(0)).batch
    assert visits.of(token(MAX_VISITS)).batch
    now[0] = 3 * 3600.0
    visits.of(token(5000))
    assert not visits.of(token(MAX_VISITS)).batch


def test_photos_whose_files_are_gone_are_forgotten(tmp_path: Path) -> None:
    kept, gone = tmp_path / "kept.jpg", tmp_path / "gone.jpg"
    kept.touch()
    visit = visit_with(str(gone), str(kept))
    visit.add(photo(str(kept), PhotoState.WORKING), limit=50)
    visit.look(1)
    visit.drop_missing()
    assert [p.name for p in visit.batch] == ["kept.jpg", "kept.jpg"]
    assert visit.stage.index == 0
    assert visit.batch[1].state == PhotoState.WAITING
    kept.unlink()
    visit.drop_missing()
    assert visit.batch == ()
    assert visit.choice == EXAMPLE


def test_deleting_spares_what_somebody_else_has_too(tmp_path: Path) -> None:
    own, shared = tmp_path / "a" / "own.jpg", tmp_path / "b" / "shared.jpg"
    for file in (own, shared):
        file.parent.mkdir()
        file.touch()
    visits = Visits(new_visit)
    visits.of(token(1)).own(own, shared)
    visits.of(token(2)).own(shared)
    delete_files(visits.forget(token(1)))
    assert not own.parent.exists()
    assert shared.exists()
    assert not visits.of(token(1)).files
