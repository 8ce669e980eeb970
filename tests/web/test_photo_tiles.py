import gradio as gr
import pytest

from colorizer.web.colorize.photo_tiles import Tile, chosen_tile, tiles_value


def test_a_tile_carries_its_picture_inside_the_page() -> None:
    value = tiles_value([Tile("a.jpg", "done", picture=b"\xff\xd8")], label="Photos", current=0)
    assert value["tiles"][0]["picture"] == "data:image/jpeg;base64,/9g="
    assert (value["label"], value["current"]) == ("Photos", 0)


def test_a_tile_without_picture_asks_for_none() -> None:
    (tile,) = tiles_value([Tile("a.jpg", "waiting", open=False)], label="x")["tiles"]
    assert (tile["picture"], tile["open"]) == ("", False)


@pytest.mark.parametrize(
    ("told", "index"),
    [
        ({"index": 1}, 1),
        ({"index": 3}, None),
        ({"index": -1}, None),
        ({"index": "1"}, None),
        ({}, None),
        (None, None),
    ],
)
def test_only_tiles_that_are_there_can_be_chosen(told: object, index: int | None) -> None:
    assert chosen_tile(gr.EventData(None, told), 3) == index
