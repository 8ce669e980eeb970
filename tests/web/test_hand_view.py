"""Colours by hand without a browser: what is kept, what is offered, what is refused."""

from pathlib import Path
from typing import Any

import pytest

from colorizer.errors import Message
from colorizer.guide.files import hints_to_json
from colorizer.guide.guide import MAX_HINTS, Hint
from colorizer.web.colorize.batch import BatchPhoto, PhotoState
from colorizer.web.colorize.choice import Choice
from colorizer.web.colorize.hand_view import HandView
from colorizer.web.colorize.visits import Visit, Visits
from tests.support.colorize_support import TinyDarkroom
from tests.support.source_tree import ROOT

TOKEN = "0" * 32
HINTS = (Hint(0.5, 0.25, "#aa3322", "small"), Hint(0.1, 0.1))


@pytest.fixture
def visits() -> Visits:
    return Visits(lambda: Visit("classification", None))


@pytest.fixture
def visit(visits: Visits) -> Visit:
    visit = visits.of(TOKEN)
    choice = Choice(str(ROOT / "assets/examples/coins.jpg"), "classification")
    visit.add(BatchPhoto("coins.jpg", choice, PhotoState.DONE), limit=50)
    visit.look(0)
    return visit


@pytest.fixture
def hand(classification_folder: Path, regression_folder: Path, visits: Visits) -> HandView:
    return HandView(TinyDarkroom(classification_folder, regression_folder), visits)


def test_hints_are_kept_for_the_photo_on_the_stage(hand: HandView, visit: Visit) -> None:
    assert hand.take({"token": TOKEN, "hints": hints_to_json(HINTS)}) == {}
    assert visit.choice is not None
    assert visit.choice.guide.hints == HINTS


def test_colours_are_offered_for_a_place(hand: HandView, visit: Visit) -> None:
    told = hand.suggest({"token": TOKEN, "x": 0.3, "y": 0.9})
    assert len(set(told["likely"])) == 5
    assert 1 <= len(told["own"]) <= 6


@pytest.mark.parametrize(
    ("hints", "code"),
    [
        ("<html>", "bad_hints"),
        (None, "bad_hints"),
        (hints_to_json([Hint(1.5, 0)]), "bad_hint_place"),
        (hints_to_json(HINTS[:1] * (MAX_HINTS + 1)), "too_many_hints"),
    ],
)
def test_what_are_no_hints_gets_one_message_and_changes_nothing(
    hand: HandView, visit: Visit, hints: Any, code: str
) -> None:
    hand.take({"token": TOKEN, "hints": hints_to_json(HINTS)})
    message = Message(code, {"number": 1, "most": MAX_HINTS})
    assert hand.take({"token": TOKEN, "hints": hints}) == {"notice": str(message)}
    assert visit.choice is not None
    assert visit.choice.guide.hints == HINTS


@pytest.mark.parametrize(
    "data", [None, [], "x" * 9999, {"token": [1]}, {"x": "1"}, {"x": 1e308, "y": 10**400}]
)
def test_made_up_requests_get_an_answer(hand: HandView, visit: Visit, data: Any) -> None:
    given = data | {"token": TOKEN} if isinstance(data, dict) and "x" in data else data
    assert set(hand.suggest(given)) <= {"notice"}
    assert set(hand.take(given)) == {"notice"}
